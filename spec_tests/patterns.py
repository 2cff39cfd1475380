"""What an assertion expects of a result: bits under a mask, a kind of reference, or one of several alternatives.

A NaN pattern is a mask too: `nan:canonical` leaves the sign open, `nan:arithmetic` the sign and all of the payload but
its highest bit. So every number, and every vector with whichever lanes, is compared by one `&` and one `==`.
Knows values and types, and nothing of scripts. Spec: interpreter/README.md of the specification, "Scripts"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from quire.engine import matching
from quire.engine import types as t
from quire.engine.numeric.floats import f32, f64
from quire.engine.runtime.function import Function
from quire.engine.runtime.objects import Array, ExceptionReference, HostReference, I31Reference, Structure

SHAPES: Mapping[str, tuple[t.NumberType | t.PackedType, int]] = MappingProxyType({
    "i8x16": (t.I8, 16), "i16x8": (t.I16, 8), "i32x4": (t.I32, 4), "i64x2": (t.I64, 2),
    "f32x4": (t.F32, 4), "f64x2": (t.F64, 2),
})  # fmt: skip
"""The type and the number of the lanes of each shape."""


def bits_of(value_type: t.NumberType, value: Any) -> int:
    """The bits of a number or vector of the engine, as an unsigned integer. Raises TypeError where it is neither."""
    if isinstance(value, float):
        return f32.to_bits(value) if value_type is t.F32 else f64.to_bits(value)
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no {value_type}")
    return value


def value_of(value_type: t.NumberType, bits: int) -> Any:
    """The value of the engine that has these bits."""
    if value_type is t.F32:
        return f32.from_bits(bits)
    return f64.from_bits(bits) if value_type is t.F64 else bits


@dataclass(frozen=True, slots=True)
class Mask:
    """The bits that a lane or a number must have: `bits` where `mask` is set. Both below 2**(8 * size)."""

    mask: int
    bits: int


def exactly(lane: t.NumberType | t.PackedType, bits: int) -> Mask:
    """All bits of a lane."""
    return Mask((1 << 8 * lane.size) - 1, bits)


NAN_MASKS: Mapping[tuple[str, int], Mask] = MappingProxyType({
    ("nan:canonical", 4): Mask(0x7FFF_FFFF, 0x7FC0_0000),
    ("nan:arithmetic", 4): Mask(0x7FC0_0000, 0x7FC0_0000),
    ("nan:canonical", 8): Mask(0x7FFF_FFFF_FFFF_FFFF, 0x7FF8_0000_0000_0000),
    ("nan:arithmetic", 8): Mask(0x7FF8_0000_0000_0000, 0x7FF8_0000_0000_0000),
})  # fmt: skip
"""By the script's word and the float's size in bytes. Spec: syntax/values#canonical-nan, #arithmetic-nan"""


@dataclass(frozen=True, slots=True)
class Number:
    """A number or vector whose bits under `mask` are `bits`. `shape` names the lanes of a vector."""

    type: t.NumberType
    mask: int
    bits: int
    shape: str = ""

    def accepts(self, value_type: t.ValueType, value: Any) -> bool:
        return value_type is self.type and bits_of(self.type, value) & self.mask == self.bits

    def __str__(self) -> str:
        lane, count = SHAPES[self.shape] if self.shape else (self.type, 1)
        width = 8 * lane.size
        low = (1 << width) - 1
        lanes = (
            _show_lane(lane, self.mask >> at & low, self.bits >> at & low) for at in range(0, count * width, width)
        )
        return f"({' '.join((f'{self.type}.const', *((self.shape,) if self.shape else ()), *lanes))})"


def _show_lane(lane: t.NumberType | t.PackedType, mask: int, bits: int) -> str:
    for (word, size), nan in NAN_MASKS.items():
        if size == lane.size and nan == Mask(mask, bits):
            return word
    if lane in (t.F32, t.F64):
        return _show_float(t.F32 if lane is t.F32 else t.F64, bits)
    return str(bits) if bits < 10 else f"{bits:#x}"


def _show_float(value_type: t.NumberType, bits: int) -> str:
    """The shortest decimal of an f64, the exact one of an f32; both tell NaNs apart."""
    value = value_of(value_type, bits)
    if value == value:
        return str(value)
    payload = bits & (0x7F_FFFF if value_type is t.F32 else 0xF_FFFF_FFFF_FFFF)
    sign = "-" if bits >> (8 * value_type.size - 1) else ""
    return f"{sign}nan:{payload:#x}"


def number(value_type: t.NumberType, mask: Mask) -> Number:
    """A number that fits a mask."""
    return Number(value_type, mask.mask, mask.bits)


def vector(shape: str, lanes: list[Mask]) -> Number:
    """A v128 of these lanes, the first of them in the lowest bits."""
    width = 8 * SHAPES[shape][0].size
    mask = sum(lane.mask << at * width for at, lane in enumerate(lanes))
    return Number(t.V128, mask, sum(lane.bits << at * width for at, lane in enumerate(lanes)), shape)


@dataclass(frozen=True, slots=True)
class Null:
    """A null reference; `heap` is the heap type that the script names, if any."""

    heap: str = ""

    def accepts(self, value_type: t.ValueType, value: Any) -> bool:
        return isinstance(value_type, t.ReferenceType) and value is None

    def __str__(self) -> str:
        return f"(ref.null {self.heap})" if self.heap else "(ref.null)"


@dataclass(frozen=True, slots=True)
class Host:
    """The host's reference number `number`; `word` is one of HOST_WORDS, which see it from two sides."""

    word: str
    number: int

    def accepts(self, value_type: t.ValueType, value: Any) -> bool:
        return (
            isinstance(value, HostReference)
            and value.value == self.number
            and _is_outside(value_type) == (self.word == "ref.extern")
        )

    def __str__(self) -> str:
        return f"({self.word} {self.number})"


def _is_outside(value_type: t.ValueType) -> bool:
    """Whether a reference is seen as an external one."""
    return isinstance(value_type, t.ReferenceType) and matching.top_of(value_type.heap) is t.EXTERN


_KINDS: Mapping[str, tuple[type, ...]] = MappingProxyType({
    "ref.func": (Function,),
    "ref.i31": (I31Reference,),
    "ref.struct": (Structure,),
    "ref.array": (Array,),
    "ref.eq": (I31Reference, Structure, Array),
    "ref.any": (I31Reference, Structure, Array, HostReference),
    "ref.exn": (ExceptionReference,),
    "ref.host": (HostReference,),
    "ref.extern": (object,),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reference:
    """Any reference of a kind that is not null; `word` is one of REFERENCE_WORDS."""

    word: str

    def accepts(self, value_type: t.ValueType, value: Any) -> bool:
        if not isinstance(value_type, t.ReferenceType) or value is None:
            return False
        return isinstance(value, _KINDS[self.word]) and _is_outside(value_type) == (self.word == "ref.extern")

    def __str__(self) -> str:
        return f"({self.word})"


REFERENCE_WORDS = frozenset(_KINDS)
HOST_WORDS = frozenset(("ref.extern", "ref.host"))
"""Those that may be followed by a number."""


@dataclass(frozen=True, slots=True)
class Either:
    """One of several patterns: what a relaxed instruction may give."""

    alternatives: tuple[Pattern, ...]

    def accepts(self, value_type: t.ValueType, value: Any) -> bool:
        return any(each.accepts(value_type, value) for each in self.alternatives)

    def __str__(self) -> str:
        return f"(either {' '.join(map(str, self.alternatives))})"


Pattern = Number | Null | Host | Reference | Either

_SHOWN: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (HostReference, lambda value: f"(ref.extern {value.value})"),
    (Function, lambda value: f"(ref.func {value!r})"),
    (I31Reference, lambda value: f"(ref.i31 {value.value})"),
    (Structure, lambda value: "(ref.struct)"),
    (Array, lambda value: "(ref.array)"),
    (ExceptionReference, lambda value: "(ref.exn)"),
)


def show(value_type: t.ValueType, value: Any, like: Pattern | None = None) -> str:
    """A value as a script would write it; a vector with the lanes of the pattern that it was held against."""
    if isinstance(value_type, t.NumberType):
        shape = "" if value_type is not t.V128 else (isinstance(like, Number) and like.shape) or "i32x4"
        return str(Number(value_type, (1 << 8 * value_type.size) - 1, bits_of(value_type, value), shape))
    if value is None:
        return f"(ref.null {value_type.heap})"
    return next((text(value) for kind, text in _SHOWN if isinstance(value, kind)), repr(value))

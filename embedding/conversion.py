"""How values cross between host and guest: a converter for each type and direction, made once.

    i32, i64             int: back signed, accepted signed or unsigned; OverflowError beyond both
    f32, f64             float, or any real number: rounded to f32 where that is the type; every NaN an f32 has is kept
    v128                 int of 128 bits, lane 0 lowest, back unsigned; or bytes, 16 of them, lane 0 first
    externref            any object, passed through untouched; None is null
    funcref              Func
    i31ref               I31Ref
    structref, arrayref  StructRef, ArrayRef
    anyref               any of these three, or any other object, which passes through as with externref
    exnref               ExnRef

A value of any other type raises TypeError. Spec: exec/runtime#values, valid/values
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import index
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from quire.embedding import crossing
from quire.embedding.function import Caller, Func
from quire.embedding.handle import Handle
from quire.embedding.references import ArrayRef, ExnRef, I31Ref, StructRef
from quire.engine import matching
from quire.engine import types as t
from quire.engine.errors import Crash
from quire.engine.numeric.floats import f32
from quire.engine.runtime.function import Function, HostFunction
from quire.engine.runtime.objects import (
    Array,
    ExceptionReference,
    HostReference,
    I31Reference,
    Structure,
    is_instance,
)
from quire.engine.runtime.objects import GuestException as RawGuestException
from quire.engine.runtime.tag import Tag

if TYPE_CHECKING:
    from quire.embedding.store import Store

Convert = Callable[[Any], Any]


# From host to guest. Each raises TypeError or OverflowError.


def _wrong(wanted: object, value: object) -> TypeError:
    return TypeError(f"{wanted} wanted, {type(value).__name__} given")


def _to_integer(name: str, bits: int) -> Convert:
    low, high = -(1 << bits - 1), (1 << bits) - 1

    def convert(value: Any) -> int:
        if value.__class__ is not int:
            value = _index(name, value)
        if low <= value <= high:
            return value & high  # type: ignore[no-any-return]
        raise OverflowError(f"{value} does not fit {name}")

    return convert


def _index(name: str, value: Any) -> int:
    if not hasattr(value, "__index__"):
        raise _wrong(name, value)
    return int(index(value))


def _to_f32(value: Any) -> float:
    if value.__class__ is int and -(1 << 64) <= value <= 1 << 64:
        return f32.round_integer(value)
    return f32.accept(_real("f32", value))


def _to_f64(value: Any) -> float:
    return value if value.__class__ is float else _real("f64", value)


def _real(name: str, value: Any) -> float:
    if isinstance(value, float) or hasattr(value, "__float__") or hasattr(value, "__index__"):
        return float(value)
    raise _wrong(name, value)


_to_128 = _to_integer("v128", 128)


def _to_v128(value: Any) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        if len(value) != 16:
            raise TypeError(f"a v128 is 16 bytes, not {len(value)}")
        return int.from_bytes(value, "little")
    return _to_128(value)


def _to_internal(value: Any) -> Any:
    """A reference of the hierarchies of any and extern: all that is not the guest's own is the host's."""
    if isinstance(value, I31Ref):
        return I31Reference(value.value & 0x7FFF_FFFF)
    return value.raw if isinstance(value, StructRef | ArrayRef) else HostReference(value)


def _to_reference(store: Store, target: t.ReferenceType) -> Convert:
    top = matching.top_of(target.heap)
    own: type[Func] | type[ExnRef] | None = Func if top is t.FUNC else ExnRef if top is t.EXN else None

    def convert(value: Any) -> Any:
        if value is None:
            raw = None
        elif own is None:
            raw = _to_internal(value)
        elif isinstance(value, own):
            raw = value.raw
        else:
            raise _wrong(target, value)
        if not is_instance(raw, target):
            raise _wrong(target, value)
        if isinstance(value, Handle) and raw is value.raw and value.store is not store:
            raise ValueError(f"{value!r} is of another store")
        return raw

    return convert


# From guest to host


def _same(value: Any) -> Any:
    return value


def _signed(bits: int) -> Convert:
    sign = 1 << bits - 1
    return lambda value: (value ^ sign) - sign


def _from_reference(store: Store) -> Convert:
    def convert(raw: Any) -> Any:
        match raw:
            case None:
                return None
            case HostReference(value=value):
                return value
            case Function():
                return Func.of(store, raw)
            case I31Reference(value=value):
                return I31Ref(value)
            case Structure():
                return StructRef.of(store, raw)
            case Array():
                return ArrayRef.of(store, raw)
            case ExceptionReference():
                return ExnRef.of(store, raw)
        raise Crash("this is no value of a guest", repr(raw))

    return convert


_TO_GUEST: Mapping[t.NumberType | t.PackedType, Convert] = MappingProxyType({
    t.I32: _to_integer("i32", 32), t.I64: _to_integer("i64", 64), t.F32: _to_f32, t.F64: _to_f64, t.V128: _to_v128,
    t.I8: _to_integer("i8", 8), t.I16: _to_integer("i16", 16),
})  # fmt: skip
_TO_HOST: Mapping[t.NumberType | t.PackedType, Convert] = MappingProxyType({
    t.I32: _signed(32), t.I64: _signed(64), t.F32: _same, t.F64: _same, t.V128: _same,
    t.I8: _signed(8), t.I16: _signed(16),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signature:
    """The converters of a function type, both ways: a guest's function is called, or calls."""

    type: t.FunctionType
    parameters_to_guest: tuple[Convert, ...]
    parameters_to_host: tuple[Convert, ...]
    results_to_guest: tuple[Convert, ...]
    results_to_host: tuple[Convert, ...]

    def arguments(self, values: Sequence[Any]) -> list[Any]:
        """What the host passes. Raises TypeError or OverflowError."""
        return _each(self.parameters_to_guest, values, "argument")

    def results(self, value: Any) -> Any:
        """What a function of the host returned, as the engine takes it. Raises TypeError or OverflowError."""
        converters = self.results_to_guest
        if len(converters) == 1:
            return _each(converters, (value,), "result")[0]
        if converters and not isinstance(value, tuple | list):
            raise TypeError(f"{len(converters)} results wanted, {type(value).__name__} given")
        if not converters and value is not None:
            raise TypeError(f"no result wanted, {type(value).__name__} given")
        return tuple(_each(converters, value, "result")) if converters else None

    def kinds(self) -> tuple[crossing.Kinds, crossing.Kinds]:
        """Of the parameters and of the results."""
        return crossing.kinds(self.type.parameters), crossing.kinds(self.type.results)


def _each(converters: Sequence[Convert], values: Sequence[Any], what: str) -> list[Any]:
    """All values converted; an error says which one it is about."""
    if len(values) != len(converters):
        raise TypeError(f"{what}s: {len(converters)} wanted, {len(values)} given")
    done: list[Any] = []
    try:
        for convert, value in zip(converters, values, strict=True):
            done.append(convert(value))  # how many are done tells which one failed
    except (TypeError, OverflowError, ValueError) as error:
        raise type(error)(f"{what} {len(done) + 1}: {error}") from None
    return done


def _named(name: str, convert: Convert) -> Convert:
    """The same, whose errors begin with the name of a function."""

    def named(value: Any) -> Any:
        try:
            return convert(value)
        except (TypeError, OverflowError, ValueError) as error:
            raise type(error)(f"{name}: {error}") from None

    return named


class Converters:
    """The converters of one store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._from_reference = _from_reference(store)
        self._signatures: dict[t.DefinedType, Signature] = {}

    def to_guest(self, type_: t.StorageType) -> Convert:
        """From what the host gives to a value of a closed type."""
        if isinstance(type_, t.ReferenceType):
            return _to_reference(self.store, type_)
        return _TO_GUEST[type_]

    def to_host(self, type_: t.StorageType) -> Convert:
        """From a value of a closed type to what the host sees."""
        return self._from_reference if isinstance(type_, t.ReferenceType) else _TO_HOST[type_]

    def signature(self, function: t.DefinedType) -> Signature:
        """Those of a function type, remembered."""
        known = self._signatures.get(function)
        if known is None:
            type_ = t.function_type_of(function)
            known = self._signatures[function] = Signature(
                type_,
                tuple(map(self.to_guest, type_.parameters)),
                tuple(map(self.to_host, type_.parameters)),
                tuple(map(self.to_guest, type_.results)),
                tuple(map(self.to_host, type_.results)),
            )
        return known

    def field(self, field: t.FieldType) -> tuple[Convert, Convert | None]:
        """How a field is read and, if it is mutable, written."""
        return self.to_host(field.storage), self.to_guest(field.storage) if field.mutable else None

    def carried(self, exception: ExceptionReference) -> tuple[Any, ...]:
        """The values of an exception, for the host."""
        types = exception.tag.function_type.parameters
        return tuple(self.to_host(type_)(value) for type_, value in zip(types, exception.values, strict=True))

    def carrying(self, tag: Tag, values: Sequence[Any]) -> ExceptionReference:
        """An exception with values of the host's. Raises TypeError or OverflowError."""
        converters = [self.to_guest(type_) for type_ in tag.function_type.parameters]
        return ExceptionReference(tag, tuple(_each(converters, values, "value")))

    def host_function(
        self, type_: t.DefinedType, code: Callable[..., Any], name: str, *, access_caller: bool
    ) -> HostFunction:
        """A function of the engine that calls `code`, with a Caller before its arguments if it wants one."""
        signature = self.signature(type_)
        make = crossing.to_host(*signature.kinds(), wants_caller=access_caller)
        give = _named(name, signature.results)
        call = make(code, partial(Caller, self.store), give, signature.parameters_to_host)
        return HostFunction(type_, call, name, wants_caller=access_caller)

    def entry(self, function: Function, name: str) -> Callable[[Sequence[Any]], Any]:
        """What calls a function with arguments of the host's and gives what the host wants: None, a value, or a tuple.

        Raises TypeError and OverflowError, which call it by `name`, and what functions of guests and of the host raise.
        """
        signature, store = self.signature(function.type), self.store
        make = crossing.to_guest(*signature.kinds())
        take = _named(name, signature.arguments)
        converters = signature.parameters_to_guest, signature.results_to_host
        return make(store, store.raw, store.timed(function.entry()), take, RawGuestException, store.thrown, *converters)

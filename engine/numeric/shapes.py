"""The shapes of a vector: how its 128 bits are lanes. Spec: syntax/instructions#vector-instructions

A vector v128 is a Python int, 0 <= v < 2**128, lane 0 in the least significant bits. A shape splits it into lanes,
which are the integers and floats of the scalar operations, joins them again, and makes an operation on vectors from one
on lanes. What widens, narrows or moves lanes is in `vectors`. Spec: exec/numerics#vectors
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import update_wrapper
from struct import Struct
from typing import Any, Final, Generic, TypeVar

from quire.engine.numeric.floats import Floats, f32, f64
from quire.engine.numeric.integers import Integers, i8, i16, i32, i64

Element = TypeVar("Element", int, float)

Unary = Callable[[int], int]
Binary = Callable[[int, int], int]
Ternary = Callable[[int, int, int], int]
Made = TypeVar("Made", bound=Callable[..., int])


def like(operation: Callable[..., Any], made: Made) -> Made:
    """`made` from `operation`, under its name and with its documentation."""
    update_wrapper(made, operation, assigned=("__name__", "__doc__"), updated=())
    return made


class Shape(ABC, Generic[Element]):
    """A division of a vector into `count` lanes of `width` bits each, with the operations that go lane by lane."""

    def __init__(self, width: int, code: str) -> None:
        """`code` is what module struct calls a lane."""
        self.width: Final = width
        self.count: Final = 128 // width
        self._layout: Final = Struct(f"<{self.count}{code}")

    @abstractmethod
    def split(self, v: int) -> tuple[Element, ...]:
        """The lanes of `v`, lane 0 first. Spec: exec/numerics#aux-lanes"""

    @abstractmethod
    def join(self, lanes: Iterable[Element]) -> int:
        """The vector of these lanes, lane 0 first. Spec: exec/numerics#aux-lanes"""

    @abstractmethod
    def compare(self, relation: Callable[[Element, Element], int]) -> Binary:
        """Each lane all ones where the relation holds, else all zeros. Spec: exec/instructions#vector-instructions"""

    def unary(self, operation: Callable[[Element], Element]) -> Unary:
        """`operation` on each lane. Spec: exec/instructions#vector-instructions"""
        split, join = self.split, self.join

        def lanewise(v: int) -> int:
            return join(map(operation, split(v)))

        return like(operation, lanewise)

    def binary(self, operation: Callable[[Element, Element], Element]) -> Binary:
        """`operation` on each pair of lanes. Spec: exec/instructions#vector-instructions"""
        split, join = self.split, self.join

        def lanewise(v: int, w: int) -> int:
            return join(map(operation, split(v), split(w)))

        return like(operation, lanewise)

    def ternary(self, operation: Callable[[Element, Element, Element], Element]) -> Ternary:
        """`operation` on each triple of lanes. Spec: exec/instructions#vector-instructions"""
        split, join = self.split, self.join

        def lanewise(u: int, v: int, w: int) -> int:
            return join(map(operation, split(u), split(v), split(w)))

        return like(operation, lanewise)

    def splat(self, a: Element) -> int:
        """`a` in every lane. Spec: exec/instructions#exec-vsplat"""
        return self.join((a,) * self.count)

    def extract_lane(self, lane: int, v: int) -> Element:
        """Lane number `lane`. Spec: exec/instructions#exec-vec-extract-lane"""
        return self.split(v)[lane]

    def replace_lane(self, lane: int, v: int, a: Element) -> int:
        """`v` with `a` in lane number `lane`. Spec: exec/instructions#exec-vec-replace-lane"""
        lanes = list(self.split(v))
        lanes[lane] = a
        return self.join(lanes)


class IntegerShape(Shape[int]):
    """Lanes of integers, in their unsigned reading."""

    def __init__(self, integers: Integers, code: str) -> None:
        super().__init__(integers.width, code)
        self.integers: Final = integers

    def split(self, v: int) -> tuple[int, ...]:
        return self._layout.unpack(v.to_bytes(16, "little"))

    def join(self, lanes: Iterable[int]) -> int:
        return int.from_bytes(self._layout.pack(*lanes), "little")

    def join_booleans(self, booleans: Iterable[int]) -> int:
        """The vector with a lane of ones for each 1 and a lane of zeros for each 0."""
        masks = (0, self.integers.mask)
        return self.join([masks[boolean] for boolean in booleans])

    def compare(self, relation: Callable[[int, int], int]) -> Binary:
        split, join_booleans = self.split, self.join_booleans

        def lanewise(v: int, w: int) -> int:
            return join_booleans(map(relation, split(v), split(w)))

        return like(relation, lanewise)

    def shift(self, operation: Binary) -> Binary:
        """`operation` on each lane, by one distance for all. Spec: exec/instructions#vector-instructions"""
        split, join = self.split, self.join

        def lanewise(v: int, distance: int) -> int:
            return join([operation(lane, distance) for lane in split(v)])

        return like(operation, lanewise)

    def splat_wrapped(self, a: int) -> int:
        """The low bits of the wider `a` in every lane. Spec: exec/instructions#exec-vsplat"""
        return self.splat(a & self.integers.mask)

    def replace_lane_wrapped(self, lane: int, v: int, a: int) -> int:
        """`v` with the low bits of the wider `a` in one lane. Spec: exec/instructions#exec-vec-replace-lane"""
        return self.replace_lane(lane, v, a & self.integers.mask)

    def extract_lane_s(self, lane: int, v: int) -> int:
        """The lane, extended with its sign to an i32. Spec: exec/instructions#exec-vec-extract-lane"""
        return i32.unsigned(self.integers.signed(self.split(v)[lane]))

    def all_true(self, v: int) -> int:
        """1 if no lane is zero. Spec: exec/instructions#exec-vtestop"""
        return 0 if 0 in self.split(v) else 1

    def bitmask(self, v: int) -> int:
        """The sign bits of the lanes, as an i32. Spec: exec/instructions#exec-vbitmask"""
        sign_bit = self.integers.sign_bit
        return sum(1 << lane for lane, a in enumerate(self.split(v)) if a >= sign_bit)


class FloatShape(Shape[float]):
    """Lanes of floats; `integers` is the shape of integer lanes of the same width."""

    def __init__(self, floats: Floats, code: str, integers: IntegerShape) -> None:
        super().__init__(floats.width, code)
        self.floats: Final = floats
        self.integers: Final = integers

    def split(self, v: int) -> tuple[float, ...]:
        lanes = self._layout.unpack(v.to_bytes(16, "little"))
        return self._split_bits(v) if _has_nan(lanes) else lanes

    def join(self, lanes: Iterable[float]) -> int:
        values = tuple(lanes)
        return self._join_bits(values) if _has_nan(values) else int.from_bytes(self._layout.pack(*values), "little")

    def _split_bits(self, v: int) -> tuple[float, ...]:
        """Split without a cast, which would quiet a signalling NaN of 32 bits."""
        return tuple(map(self.floats.from_bits, self.integers.split(v)))

    def _join_bits(self, lanes: Sequence[float]) -> int:
        return self.integers.join(map(self.floats.to_bits, lanes))

    def compare(self, relation: Callable[[float, float], int]) -> Binary:
        split, join_booleans = self.split, self.integers.join_booleans

        def lanewise(v: int, w: int) -> int:
            return join_booleans(map(relation, split(v), split(w)))

        return like(relation, lanewise)


def _has_nan(lanes: Sequence[float]) -> bool:
    total = sum(lanes)
    return total != total  # also of infinities of unlike sign, which the careful way serves as well


i8x16: Final = IntegerShape(i8, "B")
i16x8: Final = IntegerShape(i16, "H")
i32x4: Final = IntegerShape(i32, "I")
i64x2: Final = IntegerShape(i64, "Q")
f32x4: Final = FloatShape(f32, "f", i32x4)
f64x2: Final = FloatShape(f64, "d", i64x2)

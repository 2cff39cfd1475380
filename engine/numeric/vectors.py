"""The operations on vectors that do not go lane by lane: they widen, narrow, add up or move lanes.

Those of several shapes are made here, as in `shapes`, from operations on lanes. Spec: exec/numerics#vectors
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from quire.engine.numeric.integers import i16, i32, i64
from quire.engine.numeric.shapes import Binary, IntegerShape, Shape, Unary, i8x16, i16x8, i32x4, i64x2, like

From = TypeVar("From", int, float)
To = TypeVar("To", int, float)

_ALL: Final = slice(None)


def convert(source: Shape[From], operation: Callable[[From], To], target: Shape[To]) -> Unary:
    """`operation` from the lanes of one shape to those of another, as far as both go; further lanes are zero.

    Spec: exec/instructions#exec-vcvtop
    """
    zeros = source.split(0)  # each operation makes a zero of a zero

    def converted(v: int) -> int:
        return target.join(map(operation, (source.split(v) + zeros)[: target.count]))

    return like(operation, converted)


def narrow(source: IntegerShape, saturate: Unary, target: IntegerShape) -> Binary:
    """The lanes of two vectors, read as signed and clamped. Spec: exec/instructions#exec-vnarrow"""
    signed = source.integers.signed

    def narrowed(v: int, w: int) -> int:
        return target.join([saturate(signed(lane)) for lane in source.split(v) + source.split(w)])

    return like(saturate, narrowed)


class Widening:
    """The operations whose results are lanes of twice the width, so that nothing is lost.

    `extend` makes a lane of the target from one of the source: it says whether lanes are signed.
    """

    def __init__(self, source: IntegerShape, extend: Unary, target: IntegerShape) -> None:
        self._source: Final = source
        self._extend: Final = extend
        self._target: Final = target
        self._low: Final = slice(target.count)
        self._high: Final = slice(target.count, source.count)

    def extend_low(self, v: int) -> int:
        """The low half of the lanes. Spec: exec/instructions#exec-vcvtop"""
        return self._target.join(map(self._extend, self._source.split(v)[self._low]))

    def extend_high(self, v: int) -> int:
        """The high half of the lanes. Spec: exec/instructions#exec-vcvtop"""
        return self._target.join(map(self._extend, self._source.split(v)[self._high]))

    def multiply_low(self, v: int, w: int) -> int:
        """The products of the low halves. Spec: exec/instructions#exec-vextbinop"""
        return self._target.join(self._products(v, w, self._low))

    def multiply_high(self, v: int, w: int) -> int:
        """The products of the high halves. Spec: exec/instructions#exec-vextbinop"""
        return self._target.join(self._products(v, w, self._high))

    def add_pairwise(self, v: int) -> int:
        """The sums of neighbours. Spec: exec/instructions#exec-vextunop"""
        lanes = [self._extend(lane) for lane in self._source.split(v)]
        return self._target.join(map(self._target.integers.add, lanes[::2], lanes[1::2]))

    def dot(self, v: int, w: int) -> int:
        """The sums of the products of neighbours. Spec: exec/instructions#exec-vextbinop"""
        products = self._products(v, w, _ALL)
        return self._target.join(map(self._target.integers.add, products[::2], products[1::2]))

    def relaxed_dot(self, v: int, w: int) -> int:
        """The choice R_idot = 0: the lanes of `w` are signed like those of `v`; the sums saturate.

        Spec: exec/numerics#op-irelaxed-dot-mul
        """
        products = self._products(v, w, _ALL)
        return self._target.join(map(self._target.integers.add_sat_s, products[::2], products[1::2]))

    def _products(self, v: int, w: int, selected: slice) -> list[int]:
        extend, multiply = self._extend, self._target.integers.mul
        lanes = zip(self._source.split(v)[selected], self._source.split(w)[selected], strict=True)
        return [multiply(extend(a), extend(b)) for a, b in lanes]


i8x16_s: Final = Widening(i8x16, i16.extend8_s, i16x8)
i8x16_u: Final = Widening(i8x16, i16.extend_u, i16x8)
i16x8_s: Final = Widening(i16x8, i32.extend16_s, i32x4)
i16x8_u: Final = Widening(i16x8, i32.extend_u, i32x4)
i32x4_s: Final = Widening(i32x4, i64.extend32_s, i64x2)
i32x4_u: Final = Widening(i32x4, i64.extend_u, i64x2)

_add: Final = i32x4.binary(i32.add)


def relaxed_dot_add(u: int, v: int, w: int) -> int:
    """The relaxed dot product of `u` and `v`, added up pairwise and to `w`. Spec: exec/instructions#exec-vextternop"""
    return _add(i16x8_s.add_pairwise(i8x16_s.relaxed_dot(u, v)), w)


def shuffle(lanes: tuple[int, ...], v: int, w: int) -> int:
    """The bytes of `v` and `w`, 32 in all, that 16 lane numbers select. Spec: exec/instructions#exec-vec-shuffle"""
    return _select(bytes(lanes), v | w << 128)


def swizzle(v: int, w: int) -> int:
    """The bytes of `v` that the bytes of `w` select, 0 from 16 on. Spec: exec/instructions#exec-vswizzlop"""
    return _select(w.to_bytes(16, "little"), v)


def relaxed_swizzle(v: int, w: int) -> int:
    """The choice R_swizzle = 0: as swizzle. Spec: exec/numerics#op-irelaxed-swizzle"""
    return swizzle(v, w)


def _select(indices: bytes, source: int) -> int:
    """The bytes of `source`, a number of up to 256 bytes, at these indices."""
    return int.from_bytes(indices.translate(source.to_bytes(256, "little")), "little")

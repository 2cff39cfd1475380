"""The operations on vectors that do not go lane by lane: they widen, narrow, add up or move lanes.

Those of several shapes are made here, as in `shapes`, from operations on lanes. Spec: exec/numerics#vectors
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from quire.engine.numeric.integers import i16, i32
from quire.engine.numeric.shapes import Binary, IntegerShape, Shape, Unary, i8x16, i16x8, i32x4

From = TypeVar("From", int, float)
To = TypeVar("To", int, float)


def convert(source: Shape[From], operation: Callable[[From], To], target: Shape[To], *, high: bool = False) -> Unary:
    """`operation` from the lanes of one shape to those of another.

    Where the target has fewer lanes, on the low or high half of the source's; where it has more, the others are zero.
    Spec: exec/instructions#exec-vcvtop
    """
    first = target.count if high else 0
    selected = slice(first, first + target.count)
    zeros = source.split(0)

    def converted(v: int) -> int:
        return target.join(map(operation, (source.split(v) + zeros)[selected]))

    return converted


def narrow(source: IntegerShape, saturate: Unary, target: IntegerShape) -> Binary:
    """The lanes of two vectors, read as signed and clamped. Spec: exec/instructions#exec-vnarrow"""
    signed = source.integers.signed

    def narrowed(v: int, w: int) -> int:
        return target.join([saturate(signed(lane)) for lane in source.split(v) + source.split(w)])

    return narrowed


def multiply_extended(source: IntegerShape, extend: Unary, target: IntegerShape, *, high: bool = False) -> Binary:
    """The products of the low or high halves, without loss. Spec: exec/instructions#exec-vextbinop"""
    extended = convert(source, extend, target, high=high)
    multiply = target.binary(target.integers.mul)
    return lambda v, w: multiply(extended(v), extended(w))


def add_pairwise(source: IntegerShape, extend: Unary, target: IntegerShape) -> Unary:
    """The sums of neighbours, without loss. Spec: exec/instructions#exec-vextunop"""
    add = target.integers.add

    def added(v: int) -> int:
        lanes = [extend(lane) for lane in source.split(v)]
        return target.join(map(add, lanes[::2], lanes[1::2]))

    return added


def dot(source: IntegerShape, extend: Unary, target: IntegerShape, add: Binary) -> Binary:
    """The sums of the products of neighbours. Spec: exec/instructions#exec-vextbinop"""
    multiply = target.integers.mul

    def summed(v: int, w: int) -> int:
        products = [multiply(extend(a), extend(b)) for a, b in zip(source.split(v), source.split(w), strict=True)]
        return target.join(map(add, products[::2], products[1::2]))

    return summed


relaxed_dot = dot(i8x16, i16.extend8_s, i16x8, i16.add_sat_s)
"""The choice R_idot = 0: lanes of both vectors are signed. Spec: exec/numerics#op-irelaxed-dot-mul"""


def relaxed_dot_add(u: int, v: int, w: int) -> int:
    """The relaxed dot product of `u` and `v`, added up pairwise and to `w`. Spec: exec/instructions#exec-vextternop"""
    return _ADD(_PAIRS(relaxed_dot(u, v)), w)


_PAIRS = add_pairwise(i16x8, i32.extend16_s, i32x4)
_ADD = i32x4.binary(i32.add)


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

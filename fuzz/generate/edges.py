"""The values that instructions trip over, as the bits of constants. Spec: exec/numerics"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quire.engine import types as t
from quire.fuzz.choices import Choices


def _integers(bits: int) -> tuple[int, ...]:
    mask, sign = (1 << bits) - 1, 1 << (bits - 1)
    small = (0, 1, 2, 7, 8, 31, 32, 63, 64, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000)
    large = (mask, mask - 1, sign, sign - 1, sign + 1, 0x55555555 * (1 | 1 << 32) & mask, 0x12345678 << (bits - 32))
    wide = (0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000) if bits == 64 else ()
    return (*small, *large, *wide, *_rounded(bits))


def _rounded(bits: int) -> tuple[int, ...]:
    """Integers, both signs, that conversions to floats round, or would if they went by way of another float."""
    to_f32, to_f64 = (0x1000001, 0x1000003), (0x20000000000001, 0x20000000000003, 0x4000004000000001)
    positive = (*to_f32, *(to_f64 if bits == 64 else ()))
    return (*positive, *(-each & (1 << bits) - 1 for each in positive))


_F32 = (
    0x00000000, 0x80000000, 0x3F800000, 0xBF800000, 0x3F000000, 0x40200000, 0x00000001, 0x80000001, 0x007FFFFF,
    0x00800000, 0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0x7FA00000, 0xFFC12345, 0x4F000000,
    0x4EFFFFFF, 0xCF000000, 0x4F800000, 0x5F000000, 0xDF000001, 0x3EFFFFFF, 0x33800000, 0x4F7FFFFF, 0x5EFFFFFF,
    0x5F7FFFFF, 0xBF7FFFFF,
)  # fmt: skip
_F64 = (
    0x0000000000000000, 0x8000000000000000, 0x3FF0000000000000, 0xBFF0000000000000, 0x3FE0000000000000,
    0x4004000000000000, 0x0000000000000001, 0x000FFFFFFFFFFFFF, 0x0010000000000000, 0x7FEFFFFFFFFFFFFF,
    0xFFEFFFFFFFFFFFFF, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0x7FF4000000000000,
    0xFFF8000012345678, 0x41DFFFFFFFC00000, 0x41E0000000000000, 0xC1E0000000000000, 0xC1E0000000200000,
    0x41F0000000000000, 0x43E0000000000000, 0xC3E0000000000000, 0x43F0000000000000, 0x47EFFFFFE0000000,
    0x47EFFFFFF0000000, 0x3690000000000000, 0x36A0000000000000, 0x4340000000000001, 0x3FDFFFFFFFFFFFFF,
    0xBFF0000000000000, 0xBFEFFFFFFFFFFFFF, 0x41DFFFFFFFE00000, 0xC1E0000000100000, 0x41EFFFFFFFE00000,
    0x41EFFFFFFFF00000, 0x43DFFFFFFFFFFFFF, 0x43EFFFFFFFFFFFFF,
)  # fmt: skip


def _repeated(width: int, *lanes: int) -> int:
    """The vector whose lanes are these, over and over."""
    count = 128 // width
    return sum((lanes[index % len(lanes)] & (1 << width) - 1) << (width * index) for index in range(count))


_V128 = (
    0,
    (1 << 128) - 1,
    _repeated(8, *range(16)),
    _repeated(8, 0x80, 0x7F, 0xFF, 1),
    _repeated(8, 15, 16, 31, 32, 0xF0, 0x55),
    _repeated(16, 0x8000, 0x7FFF, 0xFFFF, 1, 0x80, 0xFF7F),
    _repeated(32, 0x80000000, 0x7FFFFFFF, 0xFFFFFFFF, 1),
    _repeated(64, 1 << 63, (1 << 63) - 1),
    _repeated(32, 0x3F800000, 0x80000000, 0x7F800000, 0x7FC00000),
    _repeated(32, 0x4F000000, 0xCF000001, 0x40200000, 0x00000001),
    _repeated(32, 0x7FA00000, 0xFFC12345, 0x7F7FFFFF, 0xBF000000),
    _repeated(64, 0x3FF0000000000000, 0x7FF8000000000000),
    _repeated(64, 0x41E0000000000000, 0xC1E0000000200000),
    _repeated(64, 0x7FF4000000000000, 0x8000000000000000),
    _repeated(64, 0x0000000000000001, 0xFFF0000000000000),
    _repeated(8, 0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0, 0x0F, 0xED, 0xCB, 0xA9, 0x87, 0x65, 0x43, 0x21),
)

EDGES: Mapping[t.ValueType, tuple[int, ...]] = MappingProxyType(
    {t.I32: _integers(32), t.I64: _integers(64), t.F32: _F32, t.F64: _F64, t.V128: _V128}
)
"""The bits of each type's edge values, the simplest first."""


def draw_bits(choices: Choices, type_: t.NumberType) -> int:
    """The bits of a constant: an edge value, a small number, or anything."""
    kind = choices.below(10)
    if kind < 6:
        return choices.pick(EDGES[type_])
    if kind < 8 and type_ in (t.I32, t.I64):
        return choices.below(256) if kind == 6 else (1 << 8 * type_.size) - 1 - choices.below(256)
    return choices.bits(8 * type_.size)

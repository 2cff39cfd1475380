"""The floating-point operations, once for both widths. Spec: exec/numerics#floating-point-operations

An f64 is a Python float whose bits are kept, NaNs included. An f32 is the Python float of equal value; an f32 NaN is
the f64 NaN of the same sign whose payload is the f32 payload shifted left by 29, signalling bit kept. So most
operations are the same function for both widths, and differ only in the rounding of the result.

NaNs: an operation whose result is a NaN returns the positive canonical NaN, as the deterministic profile prescribes.
`abs`, `neg`, `copysign`, `pmin`, `pmax` and the moves of bits keep every bit.

Rounding an exact f32 operation twice, to 53 bits and then to 24, gives the f32 result for +, -, *, / and sqrt, since
53 >= 2 * 24 + 2 (S. Figueroa, "When is double rounding innocuous?", SIGNUM Newsletter 30 (3), 1995). In the subnormal
range of f32, sums and products are exact in f64, and a quotient of 24-bit numbers stays 2**-48 away from the midpoints.
A fused multiply-add has no such guarantee; there is none here.

Python raises where IEEE 754 has a result (division by zero, the root of a negative number, overflow in `struct`);
nothing in here does. Knows no vectors and no integers beyond the reading of a sign.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from struct import Struct
from typing import Final

from quire.engine.numeric.integers import i32, i64

_SINGLE: Final = Struct("<f")
_DOUBLE: Final = Struct("<d")
_WORD: Final = Struct("<I")
_DOUBLEWORD: Final = Struct("<Q")

_INTEGRAL: Final = 2.0**52
"""Every float of at least this magnitude is an integer; below it, adding and taking it away rounds to one."""


def _double_bits(z: float) -> int:
    bits: int = _DOUBLEWORD.unpack(_DOUBLE.pack(z))[0]
    return bits


def _double_from_bits(bits: int) -> float:
    z: float = _DOUBLE.unpack(_DOUBLEWORD.pack(bits))[0]  # "<d" copies bytes, so a signalling NaN stays one
    return z


CANONICAL_NAN: Final = _double_from_bits(0x7FF8_0000_0000_0000)
"""The positive canonical NaN, of both widths: that of f32 has the same representation.

Spec: syntax/values#canonical-nan
"""


class Floats(ABC):
    """The floats of one width, with their operations. Spec: exec/numerics#floating-point-operations"""

    __slots__ = ()

    width: int

    @abstractmethod
    def round(self, z: float) -> float:
        """The value nearest to `z`, ties to even; for a NaN the canonical one. Spec: exec/numerics#rounding"""

    @abstractmethod
    def round_integer(self, a: int) -> float:
        """The value nearest to the integer `a`, |a| <= 2**64, rounded only once. Spec: exec/numerics#rounding"""

    @abstractmethod
    def to_bits(self, z: float) -> int:
        """The bits of `z`, as an unsigned integer. Spec: exec/numerics#aux-fbits"""

    @abstractmethod
    def from_bits(self, a: int) -> float:
        """The float of these bits, every NaN kept. Spec: exec/numerics#op-reinterpret"""

    @abstractmethod
    def to_bytes(self, z: float) -> bytes:
        """The bytes of `z` in memory. Spec: exec/numerics#storage"""

    @abstractmethod
    def from_bytes(self, raw: bytes | bytearray | memoryview) -> float:
        """The float that these bytes in memory are, every NaN kept. Spec: exec/numerics#storage"""

    # Arithmetic

    def add(self, a: float, b: float) -> float:
        """Spec: exec/numerics#op-fadd"""
        return self.round(a + b)

    def sub(self, a: float, b: float) -> float:
        """Spec: exec/numerics#op-fsub"""
        return self.round(a - b)

    def mul(self, a: float, b: float) -> float:
        """Spec: exec/numerics#op-fmul"""
        return self.round(a * b)

    def div(self, a: float, b: float) -> float:
        """Spec: exec/numerics#op-fdiv"""
        if b:
            return self.round(a / b)
        if not a or a != a:
            return CANONICAL_NAN
        return math.copysign(math.inf, a) * math.copysign(1.0, b)

    def sqrt(self, z: float) -> float:
        """Spec: exec/numerics#op-fsqrt"""
        return CANONICAL_NAN if z < 0 else self.round(math.sqrt(z))

    def min(self, a: float, b: float) -> float:
        """Spec: exec/numerics#op-fmin"""
        if a != a or b != b:
            return CANONICAL_NAN
        if a == b:  # zeros of unlike sign are equal
            return a if math.copysign(1.0, a) < 0 else b
        if a < b:
            return a
        return b

    def max(self, a: float, b: float) -> float:
        """Spec: exec/numerics#op-fmax"""
        if a != a or b != b:
            return CANONICAL_NAN
        if a == b:  # zeros of unlike sign are equal
            return b if math.copysign(1.0, a) < 0 else a
        if a > b:
            return a
        return b

    def pmin(self, a: float, b: float) -> float:
        """The operand `b` if it is less, else `a`, whatever that is. Spec: exec/numerics#op-fpmin"""
        if b < a:
            return b
        return a

    def pmax(self, a: float, b: float) -> float:
        """The operand `b` if it is greater, else `a`, whatever that is. Spec: exec/numerics#op-fpmax"""
        if a < b:
            return b
        return a

    # Rounding to an integer: exact in both widths. `copysign` keeps the sign of a result that is zero.

    def ceil(self, z: float) -> float:
        """Spec: exec/numerics#op-fceil"""
        if -_INTEGRAL < z < _INTEGRAL:
            return math.copysign(math.ceil(z), z)
        return z if z == z else CANONICAL_NAN

    def floor(self, z: float) -> float:
        """Spec: exec/numerics#op-ffloor"""
        if -_INTEGRAL < z < _INTEGRAL:
            return math.copysign(math.floor(z), z)
        return z if z == z else CANONICAL_NAN

    def trunc(self, z: float) -> float:
        """Spec: exec/numerics#op-ftrunc"""
        if -_INTEGRAL < z < _INTEGRAL:
            return math.copysign(int(z), z)
        return z if z == z else CANONICAL_NAN

    def nearest(self, z: float) -> float:
        """Ties to even. Spec: exec/numerics#op-fnearest"""
        if -_INTEGRAL < z < _INTEGRAL:
            return math.copysign(abs(z) + _INTEGRAL - _INTEGRAL, z)
        return z if z == z else CANONICAL_NAN

    # The sign bit, of NaNs too

    def abs(self, z: float) -> float:
        """Spec: exec/numerics#op-fabs"""
        return abs(z)

    def neg(self, z: float) -> float:
        """Spec: exec/numerics#op-fneg"""
        return -z

    def copysign(self, a: float, b: float) -> float:
        """Spec: exec/numerics#op-fcopysign"""
        return math.copysign(a, b)

    # Comparisons

    def eq(self, a: float, b: float) -> int:
        """Spec: exec/numerics#op-feq"""
        return 1 if a == b else 0

    def ne(self, a: float, b: float) -> int:
        """Spec: exec/numerics#op-fne"""
        return 1 if a != b else 0

    def lt(self, a: float, b: float) -> int:
        """Spec: exec/numerics#op-flt"""
        return 1 if a < b else 0

    def gt(self, a: float, b: float) -> int:
        """Spec: exec/numerics#op-fgt"""
        return 1 if a > b else 0

    def le(self, a: float, b: float) -> int:
        """Spec: exec/numerics#op-fle"""
        return 1 if a <= b else 0

    def ge(self, a: float, b: float) -> int:
        """Spec: exec/numerics#op-fge"""
        return 1 if a >= b else 0

    # Conversions from integers

    def convert_i32_s(self, a: int) -> float:
        """Spec: exec/numerics#op-convert-s"""
        return self.round_integer(i32.signed(a))

    def convert_i64_s(self, a: int) -> float:
        """Spec: exec/numerics#op-convert-s"""
        return self.round_integer(i64.signed(a))

    def convert_u(self, a: int) -> float:
        """Spec: exec/numerics#op-convert-u"""
        return self.round_integer(a)

    # Relaxed operations: each takes the first of its allowed results, as the deterministic profile prescribes.

    def relaxed_madd(self, a: float, b: float, c: float) -> float:
        """The choice R_fmadd = 0: unfused, rounded twice. Spec: exec/numerics#op-frelaxed-madd"""
        return self.add(self.mul(a, b), c)

    def relaxed_nmadd(self, a: float, b: float, c: float) -> float:
        """The choice R_fmadd = 0: unfused, rounded twice. Spec: exec/numerics#op-frelaxed-nmadd"""
        return self.relaxed_madd(-a, b, c)

    def relaxed_min(self, a: float, b: float) -> float:
        """The choice R_fmin = 0: as min. Spec: exec/numerics#op-frelaxed-min"""
        return self.min(a, b)

    def relaxed_max(self, a: float, b: float) -> float:
        """The choice R_fmax = 0: as max. Spec: exec/numerics#op-frelaxed-max"""
        return self.max(a, b)


class Single(Floats):
    """The floats of 32 bits, each as the Python float of equal value."""

    __slots__ = ()

    width = 32

    def round(self, z: float) -> float:
        """The f32 nearest to `z`. Spec: exec/numerics#rounding"""
        if z != z:
            return CANONICAL_NAN
        try:
            nearest: float = _SINGLE.unpack(_SINGLE.pack(z))[0]
        except OverflowError:  # struct refuses what rounds to an infinity
            return math.copysign(math.inf, z)
        return nearest

    def round_integer(self, a: int) -> float:
        """The f32 nearest to the integer `a`, not by way of the f64 nearest to it.

        A number of 64 bits is first cut to 53 bits and rounded to odd: then it is an f64, and still on the same side of
        every f32 and of every midpoint between two.
        """
        if -(2**53) <= a <= 2**53:
            return self.round(float(a))
        return self.round(float(a & -0x800 | (0x800 if a & 0x7FF else 0)))

    def demote(self, z: float) -> float:
        """The f32 nearest to an f64. Spec: exec/numerics#op-demote"""
        return self.round(z)

    def accept(self, z: float) -> float:
        """The f32 that a host's float stands for: the nearest, but every NaN that f32 has is kept."""
        return z if z != z and not _double_bits(z) & 0x1FFF_FFFF else self.round(z)

    def to_bits(self, z: float) -> int:
        """The bits of `z`; a NaN is moved as an integer, for a cast would quiet it. Spec: exec/numerics#aux-fbits"""
        if z != z:
            wide = _double_bits(z)
            return wide >> 32 & 0xFF80_0000 | wide >> 29 & 0x007F_FFFF
        bits: int = _WORD.unpack(_SINGLE.pack(z))[0]
        return bits

    def from_bits(self, a: int) -> float:
        """The f32 of these bits; a NaN is moved as an integer. Spec: exec/numerics#op-reinterpret"""
        if a & 0x7FFF_FFFF > 0x7F80_0000:
            return _double_from_bits((a & 0x8000_0000) << 32 | 0x7FF0_0000_0000_0000 | (a & 0x007F_FFFF) << 29)
        z: float = _SINGLE.unpack(_WORD.pack(a))[0]
        return z

    def to_bytes(self, z: float) -> bytes:
        """4 bytes. Spec: exec/numerics#storage"""
        return _WORD.pack(self.to_bits(z)) if z != z else _SINGLE.pack(z)

    def from_bytes(self, raw: bytes | bytearray | memoryview) -> float:
        """Of 4 bytes. Spec: exec/numerics#storage"""
        z: float = _SINGLE.unpack(raw)[0]
        return z if z == z else self.from_bits(int.from_bytes(raw, "little"))


class Double(Floats):
    """The floats of 64 bits, Python's own."""

    __slots__ = ()

    width = 64

    def round(self, z: float) -> float:
        """`z`, or the canonical NaN. Spec: exec/numerics#rounding"""
        return z if z == z else CANONICAL_NAN

    def round_integer(self, a: int) -> float:
        """The f64 nearest to the integer `a`. Spec: exec/numerics#rounding"""
        return float(a)

    def promote(self, z: float) -> float:
        """The f64 of an f32. Spec: exec/numerics#op-promote"""
        return self.round(z)

    def to_bits(self, z: float) -> int:
        """Spec: exec/numerics#aux-fbits"""
        return _double_bits(z)

    def from_bits(self, a: int) -> float:
        """Spec: exec/numerics#op-reinterpret"""
        return _double_from_bits(a)

    def to_bytes(self, z: float) -> bytes:
        """8 bytes. Spec: exec/numerics#storage"""
        return _DOUBLE.pack(z)

    def from_bytes(self, raw: bytes | bytearray | memoryview) -> float:
        """Of 8 bytes. Spec: exec/numerics#storage"""
        z: float = _DOUBLE.unpack(raw)[0]
        return z


f32: Final = Single()
f64: Final = Double()

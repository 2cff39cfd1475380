"""The integer operations, once for all widths. Spec: exec/numerics#integer-operations

An integer iN is a Python int in its unsigned reading, 0 <= a < 2**N; every function takes and returns these, a
predicate returns 0 or 1. Knows no vectors: a lane is an integer like any other.
"""

from __future__ import annotations

from typing import Final, NoReturn

from quire.engine.errors import Trap


class Integers:
    """The integers of one width, with their operations. Spec: exec/numerics#integer-operations

    Names are the specification's, with the sign where there is one: `div_s`, `lt_u`.
    """

    __slots__ = ("mask", "sign_bit", "width")

    def __init__(self, width: int) -> None:
        """The integers of `width` bits, a power of two."""
        self.width: Final = width
        self.mask: Final = (1 << width) - 1
        self.sign_bit: Final = 1 << width - 1

    def signed(self, a: int) -> int:
        """The signed reading of `a`, -2**(N-1) <= result < 2**(N-1). Spec: exec/numerics#aux-signed"""
        return (a ^ self.sign_bit) - self.sign_bit

    def unsigned(self, a: int) -> int:
        """The integer whose signed or unsigned reading is `a`: any int, modulo 2**N. Spec: exec/numerics#aux-signed"""
        return a & self.mask

    def saturate_s(self, a: int) -> int:
        """`a`, a signed number of any size, clamped to the signed range. Spec: exec/numerics#aux-sat-s"""
        if a >= self.sign_bit:
            return self.sign_bit - 1
        return a & self.mask if a >= -self.sign_bit else self.sign_bit

    def saturate_u(self, a: int) -> int:
        """`a`, a signed number of any size, clamped to the unsigned range. Spec: exec/numerics#aux-sat-u"""
        if a > self.mask:
            return self.mask
        return max(a, 0)

    # Arithmetic

    def add(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-iadd"""
        return (a + b) & self.mask

    def sub(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-isub"""
        return (a - b) & self.mask

    def mul(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-imul"""
        return (a * b) & self.mask

    def div_s(self, a: int, b: int) -> int:
        """Truncate toward zero, unlike Python's //. Spec: exec/numerics#op-idiv-s"""
        if b == 0:
            raise Trap("integer divide by zero")
        if a == self.sign_bit and b == self.mask:  # min / -1 does not fit
            raise Trap("integer overflow")
        quotient = abs(self.signed(a)) // abs(self.signed(b))
        return quotient if (a ^ b) < self.sign_bit else -quotient & self.mask

    def div_u(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-idiv-u"""
        if b == 0:
            raise Trap("integer divide by zero")
        return a // b

    def rem_s(self, a: int, b: int) -> int:
        """The remainder has the sign of the dividend, unlike Python's %. Spec: exec/numerics#op-irem-s"""
        if b == 0:
            raise Trap("integer divide by zero")
        remainder = abs(self.signed(a)) % abs(self.signed(b))
        return remainder if a < self.sign_bit else -remainder & self.mask

    def rem_u(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-irem-u"""
        if b == 0:
            raise Trap("integer divide by zero")
        return a % b

    def neg(self, a: int) -> int:
        """Spec: exec/numerics#op-ineg"""
        return -a & self.mask

    def abs(self, a: int) -> int:
        """The least signed number is its own absolute value. Spec: exec/numerics#op-iabs"""
        return a if a < self.sign_bit else -a & self.mask

    # Bits

    def not_(self, a: int) -> int:
        """Spec: exec/numerics#op-inot"""
        return a ^ self.mask

    def and_(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-iand"""
        return a & b

    def andnot(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-iandnot"""
        return a & ~b

    def or_(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-ior"""
        return a | b

    def xor(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-ixor"""
        return a ^ b

    def bitselect(self, a: int, b: int, c: int) -> int:
        """The bits of `a` where `c` is 1, of `b` where it is 0. Spec: exec/numerics#op-ibitselect"""
        return b ^ ((a ^ b) & c)

    def shl(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-ishl"""
        return (a << b % self.width) & self.mask

    def shr_s(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-ishr-s"""
        return (self.signed(a) >> b % self.width) & self.mask

    def shr_u(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-ishr-u"""
        return a >> b % self.width

    def rotl(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-irotl"""
        distance = b % self.width
        return (a << distance | a >> self.width - distance) & self.mask

    def rotr(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-irotr"""
        distance = b % self.width
        return (a >> distance | a << self.width - distance) & self.mask

    def clz(self, a: int) -> int:
        """Spec: exec/numerics#op-iclz"""
        return self.width - a.bit_length()

    def ctz(self, a: int) -> int:
        """Spec: exec/numerics#op-ictz"""
        return (a & -a).bit_length() - 1 if a else self.width

    def popcnt(self, a: int) -> int:
        """Spec: exec/numerics#op-ipopcnt"""
        return a.bit_count()

    # Comparisons. Flipping the sign bits maps the signed order onto the unsigned one.

    def eqz(self, a: int) -> int:
        """Spec: exec/numerics#op-ieqz"""
        return 0 if a else 1

    def nez(self, a: int) -> int:
        """1 unless `a` is zero. Spec: exec/numerics#op-inez"""
        return 1 if a else 0

    def eq(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-ieq"""
        return 1 if a == b else 0

    def ne(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-ine"""
        return 1 if a != b else 0

    def lt_s(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-ilt-s"""
        return 1 if a ^ self.sign_bit < b ^ self.sign_bit else 0

    def lt_u(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-ilt-u"""
        return 1 if a < b else 0

    def gt_s(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-igt-s"""
        return 1 if a ^ self.sign_bit > b ^ self.sign_bit else 0

    def gt_u(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-igt-u"""
        return 1 if a > b else 0

    def le_s(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-ile-s"""
        return 1 if a ^ self.sign_bit <= b ^ self.sign_bit else 0

    def le_u(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-ile-u"""
        return 1 if a <= b else 0

    def ge_s(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-ige-s"""
        return 1 if a ^ self.sign_bit >= b ^ self.sign_bit else 0

    def ge_u(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-ige-u"""
        return 1 if a >= b else 0

    def min_s(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-imin-s"""
        return a if a ^ self.sign_bit < b ^ self.sign_bit else b

    def min_u(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-imin-u"""
        if a < b:
            return a
        return b

    def max_s(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-imax-s"""
        return a if a ^ self.sign_bit > b ^ self.sign_bit else b

    def max_u(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-imax-u"""
        if a > b:
            return a
        return b

    # Saturating and rounding arithmetic, of lanes only

    def add_sat_s(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-iadd-sat-s"""
        return self.saturate_s(self.signed(a) + self.signed(b))

    def add_sat_u(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-iadd-sat-u"""
        return min(a + b, self.mask)

    def sub_sat_s(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-isub-sat-s"""
        return self.saturate_s(self.signed(a) - self.signed(b))

    def sub_sat_u(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-isub-sat-u"""
        return max(a - b, 0)

    def avgr_u(self, a: int, b: int) -> int:
        """Spec: exec/numerics#op-iavgr-u"""
        return (a + b + 1) // 2

    def q15mulr_sat_s(self, a: int, b: int) -> int:
        """The rounded product of two fixed-point fractions of 15 bits. Spec: exec/numerics#op-iq15mulrsat-s"""
        return self.saturate_s((self.signed(a) * self.signed(b) + 2**14) >> 15)

    # Conversions. A float comes in the one representation of both widths, so f32 and f64 share these.

    def wrap(self, a: int) -> int:
        """A wider integer modulo 2**N. Spec: exec/numerics#op-wrap"""
        return a & self.mask

    def extend_u(self, a: int) -> int:
        """A narrower integer, extended with zeros: the same number. Spec: exec/numerics#op-extend-u"""
        return a

    def extend8_s(self, a: int) -> int:
        """The low 8 bits of `a`, extended with their sign. Spec: exec/numerics#op-iextendn-s"""
        return (((a & 0xFF) ^ 0x80) - 0x80) & self.mask

    def extend16_s(self, a: int) -> int:
        """The low 16 bits of `a`, extended with their sign. Spec: exec/numerics#op-iextendn-s"""
        return (((a & 0xFFFF) ^ 0x8000) - 0x8000) & self.mask

    def extend32_s(self, a: int) -> int:
        """The low 32 bits of `a`, extended with their sign. Spec: exec/numerics#op-iextendn-s"""
        return (((a & 0xFFFF_FFFF) ^ 0x8000_0000) - 0x8000_0000) & self.mask

    def trunc_s(self, z: float) -> int:
        """Toward zero; traps on what has no such integer. Spec: exec/numerics#op-trunc-s"""
        if not -self.sign_bit - 1 < z < self.sign_bit:  # Python compares int and float exactly
            _refuse_truncation(z)
        return int(z) & self.mask

    def trunc_u(self, z: float) -> int:
        """Toward zero; traps on what has no such integer. Spec: exec/numerics#op-trunc-u"""
        if not -1 < z < self.mask + 1:
            _refuse_truncation(z)
        return int(z)

    def trunc_sat_s(self, z: float) -> int:
        """Toward zero, clamped; a NaN is 0. Spec: exec/numerics#op-trunc-sat-s"""
        if -self.sign_bit <= z < self.sign_bit:
            return int(z) & self.mask
        if z != z:
            return 0
        return self.sign_bit if z < 0 else self.sign_bit - 1

    def trunc_sat_u(self, z: float) -> int:
        """Toward zero, clamped; a NaN is 0. Spec: exec/numerics#op-trunc-sat-u"""
        if 0 <= z <= self.mask:
            return int(z)
        return self.mask if z > 0 else 0

    # Relaxed operations: each takes the first of its allowed results, as the deterministic profile prescribes.

    def relaxed_q15mulr_s(self, a: int, b: int) -> int:
        """The choice R_iq15mulr = 0: -1 * -1 saturates. Spec: exec/numerics#op-irelaxed-q15mulr-s"""
        return self.q15mulr_sat_s(a, b)

    def relaxed_trunc_s(self, z: float) -> int:
        """The choice R_trunc_s = 0: as trunc_sat_s. Spec: exec/numerics#op-relaxed-trunc-s"""
        return self.trunc_sat_s(z)

    def relaxed_trunc_u(self, z: float) -> int:
        """The choice R_trunc_u = 0: as trunc_sat_u. Spec: exec/numerics#op-relaxed-trunc-u"""
        return self.trunc_sat_u(z)

    def relaxed_laneselect(self, a: int, b: int, c: int) -> int:
        """The choice R_laneselect = 0: as bitselect, bit by bit. Spec: exec/numerics#op-irelaxed-laneselect"""
        return self.bitselect(a, b, c)


def _refuse_truncation(z: float) -> NoReturn:
    raise Trap("integer overflow" if z == z else "invalid conversion to integer")


i8: Final = Integers(8)
i16: Final = Integers(16)
i32: Final = Integers(32)
i64: Final = Integers(64)
i128: Final = Integers(128)
"""A vector is an i128 to the operations that know no lanes. Spec: exec/numerics#vectors"""

"""The integer operations against Python's unbounded integers, at the edges and at random."""

import math
import random
from fractions import Fraction

import pytest

from quire.engine.errors import Trap
from quire.engine.numeric.integers import Integers, i8, i16, i32, i64, i128

WIDTHS = [i8, i16, i32, i64, i128]


def width(integers: Integers) -> str:
    return f"i{integers.width}"


every_width = pytest.mark.parametrize("integers", WIDTHS, ids=width)


def edges(integers: Integers) -> list[int]:
    near = (0, integers.sign_bit, integers.mask)
    return sorted({(value + step) & integers.mask for value in near for step in (-2, -1, 0, 1, 2)} | {7})


def pairs(integers: Integers) -> list[tuple[int, int]]:
    drawn = random.Random(integers.width)
    some = [(drawn.getrandbits(integers.width), drawn.getrandbits(integers.width)) for _ in range(50)]
    return [(a, b) for a in edges(integers) for b in edges(integers)] + some


def signed(integers: Integers, a: int) -> int:
    return a - 2**integers.width if a >= 2 ** (integers.width - 1) else a


@every_width
def test_the_signed_reading_and_back(integers):
    for a in edges(integers):
        assert integers.signed(a) == signed(integers, a)
        assert integers.unsigned(integers.signed(a)) == a


@every_width
def test_arithmetic_is_modulo_two_to_the_width(integers):
    modulus = 2**integers.width
    for a, b in pairs(integers):
        assert integers.add(a, b) == (a + b) % modulus
        assert integers.sub(a, b) == (a - b) % modulus
        assert integers.mul(a, b) == (a * b) % modulus
        assert integers.neg(a) == -a % modulus
        assert integers.abs(a) == abs(signed(integers, a)) % modulus


@every_width
def test_signed_division_truncates_toward_zero(integers):
    modulus = 2**integers.width
    for a, b in pairs(integers):
        x, y = signed(integers, a), signed(integers, b)
        if y == 0 or (x == -modulus // 2 and y == -1):
            continue
        quotient = math.trunc(Fraction(x, y))
        assert integers.div_s(a, b) == quotient % modulus
        assert integers.rem_s(a, b) == (x - y * quotient) % modulus


@every_width
def test_unsigned_division(integers):
    for a, b in pairs(integers):
        if b:
            assert (integers.div_u(a, b), integers.rem_u(a, b)) == divmod(a, b)


@every_width
@pytest.mark.parametrize("operation", ["div_s", "div_u", "rem_s", "rem_u"])
def test_division_by_zero_traps(integers, operation):
    for a in edges(integers):
        with pytest.raises(Trap, match=r"^integer divide by zero$"):
            getattr(integers, operation)(a, 0)


@every_width
def test_the_quotient_that_does_not_fit_traps_but_its_remainder_is_zero(integers):
    with pytest.raises(Trap, match=r"^integer overflow$"):
        integers.div_s(integers.sign_bit, integers.mask)
    assert integers.rem_s(integers.sign_bit, integers.mask) == 0


def digits(integers: Integers, a: int) -> str:
    return format(a, f"0{integers.width}b")


@every_width
def test_shifts_and_rotations_move_binary_digits(integers):
    for a, b in pairs(integers):
        text, k = digits(integers, a), b % integers.width
        rest = integers.width - k
        assert digits(integers, integers.shl(a, b)) == text[k:] + "0" * k
        assert digits(integers, integers.shr_u(a, b)) == "0" * k + text[:rest]
        assert digits(integers, integers.shr_s(a, b)) == text[0] * k + text[:rest]
        assert digits(integers, integers.rotl(a, b)) == text[k:] + text[:k]
        assert digits(integers, integers.rotr(a, b)) == text[rest:] + text[:rest]


@every_width
def test_counts_of_binary_digits(integers):
    for a, _ in pairs(integers):
        text = digits(integers, a)
        assert integers.clz(a) == len(text) - len(text.lstrip("0"))
        assert integers.ctz(a) == len(text) - len(text.rstrip("0"))
        assert integers.popcnt(a) == text.count("1")


@every_width
def test_bitwise_operations(integers):
    for a, b in pairs(integers):
        assert integers.not_(a) == integers.mask - a
        assert integers.and_(a, b) + integers.or_(a, b) == a + b
        assert integers.xor(a, b) == integers.or_(a, b) - integers.and_(a, b)
        assert integers.andnot(a, b) == integers.and_(a, integers.not_(b))
        for c in (0, integers.mask, b, integers.sign_bit):
            expected = integers.or_(integers.and_(a, c), integers.and_(b, integers.not_(c)))
            assert integers.bitselect(a, b, c) == integers.relaxed_laneselect(a, b, c) == expected


@every_width
def test_comparisons_give_the_number_0_or_1(integers):
    for a, b in pairs(integers):
        x, y = signed(integers, a), signed(integers, b)
        results = {
            "eq": a == b, "ne": a != b, "lt_u": a < b, "gt_u": a > b, "le_u": a <= b, "ge_u": a >= b,
            "lt_s": x < y, "gt_s": x > y, "le_s": x <= y, "ge_s": x >= y,
        }  # fmt: skip
        for name, expected in results.items():
            result = getattr(integers, name)(a, b)
            assert type(result) is int
            assert result == expected, name
        assert (integers.eqz(a), integers.nez(a)) == (int(a == 0), int(a != 0))
        assert (integers.min_u(a, b), integers.max_u(a, b)) == (min(a, b), max(a, b))
        assert [signed(integers, each(a, b)) for each in (integers.min_s, integers.max_s)] == [min(x, y), max(x, y)]


@every_width
def test_saturation_clamps(integers):
    low, high = -integers.sign_bit, integers.sign_bit - 1
    for a, b in pairs(integers):
        x, y = signed(integers, a), signed(integers, b)
        assert signed(integers, integers.add_sat_s(a, b)) == min(max(x + y, low), high)
        assert signed(integers, integers.sub_sat_s(a, b)) == min(max(x - y, low), high)
        assert integers.add_sat_u(a, b) == min(a + b, integers.mask)
        assert integers.sub_sat_u(a, b) == max(a - b, 0)
        assert integers.avgr_u(a, b) == math.ceil(Fraction(a + b, 2))
        assert integers.saturate_u(x) == max(x, 0)
        assert integers.saturate_u(a + integers.mask) == integers.mask


def test_fixed_point_products_round_and_saturate():
    one_half, minus_one = 0x4000, 0x8000
    assert i16.q15mulr_sat_s(one_half, one_half) == 0x2000
    assert i16.q15mulr_sat_s(1, one_half) == 1  # 0.5 of the last place rounds up
    assert i16.q15mulr_sat_s(minus_one, minus_one) == 0x7FFF
    assert i16.relaxed_q15mulr_s(minus_one, minus_one) == 0x7FFF
    assert i16.q15mulr_sat_s(minus_one, 0x7FFF) == 0x8001


@pytest.mark.parametrize(("integers", "low"), [(i32, 8), (i32, 16), (i64, 8), (i64, 16), (i64, 32)])
def test_sign_extension(integers, low):
    extend = getattr(integers, f"extend{low}_s")
    for a, _ in pairs(integers):
        assert integers.signed(extend(a)) == int.from_bytes((a % 2**low).to_bytes(low // 8, "big"), "big", signed=True)


def test_wrapping_and_zero_extension():
    assert i32.wrap(0x1_2345_6789_ABCD) == 0x6789_ABCD
    assert i64.extend_u(0xFFFF_FFFF) == 0xFFFF_FFFF

"""The floating-point operations against exact fractions, and what IEEE 754 says of zeros, infinities and NaNs."""

import math
import random
from fractions import Fraction

import pytest

from quire.engine.errors import Trap
from quire.engine.numeric.floats import CANONICAL_NAN, Floats, f32, f64
from quire.engine.numeric.integers import i32, i64

both = pytest.mark.parametrize("floats", [f32, f64], ids=["f32", "f64"])

SIGNALLING = {f32: 0x7FA0_1234, f64: 0x7FF4_0000_1234_5678}
PAYLOAD = {f32: 0xFFC0_0001, f64: 0xFFF8_0000_0000_0001}
CANONICAL = {f32: 0x7FC0_0000, f64: 0x7FF8_0000_0000_0000}
PRECISION = {f32: 24, f64: 53}
LEAST_EXPONENT = {f32: -149, f64: -1074}
LIMIT = {f32: 2**128, f64: 2**1024}


def nearest(floats: Floats, exact: Fraction) -> float:
    """The value nearest to a number, ties to even, from the definition."""
    if not exact:
        return 0.0
    exponent = abs(exact).numerator.bit_length() - abs(exact).denominator.bit_length()
    exponent -= abs(exact) < Fraction(2) ** exponent
    unit = Fraction(2) ** max(exponent - PRECISION[floats] + 1, LEAST_EXPONENT[floats])
    rounded = round(abs(exact) / unit) * unit
    return math.copysign(math.inf if rounded >= LIMIT[floats] else float(rounded), -1 if exact < 0 else 1)


def finite(floats: Floats, count: int = 400) -> list[float]:
    """Finite values of every magnitude, subnormals and neighbours of powers of two among them."""
    drawn = random.Random(floats.width)
    mantissa = PRECISION[floats] - 1
    sign_bit, infinity = 1 << floats.width - 1, floats.to_bits(math.inf)
    bits = [drawn.getrandbits(floats.width) for _ in range(count)]
    bits += [drawn.randrange(1, infinity) >> mantissa << mantissa for _ in range(count // 4)]
    bits += [(drawn.randrange(1, infinity) >> mantissa << mantissa) - 1 for _ in range(count // 4)]
    bits += [drawn.getrandbits(mantissa) | drawn.getrandbits(1) * sign_bit for _ in range(count // 4)]
    bits += [0, 1, sign_bit | 1, infinity - 1, 1 << mantissa, (1 << mantissa) - 1]
    values = [floats.from_bits(each & 2 * sign_bit - 1) for each in bits]
    return [value for value in values if math.isfinite(value)]


def close_pairs(floats: Floats) -> list[tuple[float, float]]:
    """Pairs at random, and of like magnitude, where rounding and cancellation happen."""
    values = finite(floats)
    shifted = random.Random(7).sample(values, len(values))
    drawn = random.Random(8)
    near = [(a, floats.round(a * drawn.uniform(-4, 4))) for a in values]
    return [*zip(values, shifted, strict=True), *(pair for pair in near if math.isfinite(pair[1]))]


def same(a: float, b: float) -> bool:
    return f64.to_bits(a) == f64.to_bits(b)


# Rounding


@both
def test_arithmetic_is_rounded_correctly(floats):
    for a, b in close_pairs(floats):
        x, y = Fraction(a), Fraction(b)
        assert floats.add(a, b) == nearest(floats, x + y), (a, b)
        assert floats.sub(a, b) == nearest(floats, x - y), (a, b)
        assert floats.mul(a, b) == nearest(floats, x * y), (a, b)
        if b:
            assert floats.div(a, b) == nearest(floats, x / y), (a, b)


@both
def test_square_roots_are_rounded_correctly(floats):
    for a in map(abs, finite(floats)):
        exact = Fraction(a)
        scale = 2**1400
        root = math.isqrt(exact.numerator * scale**2 // exact.denominator)
        squared = Fraction(root, scale) ** 2
        assert floats.sqrt(a) == nearest(floats, Fraction(root * 2 + (squared != exact), scale * 2))


@pytest.mark.parametrize("spread", [0, 1, 30, 60, 100])
def test_an_f32_sum_is_not_spoilt_by_rounding_twice(spread):
    drawn = random.Random(spread)
    for _ in range(500):
        a = math.ldexp(drawn.getrandbits(24) | 1, drawn.randrange(-20, 20))
        b = math.ldexp(drawn.getrandbits(24) | 1, drawn.randrange(-20, 20) - spread)
        assert f32.add(a, b) == nearest(f32, Fraction(a) + Fraction(b))


def test_f32_overflows_at_the_midpoint_beyond_its_greatest_value():
    greatest = f32.from_bits(0x7F7F_FFFF)
    assert greatest == 2.0**128 - 2.0**104
    midpoint = 2.0**128 - 2.0**103
    assert f32.demote(math.nextafter(midpoint, 0)) == greatest
    assert f32.demote(midpoint) == math.inf
    assert f32.demote(-midpoint) == -math.inf
    assert f32.add(greatest, greatest) == math.inf
    assert f32.mul(-greatest, greatest) == -math.inf


def test_f32_underflows_to_the_zero_of_its_sign():
    half_of_the_least = 2.0**-150
    assert same(f32.demote(-half_of_the_least), -0.0)
    assert f32.demote(math.nextafter(half_of_the_least, 1)) == 2.0**-149
    assert same(f32.mul(-(2.0**-100), 2.0**-100), -0.0)


@both
@pytest.mark.parametrize("source", ["i32_s", "i64_s", "u"])
def test_integers_are_rounded_once(floats, source):
    integers = i32 if source == "i32_s" else i64
    drawn = random.Random(3)
    lengths = [drawn.randrange(1, integers.width + 1) for _ in range(300)]
    values = [drawn.getrandbits(length) | 1 << length - 1 for length in lengths]
    values += [(1 << length) - step & integers.mask for length in range(integers.width) for step in (-1, 0, 1)]
    values += [1 << 62 | 1 << 38 | 1, 1 << 62 | 1 << 38 | 1 << 11, 1 << 62 | 3 << 38 | 1, integers.mask]
    for a in {value & integers.mask for value in values}:
        exact = a if source == "u" else integers.signed(a)
        assert getattr(floats, f"convert_{source}")(a) == nearest(floats, Fraction(exact)), hex(a)


def test_an_i64_does_not_become_an_f32_by_way_of_f64():
    assert f32.to_bits(f32.convert_u(0x4000_0040_0000_0001)) == 0x5E80_0001
    assert f32.to_bits(f32.convert_i64_s(-0x4000_0040_0000_0001 & i64.mask)) == 0xDE80_0001


def test_a_relaxed_multiply_add_is_not_fused():
    a = 1 + 2.0**-23
    assert f32.relaxed_madd(a, a, -a) == f32.sub(f32.mul(a, a), a) != f32.round(a * a - a)
    assert f32.relaxed_nmadd(a, a, a) == -f32.relaxed_madd(a, a, -a)
    assert f32.relaxed_madd(2.0, 3.0, 4.0) == 10.0
    assert f64.relaxed_nmadd(2.0, 3.0, 4.0) == -2.0


@both
def test_rounding_to_an_integer(floats):
    for a in [*finite(floats), 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, -0.0, 0.3, -0.3, 2.0**23 - 0.5, 2.0**23 + 1]:
        assert same(floats.ceil(a), math.copysign(math.ceil(a), a))
        assert same(floats.floor(a), math.copysign(math.floor(a), a))
        assert same(floats.trunc(a), math.copysign(math.trunc(a), a))
        assert same(floats.nearest(a), math.copysign(round(a), a))


def test_the_greatest_fraction_below_a_half_is_nearest_to_zero():
    assert f64.nearest(0.49999999999999994) == 0
    assert f64.nearest(4503599627370495.5) == 4503599627370496
    assert f64.nearest(4503599627370494.5) == 4503599627370494


@both
@pytest.mark.parametrize("operation", ["ceil", "floor", "trunc", "nearest", "abs"])
def test_rounding_an_infinity_to_an_integer(floats, operation):
    assert getattr(floats, operation)(math.inf) == math.inf
    assert abs(getattr(floats, operation)(-math.inf)) == math.inf


# Zeros, infinities


@both
def test_division_never_raises(floats):
    for sign in (1.0, -1.0):
        assert floats.div(sign, 0.0) == sign * math.inf
        assert floats.div(sign, -0.0) == -sign * math.inf
        assert floats.div(math.inf, sign * 0.0) == math.copysign(math.inf, sign)
        assert same(floats.div(sign, -math.inf), -sign * 0.0)
    for a, b in ((0.0, 0.0), (0.0, -0.0), (math.inf, math.inf), (-math.inf, math.inf), (math.nan, 0.0)):
        assert same(floats.div(a, b), CANONICAL_NAN)


@both
def test_square_roots_of_what_is_not_positive(floats):
    assert same(floats.sqrt(-0.0), -0.0)
    assert floats.sqrt(math.inf) == math.inf
    for a in (-1.0, -math.inf, -floats.from_bits(1)):
        assert same(floats.sqrt(a), CANONICAL_NAN)


@both
def test_the_lesser_zero_is_the_negative_one(floats):
    for a, b in ((0.0, -0.0), (-0.0, 0.0)):
        assert same(floats.min(a, b), -0.0)
        assert same(floats.max(a, b), 0.0)
        assert same(floats.relaxed_min(a, b), -0.0)
        assert same(floats.relaxed_max(a, b), 0.0)
        assert same(floats.pmin(a, b), a)
        assert same(floats.pmax(a, b), a)


@both
def test_the_lesser_and_the_greater(floats):
    for a, b in ((1.0, 2.0), (-math.inf, math.inf), (-1.0, 0.0)):
        for name in ("min", "pmin", "relaxed_min"):
            assert getattr(floats, name)(a, b) == getattr(floats, name)(b, a) == a
        for name in ("max", "pmax", "relaxed_max"):
            assert getattr(floats, name)(a, b) == getattr(floats, name)(b, a) == b


# NaNs


@both
@pytest.mark.parametrize("operation", ["add", "sub", "mul", "div", "min", "max", "relaxed_min", "relaxed_max"])
def test_a_nan_operand_gives_the_canonical_nan(floats, operation):
    for bits in (SIGNALLING[floats], PAYLOAD[floats]):
        nan = floats.from_bits(bits)
        for a, b in ((nan, 1.0), (1.0, nan), (nan, nan), (nan, math.inf), (0.0, nan)):
            assert floats.to_bits(getattr(floats, operation)(a, b)) == CANONICAL[floats]


@both
@pytest.mark.parametrize("operation", ["sqrt", "ceil", "floor", "trunc", "nearest", "round"])
def test_a_nan_alone_gives_the_canonical_nan(floats, operation):
    for bits in (SIGNALLING[floats], PAYLOAD[floats]):
        assert floats.to_bits(getattr(floats, operation)(floats.from_bits(bits))) == CANONICAL[floats]


@both
def test_a_nan_out_of_numbers_is_canonical(floats):
    for result in (
        floats.add(math.inf, -math.inf), floats.sub(math.inf, math.inf), floats.mul(0.0, -math.inf),
        floats.relaxed_madd(math.inf, 0.0, 1.0), floats.relaxed_nmadd(math.inf, 1.0, math.inf),
    ):  # fmt: skip
        assert floats.to_bits(result) == CANONICAL[floats]


def test_a_nan_changes_width_as_the_canonical_nan():
    assert f32.to_bits(f32.demote(f64.from_bits(PAYLOAD[f64]))) == CANONICAL[f32]
    assert f64.to_bits(f64.promote(f32.from_bits(PAYLOAD[f32]))) == CANONICAL[f64]


@both
def test_signs_change_without_touching_a_payload(floats):
    sign = 1 << floats.width - 1
    for bits in (SIGNALLING[floats], PAYLOAD[floats], CANONICAL[floats]):
        nan = floats.from_bits(bits)
        assert floats.to_bits(floats.abs(nan)) == bits & sign - 1
        assert floats.to_bits(floats.neg(nan)) == bits ^ sign
        assert floats.to_bits(floats.copysign(nan, -1.0)) == bits | sign
        assert floats.to_bits(floats.copysign(nan, 1.0)) == bits & sign - 1
        assert floats.copysign(2.0, floats.from_bits(bits | sign)) == -2.0


@both
def test_the_picking_minimum_and_maximum_keep_their_operand(floats):
    nan = floats.from_bits(SIGNALLING[floats])
    for operation in (floats.pmin, floats.pmax):
        assert floats.to_bits(operation(nan, 1.0)) == SIGNALLING[floats]
        assert operation(1.0, nan) == 1.0


@both
def test_comparisons_with_a_nan_are_false_but_for_ne(floats):
    nan = floats.from_bits(PAYLOAD[floats])
    for a, b in ((nan, 1.0), (1.0, nan), (nan, nan)):
        assert [getattr(floats, name)(a, b) for name in ("eq", "lt", "gt", "le", "ge", "ne")] == [0, 0, 0, 0, 0, 1]


@both
def test_comparisons_give_the_number_0_or_1(floats):
    names = ("eq", "ne", "lt", "gt", "le", "ge")
    cases = {(1.0, 2.0): [0, 1, 1, 0, 1, 0], (2.0, 1.0): [0, 1, 0, 1, 0, 1], (0.0, -0.0): [1, 0, 0, 0, 1, 1]}
    for (a, b), expected in cases.items():
        results = [getattr(floats, name)(a, b) for name in names]
        assert results == expected
        assert {type(result) for result in results} == {int}


# Bits


@both
def test_bits_survive_the_way_there_and_back(floats):
    drawn = random.Random(5)
    quiet = CANONICAL[floats]
    every_exponent = [drawn.getrandbits(floats.width) for _ in range(500)]
    nans = [quiet ^ drawn.getrandbits(PRECISION[floats] - 1) | 1 for _ in range(500)]
    signed = [bits | 1 << floats.width - 1 for bits in nans]
    edges = [0, 1, SIGNALLING[floats], PAYLOAD[floats], quiet, quiet - 1, (1 << floats.width) - 1]
    for bits in every_exponent + nans + signed + edges:
        assert floats.to_bits(floats.from_bits(bits)) == bits
        raw = bits.to_bytes(floats.width // 8, "little")
        assert floats.to_bytes(floats.from_bits(bits)) == raw
        assert floats.to_bits(floats.from_bytes(raw)) == bits
        assert floats.to_bits(floats.from_bytes(memoryview(bytearray(raw)))) == bits


def test_an_f32_nan_is_the_f64_nan_with_its_payload_shifted():
    assert f64.to_bits(f32.from_bits(0xFFA0_1234)) == 0xFFF0_0000_0000_0000 | 0x20_1234 << 29
    assert same(f32.from_bits(CANONICAL[f32]), CANONICAL_NAN)


def test_a_float_of_the_host_becomes_an_f32():
    assert f32.accept(0.1) == f32.from_bits(0x3DCC_CCCD)
    assert f32.accept(1e300) == math.inf
    assert f32.to_bits(f32.accept(f32.from_bits(SIGNALLING[f32]))) == SIGNALLING[f32]
    assert f32.to_bits(f32.accept(f64.from_bits(PAYLOAD[f64]))) == CANONICAL[f32]


# Truncation


@pytest.mark.parametrize("integers", [i32, i64], ids=["i32", "i64"])
@pytest.mark.parametrize("signed", [True, False], ids=["s", "u"])
def test_truncation_at_the_ends_of_the_range(integers, signed):
    low, high = (-integers.sign_bit, integers.sign_bit) if signed else (0, 2 * integers.sign_bit)
    trunc, saturate = (getattr(integers, name + ("s" if signed else "u")) for name in ("trunc_", "trunc_sat_"))
    candidates = [float(end) + step for end in (low, high) for step in (-1.5, -1, -0.5, 0, 0.5, 1, 1.5)]
    candidates += [math.nextafter(end, way) for end in (low, high) for way in (-math.inf, math.inf)]
    for z in (*candidates, 0.9, -0.9, 123.456, 1e300, -1e300):
        exact = math.trunc(z)
        if low <= exact < high:
            assert trunc(z) == exact % (2 * integers.sign_bit), z
        else:
            with pytest.raises(Trap, match=r"^integer overflow$"):
                trunc(z)
        assert saturate(z) == min(max(exact, low), high - 1) % (2 * integers.sign_bit), z


@pytest.mark.parametrize("sign", ["s", "u"])
@pytest.mark.parametrize("integers", [i32, i64], ids=["i32", "i64"])
def test_truncation_of_what_is_no_number(integers, sign):
    trunc, saturate, relaxed = (getattr(integers, name + sign) for name in ("trunc_", "trunc_sat_", "relaxed_trunc_"))
    with pytest.raises(Trap, match=r"^invalid conversion to integer$"):
        trunc(math.nan)
    for z in (math.inf, -math.inf):
        with pytest.raises(Trap, match=r"^integer overflow$"):
            trunc(z)
    ends = (integers.sign_bit, integers.sign_bit - 1) if sign == "s" else (0, integers.mask)
    assert (saturate(-math.inf), saturate(math.inf), saturate(math.nan)) == (*ends, 0)
    assert (relaxed(-math.inf), relaxed(math.inf), relaxed(math.nan)) == (*ends, 0)

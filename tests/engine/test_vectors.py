"""Vectors: lanes taken by shifts and masks, here, against the shapes' own ways."""

import math
import random

import pytest

from quire.engine.numeric.floats import CANONICAL_NAN, f32, f64
from quire.engine.numeric.integers import i8, i16, i32, i64
from quire.engine.numeric.shapes import f32x4, f64x2, i8x16, i16x8, i32x4, i64x2
from quire.engine.numeric.vectors import (
    Widening,
    convert,
    i8x16_s,
    i8x16_u,
    i16x8_s,
    i16x8_u,
    i32x4_s,
    i32x4_u,
    narrow,
    relaxed_dot_add,
    relaxed_swizzle,
    shuffle,
    swizzle,
)

INTEGER_SHAPES = [i8x16, i16x8, i32x4, i64x2]
SHAPES = [*INTEGER_SHAPES, f32x4, f64x2]
every_integer_shape = pytest.mark.parametrize("shape", INTEGER_SHAPES, ids=["i8x16", "i16x8", "i32x4", "i64x2"])
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=["i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2"])


def bits_of_lanes(v: int, width: int) -> list[int]:
    return [v >> low & (1 << width) - 1 for low in range(0, 128, width)]


def vector(lanes: list[int], width: int) -> int:
    return sum((lane & (1 << width) - 1) << index * width for index, lane in enumerate(lanes))


def signed(lanes: list[int], width: int) -> list[int]:
    return [lane - (1 << width) if lane >> width - 1 else lane for lane in lanes]


def drawn(count: int) -> list[int]:
    """Vectors at random, and some whose lanes are at the ends of their ranges in every shape."""
    source = random.Random(128)
    ends = [0, 0x80, 0x7F, 0xFF, 0x01]
    edges = [int.from_bytes(source.choices(ends, k=16), "little") for _ in range(count)]
    return [0, 2**128 - 1, *edges, *(source.getrandbits(128) for _ in range(count))]


VECTORS = drawn(20)
PAIRS = list(zip(VECTORS, VECTORS[7:] + VECTORS[:7], strict=True))


@every_shape
def test_lanes_survive_the_way_there_and_back(shape):
    signalling = 0x7FF4_0000_0000_0001_FFA0_0001_7FA0_0001
    for v in [*VECTORS, signalling, 0x7F80_0000_FF80_0000_7F80_0000_FF80_0000]:
        lanes = shape.split(v)
        assert len(lanes) == shape.count == 128 // shape.width
        assert shape.join(lanes) == v
        assert shape.join(iter(lanes)) == v


@every_integer_shape
def test_lane_0_has_the_least_significant_bits(shape):
    for v in VECTORS:
        assert list(shape.split(v)) == bits_of_lanes(v, shape.width)


def test_lanes_of_floats_keep_signalling_nans_beside_numbers():
    v = vector([0x7FA0_0001, 0x3F80_0000, 0xFFFF_FFFF, 0x8000_0000], 32)
    assert [f32.to_bits(lane) for lane in f32x4.split(v)] == bits_of_lanes(v, 32)
    assert f32x4.split(v)[1] == 1.0
    assert f32x4.unary(f32.neg)(v) == vector([0xFFA0_0001, 0xBF80_0000, 0x7FFF_FFFF, 0], 32)


@every_integer_shape
def test_an_operation_goes_lane_by_lane(shape):
    integers = shape.integers
    for v, w in PAIRS:
        a, b = bits_of_lanes(v, shape.width), bits_of_lanes(w, shape.width)
        assert shape.unary(integers.neg)(v) == vector([-x for x in a], shape.width)
        assert shape.binary(integers.sub)(v, w) == vector([x - y for x, y in zip(a, b, strict=True)], shape.width)
        select = shape.ternary(integers.bitselect)(v, w, 0xFF)
        assert select == w ^ (v ^ w) & 0xFF


def test_floats_go_lane_by_lane():
    v, w = f32x4.join([1.5, -2.0, math.inf, 0.0]), f32x4.join([0.25, 3.0, -math.inf, -0.0])
    assert f32x4.binary(f32.add)(v, w) == f32x4.join([1.75, 1.0, CANONICAL_NAN, 0.0])
    assert f32x4.ternary(f32.relaxed_madd)(v, w, v) == f32x4.join([1.875, -8.0, CANONICAL_NAN, 0.0])
    v, w = f64x2.join([1.5, -2.0]), f64x2.join([0.25, 3.0])
    assert f64x2.binary(f64.mul)(v, w) == f64x2.join([0.375, -6.0])


def test_an_operation_under_a_shape_keeps_its_name_and_documentation():
    made = i8x16.binary(i8.add_sat_s)
    assert (made.__name__, made.__doc__) == ("add_sat_s", i8.add_sat_s.__doc__)


@every_integer_shape
def test_a_comparison_gives_lanes_of_ones_and_zeros(shape):
    for v, w in PAIRS:
        a, b = bits_of_lanes(v, shape.width), bits_of_lanes(w, shape.width)
        assert shape.compare(shape.integers.gt_u)(v, w) == vector(
            [-(x > y) for x, y in zip(a, b, strict=True)], shape.width
        )
        assert shape.compare(shape.integers.eq)(v, v) == 2**128 - 1


def test_a_comparison_of_floats_gives_lanes_of_integers():
    v, w = f32x4.join([1.0, math.nan, -0.0, 2.0]), f32x4.join([2.0, math.nan, 0.0, 1.0])
    assert f32x4.compare(f32.le)(v, w) == vector([-1, 0, -1, 0], 32)
    assert f64x2.compare(f64.ne)(f64x2.join([math.nan, 1.0]), f64x2.join([math.nan, 1.0])) == 2**64 - 1


@every_integer_shape
def test_a_shift_takes_its_distance_modulo_the_width(shape):
    for v in VECTORS:
        a = bits_of_lanes(v, shape.width)
        for distance in (0, 1, shape.width - 1, shape.width, shape.width + 3, 0xFFFF_FFFF):
            by = distance % shape.width
            assert shape.shift(shape.integers.shl)(v, distance) == vector([x << by for x in a], shape.width)
            assert shape.shift(shape.integers.shr_u)(v, distance) == vector([x >> by for x in a], shape.width)
            arithmetic = [x >> by for x in signed(a, shape.width)]
            assert shape.shift(shape.integers.shr_s)(v, distance) == vector(arithmetic, shape.width)


@every_integer_shape
def test_single_lanes_of_integers(shape):
    wide = 0x1234_5678_9ABC_DEF0
    for v in VECTORS:
        a = bits_of_lanes(v, shape.width)
        for lane in range(shape.count):
            assert shape.extract_lane(lane, v) == a[lane]
            assert shape.width > 32 or i32.signed(shape.extract_lane_s(lane, v)) == signed(a, shape.width)[lane]
            replaced = [*a[:lane], wide, *a[lane + 1 :]]
            assert shape.replace_lane_wrapped(lane, v, wide) == vector(replaced, shape.width)
            assert shape.replace_lane(lane, v, a[-1]) == vector([*a[:lane], a[-1], *a[lane + 1 :]], shape.width)
    splat = vector([wide] * shape.count, shape.width)
    assert shape.splat_wrapped(wide) == shape.splat(wide & shape.integers.mask) == splat


def test_single_lanes_of_floats():
    nan = f32.from_bits(0x7FA0_0001)
    assert f32x4.splat(nan) == vector([0x7FA0_0001] * 4, 32)
    assert f32.to_bits(f32x4.extract_lane(2, f32x4.splat(nan))) == 0x7FA0_0001
    assert f32x4.replace_lane(3, f32x4.splat(nan), 1.0) == vector([0x7FA0_0001] * 3 + [0x3F80_0000], 32)
    assert f64x2.replace_lane(0, f64x2.splat(2.0), 1.0) == vector([0x3FF0 << 48, 0x4000 << 48], 64)


@every_integer_shape
def test_tests_of_all_lanes(shape):
    for v in VECTORS:
        a = bits_of_lanes(v, shape.width)
        assert shape.all_true(v) == int(all(a))
        signs = "".join("01"[x < 0] for x in signed(a, shape.width))
        assert format(shape.bitmask(v), f"0{shape.count}b")[::-1] == signs


def test_conversions_take_the_low_half_or_fill_with_zeros():
    integers = vector([-1, 2, 3, 4], 32)
    assert convert(i32x4, f64.convert_i32_s, f64x2)(integers) == f64x2.join([-1.0, 2.0])
    assert convert(i32x4, f32.convert_u, f32x4)(integers) == f32x4.join([2.0**32, 2.0, 3.0, 4.0])
    assert convert(f32x4, f64.promote, f64x2)(f32x4.join([0.5, -0.0, 3.0, 4.0])) == f64x2.join([0.5, -0.0])
    floats = f64x2.join([1e300, -3.9])
    assert convert(f64x2, f32.demote, f32x4)(floats) == f32x4.join([math.inf, f32.round(-3.9), 0.0, 0.0])
    assert convert(f64x2, i32.trunc_sat_s, i32x4)(floats) == vector([0x7FFF_FFFF, -3, 0, 0], 32)
    assert convert(f64x2, i32.relaxed_trunc_u, i32x4)(floats) == vector([0xFFFF_FFFF, 0, 0, 0], 32)


@pytest.mark.parametrize(("source", "target"), [(i16x8, i8x16), (i32x4, i16x8)], ids=["i16x8", "i32x4"])
def test_narrowing_clamps_signed_lanes(source, target):
    half = target.integers.sign_bit
    for v, w in PAIRS:
        lanes = signed(bits_of_lanes(v, source.width) + bits_of_lanes(w, source.width), source.width)
        clamped = [min(max(x, -half), half - 1) for x in lanes]
        assert narrow(source, target.integers.saturate_s, target)(v, w) == vector(clamped, target.width)
        clamped = [min(max(x, 0), 2 * half - 1) for x in lanes]
        assert narrow(source, target.integers.saturate_u, target)(v, w) == vector(clamped, target.width)


WIDENINGS = [(i8x16_s, 8, 1), (i8x16_u, 8, 0), (i16x8_s, 16, 1), (i16x8_u, 16, 0), (i32x4_s, 32, 1), (i32x4_u, 32, 0)]


@pytest.mark.parametrize(("widening", "width", "sign"), WIDENINGS, ids=["8s", "8u", "16s", "16u", "32s", "32u"])
def test_widening_loses_nothing(widening: Widening, width: int, sign: int):
    half, read = 64 // width, signed if sign else lambda lanes, width: lanes
    for v, w in PAIRS:
        a, b = read(bits_of_lanes(v, width), width), read(bits_of_lanes(w, width), width)
        products = [x * y for x, y in zip(a, b, strict=True)]
        assert widening.extend_low(v) == vector(a[:half], 2 * width)
        assert widening.extend_high(v) == vector(a[half:], 2 * width)
        assert widening.multiply_low(v, w) == vector(products[:half], 2 * width)
        assert widening.multiply_high(v, w) == vector(products[half:], 2 * width)
        assert widening.add_pairwise(v) == vector([x + y for x, y in zip(a[::2], a[1::2], strict=True)], 2 * width)
        sums = [x + y for x, y in zip(products[::2], products[1::2], strict=True)]
        assert widening.dot(v, w) == vector(sums, 2 * width)
        if sign:
            end = 1 << 2 * width - 1
            clamped = [min(max(x, -end), end - 1) for x in sums]
            assert widening.relaxed_dot(v, w) == vector(clamped, 2 * width)


def test_the_relaxed_dot_product_saturates_between_its_steps():
    least = i8x16.splat(0x80)
    assert i8x16_s.relaxed_dot(least, least) == i16x8.splat(0x7FFF)
    assert relaxed_dot_add(least, least, i32x4.splat(1)) == i32x4.splat(2 * 0x7FFF + 1)
    assert relaxed_dot_add(i8x16.splat(1), i8x16.splat(0xFF), i32x4.splat(4)) == 0


def test_shuffle_takes_bytes_of_both():
    v, w = (int.from_bytes(bytes(range(first, first + 16)), "little") for first in (100, 200))
    lanes = (0, 31, 16, 15, 1, 1, 30, 2, 3, 17, 4, 5, 18, 6, 7, 8)
    expected = [100 + lane if lane < 16 else 184 + lane for lane in lanes]
    assert shuffle(lanes, v, w) == vector(expected, 8)


def test_swizzle_gives_zero_beyond_its_lanes():
    v = int.from_bytes(bytes(range(100, 116)), "little")
    indices = [15, 0, 16, 17, 31, 32, 127, 128, 143, 255, 1, 2, 3, 4, 5, 6]
    expected = [100 + index if index < 16 else 0 for index in indices]
    assert swizzle(v, vector(indices, 8)) == relaxed_swizzle(v, vector(indices, 8)) == vector(expected, 8)


def test_lanes_of_every_width_share_the_scalar_integers():
    assert [shape.integers for shape in INTEGER_SHAPES] == [i8, i16, i32, i64]

"""Values cross between host and guest with every bit, and wrong ones are refused before anything runs."""

import math
import struct
from decimal import Decimal
from fractions import Fraction

import pytest

import quire

TEXT = """
(module
  (tag $ping (export "ping"))
  (global $ran (export "ran") (mut i32) (i32.const 0))
  (func $mark (global.set $ran (i32.add (global.get $ran) (i32.const 1))))
  (func (export "i32") (param i32) (result i32) (call $mark) (local.get 0))
  (func (export "i64") (param i64) (result i64) (call $mark) (local.get 0))
  (func (export "f32") (param f32) (result f32) (call $mark) (local.get 0))
  (func (export "f64") (param f64) (result f64) (call $mark) (local.get 0))
  (func (export "v128") (param v128) (result v128) (call $mark) (local.get 0))
  (func (export "externref") (param externref) (result externref) (call $mark) (local.get 0))
  (func (export "extern") (param (ref extern)) (result (ref extern)) (call $mark) (local.get 0))
  (func (export "anyref") (param anyref) (result anyref) (call $mark) (local.get 0))
  (func (export "eqref") (param eqref) (result eqref) (call $mark) (local.get 0))
  (func (export "i31ref") (param i31ref) (result i31ref) (call $mark) (local.get 0))
  (func (export "funcref") (param funcref) (result funcref) (call $mark) (local.get 0))
  (func (export "exnref") (param exnref) (result exnref) (call $mark) (local.get 0))
  (type $nothing (func))
  (func (export "nothing") (param (ref null $nothing)) (result (ref null $nothing)) (call $mark) (local.get 0))
  (func (export "bits32") (param f32) (result i32) (i32.reinterpret_f32 (local.get 0)))
  (func (export "bits64") (param f64) (result i64) (i64.reinterpret_f64 (local.get 0)))
  (func (export "float32") (param i32) (result f32) (f32.reinterpret_i32 (local.get 0)))
  (func (export "float64") (param i64) (result f64) (f64.reinterpret_i64 (local.get 0)))
  (func (export "lane") (param v128) (result i32) (i32x4.extract_lane 0 (local.get 0)))
  (func (export "swap") (param i32 i64) (result i64 i32) (local.get 1) (local.get 0))
  (func (export "none"))

  (type $point (struct (field (mut i32)) (field f64) (field (mut i8))))
  (func (export "point") (param i32) (result (ref $point))
    (struct.new $point (local.get 0) (f64.const 2.5) (i32.const 0xff)))
  (func (export "x") (param structref) (result i32)
    (struct.get $point 0 (ref.cast (ref $point) (local.get 0))))
  (type $row (array (mut i16)))
  (func (export "row") (param i32 i32) (result (ref $row)) (array.new $row (local.get 0) (local.get 1)))
  (type $fixed (array i32))
  (func (export "fixed") (result arrayref) (array.new_fixed $fixed 2 (i32.const 7) (i32.const 8)))
  (func (export "outside") (param i32) (result externref)
    (extern.convert_any (struct.new $point (local.get 0) (f64.const 0) (i32.const 0))))
  (func (export "inside") (param externref) (result i32)
    (struct.get $point 0 (ref.cast (ref $point) (any.convert_extern (local.get 0)))))
  (func (export "same") (param eqref eqref) (result i32) (ref.eq (local.get 0) (local.get 1)))
)
"""


@pytest.fixture(scope="module")
def exports():
    return quire.instantiate(TEXT).exports


@pytest.mark.parametrize("bits", [32, 64])
def test_integers_come_back_signed_and_are_accepted_either_way(exports, bits):
    same = exports[f"i{bits}"]
    for value in (0, 1, (1 << bits - 1) - 1, -1, -(1 << bits - 1)):
        assert same(value) == value
        assert same(value % (1 << bits)) == value
    assert same(True) == 1
    assert type(same(True)) is int


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("beyond", [0, 1])
def test_integers_beyond_both_ranges_overflow(exports, bits, beyond):
    value = (1 << bits) + beyond if beyond else -(1 << bits - 1) - 1
    before = exports.ran.value
    with pytest.raises(OverflowError, match=f"^i{bits}: argument 1: {value} does not fit i{bits}$"):
        exports[f"i{bits}"](value)
    assert exports.ran.value == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("i32", 1.0),
        ("i32", "1"),
        ("i32", None),
        ("i64", Decimal(1)),
        ("f32", "1"),
        ("f64", None),
        ("f64", 1j),
        ("v128", 1.0),
        ("v128", b"short"),
        ("extern", None),
        ("eqref", "text"),
        ("i31ref", 5),
        ("funcref", print),
        ("funcref", 0),
        ("exnref", ValueError()),
        ("nothing", "text"),
    ],
)
def test_a_wrong_type_is_a_type_error_before_anything_runs(exports, name, value):
    before = exports.ran.value
    with pytest.raises(TypeError, match=f"^{name}: argument 1: "):
        exports[name](value)
    assert exports.ran.value == before


def test_a_reference_to_a_function_of_another_type_is_refused(exports):
    assert exports.nothing(exports.none) == exports.none
    with pytest.raises(TypeError, match="^nothing: argument 1: "):
        exports.nothing(exports.i32)


@pytest.mark.parametrize("arguments", [(), (1, 2)])
def test_a_wrong_number_of_arguments_is_a_type_error(exports, arguments):
    with pytest.raises(TypeError, match=f"^i32: arguments: 1 wanted, {len(arguments)} given$"):
        exports.i32(*arguments)


def test_no_one_and_several_results(exports):
    assert exports.none() is None
    assert exports.swap(-1, 5) == (5, -1)


@pytest.mark.parametrize("bits", [0x7FA00001, 0xFF800001, 0x7FC00000, 0x80000000, 1, 0x3DCCCCCD, 0x7F800000])
def test_every_f32_keeps_its_bits(exports, bits):
    single = quire.ValType.f32()
    value = exports.float32(bits)
    assert single.bits(value) == bits
    assert exports.bits32(value) % (1 << 32) == bits
    assert single.bits(exports.f32(single.from_bits(bits))) == bits


@pytest.mark.parametrize("bits", [0x7FF0000000000001, 0xFFF8000000000000, 0x7FFC123456789ABC, 1 << 63, 1])
def test_every_f64_keeps_its_bits(exports, bits):
    double = quire.ValType.f64()
    value = exports.float64(bits)
    assert double.bits(value) == bits
    assert exports.bits64(value) % (1 << 64) == bits
    assert struct.pack("<d", exports.f64(value)) == bits.to_bytes(8, "little")


def test_bits_are_those_of_floats_alone():
    with pytest.raises(TypeError):
        quire.ValType.i32().bits(1.0)
    with pytest.raises(OverflowError):
        quire.ValType.f32().from_bits(1 << 32)


@pytest.mark.parametrize("value", [3, Fraction(1, 2), Decimal("0.25"), True])
def test_any_real_number_is_a_float(exports, value):
    assert exports.f64(value) == float(value)
    assert type(exports.f64(value)) is float
    assert exports.f32(value) == float(value)


def test_an_f32_is_rounded_once(exports):
    assert exports.f32(0.1) == struct.unpack("<f", struct.pack("<f", 0.1))[0]
    assert exports.f32(1e39) == math.inf
    assert quire.ValType.f32().bits(exports.f32(0x4000004000000001)) == 0x5E800001


def test_a_vector_is_an_int_or_its_bytes(exports):
    assert exports.v128((1 << 128) - 1) == (1 << 128) - 1
    assert exports.v128(-1) == (1 << 128) - 1
    assert exports.lane(struct.pack("<4i", -7, 1, 2, 3)) == -7
    with pytest.raises(OverflowError):
        exports.v128(1 << 128)


@pytest.mark.parametrize("name", ["externref", "extern", "anyref"])
def test_any_object_passes_through_untouched(exports, name):
    for value in ([], "text", 5, print, exports.i32, quire.ValType):
        assert exports[name](value) is value


@pytest.mark.parametrize("name", "externref anyref eqref i31ref funcref exnref nothing".split())
def test_none_is_null(exports, name):
    assert exports[name](None) is None


def test_i31(exports):
    assert exports.i31ref(quire.I31Ref(-5)) == quire.I31Ref(-5)
    assert exports.anyref(quire.I31Ref((1 << 31) - 1)).value == -1
    assert exports.same(quire.I31Ref(3), quire.I31Ref(3)) == 1
    for value in (1 << 31, -(1 << 30) - 1):
        with pytest.raises(OverflowError):
            quire.I31Ref(value)
    with pytest.raises(TypeError):
        quire.I31Ref("1")


def test_structures(exports):
    point = exports.point(-3)
    assert [point[index] for index in range(len(point))] == [-3, 2.5, -1]
    point[0] = 9
    assert exports.x(point) == 9
    assert exports.anyref(point) == point
    assert hash(exports.anyref(point)) == hash(point)
    assert exports.point(-3) != point
    with pytest.raises(TypeError, match="immutable"):
        point[1] = 1.0
    with pytest.raises(TypeError):
        point[0] = "x"
    with pytest.raises(IndexError):
        point[3]
    with pytest.raises(OverflowError):
        point[2] = 256


def test_arrays(exports):
    row = exports.row(-2, 3)
    assert list(row) == [-2, -2, -2]
    row[1] = 0xFFFF
    assert (len(row), row[1]) == (3, -1)
    with pytest.raises(IndexError):
        row[3] = 0
    for slice_ in (slice(0, 2), "1"):
        with pytest.raises(TypeError, match="as an integer"):
            row[slice_]
        with pytest.raises(TypeError, match="as an integer"):
            row[slice_] = 0
    fixed = exports.fixed()
    assert list(fixed) == [7, 8]
    with pytest.raises(TypeError, match="immutable"):
        fixed[0] = 1


def test_a_structure_that_went_outside_comes_back_inside(exports):
    outside = exports.outside(42)
    assert isinstance(outside, quire.StructRef)
    assert exports.inside(exports.externref(outside)) == 42


def test_an_aggregate_is_not_a_structure_of_another_type(exports):
    with pytest.raises(TypeError):
        exports.x(exports.row(1, 1))
    with pytest.raises(quire.Trap, match="^cast failure"):
        exports.inside("text")


def test_functions_come_back_equal(exports):
    assert exports.funcref(exports.i32) == exports.i32
    assert exports.funcref(exports.i32)(7) == 7


def test_references_stay_in_their_store(exports):
    other = quire.instantiate(TEXT).exports
    with pytest.raises(ValueError, match="another store"):
        exports.funcref(other.i32)
    with pytest.raises(ValueError, match="another store"):
        exports.anyref(other.point(1))


@pytest.mark.parametrize(
    "make", [lambda each: quire.FuncType([each]), quire.GlobalType, lambda each: quire.TableType(each, 1)]
)
def test_a_type_is_no_method_that_makes_one(make):
    with pytest.raises(TypeError, match=r"^a type is wanted, such as ValType\.i32\(\), not <bound method"):
        make(quire.ValType.i32)

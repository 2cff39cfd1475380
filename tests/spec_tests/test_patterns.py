import pytest

from quire.engine import types as t
from quire.engine.numeric.floats import f32, f64
from quire.engine.runtime.function import HostFunction
from quire.engine.runtime.objects import HostReference, I31Reference, Structure
from quire.spec_tests import patterns as p

CANONICAL32, ARITHMETIC32 = p.NAN_MASKS["nan:canonical", 4], p.NAN_MASKS["nan:arithmetic", 4]
CANONICAL64, ARITHMETIC64 = p.NAN_MASKS["nan:canonical", 8], p.NAN_MASKS["nan:arithmetic", 8]


@pytest.mark.parametrize(
    ("mask", "bits", "accepted"),
    [
        (CANONICAL32, 0x7FC00000, True),
        (CANONICAL32, 0xFFC00000, True),
        (CANONICAL32, 0x7FC00001, False),
        (CANONICAL32, 0x7FA00000, False),
        (CANONICAL32, 0x7F800000, False),
        (ARITHMETIC32, 0x7FC00000, True),
        (ARITHMETIC32, 0xFFFFFFFF, True),
        (ARITHMETIC32, 0x7FA00000, False),
        (ARITHMETIC32, 0x7F800000, False),
        (p.exactly(t.F32, 0x7FA00000), 0x7FA00000, True),
        (p.exactly(t.F32, 0x7FA00000), 0xFFA00000, False),
        (p.exactly(t.F32, 0), 0x80000000, False),
    ],
)
def test_an_f32_is_compared_bit_by_bit(mask, bits, accepted):
    assert p.number(t.F32, mask).accepts(t.F32, f32.from_bits(bits)) is accepted


@pytest.mark.parametrize(
    ("mask", "bits", "accepted"),
    [
        (CANONICAL64, 0x7FF8000000000000, True),
        (CANONICAL64, 0xFFF8000000000000, True),
        (CANONICAL64, 0x7FF8000000000001, False),
        (ARITHMETIC64, 0xFFF8000000000001, True),
        (ARITHMETIC64, 0x7FF4000000000000, False),
        (p.exactly(t.F64, 0x7FF4000000000000), 0x7FF4000000000000, True),
        (p.exactly(t.F64, 1 << 63), 0, False),
    ],
)
def test_an_f64_is_compared_bit_by_bit(mask, bits, accepted):
    assert p.number(t.F64, mask).accepts(t.F64, f64.from_bits(bits)) is accepted


def test_a_number_of_another_type_is_refused():
    seven = p.number(t.I32, p.exactly(t.I32, 7))
    assert seven.accepts(t.I32, 7)
    assert not seven.accepts(t.I32, 8)
    assert not seven.accepts(t.I64, 7)


def test_a_value_that_is_no_number_is_an_error():
    with pytest.raises(TypeError, match="None is no i32"):
        p.number(t.I32, p.exactly(t.I32, 7)).accepts(t.I32, None)


def test_each_lane_has_its_own_pattern():
    lanes = [p.exactly(t.F32, f32.to_bits(1.0)), CANONICAL32, ARITHMETIC32, p.exactly(t.F32, 0)]
    pattern = p.vector("f32x4", lanes)

    def vector(*words: int) -> int:
        return sum(word << 32 * at for at, word in enumerate(words))

    assert pattern.accepts(t.V128, vector(0x3F800000, 0xFFC00000, 0x7FC00123, 0))
    assert not pattern.accepts(t.V128, vector(0x3F800001, 0xFFC00000, 0x7FC00123, 0))
    assert not pattern.accepts(t.V128, vector(0x3F800000, 0x7FC00123, 0x7FC00123, 0))
    assert not pattern.accepts(t.V128, vector(0x3F800000, 0xFFC00000, 0x7F800000, 0))
    assert str(pattern) == "(v128.const f32x4 1.0 nan:canonical nan:arithmetic 0.0)"


def test_lane_zero_is_lowest():
    pattern = p.vector("i8x16", [p.exactly(t.I8, at) for at in range(16)])
    assert pattern.accepts(t.V128, int.from_bytes(range(16), "little"))


FUNCTION = HostFunction(t.function_type(), lambda: None)
STRUCTURE = Structure(t.intern(t.RecursiveType((t.SubType(t.StructType()),)))[0], [])


@pytest.mark.parametrize(
    ("pattern", "value_type", "value", "accepted"),
    [
        (p.Null(), t.FUNCREF, None, True),
        (p.Null("any"), t.ANYREF, None, True),
        (p.Null(), t.FUNCREF, FUNCTION, False),
        (p.Reference("ref.func"), t.FUNCREF, FUNCTION, True),
        (p.Reference("ref.func"), t.FUNCREF, None, False),
        (p.Reference("ref.struct"), t.ANYREF, STRUCTURE, True),
        (p.Reference("ref.array"), t.ANYREF, STRUCTURE, False),
        (p.Reference("ref.eq"), t.ANYREF, STRUCTURE, True),
        (p.Reference("ref.i31"), t.ANYREF, I31Reference(1), True),
        (p.Reference("ref.i31"), t.EXTERNREF, I31Reference(1), False),
        (p.Reference("ref.extern"), t.EXTERNREF, I31Reference(1), True),
        (p.Reference("ref.extern"), t.EXTERNREF, None, False),
        (p.Reference("ref.extern"), t.ANYREF, HostReference(1), False),
        (p.Host("ref.extern", 1), t.EXTERNREF, HostReference(1), True),
        (p.Host("ref.extern", 1), t.EXTERNREF, HostReference(2), False),
        (p.Host("ref.extern", 1), t.EXTERNREF, None, False),
        (p.Host("ref.host", 1), t.ANYREF, HostReference(1), True),
        (p.Host("ref.host", 1), t.EXTERNREF, HostReference(1), False),
    ],
)
def test_references(pattern, value_type, value, accepted):
    assert pattern.accepts(value_type, value) is accepted


def test_one_of_several():
    either = p.Either((p.number(t.I32, p.exactly(t.I32, 1)), p.number(t.I32, p.exactly(t.I32, 2))))
    assert [either.accepts(t.I32, value) for value in (0, 1, 2, 3)] == [False, True, True, False]
    assert str(either) == "(either (i32.const 1) (i32.const 2))"


@pytest.mark.parametrize(
    ("value_type", "value", "text"),
    [
        (t.I32, 4294967295, "(i32.const 0xffffffff)"),
        (t.F64, 0.1, "(f64.const 0.1)"),
        (t.F32, f32.from_bits(0xFFA00000), "(f32.const -nan:0x200000)"),
        (t.F64, float("-inf"), "(f64.const -inf)"),
        (t.V128, 1, "(v128.const i32x4 1 0 0 0)"),
        (t.EXTERNREF, HostReference(3), "(ref.extern 3)"),
        (t.FUNCREF, None, "(ref.null func)"),
    ],
)
def test_values_are_shown_as_a_script_writes_them(value_type, value, text):
    assert p.show(value_type, value) == text


def test_a_vector_is_shown_with_the_lanes_it_was_held_against():
    assert p.show(t.V128, 1 << 64, p.vector("i64x2", [p.exactly(t.I64, 0)] * 2)) == "(v128.const i64x2 0 1)"

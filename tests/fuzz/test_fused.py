"""Multiply-adds are rounded once or twice: both are taken and nothing else is."""

import math
from fractions import Fraction
from random import Random

import pytest

from quire.engine import types as t
from quire.engine.binary import encode
from quire.engine.instruction_set import CORE
from quire.engine.instructions.row import Row
from quire.engine.module import Export, FunctionDefinition, Import, Module
from quire.engine.numeric.floats import f32, f64
from quire.fuzz.compare import compare
from quire.fuzz.generate.edges import EDGES
from quire.fuzz.generate.fused import (
    HELD_LOCALS,
    HELD_TYPE,
    exact,
    fused_row,
    held,
    is_fused,
    is_once,
    is_sound,
    multiply_add,
    once,
    rounded,
)
from quire.fuzz.generate.leaves import Emitter
from quire.fuzz.legs import quire_leg
from quire.fuzz.legs.process import LegProcess, known_legs
from quire.fuzz.legs.protocol import Request

EMITTER = Emitter(CORE)
ROWS = [row for row in CORE.rows if is_fused(row)]
REFERENCE = quire_leg.leg("reference")
PARTING = {  # operands whose product is not exact, so that it matters when it is rounded
    "f32x4": sum(0x3F800001 << at for at in range(0, 128, 32)),
    "f64x2": sum(0x3FF0000000000001 << at for at in range(0, 128, 64)),
}


@pytest.mark.parametrize(("floats", "width"), [(f32, 32), (f64, 64)])
def test_rounding_once_is_what_rounding_an_exact_number_gives(floats: type, width: int) -> None:
    random = Random(width)
    for _ in range(2000):
        a, b = (floats.from_bits(random.getrandbits(width)) for _ in range(2))  # type: ignore[attr-defined]
        if math.isfinite(a) and math.isfinite(b):
            assert multiply_add(a, b, -0.0, width) == floats.mul(a, b)  # type: ignore[attr-defined]
            assert multiply_add(1.0, a, b, width) == floats.add(a, b)  # type: ignore[attr-defined]


def test_rounding_at_the_ends_of_the_range() -> None:
    assert rounded(Fraction(2**24 - 1) * 2**104, 32) == f32.from_bits(0x7F7FFFFF)
    assert rounded(Fraction(2**25 - 1) * 2**103, 32) == math.inf
    assert rounded(-(Fraction(2) ** 5000), 64) == -math.inf
    assert rounded(Fraction(1, 2**150), 32) == 0.0
    assert rounded(Fraction(3, 2**151), 32) == f32.from_bits(1)
    assert math.copysign(1.0, rounded(-Fraction(1, 2**1100), 64)) == -1.0


@pytest.mark.parametrize(
    ("a", "b", "c", "expected"),
    [
        (math.inf, 0.0, 1.0, math.nan), (1e300, 1e300, -math.inf, -math.inf), (math.inf, 1.0, -math.inf, math.nan),
        (-0.0, 1.0, -0.0, -0.0), (0.0, 1.0, -0.0, 0.0), (2.0, 3.0, -6.0, 0.0), (math.nan, 1.0, 1.0, math.nan),
    ],
)  # fmt: skip
def test_infinities_nans_and_zeros(a: float, b: float, c: float, expected: float) -> None:
    assert str(multiply_add(a, b, c, 64)) == str(expected)


def request(row: Row, operands: tuple[int, ...], allowed: int, *, wrong: bool = False) -> Request:
    """Hold a row to its results; if `wrong`, an instruction in its place that adds nothing."""
    code = held(EMITTER, row)
    if wrong:
        drop = EMITTER.make("drop")
        code = [each for old in code for each in ([drop, drop] if old.row is row else [old])]
    arguments = [EMITTER.make("v128.const", each) for each in (*operands, allowed)]
    result = [EMITTER.make("i32x4.extract_lane", 0)]
    shapes = (t.FunctionType((t.I32, t.I32), (t.I32,)), HELD_TYPE, t.FunctionType((), (t.I32,)))
    module = Module(
        types=tuple(t.RecursiveType((t.SubType(each),)) for each in shapes),
        imports=(Import("host", "note", t.ExternFunctionType(0)),),
        functions=(
            FunctionDefinition(1, HELD_LOCALS, EMITTER.expression(code)),
            FunctionDefinition(2, (), EMITTER.expression([*arguments, EMITTER.make("call", 1), *result])),
        ),
        exports=(Export("call:0", "function", 2),),
    )
    return Request(encode(module), ("call:0",), (), ("simd", "relaxed-simd"))


def is_outside(answer: object) -> bool:
    found = compare({"a": answer, "b": answer}).difference  # type: ignore[dict-item]
    return found is not None and found.phase == "nan"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.mnemonic)
def test_both_results_are_inside_and_another_is_outside(row: Row) -> None:
    parting = PARTING[row.mnemonic.partition(".")[0]]
    for operands in ((parting,) * 3, *zip(EDGES[t.V128], EDGES[t.V128][3:], EDGES[t.V128][5:], strict=False)):
        assert not is_outside(REFERENCE(request(row, operands, once(row, operands))))
        assert not is_outside(REFERENCE(request(row, operands, 0)))  # which rounds twice, whatever rounding once gives
    assert is_outside(REFERENCE(request(row, (parting,) * 3, 0, wrong=True)))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.mnemonic)
def test_an_engine_that_rounds_once_gives_the_same(row: Row) -> None:
    leg = known_legs().get("wasmtime")
    if leg is None:
        pytest.skip("the extra oracle is not installed")
    edges = EDGES[t.V128]
    with LegProcess(leg) as process:
        for at in range(len(edges)):
            operands = (edges[at], edges[at * 3 % len(edges)], edges[at * 5 % len(edges)])
            given = request(row, operands, once(row, operands))
            assert compare({"a": REFERENCE(given), "b": process.ask(given)}).difference is None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.mnemonic)
def test_what_is_left_of_a_function_tells_whether_it_is_sound(row: Row) -> None:
    body = held(EMITTER, row)
    whole = FunctionDefinition(0, HELD_LOCALS, EMITTER.expression(body))
    plain = FunctionDefinition(0, (), EMITTER.expression(exact(EMITTER, row)))
    assert is_sound(EMITTER, whole)
    assert fused_row(whole) is row
    assert is_sound(EMITTER, plain)
    assert fused_row(plain) is None
    for code in (body[:-1], exact(EMITTER, row)[1:]):
        assert not is_sound(EMITTER, FunctionDefinition(0, HELD_LOCALS, EMITTER.expression(code)))
    numbers = (1, 2, 3)
    arguments = [EMITTER.make("v128.const", each) for each in (*numbers, once(row, numbers))]
    assert is_once(row, arguments)
    assert not is_once(row, [*arguments[:-1], EMITTER.make("v128.const", 77)])

"""NaNs are held to the sets of the specification: what engines do is inside, and what is outside is told."""

import pytest

from quire.engine import types as t
from quire.engine.binary import encode
from quire.engine.instruction_set import CORE
from quire.engine.instructions.row import Row
from quire.engine.module import Export, FunctionDefinition, Import, Instruction, LocalRun, Module
from quire.fuzz.compare import compare
from quire.fuzz.generate.catalogue import plain_production
from quire.fuzz.generate.leaves import Code, Emitter
from quire.fuzz.generate.nans import LANES, VIOLATION, checked, is_checked, operand_shape
from quire.fuzz.legs import quire_leg
from quire.fuzz.legs.process import LegProcess, known_legs
from quire.fuzz.legs.protocol import Request

EMITTER = Emitter(CORE)
ROWS = [row for row in CORE.rows if is_checked(row)]
REFERENCE = quire_leg.leg("reference")
NUMBER = {"f32": 0x40200000, "f64": 0x4004000000000000}
SIGNALLING = {"f32": 0x7FA00000, "f64": 0x7FF4000000000000}
QUIET = {"f32": 0xFFC12345, "f64": 0xFFF8000012345678}
BIT = {"f32": 32, "f64": 64}


def constant(type_: t.ValueType, bits: dict[str, int], lane: str = "f32") -> Instruction:
    """A constant; of a vector, every lane."""
    if type_ is t.V128:
        return EMITTER.make("v128.const", sum(bits[lane] << at for at in range(0, 128, BIT[lane])))
    return EMITTER.make(f"{type_}.const", bits[str(type_)])


def request(row: Row, operand: dict[str, int], result: dict[str, int] | None = None) -> Request:
    """Call a row's checking function on equal operands; with `result`, of an instruction that makes this of them."""
    signature = plain_production(row).signature
    name = row.mnemonic.partition(".")[0]
    shape, source = (LANES[each][0].name for each in (name, operand_shape(row.mnemonic, name)))
    code: Code = []
    for each in checked(EMITTER, row):
        wrong = [EMITTER.make("drop") for _ in signature.parameters]
        replaced = result is not None and each.row is row
        code += [*wrong, constant(signature.results[0], result or {}, shape)] if replaced else [each]
    arguments = [constant(each, operand, source) for each in signature.parameters]
    call = [*arguments, EMITTER.make("call", 1), EMITTER.make("drop"), EMITTER.make("i32.const", 0)]
    shapes = (t.FunctionType((t.I32, t.I32), (t.I32,)), signature, t.FunctionType((), (t.I32,)))
    module = Module(
        types=tuple(t.RecursiveType((t.SubType(each),)) for each in shapes),
        imports=(Import("host", "note", t.ExternFunctionType(0)),),
        functions=(
            FunctionDefinition(1, (LocalRun(1, signature.results[0]),), EMITTER.expression(code)),
            FunctionDefinition(2, (), EMITTER.expression(call)),
        ),
        exports=(Export("call:0", "function", 2),),
    )
    return Request(encode(module), ("call:0",), ())


def violations(row: Row, operand: dict[str, int], result: dict[str, int] | None = None) -> int:
    answer = REFERENCE(request(row, operand, result))
    assert answer.calls == ("0",), answer
    found = compare({"a": answer, "b": answer}).difference
    assert (found is not None and found.phase == "nan") == bool(answer.trace)
    return sum(number == VIOLATION for number, _ in answer.trace)


def test_every_instruction_is_there() -> None:
    assert len(ROWS) == 2 * 11 + 2 * 11 + 4
    assert {row.mnemonic for row in ROWS} >= {"f32.demote_f64", "f64x2.promote_low_f32x4", "f32x4.nearest"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.mnemonic)
def test_what_is_outside_is_told_and_what_is_inside_is_not(row: Row) -> None:
    for operand in (NUMBER, SIGNALLING, QUIET):
        assert violations(row, operand) == 0
    assert violations(row, NUMBER, QUIET) > 0
    assert violations(row, QUIET, SIGNALLING) > 0
    assert violations(row, SIGNALLING, QUIET) == 0
    assert violations(row, NUMBER, NUMBER) == 0


@pytest.mark.parametrize("name", ["wasmtime", "node"])
def test_other_engines_are_inside(name: str) -> None:
    leg = known_legs().get(name)
    if leg is None:
        pytest.skip(f"{name} is not there")
    with LegProcess(leg) as process:
        for row in ROWS:
            for operand in (SIGNALLING, QUIET):
                assert not process.ask(request(row, operand)).trace

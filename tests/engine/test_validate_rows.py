"""Every row of the instruction table against the validator: its signature is what the validator demands and gives.

Each row stands in a function that makes its operands and returns its results. With the operands of the signature that
is valid; with one of another type, with one less, or with another result it is a type mismatch.
"""

from dataclasses import replace
from itertools import product

import pytest

from quire.engine import immediates as i
from quire.engine import types as t
from quire.engine.errors import Invalid
from quire.engine.instruction_set import CORE
from quire.engine.instructions.row import Kind
from quire.engine.module import (
    DataSegment,
    ElementSegment,
    Export,
    Expression,
    FunctionDefinition,
    GlobalDefinition,
    Instruction,
    LocalRun,
    MemoryDefinition,
    Module,
    Passive,
    TableDefinition,
    TagDefinition,
)
from quire.engine.validate import validate

PLAIN = [row for row in CORE.rows if row.kind is not Kind.CONTROL]
TYPES = (
    t.FunctionType(),
    t.StructType((t.FieldType(t.I32, True),)),
    t.StructType((t.FieldType(t.I8, True),)),
    t.ArrayType(t.FieldType(t.I32, True)),
    t.ArrayType(t.FieldType(t.I8, True)),
    t.ArrayType(t.FieldType(t.FUNCREF, True)),
)
"""Among these is one for each row that takes the index of a type."""

EMPTY = Expression((Instruction(CORE.by_mnemonic["end"][0]),))
NUMBERS = {"type": range(len(TYPES)), "field": [0], "local": [0]}
"""What an index may be; 0 in the index spaces that are not named here."""


def named(row):
    return row.mnemonic if isinstance(row.opcode, int) else f"{row.mnemonic}-{row.opcode[1]:#x}"


def instruction(mnemonic, *immediates):
    return Instruction(CORE.by_mnemonic[mnemonic][0], immediates)


def values(kind):
    """Values of a kind of immediate to try."""
    match kind:
        case i.Index(space):
            return NUMBERS.get(space, [0])
        case i.MemArgKind():
            return [i.MemArg(0, 0, 0)]
        case i.Lanes():
            return [tuple(range(16, 32))]
        case i.ResultTypes():
            return [(t.I64,)]
        case i.HeapTypeKind():
            return [t.EXTERN]
        case i.ReferenceTypeKind(nullable):
            return [t.ReferenceType(nullable, t.I31)]
        case i.Integer() | i.Bits() | i.U32() | i.Zero() | i.Lane():
            return [0]
    raise NotImplementedError(f"the test knows no value of {kind}")


def module(instructions=(), results=()):
    """A module that has one of everything, and as function 1 these instructions."""
    body = Expression((*instructions, instruction("end")))
    zero = Expression((instruction("i32.const", 0), instruction("end")))
    composites = (*TYPES, t.FunctionType((), tuple(results)))
    return Module(
        types=tuple(t.RecursiveType((t.SubType(each),)) for each in composites),
        functions=(FunctionDefinition(0, (), EMPTY), FunctionDefinition(len(TYPES), (LocalRun(1, t.F32),), body)),
        tables=(TableDefinition(t.TableType(t.FUNCREF, t.Limits(1))),),
        memories=(MemoryDefinition(t.MemoryType(t.Limits(1))),),
        globals=(GlobalDefinition(t.GlobalType(t.I32, True), zero),),
        tags=(TagDefinition(t.TagType(0)),),
        exports=(Export("f", "function", 0),),
        elements=(ElementSegment(t.FUNCREF, (), Passive()),),
        data=(DataSegment(b"data", Passive()),),
    )


CONTEXT = validate(module()).function_context(1)


def complete(row):
    """The row with immediates that the module has a meaning for."""
    for immediates in product(*map(values, row.immediates)):
        candidate = Instruction(row, immediates)
        try:
            CONTEXT.signature(candidate)
        except Invalid:
            continue
        return candidate
    raise AssertionError(f"{row} has no valid immediates")


def written(type_):
    """A closed type as the module writes it: defined types by their index."""
    known = list(CONTEXT.types)
    return t.substitute(type_, lambda heap: known.index(heap) if isinstance(heap, t.DefinedType) else heap)


def made(type_):
    """Instructions that make a value of a closed type."""
    if isinstance(type_, t.ReferenceType):
        null = instruction("ref.null", written(type_).heap)
        return [null] if type_.nullable else [null, instruction("ref.as_non_null")]
    return [instruction(f"{type_}.const", 0)]


def other(type_):
    """A type that does not match."""
    return t.F64 if type_ is not t.F64 else t.I32


def check(signature, candidate, operands, results=None):
    instructions = [made_of for operand in operands for made_of in made(operand)]
    expected = signature.results if results is None else results
    validate(module([*instructions, candidate], map(written, expected)))


@pytest.fixture(params=PLAIN, ids=named)
def candidate(request):
    return complete(request.param)


@pytest.fixture
def signature(candidate):
    return CONTEXT.signature(candidate)


def test_operands_and_results_of_the_signature_are_valid(candidate, signature):
    check(signature, candidate, signature.parameters)


def test_an_operand_of_another_type_is_a_mismatch(candidate, signature):
    for index, type_ in enumerate(signature.parameters):
        operands = [*signature.parameters[:index], other(type_), *signature.parameters[index + 1 :]]
        with pytest.raises(
            Invalid, match=rf"^type mismatch: {candidate.row.mnemonic} expects .*, found {other(type_)} "
        ):
            check(signature, candidate, operands)


def test_a_missing_operand_is_a_mismatch(candidate, signature):
    if signature.parameters:
        with pytest.raises(Invalid, match=rf"^type mismatch: {candidate.row.mnemonic} expects .*, found "):
            check(signature, candidate, signature.parameters[1:])


def test_another_result_is_a_mismatch(candidate, signature):
    for results in [
        (*signature.results, t.I32),
        signature.results[1:],
        *([(other(signature.results[0]),)] if signature.results else []),
    ]:
        if results != signature.results:
            with pytest.raises(Invalid, match=r"^type mismatch: end expects "):
                check(signature, candidate, signature.parameters, results)


def test_unreachable_code_gives_every_operand(candidate, signature):
    validate(module([instruction("unreachable"), candidate], map(written, signature.results)))


def test_constant_rows_alone_may_initialise_a_global(candidate, signature):
    """The operands too must be made by constant instructions: rows that take a reference but no null go unasked."""
    operands = [each for operand in signature.parameters for each in made(operand)]
    if len(signature.results) != 1 or not all(each.row.constant for each in operands):
        return
    if candidate.row.mnemonic == "global.get":
        return  # is constant for immutable globals alone: see the tests of modules
    init = Expression((*operands, candidate, instruction("end")))
    definition = GlobalDefinition(t.GlobalType(written(signature.results[0])), init)
    extended = replace(module(), globals=(*module().globals, definition))
    if candidate.row.constant:
        validate(extended)
    else:
        with pytest.raises(Invalid, match=rf"^constant expression required: {candidate.row.mnemonic} "):
            validate(extended)


def test_a_constant_row_was_asked_and_another():
    """The test above passes over rows; here it is held to some."""
    assert CORE.by_mnemonic["i64.mul"][0].constant
    assert CORE.by_mnemonic["struct.new"][0].constant
    assert not CORE.by_mnemonic["i64.div_s"][0].constant

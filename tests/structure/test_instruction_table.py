"""Every row of the table, proposals included, survives both formats, is as the validator has it, and is documented."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from quire.engine import immediates as i
from quire.engine import types as t
from quire.engine.binary import decode, encode
from quire.engine.errors import Invalid
from quire.engine.instruction_set import CORE
from quire.engine.instructions.row import Kind, Row
from quire.engine.interpret.prepare import Preparation
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
from quire.engine.validate.rules import RULES
from quire.proposal_ops import instruction_set, text_extensions
from quire.proposal_ops.memory_control.protection import ProtectionKind
from quire.wat.parser import parse_module
from quire.wat.printer import print_module
from quire.wat.text_format import TextFormat

ALL = instruction_set()
FORMAT = TextFormat(ALL, text_extensions())
FIELD = t.FieldType(t.I32, True)
PACKED = t.FieldType(t.I8, True)
TYPES = (
    t.FunctionType(),
    t.StructType((FIELD,)),
    t.StructType((PACKED,)),
    t.ArrayType(FIELD),
    t.ArrayType(PACKED),
    t.ArrayType(t.FieldType(t.FUNCREF, True)),
)  # one for each row that takes the index of a type
OPENERS = ("block", "loop", "if", "try_table")


def instruction(mnemonic: str, *immediates: Any) -> Instruction:
    return Instruction(ALL.by_mnemonic[mnemonic][0], immediates)


END = instruction("end")
ZERO = Expression((instruction("i32.const", 0), END))


SAMPLES: dict[type[i.Immediate], Callable[[Any], list[Any]]] = {
    i.Index: lambda kind: list(range(len(TYPES))) if kind.space == "type" else [0],
    i.MemArgKind: lambda kind: [i.MemArg(kind.natural.bit_length() - 1, 0, 5)],
    i.U32: lambda kind: [0],
    i.Zero: lambda kind: [0],
    i.Lane: lambda kind: [kind.count - 1],
    i.Integer: lambda kind: [1 << kind.bits - 1],
    i.Bits: lambda kind: [1 << kind.bits - 1],
    i.Lanes: lambda kind: [tuple(range(16, 32))],
    i.ResultTypes: lambda kind: [(t.I64,)],
    i.HeapTypeKind: lambda kind: [t.EXTERN],
    i.ReferenceTypeKind: lambda kind: [t.ReferenceType(kind.nullable, t.I31)],
    i.BlockTypeKind: lambda kind: [None],
    i.LabelTable: lambda kind: [(0, 0)],
    i.Catches: lambda kind: [(i.Catch(0, False, 0), i.Catch(None, True, 0))],
    i.CastKind: lambda kind: [i.Cast(0, t.ANYREF, t.ReferenceType(False, t.I31))],
    ProtectionKind: lambda kind: [3],
}


def samples(kind: i.Immediate) -> list[Any]:
    """Values of a kind of immediate, among them one that the module below has a meaning for."""
    return next(SAMPLES[each](kind) for each in type(kind).__mro__ if each in SAMPLES)


def module(*instructions: Instruction) -> Module:
    """A module that has one of everything, and as function 1 these instructions."""
    return Module(
        types=tuple(t.RecursiveType((t.SubType(each),)) for each in TYPES),
        functions=(
            FunctionDefinition(0, (), Expression((END,))),
            FunctionDefinition(0, (LocalRun(1, t.F32),), Expression(instructions)),
        ),
        tables=(TableDefinition(t.TableType(t.FUNCREF, t.Limits(1))),),
        memories=(MemoryDefinition(t.MemoryType(t.Limits(1)).with_attribute("virtual", 1)),),
        globals=(GlobalDefinition(t.GlobalType(t.I32, True), ZERO),),
        tags=(TagDefinition(t.TagType(0)),),
        exports=(Export("f", "function", 0),),
        elements=(ElementSegment(t.FUNCREF, (), Passive()),),
        data=(DataSegment(b"data", Passive()),),
    )


CONTEXT = validate(module(END), ALL).function_context(1)


def complete(row: Row) -> Instruction:
    """The row with immediates that the module has a meaning for."""
    for immediates in product(*map(samples, row.immediates)):
        candidate = Instruction(row, immediates)
        try:
            if row.kind is not Kind.CONTROL:
                CONTEXT.signature(candidate)
        except Invalid:
            continue
        return candidate
    raise AssertionError(f"{row} has no valid immediates")


def body(candidate: Instruction) -> tuple[Instruction, ...]:
    """A body around it whose blocks are closed."""
    if candidate.row.mnemonic in OPENERS:
        return (candidate, END, END)
    if candidate.row.mnemonic == "else":
        return (instruction("if", None), candidate, END, END)
    return (END,) if candidate.row.mnemonic == "end" else (candidate, END)


def operand(type_: t.ValueType) -> list[Instruction]:
    """What makes a value of a closed type, where the module can write it."""
    if isinstance(type_, t.ReferenceType):
        known = list(CONTEXT.types)
        heap = known.index(type_.heap) if isinstance(type_.heap, t.DefinedType) else type_.heap
        null = instruction("ref.null", heap)
        return [null] if type_.nullable else [null, instruction("ref.as_non_null")]
    return [instruction(f"{type_}.const", 0)]


@pytest.mark.parametrize("row", ALL.rows, ids=lambda row: f"{row.mnemonic}-{row.opcode}")
def test_row(row: Row) -> None:
    candidate = complete(row)
    written = module(*body(candidate))
    assert decode(encode(written, ALL), ALL) == written
    assert parse_module(print_module(written, FORMAT), FORMAT) == written
    if row.kind is Kind.CONTROL:
        assert row.rule in RULES
        assert hasattr(Preparation, f"rule_{row.rule}")
        return
    signature = CONTEXT.signature(candidate)
    operands = [each for type_ in signature.parameters for each in operand(type_)]
    results = [instruction("drop") for _ in signature.results]
    validate(module(*operands, candidate, *results, END), ALL)
    with pytest.raises(Invalid, match="type mismatch"):
        validate(module(*operands, candidate, *results, instruction("drop"), END), ALL)
    assert (row.run.__doc__ or "").strip()
    assert row not in CORE.rows or "Spec: " in row.run.__doc__

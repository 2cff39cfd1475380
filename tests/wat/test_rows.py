"""Every row of the instruction table through the text format, with many values of its immediates."""

from itertools import product
from typing import Any

import pytest

from quire.engine import immediates as i
from quire.engine import types as t
from quire.engine.instruction_set import CORE
from quire.engine.instructions.row import Row
from quire.engine.module import Expression, FunctionDefinition, Instruction, Module, Names
from quire.wat.parser import parse_module
from quire.wat.printer import print_module
from quire.wat.text_format import CORE_TEXT

INDICES = [0, 1, 2**32 - 1]
HEAP_TYPES = [*t.ABSTRACT_HEAP_TYPES, 0, 7]
VALUE_TYPES = [*t.NUMBER_TYPES, t.FUNCREF, t.ReferenceType(False, t.ANY), t.ReferenceType(True, 5)]
REFERENCES = [t.ReferenceType(nullable, heap) for nullable, heap in product((False, True), (t.ANY, t.NOEXN, 3))]
TYPES = tuple(t.RecursiveType((t.SubType(t.FunctionType((t.I32,) * count)),)) for count in range(3))
OPENERS = ("block", "loop", "if", "try_table")

SAMPLES: dict[type[i.Immediate], Any] = {
    i.Index: lambda kind: INDICES,
    i.U32: lambda kind: INDICES,
    i.Integer: lambda kind: [0, 1, 2**31 - 1, 2**31, (1 << kind.bits) - 1, 1 << kind.bits - 1],
    i.Bits: lambda kind: [0, 1, (1 << kind.bits) - 1, 1 << kind.bits - 1, 0x7F800000, 0x7FA00000, 0x3DCCCCCD],
    i.Zero: lambda kind: [0],
    i.Lane: lambda kind: [0, kind.count - 1, 255],
    i.Lanes: lambda kind: [tuple(range(16)), (255,) * 16],
    i.MemArgKind: lambda kind: [i.MemArg(*each) for each in product((0, 2, 3, 63), INDICES, (0, 1, 2**64 - 1))],
    i.BlockTypeKind: lambda kind: [None, 0, 2, *VALUE_TYPES],
    i.ResultTypes: lambda kind: [(), *((each,) for each in VALUE_TYPES), (t.I32, t.F64)],
    i.HeapTypeKind: lambda kind: HEAP_TYPES,
    i.ReferenceTypeKind: lambda kind: [t.ReferenceType(kind.nullable, each) for each in HEAP_TYPES],
    i.CastKind: lambda kind: [i.Cast(label, *types) for label, *types in product((0, 9), REFERENCES, REFERENCES)],
    i.LabelTable: lambda kind: [(0,), (1, 2, 3), (2**32 - 1, 0)],
    i.Catches: lambda kind: [
        (),
        (i.Catch(1, False, 2), i.Catch(3, True, 0)),
        (i.Catch(None, False, 0), i.Catch(None, True, 1)),
    ],
}


def samples(row: Row) -> list[tuple[Any, ...]]:
    return list(product(*(SAMPLES[type(kind)](kind) for kind in row.immediates)))


def module_of(row: Row, values: tuple[Any, ...]) -> Module:
    """A function with nothing but the row, and what it needs around it."""
    end, if_, instruction = CORE_TEXT.ends, CORE.by_mnemonic["if"][0], Instruction(row, values)
    final = next(each for each in end.values() if each.row.mnemonic == "end")
    if row.mnemonic == "end":
        body: tuple[Instruction, ...] = (final,)
    elif row.mnemonic == "else":
        body = (Instruction(if_, (None,)), instruction, final, final)
    else:
        body = (instruction, final, final) if row.mnemonic in OPENERS else (instruction, final)
    return Module(types=TYPES, functions=(FunctionDefinition(0, (), Expression(body)),))


@pytest.mark.parametrize("row", CORE.rows, ids=lambda row: f"{row.mnemonic}-{row.opcode}")
def test_a_row_is_read_as_it_was_written(row: Row) -> None:
    for values in samples(row):
        module = module_of(row, values)
        text = print_module(module)
        assert row.mnemonic in text.split() or row.mnemonic == "end" or f"{row.mnemonic}))\n" in text
        assert parse_module(text) == module


@pytest.mark.parametrize(
    "row", [row for row in CORE.rows if row.immediates], ids=lambda row: f"{row.mnemonic}-{row.opcode}"
)
def test_names_are_no_different(row: Row) -> None:
    """Indices are written as identifiers, wherever they stand; what has no definition is only known by its number."""
    declarations = """
    (type $x (struct (field $a i32) (field i32))) (type $y (struct (field i32) (field $b i32))) (type $v (func))
    (table $x 0 funcref) (table $y 0 funcref) (memory $x 0) (memory $y 0) (tag $x) (tag $y)
    (global $x i32 (i32.const 0)) (global $y i32 (i32.const 0)) (elem $x funcref) (elem $y funcref)
    (data $x "") (data $y "")
    """
    around = parse_module(f"(module {declarations} (func $f (local $l i32) (local $l' i32)) (func $f'))")
    for values in [each for each in samples(row) if not any(isinstance(v, int) and v > 1 for v in each)][:40]:
        inner = module_of(row, values).functions[0].body
        opening = parse_module("(func block $L end)").functions[0].body.instructions
        body = Expression((opening[0], *inner.instructions[:-1], opening[1], inner.instructions[-1]))
        function = FunctionDefinition(2, around.functions[0].locals, body)
        names = Names(**{**_fields(around.names), "labels": ((0, ((0, "L"),)),)})
        module = Module(**{**_fields(around), "functions": (function, around.functions[1]), "names": names})
        assert parse_module(print_module(module)) == module


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in type(value).__slots__}

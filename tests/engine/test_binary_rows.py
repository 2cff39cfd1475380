"""Every row of the instruction table through the binary format: alone, in a function, and from its bytes split."""

from itertools import product
from typing import Any

import pytest

from quire.engine import types as t
from quire.engine.binary import decode, encode
from quire.engine.binary.expressions import grammar_of
from quire.engine.binary.tokens import Memo
from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.immediates import (
    BLOCK_TYPE,
    U32,
    Bits,
    BlockTypeKind,
    Cast,
    CastKind,
    Catch,
    Catches,
    HeapTypeKind,
    Immediate,
    Index,
    Integer,
    LabelTable,
    Lane,
    Lanes,
    MemArg,
    MemArgKind,
    ReferenceTypeKind,
    ResultTypes,
    Zero,
)
from quire.engine.instruction_set import CORE
from quire.engine.instructions.row import Row
from quire.engine.module import DataSegment, Expression, FunctionDefinition, Instruction, Module, Passive

NUMBERS = [0, 1, 63, 64, 127, 128, 0x1234567, 2**32 - 1]
HEAP_TYPES = [*t.ABSTRACT_HEAP_TYPES, 0, 63, 64, 2**31 - 1]
VALUE_TYPES = [*t.NUMBER_TYPES, t.FUNCREF, t.ReferenceType(False, t.ANY), t.ReferenceType(True, 5)]
OFFSETS = [0, 127, 128, 2**32 - 1, 2**64 - 1]

SAMPLES: dict[type[Immediate], Any] = {
    Index: lambda kind: NUMBERS,
    U32: lambda kind: NUMBERS,
    Integer: lambda kind: [n for n in (*NUMBERS, 2**31, 2**63 - 1, 2**63, 2**64 - 1) if n < 1 << kind.bits],
    Bits: lambda kind: [0, 1, (1 << kind.bits) - 1, 1 << kind.bits - 1, 0x0B0B0B0B],
    Zero: lambda kind: [0],
    Lane: lambda kind: [0, kind.count - 1, 255],
    Lanes: lambda kind: [tuple(range(16)), (255,) * 16],
    MemArgKind: lambda kind: [MemArg(*each) for each in product((0, 3, 63), (0, 1, 2**32 - 1), OFFSETS)],
    BlockTypeKind: lambda kind: [None, 0, 64, 2**32 - 1, *VALUE_TYPES],
    ResultTypes: lambda kind: [(), *((each,) for each in VALUE_TYPES), (t.I32, t.F64)],
    HeapTypeKind: lambda kind: HEAP_TYPES,
    ReferenceTypeKind: lambda kind: [t.ReferenceType(kind.nullable, each) for each in HEAP_TYPES],
    CastKind: lambda kind: [
        Cast(label, t.ReferenceType(a, t.ANY), t.ReferenceType(b, 300))
        for label, a, b in product((0, 128), (False, True), (False, True))
    ],
    LabelTable: lambda kind: [tuple(range(count)) for count in (1, 2, 63, 64, 65, 300)],
    Catches: lambda kind: [
        (),
        (Catch(0, False, 0), Catch(128, True, 1), Catch(None, False, 300), Catch(None, True, 3)),
        (Catch(None, False, 0),) * 200,
    ],
}


def samples(row: Row) -> list[Instruction]:
    """The row with sample immediates: each sample of each kind, and the others from its first on."""
    choices = [SAMPLES[type(kind)](kind) for kind in row.immediates]
    longest = max(map(len, choices), default=1)
    return [Instruction(row, tuple(each[n % len(each)] for each in choices)) for n in range(longest)]


def spelled(instruction: Instruction) -> bytes:
    writer = ByteWriter()
    row, values = instruction
    if isinstance(row.opcode, int):
        writer.byte(row.opcode)
    else:
        writer.byte(row.opcode[0])
        writer.unsigned(row.opcode[1])
    for kind, value in zip(row.immediates, values, strict=True):
        kind.write(writer, value)
    return bytes(writer.data)


def row_id(row: Row) -> str:
    return f"{row.mnemonic}-{row.opcode}"


(END,), (ELSE,), (IF,) = (CORE.by_mnemonic[name] for name in ("end", "else", "if"))


def body_with(instruction: Instruction) -> Expression:
    """An expression that is well nested and has the instruction in it."""
    row = instruction.row
    if row is END:
        return Expression((instruction,))
    before = [Instruction(IF, (None,))] if row is ELSE else []
    opened = len(before) + (BLOCK_TYPE in row.immediates)
    return Expression((*before, instruction, *[Instruction(END)] * (opened + 1)))


@pytest.mark.parametrize("row", CORE.rows, ids=row_id)
def test_a_function_with_the_row_survives(row):
    group = t.RecursiveType((t.SubType(t.FunctionType()),))
    functions = tuple(FunctionDefinition(0, (), body_with(each)) for each in samples(row))
    module = Module(types=(group,), functions=functions, data=(DataSegment(b"", Passive()),))
    assert decode(encode(module)) == module


@pytest.mark.parametrize("row", CORE.rows, ids=row_id)
def test_the_row_is_read_back_step_by_step_and_by_its_token(row):
    tokens = grammar_of(CORE).tokens
    for instruction in samples(row):
        data = spelled(instruction)
        reader = ByteReader(data)
        assert tokens.read(reader) == instruction
        assert reader.at_end
        assert Memo(tokens, has_data_count=True)[data] == instruction


def is_regular(instruction: Instruction) -> bool:
    """Whether the expression that splits code recognises it: vectors are regular up to a length."""
    match instruction.row.mnemonic, instruction.immediates:
        case "br_table", (labels,):
            return len(labels) <= 64
        case "try_table", (_, catches):
            return len(catches) <= 7
        case "select", (types,):
            return len(types) == 1
    return True


@pytest.mark.parametrize("row", CORE.rows, ids=row_id)
def test_the_row_is_one_token_between_others(row):
    tokens = grammar_of(CORE).tokens
    for instruction in samples(row):
        data = spelled(instruction)
        code, expected = b"\x01" + data + b"\x1a", [b"\x01", data, b"\x1a"]
        assert (tokens.split(code, 0, len(code)) == expected) == is_regular(instruction)
        assert Memo(tokens, has_data_count=True).split(code, 0, len(code)) == expected


def test_every_kind_of_immediate_has_samples():
    assert {type(kind) for row in CORE.rows for kind in row.immediates} <= set(SAMPLES)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("41 80 80 80 80 00", id="i32.const 0"),
        pytest.param("42 ff ff ff ff ff ff ff ff ff 7f", id="i64.const -1"),
        pytest.param("20 83 80 80 80 00", id="local.get 3"),
        pytest.param("28 82 00 80 80 80 80 80 80 80 80 80 00", id="i32.load align=4"),
        pytest.param("fc 80 80 80 80 00", id="i32.trunc_sat_f32_s"),
        pytest.param("fd 8c 80 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10", id="v128.const"),
        pytest.param("d0 80 00", id="ref.null 0"),
        pytest.param("0e 82 00 00 80 00 01", id="br_table 0 0 1"),
    ],
)
def test_a_padded_spelling_is_read_as_the_short_one(code):
    tokens = grammar_of(CORE).tokens
    padded = tokens.read(ByteReader(bytes.fromhex(code)))
    module = Module(functions=(FunctionDefinition(0, (), body_with(padded)),))
    long, short = bytes.fromhex(code), spelled(padded)
    assert len(short) < len(long)
    body = b"\0" + long + b"\x0b"
    binary = b"\0asm\1\0\0\0\x03\2\1\0\x0a" + bytes([len(body) + 2, 1, len(body)]) + body
    assert decode(binary) == module == decode(encode(module))

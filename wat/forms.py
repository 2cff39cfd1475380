"""How the core's immediates are written: one form for each kind, and the few rows whose immediates stand differently.

A RowForm is for rows whose immediates are not simply written one behind the other: swapped, left out together, or
dependent on each other. Rows are told by their kinds of immediate, never by their mnemonics.
Spec: text/instructions. This module knows readers and writers only by what it asks of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from quire.engine import immediates as i
from quire.engine import types as t
from quire.engine.immediates import Immediate, MemArg
from quire.wat.cursor import INDEX_STARTS
from quire.wat.extension import ImmediateForm
from quire.wat.literals import format_float, format_integer

if TYPE_CHECKING:
    from quire.wat.instruction_reader import InstructionReader
    from quire.wat.instruction_writer import InstructionWriter

_OPTIONAL = frozenset(("memory", "table"))  # an index into these may be left out, and is 0 then


def _read_index(reader: InstructionReader, kind: i.Index) -> int:
    if kind.space == "label":
        return reader.label()
    if kind.space in _OPTIONAL and not reader.at_index:
        return 0
    return reader.index(kind.space)


def _write_index(writer: InstructionWriter, kind: i.Index, value: int) -> str:
    if kind.space == "label":
        return writer.label(value)
    return "" if kind.space in _OPTIONAL and not value else writer.index(kind.space, value)


# Constants


def _read_integer(reader: InstructionReader, kind: i.Integer) -> int:
    return reader.integer(kind.bits)


def _write_integer(writer: InstructionWriter, kind: i.Integer, value: int) -> str:
    return format_integer(value, kind.bits)


def _read_bits(reader: InstructionReader, kind: i.Bits) -> int:
    return reader.vector() if kind.bits == 128 else reader.float_bits(kind.bits)


def _write_bits(writer: InstructionWriter, kind: i.Bits, value: int) -> str:
    if kind.bits < 128:
        return format_float(value, kind.bits)
    return "i32x4 " + " ".join(f"{value >> shift & 0xFFFFFFFF:#010x}" for shift in range(0, 128, 32))


def _read_count(reader: InstructionReader, kind: i.U32) -> int:
    return reader.natural(32)


def _write_plain(writer: InstructionWriter, kind: Immediate, value: int) -> str:
    return str(value)


def _read_zero(reader: InstructionReader, kind: i.Zero) -> int:
    return 0


def _write_zero(writer: InstructionWriter, kind: i.Zero, value: int) -> str:
    return ""


def _read_lane(reader: InstructionReader, kind: i.Lane) -> int:
    return reader.natural(8, "a lane number")


def _read_lanes(reader: InstructionReader, kind: i.Lanes) -> tuple[int, ...]:
    reader.numbers(16, "invalid lane length")
    lanes = list[int]()
    for _ in range(16):
        if not reader.peek.isdigit() and not reader.peek.startswith("0x"):
            raise reader.malformed("i8 constant out of range", reader.peek)
        lanes.append(reader.natural(8))
    return tuple(lanes)


def _write_lanes(writer: InstructionWriter, kind: i.Lanes, value: tuple[int, ...]) -> str:
    return " ".join(map(str, value))


# Memory arguments: m? offset=o? align=a?

_OFFSET, _ALIGN = "offset=", "align="


def _read_memory_argument(reader: InstructionReader, kind: i.MemArgKind) -> MemArg:
    memory = reader.index("memory") if reader.at_index else 0
    offset = reader.prefixed(_OFFSET)
    at = reader.position
    align = reader.prefixed(_ALIGN)
    if align is None:
        return MemArg(kind.natural.bit_length() - 1, memory, offset or 0)
    if align.bit_count() != 1:
        reader.position = at
        raise reader.malformed("alignment must be a power of two", str(align))
    return MemArg(align.bit_length() - 1, memory, offset or 0)


def _write_memory_argument(writer: InstructionWriter, kind: i.MemArgKind, value: MemArg) -> str:
    parts = [writer.index("memory", value.memory)] if value.memory else []
    if value.offset:
        parts.append(f"{_OFFSET}{value.offset}")
    if 1 << value.align != kind.natural:
        parts.append(f"{_ALIGN}{1 << value.align}")
    return " ".join(parts)


# Types


def _read_block_type(reader: InstructionReader, kind: i.BlockTypeKind) -> t.ValueType | int | None:
    return reader.block_type()


def _write_block_type(writer: InstructionWriter, kind: i.BlockTypeKind, value: t.ValueType | int | None) -> str:
    if value is None:
        return ""
    return writer.type_use(value) if isinstance(value, int) else f"(result {writer.value_type(value)})"


def _at_results(reader: InstructionReader, kind: i.ResultTypes) -> bool:
    return reader.at("(", "result")


def _read_results(reader: InstructionReader, kind: i.ResultTypes) -> tuple[t.ValueType, ...]:
    return reader.results()


def _write_results(writer: InstructionWriter, kind: i.ResultTypes, value: tuple[t.ValueType, ...]) -> str:
    return f"(result{''.join(f' {writer.value_type(each)}' for each in value)})"


def _read_heap_type(reader: InstructionReader, kind: i.HeapTypeKind) -> t.HeapType:
    return reader.heap_type()


def _write_heap_type(writer: InstructionWriter, kind: i.HeapTypeKind, value: t.HeapType) -> str:
    return writer.heap_type(value)


def _at_reference_type(reader: InstructionReader, kind: i.ReferenceTypeKind) -> bool:
    nullable = not reader.at("(") or reader.at("(", "ref", "null")
    return nullable == kind.nullable


def _read_reference_type(reader: InstructionReader, kind: i.ReferenceTypeKind) -> t.ReferenceType:
    return reader.reference_type()


def _write_reference_type(writer: InstructionWriter, kind: i.ReferenceTypeKind, value: t.ReferenceType) -> str:
    return writer.value_type(value)


# Branches


def _read_cast(reader: InstructionReader, kind: i.CastKind) -> i.Cast:
    label = reader.label()
    source = reader.reference_type()
    return i.Cast(label, source, reader.reference_type())


def _write_cast(writer: InstructionWriter, kind: i.CastKind, value: i.Cast) -> str:
    return f"{writer.label(value.label)} {writer.value_type(value.source)} {writer.value_type(value.target)}"


def _read_label_table(reader: InstructionReader, kind: i.LabelTable) -> tuple[int, ...]:
    labels = [reader.label()]
    while reader.at_index:
        labels.append(reader.label())
    return tuple(labels)


def _write_label_table(writer: InstructionWriter, kind: i.LabelTable, value: tuple[int, ...]) -> str:
    return " ".join(map(writer.label, value))


_CATCHES: Mapping[str, tuple[bool, bool]] = MappingProxyType(
    {"catch": (True, False), "catch_ref": (True, True), "catch_all": (False, False), "catch_all_ref": (False, True)}
)


def _read_catches(reader: InstructionReader, kind: i.Catches) -> tuple[i.Catch, ...]:
    found = list[i.Catch]()
    while reader.at("(") and reader.tokens[reader.position + 1] in _CATCHES:
        reader.position += 1
        tagged, reference = _CATCHES[reader.next()]
        tag = reader.index("tag") if tagged else None
        found.append(i.Catch(tag, reference, reader.label()))
        reader.expect(")")
    return tuple(found)


def _write_catches(writer: InstructionWriter, kind: i.Catches, value: tuple[i.Catch, ...]) -> str:
    return " ".join(_write_catch(writer, catch) for catch in value)


def _write_catch(writer: InstructionWriter, catch: i.Catch) -> str:
    shape = (catch.tag is not None, catch.reference)
    word = next(word for word, each in _CATCHES.items() if each == shape)
    tag = "" if catch.tag is None else f"{writer.index('tag', catch.tag)} "
    return f"({word} {tag}{writer.label(catch.label)})"


CORE_FORMS: tuple[tuple[type[Immediate], ImmediateForm], ...] = (
    (i.Index, ImmediateForm(_read_index, _write_index)),
    (i.Integer, ImmediateForm(_read_integer, _write_integer)),
    (i.Bits, ImmediateForm(_read_bits, _write_bits)),
    (i.U32, ImmediateForm(_read_count, _write_plain)),
    (i.Zero, ImmediateForm(_read_zero, _write_zero)),
    (i.Lane, ImmediateForm(_read_lane, _write_plain)),
    (i.Lanes, ImmediateForm(_read_lanes, _write_lanes)),
    (i.MemArgKind, ImmediateForm(_read_memory_argument, _write_memory_argument)),
    (i.BlockTypeKind, ImmediateForm(_read_block_type, _write_block_type)),
    (i.ResultTypes, ImmediateForm(_read_results, _write_results, _at_results)),
    (i.HeapTypeKind, ImmediateForm(_read_heap_type, _write_heap_type)),
    (i.ReferenceTypeKind, ImmediateForm(_read_reference_type, _write_reference_type, _at_reference_type)),
    (i.CastKind, ImmediateForm(_read_cast, _write_cast)),
    (i.LabelTable, ImmediateForm(_read_label_table, _write_label_table)),
    (i.Catches, ImmediateForm(_read_catches, _write_catches)),
)


@dataclass(frozen=True, slots=True)
class RowForm:
    """How all immediates of a row are written."""

    read: Callable[[InstructionReader, tuple[Any, ...]], tuple[Any, ...]]  # (reader, kinds) -> values
    write: Callable[[InstructionWriter, tuple[Any, ...], tuple[Any, ...]], str]  # (writer, kinds, values)


def _read_segment_access(reader: InstructionReader, kinds: tuple[i.Index, i.Index]) -> tuple[int, int]:
    """`m? x`: the memory or table may be left out and stands first, unlike in the binary."""
    segment, target = kinds
    two = reader.at_index and reader.tokens[reader.position + 1].startswith(INDEX_STARTS)
    into = reader.index(target.space) if two else 0
    return reader.index(segment.space), into


def _write_segment_access(writer: InstructionWriter, kinds: tuple[i.Index, i.Index], values: tuple[int, int]) -> str:
    segment = writer.index(kinds[0].space, values[0])
    return f"{writer.index(kinds[1].space, values[1])} {segment}" if values[1] else segment


def _read_pair(reader: InstructionReader, kinds: tuple[i.Index, i.Index]) -> tuple[int, int]:
    """`x y` or nothing, which is `0 0`."""
    if not reader.at_index:
        return 0, 0
    first = reader.index(kinds[0].space)
    return first, reader.index(kinds[1].space)


def _write_pair(writer: InstructionWriter, kinds: tuple[i.Index, i.Index], values: tuple[int, int]) -> str:
    if not any(values):
        return ""
    return " ".join(writer.index(kind.space, value) for kind, value in zip(kinds, values, strict=True))


def _read_indirect_call(reader: InstructionReader, kinds: tuple[i.Index, i.Index]) -> tuple[int, int]:
    """`x? typeuse`: the table may be left out and stands first."""
    table = reader.index("table") if reader.at_index else 0
    return reader.type_use(named=False).index, table


def _write_indirect_call(writer: InstructionWriter, kinds: tuple[i.Index, i.Index], values: tuple[int, int]) -> str:
    type_use = writer.type_use(values[0])
    return f"{writer.index('table', values[1])} {type_use}" if values[1] else type_use


def _read_field_access(reader: InstructionReader, kinds: tuple[i.Index, i.Index]) -> tuple[int, int]:
    """`x y`: the identifiers of fields are those of the type before."""
    index = reader.index("type")
    return index, reader.field(index)


def _write_field_access(writer: InstructionWriter, kinds: tuple[i.Index, i.Index], values: tuple[int, int]) -> str:
    return f"{writer.index('type', values[0])} {writer.field(*values)}"


_ARGUMENT_STARTS = (*INDEX_STARTS, _OFFSET, _ALIGN)


def _read_lane_access(reader: InstructionReader, kinds: tuple[i.MemArgKind, i.Lane]) -> tuple[MemArg, int]:
    """`m? offset? align? lane`: a single number is the lane."""
    alone = reader.at_index and not reader.tokens[reader.position + 1].startswith(_ARGUMENT_STARTS)
    natural = kinds[0].natural.bit_length() - 1
    argument = MemArg(natural, 0, 0) if alone else _read_memory_argument(reader, kinds[0])
    return argument, _read_lane(reader, kinds[1])


def _write_lane_access(
    writer: InstructionWriter, kinds: tuple[i.MemArgKind, i.Lane], values: tuple[MemArg, int]
) -> str:
    argument = _write_memory_argument(writer, kinds[0], values[0])
    return f"{argument} {values[1]}" if argument else str(values[1])


_LANE_ACCESS = RowForm(_read_lane_access, _write_lane_access)
_SEGMENT_ACCESS = RowForm(_read_segment_access, _write_segment_access)
_PAIR = RowForm(_read_pair, _write_pair)

ROW_FORMS: Mapping[tuple[Immediate, ...], RowForm] = MappingProxyType({
    (i.DATA, i.MEMORY): _SEGMENT_ACCESS,
    (i.ELEMENT, i.TABLE): _SEGMENT_ACCESS,
    (i.MEMORY, i.MEMORY): _PAIR,
    (i.TABLE, i.TABLE): _PAIR,
    (i.TYPE, i.TABLE): RowForm(_read_indirect_call, _write_indirect_call),
    (i.TYPE, i.FIELD): RowForm(_read_field_access, _write_field_access),
})  # fmt: skip


def row_form(kinds: tuple[Immediate, ...], forms: tuple[ImmediateForm, ...]) -> RowForm:
    """The form of a row with these kinds of immediate, each of which has the form beside it."""
    if kinds in ROW_FORMS:
        return ROW_FORMS[kinds]
    if len(kinds) == 2 and isinstance(kinds[0], i.MemArgKind) and isinstance(kinds[1], i.Lane):
        return _LANE_ACCESS
    return _in_sequence(forms)


def _in_sequence(forms: tuple[ImmediateForm, ...]) -> RowForm:
    def read(reader: InstructionReader, kinds: tuple[Immediate, ...]) -> tuple[Any, ...]:
        return tuple([form.read(reader, kind) for form, kind in zip(forms, kinds, strict=True)])

    def write(writer: InstructionWriter, kinds: tuple[Immediate, ...], values: tuple[Any, ...]) -> str:
        written = [form.write(writer, *each) for form, *each in zip(forms, kinds, values, strict=True)]
        return " ".join(each for each in written if each)

    return RowForm(read, write)

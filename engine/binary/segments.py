"""Element and data segments, both ways. Spec: binary/modules#element-section, binary/modules#data-section

The flags of a data segment are the core's and those of the instruction set's extensions; no feature is known by name.
"""

from __future__ import annotations

from collections.abc import Callable

from quire.engine import types as t
from quire.engine.binary.expressions import ExpressionReader
from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.errors import Crash
from quire.engine.extension import SegmentAttribute
from quire.engine.module import Active, DataSegment, Declarative, ElementSegment, Expression, Passive
from quire.engine.type_encoding import read_reference_type, write_value_type

WriteExpression = Callable[[ByteWriter, Expression], None]

# Bits of the flags. The second means an explicit index in an active segment, declarative in another.
NOT_ACTIVE, EXPLICIT_INDEX, EXPRESSIONS = 0x01, 0x02, 0x04
DECLARATIVE = EXPLICIT_INDEX
FUNCTIONS = t.ReferenceType(False, t.FUNC)  # the type of a segment of bare indices
FUNCTION_KIND = 0x00


def read_element(reader: ByteReader, expressions: ExpressionReader) -> ElementSegment:
    """Spec: binary/modules#element-section"""
    start = reader.position
    flags = reader.u32()
    if flags > NOT_ACTIVE | EXPLICIT_INDEX | EXPRESSIONS:
        raise reader.malformed("malformed elements segment kind", f"{flags:#x}", start)
    mode = _read_mode(reader, flags, expressions)
    if not flags & EXPRESSIONS:
        if flags & (NOT_ACTIVE | EXPLICIT_INDEX):
            _read_element_kind(reader)
        return ElementSegment(FUNCTIONS, reader.vector(lambda: expressions.function_reference(reader)), mode)
    type_ = read_reference_type(reader) if flags & (NOT_ACTIVE | EXPLICIT_INDEX) else t.FUNCREF
    return ElementSegment(type_, reader.vector(lambda: expressions.constant(reader)), mode)


def _read_mode(reader: ByteReader, flags: int, expressions: ExpressionReader) -> Active | Passive | Declarative:
    if flags & NOT_ACTIVE:
        return Declarative() if flags & DECLARATIVE else Passive()
    table = reader.u32() if flags & EXPLICIT_INDEX else 0
    return Active(table, expressions.constant(reader))


def _read_element_kind(reader: ByteReader) -> None:
    start = reader.position
    kind = reader.byte()
    if kind != FUNCTION_KIND:
        raise reader.malformed("malformed element kind", f"{kind:#04x}", start)


def write_element(writer: ByteWriter, segment: ElementSegment, write: WriteExpression) -> None:
    """In the shortest of the forms that mean the segment. Spec: binary/modules#element-section"""
    indices = _bare_indices(segment)
    flags = _element_flags(segment, FUNCTIONS)
    if indices is None:
        flags = _element_flags(segment, t.FUNCREF) | EXPRESSIONS
    writer.unsigned(flags)
    if isinstance(segment.mode, Active):
        if flags & EXPLICIT_INDEX:
            writer.unsigned(segment.mode.index)
        write(writer, segment.mode.offset)
    typed = flags & (NOT_ACTIVE | EXPLICIT_INDEX)
    if indices is None:
        if typed:
            write_value_type(writer, segment.type)
        writer.vector(segment.init, lambda expression: write(writer, expression))
    else:
        if typed:
            writer.byte(FUNCTION_KIND)
        writer.vector(indices, writer.unsigned)


def _element_flags(segment: ElementSegment, implied: t.ReferenceType) -> int:
    """The bits of the mode; `implied` is the type that an active segment of table 0 need not name."""
    if isinstance(segment.mode, Active):
        return 0 if segment.mode.index == 0 and segment.type == implied else EXPLICIT_INDEX
    return NOT_ACTIVE | (DECLARATIVE if isinstance(segment.mode, Declarative) else 0)


def _bare_indices(segment: ElementSegment) -> tuple[int, ...] | None:
    """The functions of a segment that only lists such; None of any other segment."""
    if segment.type != FUNCTIONS:
        return None
    simple = all(len(each) == 2 and each.instructions[0].row.mnemonic == "ref.func" for each in segment.init)
    return tuple(each.instructions[0].immediates[0] for each in segment.init) if simple else None


def read_data(
    reader: ByteReader, expressions: ExpressionReader, attributes: tuple[SegmentAttribute, ...]
) -> DataSegment:
    """Attributes stand before the offset of an active segment. Spec: binary/modules#data-section"""
    start = reader.position
    flags = reader.u32()
    known = sum(attribute.bit for attribute in attributes)
    kind = flags & ~known
    if kind > EXPLICIT_INDEX or (kind == NOT_ACTIVE and flags != kind):
        raise reader.malformed("malformed data segment kind", f"{flags:#x}", start)
    if kind == NOT_ACTIVE:
        return DataSegment(reader.take(reader.u32()), Passive())
    memory = reader.u32() if kind == EXPLICIT_INDEX else 0
    values = tuple((each.name, each.read(reader)) for each in attributes if flags & each.bit)
    offset = expressions.constant(reader)
    return DataSegment(reader.take(reader.u32()), Active(memory, offset), values)


def write_data(
    writer: ByteWriter, segment: DataSegment, attributes: tuple[SegmentAttribute, ...], write: WriteExpression
) -> None:
    """Raises Crash for an attribute that the instruction set has not. Spec: binary/modules#data-section"""
    values = dict(segment.attributes)
    used = [attribute for attribute in attributes if attribute.name in values]
    if len(used) != len(values):
        raise Crash("the instruction set has no segment attribute", ", ".join(values))
    if not isinstance(segment.mode, Active):
        writer.unsigned(NOT_ACTIVE)
        writer.sized(segment.init)
        return
    kind = EXPLICIT_INDEX if segment.mode.index else 0
    writer.unsigned(kind | sum(attribute.bit for attribute in used))
    if kind == EXPLICIT_INDEX:
        writer.unsigned(segment.mode.index)
    for attribute in used:
        attribute.write(writer, values[attribute.name])
    write(writer, segment.mode.offset)
    writer.sized(segment.init)

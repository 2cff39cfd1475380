"""The type section: groups of recursive types and the composite types in them, both ways.

Spec: binary/types#composite-types, binary/types#recursive-types
"""

from __future__ import annotations

from quire.engine import types as t
from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.errors import Crash
from quire.engine.type_encoding import PACKED_CODES, read_value_type, write_value_type

FUNCTION, STRUCT, ARRAY = 0x60, 0x5F, 0x5E
SUB, SUB_FINAL, RECURSIVE = 0x50, 0x4F, 0x4E


def read_recursive_type(reader: ByteReader) -> t.RecursiveType:
    """Spec: binary/types#recursive-types"""
    if reader.peek() != RECURSIVE:
        return t.RecursiveType((_read_subtype(reader),))
    reader.byte()
    return t.RecursiveType(reader.vector(lambda: _read_subtype(reader)))


def _read_subtype(reader: ByteReader) -> t.SubType:
    form = reader.peek()
    if form not in (SUB, SUB_FINAL):
        return t.SubType(_read_composite(reader))
    reader.byte()
    supertypes = reader.vector(reader.u32)
    return t.SubType(_read_composite(reader), supertypes, form == SUB_FINAL)


def _read_composite(reader: ByteReader) -> t.CompositeType:
    start = reader.position
    form = reader.signed(7) & 0x7F
    if form == FUNCTION:
        parameters = reader.vector(lambda: read_value_type(reader))
        results = reader.vector(lambda: read_value_type(reader))
        return t.FunctionType(parameters, results)
    if form == STRUCT:
        return t.StructType(reader.vector(lambda: _read_field(reader)))
    if form == ARRAY:
        return t.ArrayType(_read_field(reader))
    raise reader.malformed("malformed definition type", f"its code is {form:#04x}", start)


def _read_field(reader: ByteReader) -> t.FieldType:
    storage = _read_storage(reader)
    return t.FieldType(storage, read_mutability(reader))


def _read_storage(reader: ByteReader) -> t.StorageType:
    packed = PACKED_CODES.get(reader.peek() or 0)
    if packed is None:
        return read_value_type(reader)
    reader.byte()
    return packed


def read_mutability(reader: ByteReader) -> bool:
    """Spec: binary/types#global-types"""
    start = reader.position
    code = reader.byte()
    if code > 1:
        raise reader.malformed("malformed mutability", f"its code is {code:#04x}", start)
    return bool(code)


def write_recursive_type(writer: ByteWriter, group: t.RecursiveType) -> None:
    """A group of one type stands without the form of a group. Spec: binary/types#recursive-types"""
    if len(group.subtypes) != 1:
        writer.byte(RECURSIVE)
        writer.unsigned(len(group.subtypes))
    for subtype in group.subtypes:
        _write_subtype(writer, subtype)


def _write_subtype(writer: ByteWriter, subtype: t.SubType) -> None:
    if subtype.supertypes or not subtype.final:
        writer.byte(SUB_FINAL if subtype.final else SUB)
        writer.vector(subtype.supertypes, lambda index: _write_supertype(writer, index))
    _write_composite(writer, subtype.composite)


def _write_supertype(writer: ByteWriter, heap: t.HeapType) -> None:
    if not isinstance(heap, int):
        raise Crash("a closed type cannot be written", str(heap))
    writer.unsigned(heap)


def _write_composite(writer: ByteWriter, composite: t.CompositeType) -> None:
    if isinstance(composite, t.FunctionType):
        writer.byte(FUNCTION)
        writer.vector(composite.parameters, lambda each: write_value_type(writer, each))
        writer.vector(composite.results, lambda each: write_value_type(writer, each))
    elif isinstance(composite, t.StructType):
        writer.byte(STRUCT)
        writer.vector(composite.fields, lambda field: _write_field(writer, field))
    else:
        writer.byte(ARRAY)
        _write_field(writer, composite.field)


def _write_field(writer: ByteWriter, field: t.FieldType) -> None:
    write_value_type(writer, field.storage)
    writer.byte(field.mutable)

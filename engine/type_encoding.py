"""How types stand in a binary: value, reference, heap and block types, both ways.

Spec: binary/types, binary/instructions#binary-blocktype. The composite types of the type section are in `binary`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quire.engine import types as t
from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.errors import Crash

BlockType = t.ValueType | int | None  # a single result, a type index, or nothing

NUMBER_CODES: Mapping[int, t.NumberType] = MappingProxyType({
    0x7F: t.I32, 0x7E: t.I64, 0x7D: t.F32, 0x7C: t.F64, 0x7B: t.V128,
})  # fmt: skip
PACKED_CODES: Mapping[int, t.PackedType] = MappingProxyType({0x78: t.I8, 0x77: t.I16})
HEAP_CODES: Mapping[int, t.AbstractHeapType] = MappingProxyType({
    0x74: t.NOEXN, 0x73: t.NOFUNC, 0x72: t.NOEXTERN, 0x71: t.NONE, 0x70: t.FUNC, 0x6F: t.EXTERN, 0x6E: t.ANY,
    0x6D: t.EQ, 0x6C: t.I31, 0x6B: t.STRUCT, 0x6A: t.ARRAY, 0x69: t.EXN,
})  # fmt: skip
REFERENCE, REFERENCE_NULL, EMPTY = 0x64, 0x63, 0x40

_SHORT_CODES: Mapping[int, t.ValueType] = MappingProxyType(
    {**NUMBER_CODES, **{code: t.ReferenceType(True, heap) for code, heap in HEAP_CODES.items()}}
)
_CODES_OF: Mapping[object, int] = MappingProxyType(
    {kind: code for codes in (_SHORT_CODES, PACKED_CODES, HEAP_CODES) for code, kind in codes.items()}
)


def read_heap_type(reader: ByteReader) -> t.HeapType:
    """Spec: binary/types#heap-types"""
    start = reader.position
    code = reader.signed(33)
    if code >= 0:
        return code
    heap = HEAP_CODES.get(code + 0x80) if reader.position == start + 1 else None
    if heap is None:
        raise reader.malformed("malformed heap type", position=start)
    return heap


def write_heap_type(writer: ByteWriter, heap: t.HeapType) -> None:
    """Spec: binary/types#heap-types"""
    """Raises Crash for a closed type: only a type as written in a module has a binary form."""
    if isinstance(heap, int):
        writer.signed(heap)
    elif isinstance(heap, t.AbstractHeapType) and heap in _CODES_OF:
        writer.byte(_CODES_OF[heap])
    else:
        raise Crash("a heap type has no binary form", str(heap))


def read_reference_type(reader: ByteReader) -> t.ReferenceType:
    """Spec: binary/types#reference-types"""
    start = reader.position
    code = reader.byte()
    if code in (REFERENCE, REFERENCE_NULL):
        return t.ReferenceType(code == REFERENCE_NULL, read_heap_type(reader))
    if code not in HEAP_CODES:
        raise reader.malformed("malformed reference type", position=start)
    return t.ReferenceType(True, HEAP_CODES[code])


def read_value_type(reader: ByteReader) -> t.ValueType:
    """Spec: binary/types#value-types"""
    start = reader.position
    code = reader.byte()
    if code in (REFERENCE, REFERENCE_NULL):
        return t.ReferenceType(code == REFERENCE_NULL, read_heap_type(reader))
    if code not in _SHORT_CODES:
        raise reader.malformed("malformed value type", position=start)
    return _SHORT_CODES[code]


def write_value_type(writer: ByteWriter, value: t.StorageType) -> None:
    """Also of packed types, which only fields have. Spec: binary/types#value-types"""
    code = _CODES_OF.get(value)
    if code is not None:
        writer.byte(code)
    elif isinstance(value, t.ReferenceType):
        writer.byte(REFERENCE_NULL if value.nullable else REFERENCE)
        write_heap_type(writer, value.heap)


def read_block_type(reader: ByteReader) -> BlockType:
    """Spec: binary/instructions#binary-blocktype"""
    code = reader.peek()
    if code == EMPTY:
        reader.byte()
        return None
    if code in _SHORT_CODES or code in (REFERENCE, REFERENCE_NULL):
        return read_value_type(reader)
    start = reader.position
    index = reader.signed(33)
    if index < 0:
        raise reader.malformed("malformed block type", position=start)
    return index


def write_block_type(writer: ByteWriter, block: BlockType) -> None:
    """Spec: binary/instructions#binary-blocktype"""
    if block is None:
        writer.byte(EMPTY)
    elif isinstance(block, int):
        writer.signed(block)
    else:
        write_value_type(writer, block)

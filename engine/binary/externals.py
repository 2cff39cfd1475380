"""Limits, and the types of tables, memories, globals, tags, imports: both ways.

The flags of a memory's limits are the core's and those of the instruction set's extensions, none known by name.
Spec: binary/types#limits, binary/types#external-types
"""

from __future__ import annotations

from quire.engine import types as t
from quire.engine.binary.composites import read_mutability
from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.errors import Crash
from quire.engine.extension import MemoryFlag
from quire.engine.immediates import Zero
from quire.engine.module import EXTERNAL_KINDS, external_kind
from quire.engine.type_encoding import read_reference_type, read_value_type, write_value_type

HAS_MAXIMUM, IS_64_BIT = 0x01, 0x04
CORE_LIMITS_FLAGS = HAS_MAXIMUM | IS_64_BIT
_PLAIN_MEMORY = t.MemoryType(t.Limits(0))


class ExternalTypes:
    """Reads and writes the types of what a module imports or defines, as one instruction set has them."""

    def __init__(self, memory_flags: tuple[MemoryFlag, ...]) -> None:
        self.memory_flags = memory_flags
        self.reads = (self.read_function, self.read_table, self.read_memory, self.read_global, self.read_tag)

    def read(self, reader: ByteReader) -> t.ExternType:
        """The type of an import, behind the code of its kind. Spec: binary/types#external-types"""
        start = reader.position
        kind = reader.byte()
        if kind >= len(self.reads):
            raise reader.malformed("malformed import kind", f"its code is {kind:#04x}", start)
        return self.reads[kind](reader)

    def write(self, writer: ByteWriter, extern: t.ExternType) -> None:
        writer.byte(EXTERNAL_KINDS.index(external_kind(extern)))
        match extern:
            case t.ExternFunctionType(function):
                write_type_index(writer, function)
            case t.TableType():
                self.write_table(writer, extern)
            case t.MemoryType():
                self.write_memory(writer, extern)
            case t.GlobalType():
                self.write_global(writer, extern)
            case t.TagType():
                self.write_tag(writer, extern)

    def read_function(self, reader: ByteReader) -> t.ExternFunctionType:
        return t.ExternFunctionType(reader.u32())

    def read_table(self, reader: ByteReader) -> t.TableType:
        """Spec: binary/types#table-types"""
        reference = read_reference_type(reader)
        flags = _read_flags(reader, CORE_LIMITS_FLAGS)
        return t.TableType(reference, _read_limits(reader, flags), _address_type(flags))

    def write_table(self, writer: ByteWriter, table: t.TableType) -> None:
        write_value_type(writer, table.reference)
        writer.byte(_flags(table.limits, table.address_type))
        _write_limits(writer, table.limits)

    def read_memory(self, reader: ByteReader) -> t.MemoryType:
        """Spec: binary/types#memory-types"""
        known = CORE_LIMITS_FLAGS | sum(flag.bit for flag in self.memory_flags)
        flags = _read_flags(reader, known)
        memory = t.MemoryType(_read_limits(reader, flags), _address_type(flags))
        for flag in self.memory_flags:
            if flags & flag.bit:
                for name, value in zip(flag.attributes, flag.read(reader), strict=True):
                    memory = memory.with_attribute(name, value)
        return memory

    def write_memory(self, writer: ByteWriter, memory: t.MemoryType) -> None:
        """Raises Crash for an attribute that no flag of the instruction set stands for."""
        used = [flag for flag in self.memory_flags if _values(memory, flag) != _values(_PLAIN_MEMORY, flag)]
        _refuse_unknown(memory, [name for flag in used for name in flag.attributes])
        writer.byte(_flags(memory.limits, memory.address_type) | sum(flag.bit for flag in used))
        _write_limits(writer, memory.limits)
        for flag in used:
            flag.write(writer, _values(memory, flag))

    def read_global(self, reader: ByteReader) -> t.GlobalType:
        """Spec: binary/types#global-types"""
        value = read_value_type(reader)
        return t.GlobalType(value, read_mutability(reader))

    def write_global(self, writer: ByteWriter, type_: t.GlobalType) -> None:
        write_value_type(writer, type_.value)
        writer.byte(type_.mutable)

    def read_tag(self, reader: ByteReader) -> t.TagType:
        """Spec: binary/types#tag-types"""
        Zero().read(reader)
        return t.TagType(reader.u32())

    def write_tag(self, writer: ByteWriter, tag: t.TagType) -> None:
        Zero().write(writer, 0)
        write_type_index(writer, tag.function)


def write_type_index(writer: ByteWriter, heap: t.HeapType) -> None:
    """Raises Crash for a closed type: only a type as written in a module has an index."""
    if not isinstance(heap, int):
        raise Crash("a closed type has no index", str(heap))
    writer.unsigned(heap)


def _read_flags(reader: ByteReader, known: int) -> int:
    start = reader.position
    flags = reader.byte()
    if flags & ~known:
        raise reader.malformed("malformed limits flags", f"{flags:#04x}", start)
    return flags


def _read_limits(reader: ByteReader, flags: int) -> t.Limits:
    minimum = reader.u64()
    return t.Limits(minimum, reader.u64() if flags & HAS_MAXIMUM else None)


def _address_type(flags: int) -> t.NumberType:
    return t.I64 if flags & IS_64_BIT else t.I32


def _flags(limits: t.Limits, address: t.NumberType) -> int:
    return (HAS_MAXIMUM if limits.maximum is not None else 0) | (IS_64_BIT if address is t.I64 else 0)


def _write_limits(writer: ByteWriter, limits: t.Limits) -> None:
    writer.unsigned(limits.minimum)
    if limits.maximum is not None:
        writer.unsigned(limits.maximum)


def _values(memory: t.MemoryType, flag: MemoryFlag) -> tuple[int, ...]:
    return tuple(map(memory.attribute, flag.attributes))


def _refuse_unknown(memory: t.MemoryType, known: list[str]) -> None:
    core = {"shared": memory.shared, "page_size": memory.page_size != t.PAGE_SIZE}
    unknown = {name for name, value in (*core.items(), *memory.attributes) if value} - set(known)
    if unknown:
        raise Crash("the instruction set has no memory attribute", ", ".join(sorted(unknown)))

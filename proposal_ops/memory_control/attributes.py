"""The attributes of memory types: noaccess, readonly and virtual. docs/memory-control.md, section 1

The limits of a memory count the growable pages; those without access and those that are read-only come before them.
"""

from __future__ import annotations

from quire.engine import types as t
from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.extension import MemoryFlag

VIRTUAL_MODE = 0x00


def static_pages(memory: t.MemoryType) -> int:
    """The pages before the growable ones."""
    return memory.attribute("noaccess") + memory.attribute("readonly")


def read_sections(reader: ByteReader) -> tuple[int, ...]:
    """noaccess, readonly: numbers of pages."""
    noaccess = reader.u64()
    return noaccess, reader.u64()


def write_sections(writer: ByteWriter, values: tuple[int, ...]) -> None:
    """noaccess, readonly: numbers of pages."""
    for value in values:
        writer.unsigned(value)


def read_mode(reader: ByteReader) -> tuple[int, ...]:
    """A single byte; virtual is the only mode so far."""
    mode = reader.byte()
    if mode != VIRTUAL_MODE:
        raise reader.malformed("malformed memory mode", f"{mode:#x}", reader.position - 1)
    return (1,)


def write_mode(writer: ByteWriter, values: tuple[int, ...]) -> None:
    """A single byte."""
    writer.byte(VIRTUAL_MODE)


STATIC_PROTECTION = MemoryFlag(0x20, ("noaccess", "readonly"), read_sections, write_sections, fixed_pages=static_pages)
MODE = MemoryFlag(0x40, ("virtual",), read_mode, write_mode)

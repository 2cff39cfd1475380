"""Protections: of pages, as immediates of instructions, and of data segments. docs/memory-control.md, section 2"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.errors import Invalid
from quire.engine.extension import SegmentAttribute
from quire.engine.immediates import Context, Immediate, Index


class Protection(IntEnum):
    """What a mapped page allows: bit 0 to read, bit 1 to write."""

    NONE = 0
    READ = 1
    READWRITE = 3


WORDS = tuple((each.name.lower(), int(each)) for each in Protection)  # as in the text format


def read_protection(reader: ByteReader) -> int:
    """A single byte."""
    code = reader.byte()
    if code not in list(Protection):
        raise reader.malformed("malformed protection", f"{code:#x}", reader.position - 1)
    return code


def write_protection(writer: ByteWriter, value: int) -> None:
    """A single byte."""
    writer.byte(value)


@dataclass(frozen=True, slots=True)
class ProtectionKind(Immediate):
    """The protection that memory.map and memory.protect name."""

    pattern = rb"[\x00\x01\x03]"

    def read(self, reader: ByteReader) -> int:
        return read_protection(reader)

    def write(self, writer: ByteWriter, value: int) -> None:
        write_protection(writer, value)


@dataclass(frozen=True, slots=True)
class VirtualMemoryIndex(Index):
    """The index of a memory that must be virtual."""

    def check(self, context: Context, value: int) -> None:
        if not context.memory(value).attribute("virtual"):
            raise Invalid("memory is not virtual", f"memory {value} is {context.memory(value)}")


PROTECTION = ProtectionKind()
VIRTUAL_MEMORY = VirtualMemoryIndex("memory")


def check_segment(context: Context, memory: int, value: int) -> None:
    """Only segments of virtual memories have a protection."""
    if not context.memory(memory).attribute("virtual"):
        raise Invalid(
            "invalid data segment protection", f"memory {memory} is not virtual: it is {context.memory(memory)}"
        )


SEGMENT_PROTECTION = SegmentAttribute("prot", 0x10, read_protection, write_protection, check_segment)

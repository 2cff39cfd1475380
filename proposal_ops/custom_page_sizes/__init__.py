"""Custom page sizes: memories whose page is one byte. Source: the proposal WebAssembly/custom-page-sizes, Overview.

The core's memory type has the field already, and its size, growth and limits count in it; this only switches it on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quire.engine import types as t
from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.errors import Invalid, Malformed
from quire.engine.extension import Extension, MemoryFlag
from quire.wat.extension import MemoryAttributeForm, Position, TextExtension

if TYPE_CHECKING:
    from quire.wat.cursor import Cursor

VALID_SIZES = (1, t.PAGE_SIZE)  # bytes


def read_page_size(reader: ByteReader) -> tuple[int, ...]:
    """The binary holds the logarithm to base two, which may not exceed 64 bits."""
    start = reader.position
    exponent = reader.u32()
    if exponent > 64:
        raise reader.malformed("invalid custom page size", f"2**{exponent} bytes", start)
    return (1 << exponent,)


def write_page_size(writer: ByteWriter, values: tuple[int, ...]) -> None:
    """As its logarithm to base two."""
    writer.unsigned(values[0].bit_length() - 1)


def check_page_size(memory: t.MemoryType) -> None:
    """Raises Invalid unless it is one byte or 64 KiB."""
    if memory.page_size not in VALID_SIZES:
        raise Invalid("invalid custom page size", f"{memory.page_size} bytes")


def read_page_size_text(cursor: Cursor) -> int:
    """The text holds the size in bytes, which must be a power of two."""
    place = cursor.place()
    size = cursor.natural(64)
    if size.bit_count() != 1:
        raise Malformed("invalid custom page size", f"{size} bytes", place)
    return size


EXTENSION = Extension(
    name="custom-page-sizes",
    memory_flags=(
        MemoryFlag(
            bit=0x08,
            attributes=("page_size",),
            read=read_page_size,
            write=write_page_size,
            check=check_page_size,
        ),
    ),
    home=__name__,
)
TEXT = TextExtension(
    name="custom-page-sizes",
    memory_attributes=(
        MemoryAttributeForm("page_size", "pagesize", Position.PARENTHESISED, read_page_size_text, with_data=True),
    ),
)

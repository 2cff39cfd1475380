"""Custom page sizes: memories whose page is one byte. Source: the proposal WebAssembly/custom-page-sizes, Overview.

The core's memory type has the field already, and its size, growth and limits count in it; this only switches it on.
"""

from quire.engine import types as t
from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.errors import Invalid
from quire.engine.extension import Extension, MemoryFlag

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
)

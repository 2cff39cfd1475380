"""Memories as a host sees them. Addresses and lengths are in bytes, sizes in pages."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING

from quire.embedding.handle import Handle
from quire.embedding.paging import (
    Access,
    MemoryAccessError,
    MemoryStats,
    Sharing,
    attempt,
    discard_pages,
    map_bytes,
    map_pages,
    protect_pages,
    regions_of,
    stats_of,
    unmap_pages,
)
from quire.embedding.types import MemoryType
from quire.engine.runtime.memory import OUT_OF_BOUNDS
from quire.engine.runtime.memory import Memory as RawMemory
from quire.proposal_ops.memory_control.host_mappings import Source
from quire.proposal_ops.memory_control.retrofit import GuardedMemory
from quire.proposal_ops.memory_control.sectioned_memory import Region

if TYPE_CHECKING:
    from quire.embedding.store import Store


class Memory(Handle[RawMemory]):
    """A memory of a store, of a guest or made by the host."""

    __slots__ = ()

    def __init__(self, store: Store, type: MemoryType) -> None:
        """Raises Invalid for a type that no module could declare, Exhausted where the limits forbid it."""
        super().__init__(store, store.new_memory(type.raw))

    @property
    def type(self) -> MemoryType:
        """With the present size as its minimum."""
        return MemoryType.of(self.raw.type)

    @property
    def size(self) -> int:
        """In pages."""
        return self.raw.size

    @property
    def data_len(self) -> int:
        """In bytes."""
        return self.raw.length

    def read(self, address: int, length: int) -> bytes:
        """A copy of `length` bytes. Raises MemoryAccessError."""
        address, length = self._range(address, length, "read")
        return attempt("read", lambda: bytes(self.raw.load(address, length)))

    def write(self, address: int, data: bytes | bytearray | memoryview) -> None:
        """All of `data`, or none of it. Raises MemoryAccessError."""
        raw = bytes(data)
        address, _ = self._range(address, len(raw), "write")
        attempt("write", lambda: self.raw.store(address, raw))

    def grow(self, delta: int) -> int:
        """By `delta` pages; the old size. Raises MemoryAccessError where its type or the limits forbid it."""
        old = -1 if delta < 0 else self.raw.grow(index(delta))
        if old < 0:
            detail = f"by {delta} pages in {self.raw.name}: its size is {self.size}, its type {self.type}"
            raise MemoryAccessError("memory cannot grow", detail)
        return old

    def view(self) -> memoryview:
        """All of it, without a copy. A view from before the memory grew is stale: it may show bytes of no memory.

        Raises MemoryAccessError where the memory has attributes or guards that a view would go around.
        """
        if self.raw.declared.attributes or isinstance(self.raw, GuardedMemory):
            raise MemoryAccessError("no view of this memory", f"its type is {self.type}")
        return memoryview(self.raw.data)

    # Pages. Spec: docs/memory-control.md, section 9

    def discard(self, address: int, length: int) -> None:
        """Zero the pages of a range and let the system have their storage. Raises MemoryAccessError."""
        discard_pages(self.raw, *self._range(address, length, "discard"))

    def map(self, address: int, length: int, access: Access = "readwrite") -> int:
        """New pages of zeros; the address of the first. Raises MemoryAccessError, TypeError for a plain memory."""
        return map_pages(self.raw, *self._range(address, length, "map"), access)

    def unmap(self, address: int, length: int) -> None:
        """Pages lose their contents. Raises MemoryAccessError, TypeError for a plain memory."""
        unmap_pages(self.raw, *self._range(address, length, "unmap"))

    def protect(self, address: int, length: int, access: Access) -> None:
        """Pages keep their contents. Raises MemoryAccessError, TypeError for a plain memory."""
        protect_pages(self.raw, *self._range(address, length, "protect"), access)

    def map_object(
        self,
        source: Source,
        address: int,
        access: Access = "readwrite",
        sharing: Sharing = "copy",
        offset: int = 0,
        length: int | None = None,
    ) -> int:
        """Map bytes of the host, from `offset` on, into unmapped pages; the address.

        "copy" takes a snapshot of a buffer, or of a file given by its path. "share" shows the bytes of a buffer (a
        bytearray, a memoryview, an mmap) to both sides, and two mappings of one buffer alias each other. `length` None
        means to the end. Raises MemoryAccessError, TypeError for a plain memory or a shared path, OSError.
        """
        self._range(address, 0, "map")
        return map_bytes(self.raw, source, index(address), access, sharing, offset, length)

    def regions(self) -> list[Region]:
        """The whole memory as runs of bytes in one state, and who set it."""
        return regions_of(self.raw)

    def stats(self) -> MemoryStats:
        """What it costs, in bytes: reserved, mapped, resident."""
        return stats_of(self.raw)

    def _range(self, address: int, length: int, operation: str) -> tuple[int, int]:
        """Both as ints. Raises MemoryAccessError for a negative one, which the guest cannot name."""
        address, length = index(address), index(length)
        if address < 0 or length < 0:
            detail = f"{operation} of {length} bytes at {address} in {self.raw.name}"
            raise MemoryAccessError(OUT_OF_BOUNDS, detail)
        return address, length

    def __repr__(self) -> str:
        return f"<Memory {self.type}>"

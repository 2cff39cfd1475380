"""Memories as a host sees them. Addresses and lengths are in bytes, sizes in pages."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING

from quire.embedding.handle import Handle
from quire.embedding.types import MemoryType
from quire.engine.errors import QuireError, Trap
from quire.engine.runtime.memory import OUT_OF_BOUNDS
from quire.engine.runtime.memory import Memory as RawMemory

if TYPE_CHECKING:
    from quire.embedding.store import Store


class MemoryAccessError(QuireError, IndexError):
    """The host asked a memory for what it has not: the texts are those of the guest's traps, which this is not."""


def _refused(trap: Trap, operation: str) -> MemoryAccessError:
    """What would be a trap of the guest's, as an error of the host's."""
    return MemoryAccessError(trap.reason, f"{operation} of {trap.detail}" if trap.operation else trap.detail)


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
        try:
            return bytes(self.raw.load(address, length))
        except Trap as trap:
            raise _refused(trap, "read") from None

    def write(self, address: int, data: bytes | bytearray | memoryview) -> None:
        """All of `data`, or none of it. Raises MemoryAccessError."""
        raw = bytes(data)
        address, _ = self._range(address, len(raw), "write")
        try:
            self.raw.store(address, raw)
        except Trap as trap:
            raise _refused(trap, "write") from None

    def grow(self, delta: int) -> int:
        """By `delta` pages; the old size. Raises MemoryAccessError where its type or the limits forbid it."""
        old = -1 if delta < 0 else self.raw.grow(index(delta))
        if old < 0:
            detail = f"by {delta} pages in {self.raw.name}: its size is {self.size}, its type {self.type}"
            raise MemoryAccessError("memory cannot grow", detail)
        return old

    def view(self) -> memoryview:
        """All of it, without a copy. A view from before the memory grew is stale: it may show bytes of no memory.

        Raises MemoryAccessError where the type of the memory has attributes that a view would go around.
        """
        if self.raw.declared.attributes:
            raise MemoryAccessError("no view of this memory", f"its type is {self.type}")
        return memoryview(self.raw.data)

    def _range(self, address: int, length: int, operation: str) -> tuple[int, int]:
        """Both as ints. Raises MemoryAccessError for a negative one, which the guest cannot name."""
        address, length = index(address), index(length)
        if address < 0 or length < 0:
            detail = f"{operation} of {length} bytes at {address} in {self.raw.name}"
            raise MemoryAccessError(OUT_OF_BOUNDS, detail)
        return address, length

    def __repr__(self) -> str:
        return f"<Memory {self.type}>"

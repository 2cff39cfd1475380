"""Linear memory. Spec: exec/runtime#memory-instances

Each access is checked in one of two methods, `check_read` and `check_write`, which the layers of extensions strengthen.
Growth never fails because the host holds a view of the bytes; where the storage must move, such a view goes stale.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from quire.engine import types as t
from quire.engine.errors import Exhausted, Trap
from quire.engine.runtime.storage import Storage, reserve
from quire.engine.runtime.store import Store

OUT_OF_BOUNDS = "out of bounds memory access"
RESERVATION = 1 << 30  # bytes of address space that a memory may grow in without moving
PIECE = 1 << 20  # bytes that are filled at once: a guest's lengths do not decide what the host allocates


@dataclass(frozen=True, slots=True)
class AccessCode:
    """How generated code gets at the bytes of a memory by itself. Where it may not, it asks the memory.

    Addresses below `first_readable` and `first_writable`, which the type fixes, are for the memory. With `ranges`, all
    are but those in the ranges `open_readable` and `open_writable` of `open_bytes`, attributes that are asked for again
    after whatever may change them: (the first address, the last at which an access of up to 16 bytes may start). Its
    methods `readable_around` and `writable_around` look for the range that an address is in, and give it or another.
    """

    first_readable: int = 0
    first_writable: int = 0
    ranges: bool = False


CHECKING = ("check_read", "check_write", "load", "store", "peek", "poke")
"""What a layer overrides that looks at accesses. It then says in `access_code` how generated code does."""


class Memory:
    """A memory of a store. Addresses and counts are in bytes and unsigned, sizes in pages of `type.page_size` bytes.

    `lock` is held by what must be a single step; only memories that several threads share have a real one.
    """

    lock: AbstractContextManager[object] = nullcontext()

    def __init__(self, store: Store, type_: t.MemoryType, fixed_pages: int = 0, name: str = "memory") -> None:
        """`fixed_pages` are there beside those that the limits count. Raises Exhausted where the host refuses."""
        self.owner = store
        self.declared = type_
        self.name = name
        self.fixed_pages = fixed_pages
        self.length = (type_.limits.minimum + fixed_pages) * type_.page_size  # bytes
        if not self.charge(self.length):
            raise Exhausted("memory limit exceeded", f"{name} wants {self.length} bytes")
        try:
            self.storage = self.allocate(self.length)
        except Exhausted:
            self.refund(self.length)
            raise
        self.data = self.storage.view(self.length)
        self._views: dict[str, tuple[memoryview, memoryview]] = {}

    def charge(self, count: int) -> bool:
        """Take `count` new bytes from the limit of the host; False where they do not fit."""
        return self.owner.reserve_memory(count)

    def refund(self, count: int) -> None:
        """Undo `charge`."""
        self.owner.release_memory(count)

    def allocate(self, length: int) -> Storage:
        """Storage for `length` bytes, with room to grow. Raises Exhausted where the system has no more."""
        most = self.maximum * self.declared.page_size
        return reserve(length, min(most, max(RESERVATION, 2 * length)), self.name)

    @property
    def page_size(self) -> int:
        """In bytes."""
        return self.declared.page_size

    @property
    def size(self) -> int:
        """In pages."""
        return self.length // self.declared.page_size

    @property
    def type(self) -> t.MemoryType:
        """The type with the present size as its minimum. Spec: exec/instructions#growing-memories"""
        return replace(self.declared, limits=t.Limits(self.size - self.fixed_pages, self.declared.limits.maximum))

    @property
    def maximum(self) -> int:
        """The greatest size that the type allows, in pages. Spec: valid/types#memory-types"""
        bits = 8 * self.declared.address_type.size
        most = min((1 << bits) // self.declared.page_size, (1 << bits) - 1)
        limit = self.declared.limits.maximum
        return most if limit is None else min(most, limit + self.fixed_pages)

    def location(self, address: int) -> Hashable:
        """What an address stands for: the same for two addresses where the same byte is."""
        return (id(self), address)

    # Checks

    def fault(self, address: int, count: int) -> Trap:
        """The trap of an access beyond the size; to be raised by the caller."""
        noun = "byte" if count == 1 else "bytes"
        detail = f"{count} {noun} at {address:#x} in {self.name}: its size is {self.length:#x}"
        return Trap(OUT_OF_BOUNDS, detail, operation="access")

    def check_bounds(self, address: int, count: int) -> None:
        """Raises Trap unless the range lies within the size."""
        if address + count > self.length:
            raise self.fault(address, count)

    def check_static(self, address: int, count: int) -> None:
        """Raises Trap for a range that is out of bounds by type and size, whatever the state of its pages."""
        self.check_bounds(address, count)

    def check_read(self, address: int, count: int) -> None:
        """Raises Trap unless all of the range may be read."""
        if address + count > self.length:
            raise self.fault(address, count)

    def check_write(self, address: int, count: int) -> None:
        """Raises Trap unless all of the range may be written."""
        if address + count > self.length:
            raise self.fault(address, count)

    # Bytes, without a check: layers whose bytes are elsewhere override these

    def peek(self, address: int, count: int) -> bytes | memoryview:
        """`count` bytes, to be used at once: a later store changes them."""
        return self.data[address : address + count]

    def access_code(self) -> AccessCode | None:
        """How generated code may access the bytes; None where it must not. Layers that check accesses override it."""
        return AccessCode()

    @property
    def viewed(self) -> memoryview:
        """The bytes that views show."""
        return self.data

    def view(self, format_: str) -> memoryview:
        """The bytes as elements of a format of `memoryview.cast`, which must divide the size of a page."""
        data, view = self._views.get(format_, (None, None))
        if data is not self.viewed or view is None:
            data = self.viewed
            view = data.cast(format_)  # type: ignore[call-overload]  # any of its formats
            self._views[format_] = (data, view)
        return view

    def poke(self, address: int, data: bytes | bytearray | memoryview) -> None:
        """Write all of `data`, which may be bytes of this memory."""
        self.data[address : address + len(data)] = data

    def clear(self, start: int, end: int) -> None:
        """Make [start, end) zero and let the system have its storage."""
        self.storage.clear(start, end)

    # Accesses

    def load(self, address: int, count: int) -> bytes | memoryview:
        """`count` bytes, to be used at once: a later store changes them."""
        self.check_read(address, count)
        return self.peek(address, count)

    def store(self, address: int, data: bytes | bytearray | memoryview) -> None:
        """All of `data` or, where it traps, none of it."""
        self.check_write(address, len(data))
        self.poke(address, data)

    def fill(self, address: int, value: int, count: int) -> None:
        """Spec: exec/instructions#exec-memory-fill"""
        self.check_write(address, count)
        piece = bytes((value,)) * min(count, PIECE)
        for start in range(address, address + count, PIECE):
            self.poke(start, piece[: address + count - start])
            if self.owner.interrupted and not self.declared.shared:
                self.owner.tick()

    def copy(self, to: int, source: Memory, from_: int, count: int) -> None:
        """As if all bytes were read before any is written. Spec: exec/instructions#exec-memory-copy"""
        self.check_bounds(to, count)
        source.check_bounds(from_, count)
        source.check_read(from_, count)
        self.check_write(to, count)
        self.poke(to, source.peek(from_, count))

    def init(self, to: int, segment: bytes, from_: int, count: int) -> None:
        """Spec: exec/instructions#exec-memory-init"""
        if from_ + count > len(segment):
            detail = f"{count} bytes at {from_:#x} of a data segment: its size is {len(segment):#x}"
            raise Trap(OUT_OF_BOUNDS, detail, operation="access")
        self.check_write(to, count)
        self.poke(to, segment[from_ : from_ + count])

    def grow(self, delta: int) -> int:
        """By `delta` pages; the old size in pages, or -1. Spec: exec/modules#growing-memories"""
        old, added = self.size, delta * self.declared.page_size
        if old + delta > self.maximum or not self.charge(added):
            return -1
        try:
            self.extend(self.length + added)
        except Exhausted:
            self.refund(added)
            return -1
        return old

    def extend(self, length: int) -> None:
        """To `length` bytes: in place, or in new storage where there is no room. Raises Exhausted."""
        if length > self.storage.capacity:
            storage = self.allocate(length)
            storage.view(self.length)[:] = self.data
            self.storage = storage
        self.data = self.storage.view(length)
        self.length = length

    # Instantiation

    def initialise(self, offset: int, data: bytes, attributes: Sequence[tuple[str, int]], origin: str) -> None:
        """Write an active data segment; `origin` is its name in reports. Spec: exec/modules#instantiation"""
        self.init(offset, data, 0, len(data))

    def end_instantiation(self) -> None:
        """The instance that defines or imports this memory has its segments in place; guest code may run now."""

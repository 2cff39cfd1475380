"""Storage: where the bytes of a memory are. Reserved address space where the system has it, a bytearray elsewhere.

Reserved space costs nothing until it is touched, grows in place up to its capacity, and gives pages back. Which of the
two is used is decided in `reserve`, and nowhere else.
"""

from __future__ import annotations

import mmap
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from quire.engine.errors import Exhausted

Bytes = bytes | bytearray | memoryview

SYSTEM_PAGE = mmap.PAGESIZE  # bytes
PAGES_AT_ONCE = 1 << 12  # of which the system is asked whether they are in memory
CHUNK = 1 << 16  # bytes of sparse storage that are made at once
SPACE = 1 << 42  # bytes of address space that a memory may reserve: 4 TiB
NO_RESERVE = 0x4000  # MAP_NORESERVE of Linux, which Python names from 3.13 on


class Storage(Protocol):
    """`capacity` bytes, all zero at first. Views of it stay good for as long as someone holds them."""

    capacity: int

    def view(self, length: int) -> memoryview:
        """The first `length` bytes, for reading and writing."""
        ...

    def read(self, start: int, count: int) -> bytes | memoryview:
        """`count` bytes, to be used at once."""
        ...

    def write(self, start: int, data: Bytes) -> None:
        """All of `data`, which may be bytes of this storage."""
        ...

    def clear(self, start: int, end: int) -> None:
        """Make [start, end) zero, and let the system have what it can take back."""
        ...

    def resident(self, start: int, end: int) -> int:
        """How many bytes of [start, end) take up memory."""
        ...


class ReservedStorage:
    """Private anonymous memory of the system, reserved without commit."""

    __slots__ = ("_map", "_view", "capacity")

    def __init__(self, capacity: int) -> None:
        """Raises OSError, ValueError or OverflowError where the system refuses."""
        self.capacity = capacity
        self._map = mmap.mmap(-1, max(capacity, 1), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | NO_RESERVE)
        self._view = memoryview(self._map)

    def view(self, length: int) -> memoryview:
        return self._view[:length]

    def read(self, start: int, count: int) -> memoryview:
        return self._view[start : start + count]

    def write(self, start: int, data: Bytes) -> None:
        self._view[start : start + len(data)] = data

    def resident(self, start: int, end: int) -> int:
        """How many bytes of [start, end) take up memory of the system. Raises OSError where it does not tell."""
        import ctypes  # noqa: PLC0415  # takes milliseconds to load, which only this measurement is worth

        address = ctypes.addressof(ctypes.c_char.from_buffer(self._map))
        first, last = (address + start) // SYSTEM_PAGE, -(-(address + end) // SYSTEM_PAGE)
        with Path("/proc/self/pagemap").open("rb", buffering=0) as pagemap:
            pagemap.seek(8 * first)
            pieces = (pagemap.read(8 * min(PAGES_AT_ONCE, last - at)) for at in range(first, last, PAGES_AT_ONCE))
            return SYSTEM_PAGE * sum(map(pages_present, pieces))

    def clear(self, start: int, end: int) -> None:
        first = -(-start // SYSTEM_PAGE) * SYSTEM_PAGE
        last = end // SYSTEM_PAGE * SYSTEM_PAGE
        if first >= last:
            self._map[start:end] = bytes(end - start)
            return
        self._map[start:first] = bytes(first - start)
        self._map[last:end] = bytes(end - last)
        self._map.madvise(mmap.MADV_DONTNEED, first, last - first)


def pages_present(entries: bytes) -> int:
    """How many entries of a pagemap of Linux tell of pages that are in memory (bit 63) or in swap (bit 62)."""
    each = memoryview(entries).cast("Q")
    if entries == entries[:8] * len(each):  # as nearly all of a large reservation are
        return len(each) if each and each[0] >> 62 else 0
    return sum(entry >> 62 != 0 for entry in each)


class PlainStorage:
    """A bytearray, for systems that reserve nothing."""

    __slots__ = ("_bytes", "capacity")

    def __init__(self, capacity: int) -> None:
        """Raises MemoryError or OverflowError where there is no room."""
        self.capacity = capacity
        self._bytes = bytearray(capacity)

    def view(self, length: int) -> memoryview:
        return memoryview(self._bytes)[:length]

    def read(self, start: int, count: int) -> memoryview:
        return memoryview(self._bytes)[start : start + count]

    def write(self, start: int, data: Bytes) -> None:
        memoryview(self._bytes)[start : start + len(data)] = data

    def resident(self, start: int, end: int) -> int:
        """How many bytes of [start, end) take up memory: all of them."""
        return end - start

    def clear(self, start: int, end: int) -> None:
        self._bytes[start:end] = bytes(end - start)


class SparseStorage:
    """Chunks of bytes, made when they are first written: for the large reservations of a system that makes none."""

    __slots__ = ("_chunks", "capacity")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._chunks: dict[int, bytearray] = {}

    def view(self, length: int) -> memoryview:
        """None of it: the bytes are in pieces."""
        return memoryview(b"")

    def read(self, start: int, count: int) -> bytes:
        return b"".join(self._piece(*place) for place in chunks(start, count))

    def _piece(self, number: int, first: int, last: int) -> bytes | bytearray:
        chunk = self._chunks.get(number)
        return bytes(last - first) if chunk is None else chunk[first:last]

    def write(self, start: int, data: Bytes) -> None:
        at = 0
        for number, first, last in chunks(start, len(data)):
            chunk = self._chunks.setdefault(number, bytearray(CHUNK))
            chunk[first:last] = data[at : at + last - first]
            at += last - first

    def clear(self, start: int, end: int) -> None:
        for number in [each for each in self._chunks if each * CHUNK < end and start < (each + 1) * CHUNK]:
            first, last = max(start - number * CHUNK, 0), min(end - number * CHUNK, CHUNK)
            if last - first == CHUNK:
                del self._chunks[number]
            else:
                self._chunks[number][first:last] = bytes(last - first)

    def resident(self, start: int, end: int) -> int:
        """How many bytes of [start, end) take up memory, in whole chunks."""
        return CHUNK * sum(start < (number + 1) * CHUNK and number * CHUNK < end for number in self._chunks)


def chunks(start: int, count: int) -> Iterator[tuple[int, int, int]]:
    """The chunks that a range lies in: number, and from where to where in it."""
    end = start + count
    while start < end:
        number, first = divmod(start, CHUNK)
        last = min(CHUNK, first + end - start)
        yield number, first, last
        start += last - first


# Only Linux drops private anonymous pages at MADV_DONTNEED, so that they read as zeros afterwards.
RESERVES = sys.platform == "linux"


def reserve(length: int, capacity: int, what: str, *, reserves: bool = RESERVES) -> Storage:
    """Storage for `length` bytes now and, if that costs nothing, `capacity` later. Raises Exhausted."""
    for wanted in (max(capacity, length), length) if reserves else ():
        try:
            return ReservedStorage(wanted)
        except (OSError, ValueError, OverflowError):
            continue
    try:
        return PlainStorage(length)
    except (MemoryError, OverflowError):
        raise Exhausted("out of memory", f"{length} bytes for {what}") from None


def reserve_sparsely(length: int, capacity: int, what: str, *, reserves: bool = RESERVES) -> Storage:
    """The same for memories of which little will be touched: what cannot be reserved is made in chunks as it is needed.

    Raises Exhausted for more than SPACE.
    """
    if length > SPACE:
        raise Exhausted("out of memory", f"{length} bytes of address space for {what}, the limit is {SPACE}")
    for wanted in (min(capacity, max(2 * length, 1 << 30)), length) if reserves else ():
        try:
            return ReservedStorage(wanted)
        except (OSError, ValueError, OverflowError):
            continue
    return SparseStorage(SPACE)

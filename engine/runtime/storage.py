"""Storage: where the bytes of a memory are. Reserved address space where the system has it, a bytearray elsewhere.

Reserved space costs nothing until it is touched, grows in place up to its capacity, and gives pages back. Which of the
two is used is decided in `reserve`, and nowhere else.
"""

from __future__ import annotations

import mmap
import sys
from typing import Protocol

from quire.engine.errors import Exhausted

SYSTEM_PAGE = mmap.PAGESIZE  # bytes
NO_RESERVE = 0x4000  # MAP_NORESERVE of Linux, which Python names from 3.13 on


class Storage(Protocol):
    """`capacity` bytes, all zero at first. Views of it stay good for as long as someone holds them."""

    capacity: int

    def view(self, length: int) -> memoryview:
        """The first `length` bytes, for reading and writing."""
        ...

    def clear(self, start: int, end: int) -> None:
        """Make [start, end) zero, and let the system have what it can take back."""
        ...


class ReservedStorage:
    """Private anonymous memory of the system, reserved without commit."""

    __slots__ = ("_map", "capacity")

    def __init__(self, capacity: int) -> None:
        """Raises OSError, ValueError or OverflowError where the system refuses."""
        self.capacity = capacity
        self._map = mmap.mmap(-1, max(capacity, 1), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | NO_RESERVE)

    def view(self, length: int) -> memoryview:
        return memoryview(self._map)[:length]

    def clear(self, start: int, end: int) -> None:
        first = -(-start // SYSTEM_PAGE) * SYSTEM_PAGE
        last = end // SYSTEM_PAGE * SYSTEM_PAGE
        if first >= last:
            self._map[start:end] = bytes(end - start)
            return
        self._map[start:first] = bytes(first - start)
        self._map[last:end] = bytes(end - last)
        self._map.madvise(mmap.MADV_DONTNEED, first, last - first)


class PlainStorage:
    """A bytearray, for systems that reserve nothing."""

    __slots__ = ("_bytes", "capacity")

    def __init__(self, capacity: int) -> None:
        """Raises MemoryError or OverflowError where there is no room."""
        self.capacity = capacity
        self._bytes = bytearray(capacity)

    def view(self, length: int) -> memoryview:
        return memoryview(self._bytes)[:length]

    def clear(self, start: int, end: int) -> None:
        self._bytes[start:end] = bytes(end - start)


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

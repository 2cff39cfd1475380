"""The guest's memory as functions of WASI see it: what lies out of bounds is an error of theirs and no trap.

The one place that knows how the engine's memories are read and written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from quire.engine.errors import Trap, Unlinkable
from quire.wasi.errors import Errno, WasiError
from quire.wasi.layout import U32, U64, VECTOR

MOST_VECTORS = 1024  # what wasi-libc calls IOV_MAX
CHUNK = 1 << 20  # bytes that are copied at once: a guest's lengths do not decide what the host allocates

Vectors = list[tuple[int, int]]
"""Addresses and lengths, in the order in which they are filled or written."""


class LinearMemory(Protocol):
    """What WASI needs of a memory of the engine; each method raises Trap beyond its bounds."""

    def load(self, address: int, count: int) -> bytes | memoryview: ...

    def store(self, address: int, data: bytes) -> None: ...

    def check_read(self, address: int, count: int) -> None: ...

    def check_write(self, address: int, count: int) -> None: ...


class MissingMemory:
    """Stands for the memory of a guest that exports none. Each use raises Unlinkable."""

    def _missing(self) -> Unlinkable:
        return Unlinkable("unknown export", 'functions of WASI need a memory that is exported as "memory"')

    def load(self, address: int, count: int) -> bytes:
        raise self._missing()

    def store(self, address: int, data: bytes) -> None:
        raise self._missing()

    def check_read(self, address: int, count: int) -> None:
        raise self._missing()

    def check_write(self, address: int, count: int) -> None:
        raise self._missing()


class GuestMemory:
    """A memory whose methods raise WasiError(fault) where the engine's would trap. Addresses and counts are bytes."""

    __slots__ = ("_memory",)

    def __init__(self, memory: LinearMemory) -> None:
        self._memory = memory

    def read(self, address: int, count: int) -> bytes:
        try:
            return bytes(self._memory.load(address, count))
        except Trap as trap:
            raise WasiError(Errno.FAULT) from trap

    def write(self, address: int, data: bytes) -> None:
        try:
            self._memory.store(address, data)
        except Trap as trap:
            raise WasiError(Errno.FAULT) from trap

    def check_read(self, address: int, count: int) -> None:
        try:
            self._memory.check_read(address, count)
        except Trap as trap:
            raise WasiError(Errno.FAULT) from trap

    def check_write(self, address: int, count: int) -> None:
        """Where a result will go; called before the effect, so that a bad pointer costs nothing."""
        try:
            self._memory.check_write(address, count)
        except Trap as trap:
            raise WasiError(Errno.FAULT) from trap

    def write_u32(self, address: int, value: int) -> None:
        self.write(address, U32.pack(value))

    def write_u64(self, address: int, value: int) -> None:
        self.write(address, U64.pack(value))

    def sources(self, address: int, count: int) -> Vectors:
        """The vectors of an array, each checked for reading. WASI: ciovec_array"""
        vectors = self._vectors(address, count)
        for start, length in vectors:
            self.check_read(start, length)
        return vectors

    def targets(self, address: int, count: int) -> Vectors:
        """The vectors of an array, each checked for writing. WASI: iovec_array"""
        vectors = self._vectors(address, count)
        for start, length in vectors:
            self.check_write(start, length)
        return vectors

    def _vectors(self, address: int, count: int) -> Vectors:
        if count > MOST_VECTORS:
            raise WasiError(Errno.INVAL)
        return list(VECTOR.iter_unpack(self.read(address, count * VECTOR.size)))

    def gather(self, vectors: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        """What the vectors hold, joined, in pieces of at most `CHUNK` bytes; nothing empty."""
        parts: list[bytes] = []
        room = CHUNK
        for address, length in _pieces(vectors):
            if length > room:
                yield b"".join(parts)
                parts, room = [], CHUNK
            parts.append(self.read(address, length))
            room -= length
        if parts:
            yield b"".join(parts)


def _pieces(vectors: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for address, length in vectors:
        for start in range(0, length, CHUNK):
            yield address + start, min(CHUNK, length - start)


class Scatter:
    """Fills vectors one after the other; `room` bytes are left in them."""

    __slots__ = ("_memory", "_rest", "room")

    def __init__(self, memory: GuestMemory, vectors: Vectors) -> None:
        self._memory = memory
        self._rest = [each for each in reversed(vectors) if each[1]]
        self.room = sum(length for _, length in vectors)

    def put(self, data: bytes) -> None:
        """Write at most `room` bytes where the last write ended."""
        self.room -= len(data)
        start = 0
        while start < len(data):
            address, length = self._rest.pop()
            part = data[start : start + length]
            self._memory.write(address, part)
            start += len(part)
            if len(part) < length:
                self._rest.append((address + len(part), length - len(part)))

"""Shared memories: the attribute of the type, and the layer that several threads can use at once.

Plain loads and stores need no lock: each is one operation of Python on the storage, which other threads see before or
after it.
"""

from __future__ import annotations

import threading
from typing import Any

from quire.engine import types as t
from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.errors import Invalid
from quire.engine.extension import MemoryFlag, MemoryLayer
from quire.engine.runtime.memory import Memory


class SharedMemory(Memory):
    """A memory with a lock for what must be a single step."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.lock = threading.RLock()

    def grow(self, delta: int) -> int:
        with self.lock:
            return super().grow(delta)


def read_shared(reader: ByteReader) -> tuple[int, ...]:
    """The flag says all."""
    return (1,)


def write_shared(writer: ByteWriter, values: tuple[int, ...]) -> None:
    """The flag says all."""


def check_shared(memory: t.MemoryType) -> None:
    """Raises Invalid for a shared memory that might grow without end."""
    if memory.shared and memory.limits.maximum is None:
        raise Invalid("shared memory must have maximum")


SHARED_FLAG = MemoryFlag(0x02, ("shared",), read_shared, write_shared, check_shared)
SHARED_LAYER = MemoryLayer(applies=lambda memory: memory.shared, layer=SharedMemory)

"""Shared memories: the attribute of the type, and the layer that several threads can use at once.

Plain loads and stores need no lock: each is one operation of Python on the storage, which other threads see before or
after it.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from typing import Any

from quire.engine import types as t
from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.errors import Invalid
from quire.engine.extension import MemoryFlag, MemoryLayer
from quire.engine.runtime.memory import Memory
from quire.engine.runtime.store import Store

SLICE = 0.05  # seconds: how often a waiting thread looks whether its store was interrupted


class SharedMemory(Memory):
    """A memory with one lock for what must be a single step, and a queue for each address that threads wait at."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.lock = threading.RLock()
        self.waiters: defaultdict[int, deque[threading.Event]] = defaultdict(deque)

    def grow(self, delta: int) -> int:
        with self.lock:
            return super().grow(delta)

    def wait(self, store: Store, address: int, unchanged: bool, timeout: int) -> int:
        """Sleep at `address` until notified: 0; 1 if the value was another already; 2 after `timeout` nanoseconds.

        Must be called with the lock held once, which it releases. A negative timeout never ends. Raises Exhausted where
        the store is interrupted.
        """
        if not unchanged:
            self.lock.release()
            return 1
        notified = threading.Event()
        self.waiters[address].append(notified)
        self.lock.release()
        end = None if timeout < 0 else time.monotonic_ns() + timeout
        try:
            while not notified.wait(_pause(end)):
                if store.interrupted:
                    store.tick()
                if end is not None and time.monotonic_ns() >= end:
                    break
        finally:
            woken = self.leave(address, notified)
        return 0 if woken else 2

    def leave(self, address: int, notified: threading.Event) -> bool:
        """Take a waiter out of its queue; whether it was notified in the meantime."""
        with self.lock:
            if notified.is_set():
                return True
            self.waiters[address].remove(notified)
            if not self.waiters[address]:
                del self.waiters[address]
            return False

    def notify(self, address: int, count: int) -> int:
        """Wake up to `count` threads that wait at `address`, those that came first; how many there were."""
        with self.lock:
            queue = self.waiters.get(address, deque())
            woken = [queue.popleft() for _ in range(min(count, len(queue)))]
            if not queue:
                self.waiters.pop(address, None)
            for notified in woken:
                notified.set()
        return len(woken)


def _pause(end: int | None) -> float:
    """The seconds to sleep before looking again."""
    return SLICE if end is None else max(0.0, min(SLICE, (end - time.monotonic_ns()) / 1e9))


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

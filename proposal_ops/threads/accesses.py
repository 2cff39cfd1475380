"""What atomic accesses do. Each checks its alignment first, then the memory; a read-modify-write is a single step.

Atomic accesses are allowed on memories that are not shared, where nobody could see the difference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from quire.engine.errors import Invalid, Trap
from quire.engine.immediates import MemArg, MemArgKind
from quire.engine.instructions.access import Access
from quire.engine.numeric.integers import i64
from quire.engine.runtime.frame import Frame
from quire.engine.runtime.memory import Memory
from quire.proposal_ops.threads.waiting import PARKING_LOT


@dataclass(frozen=True, slots=True)
class AtomicMemArgKind(MemArgKind):
    """The immediate of an atomic access, whose alignment must be the natural one exactly."""

    def check_alignment(self, value: MemArg) -> None:
        if 1 << value.align != self.natural:
            raise Invalid("atomic alignment must be natural", f"2**{value.align} for {self.natural} bytes")


def atomic(natural: int) -> AtomicMemArgKind:
    """The kind for atomic accesses of `natural` bytes."""
    return AtomicMemArgKind(natural)


def aligned(memory: Memory, address: int, size: int) -> int:
    """The address, if it is a multiple of the size. Raises Trap."""
    if address % size:
        raise Trap("unaligned atomic", f"{size} bytes at {address:#x} in {memory.name}", operation="access")
    return address


def load(size: int) -> Access:
    """An unsigned load of `size` bytes."""

    def atomic_load(frame: Frame, m: MemArg, address: int) -> int:
        """Aligned. Source: WebAssembly/threads, Overview, "Load/Store"."""
        memory = frame.memory(m.memory)
        return int.from_bytes(memory.load(aligned(memory, address + m.offset, size), size), "little")

    return Access(atomic_load, size, aligned=True)


def store(size: int) -> Access:
    """A store of the low `size` bytes."""
    mask = (1 << 8 * size) - 1

    def atomic_store(frame: Frame, m: MemArg, address: int, value: int) -> None:
        """Aligned. Source: WebAssembly/threads, Overview, "Load/Store"."""
        memory = frame.memory(m.memory)
        memory.store(aligned(memory, address + m.offset, size), (value & mask).to_bytes(size, "little"))

    return Access(atomic_store, size, stores=True, aligned=True)


def modify(size: int, change: Callable[[int, int], int]) -> Callable[[Frame, MemArg, int, int], int]:
    """Read `size` bytes, write what `change` makes of them and the operand; the old value."""
    mask = (1 << 8 * size) - 1

    def atomic_modify(frame: Frame, m: MemArg, address: int, operand: int) -> int:
        """The old value. Source: WebAssembly/threads, Overview, "Read-Modify-Write"."""
        memory = frame.memory(m.memory)
        at = aligned(memory, address + m.offset, size)
        with memory.lock:
            memory.check_write(at, size)
            old = int.from_bytes(memory.load(at, size), "little")
            memory.store(at, (change(old, operand) & mask).to_bytes(size, "little"))
        return old

    return atomic_modify


def compare_exchange(size: int) -> Callable[[Frame, MemArg, int, int, int], int]:
    """Write the replacement if `size` bytes are as expected; the old value. `expected` is wrapped, as wasmtime does."""
    mask = (1 << 8 * size) - 1

    def atomic_compare_exchange(frame: Frame, m: MemArg, address: int, expected: int, replacement: int) -> int:
        """The old value. Source: WebAssembly/threads, Overview, "Compare Exchange"."""
        memory = frame.memory(m.memory)
        at = aligned(memory, address + m.offset, size)
        with memory.lock:
            memory.check_write(at, size)
            old = int.from_bytes(memory.load(at, size), "little")
            if old == expected & mask:
                memory.store(at, (replacement & mask).to_bytes(size, "little"))
        return old

    return atomic_compare_exchange


def wait(size: int) -> Callable[[Frame, MemArg, int, int, int], int]:
    """Sleep while `size` bytes are as expected: 0 when woken, 1 when they are not, 2 after so many nanoseconds."""

    def atomic_wait(frame: Frame, m: MemArg, address: int, expected: int, timeout: int) -> int:
        """Why it woke up. Source: WebAssembly/threads, Overview, "Wait"."""
        memory = frame.memory(m.memory)
        at = aligned(memory, address + m.offset, size)
        memory.check_static(at, size)
        if not memory.declared.shared:
            raise Trap("expected shared memory", memory.name)

        def unchanged() -> bool:
            return int.from_bytes(memory.load(at, size), "little") == expected

        return PARKING_LOT.wait(memory.location(at), unchanged, i64.signed(timeout), frame.store)

    return atomic_wait


def notify(frame: Frame, m: MemArg, address: int, count: int) -> int:
    """Wake threads that wait at an address; how many. Nobody waits at a memory that is not shared."""
    memory = frame.memory(m.memory)
    at = aligned(memory, address + m.offset, 4)
    memory.check_static(at, 4)
    return PARKING_LOT.notify(memory.location(at), count)


def fence(frame: Frame, reserved: int) -> None:
    """Order accesses; Python's own are ordered already."""

"""What the four instructions do, given a frame. docs/memory-control.md, sections 5 and 6"""

from __future__ import annotations

from quire.engine.errors import Crash
from quire.engine.runtime.frame import Frame
from quire.engine.runtime.memory import Memory
from quire.proposal_ops.memory_control.alignment import check_alignment, rounded
from quire.proposal_ops.memory_control.virtual_memory import VirtualMemory


def memory_discard(frame: Frame, memory: int, address: int, length: int) -> None:
    """Zero the pages of a range and let the system have their storage. Also of memories that are not virtual."""
    discard(frame.memory(memory), address, length)


def discard(memory: Memory, address: int, length: int) -> None:
    """Section 5, steps 2 to 6."""
    with memory.lock:
        check_alignment(memory, address, length)
        memory.check_bounds(address, length)
        if length:
            start, end = rounded(memory, address, length)
            memory.check_write(start, end - start)
            memory.clear(start, end)


def memory_map(frame: Frame, memory: int, protection: int, address: int, length: int) -> int:
    """Map new pages of zeros; the address of the first."""
    return virtual(frame, memory).map(address, length, protection, frame.site)


def memory_unmap(frame: Frame, memory: int, address: int, length: int) -> None:
    """Pages lose their contents."""
    virtual(frame, memory).unmap(address, length, frame.site)


def memory_protect(frame: Frame, memory: int, protection: int, address: int, length: int) -> None:
    """Pages get another protection and keep their contents."""
    virtual(frame, memory).protect(address, length, protection, frame.site)


def virtual(frame: Frame, index: int) -> VirtualMemory:
    """The memory, which validation has seen to be virtual."""
    memory = frame.memory(index)
    if not isinstance(memory, VirtualMemory):
        raise Crash("a memory that is not virtual was to be mapped")
    return memory

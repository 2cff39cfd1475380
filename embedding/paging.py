"""Pages of a memory as a host sees and sets them. Spec: docs/memory-control.md, section 9

The host's calls follow the same rules as the guest's instructions: the alignment profile of the store, the static
sections and the states of pages. What would be a trap is a MemoryAccessError with the same text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from quire.engine.errors import QuireError, Trap
from quire.engine.runtime.memory import Memory as RawMemory
from quire.proposal_ops.memory_control.host_mappings import HOST, Source, map_object
from quire.proposal_ops.memory_control.operations import discard
from quire.proposal_ops.memory_control.protection import WORDS
from quire.proposal_ops.memory_control.sectioned_memory import Region as Region
from quire.proposal_ops.memory_control.sectioned_memory import SectionedMemory
from quire.proposal_ops.memory_control.virtual_memory import VirtualMemory

Result = TypeVar("Result")
Access = Literal["none", "read", "readwrite"]
Sharing = Literal["copy", "share"]


class MemoryAccessError(QuireError, IndexError):
    """The host asked a memory for what it has not: the texts are those of the guest's traps, which this is not."""


@dataclass(frozen=True, slots=True)
class MemoryStats:
    """What a memory costs, in bytes: address space, pages that may be used, and what the system has to keep."""

    reserved: int
    mapped: int
    resident: int


def attempt(operation: str, action: Callable[[], Result]) -> Result:
    """Raises MemoryAccessError for what would be a trap of the guest's; `operation` is how the host calls it."""
    try:
        return action()
    except Trap as trap:
        detail = f"{operation} of {trap.detail}" if trap.operation else trap.detail
        raise MemoryAccessError(trap.reason, detail) from None


def discard_pages(memory: RawMemory, address: int, length: int) -> None:
    """Zero the pages of a range and let the system have their storage. Raises MemoryAccessError."""
    attempt("discard", lambda: discard(memory, address, length))


def map_pages(memory: RawMemory, address: int, length: int, access: Access) -> int:
    """New pages of zeros; the address of the first. Raises MemoryAccessError, TypeError for a plain memory."""
    return attempt("map", lambda: _virtual(memory).map(address, length, _protection(access), HOST))


def unmap_pages(memory: RawMemory, address: int, length: int) -> None:
    """Pages lose their contents. Raises MemoryAccessError, TypeError for a plain memory."""
    attempt("unmap", lambda: _virtual(memory).unmap(address, length, HOST))


def protect_pages(memory: RawMemory, address: int, length: int, access: Access) -> None:
    """Pages keep their contents. Raises MemoryAccessError, TypeError for a plain memory."""
    attempt("protect", lambda: _virtual(memory).protect(address, length, _protection(access), HOST))


def map_bytes(
    memory: RawMemory,
    source: Source,
    address: int,
    access: Access,
    sharing: Sharing,
    offset: int,
    length: int | None,
) -> int:
    """Bytes of the host in unmapped pages. Raises MemoryAccessError, TypeError for a plain memory, OSError."""
    target = _virtual(memory)
    return attempt("map", lambda: map_object(target, source, address, _protection(access), sharing, offset, length))


def regions_of(memory: RawMemory) -> list[Region]:
    """The whole memory as runs of bytes in one state, set by one."""
    if isinstance(memory, SectionedMemory):
        return memory.regions()
    return [Region(0, memory.length, "readwrite")] if memory.length else []


def stats_of(memory: RawMemory) -> MemoryStats:
    """What the memory costs. Raises OSError where the system does not tell what is resident."""
    used = [(each.start, each.end) for each in regions_of(memory) if each.state not in ("unmapped", "noaccess")]
    resident = sum(memory.storage.resident(start, end) for start, end in used)
    return MemoryStats(memory.storage.capacity, sum(end - start for start, end in used), resident)


def _virtual(memory: RawMemory) -> VirtualMemory:
    if not isinstance(memory, VirtualMemory):
        raise TypeError(f"{memory.name} is not virtual: its type is {memory.type}")
    return memory


def _protection(access: str) -> int:
    words = dict(WORDS)
    if access not in words:
        raise ValueError(f"a protection is none, read or readwrite, not {access!r}")
    return words[access]

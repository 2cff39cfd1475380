"""Bytes of the host in a virtual memory: as a private snapshot, or shared. docs/memory-control.md, section 9"""

from __future__ import annotations

import os
from pathlib import Path

from quire.engine.runtime.memory import OUT_OF_BOUNDS
from quire.proposal_ops.memory_control import traps
from quire.proposal_ops.memory_control.pages import HostMapping, Run
from quire.proposal_ops.memory_control.virtual_memory import WRITE, VirtualMemory

COPY, SHARE = "copy", "share"
Source = bytes | bytearray | memoryview | os.PathLike[str] | str  # or any other object with the buffer protocol

HOST = "the host"  # as the origin of a state


def map_object(
    memory: VirtualMemory,
    source: Source,
    address: int,
    protection: int,
    sharing: str,
    offset: int = 0,
    length: int | None = None,
) -> int:
    """Map bytes [offset, offset + length) of a source into unmapped pages from `address` on; the address.

    "copy" takes a snapshot of a buffer or of a file given by its path; "share" shows the bytes of a buffer to both
    sides. `length` None means to the end. Raises Trap with the texts of section 8; OSError where a file cannot be read.
    """
    view = _view(source, sharing)
    length = len(view) - offset if length is None else length
    with memory.lock:
        return _map(memory, view, address, protection, sharing, offset, length)


def _map(
    memory: VirtualMemory, view: memoryview, address: int, protection: int, sharing: str, offset: int, length: int
) -> int:
    """A single step for the threads that share the memory."""
    _check(memory, view, address, offset, length)
    start, end = memory.dynamic_range(address, -(-length // memory.page_size) * memory.page_size)
    memory.require_unmapped(start, end, address, length)
    if sharing == SHARE and protection & WRITE and view.readonly:
        raise traps.access_trap(traps.HOST, address, length, memory.name, "the host's object is read-only")
    memory.require_room(end - start, address, length)
    part = view[offset : offset + length]
    if sharing == COPY:
        memory.set_state(Run(start, end, protection, HOST))
        memory.poke(address, part)
    else:
        memory.hosted = True
        memory.set_state(Run(start, end, protection, HOST, HostMapping(part, address, _origin(part, offset))))
    return address


def _origin(part: memoryview, offset: int) -> int:
    """Where its first byte is. Of bytes that nobody may write, Python tells only the object that they are in."""
    import ctypes  # noqa: PLC0415  # takes milliseconds to load, which only this is worth

    return id(part.obj) + offset if part.readonly else ctypes.addressof(ctypes.c_char.from_buffer(part))


def _view(source: Source, sharing: str) -> memoryview:
    """The bytes of a source. Raises TypeError for what has none, ValueError for a kind of sharing that there is not."""
    if sharing not in (COPY, SHARE):
        raise ValueError(f"sharing is {COPY!r} or {SHARE!r}, not {sharing!r}")
    if isinstance(source, str | os.PathLike):
        if sharing == SHARE:
            raise TypeError("a file is not shared by its path: it could be cut short under the guest")
        return memoryview(Path(source).read_bytes())
    return memoryview(source).cast("B")


def _check(memory: VirtualMemory, view: memoryview, address: int, offset: int, length: int) -> None:
    """Alignment, then the range in the source, then the bounds of the memory."""
    if address % memory.page_size:
        what = f"the pages are of {memory.page_size:#x} bytes"
        raise traps.access_trap(traps.ALIGNMENT, address, length, memory.name, what)
    if length <= 0 or offset < 0 or offset + length > len(view):
        what = f"the object has {len(view)} bytes, {length} from {offset} on are asked for"
        raise traps.access_trap(traps.RANGE, address, max(length, 0), memory.name, what)
    if address + length > memory.length:
        what = f"its size is {memory.length:#x}"
        raise traps.access_trap(OUT_OF_BOUNDS, address, length, memory.name, what)

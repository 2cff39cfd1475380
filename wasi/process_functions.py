"""The functions about the guest itself: args_*, environ_*, proc_*, random_get, sched_yield."""

from __future__ import annotations

import os
from collections.abc import Sequence

from quire.wasi.errors import Errno, Exit, WasiError
from quire.wasi.layout import U32
from quire.wasi.memory import GuestMemory
from quire.wasi.process import Process

_RANDOM_PIECE = 1 << 16  # bytes asked of the source at once


def args_get(process: Process, memory: GuestMemory, pointers: int, strings: int) -> None:
    """WASI: args_get."""
    _write_strings(memory, process.arguments, pointers, strings)


def args_sizes_get(process: Process, memory: GuestMemory, count: int, size: int) -> None:
    """WASI: args_sizes_get."""
    _write_sizes(memory, process.arguments, count, size)


def environ_get(process: Process, memory: GuestMemory, pointers: int, strings: int) -> None:
    """WASI: environ_get."""
    _write_strings(memory, process.environment, pointers, strings)


def environ_sizes_get(process: Process, memory: GuestMemory, count: int, size: int) -> None:
    """WASI: environ_sizes_get."""
    _write_sizes(memory, process.environment, count, size)


def _write_sizes(memory: GuestMemory, strings: Sequence[bytes], count: int, size: int) -> None:
    memory.check_write(count, 4)
    memory.write_u32(size, sum(len(each) + 1 for each in strings))
    memory.write_u32(count, len(strings))


def _write_strings(memory: GuestMemory, strings: Sequence[bytes], pointers: int, start: int) -> None:
    addresses = []
    at = start
    for each in strings:
        addresses.append(U32.pack(at & 0xFFFFFFFF))  # beyond the memory if it wraps: then the write below fails
        at += len(each) + 1
    memory.check_write(pointers, 4 * len(strings))
    memory.write(start, b"".join(each + b"\0" for each in strings))
    memory.write(pointers, b"".join(addresses))


def random_get(process: Process, memory: GuestMemory, buffer: int, size: int) -> None:
    """WASI: random_get."""
    memory.check_write(buffer, size)
    for start in range(0, size, _RANDOM_PIECE):
        memory.write(buffer + start, process.random(min(_RANDOM_PIECE, size - start)))


def proc_exit(process: Process, memory: GuestMemory, status: int) -> None:
    """WASI: proc_exit. Raises Exit."""
    raise Exit(status)


def proc_raise(process: Process, memory: GuestMemory, signal: int) -> None:
    """WASI: proc_raise. There are no signals."""
    raise WasiError(Errno.NOSYS)


def sched_yield(process: Process, memory: GuestMemory) -> None:
    """WASI: sched_yield."""
    if hasattr(os, "sched_yield"):
        os.sched_yield()

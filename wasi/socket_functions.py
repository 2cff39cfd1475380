"""The functions on sockets: sock_*.

The guest opens none: it has those that it was given as standard streams, and what they accept.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from quire.wasi.descriptor_functions import descriptor_flags, write_pieces
from quire.wasi.descriptors import Descriptor
from quire.wasi.errors import Errno, WasiError
from quire.wasi.handles import FileHandle
from quire.wasi.layout import SOCKET_RIGHTS, DescriptorFlags, FileType, Rights
from quire.wasi.memory import CHUNK, GuestMemory, Scatter
from quire.wasi.process import Process
from quire.wasi.waiting import before_reading

_PEEK, _WAITALL = 1, 2  # WASI: riflags
_TRUNCATED = 1  # WASI: roflags
_SHUTDOWN = {1: socket.SHUT_RD, 2: socket.SHUT_WR, 3: socket.SHUT_RDWR}  # WASI: sdflags


@contextmanager
def _socket(process: Process, fd: int, needed: Rights) -> Iterator[socket.socket]:
    """A second descriptor for the socket of one of the guest's; notsock for anything else."""
    descriptor = process.descriptors.get(fd)
    handle = descriptor.handle
    if not isinstance(handle, FileHandle) or handle.kind is not FileType.SOCKET_STREAM:
        raise WasiError(Errno.NOTSOCK)
    descriptor.require(needed)
    if needed in (Rights.FD_READ, Rights.SOCK_ACCEPT):
        before_reading(process, handle)
    with socket.socket(fileno=os.dup(handle.host)) as found:
        yield found


def sock_accept(process: Process, memory: GuestMemory, fd: int, flags: int, result: int) -> None:
    """WASI: sock_accept."""
    wanted = descriptor_flags(flags)
    memory.check_write(result, 4)
    with _socket(process, fd, Rights.SOCK_ACCEPT) as listener:
        accepted, _ = listener.accept()
    handle = FileHandle(accepted.detach(), owned=True)
    handle.set_flags(wanted & DescriptorFlags.NONBLOCK)
    memory.write_u32(result, process.descriptors.add(Descriptor(handle, SOCKET_RIGHTS)))


def sock_recv(
    process: Process, memory: GuestMemory, fd: int, vectors: int, count: int, flags: int, result: int, out_flags: int
) -> None:
    """WASI: sock_recv."""
    if flags & ~(_PEEK | _WAITALL):
        raise WasiError(Errno.INVAL)
    target = Scatter(memory, memory.targets(vectors, count))
    memory.check_write(result, 4)
    memory.check_write(out_flags, 2)
    how = (socket.MSG_PEEK if flags & _PEEK else 0) | (socket.MSG_WAITALL if flags & _WAITALL else 0)
    with _socket(process, fd, Rights.FD_READ) as found:
        data, _, seen, _ = found.recvmsg(min(target.room, CHUNK), 0, how)
    target.put(data)
    memory.write_u32(result, len(data))
    memory.write(out_flags, (_TRUNCATED if seen & socket.MSG_TRUNC else 0).to_bytes(2, "little"))


def sock_send(
    process: Process, memory: GuestMemory, fd: int, vectors: int, count: int, flags: int, result: int
) -> None:
    """WASI: sock_send."""
    if flags:
        raise WasiError(Errno.INVAL)
    sources = memory.sources(vectors, count)
    memory.check_write(result, 4)
    with _socket(process, fd, Rights.FD_WRITE) as found:
        sent = write_pieces(lambda data, _: found.send(data), memory.gather(sources))
    memory.write_u32(result, sent)


def sock_shutdown(process: Process, memory: GuestMemory, fd: int, how: int) -> None:
    """WASI: sock_shutdown."""
    with _socket(process, fd, Rights.SOCK_SHUTDOWN) as found:
        if how not in _SHUTDOWN:
            raise WasiError(Errno.INVAL)
        found.shutdown(_SHUTDOWN[how])

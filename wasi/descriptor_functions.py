"""The functions on descriptors: fd_*."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from quire.wasi.clocks import ClockId
from quire.wasi.errors import Errno, WasiError
from quire.wasi.handles import StreamHandle
from quire.wasi.layout import (
    DIRENT,
    FDSTAT,
    FILESTAT,
    MAX_U63,
    PRESTAT,
    DescriptorFlags,
    Rights,
    TimeFlags,
)
from quire.wasi.memory import CHUNK, GuestMemory, Scatter
from quire.wasi.process import Process
from quire.wasi.waiting import before_reading

_WHENCE = (os.SEEK_SET, os.SEEK_CUR, os.SEEK_END)  # WASI: whence
_ADVICE = tuple(  # WASI: advice
    getattr(os, name, 0)  # where the host takes none, the number does not matter
    for name in (
        "POSIX_FADV_NORMAL",
        "POSIX_FADV_SEQUENTIAL",
        "POSIX_FADV_RANDOM",
        "POSIX_FADV_WILLNEED",
        "POSIX_FADV_DONTNEED",
        "POSIX_FADV_NOREUSE",
    )
)
_U64 = 1 << 64


def check_range(offset: int, count: int = 0) -> None:
    """Raise inval for bytes that no file of the host's can have."""
    if offset + count > MAX_U63:
        raise WasiError(Errno.INVAL)


def read_pieces(read: Callable[[int, int], bytes], target: Scatter, *, whole: bool) -> int:
    """Fill `target` by `read(count, total so far)`; how many bytes were read.

    Stops at a short read, and after one unless `whole`. An error after some bytes only ends it. WASI: fd_read
    """
    total = 0
    while target.room:
        wanted = min(target.room, CHUNK)
        try:
            data = read(wanted, total)
        except OSError:
            if total:
                break
            raise
        target.put(data)
        total += len(data)
        if len(data) < wanted or not whole:
            break
    return total


def write_pieces(write: Callable[[bytes, int], int], pieces: Iterable[bytes]) -> int:
    """Write by `write(data, total so far)`; how many bytes were written. Stops as `read_pieces` does."""
    total = 0
    for data in pieces:
        try:
            done = write(data, total)
        except OSError:
            if total:
                break
            raise
        total += done
        if done < len(data):
            break
    return total


def fd_read(process: Process, memory: GuestMemory, fd: int, vectors: int, count: int, result: int) -> None:
    """WASI: fd_read."""
    handle = process.descriptors.stream(fd, Rights.FD_READ)
    target = Scatter(memory, memory.targets(vectors, count))
    memory.check_write(result, 4)
    before_reading(process, handle)
    memory.write_u32(result, read_pieces(lambda size, _: handle.read(size), target, whole=handle.whole))


def fd_pread(
    process: Process, memory: GuestMemory, fd: int, vectors: int, count: int, offset: int, result: int
) -> None:
    """WASI: fd_pread."""
    handle = process.descriptors.file(fd, Rights.FD_READ | Rights.FD_SEEK)
    target = Scatter(memory, memory.targets(vectors, count))
    memory.check_write(result, 4)
    check_range(offset, target.room)
    total = read_pieces(lambda size, total: handle.pread(size, offset + total), target, whole=handle.whole)
    memory.write_u32(result, total)


def fd_write(process: Process, memory: GuestMemory, fd: int, vectors: int, count: int, result: int) -> None:
    """WASI: fd_write."""
    handle = process.descriptors.stream(fd, Rights.FD_WRITE)
    sources = memory.sources(vectors, count)
    memory.check_write(result, 4)
    memory.write_u32(result, write_pieces(lambda data, _: handle.write(data), memory.gather(sources)))


def fd_pwrite(
    process: Process, memory: GuestMemory, fd: int, vectors: int, count: int, offset: int, result: int
) -> None:
    """WASI: fd_pwrite. To a file that is open for appending some hosts append, against POSIX."""
    handle = process.descriptors.file(fd, Rights.FD_WRITE | Rights.FD_SEEK)
    sources = memory.sources(vectors, count)
    memory.check_write(result, 4)
    check_range(offset, sum(length for _, length in sources))
    total = write_pieces(lambda data, total: handle.pwrite(data, offset + total), memory.gather(sources))
    memory.write_u32(result, total)


def fd_seek(process: Process, memory: GuestMemory, fd: int, offset: int, whence: int, result: int) -> None:
    """WASI: fd_seek. `offset` is signed, though it comes as an unsigned number."""
    if whence >= len(_WHENCE):
        raise WasiError(Errno.INVAL)
    if offset > MAX_U63:
        offset -= _U64
    only_tells = offset == 0 and _WHENCE[whence] == os.SEEK_CUR
    _seek(process, memory, fd, offset, whence, Rights.FD_TELL if only_tells else Rights.FD_SEEK, result)


def fd_tell(process: Process, memory: GuestMemory, fd: int, result: int) -> None:
    """WASI: fd_tell."""
    _seek(process, memory, fd, 0, _WHENCE.index(os.SEEK_CUR), Rights.FD_TELL, result)


def _seek(
    process: Process, memory: GuestMemory, fd: int, offset: int, whence: int, needed: Rights, result: int
) -> None:
    descriptor = process.descriptors.get(fd)
    handle = process.descriptors.file(fd, needed & ~Rights.FD_TELL)
    if needed is Rights.FD_TELL and not descriptor.rights & Rights.FD_SEEK:  # seek implies tell
        descriptor.require(Rights.FD_TELL)
    memory.check_write(result, 8)
    memory.write_u64(result, handle.seek(offset, _WHENCE[whence]))


def fd_close(process: Process, memory: GuestMemory, fd: int) -> None:
    """WASI: fd_close."""
    process.descriptors.close(fd)


def fd_renumber(process: Process, memory: GuestMemory, fd: int, to: int) -> None:
    """WASI: fd_renumber."""
    process.descriptors.renumber(fd, to)


def fd_sync(process: Process, memory: GuestMemory, fd: int) -> None:
    """WASI: fd_sync."""
    descriptor = process.descriptors.get(fd)
    descriptor.require(Rights.FD_SYNC)
    descriptor.handle.sync()


def fd_datasync(process: Process, memory: GuestMemory, fd: int) -> None:
    """WASI: fd_datasync."""
    descriptor = process.descriptors.get(fd)
    descriptor.require(Rights.FD_DATASYNC)
    descriptor.handle.datasync()


def fd_advise(process: Process, memory: GuestMemory, fd: int, offset: int, count: int, advice: int) -> None:
    """WASI: fd_advise."""
    handle = process.descriptors.file(fd, Rights.FD_ADVISE)
    if advice >= len(_ADVICE):
        raise WasiError(Errno.INVAL)
    check_range(offset, count)
    handle.advise(offset, count, _ADVICE[advice])


def fd_allocate(process: Process, memory: GuestMemory, fd: int, offset: int, count: int) -> None:
    """WASI: fd_allocate."""
    handle = process.descriptors.file(fd, Rights.FD_ALLOCATE)
    check_range(offset, count)
    handle.allocate(offset, count)


def fd_fdstat_get(process: Process, memory: GuestMemory, fd: int, result: int) -> None:
    """WASI: fd_fdstat_get."""
    descriptor = process.descriptors.get(fd)
    handle = descriptor.handle
    memory.write(result, FDSTAT.pack(handle.kind, handle.flags, descriptor.rights, descriptor.inheriting))


def fd_fdstat_set_flags(process: Process, memory: GuestMemory, fd: int, flags: int) -> None:
    """WASI: fd_fdstat_set_flags."""
    process.descriptors.stream(fd, Rights.FD_FDSTAT_SET_FLAGS).set_flags(descriptor_flags(flags))


def descriptor_flags(flags: int) -> DescriptorFlags:
    """WASI: fdflags; inval for others."""
    if flags & ~sum(DescriptorFlags):
        raise WasiError(Errno.INVAL)
    return DescriptorFlags(flags)


def fd_fdstat_set_rights(process: Process, memory: GuestMemory, fd: int, rights: int, inheriting: int) -> None:
    """WASI: fd_fdstat_set_rights. Rights can only be given up."""
    descriptor = process.descriptors.get(fd)
    if rights & ~int(descriptor.rights) or inheriting & ~int(descriptor.inheriting):
        raise WasiError(Errno.NOTCAPABLE)
    descriptor.rights, descriptor.inheriting = Rights(rights), Rights(inheriting)


def fd_filestat_get(process: Process, memory: GuestMemory, fd: int, result: int) -> None:
    """WASI: fd_filestat_get."""
    descriptor = process.descriptors.get(fd)
    descriptor.require(Rights.FD_FILESTAT_GET)
    memory.check_write(result, FILESTAT.size)
    memory.write(result, descriptor.handle.filestat())


def fd_filestat_set_size(process: Process, memory: GuestMemory, fd: int, size: int) -> None:
    """WASI: fd_filestat_set_size."""
    handle = process.descriptors.file(fd, Rights.FD_FILESTAT_SET_SIZE)
    check_range(size)
    handle.set_size(size)


def fd_filestat_set_times(
    process: Process, memory: GuestMemory, fd: int, access: int, modification: int, flags: int
) -> None:
    """WASI: fd_filestat_set_times."""
    descriptor = process.descriptors.get(fd)
    descriptor.require(Rights.FD_FILESTAT_SET_TIMES)
    handle = descriptor.handle
    if isinstance(handle, StreamHandle):
        raise WasiError(Errno.NOTSUP)
    wanted = wanted_times(process, access, modification, flags)
    handle.set_times(*(new if new is not None else old for new, old in zip(wanted, handle.times(), strict=True)))


def wanted_times(process: Process, access: int, modification: int, flags: int) -> tuple[int | None, int | None]:
    """The times of access and modification to set, in nanoseconds; None for one that stays. WASI: fstflags"""
    if flags & ~sum(TimeFlags):
        raise WasiError(Errno.INVAL)
    return (
        _wanted_time(process, access, flags & TimeFlags.ATIM, flags & TimeFlags.ATIM_NOW),
        _wanted_time(process, modification, flags & TimeFlags.MTIM, flags & TimeFlags.MTIM_NOW),
    )


def _wanted_time(process: Process, given: int, take: int, now: int) -> int | None:
    if take and now:
        raise WasiError(Errno.INVAL)
    if given > MAX_U63 and take:
        raise WasiError(Errno.OVERFLOW)
    return given if take else process.clock.now(ClockId.REALTIME) if now else None


def fd_prestat_get(process: Process, memory: GuestMemory, fd: int, result: int) -> None:
    """WASI: fd_prestat_get."""
    memory.write(result, PRESTAT.pack(0, len(_preopened_as(process, fd))))


def fd_prestat_dir_name(process: Process, memory: GuestMemory, fd: int, path: int, size: int) -> None:
    """WASI: fd_prestat_dir_name."""
    name = _preopened_as(process, fd)
    if size < len(name):
        raise WasiError(Errno.NAMETOOLONG)
    memory.write(path, name)


def _preopened_as(process: Process, fd: int) -> bytes:
    name = process.descriptors.get(fd).preopened_as
    if name is None:
        raise WasiError(Errno.BADF)  # wasi-libc looks for preopened directories until it sees this
    return name


def fd_readdir(
    process: Process, memory: GuestMemory, fd: int, buffer: int, size: int, cookie: int, result: int
) -> None:
    """WASI: fd_readdir. A cookie is the number of an entry."""
    directory = process.descriptors.directory(fd, Rights.FD_READDIR)
    memory.check_write(buffer, size)
    memory.check_write(result, 4)
    data = bytearray()
    for position, entry in enumerate(directory.entries(cookie), cookie + 1):
        if len(data) >= size:
            break
        data += DIRENT.pack(position, entry.inode, len(entry.name), entry.kind) + entry.name
    memory.write(buffer, bytes(data[:size]))
    memory.write_u32(result, min(len(data), size))

"""The functions on paths: path_*.

Every path goes through the sandbox, and what is done with the name at its end follows no link.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from operator import or_

from quire.wasi.descriptor_functions import descriptor_flags, wanted_times
from quire.wasi.descriptors import Descriptor
from quire.wasi.errors import Errno, WasiError
from quire.wasi.handles import DirectoryHandle, open_handle
from quire.wasi.layout import (
    DIRECTORY_RIGHTS,
    FILE_RIGHTS,
    FILESTAT,
    INHERITABLE_RIGHTS,
    NO_RIGHTS,
    SYMLINK_FOLLOW,
    WRITING,
    DescriptorFlags,
    OpenFlags,
    Rights,
    file_type,
    filestat,
)
from quire.wasi.memory import GuestMemory
from quire.wasi.process import Process
from quire.wasi.sandbox import LONGEST_PATH, Location, check_path, locate

_HOST_OPEN_FLAGS: Mapping[int, int] = {
    OpenFlags.CREAT: os.O_CREAT,
    OpenFlags.DIRECTORY: getattr(os, "O_DIRECTORY", 0),
    OpenFlags.EXCL: os.O_EXCL,
    OpenFlags.TRUNC: os.O_TRUNC,
}
_O_SYNC = getattr(os, "O_SYNC", 0)
_HOST_DESCRIPTOR_FLAGS: Mapping[int, int] = {
    DescriptorFlags.APPEND: os.O_APPEND,
    DescriptorFlags.DSYNC: getattr(os, "O_DSYNC", _O_SYNC),
    DescriptorFlags.NONBLOCK: getattr(os, "O_NONBLOCK", 0),
    DescriptorFlags.RSYNC: getattr(os, "O_RSYNC", _O_SYNC),
    DescriptorFlags.SYNC: _O_SYNC,
}


def _path(memory: GuestMemory, address: int, size: int) -> bytes:
    if size > LONGEST_PATH:
        raise WasiError(Errno.NAMETOOLONG)
    path = memory.read(address, size)
    check_path(path)
    return path


def _follows(flags: int, path: bytes) -> bool:
    """Whether a link at the end is expanded: a slash behind it asks for what it leads to. WASI: lookupflags"""
    if flags & ~SYMLINK_FOLLOW:
        raise WasiError(Errno.INVAL)
    return bool(flags & SYMLINK_FOLLOW) or path.endswith(b"/")


@contextmanager
def _existing(directory: DirectoryHandle, flags: int, path: bytes) -> Iterator[tuple[Location, os.stat_result]]:
    """What is at the end of a path; notdir if the path asks for a directory and it is none."""
    with locate(directory.host, path, follow=_follows(flags, path)) as location:
        status = location.status()
        if location.is_directory and not stat.S_ISDIR(status.st_mode):
            raise WasiError(Errno.NOTDIR)
        yield location, status


def path_filestat_get(
    process: Process, memory: GuestMemory, fd: int, flags: int, path: int, size: int, result: int
) -> None:
    """WASI: path_filestat_get."""
    directory = process.descriptors.directory(fd, Rights.PATH_FILESTAT_GET)
    memory.check_write(result, FILESTAT.size)
    with _existing(directory, flags, _path(memory, path, size)) as (_, status):
        memory.write(result, filestat(status, file_type(status.st_mode)))


def path_filestat_set_times(
    process: Process,
    memory: GuestMemory,
    fd: int,
    flags: int,
    path: int,
    size: int,
    access: int,
    modification: int,
    time_flags: int,
) -> None:
    """WASI: path_filestat_set_times."""
    directory = process.descriptors.directory(fd, Rights.PATH_FILESTAT_SET_TIMES)
    wanted = wanted_times(process, access, modification, time_flags)
    with _existing(directory, flags, _path(memory, path, size)) as (location, status):
        old = (status.st_atime_ns, status.st_mtime_ns)
        times = (wanted[0] if wanted[0] is not None else old[0], wanted[1] if wanted[1] is not None else old[1])
        os.utime(location.name, ns=times, dir_fd=location.directory, follow_symlinks=False)


def path_open(
    process: Process,
    memory: GuestMemory,
    fd: int,
    lookup_flags: int,
    path: int,
    size: int,
    open_flags: int,
    rights: int,
    inheriting: int,
    flags: int,
    result: int,
) -> None:
    """WASI: path_open. Rights that no file and no directory has are not asked of anybody."""
    how, opened_as = _open_flags(open_flags), descriptor_flags(flags)
    directory = process.descriptors.directory(fd, _needed_to_open(how))
    granted, inherited = (Rights(asked & INHERITABLE_RIGHTS) for asked in (rights, inheriting))
    if (granted | inherited | _needed_to_sync(opened_as)) & ~process.descriptors.get(fd).inheriting:
        raise WasiError(Errno.NOTCAPABLE)
    memory.check_write(result, 4)
    name = _path(memory, path, size)
    follow = _follows(lookup_flags, name) and not how & OpenFlags.EXCL
    with locate(directory.host, name, follow=follow) as location:
        handle = open_handle(_open(location, how, opened_as, granted), opened_as)
    below = inherited if isinstance(handle, DirectoryHandle) else NO_RIGHTS
    memory.write_u32(result, process.descriptors.add(Descriptor(handle, granted & handle.applicable, below)))


def _open_flags(flags: int) -> OpenFlags:
    if flags & ~sum(OpenFlags) or (flags & OpenFlags.CREAT and flags & OpenFlags.DIRECTORY):
        raise WasiError(Errno.INVAL)
    return OpenFlags(flags)


def _needed_to_open(how: OpenFlags) -> Rights:
    create = Rights.PATH_CREATE_FILE if how & OpenFlags.CREAT else NO_RIGHTS
    truncate = Rights.PATH_FILESTAT_SET_SIZE if how & OpenFlags.TRUNC else NO_RIGHTS
    return Rights.PATH_OPEN | create | truncate


def _needed_to_sync(flags: DescriptorFlags) -> Rights:
    data = Rights.FD_DATASYNC if flags & DescriptorFlags.DSYNC else NO_RIGHTS
    return data | (Rights.FD_SYNC if flags & (DescriptorFlags.RSYNC | DescriptorFlags.SYNC) else NO_RIGHTS)


def _open(location: Location, how: OpenFlags, flags: DescriptorFlags, rights: Rights) -> int:
    """The host's descriptor, opened for reading or writing as far as the rights and the flags need it."""
    if location.is_directory:
        if how & OpenFlags.CREAT:
            raise WasiError(Errno.EXIST if how & OpenFlags.EXCL and location.name == b"." else Errno.ISDIR)
        how |= OpenFlags.DIRECTORY
    meaningful = DIRECTORY_RIGHTS | Rights.FD_WRITE if how & OpenFlags.DIRECTORY else FILE_RIGHTS
    writes = bool(rights & meaningful & WRITING or how & OpenFlags.TRUNC)
    access = (os.O_RDWR if rights & Rights.FD_READ else os.O_WRONLY) if writes else os.O_RDONLY
    access |= _host_flags(_HOST_OPEN_FLAGS, how) | _host_flags(_HOST_DESCRIPTOR_FLAGS, flags)
    return os.open(location.name, access | os.O_NOFOLLOW | os.O_NOCTTY, 0o666, dir_fd=location.directory)


def _host_flags(table: Mapping[int, int], flags: int) -> int:
    return reduce(or_, (host for each, host in table.items() if flags & each), 0)


def path_create_directory(process: Process, memory: GuestMemory, fd: int, path: int, size: int) -> None:
    """WASI: path_create_directory."""
    directory = process.descriptors.directory(fd, Rights.PATH_CREATE_DIRECTORY)
    with locate(directory.host, _path(memory, path, size), follow=False) as location:
        os.mkdir(location.name, dir_fd=location.directory)


def path_remove_directory(process: Process, memory: GuestMemory, fd: int, path: int, size: int) -> None:
    """WASI: path_remove_directory."""
    directory = process.descriptors.directory(fd, Rights.PATH_REMOVE_DIRECTORY)
    with locate(directory.host, _path(memory, path, size), follow=False) as location:
        os.rmdir(location.name, dir_fd=location.directory)


def path_unlink_file(process: Process, memory: GuestMemory, fd: int, path: int, size: int) -> None:
    """WASI: path_unlink_file."""
    directory = process.descriptors.directory(fd, Rights.PATH_UNLINK_FILE)
    with locate(directory.host, _path(memory, path, size), follow=False) as location:
        if location.is_directory:
            raise WasiError(Errno.ISDIR if stat.S_ISDIR(location.status().st_mode) else Errno.NOTDIR)
        os.unlink(location.name, dir_fd=location.directory)


def path_readlink(
    process: Process, memory: GuestMemory, fd: int, path: int, size: int, buffer: int, room: int, result: int
) -> None:
    """WASI: path_readlink. Where an absolute link leads is not the guest's to know."""
    directory = process.descriptors.directory(fd, Rights.PATH_READLINK)
    memory.check_write(buffer, room)
    memory.check_write(result, 4)
    with _existing(directory, 0, _path(memory, path, size)) as (location, _):
        target = os.readlink(location.name, dir_fd=location.directory)[:room]
    if target.startswith(b"/"):
        raise WasiError(Errno.PERM)
    memory.write(buffer, target)
    memory.write_u32(result, len(target))


def path_symlink(
    process: Process, memory: GuestMemory, target: int, target_size: int, fd: int, path: int, size: int
) -> None:
    """WASI: path_symlink. A relative link may point anywhere, since following it is what the sandbox refuses."""
    directory = process.descriptors.directory(fd, Rights.PATH_SYMLINK)
    contents = _path(memory, target, target_size)
    if contents.startswith(b"/"):
        raise WasiError(Errno.PERM)
    with locate(directory.host, _path(memory, path, size), follow=False) as location:
        _check_new(location)
        os.symlink(contents, location.name, dir_fd=location.directory)


def _check_new(location: Location) -> None:
    """Raise unless something that is no directory could be created here, as far as the slash at the end goes."""
    if location.is_directory:
        kind = location.status().st_mode  # noent, if nothing is there
        raise WasiError(Errno.EXIST if stat.S_ISDIR(kind) else Errno.NOTDIR)


def path_link(
    process: Process,
    memory: GuestMemory,
    old_fd: int,
    flags: int,
    old_path: int,
    old_size: int,
    new_fd: int,
    new_path: int,
    new_size: int,
) -> None:
    """WASI: path_link."""
    old_directory = process.descriptors.directory(old_fd, Rights.PATH_LINK_SOURCE)
    new_directory = process.descriptors.directory(new_fd, Rights.PATH_LINK_TARGET)
    new_name = _path(memory, new_path, new_size)
    with (
        _existing(old_directory, flags, _path(memory, old_path, old_size)) as (old, _),
        locate(new_directory.host, new_name, follow=False) as new,
    ):
        _check_new(new)
        os.link(old.name, new.name, src_dir_fd=old.directory, dst_dir_fd=new.directory, follow_symlinks=False)


def path_rename(
    process: Process,
    memory: GuestMemory,
    old_fd: int,
    old_path: int,
    old_size: int,
    new_fd: int,
    new_path: int,
    new_size: int,
) -> None:
    """WASI: path_rename."""
    old_directory = process.descriptors.directory(old_fd, Rights.PATH_RENAME_SOURCE)
    new_directory = process.descriptors.directory(new_fd, Rights.PATH_RENAME_TARGET)
    new_name = _path(memory, new_path, new_size)
    with (
        locate(old_directory.host, _path(memory, old_path, old_size), follow=False) as old,
        locate(new_directory.host, new_name, follow=False) as new,
    ):
        slashes = (old.is_directory or new.is_directory) and new.name != b"."  # the host refuses to replace that
        if slashes and not stat.S_ISDIR(old.status().st_mode):
            raise WasiError(Errno.NOTDIR)
        os.rename(old.name, new.name, src_dir_fd=old.directory, dst_dir_fd=new.directory)

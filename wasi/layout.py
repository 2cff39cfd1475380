"""The constants of WASI and how its records lie in memory. Knows no functions and no state."""

from __future__ import annotations

import os
import stat
from enum import IntEnum, IntFlag
from struct import Struct

U32 = Struct("<I")
U64 = Struct("<Q")
VECTOR = Struct("<II")  # WASI: iovec, ciovec: address, length
DIRENT = Struct("<QQIB3x")  # next cookie, inode, length of the name, type
FDSTAT = Struct("<BxH4xQQ")  # type, flags, rights, inheriting rights
FILESTAT = Struct("<QQB7xQQQQQ")  # device, inode, type, links, size, three times in nanoseconds
PRESTAT = Struct("<B3xI")  # 0 for a directory, length of its name
SUBSCRIPTION = Struct("<QB7x32s")  # user data, event type, contents
SUBSCRIPTION_CLOCK = Struct("<I4xQQH6x")  # clock, timeout, precision, flags
SUBSCRIPTION_DESCRIPTOR = Struct("<I28x")
EVENT = Struct("<QHB5xQH6x")  # user data, errno, event type, bytes available, flags

MAX_U63 = (1 << 63) - 1  # the largest offset and size that hosts know


class Rights(IntFlag):
    """WASI: rights. What may be done with a descriptor, or with the paths below it."""

    FD_DATASYNC = 1 << 0
    FD_READ = 1 << 1
    FD_SEEK = 1 << 2
    FD_FDSTAT_SET_FLAGS = 1 << 3
    FD_SYNC = 1 << 4
    FD_TELL = 1 << 5
    FD_WRITE = 1 << 6
    FD_ADVISE = 1 << 7
    FD_ALLOCATE = 1 << 8
    PATH_CREATE_DIRECTORY = 1 << 9
    PATH_CREATE_FILE = 1 << 10
    PATH_LINK_SOURCE = 1 << 11
    PATH_LINK_TARGET = 1 << 12
    PATH_OPEN = 1 << 13
    FD_READDIR = 1 << 14
    PATH_READLINK = 1 << 15
    PATH_RENAME_SOURCE = 1 << 16
    PATH_RENAME_TARGET = 1 << 17
    PATH_FILESTAT_GET = 1 << 18
    PATH_FILESTAT_SET_SIZE = 1 << 19
    PATH_FILESTAT_SET_TIMES = 1 << 20
    FD_FILESTAT_GET = 1 << 21
    FD_FILESTAT_SET_SIZE = 1 << 22
    FD_FILESTAT_SET_TIMES = 1 << 23
    PATH_SYMLINK = 1 << 24
    PATH_REMOVE_DIRECTORY = 1 << 25
    PATH_UNLINK_FILE = 1 << 26
    POLL_FD_READWRITE = 1 << 27
    SOCK_SHUTDOWN = 1 << 28
    SOCK_ACCEPT = 1 << 29


NO_RIGHTS = Rights(0)
SEEKING = Rights.FD_SEEK | Rights.FD_TELL
_ANY_KIND = (
    Rights.FD_DATASYNC
    | Rights.FD_SYNC
    | Rights.FD_FDSTAT_SET_FLAGS
    | Rights.FD_FILESTAT_GET
    | Rights.FD_FILESTAT_SET_TIMES
    | Rights.POLL_FD_READWRITE
)
FILE_RIGHTS = (
    _ANY_KIND
    | SEEKING
    | Rights.FD_READ
    | Rights.FD_WRITE
    | Rights.FD_ADVISE
    | Rights.FD_ALLOCATE
    | Rights.FD_FILESTAT_SET_SIZE
)
DIRECTORY_RIGHTS = (
    (_ANY_KIND & ~Rights.POLL_FD_READWRITE)
    | Rights.PATH_CREATE_DIRECTORY
    | Rights.PATH_CREATE_FILE
    | Rights.PATH_LINK_SOURCE
    | Rights.PATH_LINK_TARGET
    | Rights.PATH_OPEN
    | Rights.FD_READDIR
    | Rights.PATH_READLINK
    | Rights.PATH_RENAME_SOURCE
    | Rights.PATH_RENAME_TARGET
    | Rights.PATH_FILESTAT_GET
    | Rights.PATH_FILESTAT_SET_SIZE
    | Rights.PATH_FILESTAT_SET_TIMES
    | Rights.PATH_SYMLINK
    | Rights.PATH_REMOVE_DIRECTORY
    | Rights.PATH_UNLINK_FILE
)
SOCKET_RIGHTS = (
    Rights.FD_READ
    | Rights.FD_WRITE
    | Rights.FD_FDSTAT_SET_FLAGS
    | Rights.FD_FILESTAT_GET
    | Rights.POLL_FD_READWRITE
    | Rights.SOCK_SHUTDOWN
    | Rights.SOCK_ACCEPT
)
INHERITABLE_RIGHTS = FILE_RIGHTS | DIRECTORY_RIGHTS
# What needs a file that the host opened for writing.
WRITING = Rights.FD_WRITE | Rights.FD_ALLOCATE | Rights.FD_FILESTAT_SET_SIZE
_STREAM = Rights.FD_FDSTAT_SET_FLAGS | Rights.FD_FILESTAT_GET | Rights.POLL_FD_READWRITE
_SOCKET = Rights.SOCK_SHUTDOWN | Rights.SOCK_ACCEPT
INPUT_RIGHTS = _STREAM | SEEKING | _SOCKET | Rights.FD_READ | Rights.FD_ADVISE
OUTPUT_RIGHTS = _STREAM | SEEKING | _SOCKET | Rights.FD_WRITE | Rights.FD_SYNC | Rights.FD_DATASYNC


class FileType(IntEnum):
    """WASI: filetype."""

    UNKNOWN = 0
    BLOCK_DEVICE = 1
    CHARACTER_DEVICE = 2
    DIRECTORY = 3
    REGULAR_FILE = 4
    SOCKET_DGRAM = 5
    SOCKET_STREAM = 6
    SYMBOLIC_LINK = 7


class DescriptorFlags(IntFlag):
    """WASI: fdflags."""

    APPEND = 1
    DSYNC = 2
    NONBLOCK = 4
    RSYNC = 8
    SYNC = 16


class OpenFlags(IntFlag):
    """WASI: oflags."""

    CREAT = 1
    DIRECTORY = 2
    EXCL = 4
    TRUNC = 8


class TimeFlags(IntFlag):
    """WASI: fstflags."""

    ATIM = 1
    ATIM_NOW = 2
    MTIM = 4
    MTIM_NOW = 8


class EventType(IntEnum):
    """WASI: eventtype."""

    CLOCK = 0
    FD_READ = 1
    FD_WRITE = 2


SYMLINK_FOLLOW = 1  # WASI: lookupflags
ABSOLUTE_TIME = 1  # WASI: subclockflags
HANGUP = 1  # WASI: eventrwflags

_FILE_TYPES = {
    stat.S_IFBLK: FileType.BLOCK_DEVICE,
    stat.S_IFCHR: FileType.CHARACTER_DEVICE,
    stat.S_IFDIR: FileType.DIRECTORY,
    stat.S_IFREG: FileType.REGULAR_FILE,
    stat.S_IFSOCK: FileType.SOCKET_STREAM,
    stat.S_IFLNK: FileType.SYMBOLIC_LINK,
}


def file_type(mode: int) -> FileType:
    """The type for a mode of the host's; a pipe has none in WASI."""
    return _FILE_TYPES.get(stat.S_IFMT(mode), FileType.UNKNOWN)


def filestat(status: os.stat_result, kind: FileType) -> bytes:
    """WASI: filestat. Times before 1970 cannot be told and become 0."""
    return FILESTAT.pack(
        status.st_dev & (1 << 64) - 1,
        status.st_ino & (1 << 64) - 1,
        kind,
        status.st_nlink,
        status.st_size,
        max(status.st_atime_ns, 0),
        max(status.st_mtime_ns, 0),
        max(status.st_ctime_ns, 0),
    )

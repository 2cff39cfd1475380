"""What a descriptor of the guest's stands for: a file or a directory of the host's, or a stream of Python's.

Knows nothing of the guest's memory, of its numbers for descriptors, and of rights held: only of those that make sense.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import stat
import sys
from dataclasses import dataclass
from typing import BinaryIO

from quire.wasi.errors import Errno, WasiError
from quire.wasi.layout import (
    DIRECTORY_RIGHTS,
    FILE_RIGHTS,
    FILESTAT,
    SEEKING,
    SOCKET_RIGHTS,
    DescriptorFlags,
    FileType,
    Rights,
    file_type,
    filestat,
)

if sys.platform != "win32":
    import fcntl
    import termios

NO_FLAGS = DescriptorFlags(0)
_CHANGEABLE = DescriptorFlags.APPEND | DescriptorFlags.NONBLOCK


class HostHandle:
    """A descriptor of the host, `host`; one that is `owned` is closed with its handle."""

    __slots__ = ("_owned", "host", "kind")

    def __init__(self, host: int, *, owned: bool) -> None:
        self.host = host
        self._owned = owned
        self.kind = file_type(os.fstat(host).st_mode)

    def close(self) -> None:
        if self._owned:
            self._owned = False
            os.close(self.host)

    def __del__(self) -> None:
        with contextlib.suppress(OSError, AttributeError):
            self.close()

    def filestat(self) -> bytes:
        return filestat(os.fstat(self.host), self.kind)

    def times(self) -> tuple[int, int]:
        """Of the last access and the last modification, in nanoseconds."""
        status = os.fstat(self.host)
        return status.st_atime_ns, status.st_mtime_ns

    def set_times(self, access: int, modification: int) -> None:
        os.utime(self.host, ns=(access, modification))

    def sync(self) -> None:
        os.fsync(self.host)

    def datasync(self) -> None:
        getattr(os, "fdatasync", os.fsync)(self.host)  # macOS has only the stronger one


class FileHandle(HostHandle):
    """A file, pipe, terminal, device or socket of the host. Offsets and counts are bytes below 2**63."""

    __slots__ = ("flags", "is_terminal")

    def __init__(self, host: int, *, owned: bool, flags: DescriptorFlags = NO_FLAGS) -> None:
        super().__init__(host, owned=owned)
        self.flags = flags
        self.is_terminal = self.kind is FileType.CHARACTER_DEVICE and os.isatty(host)

    @property
    def whole(self) -> bool:
        """Whether a read that could be longer is not yet at the end of what there is."""
        return self.kind is FileType.REGULAR_FILE

    @property
    def applicable(self) -> Rights:
        """The rights that mean something. A terminal is known by those that it lacks (isatty in wasi-libc)."""
        if self.kind is FileType.SOCKET_STREAM:
            return SOCKET_RIGHTS
        seekable = self.kind is not FileType.UNKNOWN and not self.is_terminal
        return FILE_RIGHTS if seekable else FILE_RIGHTS & ~SEEKING

    def read(self, count: int) -> bytes:
        self._check_ready()
        return os.read(self.host, count)

    def write(self, data: bytes) -> int:
        return os.write(self.host, data)

    def pread(self, count: int, offset: int) -> bytes:
        return os.pread(self.host, count, offset)

    def pwrite(self, data: bytes, offset: int) -> int:
        return os.pwrite(self.host, data, offset)

    def seek(self, offset: int, whence: int) -> int:
        return os.lseek(self.host, offset, whence)

    def set_size(self, size: int) -> None:
        os.ftruncate(self.host, size)

    def allocate(self, offset: int, count: int) -> None:
        if not hasattr(os, "posix_fallocate"):
            raise WasiError(Errno.NOTSUP)
        os.posix_fallocate(self.host, offset, count)

    def advise(self, offset: int, count: int, advice: int) -> None:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self.host, offset, count, advice)

    def set_flags(self, flags: DescriptorFlags) -> None:
        """Change append and nonblock; the others are settled when a file is opened.

        The flags of a descriptor that is only borrowed are its owner's too and stay: `read` heeds nonblock instead.
        """
        changed = flags ^ self.flags
        if changed & ~(_CHANGEABLE if self._owned else DescriptorFlags.NONBLOCK):
            raise WasiError(Errno.NOTSUP)
        if self._owned and changed:
            self._set_host_flags(flags)
        self.flags = flags

    def _set_host_flags(self, flags: DescriptorFlags) -> None:
        if sys.platform == "win32":
            raise WasiError(Errno.NOTSUP)
        others = fcntl.fcntl(self.host, fcntl.F_GETFL) & ~(os.O_APPEND | os.O_NONBLOCK)
        append = os.O_APPEND if flags & DescriptorFlags.APPEND else 0
        nonblock = os.O_NONBLOCK if flags & DescriptorFlags.NONBLOCK else 0
        fcntl.fcntl(self.host, fcntl.F_SETFL, others | append | nonblock)

    def _check_ready(self) -> None:
        if self._owned or not self.flags & DescriptorFlags.NONBLOCK or self.waits_on is None:
            return
        poll = select.poll()
        poll.register(self.waits_on, select.POLLIN)
        if not poll.poll(0):
            raise WasiError(Errno.AGAIN)

    @property
    def waits_on(self) -> int | None:
        """The host's descriptor to poll; None where reading and writing never have to wait, or nobody can tell."""
        return None if self.whole or not hasattr(select, "poll") else self.host

    def available(self) -> int:
        """How many bytes can be read at once, as far as the host knows."""
        if self.whole:
            return max(0, os.fstat(self.host).st_size - os.lseek(self.host, 0, os.SEEK_CUR))
        if sys.platform == "win32":
            return 1
        try:
            return int.from_bytes(fcntl.ioctl(self.host, termios.FIONREAD, bytes(4)), sys.byteorder)
        except OSError:
            return 1


class StreamHandle:
    """A binary stream of Python's that stands for a standard stream; None is one that is empty and takes everything."""

    __slots__ = ("_stream", "flags", "is_terminal", "kind")

    applicable = FILE_RIGHTS & ~SEEKING
    whole = False
    waits_on = None

    def __init__(self, stream: BinaryIO | None) -> None:
        if isinstance(stream, io.TextIOBase):
            raise TypeError(f"a standard stream is a binary stream or a descriptor, not {stream!r}")
        self._stream = stream
        self.flags = NO_FLAGS
        self.is_terminal = stream is not None and stream.isatty()
        self.kind = FileType.CHARACTER_DEVICE if self.is_terminal else FileType.UNKNOWN

    def close(self) -> None:
        """Only for the guest: the stream is its owner's."""

    def read(self, count: int) -> bytes:
        if self._stream is None:
            return b""
        data: bytes | None = getattr(self._stream, "read1", self._stream.read)(count)
        if data is None:
            raise WasiError(Errno.AGAIN)
        return data

    def write(self, data: bytes) -> int:
        if self._stream is None:
            return len(data)
        done: int | None = self._stream.write(data)
        self._stream.flush()
        if done is None:
            raise WasiError(Errno.AGAIN)
        return done

    def set_flags(self, flags: DescriptorFlags) -> None:
        if (flags ^ self.flags) & ~_CHANGEABLE:
            raise WasiError(Errno.NOTSUP)
        self.flags = flags

    def filestat(self) -> bytes:
        return FILESTAT.pack(0, 0, self.kind, 1, 0, 0, 0, 0)

    def sync(self) -> None:
        if self._stream is not None:
            self._stream.flush()

    datasync = sync

    def available(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in a directory, its inode and its type."""

    name: bytes
    inode: int
    kind: FileType


class DirectoryHandle(HostHandle):
    """A directory of the host."""

    __slots__ = ("_entries", "flags")

    applicable = DIRECTORY_RIGHTS

    def __init__(self, host: int, *, owned: bool, flags: DescriptorFlags = NO_FLAGS) -> None:
        super().__init__(host, owned=owned)
        self.flags = flags
        self._entries: list[Entry] = []

    def entries(self, cookie: int) -> list[Entry]:
        """Those from number `cookie` on. They are listed anew at 0, so that cookies hold while files come and go.

        The parent is not the guest's to know, so `..` has the directory's own inode.
        """
        if cookie == 0 or not self._entries:
            own = os.fstat(self.host).st_ino
            links = [Entry(name, own, FileType.DIRECTORY) for name in (b".", b"..")]
            with os.scandir(self.host) as found:
                self._entries = links + sorted(map(_entry, found), key=lambda entry: entry.name)
        return self._entries[cookie:]


def _entry(found: os.DirEntry[str]) -> Entry:
    if found.is_symlink():
        kind = FileType.SYMBOLIC_LINK
    elif found.is_dir(follow_symlinks=False):
        kind = FileType.DIRECTORY
    elif found.is_file(follow_symlinks=False):
        kind = FileType.REGULAR_FILE
    else:
        kind = _special(found)
    return Entry(os.fsencode(found.name), found.inode(), kind)


def _special(found: os.DirEntry[str]) -> FileType:
    try:
        return file_type(found.stat(follow_symlinks=False).st_mode)
    except OSError:
        return FileType.UNKNOWN  # gone since it was listed


def open_handle(host: int, flags: DescriptorFlags) -> FileHandle | DirectoryHandle:
    """The handle that owns a descriptor just opened; `flags` are those it was opened with."""
    is_directory = stat.S_ISDIR(os.fstat(host).st_mode)
    return (DirectoryHandle if is_directory else FileHandle)(host, owned=True, flags=flags)

"""Files in a folder of the user's that nobody else may write: each is read whole or not at all, and all are bounded.

What cannot be read is not there, what cannot be written is not kept, whatever the reason. It knows not what the files
hold. Where the system tells the owners of files, those of others are not touched: the folder is opened, then looked at,
and all that is done is done in what was opened, so it cannot be exchanged in between.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

MAGIC: Final = b"quire cache 1\n"
SUFFIX, UNFINISHED = ".quire", ".part"
STALE: Final = 3600  # seconds until what is unfinished was given up, and until a use is noted again
OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH
HAS_OWNERS: Final = (
    hasattr(os, "geteuid")
    and os.supports_dir_fd >= {os.open, os.stat, os.unlink, os.rename, os.utime}
    and os.listdir in os.supports_fd
)
# What systems do not have, they need not: a folder cannot be opened where there are no such flags.
READ: Final = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_BINARY", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK"))
CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | READ & ~getattr(os, "O_NONBLOCK", 0)


class NotSafe(PermissionError):
    """The folder, or a file in it, is of another user's, or another user may write it."""


class Entry(NamedTuple):
    """A file: when it was last used, in seconds of the system's clock, its size in bytes, its name."""

    used: float
    size: int
    name: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of files that hold up to `limit` bytes together; the least recently used make room for new ones."""

    path: Path
    limit: int

    def read(self, name: str) -> bytes | None:
        """What a file holds; None where there is none that is whole and ours."""
        try:
            with _opened(self.path) as here:
                data = here.read(name)
        except OSError:
            return None
        return _checked(data)

    def write(self, name: str, data: bytes) -> bool:
        """Put a file in the place of any of that name, or do nothing and give False."""
        whole = MAGIC + sha256(data).digest() + data
        if len(whole) > self.limit:
            return False
        try:
            _make(self.path)
            with _opened(self.path) as here:
                here.make_room(self.limit - len(whole), name)
                here.write(name, whole)
        except OSError:
            return False
        return True

    def entries(self) -> list[Entry]:
        """The files, the least recently used first. Raises OSError, NotSafe where the folder may not be used."""
        try:
            with _opened(self.path) as here:
                return here.entries()
        except FileNotFoundError:
            return []

    def clear(self) -> list[Entry]:
        """Remove all files: those that were there. Raises OSError."""
        try:
            with _opened(self.path) as here:
                gone = here.entries()
                here.make_room(-1, "")
                return gone
        except FileNotFoundError:
            return []


def _checked(data: bytes) -> bytes | None:
    """What stands behind a head that fits it."""
    start = len(MAGIC) + sha256().digest_size
    whole = data[:start] == MAGIC + sha256(memoryview(data)[start:]).digest()
    return data[start:] if whole else None


def _make(path: Path) -> None:
    """The folder, and those that it is in, for the user alone. Raises OSError."""
    if path.is_dir():
        return
    if HAS_OWNERS and os.geteuid() == 0:  # root, at work in another user's home, would shut that user out
        there = next(each for each in path.absolute().parents if each.exists())
        if there.stat().st_uid != 0:
            raise NotSafe(errno.EPERM, "it is of another user", str(there))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def _opened(path: Path) -> Iterator[_Opened]:
    """Raises OSError, also for a folder that another user may write."""
    if not HAS_OWNERS:
        yield _Opened(path, None)
        return
    number = os.open(path, READ | os.O_DIRECTORY)
    try:
        _refuse_others(os.fstat(number), path)
        yield _Opened(path, number)
    finally:
        os.close(number)


def _refuse_others(status: os.stat_result, path: Path) -> None:
    if HAS_OWNERS and (status.st_uid != os.geteuid() or status.st_mode & OTHERS):
        raise NotSafe(errno.EPERM, "another user may write it", str(path))


class _Opened:
    """A folder that is open as `number`; None where names must do."""

    def __init__(self, path: Path, number: int | None) -> None:
        self.path = path
        self.number = number

    def at(self, name: str) -> str:
        return name if self.number is not None else str(self.path / name)

    def read(self, name: str) -> bytes:
        """All of a file, whose use is noted. Raises OSError, also for what is no file."""
        number = os.open(self.at(name), READ, dir_fd=self.number)
        try:
            status = os.fstat(number)
            _refuse_others(status, self.path / name)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "no file", name)
            with os.fdopen(number, "rb", closefd=False) as file:
                data = file.read()
        finally:
            os.close(number)
        if time.time() - status.st_mtime > STALE:
            with suppress(OSError):
                os.utime(self.at(name), dir_fd=self.number)
        return data

    def write(self, name: str, data: bytes) -> None:
        """Under another name first, so that nobody ever finds a part of it. Raises OSError."""
        unfinished = f"{name}.{os.urandom(8).hex()}{UNFINISHED}"
        try:
            with os.fdopen(os.open(self.at(unfinished), CREATE, 0o600, dir_fd=self.number), "wb") as file:
                file.write(data)
            os.replace(self.at(unfinished), self.at(name), src_dir_fd=self.number, dst_dir_fd=self.number)
        finally:
            self.remove(unfinished)  # it is not there any more, unless something went wrong

    def remove(self, name: str) -> None:
        with suppress(OSError):
            os.unlink(self.at(name), dir_fd=self.number)

    def entries(self, suffix: str = SUFFIX) -> list[Entry]:
        """The files of ours, the least recently used first. Raises OSError."""
        found = []
        for name in os.listdir(self.path if self.number is None else self.number):  # noqa: PTH208  # Path has no number
            if name.endswith(suffix):
                with suppress(OSError):  # another process may have removed it
                    status = os.stat(self.at(name), dir_fd=self.number, follow_symlinks=False)
                    found.append(Entry(status.st_mtime, status.st_size, name))
        return sorted(found)

    def make_room(self, most: int, name: str) -> None:
        """Remove files until the others hold at most so many bytes; not counted is the one that is to be replaced."""
        for each in self.entries(UNFINISHED):
            if most < 0 or time.time() - each.used > STALE:
                self.remove(each.name)
        others = [each for each in self.entries() if each.name != name]
        total = sum(each.size for each in others)
        for each in others:
            if total <= most:
                break
            self.remove(each.name)
            total -= each.size

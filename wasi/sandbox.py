"""From a path of the guest to a directory of the host and one name in it, without ever leaving where it started.

The path is walked component by component from an open directory; each step opens one name relative to the last with
O_NOFOLLOW, and symbolic links are read and expanded here, never by the host. `..` steps back to a descriptor that the
walk itself opened, so that no renaming meanwhile can lead outside. What the caller does with the last name must not
follow links either; then a name that is exchanged between two steps can make a call fail, but not escape.

Knows no memory, no descriptors of the guest's and no rights.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from quire.wasi.errors import Errno, WasiError

MOST_LINKS = 40  # in one path, as on Linux
LONGEST_PATH = 4095  # bytes, as on Linux
_WITH_DIRECTORY = ("open", "stat", "mkdir", "unlink", "rmdir", "rename", "link", "symlink", "readlink", "utime")
_NOT_A_DIRECTORY = (errno.ENOTDIR, errno.ELOOP, errno.EMLINK)  # of a link, opened with O_NOFOLLOW: hosts differ


def check_supported() -> None:
    """Raise OSError (ENOTSUP) where the host cannot keep a guest inside a directory, as Windows cannot."""
    walks = all(getattr(os, name, None) in os.supports_dir_fd for name in _WITH_DIRECTORY)
    if not (walks and os.scandir in os.supports_fd and hasattr(os, "O_NOFOLLOW") and hasattr(os, "O_DIRECTORY")):
        raise OSError(
            errno.ENOTSUP, "this platform cannot open files relative to a directory, so none can be preopened"
        )


@dataclass(frozen=True, slots=True)
class Location:
    """Name `name` in the host's open directory `directory`; the name is `.` for that directory itself.

    `is_directory` says that the path asks for a directory, by a slash at its end or by being one already.
    """

    directory: int
    name: bytes
    is_directory: bool

    def status(self) -> os.stat_result:
        return os.stat(self.name, dir_fd=self.directory, follow_symlinks=False)


def check_path(path: bytes) -> None:
    """Raise for what no path is: empty, too long, with a NUL, or not UTF-8."""
    if not path:
        raise WasiError(Errno.NOENT)
    if len(path) > LONGEST_PATH:
        raise WasiError(Errno.NAMETOOLONG)
    if b"\0" in path:
        raise WasiError(Errno.INVAL)
    try:
        path.decode()
    except UnicodeDecodeError:
        raise WasiError(Errno.ILSEQ) from None


@contextmanager
def locate(root: int, path: bytes, *, follow: bool) -> Iterator[Location]:
    """Where a path leads from the host's open directory `root`; a link at its end is expanded if `follow`.

    Raises WasiError: perm for what leads outside, noent, notdir, loop and others as POSIX has them.
    """
    check_path(path)
    walk = _Walk(root)
    try:
        yield walk.run(path, follow)
    finally:
        walk.close()


class _Walk:
    """A walk: the directories it is in, the outermost first, and the components that are left, the last first."""

    __slots__ = ("_entered", "_left", "_links", "_root", "_wants_directory")

    def __init__(self, root: int) -> None:
        self._root = root
        self._entered: list[int] = []
        self._left: list[bytes] = []
        self._links = MOST_LINKS
        self._wants_directory = False

    @property
    def _current(self) -> int:
        return self._entered[-1] if self._entered else self._root

    def close(self) -> None:
        while self._entered:
            os.close(self._entered.pop())

    def run(self, path: bytes, follow: bool) -> Location:
        self._push(path)
        while self._left:
            name = self._left.pop()
            if name == b"..":
                self._leave()
            elif name == b".":
                continue
            elif self._left:
                self._enter(name)
            elif not (follow and self._expand(name)):
                return Location(self._current, name, self._wants_directory)
        return Location(self._current, b".", True)

    def _push(self, path: bytes) -> None:
        """Go on with a path, then with what was left; a slash at the end counts if nothing was."""
        if path.startswith(b"/"):
            raise WasiError(Errno.PERM)
        if not self._left:
            self._wants_directory = self._wants_directory or path.endswith(b"/")
        self._left += [name for name in reversed(path.split(b"/")) if name]

    def _leave(self) -> None:
        if not self._entered:
            raise WasiError(Errno.PERM)
        os.close(self._entered.pop())

    def _enter(self, name: bytes) -> None:
        flags = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW
        try:
            self._entered.append(os.open(name, flags, dir_fd=self._current))
        except OSError as error:
            if error.errno not in _NOT_A_DIRECTORY:
                raise
            if not self._expand(name):
                raise WasiError(Errno.NOTDIR) from error

    def _expand(self, name: bytes) -> bool:
        """Go on with the target of a link; False if it is none, or nothing."""
        try:
            target = os.readlink(name, dir_fd=self._current)
        except OSError as error:
            if error.errno in (errno.EINVAL, errno.ENOENT):
                return False
            raise
        if self._links == 0:
            raise WasiError(Errno.LOOP)
        self._links -= 1
        self._push(target)
        return True

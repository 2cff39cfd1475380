"""The guest's descriptors: a number, what it stands for, and the rights it holds. Every right is checked here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from quire.wasi.errors import Errno, WasiError
from quire.wasi.handles import DirectoryHandle, FileHandle, StreamHandle
from quire.wasi.layout import NO_RIGHTS, Rights

Handle = FileHandle | StreamHandle | DirectoryHandle


@dataclass(slots=True)
class Descriptor:
    """What one number of the guest's stands for.

    `rights` are its own, `inheriting` those that what is opened below it may have; both can only shrink.
    """

    handle: Handle
    rights: Rights
    inheriting: Rights = NO_RIGHTS
    preopened_as: bytes | None = None

    def require(self, needed: Rights) -> None:
        """Raise unless it holds all of `needed`: badf where POSIX says so, else notcapable."""
        missing = needed & ~self.rights
        if missing & (Rights.FD_READ | Rights.FD_WRITE):
            raise WasiError(Errno.BADF)
        if missing:
            raise WasiError(Errno.NOTCAPABLE)


class Descriptors:
    """The table of a guest's descriptors, by number."""

    __slots__ = ("_by_number",)

    def __init__(self) -> None:
        self._by_number: dict[int, Descriptor] = {}

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._by_number))

    def add(self, descriptor: Descriptor) -> int:
        """The lowest number that is free, which now stands for `descriptor`."""
        number = next(number for number in count() if number not in self._by_number)
        self._by_number[number] = descriptor
        return number

    def get(self, number: int) -> Descriptor:
        descriptor = self._by_number.get(number)
        if descriptor is None:
            raise WasiError(Errno.BADF)
        return descriptor

    def stream(self, number: int, needed: Rights) -> FileHandle | StreamHandle:
        """What can be read or written, as far as `needed` is held; isdir for a directory."""
        descriptor = self.get(number)
        if isinstance(descriptor.handle, DirectoryHandle):
            raise WasiError(Errno.ISDIR)
        descriptor.require(needed)
        return descriptor.handle

    def file(self, number: int, needed: Rights) -> FileHandle:
        """What has offsets; spipe for a stream of Python's."""
        handle = self.stream(number, NO_RIGHTS)
        if isinstance(handle, StreamHandle):
            raise WasiError(Errno.SPIPE)
        self.get(number).require(needed)
        return handle

    def directory(self, number: int, needed: Rights) -> DirectoryHandle:
        """A directory; notdir for anything else."""
        descriptor = self.get(number)
        if not isinstance(descriptor.handle, DirectoryHandle):
            raise WasiError(Errno.NOTDIR)
        descriptor.require(needed)
        return descriptor.handle

    def close(self, number: int) -> None:
        self.get(number).handle.close()
        del self._by_number[number]

    def renumber(self, number: int, to: int) -> None:
        """Let `to`, which must be in use, stand for what `number` stood for."""
        moved, replaced = self.get(number), self.get(to)
        if number != to:
            replaced.handle.close()
            self._by_number[to] = moved
            del self._by_number[number]

    def close_all(self) -> None:
        while self._by_number:
            self._by_number.popitem()[1].handle.close()

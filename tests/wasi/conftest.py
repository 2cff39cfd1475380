"""A guest without code: it calls functions of WASI as a program would, with a bytearray for its memory."""

import os
import struct
from collections import namedtuple
from contextlib import closing

import pytest

from quire.engine.errors import Trap
from quire.wasi import FUNCTIONS, Clock, Errno, Wasi
from quire.wasi.layout import DIRENT, FDSTAT, FILESTAT, INHERITABLE_RIGHTS, Rights

ROOT = 3
SIZE = 1 << 20
CREAT, DIRECTORY, EXCL, TRUNC = 1, 2, 4, 8
READ_WRITE = Rights.FD_READ | Rights.FD_WRITE | Rights.FD_SEEK | Rights.FD_TELL

Filestat = namedtuple("Filestat", "dev ino type nlink size atim mtim ctim")
Fdstat = namedtuple("Fdstat", "type flags rights inheriting")
Entry = namedtuple("Entry", "next ino type name")


class FakeMemory:
    """What WASI needs of a memory, without an engine."""

    def __init__(self, size=SIZE):
        self.data = bytearray(size)

    def _check(self, address, count):
        if address + count > len(self.data):
            raise Trap("out of bounds memory access", f"{count} bytes at {address:#x}")

    check_read = check_write = _check

    def load(self, address, count):
        self._check(address, count)
        return bytes(self.data[address : address + count])

    def store(self, address, data):
        self._check(address, len(data))
        self.data[address : address + len(data)] = data


class StoppedClock(Clock):
    """Time passes only in sleep; clock number n is n seconds ahead."""

    def __init__(self, start=1_000):
        self.time = start
        self.slept = []

    def now(self, clock):
        return self.time + clock * 1_000_000_000

    def resolution(self, clock):
        return clock + 1

    def sleep(self, nanoseconds):
        self.slept.append(nanoseconds)
        self.time += nanoseconds


class Guest:
    """Calls by name. What a function points at is put into the memory and read back here.

    Each method returns what the function yields, and an Errno instead where it fails.
    """

    def __init__(self, wasi):
        self.wasi = wasi
        self.memory = FakeMemory()
        self.top = 64  # 0 to 63 are for results

    def call(self, name, *operands):
        masked = (
            int(value) & ((1 << 8 * kind.size) - 1)
            for value, kind in zip(operands, FUNCTIONS[name].type.composite.parameters, strict=True)
        )
        return Errno(self.wasi.call(name, self.memory, *masked))

    def put(self, data):
        """The address of a copy."""
        address, self.top = self.top, self.top + len(data) + (-len(data) % 8)
        if self.top > SIZE // 2:
            address, self.top = 64, 64 + len(data)
        self.memory.store(address, data)
        return address

    def text(self, text):
        """Address and length."""
        data = text if isinstance(text, bytes) else text.encode()
        return self.put(data), len(data)

    def vectors(self, *lengths_or_data):
        """Address and count of an array of vectors, and the places that they describe."""
        places = []
        for each in lengths_or_data:
            data = bytes(each) if isinstance(each, int) else each
            places.append((self.put(data), len(data)))
        return self.put(b"".join(struct.pack("<II", *place) for place in places)), len(places), places

    def u32(self, address=0):
        return int.from_bytes(self.memory.load(address, 4), "little")

    def u64(self, address=0):
        return int.from_bytes(self.memory.load(address, 8), "little")

    def result(self, errno, value):
        return value() if errno is Errno.SUCCESS else errno

    def unpack(self, layout, address=0):
        return layout.unpack(self.memory.load(address, layout.size))

    # Descriptors

    def write(self, fd, *pieces):
        address, count, _ = self.vectors(*pieces)
        return self.result(self.call("fd_write", fd, address, count, 0), self.u32)

    def pwrite(self, fd, offset, *pieces):
        address, count, _ = self.vectors(*pieces)
        return self.result(self.call("fd_pwrite", fd, address, count, offset, 0), self.u32)

    def _filled(self, places):
        return b"".join(self.memory.load(*place) for place in places)[: self.u32()]

    def read(self, fd, *lengths):
        address, count, places = self.vectors(*lengths)
        return self.result(self.call("fd_read", fd, address, count, 0), lambda: self._filled(places))

    def pread(self, fd, offset, *lengths):
        address, count, places = self.vectors(*lengths)
        return self.result(self.call("fd_pread", fd, address, count, offset, 0), lambda: self._filled(places))

    def seek(self, fd, offset, whence):
        return self.result(self.call("fd_seek", fd, offset, whence, 0), self.u64)

    def tell(self, fd):
        return self.result(self.call("fd_tell", fd, 0), self.u64)

    def fdstat(self, fd):
        return self.result(self.call("fd_fdstat_get", fd, 0), lambda: Fdstat(*self.unpack(FDSTAT)))

    def filestat(self, fd):
        return self.result(self.call("fd_filestat_get", fd, 0), lambda: Filestat(*self.unpack(FILESTAT)))

    def readdir(self, fd, size=4096, cookie=0):
        """The entries that are whole, and how many bytes were used."""
        buffer = self.put(bytes(size))
        errno = self.call("fd_readdir", fd, buffer, size, cookie, 0)
        return self.result(errno, lambda: (list(self._entries(buffer, self.u32())), self.u32()))

    def _entries(self, at, used):
        end = at + used
        while at + DIRENT.size <= end:
            following, inode, length, kind = self.unpack(DIRENT, at)
            at += DIRENT.size
            if at + length > end:
                return
            yield Entry(following, inode, kind, self.memory.load(at, length))
            at += length

    def close(self, fd):
        return self.call("fd_close", fd)

    # Paths

    def open(self, path, oflags=0, rights=READ_WRITE, *, fd=ROOT, follow=0, inheriting=0, flags=0):
        errno = self.call("path_open", fd, follow, *self.text(path), oflags, rights, inheriting, flags, 0)
        return self.result(errno, self.u32)

    def opendir(self, path, rights=INHERITABLE_RIGHTS, inheriting=INHERITABLE_RIGHTS, fd=ROOT):
        return self.open(path, DIRECTORY, rights & ~READ_WRITE, fd=fd, inheriting=inheriting)

    def create(self, path, content=b"", fd=ROOT):
        """Write a file; its descriptor is closed again."""
        opened = self.open(path, CREAT, fd=fd)
        if isinstance(opened, Errno):
            return opened
        self.write(opened, content)
        return self.close(opened)

    def contents(self, path, fd=ROOT, follow=1):
        opened = self.open(path, 0, Rights.FD_READ, fd=fd, follow=follow)
        if isinstance(opened, Errno):
            return opened
        data = self.read(opened, 4096)
        self.close(opened)
        return data

    def stat(self, path, follow=0, fd=ROOT):
        errno = self.call("path_filestat_get", fd, follow, *self.text(path), 0)
        return self.result(errno, lambda: Filestat(*self.unpack(FILESTAT)))

    def mkdir(self, path, fd=ROOT):
        return self.call("path_create_directory", fd, *self.text(path))

    def rmdir(self, path, fd=ROOT):
        return self.call("path_remove_directory", fd, *self.text(path))

    def unlink(self, path, fd=ROOT):
        return self.call("path_unlink_file", fd, *self.text(path))

    def rename(self, old, new, fd=ROOT, new_fd=ROOT):
        return self.call("path_rename", fd, *self.text(old), new_fd, *self.text(new))

    def link(self, old, new, flags=0, fd=ROOT, new_fd=ROOT):
        return self.call("path_link", fd, flags, *self.text(old), new_fd, *self.text(new))

    def symlink(self, target, path, fd=ROOT):
        return self.call("path_symlink", *self.text(target), fd, *self.text(path))

    def readlink(self, path, size=256, fd=ROOT):
        buffer = self.put(bytes(size))
        errno = self.call("path_readlink", fd, *self.text(path), buffer, size, 0)
        return self.result(errno, lambda: self.memory.load(buffer, self.u32()))


@pytest.fixture
def inside(tmp_path):
    """The folder of the host that guests see as `/`; beside it lies what they must not see."""
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_bytes(b"secret")
    return folder


@pytest.fixture
def outside(inside):
    return inside.parent / "outside"


@pytest.fixture
def make():
    """Makes guests from arguments of Wasi, and closes them."""
    made = []

    def guest(*args, **named):
        made.append(closing(Wasi(*args, **named)))
        return Guest(made[-1].thing)

    yield guest
    for each in made:
        with each:
            pass


@pytest.fixture
def clock():
    return StoppedClock()


@pytest.fixture
def guest(make, inside, clock):
    """A guest with one folder and nothing else."""
    counting = bytes(range(256)) * 256
    return make(preopens=[(inside, "/")], clock=clock, random=lambda count: counting[:count])


@pytest.fixture
def open_descriptors():
    """Counts the descriptors that this process has open."""
    return lambda: sum(is_open(host) for host in range(256))


def is_open(host):
    try:
        os.fstat(host)
    except OSError:
        return False
    return True


@pytest.fixture(scope="session")
def guest_class():
    return Guest

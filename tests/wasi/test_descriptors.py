"""The functions on descriptors, each with what it yields and each way to fail."""

import os
import socket

import pytest

from quire.wasi import Errno
from quire.wasi.layout import (
    DIRECTORY_RIGHTS,
    FILE_RIGHTS,
    INHERITABLE_RIGHTS,
    DescriptorFlags,
    FileType,
    Rights,
    TimeFlags,
)

SET, CUR, END = 0, 1, 2
CREAT = 1
ROOT = 3
EVERYTHING = FILE_RIGHTS
MUST_BE_OPEN = {
    "fd_advise": (0, 0, 0),
    "fd_allocate": (0, 1),
    "fd_close": (),
    "fd_datasync": (),
    "fd_fdstat_get": (0,),
    "fd_fdstat_set_flags": (0,),
    "fd_fdstat_set_rights": (0, 0),
    "fd_filestat_get": (0,),
    "fd_filestat_set_size": (0,),
    "fd_filestat_set_times": (0, 0, 0),
    "fd_pread": (0, 0, 0, 0),
    "fd_prestat_dir_name": (0, 0),
    "fd_prestat_get": (0,),
    "fd_pwrite": (0, 0, 0, 0),
    "fd_read": (0, 0, 0),
    "fd_readdir": (0, 0, 0, 0),
    "fd_renumber": (ROOT,),
    "fd_seek": (0, 0, 0),
    "fd_sync": (),
    "fd_tell": (0,),
    "fd_write": (0, 0, 0),
}


@pytest.fixture
def file(guest):
    """A file with all rights that a file can have, empty and open."""
    return guest.open("file", CREAT, EVERYTHING)


@pytest.mark.parametrize("name", MUST_BE_OPEN)
@pytest.mark.parametrize("fd", [4, 99, 0xFFFFFFFF])
def test_descriptors_that_are_not_open(guest, name, fd):
    assert guest.call(name, fd, *MUST_BE_OPEN[name]) is Errno.BADF


def test_new_descriptors_take_the_lowest_number(guest):
    assert [guest.open(name, CREAT) for name in "abc"] == [4, 5, 6]
    assert guest.close(5) is Errno.SUCCESS
    assert guest.close(5) is Errno.BADF
    assert guest.open("d", CREAT) == 5


# Reading and writing


def test_write_and_read_with_several_vectors(guest, file, inside):
    assert guest.write(file, b"ab", b"", b"cdefg") == 7
    assert (inside / "file").read_bytes() == b"abcdefg"
    assert guest.read(file, 5) == b""
    assert guest.seek(file, 1, SET) == 1
    assert guest.read(file, 1, 0, 3, 100) == b"bcdefg"
    assert guest.tell(file) == 7


def test_nothing_to_read_or_write(guest, file):
    assert guest.write(file) == guest.write(file, b"") == 0
    assert guest.read(file) == guest.read(file, 0) == b""


def test_more_than_fits_into_one_piece(make, inside, guest):
    data = os.urandom(70_000)
    pieces = [data[start : start + 9_000] for start in range(0, len(data), 9_000)]
    fd = guest.open("file", CREAT, EVERYTHING)
    assert guest.write(fd, *pieces * 5) == 350_000
    assert (inside / "file").read_bytes() == data * 5
    assert guest.pread(fd, 3, *[50_000] * 7) == (data * 5)[3:]


def test_pread_and_pwrite_leave_the_offset(guest, file, inside):
    assert guest.pwrite(file, 2, b"ab", b"cd") == 4
    assert guest.tell(file) == 0
    assert guest.pread(file, 3, 1, 2) == b"bcd"
    assert guest.pread(file, 100, 1) == b""
    assert (inside / "file").read_bytes() == b"\0\0abcd"


@pytest.mark.parametrize("offset", [1 << 63, (1 << 64) - 1, (1 << 63) - 1])
def test_offsets_that_no_file_has(guest, file, offset):
    assert guest.pread(file, offset, 1) is Errno.INVAL
    assert guest.pwrite(file, offset, b"a") is Errno.INVAL


@pytest.mark.parametrize("name", ["fd_read", "fd_write"])
def test_every_vector_is_checked_before_the_first_effect(guest, file, inside, name):
    guest.write(file, b"content")
    guest.seek(file, 0, SET)
    end = len(guest.memory.data)
    good, bad = guest.put(b"????????"), end - 1
    vectors = guest.put(b"".join(value.to_bytes(4, "little") for value in (good, 4, bad, 2)))
    before = bytes(guest.memory.data)
    for operands in [(vectors, 2, 0), (vectors, 1, end - 3), (end - 4, 1, 0), (0, 1 << 17, 0)]:
        expected = Errno.INVAL if operands[1] > 1024 else Errno.FAULT
        assert guest.call(name, file, *operands) is expected
    assert bytes(guest.memory.data) == before
    assert guest.tell(file) == 0
    assert (inside / "file").read_bytes() == b"content"


def test_positioned_vectors_are_checked_too(guest, file, inside):
    guest.write(file, b"content")
    end = len(guest.memory.data)
    for name in ("fd_pread", "fd_pwrite"):
        assert guest.call(name, file, end - 4, 1, 0, 0) is Errno.FAULT
        assert guest.call(name, file, guest.vectors(b"x")[0], 1, 0, end - 3) is Errno.FAULT
    assert (inside / "file").read_bytes() == b"content"


@pytest.mark.parametrize("name", ["fd_read", "fd_write", "fd_pread", "fd_pwrite", "fd_seek", "fd_tell", "fd_allocate"])
def test_directories_are_no_files(guest, name):
    assert guest.call(name, ROOT, *MUST_BE_OPEN[name]) is Errno.ISDIR


def test_directories_have_no_size_to_set(guest):
    assert guest.call("fd_filestat_set_size", ROOT, 0) is Errno.ISDIR
    assert guest.call("fd_advise", ROOT, 0, 0, 0) is Errno.ISDIR


def test_appending_always_writes_at_the_end(guest, inside):
    guest.create("file", b"start")
    fd = guest.open("file", 0, EVERYTHING, flags=DescriptorFlags.APPEND)
    assert guest.fdstat(fd).flags == DescriptorFlags.APPEND
    guest.write(fd, b"1")
    guest.seek(fd, 0, SET)
    guest.write(fd, b"2")
    assert guest.call("fd_fdstat_set_flags", fd, 0) is Errno.SUCCESS
    guest.seek(fd, 0, SET)
    guest.write(fd, b"S")
    assert guest.call("fd_fdstat_set_flags", fd, DescriptorFlags.APPEND) is Errno.SUCCESS
    guest.seek(fd, 0, SET)
    guest.write(fd, b"3")
    assert (inside / "file").read_bytes() == b"Start123"


# Offsets


def test_seek(guest, file):
    guest.write(file, bytes(100))
    assert guest.seek(file, -50, CUR) == 50
    assert guest.seek(file, 1000, CUR) == 1050
    assert guest.seek(file, -2000, CUR) is Errno.INVAL
    assert guest.seek(file, -1, END) == 99
    assert guest.seek(file, -1, SET) is Errno.INVAL
    assert guest.seek(file, 0, 3) is Errno.INVAL
    assert guest.call("fd_seek", file, 0, SET, len(guest.memory.data) - 7) is Errno.FAULT
    assert guest.tell(file) == 99


def test_the_right_to_seek_implies_that_to_tell(guest):
    only_seek = guest.open("file", CREAT, Rights.FD_SEEK)
    only_tell = guest.open("file", CREAT, Rights.FD_TELL)
    neither = guest.open("file", CREAT, Rights.FD_READ)
    assert guest.tell(only_seek) == guest.seek(only_seek, 0, CUR) == guest.seek(only_seek, 0, SET) == 0
    assert guest.tell(only_tell) == guest.seek(only_tell, 0, CUR) == 0
    assert guest.seek(only_tell, 1, CUR) is guest.seek(only_tell, 0, END) is Errno.NOTCAPABLE
    assert guest.tell(neither) is guest.seek(neither, 0, CUR) is Errno.NOTCAPABLE


def test_pipes_have_no_offset(make):
    ours, theirs = os.pipe()
    try:
        guest = make(stdin=ours, stdout=theirs)
        assert guest.seek(0, 0, SET) is Errno.NOTCAPABLE
        assert guest.pread(0, 0, 1) is Errno.NOTCAPABLE
        assert guest.fdstat(0).type == FileType.UNKNOWN
        assert guest.write(1, b"through") == 7
        assert guest.read(0, 3, 100) == b"through"
    finally:
        os.close(ours)
        os.close(theirs)


# State


def test_closing_and_renumbering(guest, file):
    guest.write(file, b"moved")
    other = guest.open("other", CREAT, EVERYTHING)
    before = guest.fdstat(file)
    assert guest.call("fd_renumber", file, other) is Errno.SUCCESS
    assert guest.fdstat(file) is Errno.BADF
    assert guest.fdstat(other) == before
    assert guest.pread(other, 0, 5) == b"moved"
    assert guest.call("fd_renumber", other, file) is Errno.BADF
    assert guest.call("fd_renumber", other, other) is Errno.SUCCESS
    assert guest.tell(other) == 5


def test_renumbering_closes_what_was_there(guest, file, open_descriptors):
    before = open_descriptors()
    other = guest.open("other", CREAT)
    guest.call("fd_renumber", other, file)
    assert open_descriptors() == before


def test_a_preopened_directory_can_be_overwritten_and_closed(guest):
    below = guest.opendir(".")
    assert guest.call("fd_renumber", below, ROOT) is Errno.SUCCESS
    assert guest.call("fd_prestat_get", ROOT, 0) is Errno.BADF
    assert guest.filestat(ROOT).type == FileType.DIRECTORY
    assert guest.close(ROOT) is Errno.SUCCESS
    assert guest.open("file", CREAT) is Errno.BADF


def test_rights_can_only_be_given_up(guest, file):
    assert guest.fdstat(file) == (FileType.REGULAR_FILE, 0, FILE_RIGHTS, 0)
    dropped = FILE_RIGHTS & ~(Rights.FD_READ | Rights.FD_WRITE)
    assert guest.call("fd_fdstat_set_rights", file, dropped, 0) is Errno.SUCCESS
    assert guest.fdstat(file).rights == dropped
    assert guest.read(file, 1) is guest.write(file, b"a") is Errno.BADF
    assert guest.seek(file, 0, SET) == 0
    assert guest.call("fd_fdstat_set_rights", file, FILE_RIGHTS, 0) is Errno.NOTCAPABLE
    assert guest.call("fd_fdstat_set_rights", file, dropped, Rights.FD_SEEK) is Errno.NOTCAPABLE
    assert guest.call("fd_fdstat_set_rights", file, 1 << 63, 0) is Errno.NOTCAPABLE
    assert guest.fdstat(file).rights == dropped


@pytest.mark.parametrize(
    ("right", "name"),
    [
        (Rights.FD_DATASYNC, "fd_datasync"),
        (Rights.FD_SYNC, "fd_sync"),
        (Rights.FD_FDSTAT_SET_FLAGS, "fd_fdstat_set_flags"),
        (Rights.FD_ADVISE, "fd_advise"),
        (Rights.FD_ALLOCATE, "fd_allocate"),
        (Rights.FD_FILESTAT_GET, "fd_filestat_get"),
        (Rights.FD_FILESTAT_SET_SIZE, "fd_filestat_set_size"),
        (Rights.FD_FILESTAT_SET_TIMES, "fd_filestat_set_times"),
        (Rights.FD_SEEK, "fd_pread"),
        (Rights.FD_SEEK, "fd_pwrite"),
    ],
)
def test_each_function_needs_its_right(guest, file, right, name):
    assert guest.call(name, file, *MUST_BE_OPEN[name]) is Errno.SUCCESS
    guest.call("fd_fdstat_set_rights", file, FILE_RIGHTS & ~right, 0)
    assert guest.call(name, file, *MUST_BE_OPEN[name]) is Errno.NOTCAPABLE


def test_flags(guest, file):
    both = DescriptorFlags.APPEND | DescriptorFlags.NONBLOCK
    assert guest.call("fd_fdstat_set_flags", file, both) is Errno.SUCCESS
    assert guest.fdstat(file).flags == both
    assert guest.call("fd_fdstat_set_flags", file, DescriptorFlags.SYNC) is Errno.NOTSUP
    assert guest.call("fd_fdstat_set_flags", file, 32) is Errno.INVAL
    assert guest.call("fd_fdstat_set_flags", ROOT, 0) is Errno.ISDIR
    assert guest.fdstat(file).flags == both


@pytest.mark.parametrize("flag", [DescriptorFlags.SYNC, DescriptorFlags.DSYNC, DescriptorFlags.RSYNC])
def test_files_opened_to_be_synchronised(guest, flag):
    fd = guest.open("file", CREAT, EVERYTHING, flags=flag)
    assert guest.fdstat(fd).flags == flag
    assert guest.write(fd, b"a") == 1
    assert guest.call("fd_fdstat_set_flags", fd, flag | DescriptorFlags.APPEND) is Errno.SUCCESS


def test_synchronising(guest, file):
    assert guest.call("fd_sync", file) is Errno.SUCCESS
    assert guest.call("fd_datasync", file) is Errno.SUCCESS
    assert guest.call("fd_sync", ROOT) is Errno.SUCCESS


@pytest.mark.parametrize("advice", range(6))
def test_advice(guest, file, advice):
    assert guest.call("fd_advise", file, 10, 50, advice) is Errno.SUCCESS
    assert guest.filestat(file).size == 0


def test_bad_advice(guest, file):
    assert guest.call("fd_advise", file, 0, 0, 6) is Errno.INVAL
    assert guest.call("fd_advise", file, 1 << 63, 0, 0) is Errno.INVAL
    assert guest.call("fd_advise", file, (1 << 63) - 1, 1, 0) is Errno.INVAL


def test_sizes(guest, file):
    guest.write(file, b"abc")
    assert guest.call("fd_filestat_set_size", file, 5) is Errno.SUCCESS
    assert guest.pread(file, 0, 9) == b"abc\0\0"
    assert guest.call("fd_filestat_set_size", file, 1) is Errno.SUCCESS
    assert guest.pread(file, 0, 9) == b"a"
    assert guest.call("fd_filestat_set_size", file, 1 << 63) is Errno.INVAL


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="this host cannot allocate space in a file")
def test_allocation(guest, file):
    for offset, count, size in [(0, 100, 100), (10, 10, 100), (90, 20, 110)]:
        assert guest.call("fd_allocate", file, offset, count) is Errno.SUCCESS
        assert guest.filestat(file).size == size
    assert guest.call("fd_allocate", file, 0, 0) is Errno.INVAL
    assert guest.call("fd_allocate", file, 1 << 63, 1) is Errno.INVAL


def test_filestat(guest, file, inside):
    guest.write(file, b"abc")
    os.utime(inside / "file", ns=(5, 1_500_000_000_000_000_007))
    os.link(inside / "file", inside / "second")
    host = (inside / "file").stat()
    stat = guest.filestat(file)
    assert stat[:5] == (host.st_dev, host.st_ino, FileType.REGULAR_FILE, 2, 3)
    assert stat[5:] == (5, 1_500_000_000_000_000_007, host.st_ctime_ns)
    assert guest.call("fd_filestat_get", file, len(guest.memory.data) - 63) is Errno.FAULT


def test_times_before_1970_are_told_as_1970(guest, file, inside):
    os.utime(inside / "file", ns=(-5_000_000_000, 7))
    assert guest.filestat(file)[5:7] == (0, 7)


def test_set_times(guest, file, clock):
    clock.time = 1_700_000_000_000_000_001
    both = TimeFlags.ATIM | TimeFlags.MTIM
    assert guest.call("fd_filestat_set_times", file, 11, 22, both) is Errno.SUCCESS
    assert guest.filestat(file)[5:7] == (11, 22)
    assert guest.call("fd_filestat_set_times", file, 33, 44, TimeFlags.MTIM) is Errno.SUCCESS
    assert guest.filestat(file)[5:7] == (11, 44)
    assert guest.call("fd_filestat_set_times", file, 0, 0, TimeFlags.ATIM_NOW) is Errno.SUCCESS
    assert guest.filestat(file)[5:7] == (clock.time, 44)
    assert guest.call("fd_filestat_set_times", file, 55, 55, 0) is Errno.SUCCESS
    assert guest.filestat(file)[5:7] == (clock.time, 44)


@pytest.mark.parametrize("flags", [3, 12, 15, 16, 0xFFFF])
def test_times_that_contradict_each_other(guest, file, flags):
    before = guest.filestat(file)
    assert guest.call("fd_filestat_set_times", file, 1, 1, flags) is Errno.INVAL
    assert guest.filestat(file) == before


def test_preopened_directories(make, inside, outside):
    guest = make(preopens=[(inside, "/"), (str(outside), "data")])
    for fd, name in [(3, b"/"), (4, b"data")]:
        assert guest.call("fd_prestat_get", fd, 0) is Errno.SUCCESS
        assert (guest.u32(0), guest.u32(4)) == (0, len(name))
        assert guest.call("fd_prestat_dir_name", fd, 8, len(name) - 1) is Errno.NAMETOOLONG
        assert guest.call("fd_prestat_dir_name", fd, 8, len(name) + 1) is Errno.SUCCESS
        assert guest.memory.load(8, len(name)) == name
        assert guest.fdstat(fd) == (FileType.DIRECTORY, 0, DIRECTORY_RIGHTS, INHERITABLE_RIGHTS)
    assert guest.call("fd_prestat_get", 5, 0) is Errno.BADF
    assert guest.call("fd_prestat_get", 0, 0) is Errno.BADF
    assert guest.call("fd_prestat_dir_name", 3, len(guest.memory.data), 1) is Errno.FAULT


# Directories


def test_an_empty_directory_has_itself_and_its_parent(guest):
    entries, used = guest.readdir(ROOT)
    own = guest.filestat(ROOT).ino
    assert entries == [(1, own, FileType.DIRECTORY, b"."), (2, own, FileType.DIRECTORY, b"..")]
    assert used == 24 + 1 + 24 + 2


def test_entries_have_types_and_inodes(guest, inside):
    guest.create("file")
    guest.mkdir("sub")
    guest.symlink("file", "link")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(inside / "socket"))
        os.mkfifo(inside / "pipe")
        entries = {entry.name: entry for entry in guest.readdir(ROOT)[0]}
    kinds = {
        b"file": FileType.REGULAR_FILE,
        b"sub": FileType.DIRECTORY,
        b"link": FileType.SYMBOLIC_LINK,
        b"socket": FileType.SOCKET_STREAM,
        b"pipe": FileType.UNKNOWN,
    }
    for name, kind in kinds.items():
        assert entries[name].type == kind
        assert entries[name].ino == guest.stat(name).ino == os.lstat(inside / name.decode()).st_ino


@pytest.mark.parametrize("size", [24 + 8, 100, 256, 4096])
def test_a_directory_in_pieces(guest, inside, size):
    names = {f"file{number}" for number in range(40)}
    for name in names:
        (inside / name).touch()
    found, cookie = [], 0
    while True:
        entries, used = guest.readdir(ROOT, size, cookie)
        found += entries
        if used < size:
            break
        cookie = entries[-1].next
    assert sorted(entry.name.decode() for entry in found) == sorted(names | {".", ".."})


def test_a_name_that_does_not_fit_is_cut(guest, inside):
    (inside / "name").touch()
    cookie = guest.readdir(ROOT)[0][1].next
    for size in (0, 1, 24, 27):
        assert guest.readdir(ROOT, size, cookie) == ([], size)
    assert guest.readdir(ROOT, 28, cookie)[1] == 28


def test_cookies_hold_while_files_come_and_go(guest, inside):
    for name in "bdf":
        (inside / name).touch()
    first = guest.readdir(ROOT)[0]
    (inside / "a").touch()
    (inside / "b").unlink()
    assert guest.readdir(ROOT, cookie=first[2].next)[0] == first[3:]
    assert [entry.name for entry in guest.readdir(ROOT)[0]] == [b".", b"..", b"a", b"d", b"f"]
    assert guest.readdir(ROOT, cookie=1 << 63) == ([], 0)


def test_only_directories_can_be_listed(guest, file):
    end = len(guest.memory.data)
    assert guest.readdir(file) is Errno.NOTDIR
    assert guest.call("fd_readdir", ROOT, end - 1, 2, 0, 0) is Errno.FAULT
    assert guest.call("fd_readdir", ROOT, 0, 2, 0, end - 3) is Errno.FAULT
    guest.call("fd_fdstat_set_rights", ROOT, DIRECTORY_RIGHTS & ~Rights.FD_READDIR, 0)
    assert guest.readdir(ROOT) is Errno.NOTCAPABLE

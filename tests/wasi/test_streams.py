"""Standard streams: streams of Python's, descriptors of the host's, terminals, and none at all."""

import io
import os
import pty
from pathlib import Path

import pytest

from quire.wasi import Errno, Wasi
from quire.wasi.layout import DescriptorFlags, FileType, Rights


def test_streams_of_bytes(make):
    stdin, stdout, stderr = io.BytesIO(b"line one\nline two\n"), io.BytesIO(), io.BytesIO()
    guest = make(stdin=stdin, stdout=stdout, stderr=stderr)
    assert guest.read(0, 4, 5) == b"line one\n"
    assert guest.read(0, 100) == b"line two\n"
    assert guest.read(0, 100) == b""
    assert guest.write(1, b"out", b"put") == 6
    assert guest.write(2, b"error") == 5
    assert (stdout.getvalue(), stderr.getvalue()) == (b"output", b"error")


def test_no_streams(make):
    guest = make()
    assert guest.read(0, 10) == b""
    assert guest.write(1, b"lost") == guest.write(2, b"lost") == 4
    assert guest.call("fd_sync", 1) is Errno.SUCCESS


def test_streams_have_one_direction_and_no_offset(make):
    guest = make(stdin=io.BytesIO(b"abc"), stdout=io.BytesIO())
    assert guest.write(0, b"a") is guest.read(1, 1) is Errno.BADF
    assert guest.seek(0, 0, 0) is guest.tell(1) is guest.pread(0, 0, 1) is guest.pwrite(1, 0, b"a") is Errno.SPIPE
    assert guest.call("fd_filestat_set_size", 1, 0) is guest.call("fd_advise", 1, 0, 0, 0) is Errno.SPIPE
    assert guest.call("fd_filestat_set_times", 1, 0, 0, 0) is Errno.NOTCAPABLE
    assert guest.filestat(0) == (0, 0, FileType.UNKNOWN, 1, 0, 0, 0, 0)
    assert not guest.fdstat(0).rights & (Rights.FD_SEEK | Rights.FD_TELL | Rights.FD_WRITE)


def test_output_is_flushed_at_once(make):
    raw = io.BytesIO()
    buffered = io.BufferedWriter(raw)
    make(stdout=buffered).write(1, b"now")
    assert raw.getvalue() == b"now"


def test_closing_a_stream_leaves_it_to_its_owner(make, open_descriptors):
    stdout = io.BytesIO()
    ours, theirs = os.pipe()
    before = open_descriptors()
    guest = make(stdin=ours, stdout=stdout)
    assert guest.close(0) is guest.close(1) is Errno.SUCCESS
    assert guest.write(1, b"a") is Errno.BADF
    assert not stdout.closed
    assert open_descriptors() == before
    os.close(ours)
    os.close(theirs)


def test_a_stream_that_would_block(make):
    class Empty(io.RawIOBase):
        def readable(self):
            return True

        writable = readable

        def read(self, count=-1):
            return None

        def write(self, data):
            return None

    guest = make(stdin=Empty(), stdout=Empty())
    assert guest.read(0, 1) is guest.write(1, b"a") is Errno.AGAIN


def test_a_stream_that_takes_only_a_part(make):
    class Slow(io.RawIOBase):
        def writable(self):
            return True

        def write(self, data):
            return min(2, len(data))

    assert make(stdout=Slow()).write(1, b"abc", b"def") == 2


def test_a_stream_of_the_wrong_direction(make):
    guest = make(stdin=io.BufferedWriter(io.BytesIO()), stdout=io.BufferedReader(io.BytesIO()))
    assert guest.read(0, 1) is guest.write(1, b"a") is Errno.NOTSUP


def test_a_broken_pipe_is_an_error_of_the_guest_s(make):
    ours, theirs = os.pipe()
    os.close(ours)
    assert make(stdout=theirs).write(1, b"a") is Errno.PIPE
    os.close(theirs)


def test_text_streams_are_refused():
    with pytest.raises(TypeError, match="binary stream"):
        Wasi(stdout=io.StringIO())


def test_descriptors_that_are_not_open():
    with pytest.raises(OSError, match="Bad file descriptor: 'descriptor 12345'"):
        Wasi(stdin=12345)


def test_flags_of_streams(make):
    guest = make()
    assert guest.call("fd_fdstat_set_flags", 0, DescriptorFlags.NONBLOCK) is Errno.SUCCESS
    assert guest.fdstat(0).flags == DescriptorFlags.NONBLOCK
    assert guest.call("fd_fdstat_set_flags", 0, DescriptorFlags.SYNC) is Errno.NOTSUP


def is_a_terminal(guest, fd):
    """As isatty of wasi-libc decides."""
    stat = guest.fdstat(fd)
    return stat.type == FileType.CHARACTER_DEVICE and not stat.rights & (Rights.FD_SEEK | Rights.FD_TELL)


def test_terminals_are_known_by_their_rights(make, tmp_path):
    master, terminal = pty.openpty()
    with (
        (tmp_path / "file").open("w+b") as file,
        Path(os.devnull).open("rb") as null,
        os.fdopen(terminal, "wb", 0) as tty,
    ):
        guest = make(stdin=terminal, stdout=tty, stderr=file.fileno())
        assert [is_a_terminal(guest, fd) for fd in range(3)] == [True, True, False]
        guest = make(stdin=null.fileno(), stdout=file)
        assert [is_a_terminal(guest, fd) for fd in range(3)] == [False, False, False]
        assert guest.fdstat(0).type == FileType.CHARACTER_DEVICE
    os.close(master)


def test_a_file_as_a_standard_stream_keeps_its_offset(make, tmp_path):
    (tmp_path / "file").write_bytes(b"0123456789")
    with (tmp_path / "file").open("r+b", buffering=0) as file:
        file.seek(4)
        guest = make(stdin=file.fileno())
        assert guest.tell(0) == 4
        assert guest.read(0, 2) == b"45"
        assert guest.seek(0, -1, 2) == 9
        assert guest.call("fd_filestat_set_size", 0, 0) is guest.call("fd_allocate", 0, 0, 1) is Errno.NOTCAPABLE
        assert guest.write(0, b"a") is Errno.BADF

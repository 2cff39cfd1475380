"""The functions on sockets."""

import socket

import pytest

from quire.wasi import Errno
from quire.wasi.layout import DescriptorFlags, FileType, Rights

PEEK, WAITALL = 1, 2
OPERANDS = {"sock_accept": (0, 0), "sock_recv": (0, 0, 0, 0, 4), "sock_send": (0, 0, 0, 0), "sock_shutdown": (1,)}


@pytest.fixture
def pair():
    left, right = socket.socketpair()
    with left, right:
        yield left, right


@pytest.fixture
def guest(make, pair, inside):
    """One with a socket for standard input and output."""
    return make(stdin=pair[0].fileno(), stdout=pair[0].fileno(), preopens=[(inside, "/")])


def receive(guest, fd, *lengths, flags=0):
    address, count, places = guest.vectors(*lengths)
    errno = guest.call("sock_recv", fd, address, count, flags, 0, 4)
    return guest.result(errno, lambda: b"".join(guest.memory.load(*place) for place in places)[: guest.u32()])


def send(guest, fd, *pieces, flags=0):
    address, count, _ = guest.vectors(*pieces)
    return guest.result(guest.call("sock_send", fd, address, count, flags, 0), guest.u32)


@pytest.mark.parametrize("name", OPERANDS)
def test_what_is_no_socket(guest, make, name):
    file = guest.open("file", 1)
    for fd in (3, file):
        assert guest.call(name, fd, *OPERANDS[name]) is Errno.NOTSOCK
    assert guest.call(name, 99, *OPERANDS[name]) is Errno.BADF
    assert make().call(name, 1, *OPERANDS[name]) is Errno.NOTSOCK


def test_send_and_receive(guest, pair):
    assert send(guest, 1, b"ab", b"cde") == 5
    assert pair[1].recv(100) == b"abcde"
    pair[1].send(b"answer")
    assert receive(guest, 0, 2, 1, flags=PEEK) == b"ans"
    assert receive(guest, 0, 2, 2, 2, flags=WAITALL) == b"answer"
    assert guest.memory.load(4, 2) == b"\0\0"
    assert guest.write(1, b"x") == 1
    assert guest.fdstat(0).type == FileType.SOCKET_STREAM


def test_each_direction_needs_its_right(guest):
    assert send(guest, 0, b"a") is receive(guest, 1, 1) is Errno.BADF


def test_flags_that_are_none(guest):
    assert send(guest, 1, b"a", flags=1) is receive(guest, 0, 1, flags=4) is Errno.INVAL
    assert guest.call("sock_shutdown", 1, 0) is guest.call("sock_shutdown", 1, 4) is Errno.INVAL


def test_a_datagram_that_does_not_fit(make):
    left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with left, right:
        guest = make(stdin=left.fileno())
        right.send(b"long datagram")
        assert receive(guest, 0, 4) == b"long"
        assert guest.memory.load(4, 2) == b"\1\0"


def test_shutdown(guest, pair):
    assert guest.call("sock_shutdown", 1, 2) is Errno.SUCCESS
    assert pair[1].recv(1) == b""
    assert send(guest, 1, b"a") is Errno.PIPE
    assert guest.call("sock_shutdown", 1, 3) is Errno.SUCCESS
    assert receive(guest, 0, 1) == b""


def test_pointers_are_checked_first(guest, pair):
    end = len(guest.memory.data)
    pair[1].send(b"answer")
    vector = guest.vectors(3)[0]
    assert guest.call("sock_recv", 0, vector, 1, 0, end - 3, 4) is Errno.FAULT
    assert guest.call("sock_recv", 0, vector, 1, 0, 0, end - 1) is Errno.FAULT
    assert guest.call("sock_send", 1, vector, 1, 0, end - 3) is Errno.FAULT
    assert receive(guest, 0, 100) == b"answer"


def test_accept(make):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        guest = make(stdin=listener.fileno())
        with socket.create_connection(listener.getsockname()) as client:
            assert guest.call("sock_accept", 0, DescriptorFlags.NONBLOCK, 0) is Errno.SUCCESS
            accepted = guest.u32()
            assert guest.fdstat(accepted).flags == DescriptorFlags.NONBLOCK
            assert guest.fdstat(accepted).rights & Rights.SOCK_SHUTDOWN
            assert receive(guest, accepted, 1) is Errno.AGAIN
            assert send(guest, accepted, b"hello") == 5
            assert client.recv(5) == b"hello"
            assert guest.close(accepted) is Errno.SUCCESS
            assert client.recv(1) == b""

"""poll_oneoff, and waiting that a limit of time ends."""

import contextlib
import os
import socket
import threading
import time
from collections import namedtuple

import pytest

from quire.engine.errors import Exhausted
from quire.engine.runtime.limits import HostLimits
from quire.engine.runtime.store import Store
from quire.wasi import MODULE, ClockId, Errno
from quire.wasi.layout import (
    EVENT,
    SUBSCRIPTION,
    SUBSCRIPTION_CLOCK,
    SUBSCRIPTION_DESCRIPTOR,
    DescriptorFlags,
    EventType,
    Rights,
)

Event = namedtuple("Event", "user_data error type available flags")
ABSOLUTE = 1
CREAT = 1


def alarm(user_data, timeout, clock=ClockId.MONOTONIC, flags=0):
    return SUBSCRIPTION.pack(user_data, EventType.CLOCK, SUBSCRIPTION_CLOCK.pack(clock, timeout, 0, flags))


def watch(user_data, kind, fd):
    return SUBSCRIPTION.pack(user_data, kind, SUBSCRIPTION_DESCRIPTOR.pack(fd))


def poll(guest, *subscriptions):
    events = guest.put(bytes(len(subscriptions) * EVENT.size))
    errno = guest.call("poll_oneoff", guest.put(b"".join(subscriptions)), events, len(subscriptions), 0)
    found = (guest.unpack(EVENT, events + number * EVENT.size) for number in range(guest.u32()))
    return guest.result(errno, lambda: [Event(*each) for each in found])


@pytest.fixture
def pipe():
    ours, theirs = os.pipe()
    yield ours, theirs
    for each in (ours, theirs):
        with contextlib.suppress(OSError):
            os.close(each)


def test_records_have_the_sizes_of_the_standard():
    assert (SUBSCRIPTION.size, EVENT.size) == (48, 32)


def test_a_relative_alarm(guest, clock):
    assert poll(guest, alarm(7, 500)) == [(7, 0, EventType.CLOCK, 0, 0)]
    assert clock.slept == [500]


def test_the_earliest_alarm_comes_first(guest, clock):
    assert [event.user_data for event in poll(guest, alarm(1, 300), alarm(2, 200), alarm(3, 200))] == [2, 3]
    assert clock.slept == [200]


@pytest.mark.parametrize("which", [ClockId.REALTIME, ClockId.MONOTONIC])
def test_absolute_alarms(guest, clock, which):
    now = clock.now(which)
    assert len(poll(guest, alarm(1, now + 40, which, ABSOLUTE))) == 1
    assert clock.slept == [40]
    assert len(poll(guest, alarm(1, now - 1, which, ABSOLUTE))) == 1
    assert clock.slept == [40]


def test_centuries_are_slept_through(guest, clock):
    assert len(poll(guest, alarm(1, (1 << 64) - 1))) == 1
    assert sum(clock.slept) == (1 << 64) - 1


def test_failing_subscriptions_are_events(guest):
    writer = guest.open("file", CREAT, Rights.FD_WRITE | Rights.POLL_FD_READWRITE)
    silent = guest.open("file", CREAT, Rights.FD_READ)
    cases = [
        (watch(1, EventType.FD_READ, 99), Errno.BADF, EventType.FD_READ),
        (watch(2, EventType.FD_WRITE, 3), Errno.ISDIR, EventType.FD_WRITE),
        (watch(3, EventType.FD_READ, writer), Errno.BADF, EventType.FD_READ),
        (watch(4, EventType.FD_READ, silent), Errno.NOTCAPABLE, EventType.FD_READ),
        (alarm(5, 0, 99), Errno.INVAL, EventType.CLOCK),
        (alarm(6, 0, ClockId.PROCESS_CPUTIME), Errno.INVAL, EventType.CLOCK),
        (alarm(7, 0, flags=2), Errno.INVAL, EventType.CLOCK),
    ]
    events = poll(guest, *(case for case, _, _ in cases), alarm(8, 1000))
    assert events == [(number, errno, kind, 0, 0) for number, (_, errno, kind) in enumerate(cases, 1)]


def test_calls_that_fail(guest):
    end = len(guest.memory.data)
    one = guest.put(alarm(1, 0))
    assert guest.call("poll_oneoff", one, 0, 0, 0) is Errno.INVAL
    assert guest.call("poll_oneoff", one, 0, 0xFFFFFFFF, 0) is Errno.INVAL
    assert guest.call("poll_oneoff", end - 47, 0, 1, 0) is Errno.FAULT
    assert guest.call("poll_oneoff", one, end - 31, 1, 0) is Errno.FAULT
    assert guest.call("poll_oneoff", one, 0, 1, end - 3) is Errno.FAULT
    assert guest.call("poll_oneoff", guest.put(watch(1, 3, 0)), 0, 1, 0) is Errno.INVAL


def test_files_are_always_ready(guest):
    guest.create("file", b"content")
    fd = guest.open("file", 0, Rights.FD_READ | Rights.FD_WRITE | Rights.FD_SEEK | Rights.POLL_FD_READWRITE)
    guest.seek(fd, 3, 0)
    events = poll(guest, watch(1, EventType.FD_READ, fd), alarm(2, 1000), watch(3, EventType.FD_WRITE, fd))
    assert events == [(1, 0, EventType.FD_READ, 4, 0), (3, 0, EventType.FD_WRITE, 0, 0)]


def test_streams_are_always_ready(make):
    guest = make()
    events = poll(guest, watch(1, EventType.FD_READ, 0), watch(2, EventType.FD_WRITE, 1), alarm(3, 1 << 60))
    assert [event.user_data for event in events] == [1, 2]


def test_pipes(make, pipe):
    ours, theirs = pipe
    guest = make(stdin=ours, stdout=theirs)
    reading, writing = watch(1, EventType.FD_READ, 0), watch(2, EventType.FD_WRITE, 1)
    assert poll(guest, reading, writing) == [(2, 0, EventType.FD_WRITE, 0, 0)]
    assert poll(guest, reading, alarm(3, 1000)) == [(3, 0, EventType.CLOCK, 0, 0)]
    os.write(theirs, b"abc")
    assert poll(guest, reading, writing) == [(1, 0, EventType.FD_READ, 3, 0), (2, 0, EventType.FD_WRITE, 0, 0)]
    os.read(ours, 3)
    os.close(theirs)
    [event] = poll(guest, reading, alarm(3, 1 << 60))
    assert (event.user_data, event.error, event.flags) == (1, 0, 1)


def test_a_descriptor_that_the_host_has_closed(make, pipe):
    guest = make(stdin=pipe[0])
    os.close(pipe[0])
    assert poll(guest, watch(1, EventType.FD_READ, 0)) == [(1, Errno.BADF, EventType.FD_READ, 0, 0)]


def test_both_directions_of_a_socket(make):
    left, right = socket.socketpair()
    with left, right:
        guest = make(stdin=left.fileno(), stdout=left.fileno())
        reading, writing = watch(1, EventType.FD_READ, 0), watch(2, EventType.FD_WRITE, 1)
        assert [event.user_data for event in poll(guest, reading, writing)] == [2]
        right.send(b"ab")
        assert [event[0::3] for event in poll(guest, reading, writing)] == [(1, 2), (2, 0)]


def test_reading_without_waiting(make, pipe):
    ours, theirs = pipe
    guest = make(stdin=ours)
    assert guest.call("fd_fdstat_set_flags", 0, DescriptorFlags.NONBLOCK) is Errno.SUCCESS
    assert guest.read(0, 10) is Errno.AGAIN
    os.write(theirs, b"abc")
    assert guest.read(0, 10) == b"abc"
    assert os.get_blocking(ours)  # its owner's flags stay
    assert guest.call("fd_fdstat_set_flags", 0, DescriptorFlags.APPEND) is Errno.NOTSUP


# Limits of time


class Caller:
    """What a function of WASI sees of the instance that calls it."""

    def __init__(self, guest, timeout):
        self.store = Store(HostLimits(timeout=timeout))
        self.exports = {}
        self.guest = guest

    def call(self, name, *operands):
        self.guest.wasi._process.store = self.store
        return self.guest.call(name, *operands)


@pytest.fixture
def interrupted(make, pipe):
    """A guest with a pipe that nobody writes to, whose time is over soon after it began to wait."""
    guest = make(stdin=pipe[0])
    caller = Caller(guest, 10.0)
    timer = threading.Timer(0.05, caller.store.interrupt)
    timer.start()
    yield caller
    timer.cancel()
    timer.join()


@pytest.mark.parametrize("waits", ["sleep", "poll", "poll for ever", "read"])
def test_waiting_ends_when_time_is_over(interrupted, waits):
    guest = interrupted.guest
    vectors, count, _ = guest.vectors(8)
    subscriptions = guest.put(
        alarm(1, 1 << 60) if waits == "sleep" else watch(1, EventType.FD_READ, 0) + alarm(2, 1 << 60)
    )
    calls = {
        "sleep": ("poll_oneoff", subscriptions, 512, 1, 0),
        "poll": ("poll_oneoff", subscriptions, 512, 2, 0),
        "poll for ever": ("poll_oneoff", subscriptions, 512, 1, 0),
        "read": ("fd_read", 0, vectors, count, 0),
    }
    with pytest.raises(Exhausted, match="interrupted"):
        interrupted.call(*calls[waits])


def test_with_time_left_nothing_changes(make, pipe, clock):
    ours, theirs = pipe
    guest = make(stdin=ours, clock=clock)
    caller = Caller(guest, 1000.0)
    os.write(theirs, b"abc")
    vectors, count, places = guest.vectors(8)
    assert caller.call("fd_read", 0, vectors, count, 0) is Errno.SUCCESS
    assert guest.memory.load(places[0][0], 3) == b"abc"
    assert caller.call("poll_oneoff", guest.put(alarm(1, 120_000_000)), 512, 1, 0) is Errno.SUCCESS
    assert clock.slept == [50_000_000, 50_000_000, 20_000_000]


def test_imports_tell_the_store_of_their_caller(make):
    guest = make()
    caller = Caller(guest, None)
    guest.wasi.imports()[MODULE, "sched_yield"].call(caller, ())
    assert guest.wasi._process.store is caller.store


def test_the_host_really_waits(make, pipe):
    guest = make(stdin=pipe[0])
    start = time.monotonic_ns()
    poll(guest, watch(1, EventType.FD_READ, 0), alarm(2, 3_000_000))
    poll(guest, alarm(2, 3_000_000))
    assert time.monotonic_ns() - start >= 6_000_000

"""poll_oneoff: waiting for clocks and descriptors at once."""

from __future__ import annotations

import select
from collections.abc import Sequence
from dataclasses import dataclass

from quire.wasi.clocks import ClockId
from quire.wasi.errors import Errno, WasiError, from_host
from quire.wasi.layout import (
    ABSOLUTE_TIME,
    EVENT,
    HANGUP,
    SUBSCRIPTION,
    SUBSCRIPTION_CLOCK,
    SUBSCRIPTION_DESCRIPTOR,
    EventType,
    Rights,
)
from quire.wasi.memory import GuestMemory
from quire.wasi.process import Process
from quire.wasi.waiting import poll, sleep

MOST_SUBSCRIPTIONS = 4096
_RIGHTS = {EventType.FD_READ: Rights.FD_READ, EventType.FD_WRITE: Rights.FD_WRITE}
_IN, _OUT, _HANGUP, _NOT_OPEN = (getattr(select, name, 0) for name in ("POLLIN", "POLLOUT", "POLLHUP", "POLLNVAL"))
_DIRECTIONS = {EventType.FD_READ: _IN, EventType.FD_WRITE: _OUT}
_OTHER_DIRECTIONS = {EventType.FD_READ: _OUT, EventType.FD_WRITE: _IN}


@dataclass(frozen=True, slots=True)
class Event:
    """WASI: event."""

    user_data: int
    kind: EventType
    error: Errno = Errno.SUCCESS
    available: int = 0  # bytes
    flags: int = 0

    def pack(self) -> bytes:
        return EVENT.pack(self.user_data, self.error, self.kind, self.available, self.flags)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A subscription to a clock: it is over when `clock` shows `deadline`, in nanoseconds."""

    user_data: int
    clock: ClockId
    deadline: int

    def left(self, process: Process) -> int:
        return max(0, self.deadline - process.clock.now(self.clock))


@dataclass(frozen=True, slots=True)
class Watch:
    """A subscription to a descriptor, and the host's descriptor to wait for; None if there is no need to wait."""

    user_data: int
    kind: EventType
    fd: int
    host: int | None


Subscription = Alarm | Watch | Event
"""What was subscribed to; an event, if subscribing to it already failed."""


def poll_oneoff(
    process: Process, memory: GuestMemory, subscriptions: int, events: int, count: int, result: int
) -> None:
    """WASI: poll_oneoff. A subscription that fails is an event with an error."""
    if not 0 < count <= MOST_SUBSCRIPTIONS:
        raise WasiError(Errno.INVAL)
    raw = memory.read(subscriptions, count * SUBSCRIPTION.size)
    memory.check_write(events, count * EVENT.size)
    memory.check_write(result, 4)
    subscribed = [_subscribe(process, *each) for each in SUBSCRIPTION.iter_unpack(raw)]
    occurred = _wait(process, subscribed)
    memory.write(events, b"".join(event.pack() for event in occurred))
    memory.write_u32(result, len(occurred))


def _subscribe(process: Process, user_data: int, tag: int, contents: bytes) -> Subscription:
    if tag not in EventType.__members__.values():
        raise WasiError(Errno.INVAL)
    kind = EventType(tag)
    try:
        return (
            _alarm(process, user_data, contents)
            if kind is EventType.CLOCK
            else _watch(process, user_data, kind, SUBSCRIPTION_DESCRIPTOR.unpack(contents)[0])
        )
    except WasiError as error:
        return Event(user_data, kind, error.errno)


def _alarm(process: Process, user_data: int, contents: bytes) -> Alarm:
    identifier, timeout, _, flags = SUBSCRIPTION_CLOCK.unpack(contents)
    if identifier not in (ClockId.REALTIME, ClockId.MONOTONIC) or flags & ~ABSOLUTE_TIME:
        raise WasiError(Errno.INVAL)
    clock = ClockId(identifier)
    return Alarm(user_data, clock, timeout if flags & ABSOLUTE_TIME else process.clock.now(clock) + timeout)


def _watch(process: Process, user_data: int, kind: EventType, fd: int) -> Watch:
    handle = process.descriptors.stream(fd, Rights.POLL_FD_READWRITE | _RIGHTS[kind])
    return Watch(user_data, kind, fd, handle.waits_on)


def _wait(process: Process, subscribed: Sequence[Subscription]) -> list[Event]:
    """The events that occurred, in the order of their subscriptions; waits until there is one."""
    waiting = [each for each in subscribed if isinstance(each, Watch) and each.host is not None]
    at_once = any(isinstance(each, Event) or (isinstance(each, Watch) and each.host is None) for each in subscribed)
    left = {each: each.left(process) for each in subscribed if isinstance(each, Alarm)}
    soonest = 0 if at_once else min(left.values(), default=None)
    seen = poll(process, _directions(waiting), soonest) if waiting else {}
    if soonest and not waiting:
        sleep(process, soonest)
    passed = 0 if soonest is None or seen else soonest
    due = {each for each, nanoseconds in left.items() if nanoseconds <= passed}
    events = [_occurred(process, each, seen, due) for each in subscribed]
    return [event for event in events if event is not None]


def _directions(waiting: Sequence[Watch]) -> dict[int, int]:
    """What to wait for, by descriptor of the host."""
    wanted: dict[int, int] = {}
    for each in waiting:
        if each.host is not None:
            wanted[each.host] = wanted.get(each.host, 0) | _DIRECTIONS[each.kind]
    return wanted


def _occurred(process: Process, subscribed: Subscription, seen: dict[int, int], due: set[Alarm]) -> Event | None:
    if isinstance(subscribed, Event):
        return subscribed
    if isinstance(subscribed, Alarm):
        return Event(subscribed.user_data, EventType.CLOCK) if subscribed in due else None
    if subscribed.host is None:
        return _ready(process, subscribed, 0)
    # The host also reports what nobody asks for: an error, or that the other end is gone.
    mask = seen.get(subscribed.host, 0) & ~_OTHER_DIRECTIONS[subscribed.kind]
    return _ready(process, subscribed, mask) if mask else None


def _ready(process: Process, watch: Watch, mask: int) -> Event:
    if mask & _NOT_OPEN:
        return Event(watch.user_data, watch.kind, Errno.BADF)
    hangup = HANGUP if mask & _HANGUP else 0
    if watch.kind is EventType.FD_WRITE:
        return Event(watch.user_data, watch.kind, flags=hangup)
    try:
        available = process.descriptors.stream(watch.fd, Rights.FD_READ).available()
    except OSError as error:
        return Event(watch.user_data, watch.kind, from_host(error))
    return Event(watch.user_data, watch.kind, available=available, flags=hangup)

"""Waiting, for a clock or for descriptors of the host, so that a limit of time ends it as it ends a computation."""

from __future__ import annotations

import select
from collections.abc import Mapping

from quire.wasi.handles import FileHandle, StreamHandle
from quire.wasi.layout import DescriptorFlags
from quire.wasi.process import Process

_SLICE = 50_000_000  # nanoseconds between two looks at the limit, where there is one
_LONGEST_POLL = 3600 * 1_000_000_000  # nanoseconds at once: the host counts milliseconds in 32 bits
_MILLISECOND = 1_000_000  # nanoseconds


def _limited(process: Process) -> bool:
    return process.store is not None and process.store.limits.timeout is not None


def _check_limit(process: Process) -> None:
    if process.store is not None and process.store.interrupted:
        process.store.tick()


def sleep(process: Process, nanoseconds: int) -> None:
    """Raises Exhausted if the time of the guest is over before."""
    at_once = _SLICE if _limited(process) else nanoseconds
    while nanoseconds > 0:
        process.clock.sleep(min(nanoseconds, at_once))
        nanoseconds -= at_once
        _check_limit(process)


def poll(process: Process, wanted: Mapping[int, int], nanoseconds: int | None) -> dict[int, int]:
    """What the host says of each descriptor that is ready, after at most this time; None is for ever.

    `wanted` and the result are masks of select.poll, by descriptor of the host. Raises Exhausted as `sleep` does.
    """
    waiting = select.poll()
    for host, mask in wanted.items():
        waiting.register(host, mask)
    longest = _SLICE if _limited(process) else _LONGEST_POLL
    while True:
        at_once = longest if nanoseconds is None else min(nanoseconds, longest)
        seen = waiting.poll(-(-at_once // _MILLISECOND))
        if nanoseconds is not None:
            nanoseconds -= at_once
        if seen or nanoseconds == 0:
            return dict(seen)
        _check_limit(process)


def before_reading(process: Process, handle: FileHandle | StreamHandle) -> None:
    """Wait for something to read where there is a limit of time, which the host's own waiting would ignore."""
    if _limited(process) and handle.waits_on is not None and not handle.flags & DescriptorFlags.NONBLOCK:
        poll(process, {handle.waits_on: select.POLLIN}, None)

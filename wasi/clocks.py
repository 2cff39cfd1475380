"""Time: the host's clocks, which a test may replace, and the functions that tell it. Knows no descriptors."""

from __future__ import annotations

import time
from enum import IntEnum
from typing import TYPE_CHECKING

from quire.wasi.errors import Errno, WasiError

if TYPE_CHECKING:
    from quire.wasi.memory import GuestMemory
    from quire.wasi.process import Process

NANOSECONDS = 1_000_000_000  # of a second
_LONGEST_SLEEP = 3600 * NANOSECONDS  # at once: a guest may ask for centuries, which time.sleep refuses


class ClockId(IntEnum):
    """WASI: clockid."""

    REALTIME = 0
    MONOTONIC = 1
    PROCESS_CPUTIME = 2
    THREAD_CPUTIME = 3


class Clock:
    """The host's clocks. All times are nanoseconds; a subclass that answers otherwise makes a run repeatable."""

    def now(self, clock: ClockId) -> int:
        if clock is ClockId.REALTIME:
            return time.time_ns()
        if clock is ClockId.MONOTONIC:
            return time.monotonic_ns()
        return time.process_time_ns() if clock is ClockId.PROCESS_CPUTIME else time.thread_time_ns()

    def resolution(self, clock: ClockId) -> int:
        """At least 1."""
        name = ("time", "monotonic", "process_time", "thread_time")[clock]
        return max(1, round(time.get_clock_info(name).resolution * NANOSECONDS))  # type: ignore[arg-type]

    def sleep(self, nanoseconds: int) -> None:
        end = time.monotonic_ns() + nanoseconds
        while nanoseconds > 0:
            time.sleep(min(nanoseconds, _LONGEST_SLEEP) / NANOSECONDS)
            nanoseconds = end - time.monotonic_ns()


def clock_of(identifier: int) -> ClockId:
    """The clock of a number; inval for one that is none."""
    try:
        return ClockId(identifier)
    except ValueError:
        raise WasiError(Errno.INVAL) from None


def clock_res_get(process: Process, memory: GuestMemory, clock: int, result: int) -> None:
    """WASI: clock_res_get."""
    memory.write_u64(result, process.clock.resolution(clock_of(clock)))


def clock_time_get(process: Process, memory: GuestMemory, clock: int, precision: int, result: int) -> None:
    """WASI: clock_time_get. Every answer is as precise as the host's, so `precision` is met."""
    memory.write_u64(result, process.clock.now(clock_of(clock)))

"""Where threads sleep. Source: the proposal WebAssembly/threads, Overview ("Wait and Notify operators").

One lot serves the process, as one table of futexes serves a system: two memories may show the same bytes of the host,
and who waits at them through one is woken through the other. A place is what Memory.location says of an address.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from typing import Final

from quire.engine.runtime.store import Store

SLICE = 0.05  # seconds: how often a sleeping thread looks whether its store was interrupted
WOKEN, NOT_EQUAL, TIMED_OUT = 0, 1, 2


class ParkingLot:
    """Queues of sleeping threads, one for each place."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queues: defaultdict[Hashable, deque[threading.Event]] = defaultdict(deque)

    def wait(self, place: Hashable, unchanged: Callable[[], bool], timeout: int, store: Store) -> int:
        """Sleep unless the value at the place is another by now; `timeout` is in nanoseconds, negative for ever.

        Whether it is `unchanged` is asked while nobody can notify, so that no wake-up is lost; what that raises passes
        through. Raises Exhausted where the store is interrupted.
        """
        notified = threading.Event()
        with self._lock:
            if not unchanged():
                return NOT_EQUAL
            self._queues[place].append(notified)
        end = None if timeout < 0 else time.monotonic_ns() + timeout
        try:
            while not notified.wait(_pause(end)):
                if store.interrupted:
                    store.tick()
                if end is not None and time.monotonic_ns() >= end:
                    break
        finally:
            woken = self._leave(place, notified)
        return WOKEN if woken else TIMED_OUT

    def _leave(self, place: Hashable, notified: threading.Event) -> bool:
        """Take a thread out of its queue; whether it was notified in the meantime."""
        with self._lock:
            if notified.is_set():
                return True
            self._queues[place].remove(notified)
            if not self._queues[place]:
                del self._queues[place]
            return False

    def notify(self, place: Hashable, count: int) -> int:
        """Wake up to `count` threads that sleep at a place, those that came first; how many there were."""
        with self._lock:
            queue = self._queues.get(place, deque())
            woken = [queue.popleft() for _ in range(min(count, len(queue)))]
            if not queue:
                self._queues.pop(place, None)
            for notified in woken:
                notified.set()
        return len(woken)


def _pause(end: int | None) -> float:
    """The seconds to sleep before looking again."""
    return SLICE if end is None else max(0.0, min(SLICE, (end - time.monotonic_ns()) / 1e9))


PARKING_LOT: Final = ParkingLot()

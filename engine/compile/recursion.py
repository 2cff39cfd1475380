"""How deep Python may recurse while guests run. The limit belongs to the whole process, so it is kept in one place."""

from __future__ import annotations

import sys
import threading

HEADROOM = 1000  # frames of the host and of the engine's own functions, beside those of the guest
DEEPEST_ENTRY = 300  # calls from guest to host to guest: these use the stack of C on some versions


class Recursion:
    """Counts the guests that run. The limit is raised for the first and put back after the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0
        self._before = 0

    def enter(self, depth: int) -> int:
        """A guest starts that may nest so many calls; how many run already."""
        with self._lock:
            if not self._running:
                self._before = sys.getrecursionlimit()
            if sys.getrecursionlimit() < depth + HEADROOM:
                sys.setrecursionlimit(depth + HEADROOM)
            self._running += 1
            return self._running - 1

    def leave(self) -> None:
        """A guest ended."""
        with self._lock:
            self._running -= 1
            if not self._running and sys.getrecursionlimit() != self._before:
                try:
                    sys.setrecursionlimit(self._before)
                except RecursionError:  # the host itself is deeper by now
                    return


RECURSION = Recursion()

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
        self._before = 0  # the limit before it was raised
        self._raised = 0  # the limit that was set; 0 while it is the host's

    def enter(self, frames: int) -> int:
        """A guest starts that may use so many frames of Python; how many guests run already."""
        with self._lock:
            running = self._running
            if frames + HEADROOM > self._raised:
                self._raise(frames + HEADROOM)
            self._running = running + 1
            return running

    def _raise(self, limit: int) -> None:
        present = sys.getrecursionlimit()
        if not self._raised:
            self._before = present
        if present < limit:
            sys.setrecursionlimit(limit)
            self._raised = limit

    def leave(self) -> None:
        """A guest ended."""
        with self._lock:
            self._running -= 1
            if self._raised and not self._running:
                self._raised = 0
                try:
                    sys.setrecursionlimit(self._before)
                except RecursionError:  # the host itself is deeper by now
                    return


RECURSION = Recursion()

"""How deep Python may recurse while guests run. The limit belongs to the whole process, so it is kept in one place."""

from __future__ import annotations

import sys
import threading
from types import FrameType

ROOM = 1000  # frames for the host and for the engine's own functions, beside those of the guest: what Python allows
DEEPEST_ENTRY = 300  # calls from guest to host to guest: these use the stack of C on some versions
MOST = 1 << 30  # frames: a limit is an int of C


class Recursion:
    """Counts the guests that run. The limit is raised for the first and put back after the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.running = 0
        self._before = 0  # the limit before it was raised
        self._frames = 0  # of guests, by which it was raised
        self._more = 0  # frames of other work, by which it was raised too
        self._rest = 0  # the limit without both

    def enter(self, frames: int) -> int:
        """A guest starts that may use so many frames of Python; how many guests run already."""
        with self._lock:
            running = self.running
            if not running:
                self._before = sys.getrecursionlimit()
                self._rest = rest_of_host(self._before)
            self.running = running + 1
            if frames > self._frames:
                self._frames = frames
                self._set()
            return running

    def allow(self, frames: int) -> None:
        """Guests may use so many frames, those that run already too."""
        self.enter(frames)
        self.leave()

    def leave(self) -> None:
        """A guest ended."""
        with self._lock:
            self.running -= 1
            if not self.running:
                self._frames = self._more = 0
                try:
                    sys.setrecursionlimit(self._before)
                except RecursionError:  # the host itself is deeper by now
                    return

    def more(self, frames: int) -> More:
        """For work that may use so many frames on top of the present ones, however many of those are a guest's."""
        return More(self, frames)

    def add(self, frames: int) -> None:
        """Other work may use so many frames more from now on, or less."""
        with self._lock:
            self._more += frames
            self._set()

    def _set(self) -> None:
        wanted = min(self._rest + self._frames + self._more, MOST)
        sys.setrecursionlimit(max(wanted, self._before))  # other threads count on what the host allows them


class More:
    """While this lasts, the limit is higher."""

    __slots__ = ("frames", "recursion")

    def __init__(self, recursion: Recursion, frames: int) -> None:
        self.recursion = recursion
        self.frames = frames

    def __enter__(self) -> None:
        self.recursion.enter(0)
        self.recursion.add(self.frames)

    def __exit__(self, *error: object) -> None:
        try:
            self.recursion.add(-self.frames)
        finally:
            self.recursion.leave()


def rest_of_host(limit: int) -> int:
    """The limit for the host's frames: its own, or, where that is a high one, so many more than there are."""
    if limit <= ROOM:
        return limit
    frame: FrameType | None = sys._getframe()
    depth = 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1
    return min(limit, depth + ROOM)


RECURSION = Recursion()

"""The state of the dynamic pages of a virtual memory, as runs of equal pages: one run, however many pages it has.

Knows page numbers and states, no bytes. docs/memory-control.md, section 3
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from quire.engine.errors import Site


@dataclass(frozen=True, slots=True, eq=False)
class HostMapping:
    """Bytes of the host that stand in a memory: `view[0]` is at `address`.

    `origin` is a number for the place of `view[0]` in the process, so that what aliases can be told from what does not.
    """

    view: memoryview
    address: int
    origin: int


@dataclass(frozen=True, slots=True)
class Run:
    """Pages [start, end) in one state. `origin` is who set it: an instruction, or the host or a data segment in words.

    `protection` is None where the pages are unmapped. `host` is None where they are anonymous.
    """

    start: int
    end: int
    protection: int | None = None
    origin: Site | str | None = None
    host: HostMapping | None = None

    def joins(self, other: Run) -> bool:
        """Whether the two, neighbours, are one run."""
        return (self.end, self.protection, self.origin, self.host) == (
            other.start,
            other.protection,
            other.origin,
            other.host,
        )


class PageStates:
    """Runs in ascending order. A page in none of them was never mapped."""

    __slots__ = ("_runs", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._runs: list[Run] = []

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    def within(self, start: int, end: int) -> Iterator[Run]:
        """The states of [start, end), cut to it, without gaps: pages that were never mapped are unmapped runs."""
        at = start
        for index in range(max(0, bisect_right(self._starts, start) - 1), len(self._runs)):
            run = self._runs[index]
            if run.start >= end:
                break
            if run.end <= at:
                continue
            if run.start > at:
                yield Run(at, run.start)
            at = min(run.end, end)
            yield replace(run, start=max(run.start, start), end=at)
        if at < end:
            yield Run(at, end)

    def around(self, page: int) -> Run:
        """The whole run of a page, or the gap that it is in, whose end is -1 where no run follows."""
        index = bisect_right(self._starts, page) - 1
        if index >= 0 and page < self._runs[index].end:
            return self._runs[index]
        start = self._runs[index].end if index >= 0 else 0
        return Run(start, self._starts[index + 1] if index + 1 < len(self._starts) else -1)

    def put(self, run: Run) -> None:
        """Give the pages of a run its state."""
        first = max(0, bisect_left(self._starts, run.start) - 1)  # neighbours may join
        last = bisect_right(self._starts, run.end)
        pieces: list[Run] = []
        for old in self._runs[first:last]:
            pieces += [replace(old, end=min(old.end, run.start)), replace(old, start=max(old.start, run.end))]
        pieces = sorted([run, *(each for each in pieces if each.start < each.end)], key=lambda each: each.start)
        joined = pieces[:1]
        for each in pieces[1:]:
            if joined[-1].joins(each):
                joined[-1] = replace(joined[-1], end=each.end)
            else:
                joined.append(each)
        self._runs[first:last] = joined
        self._starts[first:last] = [each.start for each in joined]

"""What is seen of a campaign while it runs: a bar on a terminal where rich is installed, lines elsewhere."""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec
from types import TracebackType
from typing import Any, TextIO

from quire.fuzz.campaign.batch import BatchResult
from quire.fuzz.campaign.store import Store, Totals
from quire.fuzz.campaign.supervisor import Goal

EVERY = 10.0  # seconds from line to line


class Display:
    """Told of each batch that is done. Use it as a context."""

    def __init__(self, store: Store, goal: Goal, stream: TextIO | None = None) -> None:
        self._store = store
        self._goal = goal
        self._stream = stream or sys.stderr
        self._started = self._last = time.monotonic()
        self._before = store.totals()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Display:
        if self._stream.isatty() and find_spec("rich"):
            self._start_bar()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, result: BatchResult) -> None:
        now = time.monotonic()
        totals = self._store.totals()
        if self._bar is not None:
            self._bar.update(self._task, completed=self._done(totals, now), description=self.line(totals, now))
        elif now - self._last >= EVERY:
            self._last = now
            self._stream.write(f"{now - self._started:6.0f} s  {self.line(totals, now)}\n")
            self._stream.flush()

    def line(self, totals: Totals, now: float) -> str:
        """Where the campaign stands, and how fast it goes now."""
        rate = (totals.calls - self._before.calls) / max(now - self._started, 1e-9)
        found = f"{totals.findings} findings in {totals.buckets} buckets" if totals.findings else "no findings"
        return f"{totals.modules:,} modules, {totals.calls:,} calls ({rate:,.0f} a second), {found}"

    def _done(self, totals: Totals, now: float) -> float:
        """The part of the goal that is reached, whichever of the two comes first."""
        cases = totals.modules / self._goal.cases if self._goal.cases else 0.0
        seconds = (now - self._started) / self._goal.seconds if self._goal.seconds else 0.0
        return min(1.0, max(cases, seconds))

    def _start_bar(self) -> None:
        from rich.console import Console  # noqa: PLC0415  # an extra
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
        self._bar = Progress(*columns, console=Console(file=self._stream))
        endless = self._goal.cases is None and self._goal.seconds is None
        self._task = self._bar.add_task("starting", total=None if endless else 1.0)
        self._bar.start()

"""Hands batches to workers and writes down what they find. A worker that dies is replaced, and its batch run again."""

from __future__ import annotations

import json
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import BinaryIO, cast

from quire.fuzz.campaign.batch import BatchResult, result_from
from quire.fuzz.campaign.cases import Cases
from quire.fuzz.campaign.store import Store
from quire.fuzz.legs.protocol import frame, read_frame

BATCH = 50  # cases
MOST_DEATHS = 5  # of workers in a row, before the campaign is given up

Progress = Callable[[BatchResult], None]


class WorkersDie(Exception):
    """Workers die again and again: the machine or the installation is at fault, no engine."""


@dataclass(frozen=True, slots=True)
class Goal:
    """When to stop: after that many seconds, or cases, whichever comes first; None is never. `batch` counts cases."""

    seconds: float | None = None
    cases: int | None = None
    batch: int = BATCH


def open_batches(store: Store, cases: Cases, goal: Goal, deadline: float) -> Iterator[tuple[int, int]]:
    """The batches that are not done, in order, until the goal or the deadline is reached."""
    done, low = store.done(), 0
    end = min(len(cases), goal.cases if goal.cases is not None else len(cases))
    while low < end and time.monotonic() < deadline:
        high = min(low + goal.batch, end)
        if low in done:
            low = done[low]
        else:
            yield low, high
            low = high


class Worker:
    """One worker process."""

    def __init__(self, cases: Cases) -> None:
        command = [sys.executable, "-m", "quire.fuzz.campaign.worker"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.range: tuple[int, int] | None = None
        self._send(asdict(cases.configuration))

    def _send(self, content: dict[str, object]) -> None:
        if self.process.stdin is not None:
            self.process.stdin.write(frame(content))
            self.process.stdin.flush()

    def start(self, low: int, high: int) -> None:
        """Hand in a batch."""
        self.range = (low, high)
        self._send({"range": [low, high]})

    def result(self) -> BatchResult:
        """The result of the batch. Raises ValueError where the worker is gone."""
        data = read_frame(cast(BinaryIO, self.process.stdout)) if self.process.stdout else None
        if data is None:
            raise ValueError("the worker is gone")
        return result_from(json.loads(data))

    def close(self) -> None:
        """End the process: its legs end with their input."""
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        self.process.terminate()
        self.process.wait()


class Supervisor:
    """Runs one campaign up to its goal."""

    def __init__(self, store: Store, cases: Cases, workers: int, goal: Goal, progress: Progress) -> None:
        self.store = store
        self.cases = cases
        self.count = workers
        self.goal = goal
        self.progress = progress
        self.deaths = 0
        self.waiting: list[tuple[int, int]] = []
        self.selector = selectors.DefaultSelector()

    def run(self) -> None:
        """Raises WorkersDie."""
        batches = self.batches(time.monotonic() + (self.goal.seconds or 1e9))
        workers = [Worker(self.cases) for _ in range(self.count)]
        try:
            for worker in workers:
                self.hand_out(worker, batches)
            while self.selector.get_map():
                for key, _ in self.selector.select():
                    self.take(key.data, batches, workers)
        finally:
            for worker in workers:
                worker.close()

    def batches(self, deadline: float) -> Iterator[tuple[int, int]]:
        """The batches that are not done, those that a worker took along before others."""
        for batch in open_batches(self.store, self.cases, self.goal, deadline):
            while self.waiting:
                yield self.waiting.pop()
            yield batch
        while self.waiting:
            yield self.waiting.pop()

    def hand_out(self, worker: Worker, batches: Iterator[tuple[int, int]]) -> None:
        """Give a worker its next batch, if there is one."""
        batch = next(batches, None)
        if batch is not None:
            worker.start(*batch)
            self.selector.register(worker.process.stdout, selectors.EVENT_READ, worker)  # type: ignore[arg-type]

    def take(self, worker: Worker, batches: Iterator[tuple[int, int]], workers: list[Worker]) -> None:
        """Write down what a worker has to tell, and go on."""
        self.selector.unregister(worker.process.stdout)  # type: ignore[arg-type]
        try:
            result = worker.result()
        except ValueError:
            worker = self.replace(worker, workers)
        else:
            self.deaths = 0
            self.store.write(result)
            self.progress(result)
        self.hand_out(worker, batches)

    def replace(self, worker: Worker, workers: list[Worker]) -> Worker:
        """A new worker in place of one that died."""
        self.deaths += 1
        if self.deaths > MOST_DEATHS:
            raise WorkersDie(f"{self.deaths} workers died in a row")
        if worker.range is not None:
            self.waiting.append(worker.range)
        worker.close()
        workers[workers.index(worker)] = fresh = Worker(self.cases)
        return fresh

"""The same batches on a cluster of Dask: whatever is lost, workers or the scheduler, is run again. Extra `cluster`.

A task is a whole batch and starts its own legs, so that an engine that crashes takes no worker along. Only this process
writes to the store.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from quire.fuzz.campaign.batch import result_from, run_batch
from quire.fuzz.campaign.cases import Cases, Configuration, configuration_from
from quire.fuzz.campaign.store import Store
from quire.fuzz.campaign.supervisor import Goal, Progress, WorkersDie, open_batches
from quire.fuzz.campaign.worker import running

AHEAD: Final = 3  # tasks for each thread of the cluster that wait or run
PATIENCE: Final = 60.0  # seconds in which a scheduler may come back
MOST_LOSSES: Final = 10  # of connections, before the campaign is given up


def remote_batch(configuration: dict[str, Any], low: int, high: int) -> dict[str, Any]:
    """One batch, on a worker of the cluster."""
    cases = Cases(configuration_from(configuration))
    with running(cases.configuration.legs) as legs:
        return run_batch(cases, legs, low, high).as_json()


def task_key(configuration: Configuration, low: int, high: int) -> str:
    """The name of a task: the same for the same batch of the same versions."""
    return f"quire-fuzz-{configuration.key}-{low}-{high}"


class ClusterSupervisor:
    """Runs one campaign up to its goal on the cluster at `address`, such as tcp://host:8786."""

    def __init__(self, store: Store, cases: Cases, address: str, goal: Goal, progress: Progress) -> None:
        self.store = store
        self.cases = cases
        self.address = address
        self.progress = progress
        self.goal = goal
        self.deadline = time.monotonic() + (goal.seconds or 1e9)

    def run(self) -> None:
        """Raises WorkersDie where the cluster is lost again and again, OSError where there is none."""
        for _ in range(MOST_LOSSES):
            if self._run_connected():
                return
        raise WorkersDie(f"the cluster at {self.address} was lost {MOST_LOSSES} times")

    def _run_connected(self) -> bool:
        """Work as long as the connection holds; whether the campaign is done."""
        from distributed import CancelledError, Client  # noqa: PLC0415  # an extra, and slow to load
        from distributed.comm import CommClosedError  # noqa: PLC0415

        with Client(self.address, timeout=PATIENCE, set_as_default=False) as client, client.as_current():
            try:
                self._work(client)
            except (CancelledError, CommClosedError, TimeoutError):
                return False
        return True

    def _work(self, client: Any) -> None:
        from distributed import as_completed  # noqa: PLC0415

        batches = open_batches(self.store, self.cases, self.goal, self.deadline)
        threads = max(1, sum(client.nthreads().values()))
        waiting = as_completed(self._submitted(client, batches, AHEAD * threads))
        for future in waiting:
            self._take(future)
            for another in self._submitted(client, batches, 1):
                waiting.add(another)

    def _submitted(self, client: Any, batches: Iterator[tuple[int, int]], count: int) -> list[Any]:
        configuration = self.cases.configuration
        chosen = [batch for batch, _ in zip(batches, range(count), strict=False)]
        return [
            client.submit(
                remote_batch, asdict(configuration), *batch, key=task_key(configuration, *batch), pure=True, retries=2
            )
            for batch in chosen
        ]

    def _take(self, future: Any) -> None:
        """Write a result down. Raises what the loss of the scheduler raises, or WorkersDie."""
        from distributed import KilledWorker  # noqa: PLC0415

        try:
            result = result_from(future.result())
        except KilledWorker as error:
            raise WorkersDie(f"a batch kills workers: {error}") from None
        self.store.write(result)
        self.progress(result)

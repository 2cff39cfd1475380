"""Campaigns on a cluster end with the findings of one process, also where a worker and the scheduler are lost."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from quire.fuzz.campaign.batch import BatchResult
from quire.fuzz.campaign.cases import Cases, Configuration
from quire.fuzz.campaign.cluster import ClusterSupervisor
from quire.fuzz.campaign.store import Store
from quire.fuzz.campaign.supervisor import Goal, Supervisor
from quire.fuzz.planted.catalogue import mutants_of

pytest.importorskip("distributed", reason="the extra cluster is not installed")
pytestmark = pytest.mark.filterwarnings("default")

MUTANT = next(each for each in mutants_of("quire.engine.numeric.integers") if each.what == "Mult -> Add")
LEGS = ("reference", f"planted={sys.executable} -m quire.fuzz.planted.plant {MUTANT.name} --tier reference")
CONFIGURATION = Configuration(LEGS, ("memories", "floats", "loops", "globals"))
CASES = 120


class Cluster:
    """A scheduler and two workers as processes, which can be killed one by one."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"]
        self.scheduler = self.run("scheduler", *options)
        self.workers = [
            self.run("worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard") for _ in range(2)
        ]

    def run(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def close(self) -> None:
        for process in (self.scheduler, *self.workers):
            process.kill()
            process.wait()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    started = Cluster()
    yield started
    started.close()


def test_it_ends_with_the_findings_of_one_process(cluster: Cluster, tmp_path: Path) -> None:
    cases, goal, seen = Cases(CONFIGURATION), Goal(cases=CASES, batch=20), threading.Semaphore(0)
    with Store(tmp_path / "alone") as alone, Store(tmp_path / "cluster") as store:
        alone.begin(CONFIGURATION)
        store.begin(CONFIGURATION)
        Supervisor(alone, cases, 1, goal, lambda result: None).run()

        def progress(result: BatchResult) -> None:
            seen.release()

        killer = threading.Thread(target=lose, args=(cluster, seen))
        killer.start()
        ClusterSupervisor(store, cases, cluster.address, goal, progress).run()
        killer.join()
        assert store.outcome() == alone.outcome()
        assert list(store.findings()) == list(alone.findings())
        assert alone.totals().findings


def lose(cluster: Cluster, seen: threading.Semaphore) -> None:
    """After the first result a worker, after the next one the scheduler and all else, which are started again."""
    seen.acquire()
    os.kill(cluster.workers[0].pid, signal.SIGKILL)
    seen.acquire()
    cluster.close()
    time.sleep(0.5)
    cluster.start()

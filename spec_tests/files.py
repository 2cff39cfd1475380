"""Runs whole scripts, one after the other or several at a time, and holds the listed skips against what came.

Knows files, features and skips; what a command means is not known here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from quire.engine.errors import QuireError
from quire.spec_tests.commands import Command, Unreadable
from quire.spec_tests.features import Features, features_for
from quire.spec_tests.header import declared_profile
from quire.spec_tests.results import Failure, FileResult
from quire.spec_tests.runner import Mismatch, Runner
from quire.spec_tests.script import read_script
from quire.spec_tests.skips import Skip, skips_of
from quire.spec_tests.subject import Engine


@dataclass(frozen=True, slots=True)
class Options:
    """How scripts are run: the tier, features beside those that their folders stand for, the skips that apply.

    `alignment` is the profile of scripts whose names have none.
    """

    tier: str = "reference"
    enabled: tuple[str, ...] = ()
    skips: tuple[Skip, ...] = ()
    alignment: str | None = None


@dataclass(slots=True)
class Tally:
    """The counts of a script while it runs."""

    file: str
    skips: tuple[Skip, ...]
    passed: int = 0
    skipped: int = 0
    failures: list[Failure] = field(default_factory=list)
    needed: set[Skip] = field(default_factory=set)  # skips that covered a failure

    def count(self, command: Command, mismatch: Mismatch | None) -> None:
        """A command has run."""
        skip = next((each for each in self.skips if each.covers(command)), None)
        if skip is not None:
            self._skip(skip, command, mismatch)
        elif mismatch is None:
            self.passed += 1
        else:
            self.fail(command.line, command.keyword, mismatch.expected, mismatch.came)

    def _skip(self, skip: Skip, command: Command, mismatch: Mismatch | None) -> None:
        if mismatch is None and not skip.whole_file:
            self.fail(command.line, command.keyword, f"to be skipped: {skip.reason}", "success: the skip is needless")
            return
        self.skipped += 1
        if mismatch is not None:
            self.needed.add(skip)

    def fail(self, line: int, keyword: str, expected: str, came: str) -> None:
        self.failures.append(Failure(self.file, line, keyword, expected, came))

    def finish(self) -> None:
        """All commands have run: a skip that covered no failure is one."""
        for skip in self.skips:
            if skip not in self.needed:
                self.fail(1, "skip", f"a failure of {skip}", "none: the skip is needless")


def run_script(path: Path, options: Options) -> FileResult:
    """Run one script. What is wrong with the script itself, or with its encoding, is a failure too. Raises OSError."""
    started = time.perf_counter()
    tally = Tally(str(path), skips_of(path.absolute(), options.skips))
    features = features_for(path, options.enabled)
    runner = Runner(Engine(features, options.tier, declared_profile(path) or options.alignment))
    for command in _commands(path.read_bytes(), features):
        tally.count(command, runner.run(command))
    tally.finish()
    seconds = time.perf_counter() - started
    return FileResult(tally.file, tally.passed, tuple(tally.failures), tally.skipped, seconds)


def _commands(text: bytes, features: Features) -> Iterator[Command]:
    try:
        yield from read_script(text, features.text_format)
    except QuireError as error:
        yield Unreadable(error.place.line or 1, "script", error)


def run_scripts(paths: Sequence[Path], options: Options, jobs: int) -> Iterator[FileResult]:
    """Run scripts in `jobs` processes, the largest first; the results in the order of `paths`. Raises OSError."""
    if min(jobs, len(paths)) <= 1:
        yield from (run_script(path, options) for path in paths)
        return
    fresh = get_context("spawn")  # a fork of a process with threads may hang
    with ProcessPoolExecutor(min(jobs, len(paths)), fresh) as pool:
        futures: dict[Path, Future[FileResult]] = {}
        for path in sorted(paths, key=_size, reverse=True):
            futures[path] = pool.submit(run_script, path, options)
        try:
            yield from (_result(path, futures[path]) for path in paths)
        finally:
            pool.shutdown(cancel_futures=True)


def _size(path: Path) -> int:
    return path.stat().st_size


def _result(path: Path, future: Future[FileResult]) -> FileResult:
    try:
        return future.result()
    except BrokenProcessPool:
        failure = Failure(str(path), 1, "script", "to be run", "its process, or that of another script, died")
        return FileResult(str(path), 0, (failure,), 0, 0.0)


def processors() -> int:
    """How many processes may run at once on this machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

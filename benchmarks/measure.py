"""Contests: the same work by several contenders, in turn within one run, so that a busy moment disturbs all alike.

Knows no engine.
"""

import gc
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

MEANT = ("best", "median", "ratio")
SHORTEST_MEASURE = 0.02
"""Seconds: work that takes less is done again in the same round, of which the shortest time counts."""


class WrongResult(Exception):
    """A contender did the work wrongly: its time means nothing."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to do a contest's work; `work` gives what the contest expects."""

    name: str
    work: Callable[[], Any]
    fresh: bool = False
    """`work` makes what does the work, anew for each measure and outside of the measured time, for work that can be
    done for the first time only once."""


@dataclass(frozen=True, slots=True)
class Contest:
    """Work, its result, and those who do it. The first contender is the one that the others are compared with."""

    title: str
    expected: object
    contenders: Sequence[Contender]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The times of one contender in one contest, in seconds."""

    contest: str
    contender: str
    best: float
    median: float
    ratio: float
    """This contender's best time over the first contender's."""


def hold(contest: Contest, rounds: int) -> list[Outcome]:
    """Measure every contender `rounds` times. Errors: `WrongResult`."""
    repeats = [check_and_size(contest, contender) for contender in contest.contenders]
    times: list[list[float]] = [[] for _ in contest.contenders]
    for _ in range(rounds):
        gc.collect()
        for contender, repeat, kept in zip(contest.contenders, repeats, times, strict=True):
            kept.append(min(measure(work_of(contender)) for _ in range(repeat)))
    first = min(times[0])
    return [
        Outcome(contest.title, contender.name, min(kept), statistics.median(kept), min(kept) / first)
        for contender, kept in zip(contest.contenders, times, strict=True)
    ]


def check_and_size(contest: Contest, contender: Contender) -> int:
    """Do the work once, look at its result, and say how often one measure should do it."""
    work = work_of(contender)
    start = time.perf_counter()
    result = work()
    spent = time.perf_counter() - start
    if result != contest.expected:
        raise WrongResult(f"{contest.title}: {contender.name} gives {result!r}, not {contest.expected!r}")
    return max(1, math.ceil(SHORTEST_MEASURE / max(spent, 1e-7)))


def work_of(contender: Contender) -> Callable[[], object]:
    """What is measured."""
    work: Callable[[], object] = contender.work() if contender.fresh else contender.work
    return work


def measure(work: Callable[[], object]) -> float:
    """Seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def means(title: str, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The geometric mean over contests of each contender that was in all of them."""
    contests = {each.contest for each in outcomes}
    found = []
    for name in dict.fromkeys(each.contender for each in outcomes):
        own = [each for each in outcomes if each.contender == name]
        if len(own) == len(contests):
            best, median, ratio = (statistics.geometric_mean(getattr(each, of) for each in own) for of in MEANT)
            found.append(Outcome(title, name, best, median, ratio))
    return found


def duration(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def relation(ratio: float) -> str:
    return f"{ratio:.3g}x" if ratio > 0.1 else f"1/{1 / ratio:,.0f}"


def table(outcomes: Sequence[Outcome]) -> str:
    """Markdown: one line an outcome."""
    rows = [("contest", "contender", "best", "median", "relative")]
    rows += [
        (each.contest, each.contender, duration(each.best), duration(each.median), relation(each.ratio))
        for each in outcomes
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    return "\n".join([lines[0], "|-" + "-|-".join("-" * width for width in widths) + "-|", *lines[1:]])

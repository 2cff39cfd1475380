"""The score: how many planted bugs a campaign of so many seconds finds, and how fast."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from quire.fuzz.campaign.cases import Cases, Configuration, request_of
from quire.fuzz.compare import compare
from quire.fuzz.generate.features import ALL_FEATURES, OWN
from quire.fuzz.legs.process import LegCommand, LegProcess, ask_all, leg_command
from quire.fuzz.planted.catalogue import OWN_MODULES, Mutant

PATIENCE = 5.0  # seconds for one request: many mutants make loops that do not end
MATRIX_LIMIT = 48
FIRST = 12  # random modules before the matrix


@dataclass(frozen=True, slots=True)
class Score:
    """What became of one mutant. `bucket` is None where it was not found; `stillborn` where it cannot even start."""

    mutant: Mutant
    bucket: str | None
    seconds: float
    cases: int
    number: int = -1
    matrix: bool = False
    stillborn: bool = False


def planted_leg(mutant: Mutant) -> LegCommand:
    """The leg of the reference tier with a bug."""
    return LegCommand("planted", (sys.executable, "-m", "quire.fuzz.planted.plant", mutant.name))


def order(configuration: Configuration, matrix: Cases) -> Iterator[tuple[Cases, int]]:
    """Random modules and modules of the matrix in turns, after some random ones."""
    random = Cases(configuration)
    yield from ((random, number) for number in range(FIRST))
    for number in range(1 << 30):
        if number < len(matrix):
            yield matrix, number * 7919 % len(matrix)
        yield random, FIRST + number


def matrix_cases(limit: int = MATRIX_LIMIT) -> Cases:
    """The matrix that planted bugs are searched with."""
    features = tuple(each for each in ALL_FEATURES if each not in OWN)
    return Cases(Configuration((), features, matrix=limit))


def score(mutant: Mutant, seconds: float, matrix: Cases) -> Score:
    """Search for one bug with the generated modules and the matrix, up to that many seconds."""
    own = mutant.module in OWN_MODULES
    oracle = leg_command("reference" if own else "wasmtime")
    features = ALL_FEATURES if own else tuple(each for each in ALL_FEATURES if each not in OWN)
    configuration = Configuration((), features)
    started = time.monotonic()
    with LegProcess(planted_leg(mutant), PATIENCE) as planted, LegProcess(oracle, PATIENCE) as other:
        for count, (cases, number) in enumerate(order(configuration, matrix)):
            verdict = compare(ask_all((planted, other), request_of(cases.case(number))))
            spent = time.monotonic() - started
            if verdict.difference is not None:
                stillborn = count == 0 and verdict.difference.phase == "process"
                return Score(mutant, verdict.difference.bucket, spent, count + 1, number, cases is matrix, stillborn)
            if spent > seconds:
                return Score(mutant, None, spent, count + 1)
    return Score(mutant, None, seconds, 0)

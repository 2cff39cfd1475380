"""The score: how many planted bugs a campaign of so many seconds finds, and how fast."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from quire.fuzz.campaign.cases import Cases, Configuration, request_of
from quire.fuzz.compare import compare
from quire.fuzz.generate.features import ALL_FEATURES, OWN
from quire.fuzz.legs.process import LegCommand, LegProcess, leg_command
from quire.fuzz.legs.protocol import Answer, Request
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


class Scorer:
    """Searches for one bug after another. What an engine without them answers is asked once and kept."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds  # for one bug
        self.matrix = matrix_cases()
        self._known: dict[tuple[str, bool, int], tuple[Request, Answer]] = {}

    def score(self, mutant: Mutant) -> Score:
        """Search with generated modules and the matrix."""
        own = mutant.module in OWN_MODULES
        name = "reference" if own else "wasmtime"
        features = ALL_FEATURES if own else tuple(each for each in ALL_FEATURES if each not in OWN)
        started = time.monotonic()
        with LegProcess(planted_leg(mutant), PATIENCE) as planted, LegProcess(leg_command(name), PATIENCE) as other:
            for count, (cases, number) in enumerate(order(Configuration((), features), self.matrix)):
                request, expected = self._expected(other, cases, number)
                difference = compare({"planted": planted.ask(request), name: expected}).difference
                spent = time.monotonic() - started
                if difference is not None:
                    stillborn = count == 0 and difference.phase == "process"
                    return Score(mutant, difference.bucket, spent, count + 1, number, cases is self.matrix, stillborn)
                if spent > self.seconds:
                    break
        return Score(mutant, None, time.monotonic() - started, count + 1)

    def _expected(self, leg: LegProcess, cases: Cases, number: int) -> tuple[Request, Answer]:
        key = (leg.leg.name, cases is self.matrix, number)
        known = self._known.get(key)
        if known is None:
            request = request_of(cases.case(number))
            known = self._known[key] = request, leg.ask(request)
        return known

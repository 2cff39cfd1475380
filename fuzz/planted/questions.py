"""What a search for planted bugs asks, always in the same order, and what the right answers are.

Round after round: a random module, one of the matrix, a program for page states, broken modules, scrambled bytes.
Who answers is wasmtime, but for page states the model. What a question costs to make is charged to every search that
asks it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from types import TracebackType

from quire.fuzz.campaign.cases import BROKEN, MISMADE, PROGRAM, SCRAMBLED, Cases, Configuration, request_of
from quire.fuzz.compare import compare
from quire.fuzz.generate.features import ALL_FEATURES, OWN
from quire.fuzz.generate.generator import Generated
from quire.fuzz.legs.process import LegProcess, leg_command
from quire.fuzz.legs.protocol import Answer, Request

MATRIX_LIMITS = (8, 48)  # the matrix is asked twice, the second time with more choices of operands
MORE = 1 << 30  # where the numbers of random cases begin that come after the matrix
KEPT = 4000  # questions that are remembered
ROUND = (*("random", "matrix", "pages") * 2, *["broken"] * 6, *["bytes"] * 4)
NTH = tuple(ROUND[:at].count(each) for at, each in enumerate(ROUND))
"""Which of its source in a round each question is."""
RUN = ("random", "matrix", "pages")
"""The sources of questions whose code is run."""
FEATURES = tuple(each for each in ALL_FEATURES if each not in OWN)


@dataclass(frozen=True, slots=True)
class Question:
    """A request and the right answer of the leg `oracle`; `cost` is the processor time that both took to find.

    `tier` is the one to ask: what only is to be refused is the same for both.
    """

    source: str
    number: int
    request: Request
    oracle: str
    answer: Answer
    cost: float

    @property
    def tier(self) -> str:
        return "fast" if self.source in RUN and self.number % 2 else "reference"


class Questions:
    """Makes questions; threads may share it. Close it, or use it as a context."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._legs = {name: LegProcess(leg_command(name)) for name in ("wasmtime", "model", "reference", "fast")}
        self._random = Cases(Configuration((), FEATURES))
        matrices = [Cases(Configuration((), FEATURES, matrix=limit)) for limit in MATRIX_LIMITS]
        self._matrix = [each for cases in matrices for each in in_turns([*map(cases.case, range(len(cases)))])]
        self._pages = Cases(Configuration(()))
        self._known: dict[int, Question] = {}
        self._wrong = set[int]()  # questions to which the engine without a bug gives another answer

    def __enter__(self) -> Questions:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for leg in self._legs.values():
            leg.close()

    def __iter__(self) -> Iterator[Question]:
        number = 0
        while True:
            yield self.question(number)
            number += 1

    def question(self, number: int) -> Question:
        """The question of that number."""
        with self._lock:
            found = self._known.get(number)
            if found is None:
                place = number % len(ROUND)
                found = self._made(number // len(ROUND) * ROUND.count(ROUND[place]) + NTH[place], ROUND[place])
                if number < KEPT:
                    self._known[number] = found
            return found

    def case(self, question: Question) -> Generated:
        """The case that a question asks about."""
        with self._lock:
            return self._case(question.source, question.number)

    def is_right(self, question: Question) -> bool:
        """Whether the tier without a planted bug answers as it should: what it gets wrong tells nothing of others."""
        with self._lock:
            answers = {"right": self._legs[question.tier].ask(question.request), question.oracle: question.answer}
            return compare(answers).difference is None

    def _made(self, number: int, source: str) -> Question:
        if source == "matrix" and number >= 2 * len(self._matrix):
            source, number = "random", MORE + number  # the matrix has been asked
        oracle = self._legs["model" if source == "pages" else "wasmtime"]
        before = time.process_time() + oracle.processor_seconds
        request = request_of(self._case(source, number))
        answer = oracle.ask(request)
        cost = max(0.0, time.process_time() + oracle.processor_seconds - before)
        return Question(source, number, request, oracle.leg.name, answer, cost)

    def _case(self, source: str, number: int) -> Generated:
        match source:
            case "matrix":
                return self._matrix[number // 2]  # for both tiers
            case "pages":
                return self._pages.case(number * BROKEN + PROGRAM)
            case "bytes":
                return self._random.case(number * BROKEN + SCRAMBLED)
            case "broken":
                return self._random.case(number * BROKEN + MISMADE)
        return self._random.case(number // PROGRAM * BROKEN + number % PROGRAM)


def in_turns(cases: Sequence[Generated]) -> list[Generated]:
    """The cases in such an order that every instruction is called soon, and then every one again."""
    left = [(case, frozenset(call.of for call in case.calls)) for case in cases]
    order, seen = list[Generated](), set[str]()
    while left:
        best = max(range(len(left)), key=lambda at: len(left[at][1] - seen))
        if seen and not left[best][1] - seen:
            seen.clear()
            continue
        case, names = left.pop(best)
        order.append(case)
        seen |= names
    return order

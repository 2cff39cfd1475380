"""The score: how many planted bugs are found, in how much processor time, and with what. A mutant counts as found when
the engine without it gives the right answer to the question that shows it.

Mutants with which no process can start are none: the next of their class takes their place. Results are kept in a
folder, a line for each, so that a search that was killed goes on.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from threading import Lock

from quire.engine.binary import encode
from quire.engine.module import Module
from quire.fuzz.campaign.cases import request_of
from quire.fuzz.compare import compare
from quire.fuzz.legs.process import LegCommand, LegProcess, ask_all, leg_command
from quire.fuzz.legs.protocol import Request
from quire.fuzz.planted.catalogue import Mutant, candidates, shares, source_of
from quire.fuzz.planted.questions import Question, Questions
from quire.fuzz.reduction.reduce import reduce, same_bucket, size_of
from quire.fuzz.reduction.reproduce import write_case

NOTHING = Request(encode(Module()), (), ())
"""What every process must be able to run that counts as started."""


@dataclass(frozen=True, slots=True)
class Score:
    """What became of one mutant. `bucket` is empty where it was not found; `seconds` are of processor time."""

    name: str
    kind: str
    what: str
    version: str  # of the module's source
    stillborn: bool = False  # whether it cannot even start
    bucket: str = ""
    seconds: float = 0.0
    questions: int = 0
    source: str = ""  # of the question that showed it
    number: int = -1
    size: int = 0  # of the case that was made of it, in bytes; 0 where it was not reduced
    reduction: float = 0.0  # seconds that this took, of those that pass

    @property
    def found(self) -> bool:
        return bool(self.bucket)

    def __str__(self) -> str:
        if self.stillborn:
            return f"{self.name}  {self.what}  cannot start"
        told = f"{self.bucket} ({self.source} {self.number})" if self.found else "MISSED"
        reduced = f"  {self.size} bytes in {self.reduction:.1f} s" if self.size else ""
        return f"{self.name}  {self.what}  {self.seconds:.1f} s, {self.questions} questions  {told}{reduced}"


def planted_leg(mutant: Mutant, tier: str = "reference") -> LegCommand:
    """The leg of a tier with a bug."""
    command = (sys.executable, "-m", "quire.fuzz.planted.plant", mutant.name, "--tier", tier)
    return LegCommand("planted", command)


class Scorer:
    """Searches for one bug after another; several threads may."""

    def __init__(self, seconds: float, questions: Questions, folder: Path | None = None) -> None:
        self.seconds = seconds  # of processor time, for one bug
        self.questions = questions
        self.folder = folder  # for reduced cases; None to reduce none

    def score(self, mutant: Mutant) -> Score:
        """Ask until an answer is wrong, or the time is over."""
        begun = Score(mutant.name, mutant.kind, mutant.what, version_of(mutant))
        with ExitStack() as stack:
            legs = {tier: stack.enter_context(LegProcess(planted_leg(mutant, tier))) for tier in mutant.tiers}
            if any(leg.ask(NOTHING).verdict == "died" for leg in legs.values()):
                return replaced(begun, stillborn=True)
            watches = {tier: Stopwatch(leg) for tier, leg in legs.items()}
            asked = (question for question in self.questions if question.tier in legs)
            for count, question in enumerate(asked, 1):
                planted = legs[question.tier]
                bucket = self._shown(question, planted)
                watches[question.tier].add(question.cost)
                seconds = sum(watch.seconds for watch in watches.values())
                if bucket:
                    found = replaced(
                        begun, bucket=bucket, seconds=seconds, questions=count, source=question.source,
                        number=question.number,
                    )  # fmt: skip
                    return found if self.folder is None else self._reduced(found, question, planted, self.folder)
                if seconds > self.seconds:
                    return replaced(begun, seconds=seconds, questions=count)
        return begun

    def _reduced(self, score: Score, question: Question, planted: LegProcess, folder: Path) -> Score:
        """With the case made small and written down."""
        started = time.monotonic()
        with LegProcess(leg_command(question.oracle)) as oracle:
            legs = (planted, oracle)
            small = reduce(self.questions.case(question), same_bucket(score.bucket, legs))
            request = request_of(small)
            write_case(folder, request, ask_all(legs, request), f"{score.name}: {score.bucket}")
        return replaced(score, size=size_of(small), reduction=time.monotonic() - started)

    def _shown(self, question: Question, planted: LegProcess) -> str:
        """The bucket of a wrong answer, "" for a right one."""
        answers = {"planted": planted.ask(question.request), question.oracle: question.answer}
        difference = compare(answers).difference
        return difference.bucket if difference is not None and self.questions.is_right(question) else ""


def replaced(score: Score, **changes: object) -> Score:
    """The same with other fields."""
    return Score(**{**asdict(score), **changes})


class Stopwatch:
    """The processor time of a leg over all its processes; where the system does not tell it, the time that passes."""

    def __init__(self, leg: LegProcess) -> None:
        self._leg = leg
        self._others = 0.0
        self._last = leg.processor_seconds
        self._is_told = self._last > 0
        self._started = time.monotonic()
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        """Charge some seconds that were not the leg's, and what it has used itself."""
        now = self._leg.processor_seconds
        if now < self._last:  # a new process
            self._others += self._last
        self._last = now
        self._others += seconds
        self.seconds = self._others + (now if self._is_told else time.monotonic() - self._started)


def version_of(mutant: Mutant) -> str:
    """Of the source that a mutant changes."""
    return sha256(source_of(mutant.module).read_bytes()).hexdigest()[:12]


class ScoreBook:
    """The results in a folder, as lines of JSON. A line that was cut short is as if it were not there."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "scores.jsonl"
        self._lock = Lock()
        self._known = {(each.name, each.version): each for each in self._read()}

    def _read(self) -> Iterator[Score]:
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        for line in lines:
            try:
                yield Score(**json.loads(line))
            except (ValueError, TypeError):
                continue

    def known(self, mutant: Mutant, seconds: float, *, reduced: bool) -> Score | None:
        """What became of it, if that is known and it was given as much time, and its case reduced if it is to be."""
        found = self._known.get((mutant.name, version_of(mutant)))
        if found is not None and found.found and reduced and not found.size:
            return None
        missed_too_soon = found is not None and not found.found and not found.stillborn and found.seconds < seconds
        return None if missed_too_soon else found

    def write(self, score: Score) -> None:
        with self._lock, self._path.open("a") as file:
            file.write(json.dumps(asdict(score)) + "\n")
            self._known[score.name, score.version] = score


def score_all(count: int, jobs: int, scorer: Scorer, book: ScoreBook, progress: Callable[[Score], None]) -> list[Score]:
    """Score that many mutants, those that cannot start replaced, in so many threads."""
    open_ = {kind: iter(candidates(kind)) for kind in shares(count)}
    first = [mutant for kind, share in shares(count).items() for mutant in islice(open_[kind], share)]
    scores: list[Score] = []
    pool = ThreadPoolExecutor(jobs)
    try:
        running = {pool.submit(score_one, each, scorer, book) for each in interleaved(first)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for score in (future.result() for future in done):
                scores.append(score)
                progress(score)
                another = next(open_[score.kind], None) if score.stillborn else None
                if another is not None:
                    running.add(pool.submit(score_one, another, scorer, book))
    finally:
        pool.shutdown(cancel_futures=True)
    return scores


def score_one(mutant: Mutant, scorer: Scorer, book: ScoreBook) -> Score:
    """The score of a mutant, from the book if it is there."""
    known = book.known(mutant, scorer.seconds, reduced=scorer.folder is not None)
    if known is None:
        known = scorer.score(mutant)
        book.write(known)
    return known


def interleaved(mutants: Iterable[Mutant]) -> list[Mutant]:
    """The classes in turns, so that a search that ends early has seen something of each."""
    seen: dict[str, int] = {}
    order = []
    for each in mutants:
        seen[each.kind] = seen.get(each.kind, 0) + 1
        order.append((seen[each.kind], each))
    return [each for _, each in sorted(order, key=lambda pair: pair[0])]


def told(scores: Iterable[Score]) -> list[str]:
    """The score in lines: by class, times, what was missed."""
    started = [each for each in scores if not each.stillborn]
    lines = []
    for kind in dict.fromkeys(each.kind for each in started):
        own = [each for each in started if each.kind == kind]
        lines.append(f"{kind:<18} {sum(each.found for each in own):>4} of {len(own)}")
    found = sorted(each.seconds for each in started if each.found)
    if len(found) > 1:
        lines.append(f"processor seconds  median {median(found):.1f}, 95th percentile {quantiles(found, n=20)[-1]:.1f}")
    sizes = [each.size for each in started if each.size]
    if sizes:
        longest = max(each.reduction for each in started)
        lines.append(f"reduced cases      median {median(sizes):.0f} bytes, of {len(sizes)}; {longest:.0f} s at most")
    lines += [f"missed  {each.name}  {each.what}" for each in started if not each.found]
    share = 100 * len(found) / max(1, len(started))
    return [*lines, f"{len(found)} of {len(started)} found: {share:.1f} %"]

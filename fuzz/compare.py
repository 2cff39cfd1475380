"""Answers of several legs: whether they differ, in what, and into which bucket a difference goes.

A bucket is what differences of one cause have in common: phase, the legs that dissent, the pair of outcomes, and the
instruction at which they part where that can be told.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from quire.fuzz.generate.nans import VIOLATION
from quire.fuzz.legs.protocol import Answer
from quire.fuzz.legs.traps import UNTOLD
from quire.fuzz.observe import MARKER, WORD

NO_ANSWER = frozenset({"unsupported", "exhausted"})
LIMITS = frozenset({"trap allocation", "trap stack"})
"""Limits of a host: from such a call on, nothing is compared. Spec: appendix/implementation"""
PLACE = re.compile(r".*at offset \w+: |\(at .*|\d+")
SEVERAL_CAUSES = frozenset({
    frozenset({"trap null", "trap array"}), frozenset({"trap memory", "trap unaligned"}),
    *(frozenset({f"trap {whole}", f"trap {part}"}) for whole, parts in UNTOLD for part in parts),
})  # fmt: skip
"""Traps of instructions with several causes at once: the specification says that it traps, not why; or untold ones."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two legs part; `call` counts from 0.

    `phase` is verdict, call, value, nan, memory, trace, process or generator.
    """

    phase: str
    dissenting: tuple[str, ...]
    outcomes: tuple[str, str]
    call: int = -1
    reason: str = ""  # of a refusal

    @property
    def bucket(self) -> str:
        """What differences of this kind have in common, without the number of the call and the values."""
        kinds = " / ".join(self.outcomes) if self.phase in ("verdict", "call", "process") else ""
        return " ".join(part for part in (self.phase, "+".join(self.dissenting), kinds, self.reason) if part)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison says of one case. `calls` is the number of calls that several legs agree on."""

    difference: Difference | None
    calls: int
    traps: int
    legs: int

    @property
    def dropped(self) -> bool:
        """Whether there was nothing to compare."""
        return self.difference is None and not self.calls


def compare(answers: Mapping[str, Answer]) -> Verdict:
    """Hold the answers equal. The majority is the reference only for saying who dissents: it is no truth."""
    for name, answer in answers.items():
        if answer.verdict in ("died", "hung"):
            return Verdict(Difference("process", (name,), (answer.verdict, "")), 0, 0, len(answers))
    taking_part = {name: each for name, each in answers.items() if each.verdict not in NO_ANSWER}
    first = next(iter(taking_part.values()), None)
    if first is None or len(taking_part) < 2:
        return Verdict(None, 0, 0, len(taking_part))
    if len({verdict_of(each) for each in taking_part.values()}) > 1:
        found = _differ("verdict", {n: verdict_of(a) for n, a in taking_part.items()})
        return Verdict(replace(found, reason=reason_of(taking_part)), 0, 0, len(taking_part))
    count = comparable(taking_part)
    traps = sum(call.startswith("trap") for call in first.calls[:count])
    return Verdict(first_difference(taking_part, count), count, traps, len(taking_part))


def verdict_of(answer: Answer) -> str:
    """A verdict; engines need not agree on whether bytes are malformed or invalid."""
    refused = answer.verdict in ("malformed", "invalid")
    return "refused" if refused else f"trap {answer.detail}" if answer.verdict == "trap" else answer.verdict


def all_refuse(answers: Mapping[str, Answer]) -> Difference | None:
    """Where every leg holds a module for invalid that should be valid, its generator differs from all of them."""
    refusing = {name: each.detail for name, each in answers.items() if verdict_of(each) == "refused"}
    return Difference("generator", (), (next(iter(refusing.values())), "")) if refusing else None


def reason_of(answers: Mapping[str, Answer]) -> str:
    """Why a leg refuses a module, the last line of it up to a colon and without what differs from case to case."""
    refusals = [each.detail.strip() for each in answers.values() if verdict_of(each) == "refused"]
    line = (refusals[0].splitlines() if refusals and refusals[0] else [""])[-1]
    return PLACE.sub("", line).partition(":")[0].strip()[:60]


def comparable(answers: Mapping[str, Answer]) -> int:
    """How many calls there are before one meets the limits of a host."""
    limits = [
        next((n for n, call in enumerate(each.calls) if call in LIMITS), len(each.calls)) for each in answers.values()
    ]
    return min(limits)


def first_difference(answers: Mapping[str, Answer], count: int) -> Difference | None:
    """The first in the order of time: calls and values, then what is left at the end."""
    values = {name: values_by_call(each) for name, each in answers.items()}
    for number in range(count):
        calls = {name: each.calls[number] for name, each in answers.items()}
        if len(set(calls.values())) > 1 and frozenset(calls.values()) not in SEVERAL_CAUSES:
            return _differ("call", calls, number)
        written = {name: each.get(number, "") for name, each in values.items()}
        if len(set(written.values())) > 1:
            return _differ("value", written, number)
    if any(len(each.calls) > count for each in answers.values()):
        return None
    violations = {name: nans_outside(each) for name, each in answers.items()}
    if any(violations.values()):
        dissenting = tuple(sorted(name for name, found in violations.items() if found))
        return Difference("nan", dissenting, (violations[dissenting[0]], ""))
    memories = {name: str(each.memories) for name, each in answers.items()}
    traces = {name: str(each.trace) for name, each in answers.items()}
    for phase, found in (("memory", memories), ("trace", traces)):
        if len(set(found.values())) > 1:
            return _differ(phase, found)
    return None


def nans_outside(answer: Answer) -> str:
    """The bits of the first NaN that the specification does not allow; this needs no other engine to be wrong."""
    return next((f"{bits:#x}" for number, bits in answer.trace if number == VIOLATION), "")


def values_by_call(answer: Answer) -> dict[int, str]:
    """What each call wrote, into the memory for it or through the host."""
    observed = answer.observed + bytes(-len(answer.observed) % 4)
    told = [value for kind, value in answer.trace if kind == WORD]
    words = told or [word for (word,) in struct.iter_unpack("<I", observed)]
    starts = [at for at, word in enumerate(words) if word & 0xFFFF0000 == MARKER]
    pairs = ((words[at] - MARKER, words[at + 1 : end]) for at, end in pairwise([*starts, len(words)]))
    return {number: " ".join(f"{word:x}" for word in written) for number, written in pairs}


def _differ(phase: str, outcomes: Mapping[str, str], call: int = -1) -> Difference:
    """The minority dissents; where there is none, the leg named first."""
    counts = Counter(outcomes.values())
    usual = max(counts, key=lambda outcome: (counts[outcome], outcome != next(iter(outcomes.values()))))
    others = {name: each for name, each in outcomes.items() if each != usual}
    return Difference(phase, tuple(sorted(others)), (_kind(next(iter(others.values()))), _kind(usual)), call)


def _kind(outcome: str) -> str:
    """An outcome in short: a trap's class, or that there was none."""
    return outcome[:60] if outcome.startswith(("trap", "refused", "ok")) or len(outcome) < 16 else _digest(outcome)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def outcome_hash(answers: Mapping[str, Answer]) -> str:
    """What a case came to, for telling whether two runs of it were the same."""
    parts = [
        f"{name} {each.verdict} {each.calls} {each.observed.hex()} {each.memories} {each.trace}"
        for name, each in sorted(answers.items())
    ]
    return _digest("\n".join(parts))

"""One batch: a range of cases, run on legs and compared. A pure function of configuration and range, times apart."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from quire.engine.errors import Crash, Invalid, Malformed
from quire.fuzz.campaign.cases import Cases, request_of
from quire.fuzz.compare import all_refuse, compare, outcome_hash
from quire.fuzz.generate.generator import Generated
from quire.fuzz.legs.process import LegProcess, ask_all
from quire.fuzz.matrix_coverage import edge_names


@dataclass(frozen=True, slots=True)
class Finding:
    """A case on which legs differ."""

    number: int
    bucket: str
    call: int
    outcomes: tuple[str, str]
    details: dict[str, str]


@dataclass(slots=True)
class BatchResult:
    """What came out of one batch. `outcome` is equal whenever all answers of all legs were."""

    low: int
    high: int
    modules: int = 0
    reached: int = 0  # modules with a compared call
    dropped: int = 0
    calls: int = 0  # compared
    traps: int = 0
    seconds: float = 0.0
    outcome: str = ""
    findings: list[Finding] = field(default_factory=list)
    coverage: dict[str, int] = field(default_factory=dict)  # modules that have an instruction, or calls of it
    edges: list[str] = field(default_factory=list)  # the values of operands that calls of the matrix have

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def result_from(raw: dict[str, Any]) -> BatchResult:
    """From what as_json made of one."""
    findings = [Finding(**{**each, "outcomes": tuple(each["outcomes"])}) for each in raw["findings"]]
    return BatchResult(**{**raw, "findings": findings})


def run_batch(cases: Cases, legs: Sequence[LegProcess], low: int, high: int) -> BatchResult:
    """The cases from `low` up to but not including `high`."""
    result, digest, coverage, edges = BatchResult(low, high), hashlib.sha256(), Counter[str](), set[str]()
    started = time.perf_counter()
    for number in range(low, min(high, len(cases))):
        try:
            generated = cases.case(number)
        except (Malformed, Invalid) as error:
            result.findings.append(refused(number, error))
            continue
        outcome, compared = run_case(result, legs, number, generated)
        digest.update(outcome.encode())
        calls = generated.calls[:compared]
        coverage.update((call.of for call in calls) if cases.configuration.matrix else mnemonics(generated))
        edges.update(name for call in calls for name in edge_names(call.of, call.edges))
    result.outcome = digest.hexdigest()[:16]
    result.coverage = dict(sorted(coverage.items()))
    result.edges = sorted(edges)
    result.seconds = time.perf_counter() - started
    return result


def refused(number: int, error: Exception) -> Finding:
    """A module that its generator holds for valid and we do not."""
    return Finding(number, f"generator {type(error).__name__}", -1, (str(error), ""), {})


def run_case(
    result: BatchResult, legs: Sequence[LegProcess], number: int, generated: Generated
) -> tuple[str, int]:  # fmt: skip
    """One case; adds to the result. The hash of its outcome, and how many calls were compared."""
    result.modules += 1
    try:
        request = request_of(generated)
    except (Invalid, Crash) as error:
        result.findings.append(refused(number, error))
        return "invalid", 0
    answers = ask_all(legs, request)
    verdict = compare(answers)
    found = verdict.difference or (None if generated.broken else all_refuse(answers))
    result.calls += verdict.calls
    result.traps += verdict.traps
    result.reached += verdict.calls > 0 or (generated.broken and verdict.legs > 1)
    result.dropped += verdict.dropped and not (generated.broken and verdict.legs > 1)
    if found is not None:
        details = {name: answer.detail for name, answer in answers.items() if answer.detail}
        result.findings.append(Finding(number, found.bucket, found.call, found.outcomes, details))
    return outcome_hash(answers), verdict.calls


def mnemonics(generated: Generated) -> set[str]:
    """The instructions of a module."""
    return {each.row.mnemonic for function in generated.module.functions for each in function.body.instructions}

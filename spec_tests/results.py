"""What came of running scripts: failures that tell where, what was expected and what came; counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Failure:
    """A command that did not do as it says. `expected` and `came` are texts for people."""

    file: str
    line: int
    keyword: str
    expected: str
    came: str

    def __str__(self) -> str:
        came = self.came.replace("\n", "\n    ")
        return f"{self.file}:{self.line}: {self.keyword}: expected {self.expected}\n    came {came}"


@dataclass(frozen=True, slots=True)
class FileResult:
    """What came of one script. Each command counts once: as passed, failed or skipped."""

    file: str
    passed: int
    failures: tuple[Failure, ...]
    skipped: int
    seconds: float

    @property
    def failed(self) -> int:
        return len(self.failures)


@dataclass(frozen=True, slots=True)
class Totals:
    """The counts of several scripts."""

    passed: int
    failed: int
    skipped: int

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def totals(results: Iterable[FileResult]) -> Totals:
    """The counts of all scripts together."""
    counts = [(each.passed, each.failed, each.skipped) for each in results]
    return Totals(*(sum(column) for column in zip(*counts, strict=True))) if counts else Totals(0, 0, 0)


def as_json(results: Iterable[FileResult]) -> dict[str, Any]:
    """The results as objects, arrays, strings and numbers of JSON."""
    listed = list(results)
    return {**asdict(totals(listed)), "files": [asdict(each) for each in listed]}

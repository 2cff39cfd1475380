"""The listed skips: which scripts and which of their commands are not expected to pass, and why.

They are data, in skips.toml. Knows commands and paths, and not how anything is run.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import PurePath

from quire.spec_tests.commands import Command, expectation


@dataclass(frozen=True, slots=True)
class Skip:
    """Commands of a file, or all of them where no keyword is named. `file` is the end of a path."""

    reason: str
    file: str
    keyword: str | None = None
    expects: str = ""

    @property
    def whole_file(self) -> bool:
        return self.keyword is None

    def covers(self, command: Command) -> bool:
        """Whether a command of the file is meant."""
        return self.whole_file or (command.keyword, expectation(command)) == (self.keyword, self.expects)

    def __str__(self) -> str:
        return self.file if self.whole_file else f'{self.file}: {self.keyword} "{self.expects}"'


def read_skips(text: str) -> tuple[Skip, ...]:
    """The skips of a TOML text. Raises ValueError for one that is misspelt or has no reason."""
    entries = tomllib.loads(text).get("skip", [])
    return tuple(skip for entry in entries for skip in _read_entry(entry))


def _read_entry(entry: dict[str, object]) -> list[Skip]:
    names, keyword, expects = entry.get("files"), entry.get("keyword"), entry.get("expects", "")
    unknown = entry.keys() - {"reason", "files", "keyword", "expects"}
    strings = [entry.get("reason"), expects, *([] if keyword is None else [keyword])]
    if unknown or not isinstance(names, list) or not all(isinstance(each, str) for each in [*strings, *names]):
        raise ValueError(f"no skip: {entry}")
    return [Skip(str(entry["reason"]), name, None if keyword is None else str(keyword), str(expects)) for name in names]


def listed_skips() -> tuple[Skip, ...]:
    """Those of skips.toml."""
    return read_skips(files(__package__).joinpath("skips.toml").read_text("utf-8"))


def skips_of(path: PurePath, skips: Iterable[Skip]) -> tuple[Skip, ...]:
    """Those that speak of a file."""
    return tuple(skip for skip in skips if path.match(skip.file))

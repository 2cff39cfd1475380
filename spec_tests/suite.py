"""Where the scripts are: the folder of the core suite, the scripts below folders, the proposal that a path names."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from quire.engine.errors import QuireError

VARIABLE = "WASM_TESTSUITE"
HOW_TO_GET = f"`quire fetch-suite` gets the core test suite, or {VARIABLE} names the folder of a copy"


class SuiteError(QuireError):
    """A script or folder that is not there, a suite that cannot be had. Neither the engine's nor the guest's fault."""


def fetched_folder() -> Path:
    """Where `quire fetch-suite` puts the suite, whether it is there or not."""
    return Path(__file__).parent / "testsuite"


def suite_folder() -> Path | None:
    """The folder of the core suite, None where there is none. Raises SuiteError where the variable names no folder."""
    named = os.environ.get(VARIABLE)
    if not named:
        return fetched_folder() if fetched_folder().is_dir() else None
    if not Path(named).is_dir():
        raise SuiteError(f"{VARIABLE} names no folder", named)
    return Path(named)


def scripts(paths: Iterable[Path]) -> list[Path]:
    """The files named and the scripts below the folders named, sorted, each once.

    Raises SuiteError for a path that is neither.
    """
    found: set[Path] = set()
    for path in paths:
        if path.is_dir():
            found.update(path.rglob("*.wast"))
        elif path.is_file():
            found.add(path)
        else:
            raise SuiteError("no such file or folder", str(path))
    return sorted(found)


def proposal_of(path: Path) -> str | None:
    """The proposal NAME that a path with proposals/NAME/ in it belongs to."""
    folders = path.absolute().parts[:-1]
    return next((name for parent, name in reversed(list(pairwise(folders))) if parent == "proposals"), None)

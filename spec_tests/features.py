"""Which features a script runs with: WebAssembly 3.0 and those that it names, or those asked for and its folder's.

Proposals are looked up when one is asked for, and not before: without their room the core suite still runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from quire.engine.instruction_set import InstructionSet
from quire.spec_tests.header import declared_features
from quire.spec_tests.suite import proposal_of
from quire.wat.text_format import CORE_TEXT, TextFormat

_PROPOSALS = "quire.proposal_ops"


@dataclass(frozen=True, slots=True)
class Features:
    """An instruction set, and the text format that goes with it."""

    names: tuple[str, ...] = ()
    text_format: TextFormat = CORE_TEXT

    @property
    def instruction_set(self) -> InstructionSet:
        return self.text_format.instruction_set


def known_features() -> tuple[str, ...]:
    """The names of all features beside 3.0."""
    return tuple(_proposals().FEATURES) if find_spec(_PROPOSALS) else ()


def features(names: Iterable[str]) -> Features:
    """3.0 with some features. Raises ValueError for an unknown one."""
    wanted = tuple(dict.fromkeys(names))
    if not wanted:
        return Features()
    proposals = _proposals()
    return Features(wanted, TextFormat(proposals.instruction_set(wanted), proposals.text_extensions(wanted)))


def features_for(path: Path, enabled: Iterable[str] = ()) -> Features:
    """Those of a script: what its first line names, and no other; else `enabled`, and the proposal of its folder.

    A proposal that is not known is left out: its script runs without it and fails for itself. Raises OSError.
    """
    with path.open("rb") as file:
        declared = declared_features(file.readline())
    if declared is not None:
        return features(_known(declared))
    proposal = proposal_of(path)
    return features((*enabled, *_known((proposal,) if proposal else ())))


def _known(names: Iterable[str]) -> list[str]:
    known = known_features()
    return [name for name in names if name in known]


def _proposals() -> ModuleType:
    return import_module(_PROPOSALS)

"""Proposals beyond WebAssembly 3.0, a folder each, as extensions of engine and wat: neither knows of them.

A feature has the name of its proposal. Each folder offers EXTENSION, what the engine gets, and TEXT, what the text
format gets; it is imported when the feature is first asked for.
"""

if not __name__.startswith("quire."):
    raise ImportError(f"import quire.{__name__}: under its bare name this package would be loaded twice")

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from quire.engine.extension import Extension
from quire.engine.instruction_set import CORE, InstructionSet

if TYPE_CHECKING:
    from quire.wat.extension import TextExtension

FEATURES = ("memory-control", "threads", "custom-page-sizes", "wide-arithmetic")


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Features without repetition in the order of FEATURES. Raises ValueError for a name that is none."""
    wanted = set(names)
    unknown = sorted(wanted - set(FEATURES))
    if unknown:
        raise ValueError(f"unknown feature {unknown[0]}: there are {', '.join(FEATURES)}")
    return tuple(name for name in FEATURES if name in wanted)


def instruction_set(names: Iterable[str] = FEATURES) -> InstructionSet:
    """WebAssembly 3.0 with some features; the same object for the same ones. Raises ValueError for an unknown one."""
    return _instruction_set(in_order(names))


def text_extensions(names: Iterable[str] = FEATURES) -> tuple["TextExtension", ...]:
    """The text forms of some features. Raises ValueError for an unknown one."""
    return tuple(import_module(_package(name)).TEXT for name in in_order(names))


@cache
def _instruction_set(names: tuple[str, ...]) -> InstructionSet:
    return CORE.extend(*map(_extension, names)) if names else CORE


def _extension(name: str) -> Extension:
    extension: Extension = import_module(_package(name)).EXTENSION
    return extension


def _package(name: str) -> str:
    return f"{__name__}.{name.replace('-', '_')}"

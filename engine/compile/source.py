"""Lines of Python, in nested suites, and the source that they become: text, and what may trap on each line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from quire.engine.compile.translate import Spot

INDENT = "    "


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its indentation."""

    text: str
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class Reload:
    """Where the bytes of memories must be looked up again: a line for each memory that the function uses."""


@dataclass(eq=False, slots=True)
class Suite:
    """What stands behind a colon. `nests` says that Python counts it among its nested blocks."""

    lines: Lines = field(default_factory=list)
    nests: bool = False


Lines = list["Line | Reload | Suite"]


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a function, and the spots of its lines, counted from 1. `indents` and `nesting` are the deepest."""

    text: str
    spots: Mapping[int, Sequence[Spot]]
    indents: int
    nesting: int


def render(lines: Lines, reload: Lines) -> Source:
    """The source; `reload` stands wherever the bytes of memories are looked up again."""
    texts: list[str] = []
    spots: dict[int, Sequence[Spot]] = {}
    indents = nesting = 0
    for text, found, indent, nested in _flat(lines, reload):
        texts.append(INDENT * indent + text)
        if found:
            spots[len(texts)] = found
        indents, nesting = max(indents, indent), max(nesting, nested)
    return Source("\n".join(texts) + "\n", spots, indents, nesting)


def _flat(lines: Lines, reload: Lines) -> Iterator[tuple[str, Sequence[Spot], int, int]]:
    """Each line with its spots, its indentation, and how many nested blocks it is in."""
    stack: list[tuple[Iterator[Line | Reload | Suite], int]] = [(iter(lines), 0)]
    empty = [False]
    while stack:
        rest, nesting = stack[-1]
        each = next(rest, None)
        if each is None:
            if empty[-1]:
                yield "pass", (), len(stack) - 1, nesting
            stack.pop()
            empty.pop()
            continue
        if isinstance(each, Suite):
            stack.append((iter(each.lines), nesting + each.nests))
            empty.append(True)
            continue
        if isinstance(each, Reload):
            stack[-1] = (chain(reload, rest), nesting)
            continue
        empty[-1] = False
        yield each.text, each.spots, len(stack) - 1, nesting

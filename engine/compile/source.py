"""Lines of Python, in nested suites, and the source that they become: text, and what may trap on each line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from quire.engine.compile.translate import BREAK, Spot

INDENT = "    "
MOST_INDENTS = 100  # Python has no more, and nobody wants such a text


@dataclass(eq=False, slots=True)
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
    pending = [_Open(iter(lines), "", 0, -1)]
    while pending:
        suite = pending[-1]
        for each in suite.rest:
            if isinstance(each, Line):
                for text, found in broken(each):
                    texts.append(suite.margin + text)
                    if found:
                        spots[len(texts)] = found
            elif isinstance(each, Suite):
                nested = suite.nesting + each.nests
                margin = suite.margin + INDENT if len(pending) <= MOST_INDENTS else suite.margin
                pending.append(_Open(iter(each.lines), margin, nested, len(texts)))
                indents, nesting = max(indents, len(pending) - 1), max(nesting, nested)
                break
            else:
                suite.rest = chain(reload, suite.rest)
                break
        else:
            if len(texts) == suite.start:
                texts.append(f"{suite.margin}pass")
            pending.pop()
    return Source("\n".join(texts) + "\n", spots, indents, nesting)


def broken(line: Line) -> Iterator[tuple[str, Sequence[Spot]]]:
    """A line, or several of which each has one call, so that they tell where a trap came from."""
    if BREAK not in line.text:
        yield line.text, line.spots
        return
    first, *rest = line.text.split(BREAK)
    rest[0] = first + rest[0]
    left = list(line.spots)
    for at, text in enumerate(rest[:-1]):
        end = next((number for number, spot in enumerate(left) if spot.operands is None), len(left)) + 1
        yield f"{INDENT if at else ''}{text.rstrip()} \\", left[:end]
        del left[:end]
    yield f"{INDENT if len(rest) > 1 else ''}{rest[-1]}", left


@dataclass(eq=False, slots=True)
class _Open:
    """A suite that is being written, from the line number `start` on."""

    rest: Iterator[Line | Reload | Suite]
    margin: str
    nesting: int
    start: int

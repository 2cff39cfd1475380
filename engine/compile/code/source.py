"""Lines of Python, in nested suites, and the source that they become: text, and what may trap on each line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from quire.engine.compile.expressions.translate import BREAK
from quire.engine.compile.interface import Spot

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
    rendering = Rendering(reload)
    rendering.suite(lines, "", 0, 0)
    return Source("\n".join(rendering.texts) + "\n", rendering.spots, rendering.indents, rendering.nesting)


class Rendering:
    """The lines so far, with what is noted of them."""

    def __init__(self, reload: Lines) -> None:
        self.reload = reload
        self.texts: list[str] = []
        self.spots: dict[int, Sequence[Spot]] = {}
        self.indents = self.nesting = 0

    def suite(self, lines: Lines, margin: str, indents: int, nesting: int) -> None:
        """Write the lines of a suite that is inside so many others, and of those that Python counts."""
        texts, start = self.texts, len(self.texts)
        self.indents, self.nesting = max(self.indents, indents), max(self.nesting, nesting)
        for each in lines:
            if isinstance(each, Line):
                for text, spots in broken(each) if BREAK in each.text else ((each.text, each.spots),):
                    texts.append(margin + text)
                    if spots:
                        self.spots[len(texts)] = spots
            elif isinstance(each, Suite):
                inner = margin + INDENT if indents < MOST_INDENTS else margin
                self.suite(each.lines, inner, indents + 1, nesting + each.nests)
            else:
                self.reloaded(margin)
        if len(texts) == start:
            texts.append(f"{margin}pass")

    def reloaded(self, margin: str) -> None:
        for each in self.reload:
            if isinstance(each, Line):
                self.texts.append(margin + each.text)


def broken(line: Line) -> Iterator[tuple[str, Sequence[Spot]]]:
    """Several lines, of which each has one call, so that they tell where a trap came from."""
    first, *rest = line.text.split(BREAK)
    rest[0] = first + rest[0]
    left = list(line.spots)
    for at, text in enumerate(rest[:-1]):
        end = next((number for number, spot in enumerate(left) if spot.operands is None), len(left)) + 1
        yield f"{INDENT if at else ''}{text.rstrip()} \\", left[:end]
        del left[:end]
    yield f"{INDENT if len(rest) > 1 else ''}{rest[-1]}", left

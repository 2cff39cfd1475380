"""The turns of a counted loop where `range` alone does not give them: many at once, or a counter that wraps around.

Knows no code: a relation is that of an instruction's name.
"""

from __future__ import annotations

import operator
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, repeat
from types import MappingProxyType

PIECE = 4096  # turns between two looks at whether to go on

_RELATIONS: Mapping[str, Callable[[int, int], bool]] = MappingProxyType(
    {each: getattr(operator, each) for each in ("lt", "le", "gt", "ge", "ne")}
)


def turns(
    look: Callable[[], None], counter: int, bound: int, step: int, relation: str, *, tested: bool = False
) -> Iterator[int]:
    """The values of a counter that `step` is added to after each turn, as long as the sum is in a relation to a bound.

    All are unsigned, but for a step below 0; it leads to where the relation, such as "i32.lt_s", does not hold. With
    `tested`, the counter must be in the relation before the first turn too. `look` is called every so often.
    """
    return chain.from_iterable(_stretches(look, Test(bound, relation), counter, step, tested=tested))


class Test:
    """Whether a number of a width is in a relation to a bound."""

    __slots__ = ("bound", "half", "holds", "is_signed")

    def __init__(self, bound: int, relation: str) -> None:
        type_, _, name = relation.partition(".")
        name, _, sign = name.partition("_")
        self.half = 1 << int(type_[1:]) - 1
        self.is_signed = sign == "s"
        self.bound = self.read(bound)
        self.holds = _RELATIONS[name]

    def read(self, number: int) -> int:
        return (number ^ self.half) - self.half if self.is_signed else number

    def __call__(self, number: int) -> bool:
        return self.holds(self.read(number), self.bound)


def _stretches(
    look: Callable[[], None], test: Test, counter: int, step: int, *, tested: bool
) -> Iterator[Iterable[int]]:
    """The turns in pieces, within each of which the counter neither wraps around nor changes its sign."""
    if tested and not test(counter):
        return
    while True:
        look()
        count = min(_turns_ahead(test, counter, step), PIECE)
        yield range(counter, counter + count * step, step) if step else repeat(counter, count)
        counter = counter + count * step & 2 * test.half - 1
        if not test(counter):
            return


def _turns_ahead(test: Test, counter: int, step: int) -> int:
    """How many turns there are from here until the test fails or the sign changes."""
    if not step:
        return PIECE if test(counter) else 1
    within = counter % test.half
    most = (test.half - 1 - within) // step if step > 0 else within // -step
    if test.holds is operator.ne:
        away, rest = divmod(test.bound - counter, step)
        return away if not rest and 0 < away <= most else most + 1
    return 1 + bisect_left(range(1, most + 1), True, key=lambda turn: not test(counter + turn * step))

"""Accesses of a loop whose checks are done once, before it: all of its addresses lie between a first and a last one.

For memories that may be accessed in ranges only, which change with what is mapped: a loop that runs no other code finds
them the same in each turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from quire.engine.compile.analysis.facts import State
from quire.engine.compile.analysis.intervals import learn, targets
from quire.engine.compile.expressions.accesses import SLACK
from quire.engine.compile.expressions.translate import Bytes, Translator, Use
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.loops.counted import Counted, constant
from quire.engine.compile.loops.pointers import added
from quire.engine.instructions.access import Access

WIDEST = 1 << 20  # bytes between the first and the last address of an access that no variable tells


class Walk(NamedTuple):
    """`factor` times a variable and `more`, and perhaps another variable: an address."""

    name: str
    factor: int
    more: int
    other: str = ""


class Opened(NamedTuple):
    """The operations that need no check where the conditions hold, and what is done before these are asked."""

    operations: frozenset[n.Operation]
    before: list[str]
    conditions: list[str]


NOTHING = Opened(frozenset(), [], [])


def opened(found: Counted, translator: Translator, states: Mapping[n.Block, State], turns: str) -> Opened:
    """The accesses of a loop that are checked before it. `turns` tells, in Python, how many turns there are."""
    if not translator.has_ranges:
        return NOTHING
    if any(each.effects & n.CALLS for block in found.inside for each in n.expressions(block)):
        return NOTHING
    search = Search(found, translator, turns)
    for block in found.inside:
        search.visit(block, dict(states.get(block, {})))
    return search.result()


class Search:
    """Looks at the accesses of a loop, in the order of the source."""

    def __init__(self, found: Counted, translator: Translator, turns: str) -> None:
        self.found = found
        self.translator = translator
        self.turns = turns
        self.steps: dict[str, int | None] = {}  # by what variables change in a turn; None where that is not known
        self.moved: set[str] = set()  # the variables that have changed so far
        self.operations: set[n.Operation] = set()
        self.lows: dict[
            tuple[int, bool], dict[str, int]
        ] = {}  # the first addresses: a text, and the least number with it
        self.highs: dict[tuple[int, bool], dict[str, int]] = {}  # the last addresses, and the greatest numbers
        for block in found.inside:
            for statement in block.statements:
                self.note_steps(block, statement)
        self.steps[found.variable] = found.step if isinstance(found.step, int) else None

    def note_steps(self, block: n.Block, statement: n.Statement) -> None:
        for name in targets(statement):
            step = added(name, statement.value) if isinstance(statement, n.Assign) else None
            by = None if step is None or isinstance(block.end, (n.Return, n.Stop)) else constant(step)
            before = self.steps.get(name, 0)
            same_way = by is not None and before is not None and by * before >= 0
            self.steps[name] = (by or 0) + (before or 0) if same_way else None

    def visit(self, block: n.Block, state: State) -> None:
        for statement in block.statements:
            value = None
            if isinstance(statement, n.Assign):
                self.read(statement.value, state)
                value = self.translator.known(statement.value, state)
            learn(state, statement, value, self.translator.sizes)
            self.moved.update(targets(statement))
        for each in n.last_expressions(block) if block is not self.found.trimmed else ():
            self.read(each, state)

    def read(self, expression: n.Expression, state: State) -> None:
        for each in n.operations(expression, n.MEMORY):
            access = each.instruction.row.access
            there = None if access is None else self.translator.bytes(n.immediates(each)[0].memory)
            if access is not None and there is not None and there.code.ranges:
                self.access(each, access, there, state)

    def access(self, operation: n.Operation, access: Access, there: Bytes, state: State) -> None:
        """Open an access, if it is known where its addresses begin and end."""
        offset, base = n.immediates(operation)[0].offset, operation.operands[0]
        walk = walks(base)
        ends = None if walk is None else self.along(walk, offset, access.size)
        if ends is None:
            value = self.translator.known(base, state)
            if not value.within(0, there.mask) or value.high - value.low > WIDEST:
                return
            ends = ("", value.low + offset), ("", value.high + offset + access.size - SLACK)
        self.operations.add(operation)
        for known, (text, number), most in ((self.lows, ends[0], min), (self.highs, ends[1], max)):
            of_memory = known.setdefault((there.memory, access.stores), {})
            of_memory[text] = most(number, of_memory.get(text, number))

    def along(self, walk: Walk, offset: int, size: int) -> tuple[End, End] | None:
        """The first address, and the last one less what may always be accessed behind it."""
        if walk.factor == 1 and self.steps.get(walk.name, 0) == 0 and walk.other:
            walk = Walk(walk.other, 1, walk.more, walk.name)
        step = self.steps.get(walk.name, 0)
        still = self.steps.get(walk.other, 0) == 0
        if step is None or not still or (step < 0 and (offset + walk.more or walk.other)):
            return None
        start = walk.name if walk.factor == 1 else f"{walk.name} * {walk.factor}"
        start = f"{walk.other} + {start}" if walk.other else start
        by = step * walk.factor
        away = self.turns if abs(by) == 1 else f"{self.turns} * {abs(by)}"
        far = f"{start} {'-' if by < 0 else '+'} {away}" if by else start
        back = 0 if walk.name in self.moved else by  # an access before the variable changes
        low, high = (start, far) if by >= 0 else (far, start)
        more, less = offset + walk.more, offset + walk.more
        more, less = (more, less - back) if by >= 0 else (more - back, less)
        return (low, more), (high, less + size - SLACK)

    def result(self) -> Opened:
        before, conditions = [], []
        for (memory, stores), lows in self.lows.items():
            letter, kind = ("w", "writable") if stores else ("r", "readable")
            self.translator.uses.append(Use(kind, "", memory))
            here, end = f"{letter}{memory}", f"{letter}e{memory}"
            first = written(*next(iter(lows.items())))
            look = f"{here}, {end} = M{memory}.{kind}_around({first})"
            before += [f"if not {here} <= {first} <= {end}: {look}"]
            conditions += [f"{here} <= {written(*low)}" for low in lows.items()]
            conditions += [f"{written(*high)} <= {end}" for high in self.highs[memory, stores].items()]
        return Opened(frozenset(self.operations), before, conditions)


End = tuple[str, int]
"""A text, "" for 0, and a number that is added."""


def written(text: str, number: int) -> str:
    """An end in Python."""
    if not text or not number:
        return text or str(number)
    return f"{text} {'-' if number < 0 else '+'} {abs(number)}"


def walks(base: n.Expression) -> Walk | None:
    """An address as a multiple of a variable, a number that is not negative, and perhaps another variable."""
    if isinstance(base, n.Get):
        return Walk(base.name, 1, 0)
    type_, _, name = n.mnemonic(base).partition(".")
    for first, second in (base.operands, base.operands[::-1]) if name == "add" else ():
        if isinstance(first, n.Get) and constant(second) is None:
            scaled = walks(second)
            return scaled._replace(other=first.name) if scaled and not scaled.other else None
    number = constant(base.operands[1]) if len(base.operands) == 2 and type_ in ("i32", "i64") else None
    inner = walks(base.operands[0]) if number is not None and name in ("add", "shl", "mul") else None
    if inner is None or number is None or number < 0 or (inner.other and name != "add"):
        return None
    if name == "add":
        return inner._replace(more=inner.more + number)
    by = number if name == "mul" else 1 << number if number < 16 else 0
    return Walk(inner.name, inner.factor * by, inner.more * by) if by else None

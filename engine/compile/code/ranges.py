"""Loops that Python counts: over a `range`, in a faster way where its conditions hold, or in no turns at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import NamedTuple

from quire.engine.compile.analysis.building import is_live
from quire.engine.compile.analysis.facts import State, whole
from quire.engine.compile.analysis.facts import variable as variable_of
from quire.engine.compile.code.source import Line, Lines, Suite
from quire.engine.compile.code.write import Writer
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.graph import structure as s
from quire.engine.compile.loops.counted import Counted, Span, span, turns_of
from quire.engine.compile.loops.fills import filled
from quire.engine.compile.loops.induction import Version, with_elements
from quire.engine.compile.loops.opened import opened
from quire.engine.compile.loops.streams import behind
from quire.engine.instructions.expressions import PRIMARY, SHIFT, Value, canon, infix, literal, number, plus

FEW = 4  # turns for which it takes longer to prepare a loop over elements than to do without


class Fast(NamedTuple):
    """A loop in a way that is right where the conditions hold; `before` is done before these are asked."""

    before: Sequence[str]
    conditions: Sequence[str]
    lines: Lines


class RangeLoop:
    """A counted loop. `tree` writes trees; `entry` is what is known before the loop."""

    def __init__(
        self, writer: Writer, tree: Callable[[s.Tree], tuple[Lines, bool]], node: s.Loop, found: Counted, entry: State
    ) -> None:
        self.writer, self.translator, self.tree = writer, writer.translator, tree
        self.node = node
        self.found = found
        self.state = entry or writer.states.get(node.header, {})
        type_ = found.count.types[0]
        self.most = whole(type_)[1] // 2
        self.variable = variable_of(found.variable, self.state.get(found.variable) or whole(type_))
        self.step = self.integer(found.step)
        self.bound = canon(self.integer(found.bound or 0), 2 * self.most + 1)
        self.before: Lines = []
        writer.spots()
        if not self.bound.simple:
            self.before = [Line(f"{found.variable}end = {self.bound.text}")]
            low, high, zeros = self.bound.low, self.bound.high, self.bound.zeros
            self.bound = Value(f"{found.variable}end", PRIMARY, low, high, simple=True, zeros=zeros)
        writer.states[found.trimmed] = writer.states.get(found.last, {})

    def integer(self, expression: n.Expression | int) -> Value:
        """The value of a bound or a step."""
        if isinstance(expression, int):
            return literal(expression)
        return number(self.translator.value(expression, self.state))

    def span(self, few: int = 0) -> Span | None:
        """What `range` has as its end, if it may be so few turns."""
        return span(self.found, self.variable, self.bound, self.step, self.most, few=few)

    def lines(self) -> Lines | None:
        """The whole loop, or None where no range will do."""
        within = self.span()
        if within is None:
            return None
        fast = self.slice(within) or self.elements(within)
        if fast is None:
            return self.before + self.plain(within)
        if not fast.conditions:
            return [*self.before, Line("if not RUN:"), Suite([Line("stop()")]), *fast.lines]
        test = Line(f"if {' and '.join(['RUN', *fast.conditions])}:")
        rest = Suite(self.plain(within))
        return [*self.before, *map(Line, fast.before), test, Suite(fast.lines), Line("else:"), rest]

    def plain(self, within: Span) -> Lines:
        """Turn by turn, however many there are and whatever becomes of the counter."""
        name, found = self.found.variable, self.found
        conditions = " and ".join(["RUN", *within.conditions])
        tested = ", tested=True" if found.tested else ""
        turns = f'turns({name}, {self.bound.text}, {self.step.text}, "{found.relation}"{tested})'
        body, _ = self.tree(found.body)
        head = f"for {name} in {counts(name, within.end, self.step)} if {conditions} else {turns}:"
        return self.followed([Line(head), Suite(body, nests=True)])

    # Without turns

    def slice(self, within: Span) -> Fast | None:
        """As an assignment to a slice."""
        found, known = self.found, self.writer.states[self.found.trimmed]
        turns = turns_of(self.variable, within.end, self.step)
        if not self.step.constant:
            turns = f"len({counts(found.variable, within.end, self.step)})"
        fill = filled(self.node, found, self.translator, known, turns)
        if fill is None:
            return None
        within = self.span(FEW) or within
        lines = self.followed([Line(fill.statement)], loops=False)
        return Fast((), [*within.conditions, fill.condition], lines)

    # With elements of views

    def elements(self, within: Span) -> Fast | None:
        """With elements of views instead of pointers, and accesses that are checked before."""
        states, translator, found = self.writer.states, self.translator, self.found
        turns = turns_of(self.variable, within.end, self.step)
        open_ = opened(found, translator, states, turns)
        known = self.node, found, translator.bytes, states, self.state, turns, within.end.text
        version = with_elements(*known, open_.operations, self.writer.keeps)
        if version is None:
            return None
        body, parts = self.body(version)
        if version.streams or parts:
            within = self.span(FEW) or within
        conditions = [*within.conditions, *version.conditions, *open_.conditions]
        before = [*version.before, *(f"{part} = {rest}" for part, rest in parts.items())]
        head = Line(f"for {self.given(version, within)}:")
        lines = self.followed([head, Suite(body, nests=True)], version.after)
        return Fast(open_.before, conditions, [*map(Line, before), *lines])

    def body(self, version: Version) -> tuple[Lines, Mapping[str, str]]:
        """The body of a version, and the parts of views that it uses."""
        self.writer.states.update(version.states)
        self.translator.opened |= version.opened
        self.translator.uses += version.uses
        none: Mapping[str, str] = {}
        with self.translator.in_parts() if version.still else nullcontext(none) as parts:
            body, _ = self.tree(version.body)
        return body, parts

    def given(self, version: Version, within: Span) -> str:
        """What a loop gives to which variables each turn."""
        name, end, by = self.found.variable, within.end, self.step
        if version.counter is not None:
            name, exponent = version.counter.element, version.counter.exponent
            up = (1 << exponent) - 1 if by.low > 0 and end.zeros < exponent else 0
            end = plus(plain_shift(plus(end, up), exponent), version.counter.bias)
            by = literal(by.low >> exponent)
        given = list(version.streams)
        if version.counts or not given:
            given.insert(0, (name, counts(name, end, by)))
        names, values = (", ".join(each) for each in zip(*given, strict=True))
        return f"{names} in {f'zip({values})' if len(given) > 1 else values}"

    # Behind the turns

    def followed(self, loop: Lines, after: Sequence[tuple[n.Assign, State]] = (), *, loops: bool = True) -> Lines:
        """What does all turns, and what comes when they are done: the last count, what is to be done `after`, and the
        exit. It is a loop of Python if it `loops`.
        """
        writer, found, last = self.writer, self.found, Lines()
        state = writer.states.get(self.node.header, {})
        if is_live(found.variable, behind(self.node, found)):
            last = writer.assigned(found.count, self.translator.value(found.count.value, state))
            if found.tested:  # perhaps there was no turn
                condition, contrary, _ = writer.condition(found.test, state)
                last = [Line(f"if {condition if found.on else contrary}:"), Suite(last)]
        for assign, known in after[::-1]:
            last = writer.assigned(assign, self.translator.value(assign.value, known)) + last
        done, _ = self.tree(found.done)
        exits = not found.done or isinstance(found.done[0], s.Exit)
        last += done[:-1] if exits else done  # no break: nothing comes behind it
        if last:
            loop = [*loop, Line("else:"), Suite(last)] if loops else loop + last
        return loop if exits else [Line("while True:"), Suite([*loop, Line("break")], nests=True)]


def counts(name: str, end: Value, step: Value) -> str:
    """The `range` from a variable to an end."""
    return f"range({name}, {end.text}{f', {step.text}' if step.text != '1' else ''})"


def plain_shift(a: Value, by: int) -> Value:
    """A value shifted right."""
    if not by:
        return a
    return literal(a.low >> by) if a.constant else infix(a, ">>", literal(by), SHIFT, a.low >> by, a.high >> by)

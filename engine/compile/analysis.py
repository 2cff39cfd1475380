"""Interval analysis: what is known of the variables at the start of each block. A worklist over the whole function.

It asks the same templates that later write the code, so that the two cannot differ.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Protocol

from quire.engine import types as t
from quire.engine.compile import facts
from quire.engine.compile import nodes as n
from quire.engine.compile.lift import Graph
from quire.engine.instructions.expressions import Value

PATIENCE = 1  # visits before the ranges at the start of a loop are widened

REFINEMENTS = 2  # passes that take back what widening gave too much


class Evaluator(Protocol):
    """Knows the value of an expression in a state, and the variables whose NaNs are made canonical at once."""

    mixed: frozenset[str]

    def value(self, expression: n.Expression, state: facts.State) -> Value: ...


def analyse(graph: Graph, evaluator: Evaluator) -> dict[n.Block, facts.State]:
    """The state at the start of each block that can be reached."""
    return Analysis(graph, evaluator).run()


def after(state: facts.State, statement: n.Statement, evaluator: Evaluator) -> facts.State:
    """The state behind a statement."""
    if isinstance(statement, n.Catching):
        return facts_of_results(state, (*statement.values, *filter(None, [statement.reference])), statement.types)
    if len(statement.targets) != 1:
        return facts_of_results(state, statement.targets, statement.types)
    (name,), (type_,) = statement.targets, statement.types
    if name in evaluator.mixed:
        return {**state, name: facts.STRICT}
    low, high, zeros = facts.range_of(evaluator.value(statement.value, state), type_)
    limit = facts.whole(type_)
    if low < limit[0] or high > limit[1]:
        low, high, _ = limit  # the variable gets the unsigned reading
    return {**state, name: (low, high, zeros)}


def facts_of_results(state: facts.State, names: tuple[str, ...], types: tuple[t.OperandType, ...]) -> facts.State:
    """Results of calls are canonical."""
    return {**state, **{name: _canonical(type_) for name, type_ in zip(names, types, strict=True)}}


def _canonical(type_: t.OperandType) -> facts.Range:
    return facts.WHOLE.get(type_, facts.STRICT)


class Analysis:
    """The state of analysing one function."""

    def __init__(self, graph: Graph, evaluator: Evaluator) -> None:
        self.graph = graph
        self.evaluator = evaluator
        self.states: dict[n.Block, facts.State] = {}
        self.visits: dict[n.Block, int] = {}
        self.rank = {block: at for at, block in enumerate(graph.blocks)}
        self.pending: list[int] = []
        self.queued: set[n.Block] = set()
        self.back: dict[n.Block, list[facts.State]] = {}
        self.in_loop: dict[n.Block, frozenset[str]] = {}
        self.assigned: dict[n.Region, frozenset[str]] = {}

    def run(self) -> dict[n.Block, facts.State]:
        if self.graph.region.entry is not None:
            self.reach(None, self.graph.region.entry, self.start())
        while self.pending:
            block = self.graph.blocks[heapq.heappop(self.pending)]
            self.queued.discard(block)
            for target, state in self.outcomes(block):
                self.reach(block, target, state)
        if self.graph.loops:
            self.collect_back()
            for _ in range(REFINEMENTS):
                self.narrow()
        return self.states

    def collect_back(self) -> None:
        """What comes back to the starts of loops."""
        for block in self.states:
            for target, outcome in self.outcomes(block):
                if self.goes_back(block, target):
                    self.back.setdefault(target, []).append(outcome)

    def narrow(self) -> None:
        """Take back what widening gave too much: one more pass in order, from what comes back to the loops by now."""
        incoming: dict[n.Block, facts.State] = {}
        if self.graph.region.entry is not None:
            incoming[self.graph.region.entry] = self.start()
        back = self.back
        self.back = {}
        for block in sorted(self.states, key=self.rank.__getitem__):
            state = incoming.get(block)
            if state is None:
                continue  # only a loop that nobody enters leads here
            for returning in back.get(block, ()):
                state = facts.join(state, self.changed(block, returning, state))
            self.states[block] = state
            for target, outcome in self.outcomes(block):
                if self.goes_back(block, target):
                    self.back.setdefault(target, []).append(outcome)
                else:
                    old = incoming.get(target)
                    incoming[target] = outcome if old is None else facts.join(old, outcome)

    def start(self) -> facts.State:
        """Parameters are canonical, other locals zero."""
        state = {name: facts.ZERO if type_ in facts.WHOLE else facts.STRICT for name, type_ in self.graph.locals}
        return {**state, **dict.fromkeys(self.strict_parameters(), facts.STRICT)}

    def strict_parameters(self) -> Iterator[str]:
        types = self.graph.parameter_types
        return (name for name, type_ in zip(self.graph.parameters, types, strict=True) if type_ not in facts.WHOLE)

    def reach(self, source: n.Block | None, block: n.Block, state: facts.State) -> None:
        old = self.states.get(block)
        if old is None:
            new = state
        else:
            if self.goes_back(source, block):
                state = self.changed(block, state, old)
            widening = block in self.graph.loops and self.visits[block] > PATIENCE
            new = facts.widen(old, state) if widening else facts.join(old, state)
        if new != old:
            self.states[block] = new
            self.visits[block] = self.visits.get(block, 0) + 1
            if block not in self.queued:
                self.queued.add(block)
                heapq.heappush(self.pending, self.rank[block])

    def goes_back(self, source: n.Block | None, target: n.Block) -> bool:
        """Whether a branch leads to the start of a loop from inside it."""
        end = self.graph.loops.get(target)
        return end is not None and source is not None and target.number <= source.number < end

    def changed(self, header: n.Block, state: facts.State, entry: facts.State) -> facts.State:
        """What comes back to the start of a loop: a variable that it does not assign is as it was on entry."""
        if header not in self.in_loop:
            end = self.graph.loops[header]
            inside = (block for block in self.graph.blocks if header.number <= block.number < end)
            names = (name for block in inside for statement in block.statements for name in targets(statement))
            self.in_loop[header] = frozenset(names)
        assigned = self.in_loop[header]
        kept = {name: known for name, known in entry.items() if name not in assigned}
        return {**{name: known for name, known in state.items() if name in assigned}, **kept}

    def outcomes(self, block: n.Block) -> Iterator[tuple[n.Block, facts.State]]:
        state = self.states[block]
        for statement in block.statements:
            state = after(state, statement, self.evaluator)
        match block.end:
            case n.Branch(condition, then, otherwise):
                values = self.operand_values(condition, state)
                yield then, facts.refine(state, condition, *values, taken=True)
                yield otherwise, facts.refine(state, condition, *values, taken=False)
            case n.Try(region):
                if region.entry is not None:
                    yield region.entry, state
                changed = self.assigned_in(region)
                kept = {name: known for name, known in state.items() if name not in changed}
                for handler in region.handlers:
                    yield handler.block, kept
            case _:
                for target in n.successors(block):
                    yield target, state

    def operand_values(self, condition: n.Expression, state: facts.State) -> tuple[Value | None, Value | None]:
        operands = condition.operands if isinstance(condition, n.Operation) else ()
        values = [self.evaluator.value(each, state) for each in operands[:2]]
        return (values[0] if values else None, values[1] if len(values) > 1 else None)

    def assigned_in(self, region: n.Region) -> frozenset[str]:
        """The variables that a region may assign."""
        if region not in self.assigned:
            inside = (block for block in self.graph.blocks if region.holds(block))
            statements = (statement for block in inside for statement in block.statements)
            self.assigned[region] = frozenset(name for each in statements for name in targets(each))
        return self.assigned[region]


def targets(statement: n.Statement) -> tuple[str, ...]:
    """The variables that a statement assigns."""
    if isinstance(statement, n.Assign):
        return statement.targets
    return (*statement.values, *filter(None, [statement.reference]))

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

PATIENCE = 2  # visits before the ranges at the start of a loop are widened


class Evaluator(Protocol):
    """Knows the value of an expression in a state."""

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
    low, high = facts.range_of(evaluator.value(statement.value, state), type_)
    limit = facts.whole(type_)
    if low < limit[0] or high > limit[1]:
        low, high = limit  # the variable gets the unsigned reading
    return {**state, name: (low, high)}


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
        self.assigned: dict[n.Region, frozenset[str]] = {}

    def run(self) -> dict[n.Block, facts.State]:
        if self.graph.region.entry is not None:
            self.reach(self.graph.region.entry, self.start())
        while self.pending:
            block = self.graph.blocks[heapq.heappop(self.pending)]
            self.queued.discard(block)
            for target, state in self.outcomes(block):
                self.reach(target, state)
        return self.states

    def start(self) -> facts.State:
        """Parameters are canonical, other locals zero."""
        state = {name: (0, 0) for name, _ in self.graph.locals}
        return {**state, **dict.fromkeys(self.strict_parameters(), facts.STRICT)}

    def strict_parameters(self) -> Iterator[str]:
        types = self.graph.parameter_types
        return (name for name, type_ in zip(self.graph.parameters, types, strict=True) if type_ not in facts.WHOLE)

    def reach(self, block: n.Block, state: facts.State) -> None:
        old = self.states.get(block)
        if old is None:
            new = state
        elif block in self.graph.loops and self.visits[block] > PATIENCE:
            new = facts.widen(old, state)
        else:
            new = facts.join(old, state)
        if new != old:
            self.states[block] = new
            self.visits[block] = self.visits.get(block, 0) + 1
            if block not in self.queued:
                self.queued.add(block)
                heapq.heappush(self.pending, self.rank[block])

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

"""Integers that wait to be reduced: variables that hold sums beyond the range of their type until they are used.

A loop that only adds to a variable needs no reading of it: what is behind the loop reduces it once, where it is used.
The same goes for a sum that is used for nothing but other sums. Such a variable has a value that is congruent to its
own; the expressions that read it know by their interval that it is still to be reduced. Where a loop reads the
variable for anything else, waiting would only move the cost. Knows no Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from quire.engine.compile.analysis.facts import WHOLE, State
from quire.engine.compile.analysis.intervals import targets
from quire.engine.compile.graph import nodes as n
from quire.engine.instructions.expressions import FAR, OFTEN, Value

GROWING = (-FAR // 2, FAR // 2)  # what is said of a sum that grows: more than any type allows is enough
MOST_READS = 2  # of a sum in other sums: each of them must be reduced, then, and cannot be by a test

Waiting = Mapping[str, tuple[int, int]]
"""Variables that wait, and between which ends they are."""


class IntegerEvaluator(Protocol):
    """Knows the value of an expression where certain variables are assumed to wait."""

    def assume_waiting(self, variables: Waiting) -> None: ...

    def known(self, expression: n.Expression, state: State) -> Value: ...


@dataclass(slots=True)
class Variable:
    """What happens to a variable. Each place is told by the headers of the loops around it, the innermost last."""

    growing: list[Place] = field(default_factory=list)  # where it is added to itself
    sums: list[tuple[Place, n.Assign]] = field(default_factory=list)  # where it gets another sum
    others: list[Place] = field(default_factory=list)  # where it gets anything else
    added: list[tuple[Place, str]] = field(default_factory=list)  # where a sum with it goes to which other variable
    deepest: int = -1  # in how many loops it is read for anything else
    is_place: bool = False  # whether an address in a loop depends on it


Place = tuple[n.Block, ...]


def find_waiting(graph: n.Graph, evaluator: IntegerEvaluator) -> None:
    """Tell the evaluator which variables wait."""
    if not graph.loops:
        return
    variables = Survey(graph).variables
    waiting = dict.fromkeys(growing(variables), GROWING)
    if waiting:
        evaluator.assume_waiting(waiting)
    for name, variable in variables.items():
        if is_passing(variable):
            values = [evaluator.known(statement.value, {}) for _, statement in variable.sums]
            low, high = min(each.low for each in values), max(each.high for each in values)
            most = WHOLE[variable.sums[0][1].types[0]][1]
            if all(each.high > OFTEN * most or each.low < -most for each in values) and high < FAR:
                waiting = {**waiting, name: (min(low, 0), max(high, most))}
                evaluator.assume_waiting(waiting)


def growing(variables: Mapping[str, Variable]) -> set[str]:
    """Those that a loop only adds to, and that are read further out, or by what another of them gets."""
    found = {name for name, each in variables.items() if each.growing and is_left_alone(each)}
    while True:
        kept = {name for name in found if all(to in found for _, to in variables[name].added)}
        kept -= set(in_circles({name: {to for _, to in variables[name].added} for name in kept}))
        if kept == found:
            return found
        found = kept


def is_left_alone(variable: Variable) -> bool:
    """Whether a variable that grows is not read where it does so but to be added to another one."""
    return variable.deepest < min(map(len, variable.growing)) and not (variable.is_place or variable.sums)


def in_circles(edges: Mapping[str, set[str]]) -> Iterator[str]:
    """Names from which edges lead back to them: such sums would grow by more and more."""
    for start in edges:
        seen: set[str] = set()
        pending = list(edges[start])
        while pending:
            at = pending.pop()
            if at not in seen:
                seen.add(at)
                pending += edges.get(at, ())
        if start in seen:
            yield start


def is_passing(variable: Variable) -> bool:
    """Whether a variable gets sums only, and these are used for a few others, all within the same loop."""
    if variable.growing or variable.others or variable.deepest >= 0 or variable.is_place:
        return False
    places = {place[-1:] for place, _ in (*variable.sums, *variable.added)}
    return bool(variable.sums) and 0 < len(variable.added) <= MOST_READS and len(places) == 1 and () not in places


class Survey:
    """Looks at all that happens to integer variables in a function."""

    def __init__(self, graph: n.Graph) -> None:
        self.variables: dict[str, Variable] = {}
        for block, place in places(graph):
            for statement in block.statements:
                self.visit(statement, place)
            for expression in n.last_expressions(block):
                self.read(expression.reads, place)
                self.find_addresses(expression, place)
        for name in graph.parameters:
            self.variable(name).others.append(())

    def variable(self, name: str) -> Variable:
        found = self.variables.get(name)
        if found is None:
            found = self.variables[name] = Variable()
        return found

    def read(self, names: frozenset[str], place: Place) -> None:
        depth = len(place)
        for name in names:
            variable = self.variable(name)
            variable.deepest = max(variable.deepest, depth)

    def visit(self, statement: n.Statement, place: Place) -> None:
        if not isinstance(statement, n.Assign):
            for name in targets(statement):
                self.variable(name).others.append(place)
            return
        self.find_addresses(statement.value, place)
        if place and is_sum(statement.value) and is_local(statement.targets):
            self.visit_sum(statement, place)
            return
        self.read(statement.value.reads, place)
        for name in statement.targets:
            self.variable(name).others.append(place)

    def visit_sum(self, statement: n.Assign, place: Place) -> None:
        (target,) = statement.targets
        terms = list(terms_of(statement.value))
        added = [each.name for each in terms if isinstance(each, n.Get)]
        for each in terms:
            if not isinstance(each, n.Get):
                self.read(each.reads, place)
                added = [name for name in added if name not in each.reads]
        for name in added:
            if name != target:
                self.variable(name).added.append((place, target))
        variable = self.variable(target)
        if target not in statement.value.reads:
            variable.sums.append((place, statement))
        elif added.count(target) == 1:
            variable.growing.append(place)
        else:
            self.read(frozenset((target,)), place)
            variable.others.append(place)

    def find_addresses(self, expression: n.Expression, place: Place) -> None:
        """Who looks for the addresses of a loop reads the variables in them by their names."""
        for each in n.operations(expression, n.MEMORY) if place else ():
            if each.instruction.row.access is not None:
                for name in each.operands[0].reads:
                    self.variable(name).is_place = True


def places(graph: n.Graph) -> Iterator[tuple[n.Block, Place]]:
    """Each block with the headers of the loops around it."""
    around: list[n.Block] = []
    for block in graph.blocks:
        while around and graph.loops[around[-1]] <= block.number:
            around.pop()
        if block in graph.loops:
            around.append(block)
        yield block, tuple(around)


def is_local(names: tuple[str, ...]) -> bool:
    """Whether it is one local that gets something. A sum that is dropped goes nowhere."""
    return len(names) == 1 and names[0][0] == "l"


def is_sum(expression: n.Expression) -> bool:
    """Whether something is added or subtracted."""
    return isinstance(expression, n.Operation) and n.mnemonic(expression) in SUMS


def terms_of(expression: n.Expression) -> Iterator[n.Expression]:
    """What a sum is made of."""
    if isinstance(expression, n.Operation) and n.mnemonic(expression) in SUMS:
        for each in expression.operands:
            yield from terms_of(each)
    else:
        yield expression


SUMS = ("i32.add", "i32.sub", "i64.add", "i64.sub")

"""Interval analysis: what is known of the variables at the start of each block.

A few sweeps over the blocks in the order of the source, in which every branch but those back to loops leads onwards. In
the first, a loop may have given the variables that it assigns any value; each further one starts loops with what came
back to them in the sweep before. It asks the same templates that later write the code, so that the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from itertools import chain
from typing import Protocol

from quire.engine import types as t
from quire.engine.compile.analysis import facts
from quire.engine.compile.graph import nodes as n
from quire.engine.instructions.expressions import Value, ctz

REFINEMENTS = 1  # sweeps that take back what the first gave too much; a second hardly ever finds more

Outcomes = tuple[tuple[n.Block, facts.State], ...]  # where a block leads, and what is known there
Edge = tuple[n.Block, int]  # a block, and which of its outcomes


class Evaluator(Protocol):
    """Knows the value of an expression in a state, and how large memories may be, in bytes."""

    @property
    def sizes(self) -> Sequence[int]: ...

    def known(self, expression: n.Expression, state: facts.State) -> Value: ...

    def operands(self, operation: n.Operation, state: facts.State) -> Sequence[Value]: ...


def analyse(graph: n.Graph, evaluator: Evaluator) -> dict[n.Block, facts.State]:
    """The state at the start of each block that can be reached."""
    return Analysis(graph, evaluator).run()


def learn(state: facts.State, statement: n.Statement, value: Value | None, sizes: Sequence[int]) -> None:
    """Bring a state from before a statement to behind it. `value` is that of the expression that it assigns, `sizes`
    the greatest that memories may have.
    """
    if isinstance(statement, n.Assign):
        names = statement.targets
        if statement.value.effects & n.MEMORY:
            facts.bound_addresses(state, statement.value, sizes)
        if value is not None and len(names) == 1 and statement.types[0] in facts.WHOLE:
            facts.note(state, names[0], statement.types[0], (value.low, value.high, value.zeros))
            return
    else:
        names = targets(statement)
    for name in names:  # several results, those of calls, are canonical
        state.pop(name, None)


def targets(statement: n.Statement) -> tuple[str, ...]:
    """The variables that a statement assigns."""
    if isinstance(statement, n.Assign):
        return statement.targets
    return statement.values if statement.reference is None else (*statement.values, statement.reference)


class Analysis:
    """The state of analysing one function."""

    def __init__(self, graph: n.Graph, evaluator: Evaluator) -> None:
        self.graph = graph
        self.evaluator = evaluator
        self.states: dict[n.Block, facts.State] = {}
        self.outcomes: dict[n.Block, Outcomes] = {}
        self.reached: list[n.Block] = []
        self.onward: dict[n.Block, list[Edge]] = {}  # what leads to each block from before it
        self.back: dict[n.Block, list[Edge]] = {}  # what leads back to the start of each loop
        self.in_loop = assigned_in_loops(graph)
        self.in_region: dict[n.Region, set[str]] = {}
        self.zeros: dict[tuple[n.Block, str], int] = {}  # lowest bits that are 0 whenever a loop starts, where fewer

    def run(self) -> dict[n.Block, facts.State]:
        self.explore()
        if self.graph.loops:
            while self.lower_zeros():
                self.sweep(refining=False)
            for _ in range(REFINEMENTS):
                self.sweep(refining=True)
        return self.states

    def explore(self) -> None:
        """The first sweep, which finds out what leads where."""
        entry = self.graph.region.entry
        for block in self.graph.blocks:
            if block is not entry and block not in self.onward:
                continue  # only a loop that nobody enters leads here
            self.reached.append(block)
            state = self.entered(block)
            self.states[block] = state = self.loosened(block, state) if block in self.in_loop else state
            self.outcomes[block] = outcomes = self.left(block, state)
            for at, (target, _) in enumerate(outcomes):
                edges = self.back if self.goes_back(block, target) else self.onward
                edges.setdefault(target, []).append((block, at))

    def sweep(self, *, refining: bool) -> None:
        """A further one. What comes neither behind a loop's start nor behind other changes is as it was."""
        changed: set[n.Block] = set()
        for block in self.reached:
            is_loop = block in self.in_loop
            if not is_loop and block not in changed:
                continue
            state = self.entered(block)
            if is_loop:
                state = self.refined(block, state) if refining else self.loosened(block, state)
            if state != self.states[block]:
                self.states[block] = state
                self.outcomes[block] = outcomes = self.left(block, state)
                changed.update([target for target, _ in outcomes])

    def entered(self, block: n.Block) -> facts.State:
        """What is known where a block is entered from before it."""
        state = self.start() if block is self.graph.region.entry else None
        for source, at in self.onward.get(block, ()):
            other = self.outcomes[source][at][1]
            state = other if state is None else facts.join(state, other)
        return {} if state is None else state

    def returned(self, header: n.Block) -> list[facts.State]:
        """What is known wherever a loop goes back to its start, as of the last time that it was looked at."""
        return [self.outcomes[source][at][1] for source, at in self.back.get(header, ())]

    def start(self) -> facts.State:
        """Nothing is known of parameters; other locals are zero."""
        return {name: facts.ZERO for name, type_ in self.graph.locals if type_ in facts.WHOLE}

    # Loops

    def goes_back(self, source: n.Block, target: n.Block) -> bool:
        """Whether a branch leads to the start of a loop from inside it."""
        return target.number <= source.number < self.graph.loops.get(target, 0)

    def loosened(self, header: n.Block, entry: facts.State) -> facts.State:
        """The start of a loop whose turns are not known: what it assigns may be all that its statements ever make."""
        state = dict(entry)
        for name in self.in_loop[header].keys() & state.keys():
            (type_, possible), known = self.in_loop[header][name], state.pop(name)
            low, high, zeros = facts.either(known, possible)
            zeros = min(zeros, self.zeros.get((header, name), zeros))
            if type_ in facts.WHOLE:
                facts.note(state, name, type_, (low, high, zeros))
        return state

    def lower_zeros(self) -> bool:
        """Believe in no more lowest bits than came back; whether that changes anything."""
        changed = False
        for header in self.back:
            states = self.returned(header)
            for name in self.in_loop[header].keys() & self.states[header].keys():
                least = min(state[name][2] if name in state else 0 for state in states)
                if least < self.states[header][name][2]:
                    self.zeros[header, name], changed = least, True
        return changed

    def refined(self, header: n.Block, entry: facts.State) -> facts.State:
        """The start of a loop after what came back to it. A variable that it does not assign is as it was on entry."""
        state, returned = dict(entry), self.returned(header)
        for name in self.in_loop[header].keys() & state.keys():
            known: facts.Range | None = state[name]
            for each in returned:
                known = facts.both(known, each.get(name))
            if known is None:
                del state[name]
            else:
                state[name] = known
        return state

    # Blocks

    def left(self, block: n.Block, state: facts.State) -> Outcomes:
        """Where a block leads, with what is known there."""
        if block.statements:
            state = dict(state)
            for statement in block.statements:
                learn(state, statement, self.assigned(statement, state), self.evaluator.sizes)
        end = block.end
        if isinstance(end, n.Jump):
            return ((end.target, state),)
        if isinstance(end, n.Branch):
            return self.branched(end, state)
        if isinstance(end, n.Try):
            return self.tried(end.region, state)
        return tuple((target, state) for target in n.successors(block))

    def branched(self, branch: n.Branch, state: facts.State) -> Outcomes:
        """A branch tells something of the variables that it compares."""
        condition, values = branch.condition, self.operand_values(branch.condition, state)
        if condition.effects & n.MEMORY:
            state = dict(state)
            facts.bound_addresses(state, condition, self.evaluator.sizes)
        if values[0] is None and condition.depth:
            return (branch.then, state), (branch.otherwise, state)
        return (
            (branch.then, facts.refine(state, condition, *values, taken=True)),
            (branch.otherwise, facts.refine(state, condition, *values, taken=False)),
        )

    def tried(self, region: n.Region, state: facts.State) -> Outcomes:
        changed = self.assigned_in(region)
        kept = {name: known for name, known in state.items() if name not in changed}
        handlers = tuple((handler.block, kept) for handler in region.handlers)
        return handlers if region.entry is None else ((region.entry, state), *handlers)

    def assigned(self, statement: n.Statement, state: facts.State) -> Value | None:
        """The value that an integer variable gets."""
        if isinstance(statement, n.Assign) and statement.types and statement.types[0] in facts.WHOLE:
            return self.evaluator.known(statement.value, state)
        return None

    def operand_values(self, condition: n.Expression, state: facts.State) -> tuple[Value | None, Value | None]:
        if not isinstance(condition, n.Operation) or all(each.depth for each in condition.operands):
            return None, None  # nothing can be learned of variables
        values = self.evaluator.operands(condition, state)
        return values[0], values[1] if len(values) > 1 else None

    def assigned_in(self, region: n.Region) -> Set[str]:
        """The variables that a region may assign."""
        if not self.in_region:
            for block in self.graph.blocks:
                names = (name for statement in block.statements for name in targets(statement))
                self.in_region.setdefault(block.region, set()).update(names)
            for inner in sorted(self.in_region, key=lambda each: each.number, reverse=True):
                if inner.parent is not None:
                    self.in_region[inner.parent] |= self.in_region[inner]
        return self.in_region[region]


Assigned = dict[str, tuple[t.OperandType, facts.Range]]
"""Variables with their types, and what they may become as far as a look at what they get tells."""


def assigned_in_loops(graph: n.Graph) -> Mapping[n.Block, Assigned]:
    """For the start of each loop, the variables that the loop assigns."""
    found: dict[n.Block, Assigned] = {}
    open_: list[n.Block] = []
    for block in chain(graph.blocks, [None]):
        while open_ and (block is None or graph.loops[open_[-1]] <= block.number):
            inner = found[open_.pop()]
            for name, (type_, possible) in inner.items() if open_ else ():
                merge(found[open_[-1]], name, type_, possible)
        if block is None:
            break
        if block in graph.loops:
            open_.append(block)
            found[block] = {}
        if open_:
            for statement in block.statements:
                possible = possible_range(statement.value) if isinstance(statement, n.Assign) else facts.ANYTHING
                for name, type_ in zip(targets(statement), statement.types, strict=False):
                    merge(found[open_[-1]], name, type_, possible)
    return found


def merge(assigned: Assigned, name: str, type_: t.OperandType, possible: facts.Range) -> None:
    """Add a variable. A slot that has several types, at different times, gets none of them."""
    if name in assigned:
        before, known = assigned[name]
        type_, possible = type_ if before == type_ else t.BOTTOM, facts.either(known, possible)
    assigned[name] = type_, possible


def possible_range(expression: n.Expression) -> facts.Range:
    """What a value may be whatever the variables are. Of its lowest bits, as many are 0 as may be: this is a guess."""
    low, high, _ = facts.ANYTHING
    if isinstance(expression, n.Get):
        return low, high, MANY
    name = n.mnemonic(expression).partition(".")[2]
    if name == "const":
        (number,) = n.immediates(expression)
        return (number, number, ctz(number)) if isinstance(number, int) else facts.ANYTHING
    if name in ("add", "sub"):
        return low, high, min(possible_range(each)[2] for each in expression.operands)
    if name == "and":
        return 0, min(possible_range(each)[1] for each in expression.operands), MANY
    if name in ("mul", "shl", "or", "xor"):
        return low, high, MANY
    return 0, POSSIBLE.get(name, high), 0


MANY = 64
POSSIBLE = {
    "load8_u": 0xFF, "load16_u": 0xFFFF, "load32_u": 0xFFFFFFFF,
    **dict.fromkeys("eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u lt gt le ge".split(), 1),
}  # fmt: skip

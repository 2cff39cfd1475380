"""Pointers in counted loops as numbers of elements: an address that walks through a memory by whole elements becomes an
index of a typed view, which counts the elements.

Such a pointer `p` is replaced by `e`, where `p == (e << exponent) - offset` all along: in what the loop reads and adds,
and, where it leaves, `p` gets its value again. Says under which conditions that is so, and knows no Python but those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from quire.engine import types as t
from quire.engine.compile.analysis.building import is_live, made_of, number, rebuilt
from quire.engine.compile.analysis.facts import State, whole
from quire.engine.compile.analysis.intervals import targets
from quire.engine.compile.expressions.translate import Bytes, Use
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.graph import structure as s
from quire.engine.compile.loops.counted import Counted, constant
from quire.engine.compile.loops.pointers import Pointer, Survey, added, shifted_left
from quire.engine.compile.loops.streams import Stream, behind, is_live_behind, streams, uses

LONGEST = 60  # statements of a loop that is written twice
SMALL = 1 << 27  # a counter below it can be multiplied by the size of an element


@dataclass(slots=True)
class Version:
    """A loop with elements instead of pointers. `before` is done before it, if the `conditions` hold; `after` gives
    the pointers their values back. `states` are what is known in its blocks, `opened` its accesses that need no check.
    """

    conditions: list[str]
    before: list[str]
    body: s.Tree
    after: list[tuple[n.Assign, State]]
    states: dict[n.Block, State]
    counter: Pointer | None
    opened: set[n.Operation]
    streams: list[
        tuple[str, str]
    ]  # what the loop iterates over beside its counter: a variable, and what gives it values
    uses: set[Use]
    counts: bool  # whether the counter is used
    still: bool  # whether the bytes of memories stay where they are


def with_elements(
    loop: s.Loop,
    found: Counted,
    bytes_of: Callable[[int], Bytes | None],
    states: Mapping[n.Block, State],
    entry: State,
    turns: str,
    end: str,
    opened: frozenset[n.Operation],
    keeps: Callable[[n.Expression], bool],
) -> Version | None:
    """A loop that has no other, or such, inside in its second version, or None where there is no pointer.

    `states` tell what is known where blocks start, `entry` what is known before the loop; `turns` how many turns there
    are at most, and `end` where the counter ends, in Python. Accesses that are `opened` need no check; `keeps` tells
    what leaves the bytes of memories where they are.
    """
    inside = found.inside
    expressions = [each for block in inside for each in n.expressions(block)]
    if not any(each.effects & n.MEMORY for each in expressions):
        return None
    if any(isinstance(each, (s.Loop, s.Several, s.Guarded)) for each in found.nodes):
        return None
    statements = [each for block in inside for each in block.statements]
    if len(statements) > LONGEST or (inside[0].region.parent is not None and any(map(calls, statements))):
        return None  # in the second case, a handler might read a pointer
    known = Survey(found, bytes_of).found()
    moving = any(each.steps or each.placed or name == found.variable for name, each in known.items())
    far = states.get(loop.header, {}).get(found.variable, whole(t.I32))[1] > SMALL
    narrow = far and counts_up(found) and any(map(partial(scales, found.variable), inside))
    if not (moving or narrow or opened):
        return None
    still = all(map(keeps, expressions))
    flowing = streams(loop, found, known, bytes_of, opened) if still else {}
    return Rewriting(loop, found, known, flowing, states, entry, turns, opened, narrow=narrow, still=still).run(end)


def counts_up(found: Counted) -> bool:
    """Whether the end of a counter is above its start."""
    return found.relation[4:6] in ("lt", "le", "ne") and found.count.types[0] is t.I32


def scales(variable: str, block: n.Block) -> bool:
    """Whether a block accesses a memory at an address for which a variable is multiplied."""
    inside = (each for expression in n.expressions(block) for each in n.operations(expression, n.MEMORY))
    return any(each.instruction.row.access is not None and multiplies(each.operands[0], variable) for each in inside)


def multiplies(expression: n.Expression, variable: str) -> bool:
    """Whether an expression has a multiple of a variable in it."""
    if variable not in expression.reads or not isinstance(expression, n.Operation):
        return False
    name = n.mnemonic(expression)
    return name in ("i32.shl", "i32.mul") or any(multiplies(each, variable) for each in expression.operands)


def calls(statement: n.Statement) -> bool:
    """Whether a statement may run other code."""
    return isinstance(statement, n.Assign) and bool(statement.value.effects & n.CALLS)


class Rewriting:
    """Puts elements into the place of pointers."""

    def __init__(
        self,
        loop: s.Loop,
        found: Counted,
        pointers: Mapping[str, Pointer],
        flowing: Mapping[str, Stream],
        states: Mapping[n.Block, State],
        entry: State,
        turns: str,
        opened: frozenset[n.Operation],
        *,
        narrow: bool,
        still: bool,
    ) -> None:
        self.loop = loop
        self.found = found
        self.pointers = pointers
        self.states = states
        self.entry = entry
        self.turns = turns
        self.opened = opened
        self.streams = flowing
        self.streamed = {each.operation: each for each in self.streams.values()}
        self.unchecked: set[n.Operation] = set()
        self.narrow = narrow  # whether the counter is small
        self.still = still
        for each in pointers.values():
            if still and each.placed:
                each.offset = 0  # it is no work to add it each turn where the view begins there
        self.made: dict[n.Block, State] = {}

    def run(self, end: str) -> Version:
        before: list[str] = []
        conditions = [f"{end} <= {SMALL:#x}"] if self.narrow else []
        if self.streams and self.found.tested:
            conditions.append(f"{self.turns} >= 0")  # or a slice would end before the memory
        for pointer in self.pointers.values():
            conditions += self.conditions(pointer)
            before += self.before(pointer)
        body = self.tree(self.found.body)
        known = self.elements(self.states.get(self.loop.header, {}), ended=True)
        out = behind(self.loop, self.found)
        after = [(self.restored(each), known) for each in self.moving() if is_live(each.name, out)]
        return Version(
            list(dict.fromkeys(conditions)),
            list(dict.fromkeys(before)),
            body,
            after,
            self.made,
            self.pointers.get(self.found.variable),
            self.unchecked,
            [(stream.name, self.slice(self.pointers[name])) for name, stream in self.streams.items()],
            {stream.use for stream in self.streams.values()},
            self.counts(),
            self.still,
        )

    def counts(self) -> bool:
        """Whether the loop, or what is behind it, has a use for the counter."""
        name = self.found.variable
        is_used = uses(name, self.found) > 0 or is_live_behind(name, self.loop, self.found)
        return is_used and name not in self.streams

    def slice(self, pointer: Pointer) -> str:
        """The elements of a stream."""
        element, by = pointer.element, self.stride(pointer)
        away, every = (self.turns, "") if by == "1" else (f"{self.turns} * {by}", f":{by}")
        return f"{self.streams[pointer.name].view}[{element}:{element} + {away}{every}]"

    def stride(self, pointer: Pointer) -> str:
        """By how many elements a pointer moves in a turn."""
        for step in pointer.steps:
            by = constant(step)
            return stride(step, pointer) if by is None else str(by >> pointer.exponent)
        return str(self.found.step >> pointer.exponent) if isinstance(self.found.step, int) else "1"

    def moving(self) -> Iterator[Pointer]:
        for name, pointer in self.pointers.items():
            if pointer.steps or pointer.placed or name == self.found.variable:
                yield pointer

    # Before the loop

    def conditions(self, pointer: Pointer) -> Iterator[str]:
        """That a pointer and its step are aligned, and that it never wraps around."""
        name, unit, limit = pointer.name, (1 << pointer.exponent) - 1, whole(pointer.type)[1] + 1
        yield from self.aligned(name, pointer, unit)
        stream = self.streams.get(name)
        if stream is not None:
            for step in pointer.steps:
                yield from self.aligned(step.name, pointer, unit) if isinstance(step, n.Get) else ()
            yield self.within(pointer, stream)
            return
        for step in pointer.steps:
            if isinstance(step, n.Get):
                yield from self.aligned(step.name, pointer, unit)
                yield f"{name} + {self.turns} * {step.name} < {limit:#x}"
        by = sum(constant(step) or 0 for step in pointer.steps)
        if by > 0:
            yield f"{name} + {self.turns} * {by} < {limit:#x}"
        elif by < 0:
            yield f"{name} >= {self.turns} * {-by}"

    def within(self, pointer: Pointer, stream: Stream) -> str:
        """That all elements of a stream are there, and so that its pointer does not wrap around."""
        length, by = f"len(m{stream.use.number})", self.found.step if not pointer.steps else constant(pointer.steps[0])
        if isinstance(by, int):
            sign, rest = ("-", stream.end - by) if stream.end >= by else ("+", by - stream.end)
            end = f"{length} {sign} {rest}" if rest else length
            away = self.turns if by == 1 else f"{self.turns} * {by}"
            return f"{pointer.name} + {away} <= {end}"
        (step,) = pointer.steps[0].reads
        return f"{step} and {pointer.name} + ({self.turns} - 1) * {step} <= {length} - {stream.end}"

    def aligned(self, name: str, pointer: Pointer, unit: int) -> Iterator[str]:
        known = self.entry.get(name)
        if known is None or known[2] < pointer.exponent:
            yield f"not {name} & {unit}"

    def before(self, pointer: Pointer) -> Iterator[str]:
        index = f"{pointer.name} >> {pointer.exponent}" if pointer.exponent else pointer.name
        index = f"({index})" if pointer.exponent and pointer.bias else index
        yield f"{pointer.element} = {index}{f' + {pointer.bias}' if pointer.bias else ''}"
        for step in pointer.steps:
            if isinstance(step, n.Get):
                yield f"{stride(step, pointer)} = {step.name} >> {pointer.exponent}"

    # What is known

    def elements(self, state: State, *, ended: bool = False) -> State:
        """A state with what is known of elements and their steps; behind the loop, next to nothing."""
        known = dict(state)
        for pointer in self.pointers.values():
            (low, high, _), most = state.get(pointer.name) or whole(pointer.type), whole(pointer.type)[1]
            exponent, bias = pointer.exponent, pointer.bias
            if ended:
                known[pointer.element] = (low >> exponent) + bias, (2 * most >> exponent) + bias, 0
            else:  # it is no address that may wrap around: one beyond all addresses is to stay there
                end = min((high >> exponent) + bias, most >> 1)
                known[pointer.element] = min((low >> exponent) + bias, end), end, 0
            for step in pointer.steps:
                if isinstance(step, n.Get):
                    known[stride(step, pointer)] = 0, most >> max(exponent, 1), 0
        for stream in self.streams.values():
            known[stream.name] = stream.known
        if self.narrow:
            low, high, zeros = state.get(self.found.variable) or whole(t.I32)
            known[self.found.variable] = low, min(high, SMALL - 1), zeros
        return known

    # The loop itself

    def tree(self, tree: s.Tree) -> s.Tree:
        made: s.Tree = []
        for each in tree:
            match each:
                case s.Code(block, end):
                    made.append(s.Code(self.block(block), end))
                case s.If(block, condition, then, otherwise):
                    condition = self.expression(condition)
                    made.append(s.If(block, condition, self.tree(then), self.tree(otherwise)))
                case s.Select(block, selector, targets_, arms):
                    made.append(s.Select(block, self.expression(selector), targets_, list(map(self.tree, arms))))
                case s.Once(label, body, used, flags):
                    made.append(s.Once(label, self.tree(body), used, flags))
                case s.Exit(target, source):
                    if each.way is not None and self.loop in each.way.frames:
                        made.append(s.Code(self.restoring(target, source)))
                    made.append(each)
        return made

    def restoring(self, target: n.Block, source: n.Block) -> n.Block:
        """A block that gives pointers that are used behind the loop their values."""
        live = [self.restored(each) for each in self.moving() if is_live(each.name, target)]
        block = n.Block(source.number, source.region, list(live))
        self.made[block] = self.elements(self.states.get(source, {}), ended=True)
        return block

    def restored(self, pointer: Pointer) -> n.Assign:
        return n.Assign((pointer.name,), address(pointer), (pointer.type,))

    def block(self, block: n.Block) -> n.Block:
        kept = [each for each in block.statements if self.streams.keys().isdisjoint(targets(each))]
        made = n.Block(block.number, block.region, list(map(self.statement, kept)), block.end)
        match block.end:
            case n.Return(values):
                made.end = n.Return(tuple(map(self.expression, values)))
            case n.Stop(value):
                made.end = n.Stop(self.operation(value))
        self.made[made] = self.elements(self.states.get(block, {}))
        return made

    def statement(self, statement: n.Statement) -> n.Statement:
        if not isinstance(statement, n.Assign):
            return statement
        pointer = self.pointers.get(statement.targets[0]) if len(statement.targets) == 1 else None
        if pointer is None:
            return n.Assign(statement.targets, self.expression(statement.value), statement.types)
        step = added(pointer.name, statement.value)
        value = self.placed(pointer, statement.value) if step is None else self.moved(pointer, step)
        return n.Assign((pointer.element,), value, statement.types)

    def moved(self, pointer: Pointer, step: n.Expression) -> n.Expression:
        by = constant(step)
        more: n.Expression = n.Get(stride(step, pointer), pointer.type)
        if by is not None:
            more = number(by >> pointer.exponent, pointer.type)
        return made_of("add", n.Get(pointer.element, pointer.type), more)

    def placed(self, pointer: Pointer, value: n.Expression) -> n.Expression:
        inner, distance = shifted_left(value) or (value, 0)
        made = self.expression(inner)
        if distance > pointer.exponent:
            made = made_of("shl", made, number(distance - pointer.exponent, pointer.type))
        return made_of("add", made, number(pointer.bias, pointer.type)) if pointer.bias else made

    def expression(self, expression: n.Expression) -> n.Expression:
        if isinstance(expression, n.Get):
            return address(self.pointers[expression.name]) if expression.name in self.pointers else expression
        stream = self.streamed.get(expression)
        if stream is not None:
            return n.Get(stream.name, expression.type or t.I32)
        if not self.opened and expression.reads.isdisjoint(self.pointers):
            return expression
        return self.operation(expression)

    def operation(self, operation: n.Operation) -> n.Operation:
        made = rebuilt(operation, list(map(self.expression, operation.operands)))
        if operation in self.opened:
            self.unchecked.add(made)
        return made


def stride(step: n.Expression, pointer: Pointer) -> str:
    """The variable that has how many elements a pointer moves by."""
    return f"by{step.name[1:] if isinstance(step, n.Get) else ''}_{pointer.exponent}"


def address(pointer: Pointer) -> n.Expression:
    """What a pointer is, by its element."""
    base: n.Expression = n.Get(pointer.element, pointer.type)
    if pointer.exponent:
        base = made_of("shl", base, number(pointer.exponent, pointer.type))
    return made_of("add", base, number(-pointer.offset, pointer.type)) if pointer.offset else base

"""Pointers in counted loops as numbers of elements: an address that walks through a memory by whole elements becomes an
index of a typed view, which counts the elements.

Such a pointer `p` is replaced by `e`, where `p == (e << exponent) - offset` all along: in what the loop reads and adds,
and, where it leaves, `p` gets its value again. Says under which conditions that is so, and knows no Python but those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from quire.engine import types as t
from quire.engine.compile import nodes as n
from quire.engine.compile import structure as s
from quire.engine.compile.accesses import form_of
from quire.engine.compile.analysis import targets
from quire.engine.compile.counted import COUNTING, Counted, blocks, constant
from quire.engine.compile.facts import State, whole
from quire.engine.compile.translate import Bytes
from quire.engine.errors import Crash
from quire.engine.instructions import CORE_ROWS
from quire.engine.module import Instruction

LONGEST = 60  # statements of a loop that is written twice
SMALL = 1 << 27  # a counter below it can be multiplied by the size of an element
FARTHEST = 30  # blocks that are searched for a use of a variable

_ROWS = MappingProxyType({row.mnemonic: row for row in CORE_ROWS})


@dataclass(slots=True)
class Pointer:
    """A variable that is used for nothing but addresses of elements of one size, and changes by whole elements."""

    name: str
    type: t.OperandType
    exponent: int = 0
    offset: int = 0  # of all accesses, in bytes; 0 if they have several
    used: int = 0  # accesses
    steps: list[n.Expression] = field(default_factory=list)  # what is added to it in a turn: constants, or a variable
    placed: list[int] = field(default_factory=list)  # by how many bits what it is set to in a turn is shifted left

    @property
    def element(self) -> str:
        """The variable that stands for it."""
        return f"e{self.name[1:]}"

    @property
    def bias(self) -> int:
        return self.offset >> self.exponent

    def is_sound(self) -> bool:
        """Whether it moves by whole elements, as far as constants tell, in one direction."""
        numbers = [constant(each) for each in self.steps]
        if not self.used or (self.steps and self.placed) or min(self.placed, default=8) < self.exponent:
            return False
        if None in numbers:
            return len(numbers) == 1
        known = [each or 0 for each in numbers]
        return all(each % (1 << self.exponent) == 0 for each in known) and (min(known, default=1) > 0 or max(known) < 0)


class Survey:
    """Looks at every use of variables in a loop, and drops the variables that are more than pointers."""

    def __init__(self, found: Counted, bytes_of: Callable[[int], Bytes | None]) -> None:
        self.bytes_of = bytes_of
        self.pointers: dict[str, Pointer] = {}
        self.dropped: set[str] = set()
        inside = list(blocks(found.body))
        self.changed = {name for block in inside for each in block.statements for name in targets(each)}
        self.changed.add(found.variable)
        if not isinstance(found.step, int):
            self.dropped.add(found.variable)
        for block in inside:
            if isinstance(block.end, n.Return | n.Stop):  # runs once, and has the pointers themselves
                self.dropped.update(name for each in block.statements for name in targets(each))
            else:
                self.visit(block, ends=block is not found.trimmed)
        for each in (found.bound, found.step):
            if isinstance(each, n.Get | n.Operation):
                self.read(each)

    def found(self) -> dict[str, Pointer]:
        return {name: each for name, each in self.pointers.items() if name not in self.dropped and each.is_sound()}

    def visit(self, block: n.Block, *, ends: bool) -> None:
        for statement in block.statements:
            if isinstance(statement, n.Assign):
                self.visit_assign(statement)
            else:
                self.dropped.update(targets(statement))
        if ends:
            for each in at_end(block):
                self.read(each)

    def visit_assign(self, statement: n.Assign) -> None:
        name = statement.targets[0] if len(statement.targets) == 1 else ""
        step, placed = added(name, statement.value), shifted_left(statement.value)
        if step is not None and not step.reads & self.changed:
            self.pointer(name, statement.types[0]).steps.append(step)
            self.dropped.update(step.reads)
        elif placed is not None and name:
            self.pointer(name, statement.types[0]).placed.append(placed[1])
            self.read(placed[0])
        else:
            self.dropped.update(statement.targets)
            self.read(statement.value)

    def pointer(self, name: str, type_: t.OperandType) -> Pointer:
        if name[0] != "l":
            self.dropped.add(name)
        return self.pointers.setdefault(name, Pointer(name, type_))

    def read(self, expression: n.Expression) -> None:
        if isinstance(expression, n.Get):
            self.dropped.add(expression.name)
            return
        operands: Sequence[n.Expression] = expression.operands
        if is_element(expression, self.bytes_of):
            self.access(expression, operands[0])
            operands = operands[1:]
        for each in operands:
            self.read(each)

    def access(self, operation: n.Operation, base: n.Expression) -> None:
        """A pointer's accesses all have one size. An offset is part of the element if all have one."""
        if isinstance(base, n.Get):
            pointer, offset, exponent = self.pointer(base.name, base.type), *place(operation)
            if pointer.used and pointer.exponent != exponent:
                self.dropped.add(base.name)
            pointer.exponent = exponent
            pointer.offset = offset if not pointer.used or pointer.offset == offset else 0
            pointer.used += 1


def place(operation: n.Operation) -> tuple[int, int]:
    """The offset of an access, and the exponent of its size."""
    described = operation.instruction.row.access
    return n.immediates(operation)[0].offset, 0 if described is None else form_of(described).exponent


def is_element(operation: n.Operation, bytes_of: Callable[[int], Bytes | None]) -> bool:
    """Whether an access at a variable is one to an element of a typed view, if the variable is aligned."""
    described = operation.instruction.row.access
    if described is None or not isinstance(operation.operands[0], n.Get):
        return False
    form, there = form_of(described), bytes_of(n.immediates(operation)[0].memory)
    offset, exponent = place(operation)
    return bool(form.view and exponent and there and there.viewed and not offset % (1 << exponent))


def added(name: str, value: n.Expression) -> n.Expression | None:
    """What is added to a variable by `name = name + ...`: a constant or a variable."""
    if not isinstance(value, n.Operation) or n.mnemonic(value) not in COUNTING:
        return None
    first, second = value.operands
    if n.mnemonic(value).endswith("sub"):
        by = constant(second)
        return (
            number(-by, value.type) if by and value.type and isinstance(first, n.Get) and first.name == name else None
        )
    if isinstance(second, n.Get) and second.name == name:
        first, second = second, first
    is_step = isinstance(first, n.Get) and first.name == name and name not in second.reads
    if not is_step or (isinstance(second, n.Get) and second.name[0] != "l"):
        return None
    return second if isinstance(second, n.Get) or constant(second) is not None else None


def shifted_left(value: n.Expression) -> tuple[n.Expression, int] | None:
    """A number that is known to be small, and by how many bits it is shifted left."""
    if not isinstance(value, n.Operation) or n.mnemonic(value) != "i32.shl":
        return None
    inner, by = value.operands[0], constant(value.operands[1])
    if by is None or not 0 < by < 8 or not isinstance(inner, n.Operation):
        return None
    described = inner.instruction.row.access
    if described is not None:
        is_small = described.size <= 2 and not described.signed and described.make is None
        return (inner, by) if is_small else None
    mask = constant(inner.operands[1]) if n.mnemonic(inner) == "i32.and" else None
    return (inner, by) if mask is not None and 0 <= mask < 1 << 24 else None


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


def with_elements(
    loop: s.Loop,
    found: Counted,
    bytes_of: Callable[[int], Bytes | None],
    states: Mapping[n.Block, State],
    entry: State,
    turns: str,
    end: str,
    opened: frozenset[n.Operation] = frozenset(),
) -> Version | None:
    """A loop that has no other, or such, inside in its second version, or None where there is no pointer.

    `states` tell what is known where blocks start, `entry` what is known before the loop; `turns` how many turns there
    are at most, and `end` where the counter ends, in Python. Accesses that are `opened` need no check.
    """
    if any(isinstance(each, s.Loop | s.Several | s.Guarded) for each in s.walk(found.body)):
        return None
    inside = list(blocks(found.body))
    statements = [each for block in inside for each in block.statements]
    if len(statements) > LONGEST or (inside[0].region.parent is not None and any(map(calls, statements))):
        return None  # in the second case, a handler might read a pointer
    known = Survey(found, bytes_of).found()
    moving = any(each.steps or each.placed or name == found.variable for name, each in known.items())
    far = states.get(loop.header, {}).get(found.variable, whole(t.I32))[1] > SMALL
    narrow = far and counts_up(found) and any(map(partial(scales, found.variable), inside))
    if not (moving or narrow or opened):
        return None
    return Rewriting(loop, found, known, states, entry, turns, opened, narrow=narrow).run(end)


def counts_up(found: Counted) -> bool:
    """Whether the end of a counter is above its start."""
    return found.relation[4:6] in ("lt", "le", "ne") and found.count.types[0] is t.I32


def scales(variable: str, block: n.Block) -> bool:
    """Whether a block accesses a memory at an address for which a variable is multiplied."""
    whole_ = (each for expression in n.expressions(block) for each in n.operations(expression))
    bases = (each.operands[0] for each in whole_ if each.instruction.row.access is not None)
    return any(
        n.mnemonic(each) in ("i32.shl", "i32.mul") and variable in each.reads
        for base in bases
        for each in n.operations(base)
    )


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
        states: Mapping[n.Block, State],
        entry: State,
        turns: str,
        opened: frozenset[n.Operation],
        *,
        narrow: bool,
    ) -> None:
        self.loop = loop
        self.found = found
        self.pointers = pointers
        self.states = states
        self.entry = entry
        self.turns = turns
        self.opened = opened
        self.unchecked: set[n.Operation] = set()
        self.narrow = narrow  # whether the counter is small
        self.made: dict[n.Block, State] = {}

    def run(self, end: str) -> Version:
        before: list[str] = []
        conditions = [f"{end} <= {SMALL:#x}"] if self.narrow else []
        for pointer in self.pointers.values():
            conditions += self.conditions(pointer)
            before += self.before(pointer)
        body = self.tree(self.found.body)
        known = self.elements(self.states.get(self.loop.header, {}), ended=True)
        after = [
            (self.restored(each), known) for each in self.moving() if is_live(each.name, behind(self.loop, self.found))
        ]
        return Version(
            list(dict.fromkeys(conditions)),
            list(dict.fromkeys(before)),
            body,
            after,
            self.made,
            self.pointers.get(self.found.variable),
            self.unchecked,
        )

    def moving(self) -> Iterator[Pointer]:
        for name, pointer in self.pointers.items():
            if pointer.steps or pointer.placed or name == self.found.variable:
                yield pointer

    # Before the loop

    def conditions(self, pointer: Pointer) -> Iterator[str]:
        """That a pointer and its step are aligned, and that it never wraps around."""
        name, unit, limit = pointer.name, (1 << pointer.exponent) - 1, whole(pointer.type)[1] + 1
        yield from self.aligned(name, pointer, unit)
        for step in pointer.steps:
            if isinstance(step, n.Get):
                yield from self.aligned(step.name, pointer, unit)
                yield f"{name} + {self.turns} * {step.name} <= {limit:#x}"
        by = sum(constant(step) or 0 for step in pointer.steps)
        if by > 0:
            yield f"{name} + {self.turns} * {by} <= {limit:#x}"
        elif by < 0:
            yield f"{name} >= {self.turns} * {-by}"

    def aligned(self, name: str, pointer: Pointer, unit: int) -> Iterator[str]:
        known = self.entry.get(name)
        if known is None or known[2] < pointer.exponent:
            yield f"not {name} & {unit}"

    def before(self, pointer: Pointer) -> Iterator[str]:
        more = f" + {pointer.bias}" if pointer.bias else ""
        index = f"{pointer.name} >> {pointer.exponent}"
        yield f"{pointer.element} = {f'({index}){more}' if more else index}"
        for step in pointer.steps:
            if isinstance(step, n.Get):
                yield f"{stride(step, pointer)} = {step.name} >> {pointer.exponent}"

    # What is known

    def elements(self, state: State, *, ended: bool = False) -> State:
        """A state with what is known of elements and their steps; behind the loop, a pointer may just have wrapped."""
        known = dict(state)
        for pointer in self.pointers.values():
            low, high, _ = state.get(pointer.name) or whole(pointer.type)
            exponent, bias = pointer.exponent, pointer.bias
            high = 2 * whole(pointer.type)[1] if ended else high
            known[pointer.element] = (low >> exponent) + bias, (high >> exponent) + bias, 0
            for step in pointer.steps:
                if isinstance(step, n.Get):
                    known[stride(step, pointer)] = 0, whole(pointer.type)[1] >> exponent, 0
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
        made = n.Block(block.number, block.region, [self.statement(each) for each in block.statements], block.end)
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
    base = made_of("shl", n.Get(pointer.element, pointer.type), number(pointer.exponent, pointer.type))
    return made_of("add", base, number(-pointer.offset, pointer.type)) if pointer.offset else base


def number(value: int, type_: t.OperandType) -> n.Operation:
    """A constant."""
    canonical = value & whole(type_)[1]
    return n.Operation(0, Instruction(_ROWS[f"{type_}.const"], (canonical,)), (), type_, n.PURE, 1, frozenset())


def made_of(name: str, *operands: n.Expression) -> n.Operation:
    """An operation of integers without effects of its own."""
    type_ = operands[0].type
    bare = n.Operation(0, Instruction(_ROWS[f"{type_}.{name}"], ()), (), type_, n.PURE, 1, frozenset())
    return rebuilt(bare, operands)


def rebuilt(operation: n.Operation, operands: Sequence[n.Expression]) -> n.Operation:
    """An operation with other operands."""
    effects, depth, reads = operation.effects, 0, frozenset[str]()
    for each in operands:
        effects, depth, reads = effects | each.effects, max(depth, each.depth), reads | each.reads
    index, instruction, type_ = operation.index, operation.instruction, operation.type
    return n.Operation(index, instruction, tuple(operands), type_, effects, depth + 1, reads)


def behind(loop: s.Loop, found: Counted) -> n.Block:
    """Where a loop leads when its test fails."""
    block = loop.header if found.tested else found.last
    if not isinstance(block.end, n.Branch):
        raise Crash("a loop ends without a test", f"block {block.number}")
    return block.end.otherwise if found.on else block.end.then


def at_end(block: n.Block) -> list[n.Expression]:
    """The expressions behind the statements of a block."""
    return list(n.expressions(block))[sum(isinstance(each, n.Assign) for each in block.statements) :]


def is_live(name: str, start: n.Block) -> bool:
    """Whether a variable may be used from a block on, as far as a short search tells."""
    seen: set[n.Block] = set()
    pending = [start]
    while pending:
        block = pending.pop()
        if block in seen:
            continue
        seen.add(block)
        if len(seen) > FARTHEST or block.region.parent is not None:
            return True
        assigned = False
        for statement in block.statements:
            if isinstance(statement, n.Assign) and name in statement.value.reads:
                return True
            assigned = assigned or name in targets(statement)
            if assigned:
                break
        if not assigned:
            if any(name in each.reads for each in at_end(block)):
                return True
            pending += n.successors(block)
    return False

"""The operand stack while a body is lifted: expressions that wait, and when they must wait no longer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType

from quire.engine import types as t
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.graph.effects import EXCLUDED, effects_of
from quire.engine.instructions import CORE_ROWS
from quire.engine.instructions.row import Row
from quire.engine.instructions.templates import Naming
from quire.engine.module import Instruction

_ROWS = MappingProxyType({row.mnemonic: row for row in CORE_ROWS})
NOTHING: frozenset[str] = frozenset()
WRITES = n.WRITES_MEMORY | n.WRITES_STATE
DEEPEST = 30  # of an expression: Python's own parser ends at 200 parentheses


class Operands:
    """The stack, and the block that statements are added to. `index` is the number of the present instruction."""

    def __init__(self, block: n.Block, instructions: Sequence[Instruction]) -> None:
        self.stack: list[n.Expression] = []
        self.block = block
        self.instructions = instructions
        self.index = 0
        self.leaves: dict[int, n.Expression] = {}  # what instructions push that need nothing, by their identity

    def slot(self, height: int) -> str:
        return f"s{height}"

    def pop(self, count: int) -> tuple[n.Expression, ...]:
        if not count:
            return ()
        operands = tuple(self.stack[-count:])
        del self.stack[-count:]
        return operands

    def push_slots(self, types: tuple[t.OperandType, ...]) -> list[str]:
        """Push what is in the next slots; their names."""
        names = [self.slot(at) for at in range(len(self.stack), len(self.stack) + len(types))]
        self.stack += map(n.Get, names, types)
        return names

    def push_leaf(self, leaf: n.Expression) -> None:
        """Push what the present instruction always pushes, and all others that are the same object."""
        self.leaves[id(self.instructions[self.index])] = leaf
        self.stack.append(leaf)

    def operation(self, operands: tuple[n.Expression, ...], type_: t.OperandType | None, effects: int) -> n.Operation:
        depth, reads = 0, NOTHING
        for each in operands:
            effects |= each.effects
            depth = max(depth, each.depth)
            reads = union(reads, each.reads)
        return n.Operation(self.index, self.instructions[self.index], operands, type_, effects, depth + 1, reads)

    def apply(self, count: int, results: tuple[t.OperandType, ...], effects: int) -> None:
        """The present instruction on `count` operands: an expression, or a statement if it changes anything."""
        if not count and not results and effects == n.PURE:
            return
        if effects & WRITES and count > 1 and len([each for each in self.stack[-count:] if each.effects & n.TRAPS]) > 1:
            self.settle(n.TRAPS, NOTHING)  # Python evaluates what is stored first
        operation = self.operation(self.pop(count), results[0] if len(results) == 1 else None, effects)
        if len(results) == 1 and not effects & (WRITES | n.CALLS):
            self.push(operation)
            return
        base = len(self.stack)
        targets = tuple(self.slot(base + at) for at in range(len(results)))
        self.assign(targets, operation, results)
        self.push_slots(results)

    def apply_named(self, count: int, results: tuple[t.OperandType, ...], effects: int, naming: Naming) -> None:
        """The same, of operands that are put into slots before, but constants."""
        if naming is Naming.ALWAYS or not is_constant(self.stack[-1]):
            self.name(count)
        self.apply(count, results, effects)

    def name(self, count: int) -> None:
        """Put the uppermost operands into slots, but constants."""
        for height in range(len(self.stack) - count, len(self.stack)):
            value = self.stack[height]
            if value.depth and not is_constant(value):
                self.settle(value.effects, frozenset((self.slot(height),)))
                self.settle_at(height)

    def push(self, operation: n.Operation) -> None:
        """Push an expression, or its slot where it must be a statement."""
        template = operation.instruction.row.template
        height = len(self.stack)
        if operation.depth > DEEPEST or (template is not None and template.rounds):
            self.settle(operation.effects, frozenset((self.slot(height),)))
            self.stack.append(operation)
            self.settle_at(height)
        else:
            self.stack.append(operation)

    def assign(self, targets: tuple[str, ...], value: n.Expression, types: tuple[t.OperandType, ...]) -> None:
        """A statement, after what must come before it."""
        if self.stack:
            self.settle(value.effects, frozenset(targets))
        statements = self.block.statements
        if statements and isinstance(value, n.Get) and value.name[0] == "s":
            last = statements[-1]
            if isinstance(last, n.Assign) and last.targets == (value.name,):  # its only use is here
                last.targets = targets
                return
        statements.append(n.Assign(targets, value, types))

    def settle(self, effects: int, writes: frozenset[str]) -> None:
        """Evaluate the operands that must not wait until a statement with these effects is done."""
        chosen = []
        for height in range(len(self.stack) - 1, -1, -1):
            value = self.stack[height]
            if value.effects & EXCLUDED[effects] or not writes.isdisjoint(value.reads):
                chosen.append(height)
                effects |= value.effects & n.TRAPS
                writes |= {self.slot(height)}
        for height in reversed(chosen):
            self.settle_at(height)

    def assign_all(self, names: Sequence[str], types: Sequence[t.ValueType]) -> None:
        """Give the topmost operands to variables, as if at once: one that others still read comes after them."""
        base = len(self.stack) - len(names)
        pending = dict(zip(names, range(base, len(self.stack)), strict=True))
        for name, height in tuple(pending.items()):
            value = self.stack[height]
            if isinstance(value, n.Get) and value.name == name:
                del pending[name]
        while pending:
            free = self.unread(pending)
            if free is None:  # they exchange values
                self.settle(n.PURE, frozenset(pending))
                free = next(iter(pending))
            height = pending.pop(free)
            self.block.statements.append(n.Assign((free,), self.stack[height], (types[height - base],)))

    def unread(self, pending: Mapping[str, int]) -> str | None:
        """A variable that no operand for another one reads."""
        for name in pending:
            if all(name not in self.stack[height].reads for other, height in pending.items() if other != name):
                return name
        return None

    def settle_at(self, height: int) -> None:
        """Put an operand into its slot, which no operand below may read."""
        if not self.moves(height):
            return
        value, slot = self.stack[height], self.slot(height)
        type_ = value.type or t.BOTTOM
        self.stack[height] = n.Get(slot, type_)
        self.block.statements.append(n.Assign((slot,), value, (type_,)))

    def settle_from(self, base: int) -> None:
        """Put all operands from a height on into their slots, after operands below that still read these."""
        moving = [height for height in range(base, len(self.stack)) if self.moves(height)]
        if moving:
            self.settle(n.PURE, frozenset(map(self.slot, moving)))
            for height in moving:
                self.settle_at(height)

    def moves(self, height: int) -> bool:
        """Whether an operand is not in its slot."""
        value = self.stack[height]
        return not isinstance(value, n.Get) or value.name != self.slot(height)

    def settle_below(self) -> None:
        """Put all operands into slots, but those that are the same at any time."""
        for height, value in enumerate(self.stack):
            if value.reads or value.effects or value.depth != 1:
                self.settle_at(height)


def union(first: frozenset[str], second: frozenset[str]) -> frozenset[str]:
    """Of what two operands read, which often is nothing or the same."""
    if not second or first is second:
        return first
    return first | second if first else second


Action = Callable[..., None]
"""What lifting does for an instruction, given the operands and the immediates."""


@cache
def plain(row: Row) -> Action | None:
    """For a row without rules of its own whose operands and results are the same everywhere; None for another one."""
    if row.arity is None:
        return None
    (count, results), effects = row.arity, effects_of(row)
    if len(results) != 1 or effects & (WRITES | n.CALLS) or row.naming or not 0 <= count <= 2:
        return applied(count, results, effects, row.naming)
    if not count:
        return applied(count, results, effects, row.naming) if effects else pushed(results[0])
    if row.template is not None and row.template.rounds:
        return applied(count, results, effects, row.naming)
    return unary(results[0], effects) if count == 1 else binary(results[0], effects)


def applied(count: int, results: tuple[t.ValueType, ...], effects: int, naming: Naming) -> Action:
    """An instruction that may be a statement, or that needs its operands in slots."""

    def apply(operands: Operands, *immediates: object) -> None:
        if naming:
            operands.apply_named(count, results, effects, naming)
        else:
            operands.apply(count, results, effects)

    return apply


def pushed(type_: t.ValueType) -> Action:
    """An instruction without operands and effects."""

    def push(operands: Operands, *immediates: object) -> None:
        operands.push_leaf(operands.operation((), type_, n.PURE))

    return push


def unary(type_: t.ValueType, effects: int) -> Action:
    """An expression of one operand."""

    def combine(operands: Operands, *immediates: object) -> None:
        stack, index = operands.stack, operands.index
        a = stack.pop()
        depth, more = a.depth + 1, effects | a.effects
        operation = n.Operation(index, operands.instructions[index], (a,), type_, more, depth, a.reads)
        if depth > DEEPEST:
            operands.push(operation)
        else:
            stack.append(operation)

    return combine


def binary(type_: t.ValueType, effects: int) -> Action:
    """An expression of two operands."""

    def combine(operands: Operands, *immediates: object) -> None:
        stack, index = operands.stack, operands.index
        b = stack.pop()
        a = stack.pop()
        depth = (max(b.depth, a.depth)) + 1
        more, reads = effects | a.effects | b.effects, union(a.reads, b.reads)
        operation = n.Operation(index, operands.instructions[index], (a, b), type_, more, depth, reads)
        if depth > DEEPEST:
            operands.push(operation)
        else:
            stack.append(operation)

    return combine


def is_constant(value: n.Expression) -> bool:
    """Whether a value is the same at any time."""
    return not value.reads and not value.effects


def number(value: int, index: int) -> n.Operation:
    """An i32, as a constant of the instruction number `index`."""
    return constant("i32.const", value, t.I32, index)


def zero(type_: t.ValueType, index: int) -> n.Operation:
    """What a local starts with, as a constant of the instruction number `index`. Spec: exec/runtime#default-values"""
    if isinstance(type_, t.ReferenceType):
        return constant("ref.null", type_.heap, type_, index)
    return constant(f"{type_}.const", 0, type_, index)


def constant(mnemonic: str, immediate: object, type_: t.ValueType, index: int) -> n.Operation:
    """What a constant instruction gives."""
    return n.Operation(index, Instruction(_ROWS[mnemonic], (immediate,)), (), type_, n.PURE, 1, NOTHING)

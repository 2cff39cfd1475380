"""The operand stack while a body is lifted: expressions that wait, and when they must wait no longer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from quire.engine import types as t
from quire.engine.compile import nodes as n
from quire.engine.compile.effects import conflict
from quire.engine.instructions import CORE_ROWS
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

    def slot(self, height: int) -> str:
        return f"s{height}"

    def pop(self, count: int) -> tuple[n.Expression, ...]:
        base = len(self.stack) - count
        operands = tuple(self.stack[base:])
        del self.stack[base:]
        return operands

    def push_slots(self, types: tuple[t.OperandType, ...]) -> tuple[str, ...]:
        """Push what is in the next slots; their names."""
        names = tuple(self.slot(len(self.stack) + at) for at in range(len(types)))
        self.stack.extend(n.Get(name, type_) for name, type_ in zip(names, types, strict=True))
        return names

    def operation(self, operands: tuple[n.Expression, ...], type_: t.OperandType | None, effects: int) -> n.Operation:
        depth, reads = 0, NOTHING
        for each in operands:
            effects |= each.effects
            depth = max(depth, each.depth)
            reads = reads | each.reads if reads else each.reads
        return n.Operation(self.index, self.instructions[self.index], operands, type_, effects, depth + 1, reads)

    def apply(self, count: int, results: tuple[t.OperandType, ...], effects: int) -> None:
        """The present instruction on `count` operands: an expression, or a statement if it changes anything."""
        if not count and not results and effects == n.PURE:
            return
        if effects & WRITES and count > 1 and len([each for each in self.stack[-count:] if each.effects & n.TRAPS]) > 1:
            self.settle(n.TRAPS, frozenset())  # Python evaluates what is stored first
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
        self.settle(value.effects, frozenset(targets))
        last = self.block.statements[-1] if self.block.statements else None
        slot = value.name if isinstance(value, n.Get) and value.name[0] == "s" else None
        if slot and isinstance(last, n.Assign) and last.targets == (slot,):  # its only use is here
            last.targets = targets
            return
        self.block.statements.append(n.Assign(targets, value, types))

    def settle(self, effects: int, writes: frozenset[str]) -> None:
        """Evaluate the operands that must not wait until a statement with these effects is done."""
        chosen = []
        for height in range(len(self.stack) - 1, -1, -1):
            value = self.stack[height]
            if conflict(value.effects, effects) or not writes.isdisjoint(value.reads):
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
        self.settle(
            n.PURE, frozenset(self.slot(height) for height in range(base, len(self.stack)) if self.moves(height))
        )
        for height in range(base, len(self.stack)):
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

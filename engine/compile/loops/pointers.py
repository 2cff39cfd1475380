"""Pointers of a counted loop: variables that are used for nothing but addresses of elements, or bytes, of one size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from quire.engine import types as t
from quire.engine.compile.analysis.building import number
from quire.engine.compile.analysis.intervals import targets
from quire.engine.compile.expressions.accesses import form_of
from quire.engine.compile.expressions.translate import Bytes
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.loops.counted import COUNTING, Counted, constant


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
        if not self.exponent and not (self.offset or self.steps):
            return False  # an element is a byte: nothing is won
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
        inside = found.inside
        self.changed = {name for block in inside for each in block.statements for name in targets(each)}
        self.changed.add(found.variable)
        self.counter, self.step = found.variable, found.step
        for block in inside:
            if isinstance(block.end, (n.Return, n.Stop)):  # runs once, and has the pointers themselves
                self.dropped.update(name for each in block.statements for name in targets(each))
            else:
                self.visit(block, ends=block is not found.trimmed)
        for each in (found.bound, found.step):
            if isinstance(each, (n.Get, n.Operation)):
                self.read(each)

    def found(self) -> dict[str, Pointer]:
        """What is left, the counter only if it counts whole elements."""
        counter = self.pointers.get(self.counter)
        if counter is not None and (not isinstance(self.step, int) or self.step % (1 << counter.exponent)):
            self.dropped.add(self.counter)
        return {name: each for name, each in self.pointers.items() if name not in self.dropped and each.is_sound()}

    def visit(self, block: n.Block, *, ends: bool) -> None:
        for statement in block.statements:
            if isinstance(statement, n.Assign):
                self.visit_assign(statement)
            else:
                self.dropped.update(targets(statement))
        if ends:
            for each in n.last_expressions(block):
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
        if not isinstance(expression, n.Operation) or not expression.effects & n.MEMORY:
            self.dropped |= expression.reads
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
    if there is None or form.bits == 8:
        return there is not None
    return bool(form.view and there.viewed and not offset % (1 << exponent))


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

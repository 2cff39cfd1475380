"""Expressions: from a tree of operations to Python, with what is known of the value.

Notes each place that may trap, with the text of its operands: from these a trap is told again (`traps.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from quire.engine import types as t
from quire.engine.compile.analysis.facts import WHOLE, Range, State, variable, whole
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.graph.effects import effects_of
from quire.engine.compile.interface import LARGEST, Spot, identifier
from quire.engine.instructions.expressions import CHOICE, PRIMARY, UNARY, Value, canon, literal, number, strict
from quire.engine.instructions.row import Kind, Row
from quire.engine.runtime.memory import AccessCode
from quire.engine.validate import ModuleContext

BREAK = "\f"  # white space: where a line goes on in the next one if it has such a place already


class Use(NamedTuple):
    """Something that the code of a function refers to beside its variables.

    `kind` is "name" of the function of an instruction, `number` being the instruction's; or of a memory, `number` being
    the memory's: "bytes", "view" with a format as its name, "readable" or "writable" for the ranges that are open.
    """

    kind: str
    name: str
    number: int


class Bytes(NamedTuple):
    """How code gets at the bytes of a memory."""

    memory: int
    mask: int  # of its addresses
    viewed: bool  # whether views of elements of several bytes show them
    code: AccessCode
    free: bool  # whether nothing is asked of accesses but that they are in bounds
    name: str  # of the variable that has the bytes
    use: Use


@dataclass(eq=False, slots=True)
class Made:
    """A whole expression in Python, given what is `known` of the variables that it reads."""

    known: tuple[Range | None, ...]
    operands: Sequence[Value]
    value: Value
    spots: Sequence[Spot]
    uses: Sequence[Use]
    parts: Mapping[str, str] | None  # see Translator.in_parts


class Translator:
    """Expressions of one function. `access` tells how the bytes of each memory are accessed, `special` which
    instructions are more than a template, `sizes` how many bytes memories may have, `views` whether it is worth to make
    views of elements of several bytes.
    """

    def __init__(
        self,
        context: ModuleContext,
        function: int,
        access: Sequence[AccessCode | None],
        special: Callable[[Row], Special | None],
        *,
        sizes: Sequence[int] | None = None,
        views: bool = True,
    ) -> None:
        self.context = context
        self.sizes = [LARGEST] * len(context.memories) if sizes is None else sizes
        self.views = views
        self.function = function
        self.access = access
        self.known_bytes: dict[int, Bytes | None] = {}
        self.has_ranges = any(code is not None and code.ranges for code in access)
        self.special = special
        self.spots: list[Spot] = []
        self.uses: list[Use] = []
        self.loose: frozenset[str] = frozenset()  # the variables whose NaNs are made canonical where they are used
        self.waiting: Mapping[str, tuple[int, int]] = {}  # those that are to be reduced where they are used
        self.opened: set[n.Operation] = set()  # accesses that were checked before
        self.parts: dict[str, str] | None = None  # variables for the rests of views from an element on; None for none
        self.memo: dict[n.Operation, Made] = {}
        self.constants: dict[n.Operation, Value] = {}  # those that are literals
        self.variables: dict[str, tuple[Range, Value]] = {}  # integers as they were when last asked for

    def bytes(self, memory: int) -> Bytes | None:
        """How code gets at the bytes of a memory; None where it must ask the memory."""
        if memory not in self.known_bytes:
            self.known_bytes[memory] = self.bytes_of(memory)
        return self.known_bytes[memory]

    def bytes_of(self, memory: int) -> Bytes | None:
        code, type_ = self.access[memory], self.context.memories[memory]
        if code is None:
            return None
        viewed = self.views and sys.byteorder == "little" and type_.page_size % 8 == 0
        use = Use("bytes", "", memory)
        return Bytes(memory, whole(type_.address_type)[1], viewed, code, code == AccessCode(), f"m{memory}", use)

    def assume_loose(self, variables: frozenset[str]) -> None:
        """From now on, these variables hold loose NaNs."""
        self.loose = variables
        self.memo.clear()

    def assume_waiting(self, variables: Mapping[str, tuple[int, int]]) -> None:
        """From now on, these variables hold integers beyond their types, between certain ends."""
        self.waiting = variables
        self.memo.clear()

    @contextmanager
    def in_parts(self) -> Iterator[dict[str, str]]:
        """While the code of a loop is made in which no memory moves, elements at an index and a number more are taken
        from the rest of their view: gives the variables for those, and what they are to be set to before the loop.
        """
        self.parts = {}
        try:
            yield self.parts
        finally:
            self.parts = None

    def known(self, expression: n.Expression, state: State) -> Value:
        """The value of a whole expression, of which nothing is noted."""
        return self.variable(expression, state) if isinstance(expression, n.Get) else self.made(expression, state).value

    def value(self, expression: n.Expression, state: State) -> Value:
        """The value of a whole expression that is written out: what it may trap at and what it uses is noted."""
        if isinstance(expression, n.Get):
            return self.variable(expression, state)
        made = self.made(expression, state)
        if made.spots:
            self.spots += made.spots
        if made.uses:
            self.uses += made.uses
        return made.value

    def operands(self, operation: n.Operation, state: State) -> Sequence[Value]:
        """The values of the operands of a whole expression."""
        return self.made(operation, state).operands

    def made(self, operation: n.Operation, state: State) -> Made:
        """What an operation becomes; it is made anew only where something else is known of its variables."""
        known = tuple(map(state.get, operation.reads)) if operation.reads else ()
        memo = self.memo.get(operation)
        if memo is None or memo.known != known or (memo.parts is not self.parts and memo.uses):
            outer = self.spots, self.uses
            self.spots, self.uses = [], []
            operands = self.evaluated_each(operation.operands, state)
            value = self.evaluated(operation, operands)
            memo = self.memo[operation] = Made(known, operands, value, self.spots or (), self.uses or (), self.parts)
            self.spots, self.uses = outer
        return memo

    def variable(self, get: n.Get, state: State) -> Value:
        name, limits = get.name, WHOLE.get(get.type)
        if limits is None:
            return Value(name, PRIMARY, loose=name in self.loose, simple=True)
        known = (*self.waiting[name], 0) if name in self.waiting else state.get(name) or limits
        memo = self.variables.get(name)
        if memo is None or memo[0] != known:
            memo = self.variables[name] = known, variable(name, known)
        return memo[1]

    def evaluated_each(self, operands: Sequence[n.Expression], state: State) -> list[Value]:
        """The values of the operands of an operation."""
        return [
            self.variable(each, state)
            if isinstance(each, n.Get)
            else self.constants.get(each) or self.evaluated(each, self.evaluated_each(each.operands, state))
            for each in operands
        ]

    def evaluated(self, operation: n.Operation, operands: list[Value]) -> Value:
        """The value of an operation."""
        row, immediates = operation.instruction
        special = self.special(row)
        found = special(self, operation, operands) if special else None
        template = row.template
        if found is None and template is not None:
            found = template.make(*immediates, *operands) if immediates else template.make(*operands)
            if template.traps and found is not None:
                self.note(operation, operands)
        return self.called(operation, operands) if found is None else found

    def canonical(self, expression: n.Expression, value: Value) -> str:
        """The value as functions and variables of the engine have it."""
        return self.plainly(value, expression.type)

    def plainly(self, value: Value, type_: t.OperandType | None) -> str:
        if type_ is t.I32 or type_ is t.I64:
            return number(canon(value, WHOLE[type_][1])).text
        return strict(value).text if type_ is t.F64 or type_ is t.F32 else value.text

    def arguments(self, operation: n.Operation, values: list[Value]) -> list[str]:
        return [self.plainly(value, each.type) for each, value in zip(operation.operands, values, strict=True)]

    def note(self, operation: n.Operation, values: list[Value]) -> None:
        self.spots.append(Spot(operation.index, tuple(self.arguments(operation, values))))

    # The function of the row, called

    def called(self, operation: n.Operation, values: list[Value]) -> Value:
        row = operation.instruction.row
        if row.kind is Kind.NUMERIC and not values:
            return self.constant(operation)
        if row.traps if row.kind is Kind.NUMERIC else effects_of(row) & ~(n.READS_STATE | n.READS_MEMORY):
            self.note(operation, values)
        name = self.bind(operation, identifier(row.mnemonic))
        return self.result(operation, f"{name}({', '.join(self.arguments(operation, values))})")

    def bind(self, operation: n.Operation, stem: str) -> str:
        """The name of an instruction's function with its immediates."""
        row, immediates = operation.instruction
        shared = row.kind is Kind.NUMERIC and not immediates
        name = stem if shared else f"{stem}_{self.function}_{operation.index}"
        self.uses.append(Use("name", name, operation.index))
        return name

    def result(self, operation: n.Operation, text: str) -> Value:
        low, high, _ = (0, 0, 0) if operation.type is None else whole(operation.type)
        return Value(text, PRIMARY, low, high)

    def constant(self, operation: n.Operation) -> Value:
        row, immediates = operation.instruction
        made = row.run(*immediates)
        if isinstance(made, int):
            found = literal(made)
        elif isinstance(made, float) and made == made and abs(made) < 1e300:
            found = Value(repr(made), PRIMARY if str(made)[0] != "-" else UNARY, constant=True, simple=True)
        else:
            return Value(self.bind(operation, "constant"), PRIMARY, simple=True)
        self.constants[operation] = found
        return found


def condition_text(value: Value, expression: n.Expression) -> str:
    """An i32 or i64 as a condition of Python."""
    return (value if value.truth else canon(value, whole(expression.type or t.I32)[1])).at(CHOICE + 1)


Special = Callable[[Translator, n.Operation, list[Value]], Value | None]
"""An instruction that is more than a template: it sees immediates, types or the state."""

"""Expressions: from a tree of operations to Python, with what is known of the value.

Notes each place that may trap, with the text of its operands: from these a trap is told again (`traps.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from quire.engine import types as t
from quire.engine.compile import nodes as n
from quire.engine.compile.effects import effects_of
from quire.engine.compile.facts import WHOLE, Range, State, variable, whole
from quire.engine.immediates import MemArg
from quire.engine.instructions.expressions import (
    CHOICE,
    PRIMARY,
    SUM,
    UNARY,
    Value,
    canon,
    infix,
    literal,
    number,
    shifted,
    strict,
)
from quire.engine.instructions.row import Kind
from quire.engine.runtime.memory import AccessCode
from quire.engine.validate import ModuleContext


@dataclass(frozen=True, slots=True)
class Spot:
    """An instruction that may trap, and its operands as Python expressions; None for a call, which traps elsewhere."""

    index: int
    operands: tuple[str, ...] | None


class Use(NamedTuple):
    """Something that the code of a function refers to beside its variables.

    `kind` is "name" of the function of an instruction, `number` being the instruction's; or of a memory, `number` being
    the memory's: "bytes", "view" with a format as its name, "readable" or "writable" for the ranges that are open.
    """

    kind: str
    name: str
    number: int


LOADS = {
    "i32.load": ("u32", 0, (1 << 32) - 1), "i64.load": ("u64", 0, (1 << 64) - 1),
    "i32.load8_u": ("", 0, 255), "i64.load8_u": ("", 0, 255), "i32.load8_s": ("s8", -128, 127),
    "i64.load8_s": ("s8", -128, 127), "i32.load16_u": ("u16", 0, 65535), "i64.load16_u": ("u16", 0, 65535),
    "i32.load16_s": ("s16", -32768, 32767), "i64.load16_s": ("s16", -32768, 32767),
    "i64.load32_u": ("u32", 0, (1 << 32) - 1), "i64.load32_s": ("s32", -(1 << 31), (1 << 31) - 1),
    "f32.load": ("uf32", 0, 0), "f64.load": ("uf64", 0, 0),
}  # fmt: skip
STORES = {
    "i32.store": ("p32", 32), "i64.store": ("p64", 64), "i32.store8": ("", 8), "i64.store8": ("", 8),
    "i32.store16": ("p16", 16), "i64.store16": ("p16", 16), "i64.store32": ("p32", 32), "f32.store": ("pf32", 0),
    "f64.store": ("pf64", 0),
}  # fmt: skip

VIEWS = {
    "u16": ("H", 1), "s16": ("h", 1), "u32": ("I", 2), "s32": ("i", 2), "u64": ("Q", 3), "uf64": ("d", 3),
}  # fmt: skip
"""Reads that a typed view of the bytes does as well: its format, and the exponent of its size."""


class Made(NamedTuple):
    """A whole expression in Python, given what is `known` of the variables that it reads."""

    known: tuple[Range | None, ...]
    value: Value
    spots: list[Spot]
    uses: set[Use]


class Translator:
    """Expressions of one function. `access` tells how a memory's bytes are accessed."""

    def __init__(self, context: ModuleContext, function: int, access: Callable[[int], AccessCode | None]) -> None:
        self.context = context
        self.function = function
        self.access = cache(access)
        self.spots: list[Spot] = []
        self.uses: set[Use] = set()
        self.loose: frozenset[str] = frozenset()  # the variables whose NaNs are made canonical where they are used
        self.memo: dict[n.Operation, Made] = {}

    def assume_loose(self, variables: frozenset[str]) -> None:
        """From now on, these variables hold loose NaNs."""
        self.loose = variables
        self.memo.clear()

    def known(self, expression: n.Expression, state: State) -> Value:
        """The value of a whole expression, of which nothing is noted."""
        return self.variable(expression, state) if isinstance(expression, n.Get) else self.made(expression, state).value

    def value(self, expression: n.Expression, state: State) -> Value:
        """The value of a whole expression that is written out: what it may trap at and what it uses is noted."""
        if isinstance(expression, n.Get):
            return self.variable(expression, state)
        made = self.made(expression, state)
        self.spots += made.spots
        self.uses.update(made.uses)
        return made.value

    def made(self, operation: n.Operation, state: State) -> Made:
        """What an operation becomes; it is made anew only where something else is known of its variables."""
        known = tuple(map(state.get, operation.reads))
        memo = self.memo.get(operation)
        if memo is None or memo.known != known:
            outer = self.spots, self.uses
            self.spots, self.uses = [], set()
            value = self.evaluated(operation, state)
            memo = self.memo[operation] = Made(known, value, self.spots, self.uses)
            self.spots, self.uses = outer
        return memo

    def variable(self, get: n.Get, state: State) -> Value:
        if get.type in WHOLE:
            return variable(get.name, get.type, state)
        return Value(get.name, PRIMARY, loose=get.name in self.loose, simple=True)

    def evaluated(self, operation: n.Operation, state: State) -> Value:
        """The value of an operation."""
        operands = [
            self.variable(each, state) if isinstance(each, n.Get) else self.evaluated(each, state)
            for each in operation.operands
        ]
        row = operation.instruction.row
        special = SPECIAL.get(row.mnemonic)
        found = special(self, operation, operands) if special else None
        if found is None and row.template is not None:
            found = row.template.make(*operands)
            if found is not None and row.traps:
                self.note(operation, operands)
        return self.called(operation, operands) if found is None else found

    def canonical(self, expression: n.Expression, value: Value) -> str:
        """The value as functions and variables of the engine have it."""
        return self.plainly(value, expression.type)

    def plainly(self, value: Value, type_: t.OperandType | None) -> str:
        if type_ in (t.F32, t.F64):
            return strict(value).text
        if type_ is t.I32 or type_ is t.I64:
            return number(canon(value, whole(type_)[1])).text
        return value.text

    def arguments(self, operation: n.Operation, values: list[Value]) -> list[str]:
        return [self.canonical(each, value) for each, value in zip(operation.operands, values, strict=True)]

    # Elements of typed views

    def is_aligned(self, base: Value, m: MemArg, exponent: int) -> bool:
        """Whether an address is known to be a multiple of a size, and views of elements of that size exist."""
        views = sys.byteorder == "little" and self.context.memories[m.memory].page_size % 8 == 0
        return views and base.zeros >= exponent and m.offset % (1 << exponent) == 0

    def base(self, value: Value, m: MemArg) -> Value:
        """The address operand, not yet reduced where an element of a view is enough."""
        if value.scaled is not None:
            return value
        return number(canon(value, whole(self.context.memories[m.memory].address_type)[1]))

    def test(self, base: Value, m: MemArg, first: int, ranges: str) -> str:
        """The condition under which the bytes may be accessed, or "" for none. It puts the operand into AT."""
        mask = whole(self.context.memories[m.memory].address_type)[1]
        reduced = number(canon(base, mask))
        text = reduced.text if reduced.simple else f"({AT} := {reduced.text})"
        if ranges:
            at = text + (f" + {m.offset}" if m.offset else "")
            return f"{ranges}{m.memory} <= {at} <= {ranges}e{m.memory}"
        limit = first - m.offset
        return f"{text} >= {limit:#x}" if limit > 0 and base.low < limit else ""

    def again(self, base: Value, m: MemArg) -> Value:
        """The operand of an access behind its test."""
        reduced = canon(base, whole(self.context.memories[m.memory].address_type)[1])
        return reduced if reduced.simple else Value(AT, PRIMARY, base.low, base.high, simple=True, zeros=base.zeros)

    def element(self, base: Value, m: MemArg, view: str, exponent: int) -> str:
        """An element of a typed view, at an address that is aligned."""
        mask = whole(self.context.memories[m.memory].address_type)[1]
        at = number(shifted(base, exponent, mask))
        if m.offset:
            at = infix(at, "+", literal(m.offset >> exponent), SUM)
        self.uses.add(Use("view", view, m.memory))
        return f"{view}{m.memory}[{at.text}]"

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
        self.uses.add(Use("name", name, operation.index))
        return name

    def result(self, operation: n.Operation, text: str) -> Value:
        low, high, _ = (0, 0, 0) if operation.type is None else whole(operation.type)
        if operation.type in (t.F32, t.F64):
            low, high = (0, 0)
        return Value(text, PRIMARY, low, high)

    def constant(self, operation: n.Operation) -> Value:
        row, immediates = operation.instruction
        made = row.run(*immediates)
        if isinstance(made, int):
            return literal(made)
        if isinstance(made, float) and made == made and abs(made) < 1e300:
            return Value(repr(made), PRIMARY if str(made)[0] != "-" else UNARY, constant=True, simple=True)
        name = self.bind(operation, "constant")
        return Value(name, PRIMARY, simple=True)


def identifier(mnemonic: str) -> str:
    """A mnemonic as a name of Python."""
    return mnemonic.replace(".", "_")


# Instructions that are more than a template: they see immediates, types or the state.

Special = Callable[[Translator, n.Operation, list[Value]], "Value | None"]


def load(translator: Translator, operation: n.Operation, values: list[Value]) -> Value | None:
    """From the bytes, or, where that is not known to be allowed, from the memory."""
    (m,) = n.immediates(operation)
    code = translator.access(m.memory)
    if code is None:
        return None
    base = translator.base(values[0], m)
    translator.note(operation, values)
    test = translator.test(base, m, code.first_readable, "r" if code.ranges else "")
    if not test:
        return read(translator, operation, base, m)
    again = translator.again(base, m)
    made = read(translator, operation, again, m)
    asked = f"{translator.bind(operation, identifier(n.mnemonic(operation)))}({again.text})"
    if code.ranges:
        translator.uses.add(Use("readable", "", m.memory))
        ranges = f"M{m.memory}.open_readable"
        asked = f"({asked}, r{m.memory} := {ranges}[0], re{m.memory} := {ranges}[1])[0]"
    low, high = made.low, made.high
    if low < 0:  # the memory gives the unsigned reading
        low, high, _ = whole(operation.type or t.I32)
        low = made.low
    return Value(f"({made.text} if {test} else {asked})", PRIMARY, low, high)


AT, STORED = "at", "v"  # the address and the value of an access that is tested


def read(translator: Translator, operation: n.Operation, base: Value, m: MemArg) -> Value:
    """Typed reads come as tuples of one, but from a typed view."""
    unpack, low, high = LOADS[n.mnemonic(operation)]
    view = VIEWS.get(unpack)
    if view is not None and translator.is_aligned(base, m, view[1]):
        return Value(translator.element(base, m, *view), PRIMARY, low, high)
    translator.uses.add(Use("bytes", "", m.memory))
    base = number(canon(base, whole(translator.context.memories[m.memory].address_type)[1]))
    at, bytes_ = address(base, m), f"m{m.memory}"
    if not unpack:
        return Value(f"{bytes_}[{at}]", PRIMARY, low, high)
    if unpack == "s8":
        return Value(f"({bytes_}[{at}] ^ 128) - 128", SUM, low, high)
    if unpack == "uf32":
        again = f"f32_bits_of({bytes_}, {at})"
        return Value(f"(_ if (_ := uf32({bytes_}, {at})[0]) == _ else {again})", PRIMARY)
    return Value(f"{unpack}({bytes_}, {at})[0]", PRIMARY, low, high)


def address(base: Value, m: MemArg) -> str:
    """The effective address: never negative, for Python would count from the end."""
    return base.text if not m.offset else infix(base, "+", literal(m.offset), SUM).text


def store(translator: Translator, operation: n.Operation, values: list[Value]) -> Value | None:
    """The value is evaluated before the address in an assignment to an index, behind it in a call."""
    (m,) = n.immediates(operation)
    code = translator.access(m.memory)
    if code is None:
        return None
    base = translator.base(values[0], m)
    translator.note(operation, values)
    _, bits = STORES[n.mnemonic(operation)]
    value = canon(values[1], (1 << bits) - 1) if bits else strict(values[1])
    test = translator.test(base, m, code.first_writable, "w" if code.ranges else "")
    if not test:
        return Value(write(translator, operation, base, m, value.text))
    again = translator.again(base, m)
    stored = value.text if value.simple else STORED
    asked = f"{translator.bind(operation, identifier(n.mnemonic(operation)))}({again.text}, {stored})"
    if code.ranges:
        translator.uses.add(Use("writable", "", m.memory))
        asked += f"; w{m.memory}, we{m.memory} = M{m.memory}.open_writable"
    done = write(translator, operation, again, m, stored)
    first = "" if value.simple else f"{STORED} = {value.text}\n"
    return Value(f"{first}if {test}: {done}\nelse: {asked}")


def write(translator: Translator, operation: n.Operation, base: Value, m: MemArg, text: str) -> str:
    """The statement that changes the bytes."""
    pack, _ = STORES[n.mnemonic(operation)]
    view = VIEWS.get(pack.replace("p", "u"))
    if view is not None and translator.is_aligned(base, m, view[1]):
        return f"{translator.element(base, m, *view)} = {text}"
    translator.uses.add(Use("bytes", "", m.memory))
    base = number(canon(base, whole(translator.context.memories[m.memory].address_type)[1]))
    at, bytes_ = address(base, m), f"m{m.memory}"
    if pack == "pf32":
        return f"store_f32({bytes_}, {at}, {text})"
    return f"{pack}({bytes_}, {at}, {text})" if pack else f"{bytes_}[{at}] = {text}"


def select(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """Both operands are free of effects."""
    first, second, condition = values
    low, high = min(first.low, second.low), max(first.high, second.high)
    text = f"{first.at(CHOICE + 1)} if {condition_text(condition, operation.operands[2])} else {second.at(CHOICE + 1)}"
    truth, loose = first.truth or second.truth, first.loose or second.loose
    return Value(text, CHOICE, low, high, truth, loose, zeros=min(first.zeros, second.zeros))


def condition_text(value: Value, expression: n.Expression) -> str:
    """An i32 or i64 as a condition of Python."""
    return (value if value.truth else canon(value, whole(expression.type or t.I32)[1])).at(CHOICE + 1)


def global_get(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """The value is an attribute."""
    return translator.result(operation, f"G{n.immediates(operation)[0]}.value")


def global_set(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """A statement."""
    return Value(f"G{n.immediates(operation)[0]}.value = {translator.arguments(operation, values)[0]}")


def is_null(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """ref.is_null and the test of br_on_null."""
    return Value(f"{values[0].at(COMPARED)} is None", COMPARED - 1, 0, 1, truth=True)


def is_not_null(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """The test of br_on_non_null."""
    return Value(f"{values[0].at(COMPARED)} is not None", COMPARED - 1, 0, 1, truth=True)


COMPARED = 6


def is_cast(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """The test of br_on_cast."""
    name = translator.bind(operation, "is_instance")
    return Value(f"{name}({values[0].text})", PRIMARY, 0, 1, truth=True)


def is_no_cast(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """The test of br_on_cast_fail."""
    return Value(f"not {is_cast(translator, operation, values).text}", 4, 0, 1, truth=True)


def as_non_null(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """A call, for it may trap."""
    translator.note(operation, values)
    return Value(f"as_non_null({values[0].text})")


def memory_size(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """In pages."""
    return translator.result(operation, f"M{n.immediates(operation)[0]}.size")


def call(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """Functions find each other in the namespace."""
    translator.spots.append(Spot(operation.index, None))
    text = f"f{n.immediates(operation)[0]}({', '.join(translator.arguments(operation, values))})"
    return translator.result(operation, text)


def call_indirect(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """Of what a table has."""
    callee = indirect(translator, operation, values)
    return translator.result(operation, f"{callee}({', '.join(translator.arguments(operation, values)[:-1])})")


def indirect(translator: Translator, operation: n.Operation, values: list[Value]) -> str:
    """The function that a table has for a type, as something that can be called."""
    type_index, table = n.immediates(operation)
    index = translator.canonical(operation.operands[-1], values[-1])
    translator.spots.append(Spot(operation.index, None))
    translator.spots.append(Spot(operation.index, (index,)))
    slow = translator.bind(operation, "resolve")
    found = f"T{table}.elements[{index}]"
    return f"(_.direct if (_ := {found}).direct_type is Y{type_index} else {slow}(_))"


def call_ref(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """Of what a reference refers to."""
    callee = referenced(translator, operation, values)
    return translator.result(operation, f"{callee}({', '.join(translator.arguments(operation, values)[:-1])})")


def referenced(translator: Translator, operation: n.Operation, values: list[Value]) -> str:
    """The function that a reference refers to, as something that can be called."""
    translator.spots.append(Spot(operation.index, None))
    translator.spots.append(Spot(operation.index, (values[-1].text,)))
    slow = translator.bind(operation, "resolve")
    return f"((_ := {values[-1].text}).direct or {slow}(_))"


SPECIAL: dict[str, Special] = {
    **dict.fromkeys(LOADS, load),
    **dict.fromkeys(STORES, store),
    "select": select,
    "global.get": global_get,
    "global.set": global_set,
    "ref.is_null": is_null,
    "br_on_null": is_null,
    "br_on_non_null": is_not_null,
    "br_on_cast": is_cast,
    "br_on_cast_fail": is_no_cast,
    "ref.as_non_null": as_non_null,
    "memory.size": memory_size,
    "call": call,
    "call_indirect": call_indirect,
    "call_ref": call_ref,
}

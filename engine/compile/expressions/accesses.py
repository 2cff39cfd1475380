"""Accesses to memories: loads and stores as Python that gets at the bytes, by typed views where alignment is known.

Where that is not known to be allowed, the code asks the memory through the function of the row.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import NamedTuple

from quire.engine import types as t
from quire.engine.compile.analysis.facts import whole
from quire.engine.compile.expressions.translate import Bytes, Translator, Use
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.interface import Spot, identifier
from quire.engine.errors import Crash
from quire.engine.immediates import MemArg
from quire.engine.instructions.access import Access
from quire.engine.instructions.expressions import (
    PRIMARY,
    SUM,
    Value,
    canon,
    integer,
    number,
    plus,
    shifted,
    strict,
)

SLACK = 16  # bytes that may be accessed from the last address of a range on
AT, STORED = "at", "v"  # the address and the value of an access that is tested

VIEWS = {"16": "H", "s16": "h", "32": "I", "s32": "i", "64": "Q", "f64": "d"}
"""What a typed view of the bytes reads and writes as well, with its format."""


class Form(NamedTuple):
    """How the numbers of an access are read and written: texts for the bytes, the address and the number."""

    read: str
    write: str
    binding: int  # of what is read
    low: int
    high: int
    bits: int  # of integers
    view: str
    exponent: int  # of the size in bytes


@cache
def form_of(access: Access) -> Form:
    """The form of an access's numbers. Typed reads come as tuples of one."""
    bits, exponent = 8 * access.size, access.size.bit_length() - 1
    name = f"f{bits}" if access.real else f"s{bits}" if access.signed else f"{bits}"
    read, write, binding = TEXTS.get(name) or (
        f"{name if access.signed else f'u{name}'}({{0}}, {{1}})[0]",
        f"p{name}({{0}}, {{1}}, {{2}})",
        PRIMARY,
    )
    low, high = (-(1 << bits - 1) if access.signed else 0, (1 << bits) - 1) if not access.real else (0, 0)
    return Form(read, write, binding, low, high + low, 0 if access.real else bits, VIEWS.get(name, ""), exponent)


TEXTS = {
    "8": ("{0}[{1}]", "{0}[{1}] = {2}", PRIMARY),
    "s8": ("({0}[{1}] ^ 128) - 128", "", SUM),
    "f32": ("(_ if (_ := uf32({0}, {1})[0]) == _ else f32_bits_of({0}, {1}))", "store_f32({0}, {1}, {2})", PRIMARY),
    "128": ('from_bytes(u128({0}, {1})[0], "little")', 'p128({0}, {1}, {2}.to_bytes(16, "little"))', PRIMARY),
}


ANY = ("0", "0")  # as for whether an access traps, only the address is of interest


def access(translator: Translator, operation: n.Operation, values: list[Value]) -> Value | None:
    """A load or a store."""
    there = translator.bytes(n.immediates(operation)[0].memory)
    if there is None:
        return None
    described = operation.instruction.row.access
    if described is None:
        raise Crash(f"{n.mnemonic(operation)} is no access")
    base = address_operand(values[0], there)
    reduced = base if base.scaled is None else number(canon(base, there.mask))
    translator.spots.append(Spot(operation.index, (reduced.text, *ANY[: len(values) - 1])))
    if operation in translator.opened:  # then the address is in a range of the memory as it stands
        first = values[0]
        base = address_operand(replace(first, low=max(first.low, 0), high=min(first.high, there.mask)), there)
    return (store if described.stores else load)(translator, operation, values, base, described, there)


# Loads


def load(
    translator: Translator, operation: n.Operation, values: list[Value], base: Value, access: Access, there: Bytes
) -> Value:
    """From the bytes, or from the memory."""
    m, *immediates = n.immediates(operation)
    test = condition(base, m, access, there, opened=operation in translator.opened)
    found = read(translator, behind_test(base, there) if test else base, m, access, there)
    if access.make is not None:
        found = access.make(*immediates, *values[1:], found)
    if not test:
        return found
    rest = translator.arguments(operation, values)[1:]
    asked = ask(translator, operation, [behind_test(base, there).text, *rest])
    if there.code.ranges:
        translator.uses.append(Use("readable", "", there.memory))
        at, ranges = there.memory, f"M{there.memory}.open_readable"
        asked = f"({asked}, r{at} := {ranges}[0], re{at} := {ranges}[1])[0]"
    high = found.high if found.low >= 0 else whole(operation.type or t.I32)[1]  # the memory gives the unsigned reading
    return Value(f"({found.text} if {test} else {asked})", PRIMARY, found.low, high)


def read(translator: Translator, base: Value, m: MemArg, access: Access, there: Bytes) -> Value:
    """From a typed view or by the function of a format."""
    form = form_of(access)
    if form.view and is_aligned(base, m, there, form):
        return Value(element(translator, base, m, there, form), PRIMARY, form.low, form.high)
    translator.uses.append(there.use)
    return Value(form.read.format(there.name, address(base, m, there)), form.binding, form.low, form.high)


# Stores


def store(
    translator: Translator, operation: n.Operation, values: list[Value], base: Value, access: Access, there: Bytes
) -> Value:
    """The value is evaluated before the address in an assignment to an index, behind it in a call."""
    m, *immediates = n.immediates(operation)
    value = values[1] if access.make is None else access.make(*immediates, *values[1:])
    form = form_of(access)
    value = canon(value, (1 << form.bits) - 1) if form.bits else strict(value)
    test = condition(base, m, access, there, opened=operation in translator.opened)
    if not test:
        return Value(write(translator, base, m, access, there, value))
    stored, first = (value, "") if value.simple else (Value(STORED), f"{STORED} = {value.text}\n")
    done = write(translator, behind_test(base, there), m, access, there, stored)
    rest = translator.arguments(operation, values)[1:] if access.make is not None else [stored.text]
    asked = ask(translator, operation, [behind_test(base, there).text, *rest])
    if there.code.ranges:
        translator.uses.append(Use("writable", "", there.memory))
        asked += f"; w{there.memory}, we{there.memory} = M{there.memory}.open_writable"
    return Value(f"{first}if {test}: {done}\nelse: {asked}")


def write(translator: Translator, base: Value, m: MemArg, access: Access, there: Bytes, value: Value) -> str:
    """The statement that changes the bytes."""
    form = form_of(access)
    if form.view and is_aligned(base, m, there, form):
        return f"{element(translator, base, m, there, form)} = {value.text}"
    translator.uses.append(there.use)
    text = integer(value) if form.bits == 128 else value.text
    return form.write.format(there.name, address(base, m, there), text)


# Addresses


def address_operand(value: Value, there: Bytes) -> Value:
    """The address operand, not yet reduced where an element of a view is enough."""
    return value if value.scaled is not None else number(canon(value, there.mask))


def address(base: Value, m: MemArg, there: Bytes) -> str:
    """The effective address: never negative, for Python would count from the end."""
    if base.scaled is not None:
        base = number(canon(base, there.mask))
    return plus(base, m.offset).text if m.offset else base.text


def is_aligned(base: Value, m: MemArg, there: Bytes, form: Form) -> bool:
    """Whether an address is known to be a multiple of a size, and views of elements of that size exist."""
    return base.zeros >= form.exponent and there.viewed and m.offset % (1 << form.exponent) == 0


def element(translator: Translator, base: Value, m: MemArg, there: Bytes, form: Form) -> str:
    """An element of a typed view, at an address that is aligned."""
    at = number(shifted(base, form.exponent, there.mask))
    if m.offset:
        at = plus(at, m.offset >> form.exponent)
    translator.uses.append(Use("view", form.view, there.memory))
    view = f"{form.view}{there.memory}"
    inner, first = at.addend or (at, 0)
    if translator.parts is None or first <= 0 or inner.low < 0:
        return f"{view}[{at.text}]"
    part = f"{view}from{first}"
    translator.parts[part] = f"{view}[{first}:]"
    return f"{part}[{inner.text}]"


# Where the memory is asked


def condition(base: Value, m: MemArg, access: Access, there: Bytes, *, opened: bool) -> str:
    """The condition under which the bytes may be accessed, or "" for none. It puts the operand into AT. One that is
    `opened` lies in a range.
    """
    if there.free and not access.aligned:
        return ""
    reduced = number(canon(base, there.mask))
    text, tests = reduced.text if reduced.simple else f"({AT} := {reduced.text})", []
    if there.code.ranges and not opened:
        ranges, at = "w" if access.stores else "r", text + (f" + {m.offset}" if m.offset else "")
        tests.append(f"{ranges}{there.memory} <= {at} <= {ranges}e{there.memory}")
    elif not there.code.ranges:
        limit = (there.code.first_writable if access.stores else there.code.first_readable) - m.offset
        if limit > 0 and base.low < limit:
            tests.append(f"{text} >= {limit:#x}")
    if access.aligned and (base.zeros < form_of(access).exponent or m.offset % access.size):
        at = (reduced.text if reduced.simple else AT) if tests else text
        tests.append(f"not {f'({at} + {m.offset})' if m.offset else at} & {access.size - 1}")
    return " and ".join(tests)


def behind_test(base: Value, there: Bytes) -> Value:
    """The operand of an access behind its test."""
    reduced = canon(base, there.mask)
    return reduced if reduced.simple else Value(AT, PRIMARY, base.low, base.high, simple=True, zeros=base.zeros)


def ask(translator: Translator, operation: n.Operation, arguments: list[str]) -> str:
    """A call of the row's function."""
    return f"{translator.bind(operation, identifier(n.mnemonic(operation)))}({', '.join(arguments)})"

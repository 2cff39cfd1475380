"""Accesses to memories: loads and stores as Python that gets at the bytes, by typed views where alignment is known."""

from __future__ import annotations

import sys

from quire.engine import types as t
from quire.engine.compile import nodes as n
from quire.engine.compile.facts import whole
from quire.engine.compile.translate import Translator, Use, identifier
from quire.engine.immediates import MemArg
from quire.engine.instructions.expressions import (
    PRIMARY,
    SUM,
    Value,
    canon,
    infix,
    literal,
    number,
    shifted,
    strict,
)

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


def load(translator: Translator, operation: n.Operation, values: list[Value]) -> Value | None:
    """From the bytes, or, where that is not known to be allowed, from the memory."""
    (m,) = n.immediates(operation)
    code = translator.access(m.memory)
    if code is None:
        return None
    base = address_operand(translator, values[0], m)
    translator.note(operation, values)
    test = condition(translator, base, m, code.first_readable, "r" if code.ranges else "")
    if not test:
        return read(translator, operation, base, m)
    again = behind_test(translator, base, m)
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
    if view is not None and is_aligned(translator, base, m, view[1]):
        return Value(element(translator, base, m, *view), PRIMARY, low, high)
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
    base = address_operand(translator, values[0], m)
    translator.note(operation, values)
    _, bits = STORES[n.mnemonic(operation)]
    value = canon(values[1], (1 << bits) - 1) if bits else strict(values[1])
    test = condition(translator, base, m, code.first_writable, "w" if code.ranges else "")
    if not test:
        return Value(write(translator, operation, base, m, value.text))
    again = behind_test(translator, base, m)
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
    if view is not None and is_aligned(translator, base, m, view[1]):
        return f"{element(translator, base, m, *view)} = {text}"
    translator.uses.add(Use("bytes", "", m.memory))
    base = number(canon(base, whole(translator.context.memories[m.memory].address_type)[1]))
    at, bytes_ = address(base, m), f"m{m.memory}"
    if pack == "pf32":
        return f"store_f32({bytes_}, {at}, {text})"
    return f"{pack}({bytes_}, {at}, {text})" if pack else f"{bytes_}[{at}] = {text}"


# Elements of typed views


def is_aligned(translator: Translator, base: Value, m: MemArg, exponent: int) -> bool:
    """Whether an address is known to be a multiple of a size, and views of elements of that size exist."""
    views = sys.byteorder == "little" and translator.context.memories[m.memory].page_size % 8 == 0
    return views and base.zeros >= exponent and m.offset % (1 << exponent) == 0


def address_operand(translator: Translator, value: Value, m: MemArg) -> Value:
    """The address operand, not yet reduced where an element of a view is enough."""
    if value.scaled is not None:
        return value
    return number(canon(value, whole(translator.context.memories[m.memory].address_type)[1]))


def condition(translator: Translator, base: Value, m: MemArg, first: int, ranges: str) -> str:
    """The condition under which the bytes may be accessed, or "" for none. It puts the operand into AT."""
    mask = whole(translator.context.memories[m.memory].address_type)[1]
    reduced = number(canon(base, mask))
    text = reduced.text if reduced.simple else f"({AT} := {reduced.text})"
    if ranges:
        at = text + (f" + {m.offset}" if m.offset else "")
        return f"{ranges}{m.memory} <= {at} <= {ranges}e{m.memory}"
    limit = first - m.offset
    return f"{text} >= {limit:#x}" if limit > 0 and base.low < limit else ""


def behind_test(translator: Translator, base: Value, m: MemArg) -> Value:
    """The operand of an access behind its test."""
    reduced = canon(base, whole(translator.context.memories[m.memory].address_type)[1])
    return reduced if reduced.simple else Value(AT, PRIMARY, base.low, base.high, simple=True, zeros=base.zeros)


def element(translator: Translator, base: Value, m: MemArg, view: str, exponent: int) -> str:
    """An element of a typed view, at an address that is aligned."""
    mask = whole(translator.context.memories[m.memory].address_type)[1]
    at = number(shifted(base, exponent, mask))
    if m.offset:
        at = infix(at, "+", literal(m.offset >> exponent), SUM)
    translator.uses.add(Use("view", view, m.memory))
    return f"{view}{m.memory}[{at.text}]"

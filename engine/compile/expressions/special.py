"""Instructions that are more than a template: they see immediates, types or the state. Those of memories are in
`accesses`,
those of structures, arrays and tables in `aggregates`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from quire.engine.compile.expressions.accesses import access
from quire.engine.compile.expressions.aggregates import AGGREGATES, is_of
from quire.engine.compile.expressions.translate import BREAK, Special, Translator, condition_text
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.interface import Spot
from quire.engine.instructions.expressions import BOTH, CHOICE, EITHER, Value, negated
from quire.engine.instructions.row import Row

COMPARED = 6


def select(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """Both operands are free of effects."""
    first, second, condition = values
    low, high = min(first.low, second.low), max(first.high, second.high)
    text = f"{first.at(CHOICE + 1)} if {condition_text(condition, operation.operands[2])} else {second.at(CHOICE + 1)}"
    truth, loose = first.truth or second.truth, first.loose or second.loose
    return Value(text, CHOICE, low, high, truth, loose, zeros=min(first.zeros, second.zeros))


def either(translator: Translator, operation: n.Operation, values: list[Value]) -> Value | None:
    """The bits of two conditions: the second one need not be evaluated where the first decides."""
    return connected("or", EITHER, operation, values)


def both(translator: Translator, operation: n.Operation, values: list[Value]) -> Value | None:
    """As `either`."""
    return connected("and", BOTH, operation, values)


def connected(word: str, binding: int, operation: n.Operation, values: list[Value]) -> Value | None:
    """Two conditions as one; None where the operands are no conditions, or the second has effects."""
    if operation.operands[1].effects or not all(each.truth and each.within(0, 1) for each in values):
        return None
    return Value(f"{values[0].at(binding)} {word} {values[1].at(binding)}", binding, 0, 1, truth=True)


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


def is_cast(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """The test of br_on_cast."""
    return is_of(translator, n.immediates(operation)[0].target, values[0], translator.bind(operation, "is_instance"))


def is_no_cast(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """The test of br_on_cast_fail."""
    return negated(is_cast(translator, operation, values))


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
    kind = f"{BREAK}f" if n.mnemonic(operation) == "call" else "b"
    text = f"{kind}{n.immediates(operation)[0]}({', '.join(translator.arguments(operation, values))})"
    return translator.result(operation, text)


def call_indirect(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """Of what a table has."""
    callee = indirect(translator, operation, values)
    return translator.result(operation, f"{callee}({', '.join(translator.arguments(operation, values)[:-1])})")


def indirect(translator: Translator, operation: n.Operation, values: list[Value], code: str = "direct") -> str:
    """The function that a table has for a type, as something that can be called; `code` is which of its codes."""
    type_index, table = n.immediates(operation)
    index = translator.canonical(operation.operands[-1], values[-1])
    translator.spots.append(Spot(operation.index, None))
    translator.spots.append(Spot(operation.index, (index,)))
    slow = translator.bind(operation, "resolve")
    found = f"T{table}.elements[{index}]"
    return f"(_.{code} if (_ := {found}).direct_type is Y{type_index} else {slow}(_))"


def call_ref(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """Of what a reference refers to."""
    callee = referenced(translator, operation, values)
    return translator.result(operation, f"{callee}({', '.join(translator.arguments(operation, values)[:-1])})")


def referenced(translator: Translator, operation: n.Operation, values: list[Value], code: str = "direct") -> str:
    """The function that a reference refers to, as something that can be called; `code` is which of its codes."""
    translator.spots.append(Spot(operation.index, None))
    translator.spots.append(Spot(operation.index, (values[-1].text,)))
    slow = translator.bind(operation, "resolve")
    return f"((_ := {values[-1].text}).{code} or {slow}(_))"


SPECIAL: Mapping[str, Special] = MappingProxyType(
    {
        **AGGREGATES,
        "select": select,
        "i32.or": either,
        "i32.and": both,
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
        "return_call": call,  # of what is as good as called
        "call_indirect": call_indirect,
        "call_ref": call_ref,
    }
)


@cache
def special(row: Row) -> Special | None:
    """What makes code for a row that is more than a template."""
    return access if row.access is not None else SPECIAL.get(row.mnemonic)

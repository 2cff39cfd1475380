"""Structures, arrays and tables as Python that gets at their lists.

What is null has no such attribute, and what is out of bounds no such element: Python raises where the row's function
would, and the trap is told from that.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quire.engine import types as t
from quire.engine.compile.expressions.translate import Special, Translator
from quire.engine.compile.graph import nodes as n
from quire.engine.instructions.expressions import CHOICE, EITHER, PRIMARY, SCRATCH, Value, canon, number, signed


def fields_of(translator: Translator, index: int) -> tuple[t.FieldType, ...]:
    """The fields of a structure type, or the only one of an array type."""
    composite = translator.context.type(index).composite
    if isinstance(composite, t.StructType):
        return composite.fields
    return (composite.field,) if isinstance(composite, t.ArrayType) else ()


def read(translator: Translator, operation: n.Operation, field: t.FieldType, text: str) -> Value:
    """The value of a field or an element; a packed one is extended."""
    if not isinstance(field.storage, t.PackedType):
        return translator.result(operation, text)
    bits = 8 * field.storage.size
    packed = Value(text, PRIMARY, 0, (1 << bits) - 1)
    return signed(packed, 1 << bits - 1) if n.mnemonic(operation).endswith("_s") else packed


def written(translator: Translator, field: t.FieldType, value: Value) -> str:
    """A value as it is kept in a field or an element."""
    if isinstance(field.storage, t.PackedType):
        return number(canon(value, (1 << 8 * field.storage.size) - 1)).text
    return translator.plainly(value, field.storage)


def struct_get(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """An item of a list."""
    index, field = n.immediates(operation)
    translator.note(operation, values)
    text = f"{values[0].at(PRIMARY)}.fields[{field}]"
    return read(translator, operation, fields_of(translator, index)[field], text)


def struct_set(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """A statement."""
    index, field = n.immediates(operation)
    translator.note(operation, values)
    value = written(translator, fields_of(translator, index)[field], values[1])
    return Value(f"{values[0].at(PRIMARY)}.fields[{field}] = {value}")


def struct_new(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """The types of an instance are `Y0` and so on."""
    (index,) = n.immediates(operation)
    fields = fields_of(translator, index)
    texts = (written(translator, field, value) for field, value in zip(fields, values, strict=True))
    return Value(f"Structure(Y{index}, [{', '.join(texts)}])")


def array_new_fixed(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """As long as it is written."""
    index, _ = n.immediates(operation)
    (field,) = fields_of(translator, index)
    return Value(f"Array(Y{index}, [{', '.join(written(translator, field, value) for value in values)}])")


def array_get(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """An item of a list."""
    translator.note(operation, values)
    (field,) = fields_of(translator, n.immediates(operation)[0])
    at = translator.canonical(operation.operands[1], values[1])
    return read(translator, operation, field, f"{values[0].at(PRIMARY)}.elements[{at}]")


def array_set(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """A statement."""
    translator.note(operation, values)
    (field,) = fields_of(translator, n.immediates(operation)[0])
    at = translator.canonical(operation.operands[1], values[1])
    return Value(f"{values[0].at(PRIMARY)}.elements[{at}] = {written(translator, field, values[2])}")


def table_get(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """An item of a list."""
    translator.note(operation, values)
    return Value(f"T{n.immediates(operation)[0]}.elements[{translator.arguments(operation, values)[0]}]")


def table_set(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """A statement."""
    translator.note(operation, values)
    at, value = translator.arguments(operation, values)
    return Value(f"T{n.immediates(operation)[0]}.elements[{at}] = {value}")


def table_size(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """The length of a list."""
    return translator.result(operation, f"len(T{n.immediates(operation)[0]}.elements)")


KINDS: Mapping[type, str] = MappingProxyType({t.StructType: "Structure", t.ArrayType: "Array"})


def exactly(translator: Translator, target: t.ReferenceType, value: Value) -> tuple[str, str] | None:
    """Whether a reference is of the very type that is asked for, and the reference again; None for no such type."""
    heap = target.heap
    if not isinstance(heap, int):
        return None
    kind = KINDS.get(type(translator.context.type(heap).composite))
    if kind is None:
        return None
    first, again = (value.text, value.text) if value.simple else (f"({SCRATCH} := {value.text})", SCRATCH)
    return f"{first}.__class__ is {kind} and {again}.type is Y{heap}", again


def is_of(translator: Translator, target: t.ReferenceType, value: Value, asked: str) -> Value:
    """Whether a reference is of a type. Most that are so are of no subtype: only others are asked in full."""
    found = exactly(translator, target, value)
    if found is None:
        return Value(f"{asked}({value.text})", PRIMARY, 0, 1, truth=True)
    test, again = found
    return Value(f"{test} or {asked}({again})", EITHER, 0, 1, truth=True)


def ref_test(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """A condition."""
    return is_of(translator, n.immediates(operation)[0], values[0], translator.bind(operation, "ref_test"))


def ref_cast(translator: Translator, operation: n.Operation, values: list[Value]) -> Value | None:
    """What fails traps in the function of the row."""
    found = exactly(translator, n.immediates(operation)[0], values[0])
    if found is None:
        return None
    test, again = found
    translator.note(operation, values)
    return Value(f"{again} if {test} else {translator.bind(operation, 'ref_cast')}({again})", CHOICE)


def ref_null(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """Whatever it is null of."""
    return Value("None", simple=True)


def memory_copy(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """By the memory itself."""
    destination, source = n.immediates(operation)
    translator.note(operation, values)
    to, from_, count = translator.arguments(operation, values)
    return Value(f"M{destination}.copy({to}, M{source}, {from_}, {count})")


def memory_fill(translator: Translator, operation: n.Operation, values: list[Value]) -> Value:
    """By the memory itself."""
    translator.note(operation, values)
    to, _, count = translator.arguments(operation, values)
    byte = number(canon(values[1], 0xFF))
    return Value(f"M{n.immediates(operation)[0]}.fill({to}, {byte.text}, {count})")


AGGREGATES: Mapping[str, Special] = MappingProxyType(
    {
        "struct.new": struct_new,
        "struct.get": struct_get,
        "struct.get_s": struct_get,
        "struct.get_u": struct_get,
        "struct.set": struct_set,
        "array.new_fixed": array_new_fixed,
        "array.get": array_get,
        "array.get_s": array_get,
        "array.get_u": array_get,
        "array.set": array_set,
        "table.get": table_get,
        "table.set": table_set,
        "table.size": table_size,
        "ref.test": ref_test,
        "ref.cast": ref_cast,
        "ref.null": ref_null,
        "memory.copy": memory_copy,
        "memory.fill": memory_fill,
    }
)

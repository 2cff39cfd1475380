"""Table instructions. Spec: syntax/instructions#table-instructions"""

from __future__ import annotations

from typing import Any

from quire.engine import matching
from quire.engine import types as t
from quire.engine.errors import Invalid
from quire.engine.immediates import ELEMENT, TABLE, Context
from quire.engine.instructions.row import fixed_signature, typed
from quire.engine.runtime.frame import Frame


def table_get_signature(context: Context, table: int) -> t.FunctionType:
    type_ = context.table(table)
    return t.FunctionType((type_.address_type,), (type_.reference,))


def table_get(frame: Frame, table: int, index: int) -> Any:
    """Spec: exec/instructions#exec-table-get"""
    return frame.table(table).get(index)


def table_set_signature(context: Context, table: int) -> t.FunctionType:
    type_ = context.table(table)
    return t.FunctionType((type_.address_type, type_.reference), ())


def table_set(frame: Frame, table: int, index: int, value: Any) -> None:
    """Spec: exec/instructions#exec-table-set"""
    frame.table(table).set(index, value)


def table_size_signature(context: Context, table: int) -> t.FunctionType:
    return t.FunctionType((), (context.table(table).address_type,))


def table_size(frame: Frame, table: int) -> int:
    """Spec: exec/instructions#exec-table-size"""
    return frame.table(table).size


def table_grow_signature(context: Context, table: int) -> t.FunctionType:
    type_ = context.table(table)
    return t.FunctionType((type_.reference, type_.address_type), (type_.address_type,))


def table_grow(frame: Frame, table: int, value: Any, delta: int) -> int:
    """Spec: exec/instructions#exec-table-grow"""
    grown = frame.table(table)
    return grown.grow(delta, value) & (1 << 8 * grown.type.address_type.size) - 1


def table_fill_signature(context: Context, table: int) -> t.FunctionType:
    type_ = context.table(table)
    return t.FunctionType((type_.address_type, type_.reference, type_.address_type), ())


def table_fill(frame: Frame, table: int, index: int, value: Any, count: int) -> None:
    """Spec: exec/instructions#exec-table-fill"""
    frame.table(table).fill(index, value, count)


def table_copy_signature(context: Context, destination: int, source: int) -> t.FunctionType:
    to, from_ = context.table(destination), context.table(source)
    if not matching.matches_value(from_.reference, to.reference):
        raise Invalid("type mismatch", f"table.copy from {from_.reference} to {to.reference}")
    return t.FunctionType((to.address_type, from_.address_type, narrower(to.address_type, from_.address_type)), ())


def narrower(first: t.NumberType, second: t.NumberType) -> t.NumberType:
    """The address type of a length that must fit both. Spec: valid/instructions#valid-table-copy"""
    return first if first.size <= second.size else second


def table_copy(frame: Frame, destination: int, source: int, to: int, from_: int, count: int) -> None:
    """Spec: exec/instructions#exec-table-copy"""
    frame.table(destination).copy(to, frame.table(source), from_, count)


def table_init_signature(context: Context, element: int, table: int) -> t.FunctionType:
    type_, segment = context.table(table), context.element(element)
    if not matching.matches_value(segment, type_.reference):
        raise Invalid("type mismatch", f"table.init from {segment} to {type_.reference}")
    return t.FunctionType((type_.address_type, t.I32, t.I32), ())


def table_init(frame: Frame, element: int, table: int, to: int, from_: int, count: int) -> None:
    """Spec: exec/instructions#exec-table-init"""
    frame.table(table).init(to, frame.element(element), from_, count)


def elem_drop(frame: Frame, element: int) -> None:
    """Spec: exec/instructions#exec-elem-drop"""
    frame.drop_element(element)


ROWS = (
    typed(0x25, "table.get", [TABLE], table_get_signature, table_get),
    typed(0x26, "table.set", [TABLE], table_set_signature, table_set),
    typed((0xFC, 0x0C), "table.init", [ELEMENT, TABLE], table_init_signature, table_init),
    typed((0xFC, 0x0D), "elem.drop", [ELEMENT], fixed_signature("->"), elem_drop),
    typed((0xFC, 0x0E), "table.copy", [TABLE, TABLE], table_copy_signature, table_copy),
    typed((0xFC, 0x0F), "table.grow", [TABLE], table_grow_signature, table_grow),
    typed((0xFC, 0x10), "table.size", [TABLE], table_size_signature, table_size),
    typed((0xFC, 0x11), "table.fill", [TABLE], table_fill_signature, table_fill),
)

"""Aggregate instructions: structures, arrays, i31 and the conversions of external references.

Spec: syntax/instructions#aggregate-instructions
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from quire.engine import matching
from quire.engine import types as t
from quire.engine.errors import Exhausted, Invalid, Trap
from quire.engine.immediates import COUNT, DATA, ELEMENT, FIELD, TYPE, Context
from quire.engine.instructions.expressions import PRIMARY, Value, canon, number, signed
from quire.engine.instructions.row import Row, Signature, control, numeric, typed
from quire.engine.instructions.templates import Template
from quire.engine.numeric.floats import f32, f64
from quire.engine.runtime.frame import Frame
from quire.engine.runtime.objects import Array, I31Reference, Structure

ARRAY_BOUNDS = "out of bounds array access"


def struct_of(context: Context, index: int) -> t.StructType:
    composite = context.type(index).composite
    if not isinstance(composite, t.StructType):
        raise Invalid("type mismatch", f"type {index} is no structure type")
    return composite


def array_of(context: Context, index: int) -> t.FieldType:
    composite = context.type(index).composite
    if not isinstance(composite, t.ArrayType):
        raise Invalid("type mismatch", f"type {index} is no array type")
    return composite.field


def field_of(context: Context, index: int, field: int) -> t.FieldType:
    fields = struct_of(context, index).fields
    if field >= len(fields):
        raise Invalid("unknown field", f"{field} of type {index}, which has {len(fields)}")
    return fields[field]


def reference_to(context: Context, index: int, *, nullable: bool = True) -> t.ReferenceType:
    return t.ReferenceType(nullable, context.type(index))


def require_mutable(field: t.FieldType, reason: str) -> None:
    if not field.mutable:
        raise Invalid(reason)


def require_packing(field: t.FieldType, *, packed: bool) -> None:
    if isinstance(field.storage, t.PackedType) is not packed:
        raise Invalid("type mismatch", f"the field is {'not ' if packed else ''}packed")


def require_default(field: t.FieldType) -> None:
    if not t.is_defaultable(field.value):
        raise Invalid("type mismatch", f"{field.value} has no default value")


# Values of fields. Spec: exec/runtime#aggregate-instances


def pack(storage: t.StorageType, value: Any) -> Any:
    """Spec: exec/runtime#packing-field-values"""
    return value & (1 << 8 * storage.size) - 1 if isinstance(storage, t.PackedType) else value


def extend_sign(storage: t.StorageType, value: int) -> int:
    """A packed value, its sign extended to i32."""
    bits = 8 * storage.size if isinstance(storage, t.PackedType) else 32
    return value | (0xFFFFFFFF ^ (1 << bits) - 1) if value >> (bits - 1) else value


def default_of(storage: t.StorageType) -> Any:
    """Spec: exec/runtime#default-values"""
    if isinstance(storage, t.ReferenceType):
        return None
    return 0.0 if storage in (t.F32, t.F64) else 0


def element_size(storage: t.StorageType) -> int:
    """In bytes, as array.new_data and array.init_data count them."""
    if isinstance(storage, t.ReferenceType):
        raise Invalid("array type is not numeric or vector", f"but {storage}")
    return storage.size


def from_bytes(storage: t.StorageType, data: bytes) -> list[Any]:
    """The values that little-endian bytes stand for."""
    size = element_size(storage)
    raw = [int.from_bytes(data[at : at + size], "little") for at in range(0, len(data), size)]
    floats: dict[t.StorageType, Callable[[int], float]] = {t.F32: f32.from_bits, t.F64: f64.from_bits}
    convert = floats.get(storage)
    return raw if convert is None else [convert(each) for each in raw]


# Structures


def struct_new_signature(context: Context, index: int) -> t.FunctionType:
    values = tuple(field.value for field in struct_of(context, index).fields)
    return t.FunctionType(values, (reference_to(context, index, nullable=False),))


def struct_new(frame: Frame, index: int, *values: Any) -> Structure:
    """Spec: exec/instructions#exec-struct-new"""
    type_ = frame.type(index)
    fields = type_.composite.fields  # type: ignore[union-attr]
    return Structure(type_, [pack(field.storage, value) for field, value in zip(fields, values, strict=True)])


def struct_new_default_signature(context: Context, index: int) -> t.FunctionType:
    for field in struct_of(context, index).fields:
        require_default(field)
    return t.FunctionType((), (reference_to(context, index, nullable=False),))


def struct_new_default(frame: Frame, index: int) -> Structure:
    """Spec: exec/instructions#exec-struct-new-default"""
    type_ = frame.type(index)
    fields = type_.composite.fields  # type: ignore[union-attr]
    return Structure(type_, [default_of(field.storage) for field in fields])


def struct_get_signature(*, packed: bool) -> Signature:
    def signature(context: Context, index: int, field: int) -> t.FunctionType:
        type_ = field_of(context, index, field)
        require_packing(type_, packed=packed)
        return t.FunctionType((reference_to(context, index),), (type_.value,))

    return signature


def require_structure(structure: Structure | None) -> Structure:
    if structure is None:
        raise Trap("null structure reference")
    return structure


def struct_get(frame: Frame, index: int, field: int, structure: Structure | None) -> Any:
    """Also of packed fields without sign. Spec: exec/instructions#exec-struct-get"""
    return require_structure(structure).fields[field]


def struct_get_s(frame: Frame, index: int, field: int, structure: Structure | None) -> int:
    """Spec: exec/instructions#exec-struct-get"""
    storage = frame.type(index).composite.fields[field].storage  # type: ignore[union-attr]
    return extend_sign(storage, require_structure(structure).fields[field])


def struct_set_signature(context: Context, index: int, field: int) -> t.FunctionType:
    type_ = field_of(context, index, field)
    require_mutable(type_, "immutable field")
    return t.FunctionType((reference_to(context, index), type_.value), ())


def struct_set(frame: Frame, index: int, field: int, structure: Structure | None, value: Any) -> None:
    """Spec: exec/instructions#exec-struct-set"""
    storage = frame.type(index).composite.fields[field].storage  # type: ignore[union-attr]
    require_structure(structure).fields[field] = pack(storage, value)


# Arrays


def storage_of(frame: Frame, index: int) -> t.StorageType:
    return frame.type(index).composite.field.storage  # type: ignore[union-attr]


def require_array(array: Array | None) -> list[Any]:
    if array is None:
        raise Trap("null array reference")
    return array.elements


def check_array(elements: list[Any], at: int, count: int) -> None:
    if at + count > len(elements):
        noun = "element" if count == 1 else "elements"
        detail = f"{count} {noun} at {at} of an array: its length is {len(elements)}"
        raise Trap(ARRAY_BOUNDS, detail, operation="access")


def new_array(frame: Frame, index: int, value: Any, length: int) -> Array:
    """An array of equal elements. Raises Exhausted where the host refuses the length."""
    if length > frame.store.limits.array:
        raise Exhausted("array limit exceeded", f"an array of {length} elements")
    return Array(frame.type(index), [value] * length)


def array_new_signature(context: Context, index: int) -> t.FunctionType:
    value = array_of(context, index).value
    return t.FunctionType((value, t.I32), (reference_to(context, index, nullable=False),))


def array_new(frame: Frame, index: int, value: Any, length: int) -> Array:
    """Spec: exec/instructions#exec-array-new"""
    return new_array(frame, index, pack(storage_of(frame, index), value), length)


def array_new_default_signature(context: Context, index: int) -> t.FunctionType:
    require_default(array_of(context, index))
    return t.FunctionType((t.I32,), (reference_to(context, index, nullable=False),))


def array_new_default(frame: Frame, index: int, length: int) -> Array:
    """Spec: exec/instructions#exec-array-new-default"""
    return new_array(frame, index, default_of(storage_of(frame, index)), length)


def array_new_fixed_signature(context: Context, index: int, length: int) -> t.FunctionType:
    if length > 10_000:  # the limit that web engines share. Spec: appendix/implementation
        raise Invalid("array.new_fixed operands limit exceeded", f"{length}")
    value = array_of(context, index).value
    return t.FunctionType((value,) * length, (reference_to(context, index, nullable=False),))


def array_new_fixed(frame: Frame, index: int, length: int, *values: Any) -> Array:
    """Spec: exec/instructions#exec-array-new-fixed"""
    storage = storage_of(frame, index)
    return Array(frame.type(index), [pack(storage, value) for value in values])


def array_new_data_signature(context: Context, index: int, data: int) -> t.FunctionType:
    element_size(array_of(context, index).storage)
    return t.FunctionType((t.I32, t.I32), (reference_to(context, index, nullable=False),))


def slice_data(frame: Frame, storage: t.StorageType, data: int, offset: int, length: int) -> list[Any]:
    segment, size = frame.data(data), element_size(storage) * length
    if offset + size > len(segment):
        detail = f"{size} bytes at {offset:#x} of data segment {data}: its size is {len(segment):#x}"
        raise Trap("out of bounds memory access", detail, operation="access")
    return from_bytes(storage, segment[offset : offset + size])


def array_new_data(frame: Frame, index: int, data: int, offset: int, length: int) -> Array:
    """Spec: exec/instructions#exec-array-new-data"""
    return Array(frame.type(index), slice_data(frame, storage_of(frame, index), data, offset, length))


def require_segment(context: Context, field: t.FieldType, element: int) -> None:
    segment = context.element(element)
    if isinstance(field.storage, t.PackedType) or not matching.matches_value(segment, field.storage):
        raise Invalid("type mismatch", f"element segment {element} is of {segment}, the array of {field.storage}")


def array_new_elem_signature(context: Context, index: int, element: int) -> t.FunctionType:
    require_segment(context, array_of(context, index), element)
    return t.FunctionType((t.I32, t.I32), (reference_to(context, index, nullable=False),))


def slice_element(frame: Frame, element: int, offset: int, length: int) -> list[Any]:
    segment: Sequence[Any] = frame.element(element)
    if offset + length > len(segment):
        detail = f"{length} elements at {offset} of element segment {element}: its size is {len(segment)}"
        raise Trap("out of bounds table access", detail, operation="access")
    return list(segment[offset : offset + length])


def array_new_elem(frame: Frame, index: int, element: int, offset: int, length: int) -> Array:
    """Spec: exec/instructions#exec-array-new-elem"""
    return Array(frame.type(index), slice_element(frame, element, offset, length))


def array_get_signature(*, packed: bool) -> Signature:
    def signature(context: Context, index: int) -> t.FunctionType:
        field = array_of(context, index)
        require_packing(field, packed=packed)
        return t.FunctionType((reference_to(context, index), t.I32), (field.value,))

    return signature


def array_get(frame: Frame, index: int, array: Array | None, at: int) -> Any:
    """Also of packed elements without sign. Spec: exec/instructions#exec-array-get"""
    elements = require_array(array)
    check_array(elements, at, 1)
    return elements[at]


def array_get_s(frame: Frame, index: int, array: Array | None, at: int) -> int:
    """Spec: exec/instructions#exec-array-get"""
    return extend_sign(storage_of(frame, index), array_get(frame, index, array, at))


def array_set_signature(context: Context, index: int) -> t.FunctionType:
    field = array_of(context, index)
    require_mutable(field, "immutable array")
    return t.FunctionType((reference_to(context, index), t.I32, field.value), ())


def array_set(frame: Frame, index: int, array: Array | None, at: int, value: Any) -> None:
    """Spec: exec/instructions#exec-array-set"""
    elements = require_array(array)
    check_array(elements, at, 1)
    elements[at] = pack(storage_of(frame, index), value)


def array_len(array: Array | None) -> int:
    """Spec: exec/instructions#exec-array-len"""
    return len(require_array(array))


def array_fill_signature(context: Context, index: int) -> t.FunctionType:
    field = array_of(context, index)
    require_mutable(field, "immutable array")
    return t.FunctionType((reference_to(context, index), t.I32, field.value, t.I32), ())


def array_fill(frame: Frame, index: int, array: Array | None, at: int, value: Any, count: int) -> None:
    """Spec: exec/instructions#exec-array-fill"""
    elements = require_array(array)
    check_array(elements, at, count)
    elements[at : at + count] = [pack(storage_of(frame, index), value)] * count


def array_copy_signature(context: Context, destination: int, source: int) -> t.FunctionType:
    to, from_ = array_of(context, destination), array_of(context, source)
    require_mutable(to, "immutable array")
    if not matching.matches_field(t.FieldType(from_.storage), t.FieldType(to.storage)):
        raise Invalid("array types do not match", f"{from_.storage} to {to.storage}")
    operands = (reference_to(context, destination), t.I32, reference_to(context, source), t.I32, t.I32)
    return t.FunctionType(operands, ())


def array_copy(
    frame: Frame, destination: int, source: int, to: Array | None, at: int, from_: Array | None, start: int, count: int
) -> None:
    """Spec: exec/instructions#exec-array-copy"""
    target, origin = require_array(to), require_array(from_)
    check_array(target, at, count)
    check_array(origin, start, count)
    target[at : at + count] = origin[start : start + count]


def array_init_data_signature(context: Context, index: int, data: int) -> t.FunctionType:
    field = array_of(context, index)
    require_mutable(field, "immutable array")
    element_size(field.storage)
    return t.FunctionType((reference_to(context, index), t.I32, t.I32, t.I32), ())


def array_init_data(frame: Frame, index: int, data: int, array: Array | None, at: int, offset: int, count: int) -> None:
    """Spec: exec/instructions#exec-array-init-data"""
    elements = require_array(array)
    check_array(elements, at, count)
    elements[at : at + count] = slice_data(frame, storage_of(frame, index), data, offset, count)


def array_init_elem_signature(context: Context, index: int, element: int) -> t.FunctionType:
    field = array_of(context, index)
    require_mutable(field, "immutable array")
    require_segment(context, field, element)
    return t.FunctionType((reference_to(context, index), t.I32, t.I32, t.I32), ())


def array_init_elem(
    frame: Frame, index: int, element: int, array: Array | None, at: int, offset: int, count: int
) -> None:
    """Spec: exec/instructions#exec-array-init-elem"""
    elements = require_array(array)
    check_array(elements, at, count)
    elements[at : at + count] = slice_element(frame, element, offset, count)


# Scalars and conversions


def ref_i31(value: int) -> I31Reference:
    """Spec: exec/instructions#exec-ref-i31"""
    return I31Reference(value & 0x7FFFFFFF)


def i31_get_u(reference: I31Reference | None) -> int:
    """Spec: exec/instructions#exec-i31-get"""
    if reference is None:
        raise Trap("null i31 reference")
    return reference.value


def i31_get_s(reference: I31Reference | None) -> int:
    """Spec: exec/instructions#exec-i31-get"""
    value = i31_get_u(reference)
    return value | 0x80000000 if value >> 30 else value


# Templates


def length(array: Value) -> Value:
    return Value(f"len({array.at(PRIMARY)}.elements)", PRIMARY, 0, 0xFFFFFFFF)


def small(value: Value) -> Value:
    return Value(f"I31({number(canon(value, 0x7FFFFFFF)).text})")


def small_u(reference: Value) -> Value:
    return Value(f"{reference.at(PRIMARY)}.value", PRIMARY, 0, 0x7FFFFFFF)


def small_s(reference: Value) -> Value:
    return signed(small_u(reference), 1 << 30)


ROWS: tuple[Row, ...] = (
    typed((0xFB, 0x00), "struct.new", [TYPE], struct_new_signature, struct_new, constant=True),
    typed((0xFB, 0x01), "struct.new_default", [TYPE], struct_new_default_signature, struct_new_default, constant=True),
    typed((0xFB, 0x02), "struct.get", [TYPE, FIELD], struct_get_signature(packed=False), struct_get),
    typed((0xFB, 0x03), "struct.get_s", [TYPE, FIELD], struct_get_signature(packed=True), struct_get_s),
    typed((0xFB, 0x04), "struct.get_u", [TYPE, FIELD], struct_get_signature(packed=True), struct_get),
    typed((0xFB, 0x05), "struct.set", [TYPE, FIELD], struct_set_signature, struct_set),
    typed((0xFB, 0x06), "array.new", [TYPE], array_new_signature, array_new, constant=True),
    typed((0xFB, 0x07), "array.new_default", [TYPE], array_new_default_signature, array_new_default, constant=True),
    typed((0xFB, 0x08), "array.new_fixed", [TYPE, COUNT], array_new_fixed_signature, array_new_fixed, constant=True),
    typed(
        (0xFB, 0x09), "array.new_data", [TYPE, DATA], array_new_data_signature, array_new_data, needs_data_count=True
    ),
    typed((0xFB, 0x0A), "array.new_elem", [TYPE, ELEMENT], array_new_elem_signature, array_new_elem),
    typed((0xFB, 0x0B), "array.get", [TYPE], array_get_signature(packed=False), array_get),
    typed((0xFB, 0x0C), "array.get_s", [TYPE], array_get_signature(packed=True), array_get_s),
    typed((0xFB, 0x0D), "array.get_u", [TYPE], array_get_signature(packed=True), array_get),
    typed((0xFB, 0x0E), "array.set", [TYPE], array_set_signature, array_set),
    numeric((0xFB, 0x0F), "array.len", "arrayref -> i32", array_len, template=Template(length, traps=True)),
    typed((0xFB, 0x10), "array.fill", [TYPE], array_fill_signature, array_fill),
    typed((0xFB, 0x11), "array.copy", [TYPE, TYPE], array_copy_signature, array_copy),
    typed(
        (0xFB, 0x12), "array.init_data", [TYPE, DATA], array_init_data_signature, array_init_data, needs_data_count=True
    ),
    typed((0xFB, 0x13), "array.init_elem", [TYPE, ELEMENT], array_init_elem_signature, array_init_elem),
    control((0xFB, 0x1A), "any.convert_extern", constant=True),
    control((0xFB, 0x1B), "extern.convert_any", constant=True),
    numeric((0xFB, 0x1C), "ref.i31", "i32 -> i31", ref_i31, constant=True, template=Template(small)),
    numeric((0xFB, 0x1D), "i31.get_s", "i31ref -> i32", i31_get_s, template=Template(small_s, traps=True)),
    numeric((0xFB, 0x1E), "i31.get_u", "i31ref -> i32", i31_get_u, template=Template(small_u, traps=True)),
)

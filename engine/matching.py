"""Matching: which types may stand where others are expected. All functions take closed types. Spec: valid/matching"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from quire.engine import types as t

_ABOVE: Mapping[t.AbstractHeapType, tuple[t.AbstractHeapType, ...]] = MappingProxyType({
    t.ANY: (t.ANY,),
    t.EQ: (t.EQ, t.ANY),
    t.I31: (t.I31, t.EQ, t.ANY),
    t.STRUCT: (t.STRUCT, t.EQ, t.ANY),
    t.ARRAY: (t.ARRAY, t.EQ, t.ANY),
    t.NONE: (t.NONE, t.I31, t.STRUCT, t.ARRAY, t.EQ, t.ANY),
    t.FUNC: (t.FUNC,),
    t.NOFUNC: (t.NOFUNC, t.FUNC),
    t.EXTERN: (t.EXTERN,),
    t.NOEXTERN: (t.NOEXTERN, t.EXTERN),
    t.EXN: (t.EXN,),
    t.NOEXN: (t.NOEXN, t.EXN),
    t.BOTTOM_HEAP: (t.BOTTOM_HEAP, *t.ABSTRACT_HEAP_TYPES),
})  # fmt: skip


def matches_heap(sub: t.HeapType, sup: t.HeapType) -> bool:
    """Spec: valid/matching#heap-types"""
    if sub is sup or sub is t.BOTTOM_HEAP:
        return True
    if isinstance(sub, t.DefinedType):
        if isinstance(sup, t.DefinedType):
            return matches_defined(sub, sup)
        return isinstance(sup, t.AbstractHeapType) and sup in _ABOVE[t.abstract_of(sub.composite)]
    if not isinstance(sub, t.AbstractHeapType):
        return False
    if isinstance(sup, t.DefinedType):
        return sub is not t.abstract_of(sup.composite) and sub is bottom_of(sup)
    return sup in _ABOVE[sub]


def matches_defined(sub: t.DefinedType, sup: t.DefinedType) -> bool:
    """Spec: valid/matching#defined-types"""
    at: t.DefinedType | None = sub
    while at is not None:
        if at is sup:
            return True
        at = at.supertype
    return False


def top_of(heap: t.HeapType) -> t.AbstractHeapType:
    """The abstract type above all that are related to `heap`."""
    abstract = t.abstract_of(heap.composite) if isinstance(heap, t.DefinedType) else heap
    return _ABOVE[abstract][-1] if isinstance(abstract, t.AbstractHeapType) else t.ANY


def bottom_of(heap: t.HeapType) -> t.AbstractHeapType:
    """The abstract type below all that are related to `heap`."""
    return {t.ANY: t.NONE, t.FUNC: t.NOFUNC, t.EXTERN: t.NOEXTERN, t.EXN: t.NOEXN}[top_of(heap)]


def matches_value(sub: t.OperandType, sup: t.OperandType) -> bool:
    """Whether a value of type `sub` may stand where `sup` is expected. Spec: valid/matching#value-types"""
    if sub is sup or sub is t.BOTTOM:
        return True
    if isinstance(sub, t.ReferenceType) and isinstance(sup, t.ReferenceType):
        return (sup.nullable or not sub.nullable) and matches_heap(sub.heap, sup.heap)
    return False


def matches_all(sub: Sequence[t.OperandType], sup: Sequence[t.OperandType]) -> bool:
    """Spec: valid/matching#result-types"""
    return len(sub) == len(sup) and all(map(matches_value, sub, sup))


def matches_field(sub: t.FieldType, sup: t.FieldType) -> bool:
    """Spec: valid/matching#field-types"""
    if sub.mutable != sup.mutable:
        return False
    below = _matches_storage(sub.storage, sup.storage)
    return below and (not sub.mutable or _matches_storage(sup.storage, sub.storage))


def _matches_storage(sub: t.StorageType, sup: t.StorageType) -> bool:
    if isinstance(sub, t.PackedType) or isinstance(sup, t.PackedType):
        return sub is sup
    return matches_value(sub, sup)


def matches_composite(sub: t.CompositeType, sup: t.CompositeType) -> bool:
    """Spec: valid/matching#composite-types"""
    if isinstance(sub, t.FunctionType) and isinstance(sup, t.FunctionType):
        return matches_all(sup.parameters, sub.parameters) and matches_all(sub.results, sup.results)
    if isinstance(sub, t.StructType) and isinstance(sup, t.StructType):
        return len(sub.fields) >= len(sup.fields) and all(map(matches_field, sub.fields, sup.fields))
    if isinstance(sub, t.ArrayType) and isinstance(sup, t.ArrayType):
        return matches_field(sub.field, sup.field)
    return False


def matches_limits(sub: t.Limits, sup: t.Limits) -> bool:
    """Spec: valid/matching#limits"""
    if sub.minimum < sup.minimum:
        return False
    return sup.maximum is None or (sub.maximum is not None and sub.maximum <= sup.maximum)

"""The values that references refer to: i31, structures, arrays, exceptions, host values. And what they are instances
of.

Spec: exec/runtime#values, exec/runtime#aggregate-instances. Null is None. A function reference is the function object.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quire.engine import matching
from quire.engine import types as t
from quire.engine.errors import QuireError
from quire.engine.runtime.function import Function
from quire.engine.runtime.tag import Tag


@dataclass(frozen=True, slots=True)
class I31Reference:
    """An unboxed scalar; `value` is unsigned, 31 bits. Equal values are the same reference."""

    value: int


class Structure:
    """A structure; packed fields hold their unsigned bits."""

    __slots__ = ("__weakref__", "fields", "type")

    def __init__(self, type_: t.DefinedType, fields: list[Any]) -> None:
        self.type = type_
        self.fields = fields


class Array:
    """An array; packed elements hold their unsigned bits."""

    __slots__ = ("__weakref__", "elements", "type")

    def __init__(self, type_: t.DefinedType, elements: list[Any]) -> None:
        self.type = type_
        self.elements = elements


class ExceptionReference:
    """An exception that was thrown: its tag and the values it carries. Spec: exec/runtime#exception-instances"""

    __slots__ = ("__weakref__", "tag", "values")

    def __init__(self, tag: Tag, values: tuple[Any, ...]) -> None:
        self.tag = tag
        self.values = values


class GuestException(QuireError):
    """An exception that no function on the stack caught, on its way through the host; hosts may raise it too."""

    def __init__(self, exception: ExceptionReference) -> None:
        super().__init__("uncaught exception", exception.tag.name)
        self.exception = exception


class HostReference:
    """Any value of the host, as an externref. Equal only to itself."""

    __slots__ = ("__weakref__", "value")

    def __init__(self, value: object) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"HostReference({self.value!r})"


def heap_type_of(reference: object) -> t.HeapType:
    """The most precise heap type of a reference that is not null, as an internal one. Spec: valid/values"""
    if isinstance(reference, Structure | Array | Function):
        return reference.type
    if isinstance(reference, I31Reference):
        return t.I31
    return t.EXN if isinstance(reference, ExceptionReference) else t.ANY


def is_instance(reference: object, target: t.ReferenceType) -> bool:
    """Whether a reference is of a closed type. Every reference is of the types extern and any, which host values can
    have.

    Spec: exec/runtime#reference-values
    """
    if reference is None:
        return target.nullable
    if target.heap is t.EXTERN:
        return True
    return matching.matches_heap(heap_type_of(reference), target.heap)

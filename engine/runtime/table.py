"""Tables. Spec: exec/runtime#table-instances"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from quire.engine import types as t
from quire.engine.errors import Exhausted, Trap
from quire.engine.runtime.store import Store

OUT_OF_BOUNDS = "out of bounds table access"


class Table:
    """A table of a store; indices and sizes count elements, each a reference or None."""

    def __init__(self, store: Store, type_: t.TableType, init: Any = None, name: str = "table") -> None:
        """Raises Exhausted where the host refuses."""
        self.owner = store
        self.declared = type_
        self.name = name
        if type_.limits.minimum > store.limits.table:
            raise Exhausted("table limit exceeded", f"{name} wants {type_.limits.minimum} elements")
        self.elements: list[Any] = [init] * type_.limits.minimum

    @property
    def size(self) -> int:
        return len(self.elements)

    @property
    def type(self) -> t.TableType:
        """The type with the present size as its minimum. Spec: exec/modules#growing-tables"""
        return replace(self.declared, limits=t.Limits(self.size, self.declared.limits.maximum))

    def fault(self, index: int, count: int = 1) -> Trap:
        """The trap of an access beyond the size; to be raised by the caller."""
        noun = "element" if count == 1 else "elements"
        detail = f"{count} {noun} at {index} in {self.name}: its size is {self.size}"
        return Trap(OUT_OF_BOUNDS, detail, operation="access")

    def check(self, index: int, count: int) -> None:
        """Raises Trap unless the range lies within the size."""
        if index + count > len(self.elements):
            raise self.fault(index, count)

    def get(self, index: int) -> Any:
        if index >= len(self.elements):
            raise self.fault(index)
        return self.elements[index]

    def set(self, index: int, value: Any) -> None:
        if index >= len(self.elements):
            raise self.fault(index)
        self.elements[index] = value

    def fill(self, index: int, value: Any, count: int) -> None:
        """Spec: exec/instructions#exec-table-fill"""
        self.check(index, count)
        self.elements[index : index + count] = [value] * count

    def copy(self, to: int, source: Table, from_: int, count: int) -> None:
        """Spec: exec/instructions#exec-table-copy"""
        source.check(from_, count)
        self.check(to, count)
        self.elements[to : to + count] = source.elements[from_ : from_ + count]

    def init(self, to: int, segment: Sequence[Any], from_: int, count: int) -> None:
        """Spec: exec/instructions#exec-table-init"""
        if from_ + count > len(segment):
            detail = f"{count} elements at {from_} of an element segment: its size is {len(segment)}"
            raise Trap(OUT_OF_BOUNDS, detail, operation="access")
        self.check(to, count)
        self.elements[to : to + count] = segment[from_ : from_ + count]

    def grow(self, delta: int, value: Any) -> int:
        """By `delta` elements; the old size, or -1. Spec: exec/modules#growing-tables"""
        old, most = self.size, (1 << 8 * self.declared.address_type.size) - 1
        limit = self.declared.limits.maximum
        if old + delta > min(most if limit is None else limit, most, self.owner.limits.table):
            return -1
        self.elements.extend([value] * delta)
        return old

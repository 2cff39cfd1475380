"""Tables, globals and tags as a host sees them."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, Any

from quire.embedding.handle import Handle
from quire.embedding.types import FuncType, GlobalType, TableType, TagType
from quire.engine import types as t
from quire.engine.errors import QuireError, Trap
from quire.engine.runtime.table import OUT_OF_BOUNDS
from quire.engine.runtime.table import Table as RawTable
from quire.engine.runtime.tag import Global as RawGlobal
from quire.engine.runtime.tag import Tag as RawTag

if TYPE_CHECKING:
    from quire.embedding.store import Store


class TableAccessError(QuireError, IndexError):
    """The host asked a table for what it has not."""


class Table(Handle[RawTable]):
    """A table of a store, of a guest or made by the host. Elements are converted as values of its type are."""

    __slots__ = ()

    def __init__(self, store: Store, type: TableType, init: Any = None) -> None:
        """Raises Invalid for a type that no module could declare, Exhausted where the limits forbid it, TypeError."""
        value = store.converters.to_guest(type.raw.reference)(init)
        super().__init__(store, store.new_table(type.raw, value))

    @property
    def type(self) -> TableType:
        """With the present size as its minimum."""
        return TableType.of(self.raw.type)

    @property
    def size(self) -> int:
        """The number of its elements."""
        return self.raw.size

    def get(self, element: int) -> Any:
        """Raises TableAccessError."""
        raw = self.raw.elements[self._checked(element)]
        return self.store.converters.to_host(self.raw.declared.reference)(raw)

    def set(self, element: int, value: Any) -> None:
        """Raises TableAccessError, TypeError."""
        raw = self.store.converters.to_guest(self.raw.declared.reference)(value)
        self.raw.set(self._checked(element), raw)

    def grow(self, amount: int, init: Any = None) -> int:
        """By `amount` elements; the old size. Raises TableAccessError where its type or the limits forbid it."""
        raw = self.store.converters.to_guest(self.raw.declared.reference)(init)
        old = -1 if amount < 0 else self.raw.grow(index(amount), raw)
        if old < 0:
            raise TableAccessError("table cannot grow", f"by {amount} elements: its type is {self.type}")
        return old

    def _checked(self, element: int) -> int:
        try:
            if index(element) >= 0:
                self.raw.check(index(element), 1)
                return index(element)
        except Trap as trap:
            raise TableAccessError(trap.reason, trap.detail) from None
        raise TableAccessError(OUT_OF_BOUNDS, f"1 element at {element} in {self.raw.name}")

    def __repr__(self) -> str:
        return f"<Table {self.type}>"


class Global(Handle[RawGlobal]):
    """A global of a store, of a guest or made by the host."""

    __slots__ = ()

    def __init__(self, store: Store, type: GlobalType, value: Any) -> None:
        """Raises TypeError, or OverflowError for an integer out of range."""
        raw = store.converters.to_guest(type.raw.value)(value)
        super().__init__(store, RawGlobal(type.raw, raw))

    @property
    def type(self) -> GlobalType:
        return GlobalType.of(self.raw.type)

    @property
    def value(self) -> Any:
        """May be set where it is mutable: TypeError elsewhere, and for a value of the wrong type."""
        return self.store.converters.to_host(self.raw.type.value)(self.raw.value)

    @value.setter
    def value(self, value: Any) -> None:
        if not self.raw.type.mutable:
            raise TypeError("it is immutable")
        self.raw.value = self.store.converters.to_guest(self.raw.type.value)(value)

    def __repr__(self) -> str:
        return f"<Global {self.type}>"


class Tag(Handle[RawTag]):
    """A tag of a store, of a guest or made by the host: an identity of exceptions."""

    __slots__ = ()

    def __init__(self, store: Store, type: TagType) -> None:
        super().__init__(store, RawTag(type.raw))

    @property
    def type(self) -> TagType:
        function = self.raw.type.function
        if not isinstance(function, t.DefinedType):
            raise TypeError(f"{function} is no closed type")
        return TagType(FuncType.of(function))

    def __repr__(self) -> str:
        return f"<Tag {self.type}>"

"""What all host-side objects have in common: a store, and the object of the engine that they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from quire.embedding.store import Store

Raw = TypeVar("Raw")


class Handle(Generic[Raw]):
    """Stands for `raw`, an object of the engine in `store`. Handles of the same object are equal."""

    __slots__ = ("raw", "store")

    def __init__(self, store: Store, raw: Raw) -> None:
        self.store = store
        self.raw = raw

    @classmethod
    def of(cls, store: Store, raw: Raw) -> Self:
        """Around an object of the engine."""
        made = cls.__new__(cls)
        Handle.__init__(made, store, raw)
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Handle) and self.raw is other.raw

    def __hash__(self) -> int:
        return id(self.raw)

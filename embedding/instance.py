"""Instances, and what they export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from quire.embedding.handle import Handle
from quire.embedding.memory import Memory
from quire.embedding.module import Module
from quire.embedding.store import Extern, Store
from quire.engine.instantiate import instantiate
from quire.engine.runtime.instance import Extern as RawExtern
from quire.engine.runtime.instance import Instance as RawInstance


class InstanceExports:
    """What an instance exports: `exports.fib`, `exports["fib"]`; iteration gives the names.

    It has no methods whose names could stand before those of exports; a name that begins with `_` is an item only.
    Attributes are those of the object itself, which Python finds soonest.
    """

    _externs: dict[str, Extern]

    def __init__(self, externs: dict[str, Extern]) -> None:
        vars(self).update({name: each for name, each in externs.items() if not name.startswith("_")}, _externs=externs)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"the exports of an instance are as they are: {name!r} is not set", name=name, obj=self)

    def __getitem__(self, name: str) -> Any:
        """Raises KeyError."""
        return self._externs[name]

    def __getattr__(self, name: str) -> Any:
        """For what is no export. Raises AttributeError."""
        raise AttributeError(f"the instance exports no {name!r}", name=name, obj=self)

    def __contains__(self, name: object) -> bool:
        return name in self._externs

    def __iter__(self) -> Iterator[str]:
        return iter(self._externs)

    def __len__(self) -> int:
        return len(self._externs)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._externs})

    def __repr__(self) -> str:
        return f"<exports {', '.join(self._externs)}>"


class Instance(Handle[RawInstance]):
    """A module with its own memories, tables and globals, in a store."""

    __slots__ = ("exports",)

    def __init__(self, store: Store, module: Module, imports: Sequence[Extern] = ()) -> None:
        """With imports in the order of `module.imports`; runs the start function.

        Raises Unlinkable for an import of another type, TypeError for one that is no external, ValueError for one of
        another store, Trap, Exhausted, GuestException, and whatever functions of the host raise.
        """
        for each in imports:
            check_store(store, each)
        self._instantiate(store, module, [each.raw for each in imports])

    @classmethod
    def link(cls, store: Store, module: Module, imports: Sequence[RawExtern]) -> Instance:
        """The same, with externals of the engine."""
        made = cls.__new__(cls)
        made._instantiate(store, module, imports)
        return made

    def _instantiate(self, store: Store, module: Module, imports: Sequence[RawExtern]) -> None:
        with store.running():
            raw = instantiate(store.raw, module.valid, imports, store.engine.tier)
        super().__init__(store, raw)
        self.exports = InstanceExports({name: store.wrap(each, name) for name, each in raw.exports.items()})

    def __repr__(self) -> str:
        return f"<Instance of {len(self.exports)} exports>"


def check_store(store: Store, extern: Extern) -> None:
    """Raises ValueError for an external of another store, unless it is a shared memory; TypeError for no external."""
    if not isinstance(extern, Extern):
        raise TypeError(f"a function, memory, table, global or tag is wanted, not {type(extern).__name__}")
    if extern.store is not store and not is_shared(extern):
        raise ValueError(f"{extern!r} is of another store")


def is_shared(extern: object) -> bool:
    """Whether it is a memory that several stores may use."""
    return isinstance(extern, Memory) and extern.type.is_shared

"""Functions as a host sees them, and the caller that a function of the host may look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self

from quire.embedding.handle import Handle
from quire.embedding.types import FuncType
from quire.engine.runtime.function import Function
from quire.engine.runtime.instance import Instance

if TYPE_CHECKING:
    from quire.embedding.store import Extern, Store


class Func(Handle[Function]):
    """A function of a store: of a guest, or made of `func`, a function of the host.

    Values are converted as the table of `quire.embedding.conversion` has it. `func` returns None, one value, or a
    tuple or list of several; with `access_caller`, its first argument is a Caller. Its exceptions pass through the
    guest untouched, to whoever called that. `name` is the name that the module, an export or the host gave it.
    """

    __slots__ = ("_entry", "name")

    def __init__(self, store: Store, type: FuncType, func: Callable[..., Any], access_caller: bool = False) -> None:
        name = getattr(func, "__name__", "func")
        raw = store.converters.host_function(type.raw, func, name, access_caller=access_caller)
        super().__init__(store, raw)
        self.name = name
        self._entry: Callable[[Sequence[Any]], Any] | None = None

    @classmethod
    def of(cls, store: Store, raw: Function, name: str | None = None) -> Self:
        """Around a function of the engine; `name` is that of an export, where it has none of its own."""
        made = super().of(store, raw)
        made.name = raw.name or name or "func"
        made._entry = None
        return made

    def __call__(self, *arguments: Any) -> Any:
        """None, one value, or a tuple of several.

        Raises TypeError for a wrong type or number of arguments and OverflowError for an integer out of range, before
        anything runs; Trap, Exhausted, GuestException, and whatever functions of the host raise.
        """
        entry = self._entry
        if entry is None:
            entry = self._entry = self.store.converters.entry(self.raw, self.name)
        return entry(arguments)

    @property
    def type(self) -> FuncType:
        return FuncType.of(self.raw.type)

    def __repr__(self) -> str:
        return f"<Func {self.name} {self.type}>"


class Caller:
    """The instance that called a function of the host, by its exports."""

    __slots__ = ("_instance", "store")

    def __init__(self, store: Store, instance: Instance | None) -> None:
        self.store = store
        self._instance = instance

    def __getitem__(self, name: str) -> Extern:
        """Raises KeyError where the caller exports no such thing, or is the host."""
        found = self.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def get(self, name: str) -> Extern | None:
        """What the caller exports under a name, if it does."""
        raw = None if self._instance is None else self._instance.exports.get(name)
        return None if raw is None else self.store.wrap(raw, name)

"""Linkers: names for what modules import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from quire.embedding.instance import Instance, check_store
from quire.embedding.module import Module
from quire.embedding.store import Engine, Extern, Store
from quire.embedding.types import FuncType
from quire.engine import types as t
from quire.engine.errors import Trap, Unlinkable
from quire.engine.module import Import, external_kind
from quire.engine.runtime.function import HostFunction
from quire.engine.runtime.instance import Extern as RawExtern

Source = Callable[[Store, t.ExternType], RawExtern]
"""Makes an import, for a store and the closed type that is wanted."""


class Imports(Protocol):
    """What offers functions of the host under names of modules and their own, as quire.Wasi does."""

    def imports(self) -> Mapping[tuple[str, str], HostFunction]: ...


class Linker:
    """Finds what modules import by the names it was defined under. One linker may serve many stores."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.allow_shadowing = False
        self._sources: dict[tuple[str, str], Source] = {}

    def define(self, store: Store, module: str, name: str, item: Extern) -> None:
        """An external of a store. Raises ValueError for a name that is defined, unless shadowing is allowed."""

        def source(wanted_by: Store, wanted: t.ExternType) -> RawExtern:
            check_store(wanted_by, item)
            return item.raw

        check_store(store, item)
        self._define(module, name, source)

    def define_func(
        self, module: str, name: str, type: FuncType | None, func: Callable[..., Any], access_caller: bool = False
    ) -> None:
        """A function of the host, as Func has it; with no type it takes that of whichever import it is linked to."""

        def source(store: Store, wanted: t.ExternType) -> RawExtern:
            function = _function(wanted, f"{module}.{name}") if type is None else type.raw
            return store.converters.host_function(function, func, f"{module}.{name}", access_caller=access_caller)

        self._define(module, name, source)

    def define_instance(self, store: Store, name: str, instance: Instance) -> None:
        """All that an instance exports, as those of the module `name`."""
        for export in instance.exports:
            self.define(store, name, export, instance.exports[export])

    def define_wasi(self, wasi: Imports) -> None:
        """The functions of WASI for one guest: `linker.define_wasi(quire.Wasi(args=[...]))`."""
        for (module, name), function in wasi.imports().items():
            self._define(module, name, _constant(function))

    def define_unknown_imports_as_traps(self, module: Module) -> None:
        """Functions that trap when they are called, for those that a module imports and nothing defines yet."""
        for each in module.raw.imports:
            if isinstance(each.type, t.ExternFunctionType) and (each.module, each.name) not in self._sources:
                self._define(each.module, each.name, _trapping(f"{each.module}.{each.name}"))

    def _define(self, module: str, name: str, source: Source) -> None:
        if (module, name) in self._sources and not self.allow_shadowing:
            raise ValueError(f"import defined twice: {module}.{name}")
        self._sources[module, name] = source

    def instantiate(self, store: Store, module: Module) -> Instance:
        """Raises Unlinkable for what is not defined or of another type, ValueError for what is of another store; and
        all that Instance raises.
        """
        close = module.valid.context.close
        missing = [each for each in module.raw.imports if (each.module, each.name) not in self._sources]
        if missing:
            raise unknown_imports(missing)
        imports = [self._sources[each.module, each.name](store, close(each.type)) for each in module.raw.imports]
        return Instance.link(store, module, imports)


def unknown_imports(missing: Iterable[Import]) -> Unlinkable:
    """The error that names all that is missing."""
    names = (f'{external_kind(each.type)} "{each.module}" "{each.name}"' for each in dict.fromkeys(missing))
    return Unlinkable("unknown import", ", ".join(names))


def _constant(raw: RawExtern) -> Source:
    return lambda store, wanted: raw


def _function(wanted: t.ExternType, name: str) -> t.DefinedType:
    if isinstance(wanted, t.ExternFunctionType) and isinstance(wanted.function, t.DefinedType):
        return wanted.function
    raise Unlinkable("incompatible import type", f"{name} must be {wanted}, but a function is given")


def _trapping(name: str) -> Source:
    def trap(*arguments: Any) -> None:
        raise Trap("unknown import", f"{name} was called")

    return lambda store, wanted: HostFunction(_function(wanted, name), trap, name)

"""The quick way: from a source and its imports to an instance, in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any

from quire.embedding.caching import Cache
from quire.embedding.handle import Handle
from quire.embedding.instance import Instance, InstanceExports, is_shared
from quire.embedding.linker import unknown_imports
from quire.embedding.module import Module, is_text
from quire.embedding.store import Engine, Extern, Limits, Store
from quire.engine import types as t
from quire.engine.errors import Unlinkable
from quire.engine.module import Import, external_kind
from quire.engine.runtime.function import Function
from quire.engine.runtime.instance import Extern as RawExtern
from quire.engine.runtime.tag import Global
from quire.engine.tiers import AUTO

Source = str | bytes | bytearray | memoryview | PathLike[str]


@dataclass(frozen=True, slots=True)
class access_caller:  # noqa: N801  # used as a decorator
    """A function of the host that gets a Caller before its arguments, where `instantiate` is given functions."""

    func: Callable[..., Any]


def instantiate(
    source: Source,
    imports: Mapping[str, Any] | None = None,
    *,
    tier: str | None = None,
    features: Iterable[str] | None = None,
    limits: Limits | None = None,
    settings: Mapping[str, str] | None = None,
    cache: bool | Cache = True,
) -> Instance:
    """An instance of a module, in a store of its own, or in that of what it imports.

    `source` is a path, the bytes of a binary or a text, or a text: a str is one if it begins with a parenthesis, a
    comment or nothing. `imports` maps names of modules to what they offer: a mapping from names to functions of the
    host, numbers (for globals that are not mutable), and objects of another instance or a store; the exports of an
    instance; or a quire.Wasi. `tier` is "auto", "fast" or "reference"; `features` are proposals' names, all by default;
    `settings` those that they have for a store, such as `{"alignment": "trap"}`. `cache` is where modules are kept
    between runs, as for Engine.

    Raises OSError, Malformed, Invalid, Unlinkable, TypeError for an import that is none of these, ValueError for
    objects of several stores, or for a tier, limits or settings where their store has its own; and all that Instance
    raises.
    """
    given = {} if imports is None else imports
    if not isinstance(given, Mapping):
        raise TypeError(f"imports are a mapping from names of modules, not {type(given).__name__}")
    store = _store_of(_offered(given))
    if store is None:
        engine = Engine(features=features, tier=tier or AUTO, cache=cache)
        store = Store(engine, limits=limits, settings=settings)
    elif tier is not None or limits is not None or settings is not None:
        raise ValueError("what is imported has a store, and that has its own tier, limits and settings")
    else:
        engine = store.engine if features is None else Engine(features=features, cache=cache)
    module = _module(engine, source)
    return Instance.link(store, module, _link(store, module, given))


def _module(engine: Engine, source: Source) -> Module:
    if isinstance(source, PathLike) or (isinstance(source, str) and not is_text(source)):
        return Module.from_file(engine, source)
    return Module(engine, source)


def _offered(imports: Mapping[str, Any]) -> Iterator[Any]:
    """All that is offered, by whichever module."""
    for offers in imports.values():
        if isinstance(offers, Instance):
            yield offers
        elif isinstance(offers, Mapping | InstanceExports):
            yield from (offers[name] for name in offers)


def _store_of(offered: Iterable[Any]) -> Store | None:
    """The store of all that has one; shared memories go with any. Raises ValueError where there are several."""
    stores = {each.store for each in offered if isinstance(each, Handle) and not is_shared(each)}
    if len(stores) > 1:
        raise ValueError("the imports are of several stores")
    return next(iter(stores), None)


def _link(store: Store, module: Module, imports: Mapping[str, Any]) -> list[RawExtern]:
    """What the module imports, in its order. Raises Unlinkable, naming all that is missing, and TypeError."""
    close = module.valid.context.close
    found = [(each, _look_up(imports.get(each.module), each)) for each in module.raw.imports]
    missing = [each for each, offer in found if offer is None]
    if missing:
        raise unknown_imports(missing)
    return [_extern(store, each, close(each.type), offer) for each, offer in found]


def _look_up(offers: Any, wanted: Import) -> Any:
    """What is offered under a name, None where nothing is. Raises TypeError for what offers nothing by name."""
    if offers is None:
        return None
    if isinstance(offers, Instance):
        offers = offers.exports
    if isinstance(offers, Mapping | InstanceExports):
        return next((offers[name] for name in (wanted.name,) if name in offers), None)
    if hasattr(offers, "imports"):
        return offers.imports().get((wanted.module, wanted.name))
    raise TypeError(f"imports from {wanted.module!r} are looked up by name, not in {type(offers).__name__}")


def _extern(store: Store, each: Import, wanted: t.ExternType, offer: Any) -> RawExtern:
    """What is offered, as the engine takes it."""
    if isinstance(offer, Extern):
        return offer.raw
    if isinstance(offer, Function):
        return offer
    name = f"{each.module}.{each.name}"
    if isinstance(wanted, t.GlobalType) and not wanted.mutable:
        return Global(wanted, store.converters.to_guest(wanted.value)(offer))
    if not callable(offer) and not isinstance(offer, access_caller):
        raise TypeError(f"{name} must be {external_kind(each.type)} {wanted}, not {type(offer).__name__}")
    if not isinstance(wanted, t.ExternFunctionType) or not isinstance(wanted.function, t.DefinedType):
        raise Unlinkable("incompatible import type", f"{name} must be {wanted}, but a function is given")
    if isinstance(offer, access_caller):
        return store.converters.host_function(wanted.function, offer.func, name, access_caller=True)
    return store.converters.host_function(wanted.function, offer, name, access_caller=False)

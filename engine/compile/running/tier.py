"""The tier: calls from the host into compiled code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat
from operator import length_hint
from typing import Any

from quire.engine.compile.graph.reach import is_flat
from quire.engine.compile.recursion import DEEPEST_ENTRY, RECURSION
from quire.engine.compile.running.beginning import Patience
from quire.engine.compile.running.traps import FAULTS, explain
from quire.engine.compile.running.world import Code, World, passes, world_of
from quire.engine.errors import Trap
from quire.engine.interpret.machine import EXHAUSTED
from quire.engine.runtime.function import WasmFunction
from quire.engine.runtime.store import Store


class Compiler:
    """The fast tier. Has no state of its own: one is as good as another with the same patience.

    `patience` says how long functions and loops run without code; None for none, so that each is written at once.
    """

    def __init__(self, patience: Patience | None = None) -> None:
        self.patience = patience

    def invoke(self, function: WasmFunction, arguments: Sequence[Any]) -> tuple[Any, ...]:
        """Run a function of an instance. Raises Trap, Exhausted, GuestException; the host's errors pass through."""
        result = self.entry(function)(*arguments)
        if result is None:
            return (None,) if function.signature.results else ()
        return result if result.__class__ is tuple else (result,)

    def entry(self, function: WasmFunction) -> Callable[..., Any]:
        """A function of Python that does the same and gives None, one value, or a tuple; made once."""
        known: Callable[..., Any] | None = function.prepared
        if known is None:
            known = function.prepared = make_entry(function, self.patience)
        return known


def make_entry(function: WasmFunction, patience: Patience | None) -> Callable[..., Any]:
    """What calls compiled code with all that this needs, and explains what comes of it."""
    instance = function.instance
    store = instance.store
    flat = is_flat(function)
    calls_host = flat or is_flat(function, hosts=True)
    world_of(instance, patience)
    if store.limits.timeout is not None:
        passes()  # while no clock runs

    def enter(*arguments: Any) -> Any:
        try:
            world = instance.prepared
            if world.fueled is not (store.fuel is not None):
                renew(store)
                world = instance.prepared
            if (flat or (calls_host and not RECURSION.running)) and not world.fueled:
                return function.direct(*arguments)  # type: ignore[misc]  # the world has given it one
            return run(store, world, function.direct, arguments)  # type: ignore[arg-type]
        except (Trap, *FAULTS) as error:
            explained = explain(error, store.limits.depth)
            if explained is error:
                raise
            raise explained from None

    return enter


def renew(store: Store) -> None:
    """Make all worlds anew that were made when the store had fuel and has none now, or the other way round.

    Code of one instance finds that of others by references, so none of them may be left behind.
    """
    for each in tuple(store.watchers):
        if isinstance(each, World):
            world_of(each.instance, each.patience)


def run(store: Store, world: World, code: Code, arguments: Sequence[Any]) -> Any:
    """With as much of Python's stack as the guest may use."""
    nested = RECURSION.enter(world.frames)
    try:
        if nested > DEEPEST_ENTRY:
            raise Trap(EXHAUSTED, "in a function of the host")
        return run_fueled(store, world, code, arguments) if world.fueled else code(*arguments)
    finally:
        RECURSION.leave()


def run_fueled(store: Store, world: World, code: Code, arguments: Sequence[Any]) -> Any:
    """With what fuel the store has, shared by all of its instances; a call from within takes of the same."""
    if world.namespace["TICK"] != ():
        return code(*arguments)
    ticks = repeat(None, store.fuel or 0)
    share(store, ticks)
    try:
        return code(*arguments)
    finally:
        store.fuel = length_hint(ticks)
        share(store, ())


def share(store: Store, ticks: Any) -> None:
    """Let all code of a store count by the same."""
    for each in store.watchers:
        if isinstance(each, World):
            each.namespace["TICK"] = ticks

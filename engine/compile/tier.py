"""The tier: calls from the host into compiled code."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from operator import length_hint
from typing import Any

from quire.engine.compile.recursion import DEEPEST_ENTRY, RECURSION
from quire.engine.compile.traps import FAULTS, explain
from quire.engine.compile.world import World, world_of
from quire.engine.errors import Trap
from quire.engine.interpret.machine import EXHAUSTED
from quire.engine.runtime.function import WasmFunction
from quire.engine.runtime.store import Store


class Compiler:
    """The fast tier. Has no state of its own: one is as good as another."""

    def invoke(self, function: WasmFunction, arguments: Sequence[Any]) -> tuple[Any, ...]:
        """Run a function of an instance. Raises Trap, Exhausted, GuestException; the host's errors pass through."""
        instance = function.instance
        world = world_of(instance)
        store, code = instance.store, function.direct
        if code is None:
            raise Trap("the function has no code")
        try:
            shallow = function.index in world.shallow
            result = code(*arguments) if shallow else self.run(store, world, code, arguments)
        except (Trap, *FAULTS) as error:
            explained = explain(error, INVOKE, store.limits.depth)
            if explained is error:
                raise
            raise explained from None
        if result is None:
            return (None,) if function.signature.results else ()
        return result if result.__class__ is tuple else (result,)

    def run(self, store: Store, world: World, code: Any, arguments: Sequence[Any]) -> Any:
        """With as much of Python's stack as the guest may use."""
        nested = RECURSION.enter(world.frames)
        try:
            if nested > DEEPEST_ENTRY:
                raise Trap(EXHAUSTED, "in a function of the host")
            return self.run_fueled(store, world, code, arguments) if world.fueled else code(*arguments)
        finally:
            RECURSION.leave()

    def run_fueled(self, store: Store, world: World, code: Any, arguments: Sequence[Any]) -> Any:
        """With what fuel the store has, shared by all of its instances; a call from within takes of the same."""
        if world.namespace["TICK"] != ():
            return code(*arguments)
        ticks = repeat(None, store.fuel or 0)
        self.share(store, ticks)
        try:
            return code(*arguments)
        finally:
            store.fuel = length_hint(ticks)
            self.share(store, ())

    def share(self, store: Store, ticks: Any) -> None:
        for each in store.watchers:
            if isinstance(each, World):
                each.namespace["TICK"] = ticks


INVOKE = Compiler.invoke.__code__

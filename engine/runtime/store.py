"""The store: what all instances made in it share: the limits of the host, what is used of them, and settings.

Spec: exec/runtime#store. Objects find each other by reference, so the store holds no lists of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol
from weakref import WeakSet

from quire.engine.errors import Exhausted
from quire.engine.runtime.limits import HostLimits


class Watcher(Protocol):
    """Is told that `Store.interrupted` may have changed, by the thread that changed it."""

    def interrupt(self, *, now: bool) -> None: ...


class Store:
    """One world of instances. Not to be used by several threads at once, unless its memories are shared."""

    def __init__(self, limits: HostLimits | None = None, settings: Mapping[str, str] | None = None) -> None:
        self.limits = limits or HostLimits()
        self.settings: Mapping[str, str] = MappingProxyType(dict(settings or {}))
        self.fuel: int | None = self.limits.fuel  # what is left; None is no limit
        self.memory_used = 0  # bytes
        self.depth = 0  # nested calls now
        self.watchers: WeakSet[Watcher] = WeakSet()  # who does not ask `interrupted` at each tick
        self.interrupted = False  # to be read; `interrupt` changes it

    def interrupt(self, *, now: bool = True) -> None:
        """Stop the guest at its next tick, or, with `now` false, let the next one run. Any thread may do this."""
        self.interrupted = now
        for watcher in tuple(self.watchers):
            watcher.interrupt(now=now)

    def setting(self, name: str, default: str) -> str:
        """What an extension's setting is in this store."""
        return self.settings.get(name, default)

    def reserve_memory(self, count: int) -> bool:
        """Take `count` bytes from the memory limit; False where they do not fit."""
        limit = self.limits.memory
        if limit is not None and self.memory_used + count > limit:
            return False
        self.memory_used += count
        return True

    def release_memory(self, count: int) -> None:
        """Give `count` bytes back to the memory limit."""
        self.memory_used -= count

    def tick(self) -> None:
        """One function entry or loop iteration. Raises Exhausted when fuel or time has run out."""
        if self.interrupted:
            timeout = self.limits.timeout
            raise Exhausted("interrupted", "" if timeout is None else f"the limit is {timeout:g} s")
        if self.fuel is not None:
            if self.fuel <= 0:
                raise Exhausted("out of fuel", f"the limit is {self.limits.fuel}")
            self.fuel -= 1

"""Engines and stores: features and a tier, and one world of instances with its limits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any

from quire.embedding.caching import Cache
from quire.embedding.conversion import Converters
from quire.embedding.function import Func
from quire.embedding.memory import Memory
from quire.embedding.references import ExnRef, GuestException
from quire.embedding.table import Global, Table, Tag
from quire.engine import types as t
from quire.engine.extension import Extension
from quire.engine.instruction_set import InstructionSet
from quire.engine.runtime.function import Function
from quire.engine.runtime.instance import Extern as RawExtern
from quire.engine.runtime.limits import HostLimits
from quire.engine.runtime.memory import Memory as RawMemory
from quire.engine.runtime.objects import GuestException as RawGuestException
from quire.engine.runtime.store import Store as RawStore
from quire.engine.runtime.table import Table as RawTable
from quire.engine.runtime.tag import Global as RawGlobal
from quire.engine.runtime.tag import Tag as RawTag
from quire.engine.tiers import AUTO, make_tier
from quire.engine.validate.definitions import Definitions
from quire.proposal_ops import FEATURES, in_order, instruction_set, text_extensions

if TYPE_CHECKING:
    from quire.wat.text_format import TextFormat

Limits = HostLimits
"""The limits of a store: `Limits(fuel=..., timeout=..., memory=..., depth=...)`."""

Extern = Func | Memory | Table | Global | Tag


class Engine:
    """What modules and stores have in common: the features of modules, and the tier that runs them.

    An engine does not change and may be shared by threads.
    """

    def __init__(
        self,
        *,
        features: Iterable[str] | None = None,
        tier: str = AUTO,
        extensions: Iterable[Extension] = (),
        cache: bool | Cache = True,
    ) -> None:
        """`features` are names of proposals beside WebAssembly 3.0; None is all that Quire has.

        `extensions` come on top of them; the text format knows no words of theirs.

        `tier` is "auto" or a name of quire.engine.tiers. `cache` is where modules are kept between runs; False for no
        cache, True for the one that the environment says. Raises ValueError for a name that there is not.
        """
        self.features = FEATURES if features is None else in_order(features)
        self.instruction_set = _extended(instruction_set(self.features), tuple(extensions))
        self.tier = make_tier(tier)
        wanted = Cache() if cache is True else cache
        self.cache = wanted.raw if isinstance(wanted, Cache) else None

    @cached_property
    def text_format(self) -> TextFormat:
        """The words of these features."""
        from quire.wat.text_format import TextFormat  # noqa: PLC0415  # binaries do without

        return TextFormat(self.instruction_set, text_extensions(self.features))


class Store:
    """One world of instances: what they share is in one store.

    One thread at a time may use a store and all that is in it, `interrupt` excepted. Threads of one program are as many
    stores, whose instances import one shared memory.
    """

    def __init__(
        self,
        engine: Engine | None = None,
        *,
        limits: Limits | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """`limits` hold for all that happens in the store: `quire.Limits(fuel=..., timeout=...)`.

        `settings` are those that features have. Raises ValueError for one that none of the engine's has.
        """
        self.engine = engine or Engine()
        _check_settings(settings or {}, self.engine.instruction_set)
        self.raw = RawStore(limits, settings)
        self.converters = Converters(self)
        self.calls = 0  # that run now, one within the other

    def running(self) -> Running:
        """While this context is open, the time limit holds; what guests throw comes out as GuestException."""
        return Running(self)

    def interrupt(self) -> None:
        """Stop the guest at its next function entry or loop iteration: its caller gets Exhausted.

        Any thread may do this. If no guest runs, the next one that does is stopped.
        """
        self.raw.interrupt()

    def get_fuel(self) -> int | None:
        """What is left, in function entries and loop iterations; None is no limit."""
        return self.raw.fuel

    def set_fuel(self, fuel: int | None) -> None:
        """Raises ValueError below 0."""
        if fuel is not None and fuel < 0:
            raise ValueError(f"fuel is not below zero: {fuel}")
        self.raw.fuel = fuel

    # For the rest of this room

    def timed(self, enter: Callable[..., Any]) -> Callable[..., Any]:
        """A function that runs guests, with a clock where time is limited. Calls are counted already."""
        timeout = self.raw.limits.timeout
        if timeout is None:
            return enter

        def with_clock(*arguments: Any) -> Any:
            if self.calls > 1:
                return enter(*arguments)
            clock = Clock(self, timeout)
            try:
                return enter(*arguments)
            finally:
                clock.stop()

        return with_clock

    def thrown(self, error: RawGuestException) -> GuestException:
        """An exception of a guest's that nobody caught, as the host sees it."""
        return GuestException.of(ExnRef.of(self, error.exception))

    def wrap(self, raw: RawExtern, name: str | None = None) -> Extern:
        """An external of the engine as the host sees it; `name` is for a function that has none of its own."""
        match raw:
            case Function():
                return Func.of(self, raw, name)
            case RawMemory():
                return Memory.of(self, raw)
            case RawTable():
                return Table.of(self, raw)
            case RawGlobal():
                return Global.of(self, raw)
            case RawTag():
                return Tag.of(self, raw)

    def wrap_tag(self, raw: RawTag) -> Tag:
        return Tag.of(self, raw)

    def new_memory(self, type_: t.MemoryType) -> RawMemory:
        """Raises Invalid for a type that no module could declare, ValueError where it needs a feature that is off."""
        instructions = self.engine.instruction_set
        known = {name for flag in instructions.memory_flags for name in flag.attributes}
        used = {name for name in ("shared", *dict(type_.attributes)) if type_.attribute(name)}
        if type_.page_size != t.PAGE_SIZE:
            used.add("page_size")
        if used - known:
            raise ValueError(f"no feature of this engine has memories with {', '.join(sorted(used - known))}")
        Definitions((), instructions).memory(type_)
        return instructions.memory_class(type_)(self.raw, type_, instructions.fixed_pages(type_))

    def new_table(self, type_: t.TableType, init: Any) -> RawTable:
        """Raises Invalid for a type that no module could declare."""
        Definitions((), self.engine.instruction_set).table(type_)
        return RawTable(self.raw, type_, init)


def _extended(instructions: InstructionSet, extensions: tuple[Extension, ...]) -> InstructionSet:
    return instructions.extend(*extensions) if extensions else instructions


def _check_settings(settings: Mapping[str, str], instructions: InstructionSet) -> None:
    known = {each.name: each.choices for each in instructions.settings}
    for name, choice in settings.items():
        if choice not in known.get(name, ()):
            there = "; ".join(f"{each}={'|'.join(choices)}" for each, choices in known.items()) or "none"
            raise ValueError(f"no such setting: {name}={choice}: there are {there}")


class Running:
    """A call into a store. The outermost one starts the clock, and ends an interruption."""

    __slots__ = ("clock", "store")

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock: Clock | None = None

    def __enter__(self) -> None:
        store = self.store
        store.calls += 1
        timeout = store.raw.limits.timeout
        if timeout is not None and store.calls == 1:
            self.clock = Clock(store, timeout)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        store = self.store
        store.calls -= 1
        if self.clock is not None:
            self.clock.stop()
        if store.raw.interrupted and not store.calls:
            store.raw.interrupt(now=False)
        if isinstance(error, RawGuestException):
            raise store.thrown(error) from None


class Clock:
    """Interrupts a store after some seconds, unless it is stopped before."""

    def __init__(self, store: Store, seconds: float) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._stopped = False
        self._timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), self._ring)
        self._timer.daemon = True
        self._timer.start()

    def _ring(self) -> None:
        with self._lock:
            if not self._stopped:
                self._store.interrupt()

    def stop(self) -> None:
        """After this, it interrupts nothing: a timer that has rung already waits for the lock in vain."""
        self._timer.cancel()
        with self._lock:
            self._stopped = True

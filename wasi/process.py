"""The state of one guest: arguments, environment, clock, source of randomness, descriptors. Knows no functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from quire.engine.runtime.store import Store
from quire.wasi.clocks import Clock
from quire.wasi.descriptors import Descriptors


@dataclass(slots=True)
class Process:
    """What the functions of WASI act on. `arguments` and `environment` are without the NUL at their ends."""

    arguments: tuple[bytes, ...]
    environment: tuple[bytes, ...]  # each NAME=value
    clock: Clock
    random: Callable[[int], bytes]
    descriptors: Descriptors = field(default_factory=Descriptors)
    store: Store | None = None  # of the caller, for its limits

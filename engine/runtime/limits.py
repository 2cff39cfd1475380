"""What a host allows a guest. Reaching one of these is the host's doing, not a fault of the module.

Spec: appendix/implementation#execution
"""

from __future__ import annotations

from dataclasses import dataclass, fields

DEPTH = 20_000  # nested calls, unless the host says otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLimits:
    """Limits of one store. None means no limit. Raises ValueError for one below zero and for NaN."""

    fuel: int | None = None  # function entries and loop iterations, over the life of the store
    timeout: float | None = None  # seconds for one call from the host
    memory: int | None = None  # bytes in all memories of the store together
    depth: int = DEPTH  # nested calls, wasm and host together
    table: int = 10_000_000  # elements in one table
    array: int = 100_000_000  # elements in one array

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if value is not None and not value >= 0:  # nor is a NaN
                raise ValueError(f"the limit of {each.name} is a number from zero on, not {value}")

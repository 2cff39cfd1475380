"""The tiers by their names: what can run the functions of an instance, all with the same results, traps and fuel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from quire.engine.compile import Compiler
from quire.engine.interpret import Interpreter
from quire.engine.runtime.function import Tier

TIERS: Final[Mapping[str, Callable[[], Tier]]] = MappingProxyType({"reference": Interpreter, "fast": Compiler})
AUTO: Final = "auto"
BEST: Final = "fast"  # what AUTO stands for


def make_tier(name: str = AUTO) -> Tier:
    """The tier of a name, or AUTO. Raises ValueError for an unknown one."""
    if name not in (AUTO, *TIERS):
        raise ValueError(f"unknown tier {name}: there are {AUTO}, {', '.join(TIERS)}")
    return TIERS[BEST if name == AUTO else name]()

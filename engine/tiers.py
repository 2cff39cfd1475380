"""The tiers by their names: what can run the functions of an instance, all with the same results, traps and fuel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from quire.engine.compile import Compiler, Patience
from quire.engine.interpret import Interpreter
from quire.engine.runtime.function import Tier

AUTO: Final = "auto"
TIERS: Final[Mapping[str, Callable[[], Tier]]] = MappingProxyType({
    "reference": Interpreter,
    "fast": Compiler,
    AUTO: lambda: Compiler(Patience()),  # begins like the first, goes on like the second
})  # fmt: skip


def make_tier(name: str = AUTO) -> Tier:
    """The tier of a name. Raises ValueError for an unknown one."""
    if name not in TIERS:
        raise ValueError(f"unknown tier {name}: there are {', '.join(TIERS)}")
    return TIERS[name]()

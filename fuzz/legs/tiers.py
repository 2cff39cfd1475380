"""This engine's tiers as the fuzzer runs them: the one that begins without code has so little patience that it comes to
all that it does within a few calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from quire.engine.compile import Compiler, Patience
from quire.engine.runtime.function import Tier
from quire.engine.tiers import AUTO, TIERS

HELD: Mapping[str, Callable[[], Tier]] = MappingProxyType(
    {**TIERS, AUTO: lambda: Compiler(Patience(calls=3, turns=2, small=0))}
)  # fmt: skip

"""What the passes that write code and those who run it agree on. Passes are imported when code is first to be written:
many programs end before that, or have theirs from an earlier run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quire.engine.runtime.memory import AccessCode

LARGEST = 1 << 32  # bytes that an address of 32 bits reaches
RETURNED = 0  # the way out of a loop, run as a function of its own, that is out of the function around it, too


@dataclass(frozen=True, slots=True)
class Options:
    """What code is written for. `access` tells of each memory how its bytes are accessed, None of one that must be
    asked each time; `sizes` how many it has at most, as far as addresses of 32 bits go.
    """

    access: Sequence[AccessCode | None]
    sizes: Sequence[int]
    fueled: bool
    counted: bool  # whether each call is counted, for a limit that is lower than Python's may be set


@dataclass(slots=True)
class Spot:
    """An instruction that may trap, and its operands as Python expressions; None for a call, which traps elsewhere."""

    index: int
    operands: tuple[str, ...] | None


def identifier(mnemonic: str) -> str:
    """A mnemonic as a name of Python: of the function of its row, in the world of code."""
    return mnemonic.replace(".", "_")

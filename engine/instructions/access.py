"""What a row says of a load or a store: its function, and how it treats the bytes at the address, so that a tier that
writes Python need not call it. Knows no instruction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from quire.engine.instructions.expressions import Value


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """`run(frame, memarg, *immediates, address, *operands)` accesses `size` bytes, as a number.

    A load reads it as `signed`, as unsigned or, if it is `real`, as a float, and extends it to its type; or its
    result is what `make(*immediates, *operands, number)` makes of it. A store writes the low bytes of its operand, or
    what `make(*immediates, *operands)` makes. An `aligned` one traps at an address that is no multiple of its size.
    """

    run: Callable[..., Any]
    size: int
    stores: bool = False
    signed: bool = False
    real: bool = False
    aligned: bool = False
    make: Callable[..., Value] | None = None

"""The traps of memory control; scripts compare their texts by prefix. docs/memory-control.md, section 8"""

from __future__ import annotations

from quire.engine.errors import Trap

PROTECTION = "memory protection violation"
ALIGNMENT = "unaligned memory access"
RANGE = "invalid memory range"
MAPPED = "memory already mapped"
HOST = "memory mapping failed"


def access_trap(reason: str, address: int, length: int, memory: str, what: str) -> Trap:
    """The trap of an operation on a range, to be raised by the caller; `what` tells what stands there."""
    noun = "byte" if length == 1 else "bytes"
    detail = f"{length} {noun} at {address:#x} in {memory}: {what}"
    return Trap(reason, detail, operation="access")

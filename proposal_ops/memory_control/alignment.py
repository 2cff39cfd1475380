"""The alignment profile: whether an operation on pages rounds its range outward, or traps where it is not aligned.

The proposal's text rounds; the prototypes in SpiderMonkey and V8 trap. Both are real, so it is a setting of the store.
docs/memory-control.md, section 5
"""

from __future__ import annotations

from quire.engine.extension import Setting
from quire.engine.runtime.memory import Memory
from quire.proposal_ops.memory_control.traps import ALIGNMENT, access_trap

ROUND, TRAP = "round", "trap"
PROFILE = Setting("alignment", (ROUND, TRAP), "what instructions do with a range of pages that is not aligned")


def check_alignment(memory: Memory, address: int, length: int) -> None:
    """Raises Trap for an unaligned range in the profile that says so."""
    if memory.owner.setting(PROFILE.name, ROUND) == TRAP and (address % memory.page_size or length % memory.page_size):
        what = f"the pages are of {memory.page_size:#x} bytes"
        raise access_trap(ALIGNMENT, address, length, memory.name, what)


def rounded(memory: Memory, address: int, length: int) -> tuple[int, int]:
    """The bytes of all pages that the range touches. The range is rounded, not each number by itself."""
    size = memory.page_size
    return address // size * size, -(-(address + length) // size) * size

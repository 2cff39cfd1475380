"""What an operand is good for, so that few calls trap: addresses that are in bounds, divisors that are not zero.

A role follows from a row's kinds of immediate, its signature and the family of its name. How often an operand keeps to
its role is the risk that a module was given.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import cache

from quire.engine import types as t
from quire.engine.immediates import Index, MemArgKind
from quire.engine.instructions.row import Row
from quire.fuzz.choices import Choices
from quire.fuzz.generate.plan import write_base
from quire.proposal_ops.threads.accesses import AtomicMemArgKind


class Role(Enum):
    """What an operand is."""

    ANY = "any value"
    ADDRESS = "an address in bounds, to which an offset is added"
    ALIGNED = "the same, and a multiple of 8"
    REGION = "an address in bounds, far from the end"
    TINY = "a count or index that nearly everything has"
    SIZE = "the size of a range of pages, which may not be empty"
    LENGTH = "the length of a new array"
    GROWTH = "by how much to grow"
    DIVISOR = "not zero"
    CONVERTIBLE = "a float that is an integer of the target type"
    TIMEOUT = "nanoseconds that nobody minds"
    NOT_NULL = "a reference that is not null"
    CASTABLE = "a reference that the cast lets pass"


_DIVIDES = re.compile(r"i(32|64)\.(div|rem)_")
_CONVERTS = re.compile(r"i(32|64)\.trunc_f")
_OF_PAGES = ("memory.map", "memory.unmap", "memory.protect")
_VALUES = {"array.new": (0,), "array.set": (2,), "array.fill": (2,), "memory.fill": (1,)}


@cache
def role_of(row: Row, signature: t.FunctionType, index: int) -> Role:
    """The role of operand number `index`."""
    type_ = signature.parameters[index]
    family = row.mnemonic.partition(".")[0]
    if isinstance(type_, t.ReferenceType):
        if row.mnemonic == "ref.cast":
            return Role.CASTABLE
        return (
            Role.NOT_NULL if type_.nullable and family in ("struct", "array", "i31") and index in (0, 2) else Role.ANY
        )
    accesses = [kind for kind in row.immediates if isinstance(kind, MemArgKind)]
    if accesses and row.mnemonic.startswith("memory.atomic.wait") and index == 2:
        return Role.TIMEOUT
    if accesses:
        aligned = isinstance(accesses[0], AtomicMemArgKind)
        return Role.ANY if index else Role.ALIGNED if aligned else Role.ADDRESS
    if _DIVIDES.match(row.mnemonic):
        return Role.DIVISOR if index == 1 else Role.ANY
    if _CONVERTS.match(row.mnemonic):
        return Role.CONVERTIBLE
    if family not in ("memory", "table", "array") or index in _VALUES.get(row.mnemonic, ()) or _is_fixed(row):
        return Role.ANY
    if row.mnemonic.endswith(".grow"):
        return Role.GROWTH
    if row.mnemonic in ("array.new", "array.new_default"):
        return Role.LENGTH
    if family == "memory" and _is_address(row, signature, index):
        return Role.REGION
    return Role.SIZE if row.mnemonic in _OF_PAGES else Role.TINY


def _is_fixed(row: Row) -> bool:
    return row.mnemonic == "array.new_fixed"


def _is_address(row: Row, signature: t.FunctionType, index: int) -> bool:
    """Memories come first in the operands, as many as the immediates name."""
    memories = sum(isinstance(kind, Index) and kind.space == "memory" for kind in row.immediates)
    return index < memories


def safe_range(memory: t.MemoryType) -> tuple[int, int]:
    """The addresses that a fresh memory lets anyone read and write: from, to."""
    base = write_base(memory)
    if memory.attribute("virtual"):
        return base, base + max(memory.page_size, 0x1000)
    return base, base + memory.limits.minimum * memory.page_size


def edge_address(choices: Choices, memory: t.MemoryType) -> int:
    """An address at a page's or the memory's edge, a few bytes to either side."""
    start, end = safe_range(memory)
    most = (1 << 8 * memory.address_type.size) - 1
    page = memory.page_size if memory.page_size > 1 else 0x1000
    edge = choices.pick((start, end, start + page, 0, end - page, most))
    return max(0, min(most, edge - 16 + choices.below(32)))

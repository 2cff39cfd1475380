"""What the evaluation of an instruction may do to others: the effects of rows, and which of them exclude each other.

A row that is not listed here, such as those of extensions, may do anything that its kind allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quire.engine.compile.graph.nodes import (
    CALLS,
    EVERYTHING,
    PURE,
    READS_MEMORY,
    READS_STATE,
    TRAPS,
    WRITES_MEMORY,
    WRITES_STATE,
)
from quire.engine.instructions import CORE_ROWS
from quire.engine.instructions.row import Kind, Row
from quire.engine.module import Instruction
from quire.engine.validate import ModuleContext

_BY_MNEMONIC = {
    "nop select ref.func ref.null ref.test ref.is_null ref.eq ref.i31 struct.new struct.new_default": PURE,
    "global.get table.size memory.size": READS_STATE,
    "ref.cast ref.as_non_null i31.get_s i31.get_u array.new array.new_default array.new_fixed array.len": TRAPS,
    "table.get struct.get struct.get_s struct.get_u array.get array.get_s array.get_u": READS_STATE | TRAPS,
    "global.set": WRITES_STATE,
    "table.set struct.set array.set array.fill array.copy array.init_data array.init_elem": WRITES_STATE | TRAPS,
    "table.fill table.copy table.init table.grow elem.drop": WRITES_STATE | READS_STATE | TRAPS,
    "memory.fill memory.copy memory.init": READS_MEMORY | WRITES_MEMORY | READS_STATE | TRAPS,
}


def _of(row: Row) -> int:
    if row.mnemonic.endswith(".const"):
        return PURE
    for words, effects in _BY_MNEMONIC.items():
        if row.mnemonic in words.split():
            return effects
    if row.access is not None:
        return TRAPS | (WRITES_MEMORY if row.access.stores else READS_MEMORY)
    if row.kind is Kind.NUMERIC:
        return PURE if row.template is not None and not row.traps else TRAPS
    return EVERYTHING


_EFFECTS: Mapping[Row, int] = MappingProxyType({row: _of(row) for row in CORE_ROWS})


def effects_of(row: Row) -> int:
    """The effects of running a row, its operands left out."""
    known = _EFFECTS.get(row)
    if known is not None:
        return known
    if row.kind is not Kind.NUMERIC:
        return EVERYTHING
    return TRAPS if row.template is None or row.traps else PURE


def effects_in(context: ModuleContext, instruction: Instruction) -> int:
    """Those of an instruction. Who reads the size of a shared memory learns that another thread made it grow."""
    row, immediates = instruction
    if row.mnemonic == "memory.size" and context.memories[immediates[0]].shared:
        return EVERYTHING
    return effects_of(row)


def _excluded(later: int) -> int:
    if later & CALLS:
        return EVERYTHING
    return (
        (TRAPS if later & TRAPS else PURE)
        | (READS_MEMORY | TRAPS if later & WRITES_MEMORY else PURE)
        | (READS_STATE | TRAPS if later & WRITES_STATE else PURE)
    )


EXCLUDED: tuple[int, ...] = tuple(map(_excluded, range(EVERYTHING + 1)))
"""For the effects of a statement, those of expressions that must be evaluated before it."""

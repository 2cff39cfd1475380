"""What a module may use. A swarm of modules with few features each finds more than modules that all have everything.

Which row belongs to which feature follows from its opcode and its types.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from quire.engine.instruction_set import CORE
from quire.engine.instructions.row import Row
from quire.fuzz.choices import Choices
from quire.proposal_ops import instruction_set

TAIL_CALLS, REFERENCES, EXCEPTIONS, FLOATS = "tail-calls", "references", "exceptions", "floats"
TABLES, BULK, GC, SIMD, RELAXED = "tables", "bulk-memory", "gc", "simd", "relaxed-simd"
MEMORIES, MULTI_MEMORY, MEMORY64, TABLE64 = "memories", "multi-memory", "memory64", "table64"
MULTI_VALUE, GLOBALS, LOOPS, EXTENDED_CONST = "multi-value", "globals", "loops", "extended-const"
PAGE_SIZES, WIDE, THREADS, MEMORY_CONTROL = "custom-page-sizes", "wide-arithmetic", "threads", "memory-control"

CORE_FEATURES = (
    MEMORIES, FLOATS, GLOBALS, LOOPS, TABLES, REFERENCES, MULTI_VALUE, BULK, SIMD, GC, EXCEPTIONS, TAIL_CALLS,
    MULTI_MEMORY, MEMORY64, TABLE64, EXTENDED_CONST,
)  # fmt: skip
PROPOSALS = (PAGE_SIZES, WIDE, THREADS)  # which other engines have too
OWN = (MEMORY_CONTROL,)  # which only Quire has
ALL_FEATURES = (*CORE_FEATURES, RELAXED, *PROPOSALS, *OWN)
NEEDS = {RELAXED: SIMD, MULTI_MEMORY: MEMORIES, MEMORY64: MEMORIES, PAGE_SIZES: MEMORIES, MEMORY_CONTROL: MEMORIES,
         THREADS: MEMORIES,
         TABLE64: TABLES, BULK: MEMORIES, GC: REFERENCES}  # fmt: skip

_SINGLE_BYTE = {
    0x08: EXCEPTIONS, 0x0A: EXCEPTIONS, 0x1F: EXCEPTIONS, 0x12: TAIL_CALLS, 0x13: TAIL_CALLS, 0x15: TAIL_CALLS,
    0x11: TABLES, 0x14: REFERENCES, 0x1C: REFERENCES, 0x25: TABLES, 0x26: TABLES,
}  # fmt: skip
_PREFIXES = {0xFB: GC, 0xFD: SIMD}


@cache
def feature_of(row: Row) -> str | None:
    """The feature that an instruction of the core belongs to; None for those that every module has."""
    code = row.opcode
    if isinstance(code, tuple):
        if code[0] == 0xFC:
            return FLOATS if code[1] < 8 else BULK if code[1] < 12 else TABLES
        return RELAXED if code[0] == 0xFD and code[1] >= 0x100 else _PREFIXES.get(code[0])
    if 0xD0 <= code <= 0xD6:
        return GC if code == 0xD3 else REFERENCES
    if "f32" in row.mnemonic or "f64" in row.mnemonic:
        return FLOATS
    return MEMORIES if 0x28 <= code <= 0x40 else _SINGLE_BYTE.get(code)


def rows_of(features: Iterable[str]) -> tuple[Row, ...]:
    """The rows that modules with these features may have."""
    return _rows_of(frozenset(features))


@cache
def _rows_of(features: frozenset[str]) -> tuple[Row, ...]:
    wanted = features | {None}
    core = [row for row in CORE.rows if feature_of(row) in wanted]
    own = instruction_set([name for name in (*PROPOSALS, *OWN) if name in features])
    return (*core, *own.rows[len(CORE.rows) :])


def draw_features(choices: Choices, allowed: Iterable[str] = ALL_FEATURES) -> frozenset[str]:
    """The features of one module: some of those that are allowed, with what they need."""
    offered = list(allowed)
    percent = choices.pick((30, 50, 70, 90))
    drawn = set(choices.some(offered, percent))
    for feature, needed in NEEDS.items():
        if feature in drawn:
            drawn.add(needed)
    return frozenset(drawn & set(offered))

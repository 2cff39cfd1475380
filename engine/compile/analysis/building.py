"""Expressions that no instruction of a body is: made of others, for the passes behind lifting. And whether what they
change is still used.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from types import MappingProxyType

from quire.engine import types as t
from quire.engine.compile.analysis.facts import whole
from quire.engine.compile.analysis.intervals import targets
from quire.engine.compile.graph import nodes as n
from quire.engine.instructions import CORE_ROWS
from quire.engine.module import Instruction

FARTHEST = 30  # blocks that are searched for a use of a variable

_ROWS = MappingProxyType({row.mnemonic: row for row in CORE_ROWS})


def number(value: int, type_: t.OperandType) -> n.Operation:
    """A constant."""
    canonical = value & whole(type_)[1]
    return n.Operation(0, Instruction(_ROWS[f"{type_}.const"], (canonical,)), (), type_, n.PURE, 1, frozenset())


def made_of(name: str, *operands: n.Expression) -> n.Operation:
    """An operation of integers without effects of its own."""
    type_ = operands[0].type
    bare = n.Operation(0, Instruction(_ROWS[f"{type_}.{name}"], ()), (), type_, n.PURE, 1, frozenset())
    return rebuilt(bare, operands)


def rebuilt(operation: n.Operation, operands: Sequence[n.Expression]) -> n.Operation:
    """An operation with other operands."""
    effects, depth, reads = operation.effects, 0, frozenset[str]()
    for each in operands:
        effects, depth, reads = effects | each.effects, max(depth, each.depth), reads | each.reads
    index, instruction, type_ = operation.index, operation.instruction, operation.type
    return n.Operation(index, instruction, tuple(operands), type_, effects, depth + 1, reads)


def is_live(name: str, start: n.Block) -> bool:
    """Whether a variable may be used from a block on, as far as a short search tells."""
    seen: set[n.Block] = set()
    pending = [start]
    while pending:
        block = pending.pop()
        if block in seen:
            continue
        seen.add(block)
        if len(seen) > FARTHEST or block.region.parent is not None:
            return True
        used, assigned = changes_of(block)
        if name in used:
            return True
        if name not in assigned:
            pending += n.successors(block)
    return False


def changes_of(block: n.Block) -> tuple[Set[str], Set[str]]:
    """The variables that a block uses as they were before it, and those that it assigns. No pass may change it then."""
    if block.changes is None:
        used: set[str] = set()
        assigned: set[str] = set()
        for statement in block.statements:
            if isinstance(statement, n.Assign):
                used |= statement.value.reads - assigned
            assigned.update(targets(statement))
        for each in n.last_expressions(block):
            used |= each.reads - assigned
        block.changes = used, assigned
    return block.changes

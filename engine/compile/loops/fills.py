"""Loops that do nothing but store the same at address after address, such as one that clears a buffer or strikes the
multiples of a number: one assignment to a slice of the memory does the same.
"""

from __future__ import annotations

from typing import NamedTuple

from quire.engine.compile.analysis.building import is_live
from quire.engine.compile.analysis.facts import State
from quire.engine.compile.analysis.intervals import targets
from quire.engine.compile.expressions.translate import Bytes, Translator
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.graph import structure as s
from quire.engine.compile.loops.counted import Counted, constant
from quire.engine.compile.loops.pointers import added
from quire.engine.compile.loops.streams import behind
from quire.engine.instructions.expressions import Value, canon

COUNT = "count"  # the variable that has how many turns there are


class Fill(NamedTuple):
    """A loop as one statement, which does the same where the condition holds, which sets COUNT."""

    condition: str
    statement: str


class Store(NamedTuple):
    """The only store of a loop, of `size` bytes. Its address is a variable, which moves by `by` each turn, and `ahead`
    bytes more.
    """

    operation: n.Operation
    size: int
    variable: str
    by: n.Expression | int
    ahead: int


def filled(loop: s.Loop, found: Counted, translator: Translator, state: State, turns: str) -> Fill | None:
    """A loop as a fill, if it is one and nobody needs its variables behind it. `turns` tells, in Python, how many turns
    there are; `state` what is known in its only block.
    """
    block = found.inside[0] if len(found.nodes) == 1 and found.inside else None
    store = None if block is None else only_store(block, found)
    if block is None or store is None:
        return None
    changed = {found.variable, *(name for each in block.statements for name in targets(each))}
    value, there = store.operation.operands[1], translator.bytes(n.immediates(store.operation)[0].memory)
    if value.effects or not value.reads.isdisjoint(changed) or there is None or not there.free:
        return None
    if any(is_live(name, behind(loop, found)) for name in changed):
        return None
    translator.uses.append(there.use)
    return written(store, translator.value(value, state), there, turns)


def only_store(block: n.Block, found: Counted) -> Store | None:
    """The store of a block that does nothing else but move variables."""
    moved: dict[str, n.Expression | int] = {}
    store: n.Operation | None = None
    before: set[str] = set()  # what has moved when the store comes
    for each in block.statements:
        if not isinstance(each, n.Assign):
            return None
        if each.targets:
            (name, *others), step = each.targets, added(each.targets[0], each.value)
            by = None if step is None else constant(step)
            if others or by is None or name in moved:
                return None
            moved[name] = by
        elif store is None and isinstance(each.value, n.Operation):
            store, before = each.value, set(moved)
        else:
            return None
    moved[found.variable] = found.step
    return None if store is None else store_of(store, moved, before)


def store_of(operation: n.Operation, moved: dict[str, n.Expression | int], before: set[str]) -> Store | None:
    """What an operation stores, if it does so at one of the variables that move forward: byte by byte, or without
    gaps.
    """
    access = operation.instruction.row.access
    if access is None or not access.stores or access.aligned or access.real or access.make is not None:
        return None
    base = operation.operands[0]
    by = moved.get(base.name) if isinstance(base, n.Get) else None
    if not isinstance(base, n.Get) or by is None or (isinstance(by, int) and by <= 0) or access.size not in (1, by):
        return None
    offset = n.immediates(operation)[0].offset
    ahead = offset + by if base.name in before and isinstance(by, int) else offset
    return Store(operation, access.size, base.name, by, ahead)


def written(store: Store, value: Value, there: Bytes, turns: str) -> Fill:
    """The slice that a loop fills, and what it is filled with."""
    by = store.by.name if isinstance(store.by, n.Get) else str(store.by)
    distance, every = (COUNT, "") if by == "1" else (f"{COUNT} * {by}", f":{by}" if store.size == 1 else "")
    start = f"{store.variable} + {store.ahead}" if store.ahead else store.variable
    slack = f" - {store.ahead}" if store.ahead else ""
    away = f"({COUNT} := {turns}){'' if by == '1' else f' * {by}'}"
    reach = f"{store.variable} + {away} <= len({there.name}){slack}"
    text = repeated(canon(value, (1 << 8 * store.size) - 1), store.size)
    return Fill(reach, f"{there.name}[{start}:{start} + {distance}{every}] = {text}")


def repeated(value: Value, size: int) -> str:
    """The bytes of so many equal numbers."""
    if value.constant:
        if not value.low:
            return f"bytes({COUNT} * {size})" if size > 1 else f"bytes({COUNT})"
        return f"{value.low.to_bytes(size, 'little')!r} * {COUNT}"
    return f"({value.text}).to_bytes({size}, 'little') * {COUNT}"

"""Elements that a loop reads one after the other, one each turn, before it writes anything: Python can iterate over a
slice of the view, and needs no index. The elements are still read when their turn comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from quire.engine.compile.analysis.building import is_live
from quire.engine.compile.analysis.facts import Range
from quire.engine.compile.analysis.intervals import targets
from quire.engine.compile.expressions.accesses import form_of
from quire.engine.compile.expressions.translate import Bytes, Use
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.graph import structure as s
from quire.engine.compile.loops.counted import Counted, constant, exits
from quire.engine.compile.loops.pointers import Pointer
from quire.engine.errors import Crash

OTHERS = n.WRITES_MEMORY | n.WRITES_STATE | n.CALLS


class Stream(NamedTuple):
    """The only load at a pointer, whose results a variable `name` has in turn. `use` is the view that it reads."""

    operation: n.Operation
    name: str
    use: Use
    known: Range
    end: int  # bytes behind the pointer that a turn reads up to

    @property
    def view(self) -> str:
        """The variable that has the view."""
        return f"{self.use.name or 'm'}{self.use.number}"


def streams(
    loop: s.Loop,
    found: Counted,
    pointers: Mapping[str, Pointer],
    bytes_of: Callable[[int], Bytes | None],
    opened: frozenset[n.Operation],
) -> dict[str, Stream]:
    """The streams of a loop, by their pointers. Those of `opened` need no check."""
    first = found.body[0]
    if not isinstance(first, s.Code) or not isinstance(found.step, int):
        return {}
    made = {}
    for name, operation in first_loads(first.block, found):
        pointer = pointers.get(name)
        if pointer is None or pointer.used > 1 or not moves_each_turn(pointer, found, first.block):
            continue
        stream = stream_of(pointer, operation, bytes_of, opened)
        if stream is None or uses(name, found) > 1 + len(pointer.steps) or is_live_behind(name, loop, found):
            continue
        made[name] = stream
    return made


def first_loads(block: n.Block, found: Counted) -> Iterator[tuple[str, n.Operation]]:
    """What is loaded at variables at the start of each turn."""
    assigned: set[str] = set()
    expressions: list[tuple[n.Expression, tuple[str, ...]]] = []
    for statement in block.statements:
        if not isinstance(statement, n.Assign):
            break
        expressions.append((statement.value, targets(statement)))
        if statement.value.effects & OTHERS:
            break
    else:
        expressions += [(each, ()) for each in n.last_expressions(block) if block is not found.trimmed]
    for expression, names in expressions:
        for each in n.operations(expression, n.READS_MEMORY):
            access, base = each.instruction.row.access, each.operands[0] if each.operands else None
            if access is not None and not access.stores and isinstance(base, n.Get) and base.name not in assigned:
                yield base.name, each
        assigned.update(names)


def stream_of(
    pointer: Pointer, operation: n.Operation, bytes_of: Callable[[int], Bytes | None], opened: frozenset[n.Operation]
) -> Stream | None:
    """A load as a stream, if a view has its very results and none of them needs a check."""
    access, m = operation.instruction.row.access, n.immediates(operation)[0]
    there = bytes_of(m.memory)
    if access is None or there is None or access.aligned or access.make is not None:
        return None
    form, code = form_of(access), there.code
    checked = code.first_readable > m.offset or (code.ranges and operation not in opened)
    if checked or form.low < 0 or not (form.view or access.size == 1) or form.exponent != pointer.exponent:
        return None
    use = Use("view", form.view, m.memory) if form.view else Use("bytes", "", m.memory)
    return Stream(operation, f"x{pointer.name[1:]}", use, (form.low, form.high, 0), m.offset + access.size)


def moves_each_turn(pointer: Pointer, found: Counted, first: n.Block) -> bool:
    """Whether a pointer moves forward, once in every turn."""
    if pointer.name == found.variable:
        return isinstance(found.step, int) and found.step > 0
    places = [block for block in found.inside for each in block.statements if pointer.name in targets(each)]
    if len(pointer.steps) != 1 or len(places) != 1 or places[0] not in (first, found.trimmed):
        return False
    by = constant(pointer.steps[0])
    return by is None or by > 0


def uses(name: str, found: Counted) -> int:
    """How often the blocks of a loop read a variable."""
    count = 0
    for block in found.inside:
        ends = n.last_expressions(block) if block is not found.trimmed else []
        for expression in (*(each.value for each in block.statements if isinstance(each, n.Assign)), *ends):
            count += occurrences(name, expression)
    return count


def is_live_behind(name: str, loop: s.Loop, found: Counted) -> bool:
    """Whether a variable may be used where a loop leads to."""
    ways_out = [each.target for each in exits(found.nodes) if each.way is not None and loop in each.way.frames]
    return any(is_live(name, each) for each in (behind(loop, found), *ways_out))


def behind(loop: s.Loop, found: Counted) -> n.Block:
    """Where a loop leads when its test fails."""
    block = loop.header if found.tested else found.last
    if not isinstance(block.end, n.Branch):
        raise Crash("a loop ends without a test", f"block {block.number}")
    return block.end.otherwise if found.on else block.end.then


def occurrences(name: str, expression: n.Expression) -> int:
    """How often an expression reads a variable."""
    if name not in expression.reads:
        return 0
    return 1 if isinstance(expression, n.Get) else sum(occurrences(name, each) for each in expression.operands)

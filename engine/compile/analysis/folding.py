"""Calls as operands: one whose result is used at once, by an expression without effects, is evaluated as part of it.

Lifting gives the result of a call to the slot of its height. Where the next expression is the only one that reads this
slot, and nothing in it may notice that the call runs only then, the detour costs without a gain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from quire.engine.compile.analysis.building import rebuilt
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.graph.effects import effects_of
from quire.engine.compile.graph.operands import DEEPEST
from quire.engine.instructions.templates import Naming

Keeps = Callable[[n.Expression], bool]

KEEPING = ("select", "br_on_null", "br_on_non_null", "br_on_cast", "br_on_cast_fail")
"""What does not evaluate each operand once, or leaves it to others, too."""


def fold_calls(blocks: Iterable[n.Block], keeps: Keeps) -> None:
    """Fold the calls of a function. `keeps` tells of an expression whether memories keep their bytes where they are."""
    for block in blocks:
        if block.statements:
            fold_statements(block)
            return_at_once(block)
            fold_into_end(block, keeps)


def fold_statements(block: n.Block) -> None:
    """Where one statement uses the result of the call before it."""
    if not any(isinstance(each, n.Assign) and each.value.effects & n.CALLS for each in block.statements[:-1]):
        return
    made: list[n.Statement] = []
    for statement in block.statements:
        if isinstance(statement, n.Assign):
            statement.value = with_calls(statement.value, made)
        made.append(statement)
    block.statements = made


def with_calls(value: n.Expression, before: list[n.Statement]) -> n.Expression:
    """An expression with the calls of the statements before it in the places of their slots, as far as that goes."""
    while True:
        call = call_at_end(before)
        folded = None if call is None else with_call(value, call)
        if folded is None:
            return value
        value = folded
        before.pop()


def return_at_once(block: n.Block) -> None:
    """Where a block only goes on to return the variable that it assigns last."""
    last, end = block.statements[-1], block.end
    if not isinstance(end, n.Jump) or end.target.region is not block.region or end.target.statements:
        return
    values = end.target.end.values if isinstance(end.target.end, n.Return) else ()
    returned = values[0] if len(values) == 1 else None
    if not isinstance(returned, n.Get) or not isinstance(last, n.Assign) or last.targets != (returned.name,):
        return
    if not rounds(last.value):
        block.statements.pop()
        block.end = n.Return((last.value,))


def fold_into_end(block: n.Block, keeps: Keeps) -> None:
    """Where the end of a block uses the result of the last call. Behind a branch, nobody looks for a memory's bytes."""
    call, end = call_at_end(block.statements), block.end
    if call is None:
        return
    if isinstance(end, n.Return) and len(end.values) == 1:
        block.end = n.Return((with_calls(end.values[0], block.statements),))
    elif isinstance(end, n.Branch) and keeps(call.value):
        block.end = n.Branch(with_calls(end.condition, block.statements), end.then, end.otherwise)


def call_at_end(statements: list[n.Statement]) -> n.Assign | None:
    """The last statement, if it gives the result of a call to a slot."""
    last = statements[-1] if statements else None
    is_call = isinstance(last, n.Assign) and last.value.effects & n.CALLS and len(last.targets) == 1
    return last if is_call and isinstance(last, n.Assign) and last.targets[0][0] == "s" else None


def with_call(value: n.Expression, call: n.Assign) -> n.Expression | None:
    """An expression with a call in the place of the slot that has its result, if it may stand there."""
    slot = call.targets[0]
    if slot not in value.reads or rounds(call.value) or (value.effects and not has_calls_alone(value)):
        return None
    return placed(value, slot, call.value)


def has_calls_alone(value: n.Expression) -> bool:
    """Whether an expression has no effects but those of calls whose lines can be told, and of no operand of these."""
    if not value.effects or not isinstance(value, n.Operation):
        return True
    if n.mnemonic(value) == "call":
        return not any(each.effects for each in value.operands)
    return not effects_of(value.instruction.row) and all(map(has_calls_alone, value.operands))


def placed(value: n.Expression, slot: str, call: n.Expression) -> n.Expression | None:
    """The same, where the slot is read; None where it is read twice or behind another call, or the value is to be in a
    variable.
    """
    if isinstance(value, n.Get):
        return call
    readers = [at for at, each in enumerate(value.operands) if slot in each.reads]
    row = value.instruction.row
    if len(readers) != 1 or row.naming is not Naming.NEVER or row.mnemonic in KEEPING or value.depth >= DEEPEST:
        return None
    if effects_of(row):  # of two calls, one within the other, the outer one has the first line and the last turn
        return None
    operands = list(value.operands)
    if any(each.effects for each in operands[: readers[0]]) or (value.effects and not is_told(call)):
        return None
    folded = placed(operands[readers[0]], slot, call)
    if folded is None:
        return None
    operands[readers[0]] = folded
    return rebuilt(value, operands)


def is_told(call: n.Expression) -> bool:
    """Whether each call of an expression has a line of its own where there are several."""
    calls = (each for each in n.operations(call, n.CALLS) if effects_of(each.instruction.row) & n.CALLS)
    return all(n.mnemonic(each) == "call" for each in calls) and has_calls_alone(call)


def rounds(value: n.Expression) -> bool:
    """Whether a value is still to be rounded to an f32, which a statement does."""
    template = value.instruction.row.template if isinstance(value, n.Operation) else None
    return template is not None and template.rounds

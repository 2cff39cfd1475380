"""Counted loops: those that add one to a variable at their end and run while it is below a bound that does not change.

Python counts these by itself, in pieces, so that an interruption is seen between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quire.engine.compile import nodes as n
from quire.engine.compile import structure as s
from quire.engine.compile.analysis import targets
from quire.engine.instructions.expressions import Value

PIECE = 4096  # iterations between two looks at whether to go on


@dataclass(frozen=True, slots=True)
class Counted:
    """A loop over `variable` while it is below `bound`.

    `first` says that the test comes before the body. `body` runs each time, but for the last statement of `last`, which
    counts; `done` runs when the test fails.
    """

    variable: str
    bound: n.Expression
    signed: bool
    first: bool
    body: s.Tree
    last: n.Block
    done: s.Tree


def counted(loop: s.Loop) -> Counted | None:
    """The loop as a counted one, if it is one as far as its form tells."""
    if len(loop.body) < 2:
        return None
    found = _tested_behind(loop) or _tested_before(loop)
    if found is None or (isinstance(found.bound, n.Operation) and found.bound.operands):
        return None
    inside = list(blocks(loop.body))
    changed = [name for block in inside for statement in block.statements for name in targets(statement)]
    steady = changed.count(found.variable) == 1 and not found.bound.reads.intersection(changed)
    back = sum(exit_.target is loop.header for exit_ in exits(loop.body))
    return found if steady and back == 1 and inside.count(found.last) == 1 else None


def _tested_behind(loop: s.Loop) -> Counted | None:
    code, test = loop.body[-2:]
    if not isinstance(code, s.Code) or not isinstance(test, s.If) or test.block is not code.block:
        return None
    for taken, on, done in ((test.then, True, test.otherwise), (test.otherwise, False, test.then)):
        variable = _counts(code.block)
        below = _below(test.condition, on=on)
        if _again(taken, loop) and len(taken) == 1 and below is not None and below[0] == variable:
            return Counted(variable, below[1], below[2], False, loop.body[:-1], code.block, done)
    return None


def _tested_before(loop: s.Loop) -> Counted | None:
    code, test = loop.body[0], loop.body[1]
    if len(loop.body) != 2 or not isinstance(code, s.Code) or code.block.statements or not isinstance(test, s.If):
        return None
    for body, on, done in ((test.then, True, test.otherwise), (test.otherwise, False, test.then)):
        last = body[-2] if len(body) > 1 and _again(body, loop) else None
        below = _below(test.condition, on=on)
        if isinstance(last, s.Code) and below is not None and below[0] == _counts(last.block):
            return Counted(below[0], below[1], below[2], True, body[:-1], last.block, done)
    return None


def _again(tree: s.Tree, loop: s.Loop) -> bool:
    """Whether code ends at the start of the loop."""
    last = tree[-1] if tree else None
    return isinstance(last, s.Exit) and last.falls and last.target is loop.header


def _counts(block: n.Block) -> str | None:
    """The variable that the last statement of a block adds one to."""
    last = block.statements[-1] if block.statements else None
    if not isinstance(last, n.Assign) or not isinstance(last.value, n.Operation) or len(last.targets) != 1:
        return None
    if n.mnemonic(last.value) not in ("i32.add", "i64.add"):
        return None
    first, second = last.value.operands
    if isinstance(second, n.Get):
        first, second = second, first
    if not isinstance(first, n.Get) or first.name != last.targets[0] or not isinstance(second, n.Operation):
        return None
    is_one = n.mnemonic(second).endswith(".const") and n.immediates(second) == (1,)
    return first.name if is_one else None


def _below(condition: n.Expression, *, on: bool) -> tuple[str, n.Expression, bool] | None:
    """What is below what where a condition is `on`, and whether as signed numbers."""
    if not isinstance(condition, n.Operation) or len(condition.operands) != 2:
        return None
    _, _, relation = n.mnemonic(condition).partition(".")
    first, second = condition.operands
    relation, _, sign = relation.partition("_")
    if (relation, on) in (("gt", True), ("le", False)):
        first, second = second, first
    elif (relation, on) not in (("lt", True), ("ge", False)):
        return None
    if not sign or not isinstance(first, n.Get):
        return None
    return first.name, second, sign == "s"


def blocks(tree: s.Tree) -> Iterator[n.Block]:
    """The blocks that are written in a tree."""
    for each in tree:
        if isinstance(each, s.Code):
            yield each.block
        else:
            for inner in s.parts(each):
                yield from blocks(inner)


def exits(tree: s.Tree) -> Iterator[s.Exit]:
    """The exits of a tree, those within it too."""
    for each in tree:
        if isinstance(each, s.Exit):
            yield each
        elif not isinstance(each, s.Code):
            if isinstance(each, s.Guarded):
                yield from each.exits
            for inner in s.parts(each):
                yield from exits(inner)


def limits(found: Counted, variable: Value, bound: Value, most: int) -> str | None:
    """The bound as an expression, or None where the signed order may not be the unsigned one."""
    if not found.signed or bound.within(0, most):
        return bound.text if not found.signed or variable.within(0, most) else None
    if variable.within(0, most) and bound.simple:
        return f"({bound.text} if {bound.text} <= {most:#x} else 0)"
    return None

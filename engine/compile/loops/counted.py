"""Counted loops: those that add the same to a variable once a turn, and go on while it is in a relation to a bound.

Recognises them by their form, and says where `range` gives the very values of the variable. Where that is not so, be it
that the variable wraps around or that there are many turns, `turns.py` gives them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quire.engine.compile.analysis.intervals import targets
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.graph import structure as s
from quire.engine.instructions.expressions import PRODUCT, SUM, UNARY, Value, infix, plus, signed

MOST_TURNS = 1 << 16  # between two looks at whether to go on, in a small loop
LONGEST = 1 << 20  # statements between two looks
COSTLY = 16  # as many statements as one that works on many bytes at once
SLOW = n.CALLS | n.READS_STATE | n.WRITES_STATE  # what such a one does


@dataclass(frozen=True, slots=True)
class Counted:
    """A loop over `variable`, to which `count` adds `step`, while it is in `relation` to `bound`, 0 if that is None.

    `test` is `on` then. `tested` says that it comes before the body; else it comes behind. `body` runs each turn,
    without the count; `done` runs when the test fails. `turns` may pass without a look around.
    """

    variable: str
    count: n.Assign
    step: n.Expression | int
    relation: str
    bound: n.Expression | None
    test: n.Expression
    on: bool
    tested: bool
    body: s.Tree
    nodes: list[s.Code | s.Control]  # of the body, those within others too
    inside: list[n.Block]  # those that are written in it
    last: n.Block  # where the count was, at the end of a turn
    trimmed: n.Block  # the same without it, which stands in `body`
    done: s.Tree
    turns: int


def counted(loop: s.Loop) -> Counted | None:
    """The loop as a counted one, if it is one as far as its form tells."""
    path = _way_back(loop.body, loop.header)
    for form in (_tested_behind(path), _tested_before(path)) if path is not None else ():
        found = None if form is None else _recognised(loop.header, *form)
        if found is not None:
            return found
    return None


Path = list[s.Tree]
"""A tree, the last branch of its last part, and so on: the code that leads to the end of the first tree."""


def _way_back(tree: s.Tree, header: n.Block) -> Path | None:
    """The path to where code goes back to the start of a loop by itself."""
    last = tree[-1] if tree else None
    if isinstance(last, s.Exit):
        return [tree] if last.falls and last.target is header else None
    for branch in (last.then, last.otherwise) if isinstance(last, s.If) else ():
        path = _way_back(branch, header)
        if path is not None:
            return [tree, *path]
    return None


def _with_end(path: Path, end: s.Tree) -> s.Tree:
    """The first tree of a path, where the last is another."""
    for tree, old in zip(path[-2::-1], path[:0:-1], strict=True):
        last = tree[-1]
        if isinstance(last, s.If):
            branches = (end if each is old else each for each in (last.then, last.otherwise))
            end = [*tree[:-1], s.If(last.block, last.condition, *branches)]
    return end


Form = tuple[Path, s.If, bool, bool]
"""The path to the last block, which is the last but one in its last tree; the test, its outcome to go on, whether it
comes first.
"""


def _tested_behind(path: Path) -> Form | None:
    if len(path) < 2 or len(path[-1]) != 1 or len(path[-2]) < 2:
        return None
    code, test = path[-2][-2:]
    if not isinstance(code, s.Code) or not isinstance(test, s.If) or test.block is not code.block:
        return None
    return path[:-1], test, test.then is path[-1], False


def _tested_before(path: Path) -> Form | None:
    if len(path) < 2 or len(path[0]) != 2 or len(path[-1]) < 2:
        return None
    code, test = path[0]
    if not isinstance(code, s.Code) or code.block.statements or not isinstance(test, s.If):
        return None
    return path[1:], test, test.then is path[1], True


def _recognised(header: n.Block, path: Path, test: s.If, on: bool, tested: bool) -> Counted | None:
    code = path[-1][-2]
    if not isinstance(code, s.Code):
        return None
    last, count = code.block, _counts(code.block, test.condition)
    if count is None:
        return None
    variable = count.targets[0]
    step, continuing = _step(count), _relation(test.condition, variable, on=on)
    if step is None or continuing is None or not _leads(step, continuing[0]):
        return None
    trimmed = n.Block(last.number, last.region, [each for each in last.statements if each is not count], last.end)
    body, done = _with_end(path, [*path[-1][:-2], s.Code(trimmed)]), test.otherwise if on else test.then
    nodes, behind = s.walk(body), s.walk(done)
    if any(exit_.target is header for exit_ in exits((*nodes, *behind))):
        return None
    inside = [each.block for each in nodes if isinstance(each, s.Code)]
    blocks = [*inside, *(each.block for each in behind if isinstance(each, s.Code))]
    changed = {name for block in blocks for statement in block.statements for name in targets(statement)}
    steady = [each.reads for each in (step, continuing[1]) if isinstance(each, (n.Get, n.Operation))]
    if variable in changed or last in blocks or not all(map((changed | {variable}).isdisjoint, steady)):
        return None
    condition, turns = test.condition, _turns(blocks)
    return Counted(
        variable, count, step, *continuing, condition, on, tested, body, nodes, inside, last, trimmed, done, turns
    )


def _counts(block: n.Block, test: n.Expression) -> n.Assign | None:
    """The statement of a block that counts for a test. Nothing behind it may read the variable."""
    read: frozenset[str] = frozenset()
    for statement in reversed(block.statements):
        if not isinstance(statement, n.Assign):
            return None
        name = statement.targets[0] if len(statement.targets) == 1 else ""
        if statement.value.effects & n.CALLS and block.region.parent is not None:
            return None  # a handler of what it throws may read the variable
        if name in test.reads and name not in read and isinstance(statement.value, n.Operation):
            first = statement.value.operands[0] if len(statement.value.operands) == 2 else None
            if n.mnemonic(statement.value) in COUNTING and name in statement.value.reads and first is not None:
                return statement
        read |= statement.value.reads
    return None


COUNTING = ("i32.add", "i64.add", "i32.sub", "i64.sub")


def _step(count: n.Assign) -> n.Expression | int | None:
    """What a statement adds to its variable: a number as it is signed, or a variable."""
    operation = count.value
    if not isinstance(operation, n.Operation):
        return None
    first, second = operation.operands
    sign = 1
    if n.mnemonic(operation).endswith("sub"):
        sign = -1
    elif isinstance(second, n.Get) and second.name == count.targets[0]:
        first, second = second, first
    if not isinstance(first, n.Get) or first.name != count.targets[0]:
        return None
    if isinstance(second, n.Get):
        return second if sign > 0 and second.name != first.name else None
    number = constant(second)
    return sign * number if number else None


def constant(expression: n.Expression) -> int | None:
    """The number that an expression is, as it is signed."""
    if not isinstance(expression, n.Operation) or n.mnemonic(expression) not in ("i32.const", "i64.const"):
        return None
    half = 1 << 31 if n.mnemonic(expression) == "i32.const" else 1 << 63
    number: int = n.immediates(expression)[0]
    return (number & 2 * half - 1 ^ half) - half


_OPPOSITE = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "eq": "ne", "ne": "eq"}
_MIRRORED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "ne": "ne", "eq": "eq"}


def _relation(test: n.Expression, variable: str, *, on: bool) -> tuple[str, n.Expression | None] | None:
    """How a variable is to what, where a test has the outcome `on`: the name of an instruction, and its operand."""
    if isinstance(test, n.Get):
        return (f"{_type(test)}.ne", None) if on else None
    type_, _, relation = n.mnemonic(test).partition(".")
    relation, _, sign = relation.partition("_")
    first, *rest = test.operands
    if relation == "eqz":
        if isinstance(first, n.Operation):
            return _relation(first, variable, on=not on)
        return (f"{type_}.ne", None) if not on else None
    if relation not in _OPPOSITE or len(rest) != 1 or type_ not in ("i32", "i64"):
        return None
    bound = rest[0]
    if isinstance(bound, n.Get) and bound.name == variable:
        first, bound, relation = bound, first, _MIRRORED[relation]
    relation = relation if on else _OPPOSITE[relation]
    if not isinstance(first, n.Get) or first.name != variable or relation == "eq" or bound.effects:
        return None
    return f"{type_}.{relation}{sign and '_' + sign}", bound


def _type(get: n.Get) -> str:
    return str(get.type)


def _leads(step: n.Expression | int, relation: str) -> bool:
    """Whether steps lead towards where the test fails."""
    relation = relation[4:6]
    if not isinstance(step, int):
        return relation in ("lt", "le")
    return relation in (("lt", "le", "ne") if step > 0 else ("gt", "ge", "ne"))


def _turns(blocks: list[n.Block]) -> int:
    """After how many turns of these blocks, and a count, to look around."""
    statements = [each for block in blocks for each in block.statements]
    costly = [each for each in statements if isinstance(each, n.Assign) and each.value.effects & SLOW]
    length = len(blocks) + len(statements) + (COSTLY - 1) * len(costly) + 1
    return 1 << min(MOST_TURNS, max(LONGEST // length, 1)).bit_length() - 1


def exits(nodes: Iterable[s.Code | s.Control]) -> Iterator[s.Exit]:
    """The exits among the nodes of a tree."""
    for each in nodes:
        if isinstance(each, s.Exit):
            yield each
        elif isinstance(each, s.Guarded):
            yield from each.exits


@dataclass(frozen=True, slots=True)
class Span:
    """What a `range` has as its end, and when it gives the turns of a loop: where all of the conditions hold."""

    end: Value
    conditions: tuple[str, ...]


def span(found: Counted, variable: Value, bound: Value, step: Value, most: int, *, few: int = 0) -> Span | None:
    """Of a loop, from what is known of its variable, bound and step as it starts, all as they are unsigned, but for a
    step below 0. `most` is the greatest number whose two readings are the same. None where no range will do. `few` is
    how many turns are too few, where it is not known how many there are.
    """
    relation, is_signed = found.relation[4:6], found.relation.endswith("_s")
    down = step.high < 0
    top = most if is_signed else 2 * most + 1
    conditions = []
    if is_signed:
        bound = signed(bound, most + 1) if bound.constant else bound
        checked = [variable] if found.tested or down else []
        checked += [bound] if down and not bound.constant else []
        conditions += [f"{each.text} <= {most:#x}" for each in checked if not each.within(-1, most)]
    end = {"le": plus(bound, 1), "ge": plus(bound, -1)}.get(relation, bound)
    if end.high < -1:
        return None
    conditions += within_reach(found, *((end, variable) if down else (variable, end)), step, few)
    if step.low <= 0 <= step.high:
        conditions.append(step.text)
    if relation == "ne":
        conditions += meets(variable, end, step)
    elif not down and end.high + step.high - 1 > top:
        most_end = f"{top + 1 - step.low:#x}" if step.constant else f"{top + 1:#x} - {step.text}"
        conditions.append(f"{end.text} <= {most_end}")
    elif down and not is_signed and end.low < -step.low - 1:
        conditions.append(f"{end.text} >= {-step.low - 1}")
    return Span(end, tuple(conditions))


def turns_of(variable: Value, end: Value, step: Value) -> str:
    """How many turns there are from a value to an end, in Python; by a step that is not known, at most."""
    low, high = (end, variable) if step.high < 0 else (variable, end)
    distance = difference(high, low)
    size = abs(step.low) if step.constant else 1
    return f"-(-{distance.at(UNARY)} // {size})" if size > 1 else distance.at(PRODUCT)


def difference(high: Value, low: Value) -> Value:
    """By how much one value is greater than another."""
    return plus(high, -low.low) if low.low == low.high else infix(high, "-", low, SUM)


def within_reach(found: Counted, low: Value, high: Value, step: Value, few: int = 0) -> list[str]:
    """That there are turns, neither too few nor too many, between two values."""
    size = abs(step.low) if step.constant else 1
    most = found.turns * size
    some = low.high < high.low or (low.high <= high.low and found.tested)
    if some and high.high - low.low <= most:
        return []
    distance = difference(high, low).text
    if few:
        return [f"{few * size} < {distance} <= {most}"]
    least = "" if some or (found.tested and not found.relation.endswith(".ne")) else "0 <= " if found.tested else "0 < "
    return [f"{least}{distance} <= {most}"]


def meets(variable: Value, end: Value, step: Value) -> list[str]:
    """That a value is met exactly."""
    size = abs(step.low)
    exponent = size.bit_length() - 1
    if size == 1 << exponent and min(variable.zeros, end.zeros) >= exponent:
        return []
    return [f"not {difference(end, variable).at(PRODUCT)} % {size}"]

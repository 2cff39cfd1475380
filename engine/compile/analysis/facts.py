"""What is known of integer variables at a point of the code: the least and the greatest value, and lowest bits that are
zero. What a state does not mention may be anything that its type allows.

Spec: none; Cousot and Cousot, "Static determination of dynamic properties of programs", 1976.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

from quire.engine import types as t
from quire.engine.compile.graph import nodes as n
from quire.engine.instructions.expressions import PRIMARY, Value
from quire.engine.instructions.row import Row

Range = tuple[int, int, int]  # the least and the greatest value, and how many of the lowest bits are 0
State = dict[str, Range]

WHOLE: Mapping[t.OperandType, Range] = MappingProxyType({t.I32: (0, (1 << 32) - 1, 0), t.I64: (0, (1 << 64) - 1, 0)})
ZERO = (0, 0, 64)
ANYTHING = (0, (1 << 64) - 1, 0)
_NONE = (0, 0, 0)


def whole(type_: t.OperandType) -> Range:
    """The range of a type; of one that has none, of no interest."""
    return WHOLE.get(type_, _NONE)


def variable(name: str, known: Range) -> Value:
    """An integer variable as an expression, with what is known of it."""
    low, high, zeros = known
    return Value(name, PRIMARY, low, high, False, False, False, True, zeros)


def note(state: State, name: str, type_: t.OperandType, known: Range) -> None:
    """Put into a state what is known of a value that an integer variable gets."""
    least, most, _ = WHOLE[type_]
    low, high, zeros = known
    if low < least or high > most:
        low, high = least, most  # the variable gets the unsigned reading
    if zeros or low > least or high < most:
        state[name] = low, high, zeros
    else:
        state.pop(name, None)


def both(first: Range | None, second: Range | None) -> Range | None:
    """What holds of a variable where either may."""
    if first is None or second is None:
        return None
    return either(first, second)


def either(first: Range, second: Range) -> Range:
    """What holds of a variable that is as the one or as the other says."""
    if first == second:
        return first
    return min(first[0], second[0]), max(first[1], second[1]), min(first[2], second[2])


def join(first: State, second: State) -> State:
    """What holds in both."""
    if first == second:
        return first
    joined = {}
    for name, known in first.items():
        other = second.get(name)
        if known is other:
            joined[name] = known
        elif other is not None:
            joined[name] = either(known, other)
    return joined


def bound_addresses(state: State, expression: n.Expression, sizes: Sequence[int]) -> None:
    """After an access, the variable that is its address is known to lie in the memory. `sizes` are the greatest that
    memories may have, in bytes.
    """
    for name, most in bounds_of(expression, sizes):
        low, high, zeros = state.get(name) or WHOLE[t.I32]
        if low <= most < high:
            state[name] = low, most, zeros


def bounds_of(expression: n.Expression, sizes: Sequence[int]) -> tuple[tuple[str, int], ...]:
    """The variables that are addresses in an expression, and the greatest value of each for which nothing traps."""
    if not isinstance(expression, n.Operation):
        return ()
    if expression.bounds is None:
        inside = (bounds_of(each, sizes) for each in expression.operands if each.effects & n.MEMORY)
        found = [bound for bounds in inside for bound in bounds]
        row, immediates = expression.instruction
        address = expression.operands[0] if row.access is not None else None
        if row.access is not None and isinstance(address, n.Get) and address.type is t.I32:
            found.append((address.name, sizes[immediates[0].memory] - immediates[0].offset - row.access.size))
        expression.bounds = tuple(found)
    return expression.bounds


# Branches tell something of the variables that they compare.

_OPPOSITE = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "eq": "ne", "ne": "eq"}
_MIRRORED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "eq": "eq", "ne": "ne"}


@cache
def _relation(row: Row) -> tuple[str, bool]:
    """In which relation an instruction says that its operands are, and whether as signed numbers; "" for none."""
    relation, _, sign = row.mnemonic.partition(".")[2].partition("_")
    return (relation, sign == "s") if relation == "eqz" or relation in _OPPOSITE else ("", False)


def refine(state: State, condition: n.Expression, left: Value | None, right: Value | None, *, taken: bool) -> State:
    """The state where a condition is true or, if not `taken`, false. `left` and `right` are its operands' values."""
    if isinstance(condition, n.Get):
        return _learn(state, condition, "ne" if taken else "eq", 0, 0)
    relation, is_signed = _relation(condition.instruction.row) if left is not None else ("", False)
    if relation == "eqz":
        return _learn(state, condition.operands[0], "eq" if taken else "ne", 0, 0)
    if not relation or left is None or right is None:
        return state
    first, second = condition.operands
    limits = WHOLE.get(first.type or t.BOTTOM)
    if limits is None:
        return state
    relation, most = relation if taken else _OPPOSITE[relation], limits[1]
    if is_signed:
        most //= 2  # where both are below it
        if not _agree(relation, left, right, most):
            return state
    if isinstance(first, n.Get):
        state = _learn(state, first, relation, right.low, min(right.high, most))
    if isinstance(second, n.Get):
        state = _learn(state, second, _MIRRORED[relation], left.low, min(left.high, most))
    return state


def _agree(relation: str, left: Value, right: Value, most: int) -> bool:
    """Whether the signed order of the operands is the unsigned one where they are in this relation."""
    natural = (left.within(0, most), right.within(0, most))
    return all(natural) or (relation in ("lt", "le") and natural[0]) or (relation in ("gt", "ge") and natural[1])


def _learn(state: State, expression: n.Expression, relation: str, least: int, greatest: int) -> State:
    """That a variable is in a relation to a value between two others."""
    if not isinstance(expression, n.Get) or expression.type not in WHOLE:
        return state
    before = low, high, zeros = state.get(expression.name) or WHOLE[expression.type]
    if relation in ("lt", "le"):
        high = min(high, greatest - (relation == "lt"))
    elif relation in ("gt", "ge"):
        low = max(low, least + (relation == "gt"))
    elif relation == "eq":
        low, high = max(low, least), min(high, greatest)
    elif least == greatest:
        low, high = low + (low == least), high - (high == least)
    if low > high or (low, high, zeros) == before:  # in the first case, the branch is never taken
        return state
    return {**state, expression.name: (low, high, zeros)}

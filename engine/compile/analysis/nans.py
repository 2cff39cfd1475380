"""Variables whose NaNs wait to be made canonical, and those whose NaNs cannot.

Python's arithmetic makes other NaNs than the canonical one, so the code makes a NaN canonical, mostly where it is used:
a variable that gets such NaNs is loose. One that may also hold a NaN whose bits count, from a reinterpretation, a load
or a call, is mixed and cannot wait: there, one NaN could not be told from the other any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Protocol

from quire.engine import types as t
from quire.engine.compile.analysis.facts import State
from quire.engine.compile.analysis.intervals import targets
from quire.engine.compile.graph import nodes as n
from quire.engine.instructions.expressions import Value

FLOATS = (t.F32, t.F64)
_EXPONENTS = {"f32.const": 0xFF << 23, "f64.const": 0x7FF << 52}


class FloatEvaluator(Protocol):
    """Knows the value of an expression where certain variables are assumed to be loose."""

    def assume_loose(self, variables: frozenset[str]) -> None: ...

    def known(self, expression: n.Expression, state: State) -> Value: ...


def find_loose(graph: n.Graph, evaluator: FloatEvaluator) -> None:
    """Tell the evaluator which variables are loose: what gets loose NaNs, and none whose bits count."""
    assigned = list(_assignments(graph))
    if not any(expression is not None for _, expression in assigned):
        return
    mixed: frozenset[str] = frozenset()
    while True:
        loose = _spread(assigned, mixed, evaluator)
        exact = {name for name, expression in assigned if expression is None or not _is_loose(expression, evaluator)}
        if not loose & exact:
            return
        mixed |= loose & exact


def _spread(
    assigned: list[tuple[str, n.Expression | None]], mixed: frozenset[str], evaluator: FloatEvaluator
) -> frozenset[str]:
    """The variables that get loose NaNs by themselves or from others."""
    loose: frozenset[str] = frozenset()
    while True:
        evaluator.assume_loose(loose)
        rest = ((name, each) for name, each in assigned if each is not None and name not in loose | mixed)
        more = frozenset(name for name, each in rest if _is_loose(each, evaluator))
        if not more:
            return loose
        loose |= more


def _is_loose(expression: n.Expression, evaluator: FloatEvaluator) -> bool:
    return evaluator.known(expression, {}).loose


def _assignments(graph: n.Graph) -> Iterator[tuple[str, n.Expression | None]]:
    """Each float variable with an expression that it gets and that may be a NaN; None for one whose bits count."""
    for name, type_ in zip(graph.parameters, graph.parameter_types, strict=True):
        if type_ in FLOATS:
            yield name, None
    for statement in chain.from_iterable([block.statements for block in graph.blocks]):
        if t.F64 not in statement.types and t.F32 not in statement.types:
            continue
        floats = [name for name, kind in zip(targets(statement), statement.types, strict=False) if kind in FLOATS]
        if not isinstance(statement, n.Assign) or len(statement.targets) != 1:
            yield from ((name, None) for name in floats)
        elif floats and not _never_nan(statement.value):
            yield floats[0], statement.value


def _never_nan(expression: n.Expression) -> bool:
    if not isinstance(expression, n.Operation):
        return False
    name = n.mnemonic(expression)
    exponent = _EXPONENTS.get(name)
    if exponent is not None:
        return bool(n.immediates(expression)[0] & exponent != exponent)
    return ".convert_i" in name

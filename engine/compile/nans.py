"""Variables that need their NaNs at once.

Python's arithmetic makes other NaNs than the canonical one, so the code makes a NaN canonical, mostly where it is used.
A variable that may also hold a NaN whose bits count, from a reinterpretation, a load or a call, cannot wait: there, one
NaN could not be told from the other any more.
"""

from __future__ import annotations

from collections.abc import Iterator

from quire.engine import types as t
from quire.engine.compile import facts
from quire.engine.compile import nodes as n
from quire.engine.compile.analysis import Evaluator, after
from quire.engine.compile.lift import Graph

FLOATS = (t.F32, t.F64)
_EXPONENTS = {"f32.const": 0xFF << 23, "f64.const": 0x7FF << 52}


def mixed_variables(graph: Graph, states: dict[n.Block, facts.State], evaluator: Evaluator) -> frozenset[str]:
    """Those that get NaNs of both kinds."""
    exact = {name for name, type_ in zip(graph.parameters, graph.parameter_types, strict=True) if type_ in FLOATS}
    arithmetic: set[str] = set()
    for name, is_exact in _assignments(states, evaluator):
        (exact if is_exact else arithmetic).add(name)
    return frozenset(exact & arithmetic)


def _assignments(states: dict[n.Block, facts.State], evaluator: Evaluator) -> Iterator[tuple[str, bool]]:
    """Each float variable that is assigned, and whether a NaN that it gets there counts bit by bit."""
    for block, at_start in states.items():
        state = at_start
        for statement in block.statements:
            if isinstance(statement, n.Catching):
                yield from ((name, True) for name in statement.values)
            elif len(statement.targets) != 1:
                yield from ((name, True) for name in statement.targets)
            elif statement.types[0] in FLOATS and not _never_nan(statement.value):
                yield statement.targets[0], not evaluator.value(statement.value, state).loose
            state = after(state, statement, evaluator)


def _never_nan(expression: n.Expression) -> bool:
    if not isinstance(expression, n.Operation):
        return False
    name = n.mnemonic(expression)
    exponent = _EXPONENTS.get(name)
    if exponent is not None:
        return bool(n.immediates(expression)[0] & exponent != exponent)
    return ".convert_i" in name

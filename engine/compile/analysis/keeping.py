"""Which calls leave the bytes of memories where they are, so that nobody need look for them anew.

Growth may give a memory other bytes. Looks no further than a few functions of the same module, of which alone the code
is known.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

from quire.engine.compile.graph import nodes as n
from quire.engine.compile.graph.effects import effects_of
from quire.engine.compile.graph.reach import callees
from quire.engine.instructions import CORE_ROWS
from quire.engine.instructions.row import Row
from quire.engine.runtime.function import WasmFunction
from quire.engine.runtime.instance import Instance
from quire.engine.validate import ModuleContext

LONGEST = 1000  # instructions that are looked at for a call
CALLS = ("call", "return_call")
CALL_ROWS = frozenset(row for row in CORE_ROWS if row.mnemonic in CALLS)


class Seen(NamedTuple):
    """What was found of the functions of one instance, by their indices. Each of them that is written asks for others,
    mostly for the same.
    """

    harmless: dict[int, bool]
    callees: dict[int, tuple[int, ...] | None]  # of the calls of one; None where it may do more than call


_SEEN: WeakKeyDictionary[Instance, Seen] = WeakKeyDictionary()


class Keeping:
    """Knows the functions of one module. `always` tells that no code changes what others see of a memory's bytes,
    `never` that any may.
    """

    def __init__(self, instance: Instance, context: ModuleContext, *, ranges: bool) -> None:
        self.instance = instance
        self.always = not context.memories
        self.never = ranges or any(each.shared for each in context.memories)
        self.harmless_functions, self.callees = _SEEN.setdefault(instance, Seen({}, {}))

    def __call__(self, expression: n.Expression) -> bool:
        """Whether memories keep their bytes while an expression is evaluated."""
        if self.always or not expression.effects & n.CALLS:
            return True
        return not self.never and all(map(self.harmless, n.operations(expression, n.CALLS)))

    def harmless(self, operation: n.Operation) -> bool:
        if not effects_of(operation.instruction.row) & n.CALLS:
            return True
        index = n.immediates(operation)[0] if n.mnemonic(operation) in CALLS else -1
        known = self.harmless_functions.get(index)
        if known is None:
            known = self.harmless_functions[index] = index >= 0 and self.explored(index)
        return known

    def explored(self, index: int) -> bool:
        """Whether a function, and all that it may call, is known not to make memories grow."""
        seen: set[int] = set()
        pending, allowed = [index], LONGEST
        while pending:
            at = pending.pop()
            if at in seen:
                continue
            seen.add(at)
            function = self.instance.functions[at]
            if not isinstance(function, WasmFunction) or function.instance is not self.instance:
                return False
            allowed -= len(function.definition.body.instructions)
            called = self.callees_of(function) if allowed >= 0 else None
            if called is None:
                return False
            pending += called
        return True

    def callees_of(self, function: WasmFunction) -> tuple[int, ...] | None:
        """What a function calls; None where it may also do what is not known."""
        index = function.index
        if index not in self.callees:
            body = function.definition.body
            self.callees[index] = None if any(map(may_grow, body.rows)) else callees(body, body.rows & CALL_ROWS)
        return self.callees[index]


@cache
def may_grow(row: Row) -> bool:
    """Whether an instruction that is no direct call may run other code, or do what is not known."""
    return row not in CALL_ROWS and row.mnemonic not in STRUCTURE and bool(effects_of(row) & n.CALLS)


STRUCTURE = frozenset(
    "block loop if else end try_table br br_if br_table br_on_null br_on_non_null br_on_cast br_on_cast_fail return"
    " unreachable throw throw_ref local.get local.set local.tee drop".split()
)
"""What only moves values or decides where to go on."""

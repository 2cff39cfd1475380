"""How far the calls of a function reach, as far as its code alone tells. Generates and runs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import cache

from quire.engine.instructions.row import Kind, Row
from quire.engine.module import Instruction
from quire.engine.runtime.function import Function, HostFunction, WasmFunction

DEEPEST = 16  # calls, one within the other
LONGEST = 2000  # instructions that are looked at


def is_flat(function: Function, *, hosts: bool = False) -> bool:
    """Whether a function calls none but a few of its own module, so that the stack which the host has is enough.

    With `hosts`, it may call functions of the host too.
    """
    return isinstance(function, WasmFunction) and _left(function, (), LONGEST, hosts=hosts) >= 0


def _left(function: WasmFunction, callers: tuple[int, ...], allowed: int, *, hosts: bool) -> int:
    """How many of the allowed instructions are left when all that may be called is seen; -1 where it is too much."""
    body = function.definition.body
    allowed -= len(body)
    if allowed < 0 or len(callers) > DEEPEST or function.index in callers:
        return -1
    calling = set(filter(calls, body.rows))
    if any(row.mnemonic != "call" for row in calling):
        return -1
    for index in callees(body, calling):
        callee = function.instance.functions[index]
        if hosts and isinstance(callee, HostFunction):
            continue
        if not isinstance(callee, WasmFunction) or callee.instance is not function.instance:
            return -1
        allowed = _left(callee, (*callers, function.index), allowed, hosts=hosts)
        if allowed < 0:
            return -1
    return allowed


def callees(instructions: Iterable[Instruction], calling: Set[Row]) -> tuple[int, ...]:
    """The functions that instructions of certain rows name, which are direct calls; each once."""
    named = (each.immediates[0] for each in instructions if each.row in calling) if calling else ()
    return tuple(dict.fromkeys(named))


@cache
def calls(row: Row) -> bool:
    """Whether an instruction calls a function."""
    return row.kind is Kind.CONTROL and "call" in row.mnemonic

"""Calls of a case with the body of the function in their place, where that is simple: arguments are constants, and the
body neither branches out of itself nor sets a local.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from quire.engine import types as t
from quire.engine.module import FunctionDefinition, Instruction
from quire.engine.validate.modules import make_context
from quire.fuzz.generate.generator import Generated

REFUSED = ("return", "br", "local.set", "local.tee", "call_ref", "throw")
"""The beginnings of what keeps a body where it is."""


def inlined(generated: Generated) -> Iterator[tuple[int, tuple[Instruction, ...]]]:
    """The number of a function of the module and its code with one call less."""
    module = generated.module
    imported = len(module.imports)
    types = make_context(module, generated.instruction_set).functions
    for number, definition in enumerate(module.functions):
        code = definition.body.instructions
        for at, each in enumerate(code):
            if each.row.mnemonic != "call" or each.immediates[0] < imported:
                continue
            index: int = each.immediates[0]
            count = len(t.function_type_of(types[index]).parameters)
            arguments = code[at - count : at] if at >= count else ()
            body = body_with(module.functions[index - imported], arguments)
            if len(arguments) == count and body is not None and index - imported != number:
                yield number, (*code[: at - count], *body, *code[at + 1 :])


def body_with(definition: FunctionDefinition, arguments: Sequence[Instruction]) -> tuple[Instruction, ...] | None:
    """The body of a function with its parameters replaced; None where it is not that simple."""
    if definition.locals or not all(map(is_constant, arguments)):
        return None
    code = definition.body.instructions[:-1]
    if any(each.row.mnemonic.startswith(REFUSED) for each in code):
        return None
    return tuple(arguments[each.immediates[0]] if each.row.mnemonic == "local.get" else each for each in code)


def is_constant(instruction: Instruction) -> bool:
    """Whether it takes nothing and can stand anywhere, any number of times."""
    mnemonic = instruction.row.mnemonic
    return mnemonic.endswith(".const") or mnemonic in ("ref.null", "ref.func", "global.get")

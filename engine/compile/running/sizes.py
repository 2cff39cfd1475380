"""How large the memories of a module may become, by their types and by what the module does with them."""

from __future__ import annotations

from quire.engine.compile.interface import LARGEST
from quire.engine.instructions import CORE_ROWS
from quire.engine.module import FunctionDefinition
from quire.engine.validate import ValidModule

KEEPING = frozenset(row for row in CORE_ROWS if row.mnemonic != "memory.grow")


def greatest_sizes(valid: ValidModule) -> tuple[int, ...]:
    """In bytes. A memory that others do not see, in a module without a `memory.grow`, stays as large as it is; that is
    not looked for in a module from an earlier run, whose code waits to be read.
    """
    module, memories = valid.module, valid.context.memories
    imported = len(memories) - len(module.memories)
    seen = {*range(imported), *(each.index for each in module.exports if each.kind == "memory")}
    is_known = valid.kept is not None and valid.kept.is_known
    grow = is_known or len(seen) == len(memories) or any(map(grows, module.functions))
    found = []
    for index, type_ in enumerate(memories):
        limits, page = type_.limits, type_.page_size
        pages = limits.minimum if not grow and index not in seen and not type_.attributes else limits.maximum
        found.append(LARGEST if pages is None else min(pages * page, LARGEST))
    return tuple(found)


def grows(function: FunctionDefinition) -> bool:
    """Whether a function has an instruction that makes a memory larger, or one of an extension, which may."""
    return not KEEPING.issuperset(function.body.rows)

"""Splits a module in two: one that defines and exports the first functions, tables, memories, globals and tags, and one
that imports them. No index changes, so the two together do what the whole does.

Only what needs nothing of the rest can be taken out; `Imported` says how much is to be, at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from quire.engine import types as t
from quire.engine.immediates import CastKind, Catches, Index, MemArgKind
from quire.engine.module import Export, Import, Instruction, Module
from quire.fuzz.choices import Choices

PROVIDER = "provider"
HARMLESS = ("type", "local", "label", "field")


@dataclass(frozen=True, slots=True)
class Imported:
    """How many of each are to be imported."""

    functions: int = 0
    tables: int = 0
    memories: int = 0
    globals: int = 0
    tags: int = 0


NOTHING = Imported()


def draw_imported(choices: Choices, module: Module) -> Imported:
    """Nothing as a rule, or some of everything."""
    if not choices.chance(35):
        return NOTHING
    parts = (module.functions, module.tables, module.memories, module.globals, module.tags)
    return Imported(*(choices.below(len(part) + 1) for part in parts))


def split(module: Module, whole: Module, wanted: Imported) -> tuple[Module, Module | None]:
    """What is left of `module`, and the provider. `module` is `whole` with more at the ends of its index spaces."""
    counts = allowed(whole, wanted)
    if counts == NOTHING:
        return module, None
    provider = Module(
        types=whole.types,
        imports=whole.imports,
        functions=whole.functions[: counts.functions],
        tables=whole.tables[: counts.tables],
        memories=whole.memories[: counts.memories],
        globals=whole.globals[: counts.globals],
        tags=whole.tags[: counts.tags],
        exports=tuple(exports(whole, counts)),
    )
    left = replace(
        module,
        imports=(*module.imports, *imports(whole, counts)),
        functions=module.functions[counts.functions :],
        tables=module.tables[counts.tables :],
        memories=module.memories[counts.memories :],
        globals=module.globals[counts.globals :],
        tags=module.tags[counts.tags :],
    )
    return left, provider


def allowed(module: Module, wanted: Imported) -> Imported:
    """As much of what is wanted as can stand alone."""
    tags = min(wanted.tags, len(module.tags))
    functions = prefix((each.body.instructions for each in module.functions[: wanted.functions]), module, tags)
    count = len(module.imports) + functions
    tables = prefix(
        (() if each.init is None else each.init.instructions for each in module.tables[: wanted.tables]),
        module,
        tags,
        count,
    )
    globals_ = prefix((each.init.instructions for each in module.globals[: wanted.globals]), module, tags, count)
    memories = takewhile(lambda each: not each.type.shared, module.memories[: wanted.memories])  # docs/findings.md
    return Imported(functions, tables, len(list(memories)), globals_, tags)


def prefix(codes: Iterable[Sequence[Instruction]], module: Module, tags: int, functions: int | None = None) -> int:
    """How many, from the first on, stand alone; with `functions` None each may refer to those before it."""
    found = 0
    for code in codes:
        known = len(module.imports) + found if functions is None else functions
        if not all(index < (tags if space == "tag" else known) for space, index in needs(code)):
            break
        found += 1
    return found


def needs(code: Sequence[Instruction]) -> Iterator[tuple[str, int]]:
    """The spaces and indices that code refers to; an index that is never there for what cannot be taken out."""
    for row, immediates in code:
        for kind, value in zip(row.immediates, immediates, strict=True):
            if isinstance(kind, Index) and kind.space not in HARMLESS:
                yield (kind.space, value) if kind.space in ("function", "tag") else ("", 1 << 32)
            elif isinstance(kind, MemArgKind | Catches | CastKind):
                yield "", 1 << 32


def definitions(module: Module, counts: Imported) -> Iterator[tuple[str, int, Any]]:
    """The kind, index and type of each that is imported, as an import's."""
    first = len(module.imports)
    for index, function in enumerate(module.functions[: counts.functions], first):
        yield "function", index, t.ExternFunctionType(function.type_index)
    spaces: tuple[tuple[str, Sequence[Any]], ...] = (
        ("table", module.tables[: counts.tables]),
        ("memory", module.memories[: counts.memories]),
        ("global", module.globals[: counts.globals]),
        ("tag", module.tags[: counts.tags]),
    )
    for kind, parts in spaces:
        for index, each in enumerate(parts):
            yield kind, index, each.type


def exports(module: Module, counts: Imported) -> Iterator[Export]:
    """What the provider exports."""
    for kind, index, _ in definitions(module, counts):
        yield Export(f"{kind}:{index}", kind, index)


def imports(module: Module, counts: Imported) -> Iterator[Import]:
    """What the other one imports."""
    for kind, index, type_ in definitions(module, counts):
        yield Import(PROVIDER, f"{kind}:{index}", type_)

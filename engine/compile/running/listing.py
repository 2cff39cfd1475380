"""The generated source of a module's functions, for people to read. Runs nothing."""

from __future__ import annotations

from collections.abc import Iterator

from quire.engine import types as t
from quire.engine.compile.code.generate import generate
from quire.engine.compile.interface import Options
from quire.engine.compile.running.sizes import greatest_sizes
from quire.engine.compile.running.world import access_code_of
from quire.engine.instantiate import bare_instance
from quire.engine.interpret import Interpreter
from quire.engine.runtime.function import WasmFunction
from quire.engine.runtime.memory import AccessCode
from quire.engine.runtime.store import Store
from quire.engine.validate import ValidModule


def listing(valid: ValidModule, wanted: int | str | None = None) -> Iterator[tuple[str, str]]:
    """The title and the source of each function of a module.

    `wanted` is an index, a name or, where none has that, the name of an export; None for all. Raises KeyError where no
    function of the module is meant.
    """
    instance = bare_instance(valid, Interpreter())
    own = [each for each in instance.functions if isinstance(each, WasmFunction)]
    functions = [each for each in own if wanted in (None, each.index, each.name)]
    if not functions and wanted is not None:
        exported = [each.index for each in valid.module.exports if (each.kind, each.name) == ("function", wanted)]
        functions = [each for each in own if each.index in exported]
        if not functions:
            raise KeyError(wanted)
    access = [access_of(valid, memory) for memory in range(len(valid.context.memories))]
    options = Options(access, greatest_sizes(valid), fueled=False, counted=False)
    for function in functions:
        title = f"func {function.index}{f' ${function.name}' if function.name else ''}: {function.signature}"
        yield title, generate(valid, function, options).source.text


def access_of(valid: ValidModule, index: int) -> AccessCode | None:
    """How the bytes of a memory of that type are accessed."""
    type_: t.MemoryType = valid.context.memories[index]
    kind, fixed = valid.instruction_set.memory_class(type_), valid.instruction_set.fixed_pages(type_)
    return access_code_of(kind(Store(), type_, fixed))

"""The module `spectest` that every script of the specification may import from.

Its functions print nowhere. A script gets one of its own, since its memory, tables and globals are state.
Spec: interpreter/host/spectest of the specification.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quire.engine import types as t
from quire.engine.instruction_set import InstructionSet
from quire.engine.numeric.floats import f32
from quire.engine.runtime.function import HostFunction
from quire.engine.runtime.instance import Extern
from quire.engine.runtime.store import Store
from quire.engine.runtime.table import Table
from quire.engine.runtime.tag import Global

_PRINTS: Mapping[str, tuple[t.ValueType, ...]] = MappingProxyType({
    "print": (),
    "print_i32": (t.I32,),
    "print_i64": (t.I64,),
    "print_f32": (t.F32,),
    "print_f64": (t.F64,),
    "print_i32_f32": (t.I32, t.F32),
    "print_f64_f64": (t.F64, t.F64),
})  # fmt: skip

_GLOBALS: Mapping[str, tuple[t.ValueType, int | float]] = MappingProxyType({
    "global_i32": (t.I32, 666),
    "global_i64": (t.I64, 666),
    "global_f32": (t.F32, f32.round(666.6)),
    "global_f64": (t.F64, 666.6),
})  # fmt: skip

_TABLES: Mapping[str, t.TableType] = MappingProxyType({
    "table": t.TableType(t.FUNCREF, t.Limits(10, 20)),
    "table64": t.TableType(t.FUNCREF, t.Limits(10, 20), t.I64),
})  # fmt: skip

_MEMORY = t.MemoryType(t.Limits(1, 2))


def spectest(store: Store, instruction_set: InstructionSet) -> Mapping[str, Extern]:
    """The exports, made anew in `store`. `shared_memory` is there where memories can be shared."""
    exports: dict[str, Extern] = {}
    for name, parameters in _PRINTS.items():
        exports[name] = HostFunction(t.function_type(parameters), _print_nowhere, name)
    for name, (value_type, value) in _GLOBALS.items():
        exports[name] = Global(t.GlobalType(value_type), value)
    for name, table in _TABLES.items():
        exports[name] = Table(store, table)
    for name, memory in _memories(instruction_set).items():
        exports[name] = instruction_set.memory_class(memory)(store, memory)
    return exports


def _memories(instruction_set: InstructionSet) -> Mapping[str, t.MemoryType]:
    sharing = any("shared" in flag.attributes for flag in instruction_set.memory_flags)
    return {"memory": _MEMORY, **({"shared_memory": _MEMORY.with_attribute("shared", 1)} if sharing else {})}


def _print_nowhere(*values: object) -> None:
    pass

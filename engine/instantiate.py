"""Instantiation: from a valid module and its imports to an instance. Spec: exec/modules#instantiation

Takes only a ValidModule, so code that was not validated cannot run. The tier that will run the instance is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from quire.engine import matching
from quire.engine import types as t
from quire.engine.errors import Unlinkable
from quire.engine.instructions.row import Kind
from quire.engine.module import Active, Expression, Import, Passive, external_kind
from quire.engine.runtime.frame import Frame
from quire.engine.runtime.function import Function, HostFunction, Tier, WasmFunction
from quire.engine.runtime.instance import Extern, Instance
from quire.engine.runtime.memory import Memory
from quire.engine.runtime.store import Store
from quire.engine.runtime.table import Table
from quire.engine.runtime.tag import Global, Tag
from quire.engine.validate import ValidModule


def instantiate(store: Store, valid: ValidModule, imports: Sequence[Extern], tier: Tier) -> Instance:
    """A new instance; `imports` in the order of the module's.

    Raises Unlinkable for an import of another type, Exhausted where the host refuses a memory or table, and Trap where
    a segment or the start function does. After a trap, what was done stays done, as the specification has it.
    """
    instance = Instance(store, tier, valid.types, valid)
    _link(instance, valid, imports)
    _allocate(instance, valid)
    _evaluate_segments(instance, valid)
    try:
        _initialise(instance, valid)
    finally:
        for memory in dict.fromkeys(instance.memories):
            memory.end_instantiation()
    if valid.module.start is not None:
        instance.functions[valid.module.start].call(instance, ())
    return instance


# Linking. Spec: valid/matching#external-types


def _link(instance: Instance, valid: ValidModule, imports: Sequence[Extern]) -> None:
    wanted = valid.module.imports
    if len(imports) != len(wanted):
        raise Unlinkable("unknown import", f"{len(wanted)} are wanted, {len(imports)} are given")
    for each, given in zip(wanted, imports, strict=True):
        expected = t.close(each.type, valid.types)
        if not matches_extern(given, expected):
            raise Unlinkable("incompatible import type", _mismatch(each, given, expected))
        _space(instance, given).append(given)


def _mismatch(wanted: Import, given: Extern, expected: t.ExternType) -> str:
    name = f'{external_kind(wanted.type)} "{wanted.module}" "{wanted.name}"'
    return f"{name} must be {expected}, but {given.type} is given"


def _space(instance: Instance, extern: Extern) -> list[Any]:
    """The index space that an external goes into."""
    spaces: tuple[tuple[type, list[Any]], ...] = (
        (Function, instance.functions),
        (Table, instance.tables),
        (Memory, instance.memories),
        (Global, instance.globals),
        (Tag, instance.tags),
    )
    return next(space for kind, space in spaces if isinstance(extern, kind))


def matches_extern(given: Extern, expected: t.ExternType) -> bool:
    """Whether an external may be imported as a closed type."""
    match given, expected:
        case Function(), t.ExternFunctionType(function):
            return matching.matches_heap(given.type, function)
        case Table(), t.TableType():
            return matches_table(given.type, expected)
        case Memory(), t.MemoryType():
            return matches_memory(given.type, expected)
        case Global(), t.GlobalType():
            return matches_global(given.type, expected)
        case Tag(), t.TagType(function):
            return given.type.function is function
    return False


def matches_table(given: t.TableType, expected: t.TableType) -> bool:
    """Spec: valid/matching#table-types"""
    return (
        given.address_type is expected.address_type
        and matching.matches_value(given.reference, expected.reference)
        and matching.matches_value(expected.reference, given.reference)
        and matching.matches_limits(given.limits, expected.limits)
    )


def matches_memory(given: t.MemoryType, expected: t.MemoryType) -> bool:
    """Spec: valid/matching#memory-types; attributes of extensions must be equal."""
    return (
        given.address_type is expected.address_type
        and given.shared == expected.shared
        and given.page_size == expected.page_size
        and given.attributes == expected.attributes
        and matching.matches_limits(given.limits, expected.limits)
    )


def matches_global(given: t.GlobalType, expected: t.GlobalType) -> bool:
    """Spec: valid/matching#global-types"""
    if given.mutable != expected.mutable or not matching.matches_value(given.value, expected.value):
        return False
    return not expected.mutable or matching.matches_value(expected.value, given.value)


# Allocation. Spec: exec/modules#allocation


def _allocate(instance: Instance, valid: ValidModule) -> None:
    _allocate_functions(instance, valid)
    _allocate_memories(instance, valid)
    for tag in valid.module.tags:
        instance.tags.append(Tag(t.close(tag.type, valid.types), f"tag {len(instance.tags)}"))
    for each in valid.module.globals:
        value = evaluate(instance, each.init)
        instance.globals.append(Global(t.close(each.type, valid.types), value))
    for table in valid.module.tables:
        init = None if table.init is None else evaluate(instance, table.init)
        name = _name("table", len(instance.tables), dict(valid.module.names.tables))
        instance.tables.append(Table(instance.store, t.close(table.type, valid.types), init, name))
    spaces = {
        "function": instance.functions,
        "table": instance.tables,
        "memory": instance.memories,
        "global": instance.globals,
        "tag": instance.tags,
    }
    instance.exports = {each.name: spaces[each.kind][each.index] for each in valid.module.exports}  # type: ignore[index]


def bare_instance(valid: ValidModule, tier: Tier) -> Instance:
    """An instance that has only the functions that the module defines, without those that it imports. It cannot run."""
    instance = Instance(Store(), tier, valid.types, valid)
    instance.functions.extend(HostFunction(each, _absent) for each in valid.context.functions[: _imported(valid)])
    _allocate_functions(instance, valid)
    return instance


def _imported(valid: ValidModule) -> int:
    return len(valid.context.functions) - len(valid.module.functions)


def _absent(*arguments: Any) -> None:
    raise Unlinkable("unknown import", "the instance is only for reading")


def _allocate_functions(instance: Instance, valid: ValidModule) -> None:
    names = dict(valid.module.names.functions)
    for definition in valid.module.functions:
        index = len(instance.functions)
        type_ = valid.types[definition.type_index]
        instance.functions.append(WasmFunction(type_, instance, definition, index, names.get(index)))


def _allocate_memories(instance: Instance, valid: ValidModule) -> None:
    names = dict(valid.module.names.memories)
    for memory in valid.module.memories:
        name = _name("memory", len(instance.memories), names)
        kind = valid.instruction_set.memory_class(memory.type)
        fixed = valid.instruction_set.fixed_pages(memory.type)
        instance.memories.append(kind(instance.store, memory.type, fixed, name))


def _name(kind: str, index: int, names: dict[int, str]) -> str:
    return f"{kind} {index} ${names[index]}" if index in names else f"{kind} {index}"


# Constant expressions and segments


def evaluate(instance: Instance, expression: Expression) -> Any:
    """The value of a constant expression. Spec: exec/instructions#expressions"""
    frame, stack = Frame(instance, []), []  # type: ignore[var-annotated]
    for instruction in expression.instructions[:-1]:
        row, immediates = instruction
        if row.kind is Kind.CONTROL:  # the conversions between any and extern, which change nothing
            continue
        count = len(instance.module.context.signature(instruction).parameters)
        operands = stack[len(stack) - count :]
        del stack[len(stack) - count :]
        run: Callable[..., Any] = row.run
        stack.append(run(frame, *immediates, *operands) if row.effects else run(*immediates, *operands))
    return stack[-1]


def _evaluate_segments(instance: Instance, valid: ValidModule) -> None:
    for element in valid.module.elements:
        instance.elements.append(tuple(evaluate(instance, each) for each in element.init))
    instance.data.extend(data.init for data in valid.module.data)


def _initialise(instance: Instance, valid: ValidModule) -> None:
    """Copy the active segments, in order; those that are not passive are dropped."""
    for index, element in enumerate(valid.module.elements):
        if isinstance(element.mode, Active):
            offset, segment = evaluate(instance, element.mode.offset), instance.elements[index]
            instance.tables[element.mode.index].init(offset, segment, 0, len(segment))
        if not isinstance(element.mode, Passive):
            instance.elements[index] = ()
    for index, data in enumerate(valid.module.data):
        if isinstance(data.mode, Active):
            offset = evaluate(instance, data.mode.offset)
            instance.memories[data.mode.index].initialise(offset, data.init, data.attributes, f"data segment {index}")
            instance.data[index] = b""

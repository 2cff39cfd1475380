"""The rules of types: of the type section, of limits, memories and tables, and of what is imported and defined.

Spec: valid/types, valid/modules. This module knows no instruction.
"""

from __future__ import annotations

from collections.abc import Iterable

from quire.engine import matching
from quire.engine import types as t
from quire.engine.errors import Invalid
from quire.engine.instruction_set import InstructionSet
from quire.engine.validate.contexts import ModuleContext

# Limits that web engines share. Spec: appendix/implementation
MAXIMUM_VALUES = 1000  # parameters or results of a function
MAXIMUM_FIELDS = 10_000  # of a structure
MAXIMUM_DEPTH = 63  # supertypes above a type


def define_types(groups: Iterable[t.RecursiveType]) -> tuple[t.DefinedType, ...]:
    """The closed types of the type section. Raises Invalid. Spec: valid/types#recursive-types"""
    types: list[t.DefinedType] = []
    depths: dict[t.DefinedType, int] = {}
    for group in groups:
        first = len(types)
        try:
            types += t.define(group, types)
        except IndexError as error:
            raise Invalid(f"unknown type {error.args[0]}", named_types(first, group)) from None
        for index, subtype in enumerate(group.subtypes, first):
            check_subtype(subtype, index, types, depths)
    return tuple(types)


def named_types(first: int, group: t.RecursiveType) -> str:
    """Which types of the module a group defines."""
    last = first + len(group.subtypes) - 1
    return f"in type {first}" if last <= first else f"in the types {first} to {last}"


def check_subtype(subtype: t.SubType, index: int, types: list[t.DefinedType], depths: dict[t.DefinedType, int]) -> None:
    """Spec: valid/types#sub-types"""
    check_size(types[index].composite, index)
    if len(subtype.supertypes) > 1:
        raise Invalid(f"sub type {index} has more than one super type")
    for supertype in subtype.supertypes:
        if not isinstance(supertype, int) or supertype >= index:
            raise Invalid(f"unknown type {supertype}", f"type {index} needs a super type that stands before it")
        check_extends(index, supertype, types)
    above = types[index].supertype
    depths[types[index]] = depth = 0 if above is None else depths[above] + 1
    if depth > MAXIMUM_DEPTH:
        raise Invalid(f"sub type {index} has too many super types", f"the limit is {MAXIMUM_DEPTH}")


def check_extends(index: int, supertype: int, types: list[t.DefinedType]) -> None:
    """Spec: valid/types#sub-types"""
    sub, sup = types[index], types[supertype]
    reason = f"sub type {index} does not match super type {supertype}"
    if sup.final:
        raise Invalid(reason, "which is final")
    if not matching.matches_composite(sub.composite, sup.composite):
        raise Invalid(reason, f"{sub} and {sup}")


def check_size(composite: t.CompositeType, index: int) -> None:
    """Our limits on the number of parts."""
    if isinstance(composite, t.FunctionType):
        for what, types in (("parameters", composite.parameters), ("results", composite.results)):
            if len(types) > MAXIMUM_VALUES:
                raise Invalid(f"too many {what}", f"type {index} has {len(types)}, the limit is {MAXIMUM_VALUES}")
    if isinstance(composite, t.StructType) and len(composite.fields) > MAXIMUM_FIELDS:
        raise Invalid("too many fields", f"type {index} has {len(composite.fields)}, the limit is {MAXIMUM_FIELDS}")


class Definitions:
    """Closes and checks the types of what a module imports or defines. Each method raises Invalid."""

    def __init__(self, types: tuple[t.DefinedType, ...], instruction_set: InstructionSet) -> None:
        self._context = ModuleContext(types)
        self._instruction_set = instruction_set

    def function(self, heap: t.HeapType) -> t.DefinedType:
        """The type of a function, written as a type index. Spec: valid/modules#functions"""
        if not isinstance(heap, int):
            raise Invalid("type mismatch", f"{heap} is no type index")
        self._context.function_type(heap)
        return self._context.type(heap)

    def tag(self, tag: t.TagType) -> t.DefinedType:
        """Spec: valid/types#tag-types"""
        function = self.function(tag.function)
        results = t.function_type_of(function).results
        if results:
            raise Invalid("non-empty tag result type", f"{function}")
        return function

    def global_(self, global_: t.GlobalType) -> t.GlobalType:
        """Spec: valid/types#global-types"""
        return self._context.close(global_)

    def table(self, table: t.TableType) -> t.TableType:
        """Spec: valid/types#table-types"""
        largest = (1 << 8 * table.address_type.size) - 1
        if max(table.limits.minimum, table.limits.maximum or 0) > largest:
            raise Invalid(f"table size must be at most {largest}", str(table))
        check_order(table.limits)
        return self._context.close(table)

    def memory(self, memory: t.MemoryType) -> t.MemoryType:
        """Spec: valid/types#memory-types"""
        limits, fixed = memory.limits, self._instruction_set.fixed_pages(memory)
        largest = largest_memory(memory)
        if fixed + max(limits.minimum, limits.maximum or 0) > largest:
            size = " (4GiB)" if (memory.address_type, memory.page_size) == (t.I32, t.PAGE_SIZE) else ""
            raise Invalid(f"memory size must be at most {largest} pages{size}", str(memory))
        check_order(limits)
        for flag in self._instruction_set.memory_flags:
            flag.check(memory)
        return memory

    def external(self, extern: t.ExternType) -> t.DefinedType | t.TableType | t.MemoryType | t.GlobalType:
        """The closed type of an import. Spec: valid/types#external-types"""
        match extern:
            case t.ExternFunctionType(heap):
                return self.function(heap)
            case t.TableType():
                return self.table(extern)
            case t.MemoryType():
                return self.memory(extern)
            case t.GlobalType():
                return self.global_(extern)
            case t.TagType():
                return self.tag(extern)


def largest_memory(memory: t.MemoryType) -> int:
    """The number of pages that no memory of these pages and addresses can exceed."""
    bits = 8 * memory.address_type.size
    return min((1 << bits) // memory.page_size, (1 << bits) - 1)


def check_order(limits: t.Limits) -> None:
    """Spec: valid/types#limits"""
    if limits.maximum is not None and limits.maximum < limits.minimum:
        raise Invalid("size minimum must not be greater than maximum", f"{limits.minimum} and {limits.maximum}")

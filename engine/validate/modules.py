"""The rules of modules: from a module as decoded to one that may be instantiated. Spec: valid/modules"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from quire.engine import matching
from quire.engine import types as t
from quire.engine.collector import without_collector
from quire.engine.errors import NOWHERE, Crash, Invalid
from quire.engine.immediates import FUNCTION
from quire.engine.instruction_set import CORE, InstructionSet
from quire.engine.module import (
    Active,
    DataSegment,
    ElementSegment,
    Export,
    Expression,
    Module,
    external_kind,
)
from quire.engine.validate.bodies import Bodies
from quire.engine.validate.contexts import ModuleContext
from quire.engine.validate.definitions import Definitions, define_types

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ValidModule:
    """A module that is valid with an instruction set; only validation makes these.

    `context` tells the closed type of every index, imports first, the type of an instruction (`signature`) and of a
    structured one (`block_type`), and closes types as written (`close`). `kept` belongs to the cache, if there is one.
    """

    module: Module
    instruction_set: InstructionSet
    context: ModuleContext
    kept: Any = field(default=None, compare=False, repr=False)

    @property
    def types(self) -> tuple[t.DefinedType, ...]:
        return self.context.types

    def function_context(self, index: int) -> ModuleContext:
        """The context inside the function with this index, which must not be imported."""
        imported = len(self.context.functions) - len(self.module.functions)
        definition = self.module.functions[index - imported]
        return self.context.with_locals(self.context.function_type(definition.type_index).parameters, definition.locals)


@without_collector
def validate(module: Module, instruction_set: InstructionSet = CORE) -> ValidModule:
    """The module as one that may be instantiated.

    Raises Invalid: the first rule that is broken, in the order of the specification, function bodies last.
    """
    return _validate(module, instruction_set, ModuleRules.check)


def validate_known(module: Module, instruction_set: InstructionSet, kept: object) -> ValidModule:
    """The same for a module that `validate` is known to accept with this set: function bodies are not looked at.

    `kept` is for the field of that name.
    """
    return replace(_validate(module, instruction_set, ModuleRules.check_definitions), kept=kept)


def _validate(module: Module, instruction_set: InstructionSet, check: Callable[[ModuleRules], None]) -> ValidModule:
    context = make_context(module, instruction_set)
    bodies = Bodies(context)
    try:
        check(ModuleRules(module, context, instruction_set, bodies))
    finally:
        bodies.forget()
    return ValidModule(module, instruction_set, context)


def checked(check: Callable[..., Result], what: str, items: Iterable[Item], first: int = 0) -> list[Result]:
    """What `check` makes of each item; an error is told which item it was about."""
    results: list[Result] = []
    for index, item in enumerate(items, first):
        try:
            results.append(check(item))
        except Invalid as error:
            raise error.located(NOWHERE, f"{what} {index}") from None
    return results


def make_context(module: Module, instruction_set: InstructionSet) -> ModuleContext:
    """The context that all of a module's definitions make. Raises Invalid for a type that is not valid."""
    types = define_types(module.types)
    definitions = Definitions(types, instruction_set)
    imports = checked(lambda each: definitions.external(each.type), "import", module.imports)

    def both(kind: str, check: Callable[[Any], Any], defined: Iterable[Any]) -> tuple[Any, ...]:
        kinds = (external_kind(each.type) for each in module.imports)
        imported = [type_ for each, type_ in zip(kinds, imports, strict=True) if each == kind]
        what = "func" if kind == "function" else kind
        return (*imported, *checked(check, what, defined, len(imported)))

    context = ModuleContext(
        types=types,
        functions=both("function", definitions.function, (each.type_index for each in module.functions)),
        tables=both("table", definitions.table, (each.type for each in module.tables)),
        memories=both("memory", definitions.memory, (each.type for each in module.memories)),
        globals=both("global", definitions.global_, (each.type for each in module.globals)),
        tags=both("tag", definitions.tag, (each.type for each in module.tags)),
        data_count=len(module.data),
        declared_functions=frozenset(declared_functions(module)),
    )
    elements = checked(lambda each: context.close(each.type), "element segment", module.elements)
    return replace(context, elements=tuple(elements))


def declared_functions(module: Module) -> Iterable[int]:
    """The functions that a module mentions outside function bodies. Spec: valid/modules#modules"""
    yield from (export.index for export in module.exports if export.kind == "function")
    for expression in expressions(module):
        for row, immediates in expression.instructions:
            if FUNCTION in row.immediates:
                yield from immediates


def expressions(module: Module) -> Iterable[Expression]:
    """All constant expressions of a module."""
    yield from (each.init for each in module.globals)
    yield from (each.init for each in module.tables if each.init is not None)
    for element in module.elements:
        yield from element.init
    modes = [*(each.mode for each in module.elements), *(each.mode for each in module.data)]
    yield from (mode.offset for mode in modes if isinstance(mode, Active))


class ModuleRules:
    """The rules of a module's definitions, beyond those of their types."""

    def __init__(self, module: Module, context: ModuleContext, instruction_set: InstructionSet, bodies: Bodies) -> None:
        self._module = module
        self._context = context
        self._instruction_set = instruction_set
        self._bodies = bodies

    def check(self) -> None:
        """Raises Invalid."""
        self.check_definitions()
        self._check_functions()

    def check_definitions(self) -> None:
        """All but the bodies of functions. Raises Invalid."""
        self._check_globals()
        self._check_tables()
        checked(self._check_element, "element segment", self._module.elements)
        checked(self._check_data, "data segment", self._module.data)
        if self._module.start is not None:
            checked(self._check_start, "start func", [self._module.start], self._module.start)
        self._check_exports()

    def _check_constant(self, expression: Expression, expected: t.ValueType) -> None:
        self._bodies.check_constant(expression, expected, len(self._context.globals), "")

    def _check_globals(self) -> None:
        """An initial value sees the globals before its own. Spec: valid/modules#globals"""
        first = len(self._context.globals) - len(self._module.globals)
        for index, definition in enumerate(self._module.globals, first):
            expected = self._context.globals[index].value
            self._bodies.check_constant(definition.init, expected, index, f"global {index}")

    def _check_tables(self) -> None:
        """An initial element sees imported globals alone. Spec: valid/modules#tables"""
        first = len(self._context.tables) - len(self._module.tables)
        visible = len(self._context.globals) - len(self._module.globals)
        for index, definition in enumerate(self._module.tables, first):
            expected = self._context.tables[index].reference
            if definition.init is not None:
                self._bodies.check_constant(definition.init, expected, visible, f"table {index}")
            elif not expected.nullable:
                raise Invalid("type mismatch", f"{expected} has no default value", function=f"table {index}")

    def _check_element(self, segment: ElementSegment) -> None:
        """Spec: valid/modules#element-segments"""
        type_ = self._context.close(segment.type)
        for expression in segment.init:
            self._check_constant(expression, type_)
        if isinstance(segment.mode, Active):
            table = self._context.table(segment.mode.index)
            if not matching.matches_value(type_, table.reference):
                raise Invalid("type mismatch", f"table {segment.mode.index} expects {table.reference}, found {type_}")
            self._check_constant(segment.mode.offset, table.address_type)

    def _check_data(self, segment: DataSegment) -> None:
        """Spec: valid/modules#data-segments"""
        if isinstance(segment.mode, Active):
            memory = self._context.memory(segment.mode.index)
            self._check_attributes(segment, segment.mode.index)
            self._check_constant(segment.mode.offset, memory.address_type)

    def _check_attributes(self, segment: DataSegment, memory: int) -> None:
        known = {attribute.name: attribute for attribute in self._instruction_set.segment_attributes}
        for name, value in segment.attributes:
            if name not in known:
                raise Crash("the instruction set has no such segment attribute", name)
            known[name].check(self._context, memory, value)

    def _check_start(self, function: int) -> None:
        """Spec: valid/modules#start-function"""
        type_ = self._context.function(function)
        if type_.composite != t.FunctionType():
            raise Invalid("start function", f"expects (func), found {type_}")

    def _check_exports(self) -> None:
        """Spec: valid/modules#exports"""
        names: set[str] = set()
        for export in self._module.exports:
            self._check_export(export)
            if export.name in names:
                raise Invalid("duplicate export name", f'"{export.name}"')
            names.add(export.name)

    def _check_export(self, export: Export) -> None:
        look_up = getattr(self._context, "global_" if export.kind == "global" else export.kind)
        try:
            look_up(export.index)
        except Invalid as error:
            raise error.located(NOWHERE, f'export "{export.name}"') from None

    def _check_functions(self) -> None:
        first = len(self._context.functions) - len(self._module.functions)
        names = dict(self._module.names.functions)
        for index, definition in enumerate(self._module.functions, first):
            name = f" ${names[index]}" if index in names else ""
            self._bodies.check_function(definition, f"func {index}{name}")

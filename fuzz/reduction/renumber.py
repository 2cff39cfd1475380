"""A case without the parts that its calls do not need: every index is found by its kind of immediate and made right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from quire.engine import types as t
from quire.engine.immediates import (
    BlockTypeKind,
    Cast,
    CastKind,
    Catches,
    HeapTypeKind,
    Immediate,
    Index,
    MemArgKind,
    ReferenceTypeKind,
    ResultTypes,
)
from quire.engine.module import (
    Active,
    Declarative,
    ElementSegment,
    Export,
    Expression,
    FunctionDefinition,
    Instruction,
    Names,
)
from quire.fuzz.generate.catalogue import FUEL
from quire.fuzz.generate.generator import Call, Generated

Visit = Callable[[str, int], int]
SPACES = ("type", "function", "table", "memory", "global", "tag", "element", "data")


def visit_types(syntax: Any, visit: Visit) -> Any:
    """A type as written with each type index visited."""
    return t.substitute(syntax, lambda heap: visit("type", heap) if isinstance(heap, int) else heap)


def visit_immediate(kind: Immediate, value: Any, visit: Visit) -> Any:
    """An immediate with each index visited."""
    match kind:
        case Index(space) if space in SPACES:
            return visit(space, value)
        case MemArgKind():
            return value._replace(memory=visit("memory", value.memory))
        case BlockTypeKind() if isinstance(value, int):
            return visit("type", value)
        case BlockTypeKind() | ReferenceTypeKind():
            return None if value is None else visit_types(value, visit)
        case HeapTypeKind():
            return visit("type", value) if isinstance(value, int) else value
        case ResultTypes():
            return tuple(visit_types(each, visit) for each in value)
        case CastKind():
            return Cast(value.label, visit_types(value.source, visit), visit_types(value.target, visit))
        case Catches():
            return tuple(c if c.tag is None else c._replace(tag=visit("tag", c.tag)) for c in value)
    return value


def visit_code(code: Iterable[Instruction], visit: Visit) -> tuple[Instruction, ...]:
    """Code with each index visited."""
    return tuple(
        Instruction(
            row, tuple(visit_immediate(kind, value, visit) for kind, value in zip(row.immediates, values, strict=True))
        )
        for row, values in code
    )


def visit_expression(expression: Expression, visit: Visit) -> Expression:
    """An expression with each index visited."""
    return Expression(visit_code(expression.instructions, visit))


@dataclass(slots=True)
class Uses:
    """The parts of a module that are reached from its calls."""

    generated: Generated
    used: dict[str, set[int]] = field(default_factory=lambda: {space: set() for space in SPACES})

    def visit(self, space: str, index: int) -> int:
        if index not in self.used[space]:
            self.used[space].add(index)
            getattr(self, f"follow_{space}")(index)
        return index

    def follow_type(self, index: int) -> None:
        at = 0
        for group in self.generated.module.types:
            if at <= index < at + len(group.subtypes):
                for number, subtype in enumerate(group.subtypes, at):
                    self.visit("type", number)
                    visit_types(subtype, self.visit)
            at += len(group.subtypes)

    def follow_function(self, index: int) -> None:
        imports = self.generated.module.imports
        if index < len(imports):
            visit_types(imports[index].type, self.visit)
            return
        definition = self.generated.module.functions[index - len(imports)]
        self.visit("type", definition.type_index)
        for run in definition.locals:
            visit_types(run.type, self.visit)
        visit_expression(definition.body, self.visit)

    def follow_table(self, index: int) -> None:
        table = self.generated.module.tables[index]
        visit_types(table.type, self.visit)
        if table.init is not None:
            visit_expression(table.init, self.visit)
        self.follow_active("element", index)

    def follow_memory(self, index: int) -> None:
        self.follow_active("data", index)

    def follow_active(self, space: str, index: int) -> None:
        """The segments that instantiation copies there."""
        module = self.generated.module
        modes = [each.mode for each in module.elements] if space == "element" else [each.mode for each in module.data]
        for number, mode in enumerate(modes):
            if isinstance(mode, Active) and mode.index == index:
                self.visit(space, number)

    def follow_global(self, index: int) -> None:
        definition = self.generated.module.globals[index]
        visit_types(definition.type, self.visit)
        visit_expression(definition.init, self.visit)

    def follow_tag(self, index: int) -> None:
        visit_types(self.generated.module.tags[index].type, self.visit)

    def follow_element(self, index: int) -> None:
        element = self.generated.module.elements[index]
        visit_types(element.type, self.visit)
        for each in element.init:
            visit_expression(each, self.visit)
        if isinstance(element.mode, Active):
            self.visit("table", element.mode.index)
            visit_expression(element.mode.offset, self.visit)

    def follow_data(self, index: int) -> None:
        mode = self.generated.module.data[index].mode
        if isinstance(mode, Active):
            self.visit("memory", mode.index)
            visit_expression(mode.offset, self.visit)


def prune(generated: Generated, kept: Iterable[tuple[str, int]] = ()) -> Generated:
    """The case without what its calls do not reach, but with the items `kept` of index spaces."""
    uses = Uses(generated)
    for space, index in kept:
        uses.visit(space, index)
    for export in generated.module.exports if generated.plain else ():
        uses.visit(export.kind, export.index)
    for call in generated.calls:
        uses.visit("function", call.function)
        visit_code(call.arguments, uses.visit)
    if generated.fuel and FUEL in uses.used["global"]:
        uses.used["global"].add(FUEL)
    maps = {space: {old: new for new, old in enumerate(sorted(used))} for space, used in uses.used.items()}
    declared = declared_functions(generated, uses.used["function"])
    return Renumbering(generated, maps).result(declared)


def declared_functions(generated: Generated, used: set[int]) -> list[int]:
    """The functions to which code that stays has a reference, so that a segment must declare them."""
    module = generated.module
    first = len(module.imports)
    code = [each for call in generated.calls for each in call.arguments]
    for index, definition in enumerate(module.functions, first):
        code += definition.body.instructions if index in used else ()
    return sorted({each.immediates[0] for each in code if each.row.mnemonic == "ref.func"})


@dataclass(slots=True)
class Renumbering:
    """Makes the module that is left, given for each space which old indices stay and what they become."""

    generated: Generated
    maps: dict[str, dict[int, int]]

    def visit(self, space: str, index: int) -> int:
        return self.maps[space][index]

    def kept(self, space: str, items: Iterable[Any], first: int = 0) -> list[Any]:
        return [each for index, each in enumerate(items, first) if index in self.maps[space]]

    def result(self, declared: list[int]) -> Generated:
        module, generated = self.generated.module, self.generated
        count = len(module.imports)
        imports = self.kept("function", module.imports)
        functions = self.kept("function", module.functions, count)
        left = replace(
            module,
            types=self.groups(),
            imports=tuple(replace(each, type=visit_types(each.type, self.visit)) for each in imports),
            functions=tuple(map(self.function, functions)),
            tables=tuple(map(self.table, self.kept("table", module.tables))),
            memories=tuple(self.kept("memory", module.memories)),
            globals=tuple(self.global_(each) for each in self.kept("global", module.globals)),
            tags=tuple(
                replace(each, type=visit_types(each.type, self.visit)) for each in self.kept("tag", module.tags)
            ),
            exports=tuple(self.exports()),
            elements=self.elements(declared),
            data=tuple(map(self.data, self.kept("data", module.data))),
            names=Names(),
        )
        fuel = generated.fuel and FUEL in self.maps["global"]
        calls = tuple(
            Call(self.visit("function", c.function), visit_code(c.arguments, self.visit)) for c in generated.calls
        )
        return replace(generated, module=left, calls=calls, fuel=fuel)

    def exports(self) -> Iterator[Export]:
        """Those of a module without a shim."""
        for each in self.generated.module.exports if self.generated.plain else ():
            yield replace(each, index=self.visit(each.kind, each.index))

    def groups(self) -> tuple[t.RecursiveType, ...]:
        found, at = [], 0
        for group in self.generated.module.types:
            if at in self.maps["type"]:
                found.append(t.RecursiveType(tuple(visit_types(each, self.visit) for each in group.subtypes)))
            at += len(group.subtypes)
        return tuple(found)

    def function(self, definition: FunctionDefinition) -> FunctionDefinition:
        locals_ = tuple(replace(run, type=visit_types(run.type, self.visit)) for run in definition.locals)
        body = visit_expression(definition.body, self.visit)
        return FunctionDefinition(self.visit("type", definition.type_index), locals_, body)

    def table(self, table: Any) -> Any:
        init = None if table.init is None else visit_expression(table.init, self.visit)
        return replace(table, type=visit_types(table.type, self.visit), init=init)

    def global_(self, global_: Any) -> Any:
        return replace(
            global_, type=visit_types(global_.type, self.visit), init=visit_expression(global_.init, self.visit)
        )

    def mode(self, mode: Any, space: str) -> Any:
        if not isinstance(mode, Active):
            return mode
        return Active(self.visit(space, mode.index), visit_expression(mode.offset, self.visit))

    def elements(self, declared: list[int]) -> tuple[ElementSegment, ...]:
        module = self.generated.module
        found = [
            ElementSegment(
                visit_types(each.type, self.visit),
                tuple(visit_expression(item, self.visit) for item in each.init),
                self.mode(each.mode, "table"),
            )
            for each in self.kept("element", module.elements)
        ]
        old = next((each for each in module.elements if isinstance(each.mode, Declarative)), None)
        if old is not None and declared:
            items = [item for item in old.init if item.instructions[0].immediates[0] in declared]
            init = tuple(visit_expression(item, self.visit) for item in items)
            found.append(ElementSegment(old.type, init, Declarative()))
        return tuple(found)

    def data(self, data: Any) -> Any:
        return replace(data, mode=self.mode(data.mode, "memory"))

"""A module without its function bodies: types, imports, memories, tables, globals, tags, segments, signatures.

Sizes are small and maxima required, so that growth ends alike everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from quire.engine import matching
from quire.engine import types as t
from quire.engine.errors import Invalid
from quire.engine.instruction_set import InstructionSet
from quire.engine.module import (
    Active,
    DataSegment,
    Declarative,
    ElementSegment,
    Export,
    Expression,
    FunctionDefinition,
    GlobalDefinition,
    Import,
    MemoryDefinition,
    Module,
    Passive,
    TableDefinition,
    TagDefinition,
)
from quire.engine.validate import ModuleContext
from quire.engine.validate.definitions import define_types
from quire.engine.validate.modules import make_context
from quire.fuzz.choices import Choices
from quire.fuzz.generate import features as f
from quire.fuzz.generate import type_section
from quire.fuzz.generate.edges import draw_bits
from quire.fuzz.generate.leaves import Code, Emitter, Leaves
from quire.fuzz.generate.type_section import TypeSection
from quire.proposal_ops import instruction_set

HOST_FUNCTION = 0
"""The index of the imported function: it notes its operands and returns their sum."""
FUNCTION_TABLE = 0
"""The index of the table of functions, where there are tables."""
HOST_MODULE, HOST_NAME = "host", "note"
START_FUEL = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """What the bodies of a module may refer to.

    `module` has functions with empty bodies: the imported one, `helpers`, some that note, and from `first` on others.
    Into the global `mixed`, an i64, goes what code has no other use for; with gc, into the next one go references.
    """

    features: frozenset[str]
    instruction_set: InstructionSet
    emitter: Emitter
    module: Module
    context: ModuleContext
    leaves: Leaves
    helpers: int
    first: int
    mixed: int

    @property
    def callable(self) -> tuple[int, ...]:
        """The functions that code may call: all but the helpers."""
        return (HOST_FUNCTION, *range(1 + self.helpers, len(self.context.functions)))

    @property
    def table_functions(self) -> tuple[int, ...]:
        """The functions that stand in the function table when the module starts."""
        if not self.module.tables:
            return ()
        return tuple(each.instructions[0].immediates[0] for each in self.module.elements[0].init)


def draw_plan(choices: Choices, features: frozenset[str]) -> Plan:
    """Everything of a module but its code."""
    return Planner(choices, features).plan()


class Planner:
    """Draws the parts of one module in the order in which they need each other."""

    def __init__(self, choices: Choices, features: frozenset[str]) -> None:
        self.choices = choices
        self.features = features
        own = [name for name in (*f.PROPOSALS, *f.OWN) if name in features]
        self.instruction_set = instruction_set(own)
        self.emitter = Emitter(self.instruction_set)
        self.section = TypeSection(choices, features)

    def plan(self) -> Plan:
        self.section.draw()
        tags = self._tags()
        functions = self._functions()
        self.types = define_types(self.section.groups)
        everything = [type_section.HOST, *functions]
        self.leaves = Leaves(self.emitter, self.types, [self.types[each] for each in everything])
        self.tables = self._tables()
        self.memories = self._memories()
        module = Module(
            types=tuple(self.section.groups),
            imports=(Import(HOST_MODULE, HOST_NAME, t.ExternFunctionType(type_section.HOST)),),
            functions=tuple(FunctionDefinition(each, (), self.emitter.expression(())) for each in functions),
            tables=self.tables,
            memories=self.memories,
            globals=tuple(self._globals()),
            tags=tuple(TagDefinition(t.TagType(each)) for each in tags),
            start=self.start,
            exports=tuple(self._exports(len(everything))),
            elements=(*self._elements(), self._declared(len(everything))),
            data=tuple(self._data()),
        )
        context = make_context(module, self.instruction_set)
        first = 1 + self.helpers + self.noting
        return Plan(
            self.features, self.instruction_set, self.emitter, module, context, self.leaves, self.helpers, first,
            self.mixed,
        )  # fmt: skip

    def close(self, type_: t.ValueType) -> t.ValueType:
        return t.close(type_, self.types)

    # Functions and tags

    def _tags(self) -> list[int]:
        """Their types, and those of the blocks that catch them."""
        if f.EXCEPTIONS not in self.features:
            return []
        found = []
        for _ in range(self.choices.between(1, 3)):
            values = self.section.values(3)
            found.append(self.section.function(values, ()))
            self.section.function((), values)
            self.section.function((), (*values, t.ReferenceType(False, t.EXN)))
        return found

    def _functions(self) -> list[int]:
        """Type indices: helpers that make NaNs canonical, functions that note, then those of every type or so."""
        helpers = [type_section.CANONICAL_F32, type_section.CANONICAL_F64]
        helpers += [type_section.CANONICAL_V128] * 2 if f.SIMD in self.features else []
        self.helpers = len(helpers)
        flat = self.section.flat
        known = [index for index, each in enumerate(flat) if index > 1 and _is_callable(each.composite)]
        self.noting = self.choices.below(3)
        drawn = [self.choices.pick(known) for _ in range(self.noting + self.choices.between(1, 6))]
        started = [type_section.NOTHING] if self.choices.chance(5) else []  # rarely: where it traps, nothing else runs
        self.start = len(helpers) + len(drawn) + 1 if started else None
        return [*helpers, *drawn, *started]

    # Tables, memories, globals

    def _address(self, feature: str) -> t.NumberType:
        return t.I64 if feature in self.features and self.choices.chance(40) else t.I32

    def _tables(self) -> tuple[TableDefinition, ...]:
        if f.TABLES not in self.features:
            return ()
        types = [t.FUNCREF]
        if f.REFERENCES in self.features:
            drawn = [self.section.value() for _ in range(self.choices.below(4))]
            types += [each for each in drawn if isinstance(each, t.ReferenceType)]
        return tuple(self._table(each) for each in types)

    def _table(self, reference: t.ReferenceType) -> TableDefinition:
        least = self.choices.between(4, 12)
        limits = t.Limits(least, least + self.choices.below(10))
        init = None
        if not reference.nullable or (f.REFERENCES in self.features and self.choices.chance(30)):
            code = self.leaves.leaf(self.choices, self.close(reference))
            init = self.emitter.expression(code)
        return TableDefinition(t.TableType(reference, limits, self._address(f.TABLE64)), init)

    def _memories(self) -> tuple[MemoryDefinition, ...]:
        if f.MEMORIES not in self.features:
            return ()
        count = self.choices.between(1, 3) if f.MULTI_MEMORY in self.features else 1
        return tuple(MemoryDefinition(self._memory()) for _ in range(count))

    def _memory(self) -> t.MemoryType:
        if f.PAGE_SIZES in self.features and self.choices.chance(50):
            least = self.choices.between(0x1100, 0x1400)
            limits = t.Limits(least, least + self.choices.below(0x800))
            memory = t.MemoryType(limits, self._address(f.MEMORY64), page_size=1)
        else:
            least = self.choices.between(1, 2)
            limits = t.Limits(least, least + self.choices.below(3))
            memory = t.MemoryType(limits, self._address(f.MEMORY64))
        if f.THREADS in self.features and self.choices.chance(50):
            memory = replace(memory, shared=True)
        return self._attributes(memory) if f.MEMORY_CONTROL in self.features else memory

    def _attributes(self, memory: t.MemoryType) -> t.MemoryType:
        """What memory control adds: static sections, pages with states."""
        most = 2 if memory.page_size > 1 else 64
        for name, percent in (("noaccess", 30), ("readonly", 30)):
            if self.choices.chance(percent):
                memory = memory.with_attribute(name, self.choices.between(1, most))
        return memory.with_attribute("virtual", int(self.choices.chance(60)))

    def _globals(self) -> list[GlobalDefinition]:
        amount = self.leaves.constant(t.I32, 0 if self.start is None else START_FUEL)
        found = [GlobalDefinition(t.GlobalType(t.I32, True), self.emitter.expression([amount]))]
        for _ in range(self.choices.between(1, 6) if f.GLOBALS in self.features else 0):
            found.append(self._global(self.section.value(), found))
        self.mixed = len(found)
        found.append(GlobalDefinition(t.GlobalType(t.I64, True), self.emitter.expression(self.leaves.zero(t.I64))))
        if f.GC in self.features:
            null = self.emitter.expression([self.leaves.null(t.ANY)])
            found.append(GlobalDefinition(t.GlobalType(t.ANYREF, True), null))
        return found

    def _global(self, type_: t.ValueType, before: Sequence[GlobalDefinition]) -> GlobalDefinition:
        """With a value of its own, or that of one before it."""
        wanted = t.GlobalType(type_, False)
        same = [index for index, each in enumerate(before) if each.type == wanted]
        if f.EXTENDED_CONST in self.features and same and self.choices.chance(50):
            init = [self.emitter.make("global.get", self.choices.pick(same))]
        elif type_ in (t.I32, t.I64) and isinstance(type_, t.NumberType):
            init = self.computed(type_, draw_bits(self.choices, type_))
        else:
            init = self.leaves.leaf(self.choices, self.close(type_))
        return GlobalDefinition(t.GlobalType(type_, self.choices.chance(70)), self.emitter.expression(init))

    def computed(self, type_: t.NumberType, bits: int) -> Code:
        """Constant code for an integer. Spec: valid/instructions#constant-expressions"""
        if f.EXTENDED_CONST not in self.features or not self.choices.chance(30):
            return [self.leaves.constant(type_, bits)]
        other, mask = draw_bits(self.choices, type_), (1 << 8 * type_.size) - 1
        name, first = self.choices.pick((("add", bits - other), ("sub", bits + other)))
        return [
            self.leaves.constant(type_, first & mask), self.leaves.constant(type_, other),
            self.emitter.make(f"{type_}.{name}"),
        ]  # fmt: skip

    def _exports(self, functions: int) -> list[Export]:
        named = [("memory", len(self.memories)), ("table", len(self.tables))]
        own = [Export(f"{kind}{index}", kind, index) for kind, count in named for index in range(count)]
        return own[: self.choices.below(len(own) + 1)]

    # Segments

    def _elements(self) -> list[ElementSegment]:
        found = []
        for index, table in enumerate(self.tables):
            count = self.choices.between(1, 2) if index == 0 else self.choices.below(3)
            found += [self._element(index, number, table.type) for number in range(count)]
        return found

    def _element(self, index: int, number: int, table: t.TableType) -> ElementSegment:
        """Of a table's own type or one that matches it; the function table is filled from its start, once."""
        closed = self.close(table.reference)
        count = min(table.limits.minimum, self.choices.between(2, 8))
        items = [self.leaves.leaf(self.choices, closed) for _ in range(count)]
        if table.reference == t.FUNCREF:
            functions = len(self.leaves.functions)
            items = [[self.emitter.make("ref.func", self.choices.below(functions))] for _ in range(count)]
        init = tuple(self.emitter.expression(each) for each in items)
        if self.choices.chance(50 if index else 0) or (index, number) == (0, 1):
            return ElementSegment(table.reference, init, Passive())
        at = self.choices.below(table.limits.minimum - count + 1) if index else 0
        offset = self.emitter.expression(self.computed(table.address_type, at))
        return ElementSegment(table.reference, init, Active(index, offset))

    def _declared(self, functions: int) -> ElementSegment:
        """So that every function may be referred to."""
        items = tuple(self.emitter.expression([self.emitter.make("ref.func", each)]) for each in range(functions))
        return ElementSegment(t.ReferenceType(True, t.FUNC), items, Declarative())

    def _data(self) -> list[DataSegment]:
        found = []
        for index, memory in enumerate(self.memories):
            if memory.type.attribute("virtual"):
                found.append(self._mapping(index, memory.type))
            found += [self._segment(index, memory.type) for _ in range(self.choices.below(3))]
        return found

    def _bytes(self) -> bytes:
        return bytes(self.choices.below(256) for _ in range(self.choices.pick((5, 1, 16, 33, 64))))

    def _segment(self, index: int, memory: t.MemoryType) -> DataSegment:
        if self.choices.chance(40) or f.MEMORY_CONTROL in self.features:
            return DataSegment(self._bytes(), Passive())
        init = self._bytes()
        size = memory.limits.minimum * memory.page_size
        at = self.choices.pick((0, 64, size - len(init), 0xFFF))
        if self.choices.chance(0.3):
            at = size - len(init) + 1
        return DataSegment(init, Active(index, self._offset(memory, at)))

    def _mapping(self, index: int, memory: t.MemoryType) -> DataSegment:
        """A segment that maps the first dynamic pages of a virtual memory for writing."""
        length = memory.page_size if memory.page_size > 1 else 0x1000
        init = self._bytes() if memory.page_size > 1 else bytes(length)
        return DataSegment(init, Active(index, self._offset(memory, write_base(memory))), (("prot", 3),))

    def _offset(self, memory: t.MemoryType, at: int) -> Expression:
        return self.emitter.expression(self.computed(memory.address_type, at))


def _is_callable(composite: t.CompositeType) -> bool:
    """Whether it is the type of a function that can return: nothing makes an exception out of thin air."""
    return isinstance(composite, t.FunctionType) and t.ReferenceType(False, t.EXN) not in composite.results


def write_base(memory: t.MemoryType) -> int:
    """The first address that may be written, in bytes. docs/memory-control.md, section 1"""
    return (memory.attribute("noaccess") + memory.attribute("readonly")) * memory.page_size


def matching_functions(plan: Plan, results: tuple[t.ValueType, ...]) -> list[int]:
    """The functions, no helpers, whose results may stand where these are expected."""
    return [index for index in plan.callable if matching.matches_all(function_type(plan, index).results, results)]


def function_type(plan: Plan, index: int) -> t.FunctionType:
    """The type of a function."""
    composite = plan.context.functions[index].composite
    if not isinstance(composite, t.FunctionType):
        raise Invalid("type mismatch", f"function {index} has no function type")
    return composite

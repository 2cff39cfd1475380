"""Writing types. Spec: text/types

Knows the names of a module; no instructions and no module fields.
"""

from __future__ import annotations

from collections.abc import Iterable

from quire.engine import types as t
from quire.engine.errors import Crash
from quire.wat.extension import MemoryAttributeForm, Position
from quire.wat.printed_names import PrintedNames, SpaceNames


def words(*parts: str | None) -> str:
    """The parts that are something, with spaces between them."""
    return " ".join(filter(None, parts))


def form(*parts: str | None) -> str:
    """The same in parentheses."""
    return f"({words(*parts)})"


class TypeWriter:
    """Writes the types of a module."""

    def __init__(
        self,
        names: PrintedNames,
        types: Iterable[t.RecursiveType],
        memory_attributes: tuple[MemoryAttributeForm, ...],
    ) -> None:
        self.names = names
        self._composites = [subtype.composite for group in types for subtype in group.subtypes]
        self._memory_attributes = memory_attributes

    def index(self, space: str, index: int) -> str:
        """An index into a space of the module."""
        return self.names.spaces[space].index(index)

    def heap_type(self, heap: t.HeapType) -> str:
        """Spec: text/types#heap-types"""
        return self.index("type", heap) if isinstance(heap, int) else str(heap)

    def value_type(self, value: t.ValueType | t.PackedType) -> str:
        """Also of packed types. Spec: text/types#value-types"""
        if isinstance(value, t.ReferenceType) and isinstance(value.heap, int):
            return form("ref", "null" if value.nullable else None, self.heap_type(value.heap))
        return str(value)

    def value_types(self, keyword: str, values: Iterable[t.ValueType]) -> str | None:
        """`(keyword t*)`, or None where there are none."""
        written = list(map(self.value_type, values))
        return form(keyword, *written) if written else None

    # Function types

    def type_use(self, index: int) -> str:
        """Spec: text/modules#type-uses"""
        return f"(type {self.index('type', index)})"

    def long_type_use(self, heap: t.HeapType, locals_: SpaceNames | None = None) -> str:
        """A type use that repeats the parameters, with their names, and the results."""
        if not isinstance(heap, int):
            raise Crash("a closed type has no text form", str(heap))
        function = self._composites[heap] if heap < len(self._composites) else None
        if not isinstance(function, t.FunctionType):
            return self.type_use(heap)
        return words(self.type_use(heap), self._signature(function, locals_ or SpaceNames()))

    def parameter_count(self, type_index: int) -> int:
        """Of a function type; of any other, 0."""
        function = self._composites[type_index] if type_index < len(self._composites) else None
        return len(function.parameters) if isinstance(function, t.FunctionType) else 0

    def _signature(self, function: t.FunctionType, locals_: SpaceNames) -> str:
        parameters = self.declarations("param", function.parameters, locals_)
        return words(*parameters, self.value_types("result", function.results))

    def declarations(
        self, keyword: str, types: Iterable[t.ValueType], locals_: SpaceNames, first: int = 0
    ) -> list[str]:
        """Parameters or locals from the index `first` on: each with its name, neighbours without names together."""
        written, nameless = list[str](), list[str]()
        for index, type_ in enumerate(types, first):
            name = locals_.binding(index)
            if name is None:
                nameless.append(self.value_type(type_))
                continue
            if nameless:
                written.append(form(keyword, *nameless))
                nameless = []
            written.append(form(keyword, name, self.value_type(type_)))
        return [*written, form(keyword, *nameless)] if nameless else written

    # Composite types

    def sub_type(self, index: int, subtype: t.SubType) -> str:
        """The type of that index. Spec: text/types#recursive-types"""
        composite = self._composite_type(index, subtype.composite)
        if subtype.final and not subtype.supertypes:
            return composite
        supertypes = map(self.heap_type, subtype.supertypes)
        return form("sub", "final" if subtype.final else None, *supertypes, composite)

    def _composite_type(self, index: int, composite: t.CompositeType) -> str:
        if isinstance(composite, t.FunctionType):
            return form("func", self._signature(composite, SpaceNames()))
        if isinstance(composite, t.ArrayType):
            return form("array", self._field_type(composite.field))
        names = self.names.fields(index)
        fields = [
            form("field", names.binding(number), self._field_type(field))
            for number, field in enumerate(composite.fields)
        ]
        return form("struct", *fields)

    def _field_type(self, field: t.FieldType) -> str:
        storage = self.value_type(field.storage)
        return form("mut", storage) if field.mutable else storage

    # Types of externals

    def global_type(self, type_: t.GlobalType) -> str:
        """Spec: text/types#global-types"""
        value = self.value_type(type_.value)
        return form("mut", value) if type_.mutable else value

    def table_type(self, type_: t.TableType) -> str:
        """Spec: text/types#table-types"""
        return words(_address_type(type_.address_type), str(type_.limits), self.value_type(type_.reference))

    def memory_type(self, type_: t.MemoryType) -> str:
        """Raises Crash for an attribute that has no text form. Spec: text/types#memory-types"""
        default, rest = t.MemoryType(type_.limits, type_.address_type), type_
        written: dict[Position, list[str]] = {position: [] for position in Position}
        for attribute in self._memory_attributes:
            value, absent = type_.attribute(attribute.attribute), default.attribute(attribute.attribute)
            rest = rest.with_attribute(attribute.attribute, absent)
            if value != absent:
                parenthesised = attribute.position is Position.PARENTHESISED
                word = form(attribute.keyword, attribute.write(value)) if parenthesised else attribute.keyword
                written[attribute.position].append(word)
        if rest != default:
            raise Crash("a memory type has no text form", str(type_))
        before, after, parenthesised_ = (written[position] for position in Position)
        return words(_address_type(type_.address_type), *before, str(type_.limits), *after, *parenthesised_)


def _address_type(type_: t.NumberType) -> str | None:
    return None if type_ is t.I32 else type_.name

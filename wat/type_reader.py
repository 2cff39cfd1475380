"""Reading types, and the uses of function types. Spec: text/types

Knows tokens and the scope of a module; no instructions and no module fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from quire.engine import types as t
from quire.wat.annotations import NAME, read_name
from quire.wat.cursor import Cursor
from quire.wat.extension import MemoryAttributeForm, Position, alternatives
from quire.wat.scope import Scope

_HEAP: Mapping[str, t.AbstractHeapType] = MappingProxyType({each.name: each for each in t.ABSTRACT_HEAP_TYPES})
_REFERENCE: Mapping[str, t.ReferenceType] = MappingProxyType(
    {each.shorthand: t.ReferenceType(True, each) for each in t.ABSTRACT_HEAP_TYPES}
)
_VALUE: Mapping[str, t.ValueType] = MappingProxyType({**_REFERENCE, **{each.name: each for each in t.NUMBER_TYPES}})
_STORAGE: Mapping[str, t.StorageType] = MappingProxyType({**_VALUE, **{each.name: each for each in (t.I8, t.I16)}})
_ADDRESS: Mapping[str, t.NumberType] = MappingProxyType({"i32": t.I32, "i64": t.I64})
TYPE_KEYWORDS = (*_HEAP, *_STORAGE)


class Declared(NamedTuple):
    """A parameter or local: the key of its identifier, what an annotation calls it, its type, its first token."""

    key: str | None
    name: str | None
    type: t.ValueType
    token: int = 0


@dataclass(frozen=True, slots=True)
class TypeUse:
    """A function type, by index, with the parameters that were written beside it."""

    index: int
    parameters: tuple[Declared, ...]


class TypeReader(Cursor):
    """A cursor that reads types in the scope of a module. Every reader raises Malformed."""

    __slots__ = ("memory_attributes", "scope")

    def __init__(self, cursor: Cursor, scope: Scope, memory_attributes: tuple[MemoryAttributeForm, ...]) -> None:
        self.source, self.tokens, self.position = cursor.source, cursor.tokens, cursor.position
        self.keywords, self.annotations = cursor.keywords, cursor.annotations
        self.scope = scope
        self.memory_attributes = memory_attributes

    def index(self, space: str) -> int:
        """Takes an index into one of the spaces of SPACES. Spec: text/modules#indices"""
        index = self.scope.spaces[space].find(self.tokens[self.position])
        if index is None:
            raise self.unexpected(f"a {space} index")
        self.position += 1
        return index

    def named(self, what: str) -> tuple[str | None, str | None]:
        """Takes an identifier and a name annotation, if there are any: the key and the name."""
        key = self.identifier()
        return key, self.name_annotation(what) if self.annotations else None

    def name_annotation(self, what: str) -> str | None:
        """Takes the annotation `@name` right before the cursor. Spec: appendix/custom#name-annotations"""
        found = [each for each in self.annotations.get(self.position, ()) if each.id == NAME]
        if not found:
            return None
        self.annotations[self.position] = [each for each in self.annotations[self.position] if each.id != NAME]
        if len(found) > 1:
            raise self.malformed(f"@name annotation: multiple {what}")
        return read_name(found[0])

    # Values and references

    def heap_type(self) -> t.HeapType:
        """Spec: text/types#heap-types"""
        known = _HEAP.get(self.tokens[self.position])
        if known is not None:
            self.position += 1
            return known
        return self.index("type")

    @property
    def at_reference_type(self) -> bool:
        return self.tokens[self.position] in _REFERENCE or self.at("(", "ref")

    def reference_type(self) -> t.ReferenceType:
        """Spec: text/types#reference-types"""
        known = _REFERENCE.get(self.tokens[self.position])
        if known is not None:
            self.position += 1
            return known
        return self._long_reference_type("a reference type")

    def _long_reference_type(self, expected: str) -> t.ReferenceType:
        if not self.at("(", "ref"):
            raise self.unexpected(expected)
        self.position += 2
        nullable = self.accept("null")
        heap = self.heap_type()
        self.expect(")")
        return t.ReferenceType(nullable, heap)

    def value_type(self) -> t.ValueType:
        """Spec: text/types#value-types"""
        known = _VALUE.get(self.tokens[self.position])
        if known is not None:
            self.position += 1
            return known
        return self._long_reference_type("a value type")

    def _storage_type(self) -> t.StorageType:
        known = _STORAGE.get(self.tokens[self.position])
        if known is not None:
            self.position += 1
            return known
        return self._long_reference_type("a storage type")

    def _value_types(self) -> list[t.ValueType]:
        """Takes all up to the closing parenthesis, and that too."""
        found = list[t.ValueType]()
        while not self.accept(")"):
            found.append(self.value_type())
        return found

    # Function types

    def declarations(self, keyword: str, *, named: bool = True) -> tuple[Declared, ...]:
        """Takes all `(keyword id t)` and `(keyword t*)`. Spec: text/types#function-types"""
        found = list[Declared]()
        while self.accept("(", keyword):
            start = self.position
            key, name = self.named(keyword) if named else (None, None)
            if key is None and name is None:
                found += [Declared(None, None, each) for each in self._value_types()]
            else:
                found.append(Declared(key, name, self.value_type(), start))
                self.expect(")")
        return tuple(found)

    def results(self) -> tuple[t.ValueType, ...]:
        """Takes all `(result t*)`, behind which no parameter may stand."""
        found = list[t.ValueType]()
        while self.accept("(", "result"):
            found += self._value_types()
        if self.peek == "(" and self.tokens[self.position + 1] in ("param", "type"):
            self.position += 1
            raise self.unexpected("no more of the type")
        return tuple(found)

    def type_use(self, *, named: bool = True) -> TypeUse:
        """Takes `(type x)?` and parameters and results, which say the same or stand alone.

        Spec: text/modules#type-uses
        """
        explicit = self.explicit_type_use()
        parameters = self.declarations("param", named=named)
        function = t.FunctionType(tuple(each.type for each in parameters), self.results())
        if explicit is None:
            return TypeUse(self.scope.function_type_index(function), parameters)
        self.check_inline(explicit, function)
        return TypeUse(explicit, parameters)

    def explicit_type_use(self) -> int | None:
        if not self.accept("(", "type"):
            return None
        index = self.index("type")
        self.expect(")")
        return index

    def check_inline(self, index: int, function: t.FunctionType) -> None:
        """Raises Malformed where a function type beside the index of a type says another than that."""
        if not function.parameters and not function.results:
            return
        composite = self.scope.composite(index)
        if composite is None:
            raise self.malformed("unknown type", f"{index}")
        if composite != function:
            raise self.malformed("inline function type", f"{function} is not type {index}, {composite}")

    # Composite types

    def sub_type(self, index: int) -> t.SubType:
        """The type that has the given index. Spec: text/types#recursive-types"""
        if not self.accept("(", "sub"):
            return t.SubType(self._composite_type(index))
        final, supertypes = self.accept("final"), list[t.HeapType]()
        while self.at_index:
            supertypes.append(self.index("type"))
        composite = self._composite_type(index)
        self.expect(")")
        return t.SubType(composite, tuple(supertypes), final)

    def _composite_type(self, index: int) -> t.CompositeType:
        """Spec: text/types#composite-types"""
        self.expect("(")
        keyword = self.peek
        if keyword not in ("func", "struct", "array"):
            raise self.unexpected("`func`, `struct` or `array`")
        self.position += 1
        if keyword == "struct":
            return self._struct_type(index)
        if keyword == "array":
            composite: t.CompositeType = t.ArrayType(self._field_type())
        else:
            parameters = self.declarations("param")
            composite = t.FunctionType(tuple(each.type for each in parameters), self.results())
        self.expect(")")
        return composite

    def _struct_type(self, index: int) -> t.StructType:
        fields, space = list[t.FieldType](), self.scope.field_space(index)
        while self.accept("(", "field"):
            key, name = self.named("field")
            if key is not None or name is not None:
                space.bind(key, name)
                fields.append(self._field_type())
                self.expect(")")
            else:
                while not self.accept(")"):
                    space.bind()
                    fields.append(self._field_type())
        self.expect(")")
        return t.StructType(tuple(fields))

    def _field_type(self) -> t.FieldType:
        if not self.accept("(", "mut"):
            return t.FieldType(self._storage_type())
        storage = self._storage_type()
        self.expect(")")
        return t.FieldType(storage, mutable=True)

    # Types of externals

    def global_type(self) -> t.GlobalType:
        """Spec: text/types#global-types"""
        if not self.accept("(", "mut"):
            return t.GlobalType(self.value_type())
        value = self.value_type()
        self.expect(")")
        return t.GlobalType(value, mutable=True)

    def address_type(self) -> t.NumberType:
        """Takes an address type if there is one; else it is i32. Spec: text/types#address-types"""
        known = _ADDRESS.get(self.peek)
        if known is None:
            return t.I32
        self.position += 1
        return known

    def limits(self) -> t.Limits:
        """Spec: text/types#limits"""
        minimum = self.natural(64)
        return t.Limits(minimum, self.natural(64) if self.peek[:1].isdigit() else None)

    def table_type(self) -> t.TableType:
        """Spec: text/types#table-types"""
        address = self.address_type()
        limits = self.limits()
        return t.TableType(self.reference_type(), limits, address)

    def memory_type(self) -> t.MemoryType:
        """Spec: text/types#memory-types"""
        address, values = self.address_type(), dict[str, int]()
        self._attribute_words(Position.BEFORE_LIMITS, values)
        if not self.peek[:1].isdigit():
            beside = ": its inline data goes with no such attribute" if values and self.at("(", "data") else ""
            raise self.unexpected_token(f"the limits of a memory{beside}")
        limits = self.limits()
        self._attribute_words(Position.AFTER_LIMITS, values)
        self.attribute_forms(self.memory_attributes, values)
        if self.peek != ")":
            missing = [each for each in self.memory_attributes if each.attribute not in values]
            forms = [f"({each.keyword}" for each in missing if each.position is Position.PARENTHESISED]
            raise self.unexpected_token(alternatives([*forms, ")"]))
        return with_attributes(t.MemoryType(limits, address), values)

    def _attribute_words(self, position: Position, values: dict[str, int]) -> None:
        words = {each.keyword: each.attribute for each in self.memory_attributes if each.position is position}
        while self.peek in words and words[self.peek] not in values:
            values[words[self.next()]] = 1

    def attribute_forms(self, forms: tuple[MemoryAttributeForm, ...], values: dict[str, int]) -> None:
        """Takes all `(keyword value)` of those forms, in any order, each at most once."""
        known = {each.keyword: each for each in forms if each.position is Position.PARENTHESISED}
        while self.peek == "(" and self.tokens[self.position + 1] in known:
            form = known[self.tokens[self.position + 1]]
            if form.attribute in values:
                raise self.unexpected_token(f"no second `{form.keyword}`")
            self.position += 2
            values[form.attribute] = form.read(self)
            self.expect(")")


def with_attributes(memory: t.MemoryType, values: Mapping[str, int]) -> t.MemoryType:
    """The memory type with those attributes."""
    for name, value in values.items():
        memory = memory.with_attribute(name, value)
    return memory

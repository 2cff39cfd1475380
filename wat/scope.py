"""What a module's text has declared so far: its index spaces, its types, its names. Knows no tokens.

Spec: text/modules, text/conventions#contexts
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quire.engine import types as t
from quire.engine.module import IndexedNames, Names, NestedNames
from quire.wat.names import IndexSpace

# The index spaces by the name that kinds of immediate give them, and how messages call what they count.
SPACES: Mapping[str, str] = MappingProxyType({
    "type": "type", "function": "function", "table": "table", "memory": "memory", "global": "global", "tag": "tag",
    "element": "elem segment", "data": "data segment", "local": "local", "label": "label", "field": "field",
})  # fmt: skip


class Scope:
    """The index spaces and types of one module. The space `local` is that of the function being read."""

    def __init__(self) -> None:
        self.spaces = {space: IndexSpace(noun) for space, noun in SPACES.items()}
        self.fields: dict[int, IndexSpace] = {}  # by the index of the type
        self.locals: dict[int, dict[int, str]] = {}  # names, by the index of the function
        self.labels: dict[int, dict[int, str]] = {}
        self.groups: list[t.RecursiveType] = []
        self.module_name: str | None = None
        self._types: list[t.SubType] = []
        self._function_types: dict[t.FunctionType, int] = {}

    def define(self, group: t.RecursiveType) -> None:
        """Adds the types of a group, whose indices are the next."""
        if len(group.subtypes) == 1 and group.subtypes[0].final and not group.subtypes[0].supertypes:
            composite = group.subtypes[0].composite
            if isinstance(composite, t.FunctionType):
                self._function_types.setdefault(composite, len(self._types))
        self.groups.append(group)
        self._types += group.subtypes

    def field_space(self, index: int) -> IndexSpace:
        """The space of the fields of a type."""
        return self.fields.setdefault(index, IndexSpace(SPACES["field"]))

    def composite(self, index: int) -> t.CompositeType | None:
        """The type of that index as far as it is known."""
        return self._types[index].composite if index < len(self._types) else None

    def function_type_index(self, function: t.FunctionType) -> int:
        """The first type equal to a function type that stands alone, or a new one. Spec: text/modules#abbreviations"""
        if function not in self._function_types:
            self.define(t.RecursiveType((t.SubType(function),)))
        return self._function_types[function]

    def names(self) -> Names:
        """What identifiers and annotations have named. Spec: appendix/custom#name-section"""
        names = {space: _sorted(found.names) for space, found in self.spaces.items()}
        return Names(
            module=self.module_name,
            functions=names["function"],
            locals=_nested(self.locals),
            labels=_nested(self.labels),
            types=names["type"],
            tables=names["table"],
            memories=names["memory"],
            globals=names["global"],
            elements=names["element"],
            data=names["data"],
            fields=_nested({index: space.names for index, space in self.fields.items()}),
            tags=names["tag"],
        )


def _sorted(names: dict[int, str]) -> IndexedNames:
    return tuple(sorted(names.items()))


def _nested(names: dict[int, dict[int, str]]) -> NestedNames:
    return tuple((index, _sorted(inner)) for index, inner in sorted(names.items()) if inner)

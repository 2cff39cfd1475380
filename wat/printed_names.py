"""Which identifier or annotation gives each index its name, so that reading the text gives the same names again.

Spec: appendix/custom#name-section. Knows no tokens and no instructions.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quire.engine.module import IndexedNames, Names, NestedNames
from quire.wat.annotations import format_name_annotation
from quire.wat.names import format_identifier

_FIELDS: Mapping[str, str] = MappingProxyType({
    "type": "types", "function": "functions", "table": "tables", "memory": "memories", "global": "globals",
    "tag": "tags", "element": "elements", "data": "data",
})  # fmt: skip


class SpaceNames:
    """The names of one index space: an identifier for the first index of each name, else an annotation."""

    __slots__ = ("_annotations", "_identifiers")

    def __init__(self, names: IndexedNames = ()) -> None:
        self._identifiers: dict[int, str] = {}
        self._annotations: dict[int, str] = {}
        taken = {""}  # no identifier is empty
        for index, name in names:
            if name in taken:
                self._annotations[index] = format_name_annotation(name)
            else:
                self._identifiers[index] = format_identifier(name)
                taken.add(name)

    def index(self, index: int) -> str:
        """What stands where the index is used."""
        return self._identifiers.get(index) or str(index)

    def binding(self, index: int) -> str | None:
        """What stands where the index is defined, or None where it has no name."""
        return self._identifiers.get(index) or self._annotations.get(index)

    def numbered_binding(self, index: int) -> str:
        """The same, with the index as a comment where it has no identifier."""
        return " ".join(filter(None, [self._identifiers.get(index, f"(;{index};)"), self._annotations.get(index)]))


class PrintedNames:
    """The names of a module."""

    def __init__(self, names: Names) -> None:
        self.module = SpaceNames() if names.module is None else SpaceNames(((0, names.module),))
        self.spaces = {space: SpaceNames(getattr(names, field)) for space, field in _FIELDS.items()}
        self._fields = _each_space(names.fields)
        self._locals = _each_space(names.locals)
        self._labels = {function: dict(labels) for function, labels in names.labels}
        self._nothing = SpaceNames()

    def fields(self, type_index: int) -> SpaceNames:
        return self._fields.get(type_index, self._nothing)

    def locals(self, function: int) -> SpaceNames:
        return self._locals.get(function, self._nothing)

    def labels(self, function: int) -> dict[int, str]:
        return self._labels.get(function, {})


def _each_space(names: NestedNames) -> dict[int, SpaceNames]:
    return {index: SpaceNames(inner) for index, inner in names}

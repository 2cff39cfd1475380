"""The first reading of a module's fields: what each declares, so that an identifier may stand before what it names.

Spec: text/modules#contexts. Knows identifiers, imports and types; what a field defines is left to the second reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from quire.engine import types as t
from quire.engine.errors import Malformed
from quire.engine.module import CustomSection
from quire.wat.annotations import CUSTOM_SECTION, read_custom
from quire.wat.cursor import Cursor
from quire.wat.instruction_reader import InstructionReader
from quire.wat.scope import SPACES, Scope

if TYPE_CHECKING:
    from quire.wat.text_format import TextFormat

EXTERNALS: Mapping[str, str] = MappingProxyType(
    {"func": "function", "table": "table", "memory": "memory", "global": "global", "tag": "tag"}
)
"""The index space, which is also the kind of external, that each word stands for."""

_SEGMENTS: Mapping[str, str] = MappingProxyType({"elem": "element", "data": "data"})
_INLINE_SEGMENTS: Mapping[str, str] = MappingProxyType({"table": "elem", "memory": "data"})


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the module, read up to behind its identifier, where the cursor goes on.

    Of an import, `external` and `names` are the keyword inside it and the two names that are imported.
    """

    keyword: str
    position: int
    index: int = 0  # in its index space
    external: str = ""
    names: tuple[str, str] = ("", "")


class DeclarationReader(InstructionReader):
    """A cursor that reads what the fields of a module declare. Every reader raises Malformed."""

    __slots__ = ("_defined", "custom_sections", "fields")

    def __init__(self, cursor: Cursor, text_format: TextFormat) -> None:
        super().__init__(cursor, Scope(), text_format)
        self.fields: list[Field] = []  # without types
        self.custom_sections: list[CustomSection] = []
        self._defined: str | None = None  # a kind of external of which there is a definition already

    def declare(self) -> None:
        """Steps over all fields. The types are defined then, the other fields listed."""
        groups = list[list[Field]]()
        name = self.name_annotation("module") if self.annotations else None
        if name is not None:
            self.scope.module_name = name
        self._take_custom_sections()
        while self.accept("("):
            if self.at("type") or self.at("rec"):
                groups.append(self._declare_types())
            else:
                self.fields.append(self._declare_field())
                self.skip_form()
            self._take_custom_sections()
        end = self.position
        for group in groups:
            self._define_types(group)
        self.position = end

    def _take_custom_sections(self) -> None:
        """Takes the annotations `@custom` right before the cursor. Spec: appendix/custom#custom-annotations"""
        here = self.annotations.get(self.position, []) if self.annotations else []
        for annotation in [each for each in here if each.id == CUSTOM_SECTION]:
            here.remove(annotation)
            self.custom_sections.append(read_custom(annotation))

    # Types

    def _declare_types(self) -> list[Field]:
        """Takes a `type` or `rec` without looking into it; the cursor stands behind the parenthesis."""
        if self.accept("type"):
            return [self._declare_type()]
        self.expect("rec")
        group = list[Field]()
        while not self.accept(")"):
            self.expect("(", "type")
            group.append(self._declare_type())
        return group

    def _declare_type(self) -> Field:
        index = self.bind("type")
        field = Field("type", self.position, index)
        self.skip_form()
        return field

    def _define_types(self, group: list[Field]) -> None:
        subtypes = list[t.SubType]()
        for field in group:
            self.position = field.position
            subtypes.append(self.sub_type(field.index))
            self.expect(")")
        self.scope.define(t.RecursiveType(tuple(subtypes)))

    # Other fields

    def bind(self, space: str) -> int:
        """Takes an identifier and a name, where there are any, and binds the next index to them."""
        start = self.position
        key, name = self.named(SPACES[space])
        try:
            return self.scope.spaces[space].bind(key, name)
        except Malformed as error:
            raise error.located(self.source.place(start)) from None

    def _declare_field(self) -> Field:
        """Takes a field's keyword and identifier; the cursor stands behind the parenthesis."""
        keyword = self.peek
        if keyword in EXTERNALS:
            return self._declare_external(self.next())
        if keyword in _SEGMENTS:
            index = self.bind(_SEGMENTS[self.next()])
            return Field(keyword, self.position, index)
        if keyword == "import":
            return self._declare_import()
        if keyword in ("export", "start"):
            self.position += 1
            return Field(keyword, self.position)
        raise self.unexpected("a field of a module")

    def _declare_import(self) -> Field:
        """`(import "module" "name" (keyword id? ...))`"""
        self._check_order()
        keyword, module, name = self.next(), self.name(), self.name()
        self.expect("(")
        external = self.external()
        index = self.bind(EXTERNALS[external])
        field = Field(keyword, self.position, index, external, (module, name))
        self.skip_form()
        return field

    def external(self) -> str:
        """Takes the keyword of a kind of external."""
        if self.peek not in EXTERNALS:
            raise self.unexpected("`func`, `table`, `memory`, `global` or `tag`")
        return self.next()

    def _declare_external(self, keyword: str) -> Field:
        index = self.bind(EXTERNALS[keyword])
        field = Field(keyword, self.position, index)
        while self.accept("(", "export"):
            self.skip_form()
        if self.at("(", "import"):
            self._check_order()
            return field
        self._defined = self._defined or EXTERNALS[keyword]
        self._declare_inline_segment(keyword)
        return field

    def _check_order(self) -> None:
        """Imports stand before all definitions, since their indices come first. Spec: text/modules#text-module"""
        if self._defined is not None:
            raise self.malformed(f"import after {self._defined}")

    def _declare_inline_segment(self, keyword: str) -> None:
        """Binds the index of the segment in a table or memory that gives its content there."""
        if keyword not in _INLINE_SEGMENTS:
            return
        start, segment = self.position, _INLINE_SEGMENTS[keyword]
        self.skip_form()
        if ("(", segment) in pairwise(self.tokens[start : self.position]):
            self.scope.spaces[_SEGMENTS[segment]].bind()
        self.position = start

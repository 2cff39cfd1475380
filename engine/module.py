"""The module as decoded: frozen dataclasses, equal when the modules are.

Both the binary and the text format lead here and start from here. Spec: syntax/modules.
Where an instruction stood in its source is kept beside it and does not count for equality.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from quire.engine import types as t
from quire.engine.errors import NOWHERE, Place

if TYPE_CHECKING:
    from quire.engine.instructions.row import Row


class Instruction(NamedTuple):
    """A row of the instruction table with the values of its immediates."""

    row: Row
    immediates: tuple[Any, ...] = ()


class Places(Protocol):
    """Tells where the instruction number `index` of an expression stands in its source."""

    def place(self, index: int) -> Place: ...


class Source(Places, Protocol):
    """Places that can also tell the instructions which stand there."""

    def read(self) -> tuple[Instruction, ...]: ...


@dataclass(frozen=True, slots=True)
class NoPlaces:
    """The places of an expression that was made by no source."""

    def place(self, index: int) -> Place:
        return NOWHERE


class Derived:
    """What follows from the fields of an expression, and is found when it is first asked for."""

    __slots__ = ("rows",)
    rows: frozenset[Row]  # of the instructions, each once


@dataclass(frozen=True, slots=True)
class Expression(Derived):
    """A flat sequence of instructions, as in the binary: `block` and `end` are instructions, the last is `end`."""

    instructions: tuple[Instruction, ...]
    places: Places = field(default_factory=NoPlaces, compare=False, repr=False)

    @classmethod
    def unread(cls, source: Source) -> Expression:
        """An expression whose instructions are read when they are first asked for. Nobody can tell it from others."""
        made = cls.__new__(cls)
        object.__setattr__(made, "places", source)
        return made

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Asked only for what was not filled in."""
            if name == "instructions":
                found = self.places.read()
            elif name == "rows":
                found = frozenset([each.row for each in self.instructions])
            else:
                raise AttributeError(name)
            object.__setattr__(self, name, found)
            return found

    def __iter__(self) -> Iterator[Instruction]:
        return iter(self.instructions)

    def __len__(self) -> int:
        return len(self.instructions)


@dataclass(frozen=True, slots=True)
class LocalRun:
    """`count` locals of one type, as a binary declares them. Neighbours of one type are one run."""

    count: int
    type: t.ValueType


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """Spec: syntax/modules#functions"""

    type_index: int
    locals: tuple[LocalRun, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """`init` is None where the elements start as null. Spec: syntax/modules#tables"""

    type: t.TableType
    init: Expression | None = None


@dataclass(frozen=True, slots=True)
class MemoryDefinition:
    """Spec: syntax/modules#memories"""

    type: t.MemoryType


@dataclass(frozen=True, slots=True)
class GlobalDefinition:
    """Spec: syntax/modules#globals"""

    type: t.GlobalType
    init: Expression


@dataclass(frozen=True, slots=True)
class TagDefinition:
    """Spec: syntax/modules#tags"""

    type: t.TagType


@dataclass(frozen=True, slots=True)
class Import:
    """Spec: syntax/modules#imports"""

    module: str
    name: str
    type: t.ExternType


# The kinds of external, in the order of their codes in the binary format. Spec: binary/modules#export-section
EXTERNAL_KINDS = ("function", "table", "memory", "global", "tag")


def external_kind(extern: t.ExternType) -> str:
    """The member of EXTERNAL_KINDS that a type is of."""
    classes = (t.ExternFunctionType, t.TableType, t.MemoryType, t.GlobalType, t.TagType)
    return EXTERNAL_KINDS[classes.index(type(extern))]


@dataclass(frozen=True, slots=True)
class Export:
    """`kind` is one of EXTERNAL_KINDS. Spec: syntax/modules#exports"""

    name: str
    kind: str
    index: int


@dataclass(frozen=True, slots=True)
class Passive:
    """The mode of a segment that only instructions use."""


@dataclass(frozen=True, slots=True)
class Declarative:
    """The mode of an element segment that only declares functions for ref.func."""


@dataclass(frozen=True, slots=True)
class Active:
    """The mode of a segment that instantiation copies into the table or memory `index` at `offset`."""

    index: int
    offset: Expression


@dataclass(frozen=True, slots=True)
class ElementSegment:
    """Spec: syntax/modules#element-segments"""

    type: t.ReferenceType
    init: tuple[Expression, ...]
    mode: Passive | Declarative | Active


@dataclass(frozen=True, slots=True)
class DataSegment:
    """`attributes` holds what an extension adds: name and value. Spec: syntax/modules#data-segments"""

    init: bytes
    mode: Passive | Active
    attributes: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class CustomSection:
    """`after` is the number of the standard section that it stands behind, 0 at the start. Spec: appendix/custom"""

    name: str
    data: bytes
    after: int = 0


IndexedNames = tuple[tuple[int, str], ...]
NestedNames = tuple[tuple[int, IndexedNames], ...]


@dataclass(frozen=True, slots=True)
class Names:
    """The name section, extended names included; each map sorted by index. Spec: appendix/custom#name-section"""

    module: str | None = None
    functions: IndexedNames = ()
    locals: NestedNames = ()
    labels: NestedNames = ()
    types: IndexedNames = ()
    tables: IndexedNames = ()
    memories: IndexedNames = ()
    globals: IndexedNames = ()
    elements: IndexedNames = ()
    data: IndexedNames = ()
    fields: NestedNames = ()
    tags: IndexedNames = ()


@dataclass(frozen=True, slots=True)
class Module:
    """A module, not yet validated. Indices count the imports of a kind first, then the definitions."""

    types: tuple[t.RecursiveType, ...] = ()
    imports: tuple[Import, ...] = ()
    functions: tuple[FunctionDefinition, ...] = ()
    tables: tuple[TableDefinition, ...] = ()
    memories: tuple[MemoryDefinition, ...] = ()
    globals: tuple[GlobalDefinition, ...] = ()
    tags: tuple[TagDefinition, ...] = ()
    exports: tuple[Export, ...] = ()
    start: int | None = None
    elements: tuple[ElementSegment, ...] = ()
    data: tuple[DataSegment, ...] = ()
    custom_sections: tuple[CustomSection, ...] = ()
    names: Names = Names()

    def imported(self, kind: str) -> tuple[Import, ...]:
        """The imports of one of EXTERNAL_KINDS, in order."""
        return tuple(each for each in self.imports if external_kind(each.type) == kind)

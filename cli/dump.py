"""What a module consists of, as plain data: the one source of both forms of `quire objdump`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from quire.engine import types as t
from quire.engine.binary.sections import CUSTOM, MAGIC, VERSION, Section
from quire.engine.bytestream import ByteReader
from quire.engine.module import (
    EXTERNAL_KINDS,
    Active,
    Declarative,
    Expression,
    FunctionDefinition,
    Module,
    Passive,
    external_kind,
)
from quire.wat.instruction_writer import InstructionWriter
from quire.wat.literals import format_name
from quire.wat.text_format import TextFormat

_WITHOUT_COUNT = (Section.START, Section.DATA_COUNT)
_SPACES = ("functions", "tables", "memories", "globals", "tags")


@dataclass(frozen=True, slots=True)
class SectionEntry:
    """A section: where its content starts and how long it is, in bytes; how many entries it has, if it is a vector."""

    id: int
    name: str
    offset: int
    size: int
    count: int | None


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """An import, with its index among those of its kind."""

    kind: str
    index: int
    module: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, table, memory, global or tag of the module's own. `name` is that of the name section."""

    kind: str
    index: int
    name: str | None
    type: str


@dataclass(frozen=True, slots=True)
class ExportEntry:
    """An export."""

    name: str
    kind: str
    index: int


@dataclass(frozen=True, slots=True)
class Segment:
    """An element or data segment; `offset` is its constant expression where it is active."""

    kind: str
    index: int
    mode: str
    size: int
    into: int | None
    offset: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """An instruction: where it stands in the binary, its bytes, the blocks around it, its text."""

    offset: int
    bytes: str
    depth: int
    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """A function's body."""

    function: int
    name: str | None
    type: str
    locals: int
    instructions: Sequence[Line]


class Dump:
    """Reads a module and the binary that it came from."""

    def __init__(self, module: Module, binary: bytes, text_format: TextFormat) -> None:
        self.module = module
        self.binary = binary
        self.text_format = text_format
        self.writer = InstructionWriter(module, text_format)

    def as_json(self, *, code: bool) -> dict[str, Any]:
        """All of it; the code too, if it is asked for."""
        parts: dict[str, list[Any]] = {
            "sections": list(self.sections()),
            "imports": self.imports(),
            "definitions": list(self.definitions()),
            "exports": self.exports(),
            "segments": list(self.segments()),
        }
        if code:
            parts["code"] = list(self.code())
        plain = {name: [asdict(entry) for entry in entries] for name, entries in parts.items()}
        head = {"name": self.module.names.module, "size": len(self.binary), "start": self.module.start}
        return {**head, "types": self.types(), **plain}

    def sections(self) -> Iterator[SectionEntry]:
        """Spec: binary/modules#sections"""
        reader = ByteReader(self.binary, len(MAGIC + VERSION))
        while not reader.at_end:
            code = reader.byte()
            content = reader.part(reader.u32())
            start, size = content.position, content.end - content.position
            if code == CUSTOM:
                yield SectionEntry(code, f"custom {format_name(content.name())}", start, size, None)
            else:
                count = None if Section(code) in _WITHOUT_COUNT else content.u32()
                yield SectionEntry(code, Section(code).label, start, size, count)

    def types(self) -> list[str]:
        """The types in their order, without the groups that they stand in."""
        members = (subtype for group in self.module.types for subtype in group.subtypes)
        return [self.writer.sub_type(index, subtype) for index, subtype in enumerate(members)]

    def imports(self) -> list[ImportEntry]:
        indices = dict.fromkeys(EXTERNAL_KINDS, 0)
        entries = []
        for each in self.module.imports:
            kind = external_kind(each.type)
            entries.append(ImportEntry(kind, indices[kind], each.module, each.name, self._type(each.type)))
            indices[kind] += 1
        return entries

    def definitions(self) -> Iterator[Definition]:
        """Function by function, then table by table, and so on."""
        for kind, space in zip(EXTERNAL_KINDS, _SPACES, strict=True):
            names = dict(getattr(self.module.names, space))
            for index, each in enumerate(getattr(self.module, space), len(self.module.imported(kind))):
                written = self._type(_type_of(each))
                yield Definition(kind, index, names.get(index), written)

    def exports(self) -> list[ExportEntry]:
        return [ExportEntry(each.name, each.kind, each.index) for each in self.module.exports]

    def segments(self) -> Iterator[Segment]:
        """Element segments, then data segments."""
        for index, element in enumerate(self.module.elements):
            yield self._segment("element", index, element.mode, len(element.init))
        for index, data in enumerate(self.module.data):
            yield self._segment("data", index, data.mode, len(data.init))

    def _segment(self, kind: str, index: int, mode: Active | Passive | Declarative, size: int) -> Segment:
        if isinstance(mode, Active):
            return Segment(kind, index, "active", size, mode.index, self.writer.expression(mode.offset))
        return Segment(kind, index, "passive" if isinstance(mode, Passive) else "declarative", size, None, None)

    def code(self) -> Iterator[Code]:
        """Spec: binary/modules#code-section"""
        names = dict(self.module.names.functions)
        for index, each in enumerate(self.module.functions, len(self.module.imported("function"))):
            count = sum(run.count for run in each.locals)
            type_ = self.writer.long_type_use(each.type_index, self.writer.names.locals(index))
            yield Code(index, names.get(index), type_, count, list(self._lines(index, each.body)))

    def _lines(self, function: int, body: Expression) -> Iterator[Line]:
        texts = [*self.writer.body(function, body), (0, "end")]
        offsets = [body.places.place(index).offset or 0 for index in range(len(body))]
        ends = [*offsets[1:], offsets[-1] + 1]
        for offset, end, (depth, text) in zip(offsets, ends, texts, strict=True):
            yield Line(offset, self.binary[offset:end].hex(" "), depth, text)

    def _type(self, type_: t.ExternType) -> str:
        match type_:
            case t.ExternFunctionType(function) | t.TagType(function):
                return self.writer.long_type_use(function)
            case t.TableType():
                return self.writer.table_type(type_)
            case t.MemoryType():
                return self.writer.memory_type(type_)
        return self.writer.global_type(type_)


def _type_of(definition: Any) -> t.ExternType:
    """The type of what a module defines."""
    if isinstance(definition, FunctionDefinition):
        return t.ExternFunctionType(definition.type_index)
    type_: t.ExternType = definition.type
    return type_

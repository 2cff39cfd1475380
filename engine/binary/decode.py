"""From bytes to a Module: the header, the sections in their order, and what must agree between them.

Whatever the bytes are, nothing but Malformed is raised; every error tells an offset. Spec: binary/modules
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from quire.engine import types as t
from quire.engine.binary.code import Body, read_body, read_body_later
from quire.engine.binary.composites import read_recursive_type
from quire.engine.binary.expressions import ExpressionReader, grammar_of
from quire.engine.binary.externals import ExternalTypes
from quire.engine.binary.names import NAME_SECTION, read_names
from quire.engine.binary.sections import CUSTOM, INITIALISED_TABLE, MAGIC, ORDER, VERSION, Section
from quire.engine.binary.segments import read_data, read_element
from quire.engine.bytestream import ByteReader
from quire.engine.collector import without_collector
from quire.engine.immediates import Zero
from quire.engine.instruction_set import CORE, InstructionSet
from quire.engine.module import (
    EXTERNAL_KINDS,
    CustomSection,
    DataSegment,
    ElementSegment,
    Export,
    FunctionDefinition,
    GlobalDefinition,
    Import,
    MemoryDefinition,
    Module,
    Names,
    TableDefinition,
    TagDefinition,
)

ReadBody = Callable[[ByteReader, ExpressionReader], Body]


@without_collector
def decode(data: bytes, instruction_set: InstructionSet = CORE) -> Module:
    """The module that `data` encodes. Raises Malformed. Spec: binary/modules#binary-module"""
    return _Decoder(bytes(data), instruction_set, read_body).module()


def decode_known(data: bytes, instruction_set: InstructionSet = CORE) -> Module:
    """The same module, of bytes that `decode` is known to accept: the bodies of functions are read when asked for."""
    return _Decoder(bytes(data), instruction_set, read_body_later).module()


class _Decoder:
    """What is known of a module while its sections are read."""

    def __init__(self, data: bytes, instruction_set: InstructionSet, read_body: ReadBody) -> None:
        self.bytes = data
        self.read_body = read_body
        self.instruction_set = instruction_set
        self.externals = ExternalTypes(instruction_set.memory_flags)
        self.grammar = grammar_of(instruction_set)
        self.expressions = ExpressionReader(self.grammar, has_data_count=True)  # only function bodies must have it
        self.last: Section | None = None  # the standard section read last
        self.types: tuple[t.RecursiveType, ...] = ()
        self.imports: tuple[Import, ...] = ()
        self.signatures: tuple[int, ...] = ()  # the types of the functions
        self.bodies: tuple[Body, ...] = ()
        self.tables: tuple[TableDefinition, ...] = ()
        self.memories: tuple[MemoryDefinition, ...] = ()
        self.tags: tuple[TagDefinition, ...] = ()
        self.globals: tuple[GlobalDefinition, ...] = ()
        self.exports: tuple[Export, ...] = ()
        self.start: int | None = None
        self.elements: tuple[ElementSegment, ...] = ()
        self.data_count: int | None = None
        self.data: tuple[DataSegment, ...] = ()
        self.custom_sections: list[CustomSection] = []
        self.names: Names | None = None

    def module(self) -> Module:
        reader = ByteReader(self.bytes)
        self._header(reader)
        while not reader.at_end:
            self._section(reader)
        self._check_data_count(reader)
        return Module(
            types=self.types,
            imports=self.imports,
            functions=self._functions(reader),
            tables=self.tables,
            memories=self.memories,
            globals=self.globals,
            tags=self.tags,
            exports=self.exports,
            start=self.start,
            elements=self.elements,
            data=self.data,
            custom_sections=tuple(self.custom_sections),
            names=self.names or Names(),
        )

    def _header(self, reader: ByteReader) -> None:
        """Spec: binary/modules#binary-magic"""
        if reader.take(4) != MAGIC:
            raise reader.malformed("magic header not detected", position=0)
        if reader.take(4) != VERSION:
            raise reader.malformed("unknown binary version", position=4)

    def _section(self, reader: ByteReader) -> None:
        """Spec: binary/modules#sections"""
        start = reader.position
        code = reader.byte()
        if code != CUSTOM and code not in ORDER:
            raise reader.malformed("malformed section id", f"{code:#04x}", start)
        content = reader.part(reader.u32())
        if code == CUSTOM:
            self._custom(content)
        else:
            self._standard(Section(code), content, start)

    def _standard(self, section: Section, content: ByteReader, start: int) -> None:
        if self.last is not None and ORDER.index(section) <= ORDER.index(self.last):
            detail = f"a {section.label} section behind the {self.last.label} section"
            raise content.malformed("unexpected content after last section", detail, start)
        self.last = section
        _READ[section](self, content)
        if not content.at_end:
            raise content.malformed("section size mismatch", f"the {section.label} section ends at {content.end:#x}")

    def _custom(self, reader: ByteReader) -> None:
        """Spec: binary/modules#custom-section"""
        name = reader.name()
        data = reader.take(reader.end - reader.position)
        names = read_names(data) if name == NAME_SECTION and self.names is None else None
        if names is None:
            self.custom_sections.append(CustomSection(name, data, 0 if self.last is None else int(self.last)))
        else:
            self.names = names

    def _types(self, reader: ByteReader) -> None:
        self.types = reader.vector(lambda: read_recursive_type(reader))

    def _imports(self, reader: ByteReader) -> None:
        self.imports = reader.vector(lambda: self._import(reader))

    def _import(self, reader: ByteReader) -> Import:
        module = reader.name()
        name = reader.name()
        return Import(module, name, self.externals.read(reader))

    def _signatures(self, reader: ByteReader) -> None:
        self.signatures = reader.vector(reader.u32)

    def _tables(self, reader: ByteReader) -> None:
        self.tables = reader.vector(lambda: self._table(reader))

    def _table(self, reader: ByteReader) -> TableDefinition:
        """Spec: binary/modules#table-section"""
        if reader.peek() != INITIALISED_TABLE:
            return TableDefinition(self.externals.read_table(reader))
        reader.byte()
        Zero().read(reader)
        table = self.externals.read_table(reader)
        return TableDefinition(table, self.expressions.constant(reader))

    def _memories(self, reader: ByteReader) -> None:
        self.memories = reader.vector(lambda: MemoryDefinition(self.externals.read_memory(reader)))

    def _tags(self, reader: ByteReader) -> None:
        self.tags = reader.vector(lambda: TagDefinition(self.externals.read_tag(reader)))

    def _globals(self, reader: ByteReader) -> None:
        self.globals = reader.vector(lambda: self._global(reader))

    def _global(self, reader: ByteReader) -> GlobalDefinition:
        type_ = self.externals.read_global(reader)
        return GlobalDefinition(type_, self.expressions.constant(reader))

    def _exports(self, reader: ByteReader) -> None:
        self.exports = reader.vector(lambda: self._export(reader))

    def _export(self, reader: ByteReader) -> Export:
        """Spec: binary/modules#export-section"""
        name = reader.name()
        start = reader.position
        kind = reader.byte()
        if kind >= len(EXTERNAL_KINDS):
            raise reader.malformed("malformed export kind", f"{kind:#04x}", start)
        return Export(name, EXTERNAL_KINDS[kind], reader.u32())

    def _start(self, reader: ByteReader) -> None:
        self.start = reader.u32()

    def _elements(self, reader: ByteReader) -> None:
        self.elements = reader.vector(lambda: read_element(reader, self.expressions))

    def _data_count(self, reader: ByteReader) -> None:
        self.data_count = reader.u32()

    def _code(self, reader: ByteReader) -> None:
        expressions = ExpressionReader(self.grammar, self.data_count is not None)
        self.bodies = reader.vector(lambda: self.read_body(reader, expressions))

    def _data(self, reader: ByteReader) -> None:
        attributes = self.instruction_set.segment_attributes
        self.data = reader.vector(lambda: read_data(reader, self.expressions, attributes))

    def _functions(self, reader: ByteReader) -> tuple[FunctionDefinition, ...]:
        """An absent section is an empty one. Spec: binary/modules#binary-module"""
        if len(self.signatures) != len(self.bodies):
            detail = f"{len(self.signatures)} functions have {len(self.bodies)} bodies"
            raise reader.malformed("function and code section have inconsistent lengths", detail)
        pairs = zip(self.signatures, self.bodies, strict=True)
        return tuple([FunctionDefinition(type_, *body) for type_, body in pairs])

    def _check_data_count(self, reader: ByteReader) -> None:
        """Spec: binary/modules#binary-module"""
        if self.data_count not in (None, len(self.data)):
            detail = f"{self.data_count} segments are said, {len(self.data)} are there"
            raise reader.malformed("data count and data section have inconsistent lengths", detail)


_READ: Mapping[Section, Callable[[_Decoder, ByteReader], None]] = MappingProxyType({
    Section.TYPE: _Decoder._types,
    Section.IMPORT: _Decoder._imports,
    Section.FUNCTION: _Decoder._signatures,
    Section.TABLE: _Decoder._tables,
    Section.MEMORY: _Decoder._memories,
    Section.TAG: _Decoder._tags,
    Section.GLOBAL: _Decoder._globals,
    Section.EXPORT: _Decoder._exports,
    Section.START: _Decoder._start,
    Section.ELEMENT: _Decoder._elements,
    Section.DATA_COUNT: _Decoder._data_count,
    Section.CODE: _Decoder._code,
    Section.DATA: _Decoder._data,
})  # fmt: skip

"""From a Module to bytes: the shortest encoding, such that decoding it yields an equal module.

A section without content is left out, unless a custom section stands behind it. Spec: binary/modules
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from quire.engine.binary.code import write_locals
from quire.engine.binary.composites import write_recursive_type
from quire.engine.binary.externals import ExternalTypes
from quire.engine.binary.names import NAME_SECTION, read_names, write_names
from quire.engine.binary.sections import CUSTOM, INITIALISED_TABLE, MAGIC, ORDER, VERSION, Section
from quire.engine.binary.segments import write_data, write_element
from quire.engine.bytestream import ByteWriter
from quire.engine.immediates import Zero
from quire.engine.instruction_set import CORE, InstructionSet
from quire.engine.module import (
    EXTERNAL_KINDS,
    CustomSection,
    DataSegment,
    ElementSegment,
    Export,
    Expression,
    FunctionDefinition,
    GlobalDefinition,
    Import,
    Instruction,
    MemoryDefinition,
    Module,
    Names,
    TableDefinition,
    TagDefinition,
)
from quire.engine.types import RecursiveType


def encode(module: Module, instruction_set: InstructionSet = CORE) -> bytes:
    """The module's binary; decode(encode(module)) == module.

    Raises Crash for types that are closed and for attributes that the instruction set has not.
    """
    return _Encoder(module, instruction_set).binary()


def write_instruction(writer: ByteWriter, instruction: Instruction) -> None:
    """Spec: binary/instructions"""
    row, values = instruction
    if isinstance(row.opcode, int):
        writer.byte(row.opcode)
    else:
        writer.byte(row.opcode[0])
        writer.unsigned(row.opcode[1])
    for kind, value in zip(row.immediates, values, strict=True):
        kind.write(writer, value)


class _Codes(dict[Instruction, bytes]):
    """The bytes of each instruction, encoded once; and whether one of them needs a data count section."""

    needs_data_count = False

    def __missing__(self, instruction: Instruction) -> bytes:
        writer = ByteWriter()
        write_instruction(writer, instruction)
        self.needs_data_count |= instruction.row.needs_data_count
        self[instruction] = bytes(writer.data)
        return self[instruction]


class _Encoder:
    """Writes the sections of one module."""

    def __init__(self, module: Module, instruction_set: InstructionSet) -> None:
        self.module = module
        self.instruction_set = instruction_set
        self.externals = ExternalTypes(instruction_set.memory_flags)
        self.codes = _Codes()

    def binary(self) -> bytes:
        contents = {section: self._content(section) for section in ORDER}
        customs = _with_names(self.module)
        frame = ByteWriter()
        frame.raw(MAGIC + VERSION)
        _write_customs(frame, [each for each in customs if each.after == CUSTOM])
        for section in ORDER:
            behind = [each for each in customs if each.after == section]
            content = contents[section]
            if content is not None and (behind or self._is_needed(section)):
                _write_section(frame, section, content)
            _write_customs(frame, behind)
        if customs is self.module.custom_sections and self.module.names != Names():
            _write_customs(frame, [_name_section(self.module.names)])
        return bytes(frame.data)

    def _content(self, section: Section) -> bytearray | None:
        """What stands in a section; None for a start section without a start."""
        writer = ByteWriter()
        if section is Section.DATA_COUNT:
            writer.unsigned(len(self.module.data))
        elif section is not Section.START:
            field, write = _ITEMS[section]
            writer.vector(getattr(self.module, field), lambda item: write(self, writer, item))
        elif self.module.start is None:
            return None
        else:
            writer.unsigned(self.module.start)
        return writer.data

    def _is_needed(self, section: Section) -> bool:
        if section is Section.DATA_COUNT:
            return self.codes.needs_data_count
        return section is Section.START or bool(getattr(self.module, _ITEMS[section][0]))

    def _expression(self, writer: ByteWriter, expression: Expression) -> None:
        writer.raw(b"".join(map(self.codes.__getitem__, expression.instructions)))

    def _type(self, writer: ByteWriter, group: RecursiveType) -> None:
        write_recursive_type(writer, group)

    def _import(self, writer: ByteWriter, each: Import) -> None:
        writer.name(each.module)
        writer.name(each.name)
        self.externals.write(writer, each.type)

    def _signature(self, writer: ByteWriter, function: FunctionDefinition) -> None:
        writer.unsigned(function.type_index)

    def _table(self, writer: ByteWriter, table: TableDefinition) -> None:
        if table.init is not None:
            writer.byte(INITIALISED_TABLE)
            Zero().write(writer, 0)
        self.externals.write_table(writer, table.type)
        if table.init is not None:
            self._expression(writer, table.init)

    def _memory(self, writer: ByteWriter, memory: MemoryDefinition) -> None:
        self.externals.write_memory(writer, memory.type)

    def _tag(self, writer: ByteWriter, tag: TagDefinition) -> None:
        self.externals.write_tag(writer, tag.type)

    def _global(self, writer: ByteWriter, each: GlobalDefinition) -> None:
        self.externals.write_global(writer, each.type)
        self._expression(writer, each.init)

    def _export(self, writer: ByteWriter, export: Export) -> None:
        writer.name(export.name)
        writer.byte(EXTERNAL_KINDS.index(export.kind))
        writer.unsigned(export.index)

    def _element(self, writer: ByteWriter, segment: ElementSegment) -> None:
        write_element(writer, segment, self._expression)

    def _code(self, writer: ByteWriter, function: FunctionDefinition) -> None:
        code = ByteWriter()
        write_locals(code, function.locals)
        self._expression(code, function.body)
        writer.sized(code.data)

    def _data(self, writer: ByteWriter, segment: DataSegment) -> None:
        write_data(writer, segment, self.instruction_set.segment_attributes, self._expression)


# The field of a module that each section holds, and how one item of it is written.
_ITEMS: Mapping[Section, tuple[str, Callable[[_Encoder, ByteWriter, Any], None]]] = MappingProxyType({
    Section.TYPE: ("types", _Encoder._type),
    Section.IMPORT: ("imports", _Encoder._import),
    Section.FUNCTION: ("functions", _Encoder._signature),
    Section.TABLE: ("tables", _Encoder._table),
    Section.MEMORY: ("memories", _Encoder._memory),
    Section.TAG: ("tags", _Encoder._tag),
    Section.GLOBAL: ("globals", _Encoder._global),
    Section.EXPORT: ("exports", _Encoder._export),
    Section.ELEMENT: ("elements", _Encoder._element),
    Section.CODE: ("functions", _Encoder._code),
    Section.DATA: ("data", _Encoder._data),
})  # fmt: skip


def _with_names(module: Module) -> tuple[CustomSection, ...]:
    """The custom sections; before the first that would be taken for the name section, the true one."""
    customs = module.custom_sections
    for position, custom in enumerate(customs):
        if custom.name == NAME_SECTION and read_names(custom.data) is not None:
            true = _name_section(module.names, custom.after)
            return (*customs[:position], true, *customs[position:])
    return customs


def _name_section(names: Names, after: int = 0) -> CustomSection:
    return CustomSection(NAME_SECTION, write_names(names), after)


def _write_customs(frame: ByteWriter, customs: Iterable[CustomSection]) -> None:
    for custom in customs:
        content = ByteWriter()
        content.name(custom.name)
        content.raw(custom.data)
        _write_section(frame, CUSTOM, content.data)


def _write_section(frame: ByteWriter, code: int, content: bytearray) -> None:
    frame.byte(code)
    frame.sized(content)

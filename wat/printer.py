"""From Module to text: flat instructions, indented, with the module's names as identifiers.

What identifiers cannot say stands in annotations, so that reading the text gives an equal module. Spec: text/modules
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from types import MappingProxyType

from quire.engine import types as t
from quire.engine.errors import Crash, Exhausted
from quire.engine.module import (
    Active,
    DataSegment,
    Declarative,
    ElementSegment,
    Export,
    Expression,
    FunctionDefinition,
    Import,
    Module,
    external_kind,
)
from quire.wat.annotations import format_custom
from quire.wat.declarations import EXTERNALS
from quire.wat.instruction_writer import InstructionWriter
from quire.wat.literals import format_bytes, format_name
from quire.wat.text_format import CORE_TEXT, TextFormat
from quire.wat.type_writer import form, words

_KEYWORDS: Mapping[str, str] = MappingProxyType({kind: keyword for keyword, kind in EXTERNALS.items()})
_INDENT = "  "
_DEEPEST_INDENT = 40  # or deep nesting would make the text grow with its square
_MOST_LOCALS = 1_000_000  # a binary of a few bytes may declare billions; a text has a word for each
_SHORT_DATA = 64  # bytes that stand on the line of their segment
_DATA_LINE = 48  # bytes on a line of their own


def print_module(module: Module, text_format: TextFormat = CORE_TEXT) -> str:
    """The text of a module, ended by a line feed; parse_module(print_module(module)) == module.

    Names of what does not exist are left out. Raises Exhausted for a function of very many locals, and Crash for types,
    instructions and attributes that the text format does not have.
    """
    return "\n".join(ModuleWriter(module, text_format).lines()) + "\n"


class ModuleWriter(InstructionWriter):
    """Writes the fields of one module."""

    def __init__(self, module: Module, text_format: TextFormat) -> None:
        super().__init__(module, text_format)
        self.module = module
        self._segment_attributes = text_format.segment_attributes
        self._ref_func = text_format.instruction_set.by_mnemonic["ref.func"][0]
        self._counts = dict.fromkeys(EXTERNALS.values(), 0)

    def lines(self) -> Iterator[str]:
        """The lines of `(module ...)`."""
        yield from _block(
            words("(module", self.names.module.binding(0)), [f"{_INDENT}{line}" for line in self._fields()]
        )

    def _fields(self) -> Iterator[str]:
        module = self.module
        yield from self._types()
        yield from map(self._import, module.imports)
        yield from (self._external("tag", self.long_type_use(each.type.function)) for each in module.tags)
        for table in module.tables:
            init = None if table.init is None else self.expression(table.init)
            yield self._external("table", words(self.table_type(table.type), init))
        yield from (self._external("memory", self.memory_type(each.type)) for each in module.memories)
        for each in module.globals:
            yield self._external("global", words(self.global_type(each.type), self.expression(each.init)))
        yield from map(self._export, module.exports)
        if module.start is not None:
            yield form("start", self.index("function", module.start))
        yield from (self._element(index, segment) for index, segment in enumerate(module.elements))
        for index, data in enumerate(module.data):
            yield from self._data(index, data)
        for function in module.functions:
            yield from self._function(function)
        yield from map(format_custom, module.custom_sections)

    # Types

    def _types(self) -> Iterator[str]:
        starts = accumulate((len(group.subtypes) for group in self.module.types), initial=0)
        for first, group in zip(starts, self.module.types, strict=False):
            members = [self._type(index, subtype) for index, subtype in enumerate(group.subtypes, first)]
            if len(members) == 1:
                yield members[0]
            else:
                yield from _block("(rec", [f"{_INDENT}{member}" for member in members])

    def _type(self, index: int, subtype: t.SubType) -> str:
        return form("type", self.names.spaces["type"].numbered_binding(index), self.sub_type(index, subtype))

    # Imports, exports and definitions

    def _next(self, kind: str) -> int:
        self._counts[kind] += 1
        return self._counts[kind] - 1

    def _import(self, each: Import) -> str:
        kind = external_kind(each.type)
        index = self._next(kind)
        binding = self.names.spaces[kind].numbered_binding(index)
        inner = form(_KEYWORDS[kind], binding, self._extern_type(each.type, index))
        return form("import", format_name(each.module), format_name(each.name), inner)

    def _extern_type(self, type_: t.ExternType, index: int) -> str:
        match type_:
            case t.ExternFunctionType(function):
                return self.long_type_use(function, self.names.locals(index))
            case t.TagType(function):
                return self.long_type_use(function)
            case t.TableType():
                return self.table_type(type_)
            case t.MemoryType():
                return self.memory_type(type_)
        return self.global_type(type_)

    def _export(self, export: Export) -> str:
        what = form(_KEYWORDS[export.kind], self.index(export.kind, export.index))
        return form("export", format_name(export.name), what)

    def _external(self, kind: str, content: str) -> str:
        """The definition of the next external of a kind."""
        return form(_KEYWORDS[kind], self.names.spaces[kind].numbered_binding(self._next(kind)), content)

    # Functions

    def _function(self, function: FunctionDefinition) -> Iterator[str]:
        index = self._next("function")
        locals_ = self.names.locals(index)
        binding = self.names.spaces["function"].numbered_binding(index)
        header = words("(func", binding, self.long_type_use(function.type_index, locals_))
        lines = [f"{_INDENT}{line}" for line in self._local_declarations(function, index)]
        for depth, line in self.body(index, function.body):
            lines.append(f"{_INDENT * min(depth + 1, _DEEPEST_INDENT)}{line}")
        return iter(_block(header, lines))

    def _local_declarations(self, function: FunctionDefinition, index: int) -> Iterator[str]:
        count = sum(run.count for run in function.locals)
        if count > _MOST_LOCALS:
            raise Exhausted("too many locals to print", f"{count} in func {index}")
        types = [run.type for run in function.locals for _ in range(run.count)]
        first = self.parameter_count(function.type_index)
        declarations = self.declarations("local", types, self.names.locals(index), first)
        return _filled(declarations)

    # Segments

    def _element(self, index: int, segment: ElementSegment) -> str:
        """Spec: text/modules#element-segments"""
        mode = "declare" if isinstance(segment.mode, Declarative) else self._target("table", segment.mode)
        binding = self.names.spaces["element"].numbered_binding(index)
        functions = [self._function_reference(item) for item in segment.init]
        if str(segment.type) == "(ref func)" and None not in functions:
            return form("elem", binding, mode, "func", *functions)
        items = [self.wrapped_expression("item", item) for item in segment.init]
        return form("elem", binding, mode, self.value_type(segment.type), *items)

    def _function_reference(self, item: Expression) -> str | None:
        """The function that an item refers to, if it does no more than that."""
        first = item.instructions[0]
        if len(item) != 2 or first.row is not self._ref_func:
            return None
        return self.index("function", first.immediates[0])

    def _target(self, space: str, mode: object) -> str | None:
        """Where an active segment goes."""
        if not isinstance(mode, Active):
            return None
        use = form(space, self.index(space, mode.index)) if mode.index else None
        return words(use, self.wrapped_expression("offset", mode.offset))

    def _data(self, index: int, segment: DataSegment) -> Iterator[str]:
        """Spec: text/modules#data-segments"""
        binding = self.names.spaces["data"].numbered_binding(index)
        header = words("(data", binding, self._target("memory", segment.mode), *self._data_attributes(segment))
        if len(segment.init) <= _SHORT_DATA:
            return iter([f"{header} {format_bytes(segment.init)})"])
        starts = range(0, len(segment.init), _DATA_LINE)
        lines = [f"{_INDENT}{format_bytes(segment.init[start : start + _DATA_LINE])}" for start in starts]
        return iter(_block(header, lines))

    def _data_attributes(self, segment: DataSegment) -> Iterator[str]:
        forms = {each.attribute: each for each in self._segment_attributes}
        for name, value in segment.attributes:
            if name not in forms:
                raise Crash("a data segment has no text form", name)
            yield form(forms[name].keyword, forms[name].write(value))


def _block(header: str, lines: list[str]) -> list[str]:
    """A form over several lines; its closing parenthesis stands behind the last."""
    if not lines:
        return [f"{header})"]
    return [header, *lines[:-1], f"{lines[-1]})"]


def _filled(declarations: Iterable[str], width: int = 100) -> Iterator[str]:
    """The declarations on lines of about that width."""
    line = ""
    for each in declarations:
        if line and len(line) + len(each) >= width:
            yield line
            line = ""
        line = words(line, each)
    if line:
        yield line

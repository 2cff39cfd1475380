"""The second reading of a module's fields: what each defines. Spec: text/modules

By now all identifiers and all types are known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

from quire.engine import types as t
from quire.engine.errors import Invalid, Malformed
from quire.engine.module import (
    Active,
    DataSegment,
    Declarative,
    ElementSegment,
    Export,
    Expression,
    FunctionDefinition,
    GlobalDefinition,
    Import,
    Instruction,
    LocalRun,
    MemoryDefinition,
    Module,
    Passive,
    TableDefinition,
    TagDefinition,
)
from quire.wat.annotations import BRANCH_HINT, in_order, misplaced, read_branch_hint
from quire.wat.branch_hints import HINTED, FunctionHints, branch_hint_section
from quire.wat.cursor import Cursor
from quire.wat.declarations import EXTERNALS, DeclarationReader, Field
from quire.wat.instruction_reader import Structure
from quire.wat.lexer import TokenPlaces
from quire.wat.names import IndexSpace
from quire.wat.scope import SPACES
from quire.wat.type_reader import Declared, with_attributes

if TYPE_CHECKING:
    from quire.wat.text_format import TextFormat

_FUNCTIONS = t.ReferenceType(False, t.FUNC)  # the type of segments that only list functions


class ModuleReader(DeclarationReader):
    """A cursor that reads the fields of a module. Every reader raises Malformed."""

    def __init__(self, cursor: Cursor, text_format: TextFormat, name: str | None) -> None:
        super().__init__(cursor, text_format)
        self.scope.module_name = name
        self._segment_attributes = text_format.segment_attributes
        self._by_mnemonic = text_format.instruction_set.by_mnemonic
        self._ref_func = self._by_mnemonic["ref.func"][0]
        self._imports: list[Import] = []
        self._functions: list[FunctionDefinition] = []
        self._tables: list[TableDefinition] = []
        self._memories: list[MemoryDefinition] = []
        self._globals: list[GlobalDefinition] = []
        self._tags: list[TagDefinition] = []
        self._hints: list[FunctionHints] = []
        self._exports: list[Export] = []
        self._start: int | None = None
        self._elements: list[ElementSegment] = []
        self._data: list[DataSegment] = []

    def unexpected(self, expected: str) -> Malformed:
        """Of the word of an attribute it also tells where that may stand."""
        error = super().unexpected(expected)
        word = self.tokens[self.position + self.at("(")]
        rules = {each.keyword: each.rule for each in self._segment_attributes}
        rules |= {each.keyword: each.rule for each in self.memory_attributes}
        error.detail += f"; {rules[word]}" if word in rules else ""
        return error

    def module(self) -> Module:
        """Takes all fields, up to a `)` or the end."""
        start = self.position
        self.declare()
        end = self.position
        for field in self.fields:
            self.position = field.position
            _DEFINE[field.keyword](self, field)
            self.expect(")")
        self.position = end
        self._check_annotations(start, end)
        if self._hints:
            self.custom_sections.append(branch_hint_section(self._hints))
        return Module(
            types=tuple(self.scope.groups),
            imports=tuple(self._imports),
            functions=tuple(self._functions),
            tables=tuple(self._tables),
            memories=tuple(self._memories),
            globals=tuple(self._globals),
            tags=tuple(self._tags),
            exports=tuple(self._exports),
            start=self._start,
            elements=tuple(self._elements),
            data=tuple(self._data),
            custom_sections=in_order(self.custom_sections),
            names=self.scope.names(),
        )

    def _check_annotations(self, start: int, end: int) -> None:
        """Raises Malformed for a known annotation of the module that nothing has taken."""
        left = [each for next_, found in self.annotations.items() if start <= next_ <= end for each in found]
        if left:
            place = self.source.place_of_offset(self.source.raw_offset(left[0].number))
            raise Malformed(misplaced(left[0]), place=place)

    # Imports and exports

    def _define_import(self, field: Field) -> None:
        """Spec: text/modules#imports"""
        self._imports.append(Import(*field.names, self._external_type(field.external, field.index)))
        self.expect(")")

    def _external_type(self, keyword: str, index: int) -> t.ExternType:
        if keyword == "func":
            use = self.type_use()
            self._enter_function(use.parameters)
            self._keep_local_names(index)
            return t.ExternFunctionType(use.index)
        if keyword == "tag":
            return t.TagType(self.type_use().index)
        if keyword == "table":
            return self.table_type()
        return self.memory_type() if keyword == "memory" else self.global_type()

    def _is_import(self, field: Field) -> bool:
        """Takes inline exports, and all of an inline import. Spec: text/modules#abbreviations"""
        while self.accept("(", "export"):
            self._exports.append(Export(self.name(), EXTERNALS[field.keyword], field.index))
            self.expect(")")
        if not self.accept("(", "import"):
            return False
        module, name = self.name(), self.name()
        self.expect(")")
        self._imports.append(Import(module, name, self._external_type(field.keyword, field.index)))
        return True

    def _define_export(self, field: Field) -> None:
        """Spec: text/modules#exports"""
        name = self.name()
        self.expect("(")
        kind = EXTERNALS[self.external()]
        self._exports.append(Export(name, kind, self.index(kind)))
        self.expect(")")

    def _define_start(self, field: Field) -> None:
        """Spec: text/modules#start-function"""
        if self._start is not None:
            raise self.malformed("multiple start sections")
        self._start = self.index("function")

    # Functions

    def _define_function(self, field: Field) -> None:
        """Spec: text/modules#functions"""
        if self._is_import(field):
            return
        use = self.type_use()
        self._enter_function(use.parameters or self._parameters_of(use.index))
        locals_ = self.declarations("local")
        for each in locals_:
            self._bind_local(each)
        body = self.expression()
        if self.annotations:
            end = self.position
            self._take_branch_hints(field.index, locals_, body)
            self.position = end
        self._keep_local_names(field.index)
        if self.labels.names:
            self.scope.labels[field.index] = self.labels.names
        self._functions.append(FunctionDefinition(use.index, _runs(locals_), body))

    def _parameters_of(self, index: int) -> Sequence[Declared]:
        """The parameters of a type that is used without repeating them; none where it is no function type."""
        composite = self.scope.composite(index)
        parameters = composite.parameters if isinstance(composite, t.FunctionType) else ()
        return [Declared(None, None, each) for each in parameters]

    def _enter_function(self, parameters: Sequence[Declared]) -> None:
        self.scope.spaces["local"] = IndexSpace(SPACES["local"])
        for each in parameters:
            self._bind_local(each)

    def _bind_local(self, declared: Declared) -> None:
        try:
            self.scope.spaces["local"].bind(declared.key, declared.name)
        except Malformed as error:
            raise error.located(self.source.place(declared.token)) from None

    def _keep_local_names(self, function: int) -> None:
        names = self.scope.spaces["local"].names
        if names:
            self.scope.locals[function] = names

    def _take_branch_hints(self, function: int, declared: Sequence[Declared], body: Expression) -> None:
        """Takes the hints before instructions of the expression just read. Spec: metadata/code/text#branch-hints"""
        hints = list[tuple[int, int]]()
        for number, token in enumerate(self.starts):
            self.position = token - 1 if self.tokens[token - 1] == "(" else token
            here = self.annotations.get(self.position, [])
            found = [each for each in here if each.id == BRANCH_HINT]
            if len(found) > 1:
                raise self.malformed(f"@{BRANCH_HINT} annotation: duplicate annotation")
            if found and body.instructions[number].row.mnemonic not in HINTED:
                raise Invalid(f"@{BRANCH_HINT} annotation: invalid target", place=self.place())
            if found:
                hints.append((number, read_branch_hint(found[0])))
                here.remove(found[0])
        if hints:
            self._hints.append(FunctionHints(function, _runs(declared), body, tuple(hints)))

    # Tables, memories, globals, tags

    def _define_table(self, field: Field) -> None:
        """Spec: text/modules#tables"""
        if self._is_import(field):
            return
        start, address = self.position, self.address_type()
        if self.at_reference_type:
            self._define_table_of_elements(field, address)
            return
        self.position = start
        type_ = self.table_type()
        self._tables.append(TableDefinition(type_, None if self.at(")") else self.expression()))

    def _define_table_of_elements(self, field: Field, address: t.NumberType) -> None:
        """`at? reftype (elem ...)`"""
        reference = self.reference_type()
        self.expect("(", "elem")
        functions = self.at_index
        items = self._function_references() if functions else self._item_expressions()
        self.expect(")")
        limits = t.Limits(len(items), len(items))
        self._tables.append(TableDefinition(t.TableType(reference, limits, address)))
        type_ = _FUNCTIONS if functions and reference == t.FUNCREF else reference
        self._elements.append(ElementSegment(type_, items, Active(field.index, self._zero(address))))

    def _define_memory(self, field: Field) -> None:
        """Spec: text/modules#memories"""
        if self._is_import(field):
            return
        start, address, values = self.position, self.address_type(), dict[str, int]()
        self.attribute_forms(tuple(each for each in self.memory_attributes if each.with_data), values)
        if self.accept("(", "data"):
            memory = with_attributes(t.MemoryType(t.Limits(0), address), values)
            self._define_memory_of_data(field, memory)
        else:
            self.position = start
            self._memories.append(MemoryDefinition(self.memory_type()))

    def _define_memory_of_data(self, field: Field, memory: t.MemoryType) -> None:
        """`at? (data "..."*)`"""
        data = self._strings()
        self.expect(")")
        pages = -(-len(data) // memory.page_size)
        limits = t.Limits(pages, pages)
        type_ = t.MemoryType(limits, memory.address_type, memory.shared, memory.page_size, memory.attributes)
        self._memories.append(MemoryDefinition(type_))
        self._data.append(DataSegment(data, Active(field.index, self._zero(memory.address_type))))

    def _define_global(self, field: Field) -> None:
        """Spec: text/modules#globals"""
        if not self._is_import(field):
            type_ = self.global_type()
            self._globals.append(GlobalDefinition(type_, self.expression()))

    def _define_tag(self, field: Field) -> None:
        """Spec: text/modules#tags"""
        if not self._is_import(field):
            self._tags.append(TagDefinition(t.TagType(self.type_use().index)))

    # Segments

    def _define_element_segment(self, field: Field) -> None:
        """Spec: text/modules#element-segments"""
        if self.accept("declare"):
            self._elements.append(ElementSegment(*self._element_list(), Declarative()))
        elif not self.at_index and (self.peek != "(" or self.at("(", "ref")):
            self._elements.append(ElementSegment(*self._element_list(), Passive()))
        else:
            bare = not self.at("(", "table")
            table = self._segment_use("table")
            mode = Active(table, self._offset())
            list_ = self._element_list(bare=bare)
            self._elements.append(ElementSegment(*list_, mode))

    def _segment_use(self, space: str) -> int:
        """Takes `(table x)` or `(memory x)` or an index alone; where there is none, it is 0."""
        if self.at_index:
            return self.index(space)
        if not self.accept("(", space):
            return 0
        index = self.index(space)
        self.expect(")")
        return index

    def _offset(self) -> Expression:
        """`(offset expr)` or one folded instruction."""
        if not self.accept("(", "offset"):
            return self.expression(single=True)
        offset = self.expression()
        self.expect(")")
        return offset

    def _element_list(self, *, bare: bool = False) -> tuple[t.ReferenceType, tuple[Expression, ...]]:
        """The type and the items of a segment; `bare`: a list of functions may stand without `func`."""
        if self.accept("func") or (bare and not self.at_reference_type):
            return _FUNCTIONS, self._function_references()
        reference = self.reference_type()
        return reference, self._item_expressions()

    def _function_references(self) -> tuple[Expression, ...]:
        items, end = list[Expression](), self._ends[Structure.END]
        while self.at_index:
            start = self.position
            reference = Instruction(self._ref_func, (self.index("function"),))
            items.append(Expression((reference, end), TokenPlaces(self.source, (start, start))))
        return tuple(items)

    def _item_expressions(self) -> tuple[Expression, ...]:
        """`(item expr)` or folded instructions."""
        items = list[Expression]()
        while self.peek == "(":
            if self.accept("(", "item"):
                items.append(self.expression())
                self.expect(")")
            else:
                items.append(self.expression(single=True))
        return tuple(items)

    def _define_data_segment(self, field: Field) -> None:
        """Spec: text/modules#data-segments"""
        if self.peek != "(" and not self.at_index:
            self._data.append(DataSegment(self._strings(), Passive()))
            return
        memory = self._segment_use("memory")
        mode = Active(memory, self._offset())
        attributes = self._data_attributes()
        self._data.append(DataSegment(self._strings(), mode, attributes))

    def _data_attributes(self) -> tuple[tuple[str, int], ...]:
        found, forms = dict[str, int](), {form.keyword: form for form in self._segment_attributes}
        while self.peek == "(":
            self.position += 1
            form = forms.get(self.peek)
            if form is None or form.attribute in found:
                raise self.unexpected_token("a string")
            self.position += 1
            found[form.attribute] = form.read(self)
            self.expect(")")
        return tuple(sorted(found.items()))

    def _strings(self) -> bytes:
        data = bytearray()
        while self.peek.startswith('"'):
            data += self.string_bytes()
        return bytes(data)

    def _zero(self, address: t.NumberType) -> Expression:
        (row,) = self._by_mnemonic[f"{address}.const"]
        instructions = (Instruction(row, (0,)), self._ends[Structure.END])
        return Expression(instructions, TokenPlaces(self.source, (self.position, self.position)))


def _runs(declared: Sequence[Declared]) -> tuple[LocalRun, ...]:
    """Locals as runs of one type."""
    return tuple(LocalRun(len(list(run)), type_) for type_, run in groupby(each.type for each in declared))


_DEFINE: Mapping[str, Callable[[ModuleReader, Field], None]] = MappingProxyType({
    "import": ModuleReader._define_import,
    "func": ModuleReader._define_function,
    "table": ModuleReader._define_table,
    "memory": ModuleReader._define_memory,
    "global": ModuleReader._define_global,
    "tag": ModuleReader._define_tag,
    "export": ModuleReader._define_export,
    "start": ModuleReader._define_start,
    "elem": ModuleReader._define_element_segment,
    "data": ModuleReader._define_data_segment,
})  # fmt: skip

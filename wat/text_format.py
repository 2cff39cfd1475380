"""The text format of an instruction set: which words mean which rows, and how their immediates are written.

It is the one place where the forms of the core and of extensions meet. Spec: text/instructions
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from quire.engine.errors import Crash, Invalid, Malformed
from quire.engine.immediates import BlockTypeKind, Immediate
from quire.engine.instruction_set import CORE, InstructionSet
from quire.engine.instructions.row import Row
from quire.engine.module import Instruction, Module
from quire.wat.annotations import KNOWN
from quire.wat.cursor import SHAPES, Cursor
from quire.wat.extension import ImmediateForm, MemoryAttributeForm, SegmentAttributeForm, TextExtension
from quire.wat.forms import CORE_FORMS, RowForm, row_form
from quire.wat.instruction_reader import InstructionReader, Structure
from quire.wat.module_reader import ModuleReader
from quire.wat.names import key_name
from quire.wat.type_reader import TYPE_KEYWORDS

# The words of the grammar beside mnemonics and types: misplaced, they are unexpected tokens and no unknown operators.
_KEYWORDS = (
    "module type rec sub final func struct field array mut param result local import export table memory global tag "
    "elem data offset item declare start ref null then catch catch_ref catch_all catch_all_ref "
    "definition instance binary quote nan:canonical nan:arithmetic"
).split()


class InstructionForm:
    """How an instruction is read: `plain` where it has no immediates, else by `read`, from behind its mnemonic."""

    __slots__ = ("plain", "read", "structure")

    def __init__(
        self, read: Callable[[InstructionReader], Instruction], plain: Instruction | None, structure: Structure
    ) -> None:
        self.read = read
        self.plain = plain
        self.structure = structure


Reading = Callable[[InstructionReader], Instruction]


class TextFormat:
    """The words and forms of an instruction set. Immutable.

    Raises Crash for a kind of immediate without a form.
    """

    def __init__(self, instruction_set: InstructionSet = CORE, extensions: tuple[TextExtension, ...] = ()) -> None:
        self.instruction_set = instruction_set
        self.extensions = extensions
        self._forms = dict((*CORE_FORMS, *(each for extension in extensions for each in extension.immediates)))
        self.rows: Mapping[Row, RowForm] = MappingProxyType({row: self._row_form(row) for row in instruction_set.rows})
        self.structures: Mapping[Row, Structure] = MappingProxyType({row: _structure(row) for row in self.rows})
        self.instructions: Mapping[str, InstructionForm] = MappingProxyType(
            {mnemonic: self._instruction_form(rows) for mnemonic, rows in instruction_set.by_mnemonic.items()}
        )
        self.ends: Mapping[Structure, Instruction] = MappingProxyType({
            structure: Instruction(instruction_set.by_mnemonic[structure.value][0])
            for structure in (Structure.ELSE, Structure.END)
        })  # fmt: skip
        self.keywords = frozenset((*_KEYWORDS, *TYPE_KEYWORDS, *SHAPES, *self.instructions, *self._own_keywords()))

    @property
    def memory_attributes(self) -> tuple[MemoryAttributeForm, ...]:
        return tuple(form for extension in self.extensions for form in extension.memory_attributes)

    @property
    def segment_attributes(self) -> tuple[SegmentAttributeForm, ...]:
        return tuple(form for extension in self.extensions for form in extension.segment_attributes)

    def cursor(self, text: str | bytes) -> Cursor:
        """A cursor at the start of a text, for parse_module and for scripts. Raises Malformed."""
        return Cursor.over(text, self.keywords, KNOWN)

    def read_fields(self, cursor: Cursor, key: str | None = None) -> Module:
        """Takes the fields of a module and the `)` behind them, from behind `(module` and its identifier.

        `key` is what Cursor.identifier returned for that. Raises Malformed. Spec: text/modules#text-module
        """
        module = self._read(cursor, key)
        cursor.expect(")")
        return module

    def read_text(self, cursor: Cursor) -> Module:
        """Takes the whole text: one module, or its fields alone. Raises Malformed."""
        if cursor.accept("(", "module"):
            module = self.read_fields(cursor, cursor.identifier())
        else:
            module = self._read(cursor, None)
        if not cursor.at_end:
            raise cursor.unexpected("the end of the text")
        return module

    def _read(self, cursor: Cursor, key: str | None) -> Module:
        reader = ModuleReader(cursor, self, None if key is None else key_name(key))
        try:
            module = reader.module()
        except (Malformed, Invalid) as error:
            raise error.located(reader.place()) from None
        cursor.position = reader.position
        return module

    def _own_keywords(self) -> tuple[str, ...]:
        words = [word for extension in self.extensions for word in extension.keywords]
        words += [form.keyword for form in self.memory_attributes]
        return (*words, *(form.keyword for form in self.segment_attributes))

    def _form(self, kind: Immediate) -> ImmediateForm:
        for class_ in type(kind).__mro__:
            if class_ in self._forms:
                return self._forms[class_]
        raise Crash("a kind of immediate has no text form", repr(kind))

    def _row_form(self, row: Row) -> RowForm:
        return row_form(row.immediates, tuple(map(self._form, row.immediates)))

    def _instruction_form(self, rows: tuple[Row, ...]) -> InstructionForm:
        if len(rows) > 1:
            return InstructionForm(self._reading_one_of(rows), None, Structure.PLAIN)
        (row,) = rows
        plain = None if row.immediates else Instruction(row)
        return InstructionForm(self._reading(row), plain, self.structures[row])

    def _reading(self, row: Row) -> Reading:
        kinds = row.immediates
        if len(kinds) == 1:
            kind, read_one = kinds[0], self._form(kinds[0]).read
            return lambda reader: Instruction(row, (read_one(reader, kind),))
        read = self.rows[row].read
        return lambda reader: Instruction(row, read(reader, kinds))

    def _reading_one_of(self, rows: tuple[Row, ...]) -> Reading:
        """Reads the first row whose immediates may come next; one without immediates only when no other may."""
        candidates = [
            (row.immediates[0], self._form(row.immediates[0]).accepts, self._reading(row))
            for row in rows
            if row.immediates
        ]
        others = [self._reading(row) for row in rows if not row.immediates]
        otherwise = others[0] if others else candidates[0][2]

        def read(reader: InstructionReader) -> Instruction:
            found = (reading for kind, accepts, reading in candidates if accepts(reader, kind))
            return next(found, otherwise)(reader)

        return read


def _structure(row: Row) -> Structure:
    if row.mnemonic in (Structure.IF.value, Structure.ELSE.value, Structure.END.value):
        return Structure(row.mnemonic)
    starts_block = bool(row.immediates) and isinstance(row.immediates[0], BlockTypeKind)
    return Structure.BLOCK if starts_block else Structure.PLAIN


CORE_TEXT = TextFormat()

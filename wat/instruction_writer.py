"""Writing instructions, flat, a line each. Spec: text/instructions

Knows the forms of immediates and the names of a module and of one function; no module fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from quire.engine.module import Expression, Instruction, Module
from quire.wat.annotations import format_name_annotation
from quire.wat.instruction_reader import Structure
from quire.wat.names import format_identifier
from quire.wat.printed_names import PrintedNames, SpaceNames
from quire.wat.type_writer import TypeWriter, form, words

if TYPE_CHECKING:
    from quire.wat.text_format import TextFormat


class Labels:
    """The labels around an instruction, and their names, by the number of their block in its function."""

    def __init__(self, names: dict[int, str]) -> None:
        self._names = names
        self._around: list[str] = [""]
        self._depths: dict[str, list[int]] = {}
        self._count = 0

    def enter(self) -> None:
        name = self._names.get(self._count, "")
        self._count += 1
        self._depths.setdefault(name, []).append(len(self._around))
        self._around.append(name)

    def leave(self) -> None:
        self._depths[self._around.pop()].pop()

    def next_binding(self) -> str | None:
        """What names the next label where it is defined."""
        name = self._names.get(self._count)
        if name is None:
            return None
        return format_identifier(name) if name else format_name_annotation(name)

    def index(self, depth: int) -> str:
        """A label by its name, if that is not hidden by another of the same name."""
        at = len(self._around) - 1 - depth
        name = self._around[at] if at >= 0 else ""
        return format_identifier(name) if name and self._depths[name][-1] == at else str(depth)


class InstructionWriter(TypeWriter):
    """Writes the expressions of a module."""

    def __init__(self, module: Module, text_format: TextFormat) -> None:
        super().__init__(PrintedNames(module.names), module.types, text_format.memory_attributes)
        self._rows = text_format.rows
        self._structures = text_format.structures
        self._locals = SpaceNames()
        self._labels = Labels({})

    def index(self, space: str, index: int) -> str:
        """An index into a space of the module or of the function."""
        return self._locals.index(index) if space == "local" else super().index(space, index)

    def label(self, depth: int) -> str:
        """The index of a label, which is the number of labels between."""
        return self._labels.index(depth)

    def field(self, type_index: int, index: int) -> str:
        """The index of a field of that type."""
        return self.names.fields(type_index).index(index)

    def instruction(self, instruction: Instruction) -> str:
        """Spec: text/instructions"""
        row, values = instruction
        written = self._rows[row].write(self, row.immediates, values) if values else ""
        return f"{row.mnemonic} {written}" if written else row.mnemonic

    def body(self, function: int, expression: Expression) -> Iterator[tuple[int, str]]:
        """The instructions of a function, each with the number of blocks around it. Spec: text/modules#functions"""
        self._locals, self._labels = self.names.locals(function), Labels(self.names.labels(function))
        yield from self._lines(expression)
        self._locals, self._labels = SpaceNames(), Labels({})

    def _lines(self, expression: Expression) -> Iterator[tuple[int, str]]:
        """All instructions but the last, which is the `end` that no text has."""
        depth = 0
        for instruction in expression.instructions[:-1]:
            structure = self._structures[instruction.row]
            if structure is Structure.ELSE:
                yield depth - 1, instruction.row.mnemonic
            elif structure is Structure.END:
                self._labels.leave()
                depth -= 1
                yield depth, instruction.row.mnemonic
            elif structure is Structure.PLAIN:
                yield depth, self.instruction(instruction)
            else:
                yield depth, self._opening(instruction)
                self._labels.enter()
                depth += 1

    def _opening(self, instruction: Instruction) -> str:
        row, values = instruction
        return words(row.mnemonic, self._labels.next_binding(), self._rows[row].write(self, row.immediates, values))

    def expression(self, expression: Expression) -> str:
        """A constant expression on one line; a single instruction stands in parentheses."""
        lines = [line for _, line in self._lines(expression)]
        return form(*lines) if len(lines) == 1 else words(*lines)

    def wrapped_expression(self, keyword: str, expression: Expression) -> str:
        """`(instruction)` or `(keyword instruction*)`, for offsets and items."""
        written = self.expression(expression)
        return written if len(expression) == 2 else form(keyword, written)

"""Branch hints: the custom section that carries what annotations say about branches.

Knows instructions and their encoding; no tokens. Spec: metadata/code/binary#branch-hints
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from quire.engine.binary.code import write_locals
from quire.engine.binary.encode import write_instruction
from quire.engine.binary.sections import ORDER, Section
from quire.engine.bytestream import ByteWriter
from quire.engine.module import CustomSection, Expression, LocalRun
from quire.wat.annotations import BRANCH_HINT

HINTED = ("if", "br_if")  # the mnemonics of the branches that a hint may stand before


class FunctionHints(NamedTuple):
    """The hints of one function: pairs of the number of an instruction and 0 for unlikely or 1 for likely."""

    function: int
    locals: tuple[LocalRun, ...]
    body: Expression
    hints: tuple[tuple[int, int], ...]


def branch_hint_section(functions: Sequence[FunctionHints]) -> CustomSection:
    """The section, which stands right before the code section."""
    writer = ByteWriter()
    writer.vector(tuple(functions), lambda each: _write_function(writer, each))
    return CustomSection(BRANCH_HINT, bytes(writer.data), int(ORDER[ORDER.index(Section.CODE) - 1]))


def _write_function(writer: ByteWriter, each: FunctionHints) -> None:
    offsets = _offsets(each)
    writer.unsigned(each.function)
    writer.vector(each.hints, lambda hint: _write_hint(writer, offsets[hint[0]], hint[1]))


def _write_hint(writer: ByteWriter, offset: int, value: int) -> None:
    writer.unsigned(offset)
    writer.sized(bytes([value]))


def _offsets(each: FunctionHints) -> list[int]:
    """The offset of each instruction, in bytes from the start of the locals."""
    code, offsets = ByteWriter(), list[int]()
    write_locals(code, each.locals)
    for instruction in each.body:
        offsets.append(len(code.data))
        write_instruction(code, instruction)
    return offsets

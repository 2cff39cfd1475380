"""Reads expressions: function bodies at full speed, constant expressions and irregular code step by step.

Both ways follow the same rules: blocks nest, `else` stands in an `if`, and the last instruction is the `end` that
closes the expression. The fast way only accepts; what it doubts, the slow way reads again and says what is wrong where.
Spec: binary/instructions#expressions
"""

from __future__ import annotations

from operator import itemgetter

from quire.engine.binary.places import BinaryPlaces, FixedPlace
from quire.engine.binary.tokens import Memo, Tokens
from quire.engine.bytestream import UNEXPECTED_END, ByteReader
from quire.engine.errors import Malformed, Place
from quire.engine.instructions.row import Row
from quire.engine.module import Expression, Instruction

_first_byte = itemgetter(0)


class ExpressionReader:
    """Reads the expressions of one binary."""

    def __init__(self, tokens: Tokens, has_data_count: bool) -> None:
        self.tokens = tokens
        self.memo = Memo(tokens, has_data_count)
        self.end = Instruction(tokens.end)

    def body(self, reader: ByteReader, section_end: int) -> Expression:
        """The expression that takes all that the reader has left. Spec: binary/modules#code-section"""
        start = reader.position
        tokens = self.tokens.split(reader.data, start, reader.end)
        instructions = self.memo.spelled(tokens)
        if instructions is None or not self._well_nested(tokens):
            return self._irregular_body(reader, section_end)
        reader.position = reader.end
        return Expression(instructions, BinaryPlaces(reader.data, start, reader.end, self.tokens))

    def _irregular_body(self, reader: ByteReader, section_end: int) -> Expression:
        expression = self._read(reader, _reason_of_no_end(reader, section_end))
        if not reader.at_end:
            raise reader.malformed("section size mismatch", f"the function ends before its size, at {reader.end:#x}")
        return expression

    def constant(self, reader: ByteReader) -> Expression:
        """An expression that ends somewhere in a section."""
        return self._read(reader, UNEXPECTED_END)

    def function_reference(self, reader: ByteReader) -> Expression:
        """A bare function index, which stands for a ref.func of it. Spec: binary/modules#element-section"""
        start = reader.position
        reference = Instruction(self.tokens.ref_func, (reader.u32(),))
        return Expression((reference, self.end), FixedPlace(start))

    def _read(self, reader: ByteReader, reason_of_no_end: str) -> Expression:
        start = reader.position
        instructions: list[Instruction] = []
        nesting = Nesting(self.tokens)
        while not reader.at_end:
            at = reader.position
            instructions.append(self._step(reader))
            if not nesting.takes(instructions[-1].row):
                raise reader.malformed("END opcode expected", "there is an else without an if", at)
            if nesting.complete:
                return Expression(tuple(instructions), BinaryPlaces(reader.data, start, reader.position, self.tokens))
        raise reader.malformed(reason_of_no_end, "the expression does not end")

    def _step(self, reader: ByteReader) -> Instruction:
        token = self.tokens.first(reader.data, reader.position, reader.end)
        try:
            instruction = self.memo[token]
        except Malformed:
            return self._slow_step(reader)
        reader.position += len(token)
        return instruction

    def _slow_step(self, reader: ByteReader) -> Instruction:
        """The instruction at the reader; errors tell where it starts."""
        start = reader.position
        try:
            return self.memo.read(reader)
        except Malformed as error:
            raise Malformed(error.reason, error.detail, Place(start)) from None

    def _well_nested(self, tokens: list[bytes]) -> bool:
        """Whether the last token and no earlier one ends the expression."""
        codes = bytes(map(_first_byte, tokens)).translate(None, self.tokens.unstructured)
        structural, nesting = self.tokens.structural, Nesting(self.tokens)
        for code in codes:
            if nesting.complete or not nesting.takes(structural[code]):
                return False
        return nesting.complete and tokens[-1] == self.tokens.end_token


class Nesting:
    """The blocks that are open in an expression, which is one itself."""

    __slots__ = ("blocks", "tokens")

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.blocks = [tokens.end]

    @property
    def complete(self) -> bool:
        return not self.blocks

    def takes(self, row: Row) -> bool:
        """Whether the instruction may stand here; steps into or out of its block.

        Spec: binary/instructions#control-instructions
        """
        tokens, blocks = self.tokens, self.blocks
        if row is tokens.end:
            blocks.pop()
        elif row is tokens.else_:
            if blocks[-1] is not tokens.if_:
                return False
            blocks[-1] = row
        elif row in tokens.openers:
            blocks.append(row)
        return True


def _reason_of_no_end(body: ByteReader, section_end: int) -> str:
    """Why a body without its `end` is malformed; the suite tells three cases apart."""
    if body.end == len(body.data):
        return UNEXPECTED_END
    return "section size mismatch" if body.end == section_end else "END opcode expected"

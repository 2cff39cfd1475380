"""Reads expressions: function bodies at full speed, constant expressions and irregular code step by step.

Both ways follow the same rules: blocks nest, `else` stands in an `if`, and the last instruction is the `end` that
closes the expression. The fast way only accepts; what it doubts, the slow way reads again and says what is wrong where.
Spec: binary/instructions#expressions
"""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter

from quire.engine.binary.blocks import Blocks
from quire.engine.binary.places import BinaryPlaces, FixedPlace
from quire.engine.binary.tokens import Memo, Tokens
from quire.engine.bytestream import UNEXPECTED_END, ByteReader
from quire.engine.errors import Malformed, Place
from quire.engine.instruction_set import InstructionSet
from quire.engine.module import Expression, Instruction, LocalRun

_first_byte = itemgetter(0)


class Grammar:
    """What reading expressions needs of an instruction set. Immutable; `grammar_of` keeps one for each set."""

    def __init__(self, instruction_set: InstructionSet) -> None:
        self.tokens = Tokens(instruction_set)
        self.blocks = Blocks(instruction_set)
        (self.end,) = instruction_set.by_mnemonic["end"]
        (self.ref_func,) = instruction_set.by_mnemonic["ref.func"]


@lru_cache(maxsize=16)
def grammar_of(instruction_set: InstructionSet) -> Grammar:
    """The Grammar of a set, made once: that takes as long as reading 50 KB of code."""
    return Grammar(instruction_set)


class ExpressionReader:
    """Reads the expressions of one binary."""

    def __init__(self, grammar: Grammar, has_data_count: bool) -> None:
        self.tokens = grammar.tokens
        self.blocks = grammar.blocks
        self.memo = Memo(grammar.tokens, has_data_count)
        self.ref_func = grammar.ref_func
        self.end = Instruction(grammar.end)
        self.references: dict[int, tuple[Instruction, ...]] = {}  # each once: tables are large and repeat themselves
        self.end_token = bytes([grammar.blocks.end])
        self.locals: dict[bytes, tuple[LocalRun, ...]] = {}  # the declarations before bodies, by how they are spelled

    def unread_body(self, reader: ByteReader, section_end: int) -> Expression:
        """The same expression as `body` gives, of bytes that are known to be well-formed: read when it is asked for."""
        return Expression.unread(UnreadBody(self, reader, section_end))

    def body(self, reader: ByteReader, section_end: int) -> Expression:
        """The expression that takes all that the reader has left. Spec: binary/modules#code-section"""
        start = reader.position
        tokens = self.tokens.split(reader.data, start, reader.end)
        instructions = self.memo.spelled(tokens)
        if instructions is None:
            tokens = self.memo.split(reader.data, start, reader.end)
            instructions = self.memo.spelled(tokens)
        if instructions is None or not self._well_nested(tokens):
            return self._doubtful_body(reader, section_end)
        return Expression(instructions, BinaryPlaces(reader.data, start, reader.end, self.tokens))

    def _well_nested(self, tokens: list[bytes]) -> bool:
        """Whether the last token and no earlier one ends the expression."""
        codes = bytes(map(_first_byte, tokens)).translate(None, self.blocks.others)
        open_ = [self.blocks.end]
        return self.blocks.enter(codes, open_) == len(codes) and not open_ and tokens[-1] == self.end_token

    def _doubtful_body(self, reader: ByteReader, section_end: int) -> Expression:
        expression = self._read(reader, _reason_of_no_end(reader, section_end))
        if not reader.at_end:
            raise reader.malformed("section size mismatch", f"the function ends before its size, at {reader.end:#x}")
        return expression

    def constant(self, reader: ByteReader) -> Expression:
        """An expression that ends somewhere in a section."""
        return self._read(reader, UNEXPECTED_END)

    def function_reference(self, reader: ByteReader) -> Expression:
        """A bare function index, which stands for a ref.func of it. Spec: binary/modules#element-section"""
        start, index = reader.position, reader.u32()
        if index not in self.references:
            self.references[index] = (Instruction(self.ref_func, (index,)), self.end)
        return Expression(self.references[index], FixedPlace(start))

    def _read(self, reader: ByteReader, reason_of_no_end: str) -> Expression:
        start = reader.position
        instructions: list[Instruction] = []
        open_ = [self.blocks.end]
        while not reader.at_end:
            at = reader.position
            instructions.append(self._step(reader))
            code = self.blocks.code(instructions[-1].row)
            if self.blocks.enter(code, open_) < len(code):
                raise reader.malformed("END opcode expected", "there is an else without an if", at)
            if not open_:
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


class UnreadBody(BinaryPlaces):
    """The places of a body that was not read yet."""

    __slots__ = ("expressions", "section_end")

    def __init__(self, expressions: ExpressionReader, reader: ByteReader, section_end: int) -> None:
        super().__init__(reader.data, reader.position, reader.end, expressions.tokens)
        self.expressions = expressions
        self.section_end = section_end

    def read(self) -> tuple[Instruction, ...]:
        """The instructions of the body."""
        return self.expressions.body(ByteReader(self.data, self.start, self.end), self.section_end).instructions


def _reason_of_no_end(body: ByteReader, section_end: int) -> str:
    """Why a body without its `end` is malformed; the suite tells three cases apart."""
    if body.end == len(body.data):
        return UNEXPECTED_END
    return "section size mismatch" if body.end == section_end else "END opcode expected"

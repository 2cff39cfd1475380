"""Splits code into the bytes of its instructions, at the speed of a regular expression, and decodes each spelling once.

The expression is made from the rows of an instruction set. What it cannot recognise (a LEB128 sub-opcode with padding,
a br_table of many labels, anything malformed) it yields as a single byte that is no whole instruction: reading that
byte as one raises Malformed, and the instruction is read step by step.
This module knows nothing of blocks. Spec: binary/instructions
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.errors import Malformed
from quire.engine.immediates import LEB, SHORT
from quire.engine.instruction_set import InstructionSet
from quire.engine.instructions.row import Opcode, Row
from quire.engine.module import Instruction


class Tokens:
    """How the code of one instruction set is split. Immutable."""

    def __init__(self, instruction_set: InstructionSet) -> None:
        self.by_opcode = instruction_set.by_opcode
        self.prefixes = instruction_set.prefixes
        self.regular = b"|".join(_alternatives(instruction_set.rows))
        self.pattern = re.compile(self.regular + rb"|[\x00-\xff]")

    @cached_property
    def run(self) -> re.Pattern[bytes]:
        """As many regular instructions as there are; not made for the small modules that never need it."""
        return re.compile(rb"(?:" + self.regular + rb")*+")

    def split(self, data: bytes, start: int, end: int) -> list[bytes]:
        """The tokens of `data[start:end]`; joined, they are those bytes again."""
        return self.pattern.findall(data, start, end)

    def regular_run(self, reader: ByteReader) -> list[bytes]:
        """The tokens up to the first that the expression does not recognise, which the reader steps over."""
        start = reader.position
        match = self.run.match(reader.data, start, reader.end)
        reader.position = match.end() if match else start
        return self.split(reader.data, start, reader.position)

    def first(self, data: bytes, start: int, end: int) -> bytes:
        """The first token of `data[start:end]`, empty if that is."""
        match = self.pattern.match(data, start, end)
        return match[0] if match else b""

    def read(self, reader: ByteReader) -> Instruction:
        """The instruction at the reader, step by step. Raises Malformed, which tells where in the instruction."""
        start = reader.position
        code = reader.byte()
        opcode: Opcode = code if code not in self.prefixes else (code, reader.u32())
        row = self.by_opcode.get(opcode)
        if row is None:
            spelled = f"{code:02x}" if isinstance(opcode, int) else f"{code:02x} {opcode[1]:02x}"
            raise reader.malformed(f"illegal opcode {spelled}", position=start)
        return Instruction(row, tuple([kind.read(reader) for kind in row.immediates]))


class Memo(dict[bytes, Instruction]):
    """The instruction that each token of a binary spells: one object, however often it occurs.

    It lives as long as the decoding of one binary, so it never holds more than the module itself will. Looking up a
    token that is no instruction raises Malformed, which does not tell where.
    """

    def __init__(self, tokens: Tokens, has_data_count: bool) -> None:
        super().__init__()
        self.tokens = tokens
        self.has_data_count = has_data_count

    def __missing__(self, token: bytes) -> Instruction:
        reader = ByteReader(token)
        instruction = self.read(reader)
        if not reader.at_end:
            raise reader.malformed("illegal opcode", "a token of two instructions")
        self[token] = instruction
        return instruction

    def spelled(self, tokens: list[bytes]) -> tuple[Instruction, ...] | None:
        """What the tokens spell, or None where one of them is no instruction."""
        try:
            return tuple(map(self.__getitem__, tokens))
        except Malformed:
            return None

    def split(self, data: bytes, start: int, end: int) -> list[bytes]:
        """The tokens of code that the expression does not wholly recognise; stops where the code is malformed.

        Takes time in proportion to the length: whatever is irregular is read once, the runs between are matched once.
        """
        tokens: list[bytes] = []
        reader = ByteReader(data, start, end)
        try:
            while not reader.at_end:
                tokens += self.tokens.regular_run(reader)
                irregular = reader.position
                if not reader.at_end:
                    self.read(reader)
                    tokens.append(data[irregular : reader.position])
        except Malformed:
            tokens.append(b"")
        return tokens

    def read(self, reader: ByteReader) -> Instruction:
        """The instruction at the reader, which must be one that this binary may have.

        Spec: binary/modules#data-count-section
        """
        instruction = self.tokens.read(reader)
        if instruction.row.needs_data_count and not self.has_data_count:
            raise reader.malformed("data count section required")
        return instruction


def _alternatives(rows: Iterable[Row]) -> Iterator[bytes]:
    """One alternative for all opcodes with the same bytes behind the first, then one for each prefix byte.

    The first is for most of all code: those that have one integer behind them, and that in one byte.
    """
    plain: dict[bytes, list[int]] = defaultdict(list)
    prefixed: dict[int, dict[bytes, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        patterns = [kind.pattern for kind in row.immediates]
        immediates = b"".join(pattern for pattern in patterns if pattern is not None)
        if None in patterns:
            continue
        if isinstance(row.opcode, int):
            plain[immediates].append(row.opcode)
        else:
            first, *rest = _shortest(row.opcode[1])
            prefixed[row.opcode[0]][_escaped(rest) + immediates].append(first)
    yield b"[" + _escaped(plain[LEB]) + b"]" + SHORT
    yield from _spelled(plain)
    for prefix, group in prefixed.items():
        yield _escaped([prefix]) + b"(?:" + b"|".join(_spelled(group)) + b")"


def _spelled(group: Mapping[bytes, list[int]]) -> Iterator[bytes]:
    for behind, firsts in group.items():
        yield b"[" + _escaped(firsts) + b"]" + behind


def _escaped(codes: Iterable[int]) -> bytes:
    return b"".join(rb"\x%02x" % code for code in codes)


def _shortest(number: int) -> bytes:
    """The LEB128 spelling without padding."""
    writer = ByteWriter()
    writer.unsigned(number)
    return bytes(writer.data)

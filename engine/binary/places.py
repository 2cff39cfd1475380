"""Where the instructions of an expression from a binary stand. Found only when asked for: decoding keeps no offsets."""

from __future__ import annotations

from itertools import accumulate

from quire.engine.binary.tokens import Memo, Tokens
from quire.engine.errors import NOWHERE, Place


class BinaryPlaces:
    """The offsets of the instructions in `data[start:end]`, found when they are first asked for."""

    __slots__ = ("_offsets", "data", "end", "start", "tokens")

    def __init__(self, data: bytes, start: int, end: int, tokens: Tokens) -> None:
        self.data = data
        self.start = start
        self.end = end
        self.tokens = tokens
        self._offsets: tuple[int, ...] | None = None

    def place(self, index: int) -> Place:
        offsets = self.offsets
        return Place(offsets[index]) if 0 <= index < len(offsets) else NOWHERE

    @property
    def offsets(self) -> tuple[int, ...]:
        """The offset of each instruction, in bytes from the start of the binary."""
        if self._offsets is None:
            self._offsets = self._find()
        return self._offsets

    def _find(self) -> tuple[int, ...]:
        memo = Memo(self.tokens, has_data_count=True)
        tokens = memo.split(self.data, self.start, self.end)
        return tuple(accumulate(map(len, tokens[:-1]), initial=self.start))


class FixedPlace:
    """The place of an expression that stands for a bare index, as in most element segments."""

    __slots__ = ("offset",)

    def __init__(self, offset: int) -> None:
        self.offset = offset

    def place(self, index: int) -> Place:
        return Place(self.offset)

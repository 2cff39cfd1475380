"""What a proposal adds to the text format: a TextExtension beside its Extension of the engine.

A TextExtension is a frozen value, handed to the parser and the printer through a TextFormat. Nothing registers itself.
Spec: text. This module knows no reader and no writer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from quire.engine.immediates import Immediate

if TYPE_CHECKING:
    from quire.wat.cursor import Cursor
    from quire.wat.instruction_reader import InstructionReader
    from quire.wat.instruction_writer import InstructionWriter


def _always(reader: InstructionReader, kind: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ImmediateForm:
    """How a kind of immediate is written. The kind itself is handed to each function.

    `read` takes the tokens and returns the value; `write` returns what it writes, nothing where that may be left out.
    `accepts` tells whether the tokens may be of this kind, where several rows share a mnemonic.
    """

    read: Callable[[InstructionReader, Any], Any]
    write: Callable[[InstructionWriter, Any, Any], str]
    accepts: Callable[[InstructionReader, Any], bool] = _always


def alternatives(words: Iterable[str]) -> str:
    """Words of the text format as a message has them: `a`, `b` or `c`."""
    *others, last = (f"`{word}`" for word in words)
    return f"{', '.join(others)} or {last}" if others else last


def keyword_form(values: tuple[tuple[str, int], ...]) -> ImmediateForm:
    """The form of a kind whose values are words, for example `(("none", 0), ("read", 1))`."""
    by_word, by_value = dict(values), {value: word for word, value in values}

    def read(reader: InstructionReader, kind: Any) -> int:
        if reader.peek not in by_word:
            raise reader.unexpected_token(alternatives(by_word))
        return by_word[reader.next()]

    return ImmediateForm(read, lambda writer, kind, value: by_value[value])


class Position(Enum):
    """Where in a memory type an attribute stands: `at? before min max? after (behind)`."""

    BEFORE_LIMITS = "before the limits"
    AFTER_LIMITS = "after the limits"
    PARENTHESISED = "in parentheses, behind all others, in any order"


def _read_natural(cursor: Cursor) -> int:
    return cursor.natural(64)


@dataclass(frozen=True, slots=True)
class MemoryAttributeForm:
    """How an attribute of memory types is written: a word, which stands for 1, or `(word value)`.

    `attribute` is a name of MemoryType.attribute. `with_data` tells whether it may stand where a memory gives its data
    instead of its limits; it is parenthesised then. `read` may raise Malformed.
    """

    attribute: str
    keyword: str
    position: Position
    read: Callable[[Cursor], int] = _read_natural
    write: Callable[[int], str] = str
    with_data: bool = False

    @property
    def rule(self) -> str:
        """Where it stands, for messages."""
        where = "before" if self.position is Position.BEFORE_LIMITS else "behind"
        word = f"({self.keyword} ...)" if self.position is Position.PARENTHESISED else self.keyword
        return f"`{word}` stands {where} the limits of a memory, once"


@dataclass(frozen=True, slots=True)
class SegmentAttributeForm:
    """How an attribute of active data segments is written: `(word value)`, behind the offset."""

    attribute: str
    keyword: str
    read: Callable[[Cursor], int] = _read_natural
    write: Callable[[int], str] = str

    @property
    def rule(self) -> str:
        """Where it stands, for messages."""
        return f"`({self.keyword} ...)` stands behind the offset of a data segment, once"


@dataclass(frozen=True, slots=True)
class TextExtension:
    """The text forms of a proposal. `name` is that of its Extension; `keywords` are its words beside those below.

    A kind of immediate that inherits from one of the core's is written like that one.
    """

    name: str
    immediates: tuple[tuple[type[Immediate], ImmediateForm], ...] = ()
    memory_attributes: tuple[MemoryAttributeForm, ...] = ()
    segment_attributes: tuple[SegmentAttributeForm, ...] = ()
    keywords: tuple[str, ...] = ()

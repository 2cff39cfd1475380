"""The text format: lexer, parser and printer. Knows modules and the instruction table, and nothing of running.

    parse_module(text) -> Module        print_module(module) -> str

take a TextFormat where extensions are on: `TextFormat(instruction_set, text_extensions)`; CORE_TEXT is the default.

A script (.wast) is read with one cursor over all its tokens: `cursor = text_format.cursor(text)`. A token is a str:
"(", ")", a string with its quotes and escapes, "$id", a keyword or a number; lexer.END is behind the last one.

    cursor.peek, cursor.next(), cursor.at("(", "module"), cursor.accept(...), cursor.expect(...), cursor.skip_form()
    cursor.string_bytes(), cursor.name(), cursor.identifier(), cursor.natural(32), cursor.integer(32),
    cursor.float_bits(64), cursor.vector(), cursor.numbers(4, "reason")
    cursor.place() -> Place, cursor.unexpected("what was expected") -> Malformed, to be raised
    text_format.read_fields(cursor, key) -> Module      from behind `(module $id?`, with the `)` that closes it
"""

if not __name__.startswith("quire."):
    raise ImportError(f"import quire.{__name__}: under its bare name this package would be loaded twice")

from quire.wat.extension import (
    ImmediateForm,
    MemoryAttributeForm,
    Position,
    SegmentAttributeForm,
    TextExtension,
    keyword_form,
)
from quire.wat.parser import parse_module
from quire.wat.printer import print_module
from quire.wat.text_format import CORE_TEXT, TextFormat

__all__ = [
    "CORE_TEXT",
    "ImmediateForm",
    "MemoryAttributeForm",
    "Position",
    "SegmentAttributeForm",
    "TextExtension",
    "TextFormat",
    "keyword_form",
    "parse_module",
    "print_module",
]

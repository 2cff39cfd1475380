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

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quire.wat.parser import parse_module as parse_module
    from quire.wat.printer import print_module as print_module
    from quire.wat.text_format import CORE_TEXT as CORE_TEXT
    from quire.wat.text_format import TextFormat as TextFormat

_HOMES = {"parse_module": "parser", "print_module": "printer", "CORE_TEXT": "text_format", "TextFormat": "text_format"}


def __getattr__(name: str) -> object:
    """Import what is asked for: extensions need a corner of this room, and programs that run binaries none of it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

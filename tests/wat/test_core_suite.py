"""Every module of the specification's suite: read, printed, read again, and the same by way of the binary format."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from quire.engine.binary import decode, encode
from quire.engine.errors import Invalid, Malformed
from quire.engine.module import Module
from quire.spec_tests.suite import HOW_TO_GET, scripts, suite_folder
from quire.wat.cursor import Cursor
from quire.wat.parser import parse_module
from quire.wat.printer import print_module
from quire.wat.text_format import CORE_TEXT

FOLDER = suite_folder()
OTHERS = ("legacy", "proposals")
SCRIPTS = [
    path for path in (scripts([FOLDER]) if FOLDER else []) if FOLDER and path.relative_to(FOLDER).parts[0] not in OTHERS
]

pytestmark = pytest.mark.skipif(FOLDER is None, reason=HOW_TO_GET)


def modules(path: Path) -> Iterator[Module]:
    """All modules of a script, those in assertions too, but for those that cannot be read."""
    cursor = CORE_TEXT.cursor(path.read_bytes())
    while not cursor.at_end:
        if cursor.accept("(", "module"):
            yield from read(cursor)
        else:
            cursor.next()


def read(cursor: Cursor) -> Iterator[Module]:
    start = cursor.position
    instance = not cursor.accept("definition") and cursor.accept("instance")
    name = cursor.identifier()
    form = cursor.next() if instance or cursor.at("quote") or cursor.at("binary") else "fields"
    try:
        if form == "quote":
            yield parse_module(strings(cursor))
        elif form == "binary":
            yield decode(strings(cursor))
        elif not instance:
            yield CORE_TEXT.read_fields(cursor, name)
    except (Malformed, Invalid):  # a hint may be invalid
        cursor.position = start


def strings(cursor: Cursor) -> bytes:
    data = b""
    while cursor.at_string:
        data += cursor.string_bytes()
    return data


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_modules_survive_both_formats(path: Path) -> None:
    for module in modules(path):
        text = print_module(module)
        assert parse_module(text) == module
        decoded = decode(encode(module))
        assert parse_module(print_module(decoded)) == decoded
        assert decoded.names == module.names


def test_there_are_many_modules() -> None:
    assert sum(1 for path in SCRIPTS for _ in modules(path)) > 5000

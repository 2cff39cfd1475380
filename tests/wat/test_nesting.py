"""Depth costs no stack, and length is never searched twice."""

import pytest

from quire.engine.errors import Malformed
from quire.wat.parser import parse_module
from quire.wat.printer import print_module

DEPTH = 20_000

DEEP = {
    "operands": ("(func (drop ", "(i32.add (i32.const 1) ", "(i32.const 2)", ")", "))"),
    "blocks": ("(func ", "(block $l ", "(br $l)", ")", ")"),
    "outer labels": ("(func block $o ", "(loop (br $o) ", "", ")", "end)"),
    "ifs": ("(func ", "(if (i32.const 1) (then ", "", "))", ")"),
    "flat blocks": ("(func ", "block ", "", "end ", ")"),
    "annotations": ("(func ", "(@a ", "", ")", ")"),
    "comments": ("(func ", "(; ", "", ";)", ")"),
}


@pytest.mark.parametrize("case", DEEP)
def test_deep_nesting_is_read_and_printed(case: str) -> None:
    before, opening, middle, closing, after = DEEP[case]
    module = parse_module(before + opening * DEPTH + middle + closing * DEPTH + after)
    assert parse_module(print_module(module)) == module


HOSTILE = {
    "open forms": "(func " + "(" * DEPTH,
    "open blocks": "(func " + "(block " * DEPTH,
    "open comments": "(;" * DEPTH,
    "open annotations": "(@a " * DEPTH,
    "escaped quotes": '(data "' + '\\"' * DEPTH,
    "quotes": '"a' * DEPTH,
    "identifiers": "$a" * DEPTH,
    "closing parentheses": ")" * DEPTH,
    "closing comments": ";)" * DEPTH,
    "digits": "(global i32 (i32.const " + "1" * DEPTH + "))",
    "an exponent": "(global f64 (f64.const 1e" + "9" * DEPTH + "))",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_texts_are_refused_at_once(case: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse_module(HOSTILE[case])
    assert caught.value.place.line == 1
    assert len(str(caught.value)) < 300

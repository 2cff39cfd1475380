"""Tokens, comments, annotations and places."""

import pytest

from quire.engine.errors import Malformed
from quire.wat.lexer import END, tokenise


def tokens(text: str | bytes) -> list[str]:
    return [token for token in tokenise(text)[1] if token != END]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t\r\n", []),
        ("(a)b", ["(", "a", ")", "b"]),
        ('(a"b"c)"d" "e"', ["(", 'a"b"c', ")", '"d"', '"e"']),
        (r'"a\"b" "\\" c', [r'"a\"b"', r'"\\"', "c"]),
        ('$"a b" $x', ['$"a b"', "$x"]),
        ("a;;b (;\nc;;", ["a", "c"]),
        (";; only", []),
        ("a(;b;)c(;;)d", ["a", "c", "d"]),
        ("a(;b(;c;)d;)e", ["a", "e"]),
        ('a(;";)b', ["a", "b"]),
        ("(;;;;)a(;(;;);)b", ["a", "b"]),
        ('";;" "(;" ";)"', ['";;"', '"(;"', '";)"']),
        ("(; ;; ;) a ;; (; \r b", ["a", "b"]),
        ("[a],{b};", ["[", "a", "]", ",", "{", "b", "}", ";"]),
        ("(; \x00\x7fü ;)a;;\x01ü", ["a"]),
        ("(; (; ;) \x00ü ;)a", ["a"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected
    assert tokens(text.encode()) == expected


def test_places_count_characters_of_lines_that_end_in_three_ways() -> None:
    text = 'ä "ö" b\r\nc\rd\n\n  (; (; \n ;) ;) e'
    source, found, _ = tokenise(text)
    places = {token: (source.place(number).line, source.place(number).column) for number, token in enumerate(found)}
    assert places["b"] == (1, 7)
    assert [places[token] for token in "cde"] == [(2, 1), (3, 1), (6, 8)]
    assert places[END] == (6, 9)


def test_places_know_nothing_of_annotations() -> None:
    source, found, annotations = tokenise('a (@x b (c "d)") e) f\n(@name "g") h', ["name"])
    assert [token for token in found if token != END] == ["a", "f", "h"]
    assert [source.place(number).column for number in range(3)] == [1, 21, 13]
    assert source.place(99).line == 2
    (annotation,) = annotations
    assert (annotation.id, annotation.tokens, annotation.next) == ("name", ('"g"',), 2)
    assert source.place_of_offset(source.raw_offset(annotation.number)).column == 1


def test_the_id_of_an_annotation_may_be_quoted() -> None:
    _, _, annotations = tokenise('(@"\\6eame" "x")', ["name"])
    assert annotations[0].id == "name"


@pytest.mark.parametrize(
    ("text", "reason", "column"),
    [
        ("a (; (; ;)", "unclosed comment", 3),
        ("a (@x (b)", "unclosed annotation", 3),
        ("a (@", "empty annotation id", 3),
        ('(@"" x)', "empty annotation id", 1),
        ('(@x "a', "unclosed string", 5),
        ('(@x "a\tb")', "illegal character", 5),
        ("(@x ü)", "illegal character", 5),
        ("(@x \x01)", "illegal character", 5),
    ],
)
def test_malformed(text: str, reason: str, column: int) -> None:
    with pytest.raises(Malformed) as caught:
        tokenise(text)
    assert caught.value.reason == reason
    assert (caught.value.place.line, caught.value.place.column) == (1, column)


def test_bytes_are_utf_8() -> None:
    with pytest.raises(Malformed, match=r"^malformed UTF-8 encoding \(at line 2, column 3\)"):
        tokenise("ä\nb".encode() + b" \xff")

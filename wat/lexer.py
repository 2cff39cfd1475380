"""Tokens of the text format: one pass of one regular expression, places worked out only when somebody asks.

A token is a plain string, and its first character tells what it is: `(`, `)`, `"` for a string, `$` for an identifier;
keywords, numbers and what is no token at all are told apart by whoever expects one of them. Comments and unknown
annotations are gone; the annotations that a caller knows are kept beside the tokens.
Spec: text/lexical. This module knows no keyword of any grammar.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Collection, Sequence
from typing import NamedTuple

from quire.engine.errors import NOWHERE, Malformed, Place
from quire.wat.literals import string_text

END = ""  # the token behind the last one, however far one looks
_LOOKAHEAD = 4  # so many of them stand at the end of the list

_PLAIN = r"[^\"\\\x00-\x1f\x7f]*+"
_OPEN_STRING = rf'"{_PLAIN}(?:\\.{_PLAIN})*+'
_STRING = rf'{_OPEN_STRING}"'
_ANY_STRING = rf'{_OPEN_STRING}"?+'  # one without end is one token, or finding none would be tried at each quote in it
_WORD = r"[0-9A-Za-z!#$%&'*+\-./:<=>?@\\^_`|~]++"
_COMMENT = r"\(;[^;(]*+(?:(?:;(?!\))|\((?!;))[^;(]*+)*+;\)"  # with no comment inside
_SPACE = r"[ \t\n\r]*+"
_TRIVIA = rf"{_SPACE}(?:(?:;;[^\n\r]*+|{_COMMENT}){_SPACE})*+"
_ALONE = rf'{_WORD}(?!")|\)|\((?:@(?:{_WORD}|{_STRING})?+|;)?+'
_TOKENS = re.compile(rf"({_ALONE}|(?:{_WORD}|{_ANY_STRING})++|[^ \t\n\r]){_TRIVIA}")
_LEADING_TRIVIA = re.compile(_TRIVIA)
_COMMENT_STARTS = re.compile(rf"{_ANY_STRING}|;;[^\n\r]*+|\(;")
_COMMENT_BRACKETS = re.compile(r"\(;|;\)")
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_CLOSED = re.compile(rf"(?:{_WORD}|{_STRING})++")


class Annotation(NamedTuple):
    """`(@id ...)` with the tokens behind the id. Spec: text/lexical#annotations"""

    id: str
    tokens: tuple[str, ...]
    number: int  # of its first token among all of the source
    next: int  # number of the token behind it among those outside annotations


class Source:
    """A text, and where in it its tokens stand. Spec: text/lexical#characters"""

    __slots__ = ("_blanked", "_kept", "_lines", "_offsets", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._blanked = text  # without nested comments
        self._kept: array[int] | None = None  # numbers of the tokens outside annotations, where there are annotations
        self._lines: array[int] | None = None
        self._offsets: array[int] | None = None

    def place(self, token: int) -> Place:
        """The place of a token outside annotations; behind the last one, the end of the text."""
        return self.place_of_offset(self.offset(token))

    def offset(self, token: int) -> int:
        """The same as a number of characters."""
        if self._kept is not None:
            token = self._kept[min(token, len(self._kept) - 1)]
        return self.raw_offset(token)

    def raw_offset(self, token: int) -> int:
        """The offset of a token, those in annotations counted too."""
        if self._offsets is None:
            found = _TOKENS.finditer(self._blanked, _end_of_trivia(self._blanked))
            self._offsets = array("L", [match.start() for match in found])
        return self._offsets[token] if token < len(self._offsets) else len(self.text)

    def place_of_offset(self, offset: int) -> Place:
        if self._lines is None:
            self._lines = array("L", [0, *(match.end() for match in _LINE_ENDS.finditer(self.text))])
        line = bisect_right(self._lines, offset)
        return Place(line=line, column=offset - self._lines[line - 1] + 1)

    def tokens(self) -> list[str]:
        """All tokens, ended by END. Raises Malformed for a comment without end."""
        tokens = _TOKENS.findall(self._blanked, _end_of_trivia(self._blanked))
        if "(;" in tokens:  # the expression does not count, so it cannot read comments in comments
            self._blanked = self._without_block_comments()
            tokens = _TOKENS.findall(self._blanked, _end_of_trivia(self._blanked))
        return tokens + [END] * _LOOKAHEAD

    def _without_block_comments(self) -> str:
        """The text with spaces in their place. Spec: text/lexical#comments"""
        parts, position = list[str](), 0
        while match := _COMMENT_STARTS.search(self.text, position):
            end = self._end_of_comment(match.start()) if match[0] == "(;" else match.end()
            parts.append(self.text[position : match.start()])
            parts.append(" " * (end - match.start()) if match[0] == "(;" else match[0])
            position = end
        return "".join([*parts, self.text[position:]])

    def _end_of_comment(self, start: int) -> int:
        depth = 0
        for match in _COMMENT_BRACKETS.finditer(self.text, start):
            depth += 1 if match[0] == "(;" else -1
            if not depth:
                return match.end()
        raise Malformed("unclosed comment", place=self.place_of_offset(start))

    def without_annotations(self, tokens: list[str], known: Collection[str]) -> tuple[list[str], list[Annotation]]:
        """The tokens outside annotations, and the annotations whose id is in `known`. Raises Malformed."""
        kept, found, number = array("L"), list[Annotation](), 0
        while number < len(tokens):
            if tokens[number].startswith("(@"):
                id_, end = self._annotation_id(tokens[number], number), self._end_of_annotation(tokens, number)
                if id_ in known:
                    found.append(Annotation(id_, tuple(tokens[number + 1 : end - 1]), number, len(kept)))
                number = end
            else:
                kept.append(number)
                number += 1
        self._kept = kept
        return [tokens[number] for number in kept], found

    def _annotation_id(self, token: str, number: int) -> str:
        quoted = token.startswith('(@"')
        try:
            id_ = string_text(token[2:]) if quoted else token[2:]
        except Malformed as error:
            raise error.located(self.place_of_offset(self.raw_offset(number))) from None
        if not id_:
            raise Malformed("empty annotation id", place=self.place_of_offset(self.raw_offset(number)))
        return id_

    def _end_of_annotation(self, tokens: list[str], start: int) -> int:
        """The number of the token behind the annotation that starts at `start`."""
        depth, number = 1, start + 1
        while depth:
            token = tokens[number]
            if token == END:
                raise Malformed("unclosed annotation", place=self.place_of_offset(self.raw_offset(start)))
            if token[0] == "(":
                depth += 1
            elif token == ")":
                depth -= 1
            elif '"' in token or len(token) == 1:
                self.check_token(token, self.raw_offset(number))
            number += 1
        return number

    def check_token(self, token: str, offset: int) -> None:
        """Raises Malformed if a token has a string without end, or is a character that is legal nowhere."""
        if '"' in token and not _CLOSED.fullmatch(token):
            end = offset + len(token)
            reason = "unclosed string" if self.text[end : end + 1] in ("", "\n", "\r", "\\") else "illegal character"
            raise Malformed(reason, place=self.place_of_offset(offset))
        if len(token) == 1 and not "!" <= token <= "~":
            raise Malformed("illegal character", f"U+{ord(token):04X}", self.place_of_offset(offset))


class TokenPlaces:
    """The places of the instructions of an expression, by the numbers of their tokens."""

    __slots__ = ("_source", "_tokens")

    def __init__(self, source: Source, tokens: Sequence[int]) -> None:
        self._source = source
        self._tokens = array("L", tokens)

    def place(self, index: int) -> Place:
        return self._source.place(self._tokens[index]) if 0 <= index < len(self._tokens) else NOWHERE


def _end_of_trivia(text: str) -> int:
    trivia = _LEADING_TRIVIA.match(text)
    return trivia.end() if trivia else 0


def tokenise(text: str | bytes, known: Collection[str] = ()) -> tuple[Source, list[str], list[Annotation]]:
    """The tokens of a text, ended by END, and those of its annotations whose id is in `known`.

    Raises Malformed for bytes that are no UTF-8, for a comment without end and for malformed annotations.
    """
    source = Source(_decode(text) if isinstance(text, bytes) else text)
    tokens = source.tokens()
    if "(@" not in source.text:
        return source, tokens, []
    return source, *source.without_annotations(tokens, known)


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        raise Malformed("malformed UTF-8 encoding", place=Source(before).place_of_offset(len(before))) from None

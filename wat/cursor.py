"""A place in the tokens of a text, and the steps that all grammars share: peek, take, expect, complain.

Knows tokens and literals, and a set of words that mean something somewhere; no grammar. Spec: text/lexical#tokens
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping
from types import MappingProxyType
from typing import TypeVar

from quire.engine.errors import Malformed, Place
from quire.wat.lexer import END, Annotation, Source, tokenise
from quire.wat.literals import float_bits, integer, is_literal, is_number, natural, shortened, string_bytes, string_text
from quire.wat.names import identifier_key

Text = TypeVar("Text", str, bytes)

INDEX_STARTS = tuple("$0123456789")
_SHAPES: Mapping[str, tuple[int, Callable[[str, int], int | None]]] = MappingProxyType({
    "i8x16": (8, integer), "i16x8": (16, integer), "i32x4": (32, integer), "i64x2": (64, integer),
    "f32x4": (32, float_bits), "f64x2": (64, float_bits),
})  # fmt: skip
SHAPES = tuple(_SHAPES)


class Cursor:
    """Where one stands among the tokens of a text.

    Whatever it raises says where; an extension's reader need not.
    """

    __slots__ = ("annotations", "keywords", "position", "source", "tokens")

    def __init__(
        self, source: Source, tokens: list[str], annotations: list[Annotation], keywords: Container[str]
    ) -> None:
        self.source = source
        self.tokens = tokens
        self.position = 0
        self.keywords = keywords  # the others are unknown operators
        self.annotations: dict[int, list[Annotation]] = {}  # by the number of the token behind them
        for annotation in annotations:
            self.annotations.setdefault(annotation.next, []).append(annotation)

    @classmethod
    def over(cls, text: str | bytes, keywords: Container[str], annotations: Collection[str] = ()) -> Cursor:
        """A cursor at the start of a text. Raises Malformed."""
        source, tokens, found = tokenise(text, annotations)
        return cls(source, tokens, found, keywords)

    @property
    def peek(self) -> str:
        """The token at the cursor."""
        return self.tokens[self.position]

    @property
    def at_end(self) -> bool:
        return self.tokens[self.position] == END

    def place(self) -> Place:
        """The line and column of the token at the cursor."""
        return self.source.place(self.position)

    def next(self) -> str:
        """Takes a token."""
        token = self.tokens[self.position]
        if token != END:
            self.position += 1
        return token

    def at(self, *tokens: str) -> bool:
        """Whether these tokens come next."""
        return self.tokens[self.position : self.position + len(tokens)] == list(tokens)

    def accept(self, *tokens: str) -> bool:
        """Takes these tokens if they come next."""
        found = self.at(*tokens)
        if found:
            self.position += len(tokens)
        return found

    def expect(self, *tokens: str) -> None:
        """Takes these tokens, which must come next. Raises Malformed."""
        for token in tokens:
            if self.tokens[self.position] != token:
                raise self.unexpected(f"`{token}`")
            self.position += 1

    def unexpected(self, expected: str) -> Malformed:
        """The error for the token at the cursor, to be raised by the caller."""
        token = self.tokens[self.position]
        self._check_tokens()
        if token == END:
            return self.malformed("unexpected token", f"expected {expected}, found the end of the text")
        if token not in "()" and token not in self.keywords and not is_literal(token):
            return self.malformed(f"unknown operator {shortened(token)}", f"expected {expected}")
        return self.malformed("unexpected token", f"expected {expected}, found `{shortened(token)}`")

    def unexpected_token(self, expected: str) -> Malformed:
        """The same where no word could be an operator: an unknown word is an unexpected token too."""
        error = self.unexpected(expected)
        if error.reason.startswith("unknown operator"):
            return self.malformed("unexpected token", f"expected {expected}, found `{shortened(self.peek)}`")
        return error

    def malformed(self, reason: str, detail: str = "") -> Malformed:
        """An error at the cursor, to be raised by the caller."""
        return Malformed(reason, detail, self.place())

    def _check_tokens(self) -> None:
        """Raises Malformed where the token is legal nowhere. At the end of the text, an earlier one may be to blame."""
        for number in range(self.position + 1) if self.at_end else [self.position]:
            token = self.tokens[number]
            if token not in ("(", ")") and ('"' in token or len(token) == 1):
                self.source.check_token(token, self.source.offset(number))

    def skip_form(self, depth: int = 1) -> None:
        """Steps behind the `)` that closes the form around the cursor, or `depth` of them. Raises Malformed."""
        tokens, position, start = self.tokens, self.position, self.position
        while depth:
            token = tokens[position]
            if token == "(":
                depth += 1
            elif token == ")":
                depth -= 1
            elif token == END:
                self.position = position
                error = self.unexpected("`)`")
                error.detail += f"; not closed: the form {self.source.place(start)}"
                raise error
            position += 1
        self.position = position

    # Literals

    def natural(self, bits: int, expected: str = "a number") -> int:
        """Takes an unsigned integer below 2**bits. Raises Malformed."""
        return self._number(natural, bits, expected)

    def integer(self, bits: int) -> int:
        """Takes an integer of `bits` bits, signed or unsigned; the value is unsigned. Raises Malformed."""
        return self._number(integer, bits, "an integer")

    def prefixed(self, prefix: str) -> int | None:
        """Takes an unsigned integer of 64 bits with a prefix such as `offset=`, if one comes next. Raises Malformed."""
        token = self.tokens[self.position]
        if not token.startswith(prefix):
            return None
        value = natural(token[len(prefix) :], 64)
        if value is None:
            raise self.unexpected("a number")
        self.position += 1
        return value

    def float_bits(self, bits: int) -> int:
        """Takes a number, as the bits of the nearest float of that width. Raises Malformed."""
        return self._number(float_bits, bits, "a number")

    def _number(self, read: Callable[[str, int], int | None], bits: int, expected: str) -> int:
        try:
            value = read(self.tokens[self.position], bits)
        except Malformed as error:
            raise error.located(self.place()) from None
        if value is None:
            raise self.unexpected(expected)
        self.position += 1
        return value

    def vector(self) -> int:
        """Takes a shape and its lanes; the value has lane 0 in its lowest bits. Raises Malformed.

        Spec: text/instructions#vector-instructions
        """
        shape = _SHAPES.get(self.tokens[self.position])
        if shape is None:
            raise self.unexpected("a shape such as i32x4")
        self.position += 1
        bits, read = shape
        lanes = self.numbers(128 // bits, "wrong number of lane literals")
        value = 0
        for lane in reversed(lanes):
            each = read(lane, bits)
            if each is None:
                self.position += lanes.index(lane)
                raise self.unexpected(f"a lane of {bits} bits")
            value = value << bits | each
        self.position += len(lanes)
        return value

    def numbers(self, count: int, reason: str) -> list[str]:
        """Exactly that many numbers at the cursor, not yet taken. Raises Malformed, `reason` if there are others."""
        start, tokens = self.position, self.tokens
        found = start
        while is_number(tokens[found]):
            found += 1
        if found - start == count:
            return tokens[start:found]
        if found - start < count and tokens[found] not in ("(", ")"):
            self.position = found
            raise self.unexpected("a number")
        raise self.malformed(reason, f"{count} expected, found {found - start}")

    @property
    def at_string(self) -> bool:
        token = self.tokens[self.position]
        return len(token) > 1 and token[0] == '"'

    def _string(self, read: Callable[[str], Text]) -> Text:
        token = self.tokens[self.position]
        if len(token) < 2 or token[0] != '"' or not is_literal(token):
            raise self.unexpected("a string")
        try:
            value = read(token)
        except Malformed as error:
            raise error.located(self.place()) from None
        self.position += 1
        return value

    def string_bytes(self) -> bytes:
        """Takes a string. Raises Malformed."""
        return self._string(string_bytes)

    def name(self) -> str:
        """Takes a string that is UTF-8. Raises Malformed."""
        return self._string(string_text)

    @property
    def at_index(self) -> bool:
        """Whether an identifier or an unsigned number comes next."""
        return self.tokens[self.position].startswith(INDEX_STARTS)

    def identifier(self) -> str | None:
        """Takes an identifier if one comes next; the value is its key. Raises Malformed."""
        token = self.tokens[self.position]
        if not token.startswith("$"):
            return None
        try:
            key = identifier_key(token)
        except Malformed as error:
            raise error.located(self.place()) from None
        if key is None:
            raise self.unexpected("an identifier")
        self.position += 1
        return key

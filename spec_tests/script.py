"""Reads a script: its text to commands, one after the other, modules written in it included.

A command that cannot be read becomes one that says so, and reading goes on behind its last parenthesis.
Spec: interpreter/README.md of the specification, "Scripts".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from quire.engine import matching
from quire.engine import types as t
from quire.engine.errors import Invalid, Malformed
from quire.spec_tests import commands as c
from quire.spec_tests import patterns as p
from quire.wat.cursor import Cursor
from quire.wat.text_format import TextFormat

_NUMBERS: Mapping[str, t.NumberType] = MappingProxyType(
    {f"{each.name}.const": each for each in (t.I32, t.I64, t.F32, t.F64)}
)
_HEAP_TYPES: Mapping[str, t.AbstractHeapType] = MappingProxyType({each.name: each for each in t.ABSTRACT_HEAP_TYPES})
_FIELDS: Final = frozenset("type rec import func table memory global tag export start elem data".split())
"""What the fields of a module begin with: a script may be those of one module, without `(module` around them."""


def read_script(text: str | bytes, text_format: TextFormat) -> Iterator[c.Command]:
    """The commands of a script, each read when it is asked for. Raises Malformed where the text has no tokens."""
    cursor = text_format.cursor(text)
    if cursor.peek == "(" and cursor.tokens[1] in _FIELDS:
        yield c.DefineModule(1, None, c.Quote(text if isinstance(text, bytes) else text.encode()))
    else:
        yield from Reader(cursor, text_format).commands()


class Reader:
    """Stands before a token of a script and reads on from there."""

    def __init__(self, cursor: Cursor, text_format: TextFormat) -> None:
        self.cursor = cursor
        self.text_format = text_format
        self._constants: dict[
            tuple[str, ...], p.Number
        ] = {}  # vectors that were read already: they come again and again

    def commands(self) -> Iterator[c.Command]:
        """All that follow."""
        while not self.cursor.at_end:
            yield self._command()

    def _command(self) -> c.Command:
        start, line = self.cursor.position, self._line()
        keyword = self.cursor.tokens[start + 1]
        try:
            self.cursor.expect("(")
            if keyword not in _COMMANDS:
                raise self.cursor.unexpected("a command")
            self.cursor.next()
            command = _COMMANDS[keyword](self, line, keyword)
            self.cursor.expect(")")
        except Malformed as error:
            self._skip(start)
            return c.Unreadable(line, keyword, error)
        return command

    def _line(self) -> int:
        return self.cursor.place().line or 1

    def _skip(self, start: int) -> None:
        """Step behind the form that begins at `start`: behind the end, if it is not closed."""
        cursor = self.cursor
        cursor.position = start
        if not cursor.accept("("):
            cursor.next()
            return
        try:
            cursor.skip_form()
        except Malformed:
            cursor.position = len(cursor.tokens) - 1

    def _strings(self) -> bytes:
        """All strings that follow, as one."""
        parts = []
        while self.cursor.at_string:
            parts.append(self.cursor.string_bytes())
        return b"".join(parts)

    # Modules

    def _module(self, line: int, keyword: str) -> c.Command:
        if self.cursor.accept("instance"):
            return c.InstantiateModule(line, self.cursor.identifier(), self.cursor.identifier())
        instantiated = not self.cursor.accept("definition")
        name, source = self._source()
        return c.DefineModule(line, name, source, instantiated)

    def _inner_module(self) -> c.Source:
        """A module that an assertion is about, parentheses included."""
        self.cursor.expect("(", "module")
        self.cursor.accept("definition")
        _, source = self._source()
        self.cursor.expect(")")
        return source

    def _source(self) -> tuple[str | None, c.Source]:
        """The name and the source of a module, from behind its keywords up to the parenthesis that closes it."""
        name = self.cursor.identifier()
        if self.cursor.accept("binary"):
            return name, c.Binary(self._strings())
        if self.cursor.accept("quote"):
            return name, c.Quote(self._strings())
        return name, self._text(name)

    def _text(self, name: str | None) -> c.Source:
        start = self.cursor.position
        source: c.Source
        try:
            source = c.Text(self.text_format.read_fields(self.cursor, name))
        except (Malformed, Invalid) as error:
            self.cursor.position = start
            self.cursor.skip_form()
            source = c.Broken(error)
        self.cursor.position -= 1  # both step over the parenthesis, which is left to whoever took the one that opens it
        return source

    def _register(self, line: int, keyword: str) -> c.Command:
        return c.Register(line, self.cursor.name(), self.cursor.identifier())

    # Actions

    def _action(self) -> c.Action:
        line = self._line()
        self.cursor.expect("(")
        if self.cursor.peek not in ("invoke", "get"):
            raise self.cursor.unexpected("an action")
        action = self._invoke(line) if self.cursor.next() == "invoke" else self._get(line)
        self.cursor.expect(")")
        return action

    def _invoke(self, line: int, keyword: str = "") -> c.Invoke:
        instance, export = self.cursor.identifier(), self.cursor.name()
        arguments = []
        while self.cursor.peek == "(":
            arguments.append(self._argument())
        return c.Invoke(line, instance, export, tuple(arguments))

    def _get(self, line: int, keyword: str = "") -> c.Get:
        return c.Get(line, self.cursor.identifier(), self.cursor.name())

    def _argument(self) -> c.Argument | c.HostArgument:
        start = self.cursor.position
        match self._pattern():
            case p.Number(value_type, mask, bits) if mask == (1 << 8 * value_type.size) - 1:
                return c.Argument(value_type, p.value_of(value_type, bits))
            case p.Null(heap) if heap in _HEAP_TYPES:
                return c.Argument(t.ReferenceType(True, matching.bottom_of(_HEAP_TYPES[heap])), None)
            case p.Host(word, number):
                return c.HostArgument(number, word == "ref.extern")
        self.cursor.position = start
        raise self.cursor.unexpected("a value")

    # Results

    def _results(self) -> tuple[p.Pattern, ...]:
        results = []
        while self.cursor.peek == "(":
            results.append(self._pattern())
        return tuple(results)

    def _pattern(self) -> p.Pattern:
        self.cursor.expect("(")
        word = self.cursor.peek
        pattern: p.Pattern
        if word == "v128.const":
            return self._vector()
        if word in _NUMBERS:
            self.cursor.next()
            pattern = p.number(_NUMBERS[word], self._lane(_NUMBERS[word]))
        elif self.cursor.accept("either"):
            pattern = p.Either(self._results())
        else:
            pattern = self._reference(word)
        self.cursor.expect(")")
        return pattern

    def _vector(self) -> p.Number:
        """A vector whose parenthesis is passed, up to and with the one that closes it."""
        cursor = self.cursor
        cursor.expect("v128.const")
        if cursor.peek not in p.SHAPES:
            raise cursor.unexpected("a shape")
        lane, count = p.SHAPES[cursor.peek]
        key = tuple(cursor.tokens[cursor.position : cursor.position + count + 2])
        known = self._constants.get(key)
        if known is not None:
            cursor.position += count + 2
            return known
        known = p.vector(cursor.next(), [self._lane(lane) for _ in range(count)])
        cursor.expect(")")
        self._constants[key] = known
        return known

    def _lane(self, lane: t.NumberType | t.PackedType) -> p.Mask:
        bits = 8 * lane.size
        if lane not in (t.F32, t.F64):
            return p.exactly(lane, self.cursor.integer(bits))
        nan = p.NAN_MASKS.get((self.cursor.peek, lane.size))
        if nan is None:
            return p.exactly(lane, self.cursor.float_bits(bits))
        self.cursor.next()
        return nan

    def _reference(self, word: str) -> p.Pattern:
        if word != "ref.null" and word not in p.REFERENCE_WORDS:
            raise self.cursor.unexpected("a value")
        self.cursor.next()
        if self.cursor.peek == ")":
            return p.Null() if word == "ref.null" else p.Reference(word)
        if word == "ref.null":
            return p.Null(self.cursor.next())
        if word not in p.HOST_WORDS:
            raise self.cursor.unexpected("`)`")
        return p.Host(word, self.cursor.natural(32))

    # Assertions

    def _assert_return(self, line: int, keyword: str) -> c.Command:
        return c.AssertReturn(line, self._action(), self._results())

    def _assert_trap(self, line: int, keyword: str) -> c.Command:
        subject = self._inner_module() if self.cursor.at("(", "module") else self._action()
        return c.AssertTrap(line, keyword, subject, self.cursor.name())

    def _assert_exception(self, line: int, keyword: str) -> c.Command:
        return c.AssertException(line, self._action())

    def _assert_rejected(self, line: int, keyword: str) -> c.Command:
        return c.AssertRejected(line, keyword, self._inner_module(), self.cursor.name())


_COMMANDS: Mapping[str, Callable[[Reader, int, str], c.Command]] = MappingProxyType({
    "module": Reader._module,
    "register": Reader._register,
    "invoke": Reader._invoke,
    "get": Reader._get,
    "assert_return": Reader._assert_return,
    "assert_trap": Reader._assert_trap,
    "assert_exhaustion": Reader._assert_trap,
    "assert_uninstantiable": Reader._assert_trap,
    "assert_exception": Reader._assert_exception,
    **dict.fromkeys(c.REJECTIONS, Reader._assert_rejected),
})  # fmt: skip

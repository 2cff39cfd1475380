"""Text forms of proposals: everything that a TextExtension may add, read, printed, and absent without it."""

from dataclasses import dataclass

import pytest

from quire.engine import types as t
from quire.engine.errors import Crash, Malformed
from quire.engine.extension import Extension
from quire.engine.immediates import MEMORY, Immediate, Index, MemArgKind
from quire.engine.instruction_set import CORE
from quire.engine.instructions.row import stateful
from quire.engine.module import DataSegment, Expression, Instruction, MemoryDefinition, Module
from quire.wat.cursor import Cursor
from quire.wat.extension import MemoryAttributeForm, Position, SegmentAttributeForm, TextExtension, keyword_form
from quire.wat.parser import parse_module
from quire.wat.printer import print_module
from quire.wat.text_format import CORE_TEXT, TextFormat

MODES = (("none", 0), ("read", 1), ("readwrite", 3))


@dataclass(frozen=True, slots=True)
class Mode(Immediate):
    """A kind that only the extension has."""


@dataclass(frozen=True, slots=True)
class SpecialMemory(Index):
    """A kind that is written like the core's that it inherits from."""


@dataclass(frozen=True, slots=True)
class AtomicArgument(MemArgKind):
    """Likewise."""


def no_effect(*operands: object) -> None:
    pass


EXTENSION = Extension(
    "toy",
    rows=(
        stateful((0xFE, 0x00), "memory.toy", [SpecialMemory("memory"), Mode()], "addr addr ->", no_effect),
        stateful((0xFE, 0x01), "i32.atomic.toy", [AtomicArgument(4)], "addr -> i32", no_effect),
        stateful((0xFE, 0x02), "memory.two", [MEMORY], "->", no_effect),
    ),
)


def read_power_of_two(cursor: Cursor) -> int:
    value = cursor.natural(64)
    if value.bit_count() != 1:
        raise Malformed("invalid page size", str(value))
    return value


def read_mode(cursor: Cursor) -> int:
    if cursor.peek not in dict(MODES):
        raise cursor.unexpected_token("a mode")
    return dict(MODES)[cursor.next()]


def write_mode(value: int) -> str:
    return next(word for word, each in MODES if each == value)


TEXT = TextExtension(
    "toy",
    immediates=((Mode, keyword_form(MODES)),),
    memory_attributes=(
        MemoryAttributeForm("virtual", "virtual", Position.BEFORE_LIMITS),
        MemoryAttributeForm("shared", "shared", Position.AFTER_LIMITS),
        MemoryAttributeForm("page_size", "pagesize", Position.PARENTHESISED, read_power_of_two, with_data=True),
        MemoryAttributeForm("noaccess", "noaccess", Position.PARENTHESISED),
        MemoryAttributeForm("readonly", "readonly", Position.PARENTHESISED, write=hex),
    ),
    segment_attributes=(SegmentAttributeForm("mode", "mode", read_mode, write_mode),),
    keywords=tuple(word for word, _ in MODES),
)
TOY = TextFormat(CORE.extend(EXTENSION), (TEXT,))


def instructions(text: str) -> list[tuple[str, tuple[object, ...]]]:
    module = parse_module(f"(memory $a 1) (memory $b 1) (func {text})", TOY)
    assert parse_module(print_module(module, TOY), TOY) == module
    return [(row.mnemonic, values) for row, values in module.functions[0].body.instructions[:-1]]


def test_instructions() -> None:
    assert instructions("memory.toy read memory.toy $b none memory.toy 1 readwrite") == [
        ("memory.toy", (0, 1)),
        ("memory.toy", (1, 0)),
        ("memory.toy", (1, 3)),
    ]
    assert instructions("i32.atomic.toy $b offset=8 align=1 (i32.atomic.toy (i32.const 0)) drop")[0][1] == ((0, 1, 8),)


MEMORIES = {
    "1": t.MemoryType(t.Limits(1)),
    "i64 virtual 0 10 (noaccess 1) (readonly 0x2)": t.MemoryType(
        t.Limits(0, 10), t.I64, attributes=(("noaccess", 1), ("readonly", 2), ("virtual", 1))
    ),
    "virtual 1 2 shared (pagesize 1) (noaccess 3)": t.MemoryType(
        t.Limits(1, 2), t.I32, True, 1, (("noaccess", 3), ("virtual", 1))
    ),
}


@pytest.mark.parametrize("text", MEMORIES)
def test_memory_types(text: str) -> None:
    module = parse_module(f"(memory {text})", TOY)
    assert module.memories == (MemoryDefinition(MEMORIES[text]),)
    assert f"(memory (;0;) {text})" in print_module(module, TOY)
    imported = parse_module(f'(import "" "" (memory {text}))', TOY)
    assert imported.imports[0].type == MEMORIES[text]
    assert parse_module(print_module(imported, TOY), TOY) == imported


def test_the_order_in_parentheses_is_free_and_defaults_are_not_printed() -> None:
    first = parse_module("(memory 1 (readonly 1) (noaccess 2) (pagesize 0x10000))", TOY)
    assert first == parse_module("(memory 1 (noaccess 2) (readonly 1))", TOY)
    assert "(memory (;0;) 1 (noaccess 2) (readonly 0x1))" in print_module(first, TOY)


def test_inline_data_is_counted_in_pages_of_the_size_given() -> None:
    module = parse_module('(memory i64 (pagesize 2) (data "abc"))', TOY)
    assert module.memories[0].type == t.MemoryType(t.Limits(2, 2), t.I64, page_size=2)


def test_segments() -> None:
    text = '(memory 1) (data (memory 0) (i32.const 0) (mode read) "a") (data (offset i32.const 1) "b")'
    module = parse_module(text, TOY)
    assert [each.attributes for each in module.data] == [(("mode", 1),), ()]
    assert '(i32.const 0) (mode read) "a")' in print_module(module, TOY)
    assert parse_module(print_module(module, TOY), TOY) == module


@pytest.mark.parametrize(
    "text",
    [
        "(memory virtual 1 virtual)",
        "(memory shared 1)",
        "(memory 1 virtual)",
        "(memory 1 (noaccess 1) shared)",
        "(memory 1 (noaccess 1) (noaccess 1))",
        "(memory 1 (unknown 1))",
        "(memory 1 unknown)",
        "(memory virtual virtual 1)",
        '(memory (noaccess 1) (data "a"))',
        '(memory virtual (data "a"))',
        '(data (mode read) "a")',
        '(data (i32.const 0) (mode read) (mode read) "a")',
        '(data (i32.const 0) (mode unknown) "a")',
        '(data (i32.const 0) (unknown 1) "a")',
        "(func memory.toy)",
        "(func memory.toy 0)",
        "(func memory.toy unknown)",
        "(func read)",
        "(func (virtual))",
    ],
)
def test_what_stands_in_no_place_for_it_is_an_unexpected_token(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse_module(text, TOY)
    assert caught.value.reason == "unexpected token"
    assert caught.value.place.line == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(memory virtual 1)", "unexpected token"),
        ("(memory 1 2 shared)", "unexpected token"),
        ("(memory 1 (pagesize 1))", "unexpected token"),
        ('(data (i32.const 0) (mode read) "a")', "unexpected token"),
        ("(func memory.toy read)", "unknown operator memory.toy"),
    ],
)
def test_without_the_extension_there_is_none_of_it(text: str, reason: str) -> None:
    parse_module(text, TOY)
    with pytest.raises(Malformed) as caught:
        parse_module(text, CORE_TEXT)
    assert caught.value.reason == reason


def test_an_extension_may_refuse_a_value() -> None:
    with pytest.raises(Malformed, match=r"^invalid page size: 3 \(at line 2, column"):
        parse_module("(memory 1\n(pagesize 3))", TOY)


def test_what_has_no_text_form_is_a_defect_and_said_so() -> None:
    with pytest.raises(Crash, match="no text form"):
        TextFormat(CORE.extend(EXTENSION))
    memory = MemoryDefinition(MEMORIES["virtual 1 2 shared (pagesize 1) (noaccess 3)"])
    with pytest.raises(Crash, match="no text form"):
        print_module(Module(memories=(memory,)))
    segment = parse_module('(data (i32.const 0) (mode read) "a")', TOY).data[0]
    assert isinstance(segment, DataSegment)
    with pytest.raises(Crash, match="no text form"):
        print_module(Module(data=(segment,)))
    toy = Expression((Instruction(EXTENSION.rows[2], (0,)),))
    assert toy.instructions[0].row not in CORE_TEXT.rows

"""A proposal that nobody made uses every seam and edits no file: memories that run dry.

A memory `(ink n)` takes n stores, whoever makes them; `toy.refill` pours more in, by a measure that is its immediate; a
data segment may be `(wet n)`, which costs n; and a store's setting says what happens when there is none left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from quire.engine import types as t
from quire.engine.binary import decode, encode
from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.errors import Crash, Invalid, Malformed, Trap
from quire.engine.extension import Extension, MemoryFlag, MemoryLayer, SegmentAttribute, Setting
from quire.engine.immediates import MEMORY, Context, Immediate
from quire.engine.instantiate import instantiate
from quire.engine.instruction_set import CORE, InstructionSet
from quire.engine.instructions.row import stateful
from quire.engine.interpret import Interpreter
from quire.engine.runtime.frame import Frame
from quire.engine.runtime.instance import Instance
from quire.engine.runtime.memory import Memory
from quire.engine.runtime.store import Store
from quire.engine.validate import validate
from quire.wat.extension import MemoryAttributeForm, Position, SegmentAttributeForm, TextExtension, keyword_form
from quire.wat.parser import parse_module
from quire.wat.printer import print_module
from quire.wat.text_format import TextFormat

MEASURES = (("drop", 1), ("bottle", 100))


@dataclass(frozen=True, slots=True)
class Measure(Immediate):
    pattern = rb"[\x01\x64]"

    def read(self, reader: ByteReader) -> int:
        value = reader.byte()
        if value not in dict(MEASURES).values():
            raise reader.malformed("malformed measure", position=reader.position - 1)
        return value

    def write(self, writer: ByteWriter, value: int) -> None:
        writer.byte(value)


class InkMemory(Memory):
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.ink = self.declared.attribute("ink")
        self.sealed = False

    def check_write(self, address: int, count: int) -> None:
        super().check_write(address, count)
        if self.ink <= 0 and self.owner.setting("dry", "trap") == "trap":
            raise Trap("out of ink", self.name)
        self.ink -= 1

    def initialise(self, offset: int, data: bytes, attributes: Sequence[tuple[str, int]], origin: str) -> None:
        super().initialise(offset, data, attributes, origin)
        self.ink -= dict(attributes).get("wet", 0)

    def end_instantiation(self) -> None:
        super().end_instantiation()
        self.sealed = True


def refill(frame: Frame, memory: int, measure: int) -> int:
    filled = frame.memory(memory)
    if not isinstance(filled, InkMemory):
        raise Trap("no ink here")
    filled.ink += measure
    return filled.ink


def write_number(writer: ByteWriter, values: tuple[int, ...]) -> None:
    writer.unsigned(values[0])


def check_ink(memory: t.MemoryType) -> None:
    if memory.attribute("ink") > 1000:
        raise Invalid("too much ink")


def check_wet(context: Context, memory: int, value: int) -> None:
    if not context.memory(memory).attribute("ink"):
        raise Invalid("wet data in a dry memory")


def write_segment_number(writer: ByteWriter, value: int) -> None:
    writer.unsigned(value)


TOY = Extension(
    name="toy",
    rows=(stateful((0xFC, 0x7F), "toy.refill", [MEMORY, Measure()], "-> i32", refill),),
    memory_flags=(MemoryFlag(0x10, ("ink",), lambda reader: (reader.u32(),), write_number, check_ink),),
    memory_layers=(MemoryLayer(lambda memory: memory.attribute("ink") > 0, InkMemory),),
    segment_attributes=(SegmentAttribute("wet", 0x20, ByteReader.u32, write_segment_number, check_wet),),
    settings=(Setting("dry", ("trap", "pale")),),
)
TOY_TEXT = TextExtension(
    name="toy",
    immediates=((Measure, keyword_form(MEASURES)),),
    memory_attributes=(MemoryAttributeForm("ink", "ink", Position.PARENTHESISED),),
    segment_attributes=(SegmentAttributeForm("wet", "wet"),),
)
WITH_TOY = CORE.extend(TOY)
TOY_FORMAT = TextFormat(WITH_TOY, (TOY_TEXT,))
TEXT = """
(module
  (memory $page (export "page") 1 (ink 3))
  (data (memory $page) (i32.const 0) (wet 1) "x")
  (func (export "write") (i32.store8 (i32.const 0) (i32.const 7)))
  (func (export "refill") (result i32) (toy.refill $page bottle)))
"""


def start(settings: dict[str, str] | None = None) -> Instance:
    module = parse_module(TEXT, TOY_FORMAT)
    return instantiate(Store(settings=settings), validate(module, WITH_TOY), (), Interpreter())


def call(instance: Instance, name: str) -> tuple[Any, ...]:
    return instance.exports[name].call(None, ())  # type: ignore[union-attr]


def test_the_module_survives_both_formats() -> None:
    module = parse_module(TEXT, TOY_FORMAT)
    assert module.memories[0].type.attribute("ink") == 3
    assert dict(module.data[0].attributes) == {"wet": 1}
    assert decode(encode(module, WITH_TOY), WITH_TOY) == module
    assert parse_module(print_module(module, TOY_FORMAT), TOY_FORMAT) == module


def test_the_layer_checks_every_write_and_the_instruction_changes_its_state() -> None:
    instance = start()
    call(instance, "write")
    with pytest.raises(Trap, match=r"out of ink.*memory 0 \$page"):
        call(instance, "write")
    assert call(instance, "refill") == (100,)
    call(instance, "write")


def test_the_setting_of_the_store_counts() -> None:
    instance = start({"dry": "pale"})
    for _ in range(5):
        call(instance, "write")


def test_instantiation_tells_the_layer_when_it_ends() -> None:
    memory = start().memories[0]
    assert isinstance(memory, InkMemory)
    assert memory.sealed


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(module (memory 1 (ink 1001)))", "too much ink"),
        ('(module (memory 1) (data (i32.const 0) (wet 1) "x"))', "wet data in a dry memory"),
    ],
)
def test_its_rules_are_part_of_validation(text: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        validate(parse_module(text, TOY_FORMAT), WITH_TOY)


@pytest.mark.parametrize("text", ["(module (memory 1 (ink 1)))", "(module (func (drop (toy.refill drop))))"])
def test_without_it_nobody_has_heard_of_it(text: str) -> None:
    with pytest.raises(Malformed):
        parse_module(text)
    with pytest.raises(Malformed):
        decode(encode(parse_module(text, TOY_FORMAT), WITH_TOY))


def test_two_extensions_with_one_code_are_refused() -> None:
    with pytest.raises(Crash, match="opcode"):
        WITH_TOY.extend(Extension(name="again", rows=TOY.rows))
    with pytest.raises(Crash, match="extension"):
        InstructionSet(CORE.rows, (TOY, TOY))

"""Modules through the binary format: sections, segments, names, custom sections, and what extensions add to types."""

from dataclasses import replace

import pytest

from quire.engine import types as t
from quire.engine.binary import decode, encode
from quire.engine.errors import Crash, Malformed
from quire.engine.extension import Extension, MemoryFlag, SegmentAttribute
from quire.engine.instruction_set import CORE
from quire.engine.module import (
    Active,
    CustomSection,
    DataSegment,
    Declarative,
    ElementSegment,
    Export,
    Expression,
    FunctionDefinition,
    GlobalDefinition,
    Import,
    Instruction,
    LocalRun,
    MemoryDefinition,
    Module,
    Names,
    Passive,
    TableDefinition,
    TagDefinition,
)

HEADER = b"\0asm\1\0\0\0"


def instruction(mnemonic, *immediates):
    return Instruction(CORE.by_mnemonic[mnemonic][0], immediates)


def expression(*instructions):
    return Expression((*instructions, instruction("end")))


ZERO, ZERO_64 = expression(instruction("i32.const", 0)), expression(instruction("i64.const", 2**63))
REF_0, REF_300 = (expression(instruction("ref.func", index)) for index in (0, 300))
NULL = expression(instruction("ref.null", t.FUNC))
FUNCTION_REF = t.ReferenceType(False, t.FUNC)
EVERY_FIELD = (
    *(t.FieldType(storage, mutable) for storage in (*t.NUMBER_TYPES, t.I8, t.I16) for mutable in (False, True)),
    *(t.FieldType(t.ReferenceType(nullable, heap)) for nullable in (False, True) for heap in t.ABSTRACT_HEAP_TYPES),
    t.FieldType(t.ReferenceType(False, 300), True),
)


def type_of(*composites, **options):
    return t.RecursiveType(tuple(t.SubType(each, **options) for each in composites))


MODULES = {
    "nothing": Module(),
    "function types": Module(types=(type_of(t.FunctionType()), type_of(t.FunctionType((t.I32, t.F64), (t.V128,))))),
    "aggregate types": Module(types=(type_of(t.StructType(EVERY_FIELD)), type_of(t.ArrayType(EVERY_FIELD[1])))),
    "group of two": Module(types=(type_of(t.StructType(), t.FunctionType()),)),
    "group of none": Module(types=(t.RecursiveType(()),)),
    "open type": Module(types=(type_of(t.StructType(), final=False),)),
    "subtypes": Module(
        types=(
            type_of(t.StructType(), supertypes=(300,), final=False),
            type_of(t.StructType(), supertypes=(0,), final=True),
        )
    ),
    "imports": Module(
        imports=(
            Import("", "", t.ExternFunctionType(0)),
            Import("m", "é\0", t.TableType(t.EXTERNREF, t.Limits(1, 2**64 - 1), t.I64)),
            Import("m", "memory", t.MemoryType(t.Limits(2**64 - 1), t.I64)),
            Import("m", "global", t.GlobalType(t.ReferenceType(False, 3), True)),
            Import("m", "tag", t.TagType(300)),
        )
    ),
    "tables": Module(
        tables=(
            TableDefinition(t.TableType(t.FUNCREF, t.Limits(0))),
            TableDefinition(t.TableType(t.ReferenceType(False, 0), t.Limits(1, 1)), REF_300),
            TableDefinition(t.TableType(t.ReferenceType(True, 0), t.Limits(1), t.I64), NULL),
        )
    ),
    "memories": Module(
        memories=tuple(
            MemoryDefinition(t.MemoryType(t.Limits(1, maximum), address))
            for maximum in (None, 0, 65536)
            for address in (t.I32, t.I64)
        )
    ),
    "tags": Module(tags=(TagDefinition(t.TagType(0)), TagDefinition(t.TagType(300)))),
    "globals": Module(
        globals=(
            GlobalDefinition(t.GlobalType(t.I64, True), ZERO_64),
            GlobalDefinition(t.GlobalType(t.FUNCREF), REF_300),
            GlobalDefinition(t.GlobalType(t.I32), expression()),
        )
    ),
    "exports": Module(
        exports=tuple(Export(kind, kind, 300) for kind in ("function", "table", "memory", "global", "tag"))
    ),
    "start": Module(start=0),
    "start of a high number": Module(start=2**32 - 1),
    "elements": Module(
        elements=tuple(
            ElementSegment(type_, init, mode)
            for mode in (Active(0, ZERO), Active(300, ZERO_64), Passive(), Declarative())
            for type_ in (FUNCTION_REF, t.FUNCREF, t.EXTERNREF, t.ReferenceType(False, 0))
            for init in ((), (REF_0, REF_300), (NULL, REF_0))
        )
    ),
    "data": Module(
        data=tuple(
            DataSegment(init, mode)
            for mode in (Active(0, ZERO), Active(300, ZERO_64), Passive())
            for init in (b"", b"\x0b", bytes(range(256)))
        )
    ),
    "functions": Module(
        functions=(
            FunctionDefinition(0, (), expression()),
            FunctionDefinition(300, (LocalRun(2**32 - 2, t.I32), LocalRun(1, t.ReferenceType(False, 7))), ZERO),
        )
    ),
    "names": Module(
        names=Names(
            module="m",
            functions=((0, ""), (300, "é")),
            locals=((0, ((0, "x"), (1, "y"))), (5, ())),
            labels=((1, ((0, "l"),)),),
            types=((0, "t"),),
            tables=((0, "t"),),
            memories=((0, "m"),),
            globals=((0, "g"),),
            elements=((0, "e"),),
            data=((0, "d"),),
            fields=((0, ((1, "f"),)),),
            tags=((0, "t"),),
        )
    ),
    "an empty module name": Module(names=Names(module="")),
    "custom sections": Module(
        types=(type_of(t.FunctionType()),),
        start=0,
        custom_sections=tuple(
            CustomSection(name, data, after)
            for after in (0, 1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11)
            for name, data in (("", b""), ("é", b"\0\1"), ("", b"again"))
        ),
        names=Names(functions=((0, "f"),)),
    ),
    "a name section that is none": Module(custom_sections=(CustomSection("name", b"\xff", 0),)),
    "a second name section": Module(custom_sections=(CustomSection("name", b"\0\2\1x", 1),), names=Names(module="y")),
    "a second name section behind none": Module(custom_sections=(CustomSection("name", b"\0\2\1x", 1),)),
}


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_a_module_survives(module):
    binary = encode(module)
    assert decode(binary) == module
    assert encode(decode(binary)) == binary


def test_the_encoding_is_the_shortest():
    function = t.RecursiveType((t.SubType(t.FunctionType((t.I32,), ())),))
    module = Module(
        types=(function,),
        functions=(FunctionDefinition(0, (LocalRun(1, t.I64),), ZERO),),
        elements=(ElementSegment(FUNCTION_REF, (REF_0,), Active(0, ZERO)),),
    )
    assert encode(module).hex(" ") == (
        "00 61 73 6d 01 00 00 00 01 05 01 60 01 7f 00 03 02 01 00 "
        "09 07 01 00 41 00 0b 01 00 0a 08 01 06 01 01 7e 41 00 0b"
    )


ELEMENT_FORMS = {
    "00 41 00 0b 01 00": ElementSegment(FUNCTION_REF, (REF_0,), Active(0, ZERO)),
    "01 00 01 00": ElementSegment(FUNCTION_REF, (REF_0,), Passive()),
    "02 01 41 00 0b 00 01 00": ElementSegment(FUNCTION_REF, (REF_0,), Active(1, ZERO)),
    "03 00 01 00": ElementSegment(FUNCTION_REF, (REF_0,), Declarative()),
    "04 41 00 0b 01 d2 00 0b": ElementSegment(t.FUNCREF, (REF_0,), Active(0, ZERO)),
    "05 70 01 d2 00 0b": ElementSegment(t.FUNCREF, (REF_0,), Passive()),
    "06 01 41 00 0b 70 01 d2 00 0b": ElementSegment(t.FUNCREF, (REF_0,), Active(1, ZERO)),
    "07 64 70 01 d0 70 0b": ElementSegment(FUNCTION_REF, (NULL,), Declarative()),
}


@pytest.mark.parametrize(("form", "segment"), ELEMENT_FORMS.items(), ids=ELEMENT_FORMS)
def test_each_form_of_element_segment(form, segment):
    content = b"\1" + bytes.fromhex(form)
    binary = HEADER + bytes([9, len(content)]) + content
    assert decode(binary).elements == (segment,)
    assert encode(Module(elements=(segment,))) == binary


def test_a_table_of_index_0_may_be_said():
    assert decode(HEADER + bytes.fromhex("09 09 01 02 00 41 00 0b 00 01 00")).elements[0].mode == Active(0, ZERO)


@pytest.mark.parametrize(("mnemonic", "immediates"), [("memory.init", (0, 0)), ("data.drop", (0,))])
def test_a_data_count_section_is_written_where_an_instruction_needs_it(mnemonic, immediates):
    function = FunctionDefinition(0, (), expression(instruction(mnemonic, *immediates)))
    module = Module(functions=(function,), data=(DataSegment(b"", Passive()),))
    assert b"\x0c\x01\x01\x0a" in encode(module)
    assert b"\x0c\x01\x01\x0a" not in encode(replace(module, functions=(FunctionDefinition(0, (), ZERO),)))
    assert decode(encode(module)) == module


def test_a_constant_expression_needs_no_data_count():
    """It may not have such an instruction, but that is for validation to say. Spec: binary/modules#binary-module"""
    binary = HEADER + bytes.fromhex("06 09 01 7f 00 fc 09 00 41 00 0b")
    assert decode(binary).globals[0].init == expression(instruction("data.drop", 0), instruction("i32.const", 0))


@pytest.mark.parametrize(
    ("said", "runs"),
    [
        ("00", ()),
        ("01 00 7f", ()),
        ("02 02 7f 03 7f", (LocalRun(5, t.I32),)),
        ("03 01 7f 00 7e 01 7f", (LocalRun(2, t.I32),)),
        ("02 01 7f 01 7e", (LocalRun(1, t.I32), LocalRun(1, t.I64))),
        ("01 ff ff ff ff 0f 7f", (LocalRun(2**32 - 1, t.I32),)),
    ],
)
def test_locals_are_kept_as_runs(said, runs):
    body = bytes.fromhex(said) + b"\x0b"
    binary = HEADER + b"\3\2\1\0\x0a" + bytes([len(body) + 2, 1, len(body)]) + body
    assert decode(binary).functions[0].locals == runs


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("01 03 01 00 01", id="cut off"),
        pytest.param("01 01 00 00 02 01 6d", id="out of order"),
        pytest.param("01 01 00 01 01 00", id="twice"),
        pytest.param("01 07 02 01 01 61 00 01 62", id="indices that descend"),
        pytest.param("01 07 02 00 01 61 00 01 62", id="an index twice"),
        pytest.param("0c 01 00", id="unknown subsection"),
        pytest.param("01 04 01 00 01 ff", id="no UTF-8"),
        pytest.param("01 05 01 00 01 61 00", id="too long"),
    ],
)
def test_a_malformed_name_section_is_kept_as_it_is(data):
    content = b"\4name" + bytes.fromhex(data)
    binary = HEADER + bytes([0, len(content)]) + content
    module = decode(binary)
    assert module == Module(custom_sections=(CustomSection("name", bytes.fromhex(data)),))
    assert encode(module) == binary


def test_the_name_section_counts_wherever_it_stands():
    content = b"\4name" + bytes.fromhex("00 02 01 6d")
    assert decode(HEADER + bytes([0, len(content)]) + content + b"\1\1\0") == Module(names=Names(module="m"))


def read_one(reader):
    return (reader.u32(),)


def write_one(writer, values):
    writer.unsigned(values[0])


def read_page_size(reader):
    exponent = reader.u32()
    if exponent > 16:
        raise reader.malformed("invalid custom page size", position=reader.position - 1)
    return (1 << exponent,)


TOY = Extension(
    "toy",
    memory_flags=(
        MemoryFlag(0x40, ("high",), read_one, write_one),
        MemoryFlag(0x02, ("shared",), lambda reader: (1,), lambda writer, values: None),
        MemoryFlag(
            0x08, ("page_size",), read_page_size, lambda writer, values: writer.unsigned(values[0].bit_length() - 1)
        ),
        MemoryFlag(
            0x20,
            ("first", "second"),
            lambda reader: (reader.u32(), reader.u32()),
            lambda writer, values: [writer.unsigned(value) for value in values],
        ),
    ),
    segment_attributes=(
        SegmentAttribute(
            "colour",
            0x10,
            lambda reader: reader.byte(),
            lambda writer, value: writer.byte(value),
            lambda context, memory, value: None,
        ),
    ),
)
TOYS = CORE.extend(TOY)


@pytest.mark.parametrize(
    ("code", "memory"),
    [
        ("00 01", t.MemoryType(t.Limits(1))),
        ("02 01", t.MemoryType(t.Limits(1), shared=True)),
        ("0b 01 02 00", t.MemoryType(t.Limits(1, 2), shared=True, page_size=1)),
        ("20 01 03 00", t.MemoryType(t.Limits(1), attributes=(("first", 3),))),
        ("6c 01 05 03 04 07", t.MemoryType(t.Limits(1), t.I64, page_size=32,
                                           attributes=(("first", 3), ("high", 7), ("second", 4)))),
    ],
)  # fmt: skip
def test_memory_flags_of_an_extension(code, memory):
    content = b"\1" + bytes.fromhex(code)
    binary = HEADER + bytes([5, len(content)]) + content
    module = Module(memories=(MemoryDefinition(memory),))
    assert decode(binary, TOYS) == module
    assert encode(module, TOYS) == binary


@pytest.mark.parametrize("flags", [0x10, 0x80, 0x12, 0x90])
def test_a_memory_flag_that_no_extension_has_is_malformed(flags):
    with pytest.raises(Malformed, match=r"^malformed limits flags"):
        decode(HEADER + bytes([5, 4, 1, flags, 1, 1]), TOYS)


@pytest.mark.parametrize("flags", [0x02, 0x08, 0x20, 0x40])
def test_flags_of_memories_are_not_those_of_tables(flags):
    with pytest.raises(Malformed, match=r"^malformed limits flags"):
        decode(HEADER + bytes([4, 5, 1, 0x70, flags, 1, 1]), TOYS)


def test_the_error_of_an_extension_is_kept():
    with pytest.raises(Malformed) as caught:
        decode(HEADER + bytes([5, 4, 1, 8, 0, 0x41]), TOYS)
    assert (caught.value.reason, caught.value.place.offset) == ("invalid custom page size", 13)


@pytest.mark.parametrize(
    ("code", "segment"),
    [
        ("10 07 41 00 0b 01 61", DataSegment(b"a", Active(0, ZERO), (("colour", 7),))),
        ("12 01 00 41 00 0b 00", DataSegment(b"", Active(1, ZERO), (("colour", 0),))),
        ("00 41 00 0b 00", DataSegment(b"", Active(0, ZERO))),
    ],
)
def test_segment_attributes_of_an_extension(code, segment):
    content = b"\1" + bytes.fromhex(code)
    binary = HEADER + bytes([11, len(content)]) + content
    assert decode(binary, TOYS) == Module(data=(segment,))
    assert encode(Module(data=(segment,)), TOYS) == binary


@pytest.mark.parametrize("flags", [0x11, 0x13, 0x03, 0x20])
def test_a_passive_segment_has_no_attribute(flags):
    with pytest.raises(Malformed, match=r"^malformed data segment kind"):
        decode(HEADER + bytes([11, 8, 1, flags, 0, 0x41, 0, 0xB, 0, 0]), TOYS)


@pytest.mark.parametrize(
    "memory",
    [
        t.MemoryType(t.Limits(1), shared=True),
        t.MemoryType(t.Limits(1), page_size=1),
        t.MemoryType(t.Limits(1), attributes=(("first", 3),)),
    ],
)
def test_an_attribute_without_its_extension_is_not_lost_in_silence(memory):
    with pytest.raises(Crash):
        encode(Module(memories=(MemoryDefinition(memory),)))


def test_a_segment_attribute_without_its_extension_is_not_lost_in_silence():
    with pytest.raises(Crash):
        encode(Module(data=(DataSegment(b"", Active(0, ZERO), (("colour", 1),)),)))


def test_a_closed_type_has_no_binary_form():
    closed = t.function_type()
    for module in (
        Module(imports=(Import("", "", t.ExternFunctionType(closed)),)),
        Module(tags=(TagDefinition(t.TagType(closed)),)),
        Module(globals=(GlobalDefinition(t.GlobalType(t.ReferenceType(True, closed)), ZERO),)),
        Module(types=(type_of(t.StructType(), supertypes=(closed,)),)),
    ):
        with pytest.raises(Crash):
            encode(module)

"""Code that is large, deep or irregular: the places of its instructions, and that reading it stays in bounds."""

import tracemalloc

import pytest

from quire.engine import types as t
from quire.engine.binary import decode, encode
from quire.engine.errors import NOWHERE, Malformed, Place
from quire.engine.instruction_set import CORE
from quire.engine.module import Expression, FunctionDefinition, Instruction, LocalRun, Module

HEADER = b"\0asm\1\0\0\0"


def leb(number):
    return bytes([number & 0x7F | 0x80]) + leb(number >> 7) if number > 0x7F else bytes([number])


def function(code):
    """A module of one function with that body, and the offset of the body."""
    entry = leb(len(code) + 1) + b"\0"
    content = b"\1" + entry + code
    front = HEADER + b"\x03\x02\x01\x00\x0a" + leb(len(content)) + b"\1" + entry
    return front + code, len(front)


def offsets(expression):
    return [expression.places.place(index).offset for index in range(len(expression))]


PIECES = {
    "regular": ["41 00", "04 40", "01", "05", "44 0000000000000b0b", "1a", "0b", "20 80 01", "0b"],
    "padded": ["41 80 80 80 80 00", "fc 80 00", "fd 8c 00" + "0b" * 16, "1a", "fc 87 80 80 80 00", "0b"],
    "long": ["02 40", "01", "0e 80 02" + "00" * 257, "0b", "1f 40 09" + "02 00" * 9, "0b", "0b"],
}


@pytest.mark.parametrize("pieces", PIECES.values(), ids=PIECES)
def test_places_are_the_offsets_of_instructions(pieces):
    pieces = [bytes.fromhex(piece) for piece in pieces]
    data, start = function(b"".join(pieces))
    (body,) = (each.body for each in decode(data).functions)
    expected = [start + len(b"".join(pieces[:index])) for index in range(len(pieces))]
    assert offsets(body) == expected
    assert body.places.place(len(pieces)) == body.places.place(-1) == NOWHERE


def test_places_of_constant_expressions_and_of_bare_indices():
    content = bytes.fromhex("02 00 41 00 0b 02 00 ac 02 05 70 01 d0 70 0b")
    first, second = decode(HEADER + bytes([9, len(content)]) + content).elements
    assert offsets(first.mode.offset) == [12, 14]
    assert [each.places.place(0) for each in first.init] == [Place(16), Place(17)]
    assert [offsets(each) for each in second.init] == [[22, 24]]


def functions(*entries):
    """A module of functions with those locals and bodies."""
    content = leb(len(entries)) + b"".join(leb(len(each)) + each for each in entries)
    types = leb(len(entries)) + b"\0" * len(entries)
    return HEADER + b"\x03" + leb(len(types)) + types + b"\x0a" + leb(len(content)) + content


DECLARATIONS = {
    "none": ("00", ()),
    "one run": ("01 03 7f", (LocalRun(3, t.I32),)),
    "two runs": ("02 01 7f 02 7e", (LocalRun(1, t.I32), LocalRun(2, t.I64))),
    "runs that are one": ("02 01 7f 02 7f", (LocalRun(3, t.I32),)),
    "a padded count": ("01 83 00 7f", (LocalRun(3, t.I32),)),
    "a long type": ("01 01 63 70", (LocalRun(1, t.FUNCREF),)),
}


def test_the_locals_of_functions_that_declare_the_same():
    entries = [bytes.fromhex(spelled) + b"\x0b" for spelled, _ in DECLARATIONS.values()]
    found = [each.locals for each in decode(functions(*entries, *entries)).functions]
    assert found == 2 * [runs for _, runs in DECLARATIONS.values()]


@pytest.mark.parametrize("entry", ["01 03", "01", "02 01 7f 02", "", "01 03 00"])
def test_locals_that_end_early_behind_such_that_do_not(entry):
    whole = [bytes.fromhex(spelled) + b"\x0b" for spelled, _ in DECLARATIONS.values()]
    with pytest.raises(Malformed):
        decode(functions(*whole, bytes.fromhex(entry)))


def test_places_do_not_count_for_equality():
    data, _ = function(b"\x01\x0b")
    made = Expression(tuple(Instruction(CORE.by_mnemonic[name][0]) for name in ("nop", "end")))
    assert decode(data).functions[0].body == made


def test_equal_instructions_of_a_binary_are_one_object():
    data, _ = function(bytes.fromhex("41 e4 00 1a 41 e4 00 1a 0b"))
    first, _, second, _, _ = decode(data).functions[0].body
    assert first is second


def test_deep_nesting_does_not_recurse():
    depth = 200_000
    data, _ = function(b"\x02\x40" * depth + b"\x0b" * (depth + 1))
    module = decode(data)
    assert len(module.functions[0].body) == 2 * depth + 1
    assert encode(module) == data


def test_deep_nesting_that_is_not_closed():
    data, start = function(b"\x02\x40" * 200_000)
    with pytest.raises(Malformed) as caught:
        decode(data)
    assert caught.value.place.offset == start + 400_000


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param("fc 80 00", id="padded sub-opcodes"),
        pytest.param("01 fc 80 00", id="padded sub-opcodes between others"),
        pytest.param("1f 40 08" + "02 00" * 8 + "0b", id="many clauses"),
        pytest.param("0e 40" + "00" * 65, id="many labels"),
    ],
)
def test_much_irregular_code(piece):
    """Were the time to grow with the square of the length, this would not end."""
    count = 50_000
    code = bytes.fromhex(piece) * count + b"\x0b"
    data, start = function(code)
    (body,) = (each.body for each in decode(data).functions)
    assert body.places.place(len(body) - 1).offset == start + len(code) - 1
    assert len(body) % count == 1


def test_a_run_of_digits_is_not_read_again_and_again():
    data, start = function(b"\x41" + b"\x80" * 1_000_000 + b"\x0b")
    with pytest.raises(Malformed) as caught:
        decode(data)
    assert (caught.value.reason, caught.value.place) == ("integer representation too long", Place(start))


def test_a_few_bytes_do_not_declare_much_storage():
    locals_ = b"\x01" + leb(2**32 - 1) + b"\x7f"
    content = b"\1" + leb(len(locals_) + 1) + locals_ + b"\x0b"
    data = HEADER + b"\x03\x02\x01\x00\x0a" + leb(len(content)) + content
    decode(data)
    tracemalloc.start()
    try:
        assert decode(data).functions[0].locals == (LocalRun(2**32 - 1, t.I32),)
        assert tracemalloc.get_traced_memory()[1] < 100_000  # bytes
    finally:
        tracemalloc.stop()


def test_many_constants_survive():
    (const,), (end,) = CORE.by_mnemonic["i64.const"], CORE.by_mnemonic["end"]
    constants = (Instruction(const, (n * 0x9E3779B97F4A7C15 % 2**64,)) for n in range(20_000))
    module = Module(functions=(FunctionDefinition(0, (), Expression((*constants, Instruction(end)))),))
    assert decode(encode(module)) == module

"""Bytes that are no module: the reason in the words of the conformance suite, and the offset of what is wrong."""

import pytest

from quire.engine.binary import decode
from quire.engine.errors import Malformed

HEADER = "00 61 73 6d 01 00 00 00 "
ONE_TYPE = "01 04 01 60 00 00 "
ONE_FUNCTION = ONE_TYPE + "03 02 01 00 "  # of 10 bytes: the code section starts at 0x12
MEMORY = "05 03 01 00 00 "


def section(code, content):
    data = bytes.fromhex(content)
    return bytes([code, len(data)]).hex() + data.hex()


def body(code):
    """One function whose body, at offset 0x17, is the code."""
    data = bytes.fromhex(code)
    return ONE_FUNCTION + bytes([10, len(data) + 3, 1, len(data) + 1, 0]).hex() + data.hex()


UNEXPECTED_END = "unexpected end of section or function"
HEADERS = [
    ("00 61", UNEXPECTED_END, 0),
    ("00 61 73 6e 01 00 00 00", "magic header not detected", 0),
    ("00 61 73 6d 01 00", UNEXPECTED_END, 4),
    ("00 61 73 6d 02 00 00 00", "unknown binary version", 4),
]
CASES = [
    # sections
    ("0e 00", "malformed section id", 8),
    ("80 00", "malformed section id", 8),
    ("01", UNEXPECTED_END, 9),
    ("01 05 00", "length out of bounds", 10),
    ("01 82 80 80 80 80 00", "integer representation too long", 9),
    ("01 01 00 01 01 00", "unexpected content after last section", 11),
    ("02 01 00 01 01 00", "unexpected content after last section", 11),
    ("0d 01 00 05 01 00", "unexpected content after last section", 11),
    ("0a 01 00 0c 01 00", "unexpected content after last section", 11),
    ("01 02 00 00", "section size mismatch", 11),
    ("00 00", UNEXPECTED_END, 10),
    ("00 02 01 ff", "malformed UTF-8 encoding", 10),
    ("00 03 03 61 62", UNEXPECTED_END, 11),
    # counts
    ("01 05 ff ff ff ff 0f", UNEXPECTED_END, 10),
    ("03 01 01 04 01 00", "length out of bounds", 10),
    ("03 05 80 80 80 80 10", "integer too large", 10),
    ("03 03 01 80 80 80 80 80 00", "integer representation too long", 11),
    ("03 03 01 80 80 00", UNEXPECTED_END, 11),
    ("03 02 01 00", "function and code section have inconsistent lengths", 12),
    ("0a 04 01 02 00 0b", "function and code section have inconsistent lengths", 14),
    ("0c 01 01", "data count and data section have inconsistent lengths", 11),
    ("0c 01 00 0b 03 01 01 00", "data count and data section have inconsistent lengths", 16),
    # types
    (section(1, "01 5d"), "malformed definition type", 11),
    (section(1, "01 e0 7f 00 00"), "integer representation too long", 11),
    (section(1, "01 5e 7f 02"), "malformed mutability", 13),
    (section(1, "01 5f 01 7f ff"), "malformed mutability", 14),
    (section(1, "01 60 01 78 00"), "malformed value type", 13),
    (section(1, "01 60 01 40 00"), "malformed value type", 13),
    (section(1, "01 60 01 64 40 00"), "malformed heap type", 14),
    (section(1, "01 60 01 63 f0 7f"), "malformed heap type", 14),
    # imports, exports, and the types of both
    (section(2, "01 00 00 05 00"), "malformed import kind", 13),
    (section(2, "01 00 00 04 01 00"), "zero byte expected", 14),
    (section(2, "01 01 80 00 00 00"), "malformed UTF-8 encoding", 11),
    (section(7, "01 00 05 00"), "malformed export kind", 12),
    (section(4, "01 7f 00 00"), "malformed reference type", 11),
    (section(4, "01 70 02 00"), "malformed limits flags", 12),
    (section(4, "01 40 01 70 00 00 0b"), "zero byte expected", 12),
    (section(5, "01 02 00"), "malformed limits flags", 11),
    (section(5, "01 08 00 00"), "malformed limits flags", 11),
    (section(5, "01 81 00 00 00"), "malformed limits flags", 11),
    (section(5, "01 01 01"), UNEXPECTED_END, 13),
    (section(6, "01 7f 02 0b"), "malformed mutability", 12),
    (section(13, "01 01 00"), "zero byte expected", 11),
    # segments
    (section(9, "01 08"), "malformed elements segment kind", 11),
    (section(9, "01 01 01 00"), "malformed element kind", 12),
    (section(9, "01 05 7f 00"), "malformed reference type", 12),
    (section(11, "01 03 00"), "malformed data segment kind", 11),
    (section(11, "01 10 00 0b 00"), "malformed data segment kind", 11),
    (section(11, "01 01 07 61 62"), UNEXPECTED_END, 13),
    # constant expressions
    (section(6, "01 7f 00 41 00"), UNEXPECTED_END, 15),
    (section(6, "01 7f 00 f3 0b"), "illegal opcode f3", 13),
    (section(6, "01 7f 00 02 40 0b"), UNEXPECTED_END, 16),
    (section(6, "01 7f 00 05 0b"), "END opcode expected", 13),
    (section(6, "01 7f 00 41 80 80 80 80 70 0b"), "integer too large", 13),
    # code
    (body("ff 00 0b"), "illegal opcode ff", 0x17),
    (body("01 fc 13 0b"), "illegal opcode fc 13", 0x18),
    (body("01 fd ff ff 03 0b"), "illegal opcode fd ffff", 0x18),
    (body("06 40 0b 0b"), "illegal opcode 06", 0x17),
    (body("01 fc 87 80 80 80 80 00 0b"), "integer representation too long", 0x18),
    (body("01 41 80 80 80 80 80 00 0b"), "integer representation too long", 0x18),
    (body("01 41 ff ff ff ff 0f 0b"), "integer too large", 0x18),
    (body("01 28 80 01 00 0b"), "malformed memop flags", 0x18),
    (body("01 fb 18 04 00 6e 6e 0b"), "malformed br_on_cast flags", 0x18),
    (body("01 1f 40 01 04 00 0b 0b"), "malformed catch clause", 0x18),
    (body("01 02 41 0b 0b"), "malformed block type", 0x18),
    (body("01 d0 40 0b"), "malformed heap type", 0x18),
    (body("01 0e ff ff ff ff 0f 00 0b"), UNEXPECTED_END, 0x18),
    (body("01 0b 0b"), "section size mismatch", 0x19),
    (body("0b 01"), "section size mismatch", 0x18),
    (body("05 0b"), "END opcode expected", 0x17),
    (body("04 40 05 05 0b 0b"), "END opcode expected", 0x1A),
    (body("02 40 05 0b 0b"), "END opcode expected", 0x19),
    (body("04 40 02 40 05 0b 0b 0b"), "END opcode expected", 0x1B),
    (body("41 01 1a"), UNEXPECTED_END, 0x1A),
    (body("41 01 1a") + "0b 01 00", "section size mismatch", 0x1A),
    (body("02 40 0b"), UNEXPECTED_END, 0x1A),
    (body("41"), UNEXPECTED_END, 0x17),
    (body("44 00 00 00 00 0b"), UNEXPECTED_END, 0x17),
    (body(""), UNEXPECTED_END, 0x17),
    (ONE_FUNCTION + "0a 02 01 00", UNEXPECTED_END, 0x16),
    (ONE_FUNCTION + "0a 04 01 03 00 0b", "length out of bounds", 0x16),
    (ONE_TYPE + "03 03 02 00 00 0a 08 02 03 00 41 01 02 00 0b", "END opcode expected", 0x1A),
    (ONE_TYPE + "03 03 02 00 00 0a 04 01 02 00 0b 0a 04 01 02 00 0b", "unexpected content after last section", 0x19),
    # locals
    (ONE_FUNCTION + "0a 0c 01 0a 02 ff ff ff ff 0f 7f 01 7e 0b", "too many locals", 0x16),
    (ONE_FUNCTION + "0a 0a 01 08 01 80 80 80 80 10 7f 0b", "integer too large", 0x17),
    (ONE_FUNCTION + "0a 06 01 04 01 01 78 0b", "malformed value type", 0x18),
    (ONE_FUNCTION + "0a 05 01 03 7f 7f 0b", UNEXPECTED_END, 0x16),
    # what needs a data count section
    (body("01 fc 09 00 0b") + section(11, "01 01 00"), "data count section required", 0x18),
    (body("fc 89 00 00 0b") + section(11, "01 01 00"), "data count section required", 0x17),
    (body("41 00 41 00 41 00 fc 08 00 00 0b"), "data count section required", 0x1D),
]


ALL = [*HEADERS, *((HEADER + code, reason, offset) for code, reason, offset in CASES)]


@pytest.mark.parametrize(("code", "reason", "offset"), ALL, ids=[f"{n}-{case[1]}" for n, case in enumerate(ALL)])
def test_malformed(code, reason, offset):
    with pytest.raises(Malformed) as caught:
        decode(bytes.fromhex(code))
    assert (caught.value.reason, caught.value.place.offset) == (reason, offset)


def test_the_message_says_what_and_where():
    with pytest.raises(Malformed) as caught:
        decode(bytes.fromhex(HEADER + "02 01 00 01 01 00"))
    expected = "unexpected content after last section: a type section behind the import section (at offset 0xb)"
    assert str(caught.value) == expected


def test_every_part_of_a_module_that_is_cut_off_is_malformed():
    whole = bytes.fromhex(HEADER + ONE_TYPE + section(3, "01 00") + MEMORY + section(6, "01 7f 00 41 00 0b")
                          + section(7, "01 01 61 00 00") + section(10, "01 05 00 02 40 0b 0b"))  # fmt: skip
    decode(whole)
    boundaries = {8, 14}  # sections that may end the module: the next ones are all wanted
    for end in range(len(whole)):
        if end not in boundaries:
            with pytest.raises(Malformed):
                decode(whole[:end])

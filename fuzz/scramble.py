"""Bytes that are a module no more, as a rule: one small change of the encoding of one. Engines must agree on the
verdict.

Most changes keep the sizes of sections and of function bodies right, so that what is wrong is found behind them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from types import FrameType

from quire.engine import bytestream
from quire.engine.binary import decode, encode
from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.errors import Malformed
from quire.engine.instruction_set import InstructionSet
from quire.engine.module import Names
from quire.fuzz.broken import harmless
from quire.fuzz.choices import Choices
from quire.fuzz.generate.generator import Generated
from quire.fuzz.observe import Shim
from quire.proposal_ops import instruction_set

EVERYTHING = instruction_set()
BYTESTREAM = bytestream.__file__
PRIMITIVES = frozenset({"byte", "take", "part", "unsigned", "signed", "name", "vector"})
NAMED = Names(module="scrambled", functions=((0, "first"),), locals=((0, ((0, "parameter"),)),))

HEADER = 8  # bytes
CODE = 10  # the number of the code section
SECTIONS = 13  # the largest number
INTERESTING = (0x00, 0x01, 0x0B, 0x3F, 0x40, 0x7E, 0x7F, 0x80, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF)
LAST = (0x00, 0x00, 0x7F, 0x08, 0x0F, 0x10, 0x70)
"""Of a number that is written longer: some have bits that it has no place for."""
NAMES = (b"a", b"", b"\x80", b"\xed\xa0\x80")
Section = tuple[int, bytes]


def scrambled(generated: Generated, choices: Choices) -> Generated:
    """A case whose bytes, with the shim or without, have been changed."""
    module = generated.module if choices.below(4) else Shim(generated).finished()
    module = replace(module, start=None, names=NAMED if choices.below(2) else module.names)
    changed = scramble(encode(module, generated.instruction_set), choices, generated.instruction_set)
    binary = b"" if would_run(changed) else changed
    return replace(generated, module=module, calls=(), fuel=False, broken=True, binary=binary)


def would_run(binary: bytes) -> bool:
    """Whether instantiation may call a function."""
    try:
        module = decode(binary, EVERYTHING)
    except Malformed:
        return False
    return module != harmless(module)


def scramble(binary: bytes, choices: Choices, known: InstructionSet = EVERYTHING) -> bytes:
    """A well-formed binary with one change. Raises Malformed for any other."""
    if choices.below(2):
        return change_place(binary, choices, known)
    header, sections = split(binary)
    kind = choices.below(10)
    if kind == 9 or not sections:
        return change_bytes(binary, choices)
    if kind > 6:
        return header + joined(change_frames(sections, choices))
    at = choices.below(len(sections))
    number, content = sections[at]
    sections[at] = number, (change_code if number == CODE else change_bytes)(content, choices)
    return header + joined(sections)


def split(binary: bytes) -> tuple[bytes, list[Section]]:
    """The header and the sections. Raises Malformed."""
    reader, sections = ByteReader(binary, HEADER), list[Section]()
    while not reader.at_end:
        sections.append((reader.byte(), reader.take(reader.u32())))
    return binary[:HEADER], sections


def joined(sections: Sequence[Section]) -> bytes:
    """Sections with their numbers and sizes."""
    return b"".join(bytes([number]) + sized(content) for number, content in sections)


def sized(content: bytes) -> bytes:
    """Bytes behind their number."""
    return unsigned(len(content)) + content


def unsigned(number: int) -> bytes:
    """LEB128."""
    writer = ByteWriter()
    writer.unsigned(number)
    return bytes(writer.data)


def change_place(binary: bytes, choices: Choices, known: InstructionSet) -> bytes:
    """With a change where some part of the decoder reads: each part of it has the same chance, however often it is run.

    The sizes of the section and the body around stay right.
    """
    at = choices.pick(choices.pick(places_read(binary, known)))
    header, sections = split(binary)
    start = len(header)
    for number, (kind, content) in enumerate(sections):
        start += 1 + len(unsigned(len(content)))
        if start <= at < start + len(content):
            change = change_code if kind == CODE else change_bytes
            sections[number] = kind, change(content, choices, at - start)
            return header + joined(sections)
        start += len(content)
    return change_bytes(binary, choices, at)


def places_read(binary: bytes, known: InstructionSet) -> list[list[int]]:
    """The offsets at which the decoder reads a primitive, those that one line of it reads together."""
    found: dict[tuple[str, int, str], list[int]] = {}

    def note(frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if event != "call" or code.co_filename != BYTESTREAM or code.co_name not in PRIMITIVES:
            return
        reader, asking = frame.f_locals["self"], frame.f_back
        while asking is not None and asking.f_code.co_filename == BYTESTREAM:
            asking = asking.f_back
        ours = isinstance(reader, ByteReader) and reader.data is binary and reader.position < len(binary)
        if ours and asking is not None:
            place = (asking.f_code.co_filename, asking.f_lineno, code.co_name)
            found.setdefault(place, []).append(reader.position)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        decode(binary, known)
    finally:
        sys.setprofile(before)
    return list(found.values())


def change_bytes(data: bytes, choices: Choices, at: int | None = None) -> bytes:
    """With a byte changed, put in, taken away, or written longer than it needs to be: any one, or the one `at`."""
    if at is None:
        at = choices.below(choices.pick((max(1, len(data)), min(len(data), 12) or 1)))  # often near the start
    byte = data[at] if data else 0
    new = choices.pick((choices.pick(INTERESTING), byte ^ 1 << choices.below(8), (byte + 1) & 0xFF, (byte - 1) & 0xFF))
    match choices.below(8):
        case 0:
            return data[:at] + data[at + 1 :]
        case 1:
            return data[:at] + bytes([new]) + data[at:]
        case 2:
            longer = [byte | 0x80, *[0x80] * choices.below(5), choices.pick(LAST)]
            return data[:at] + bytes(longer) + data[at + 1 :]
        case 3 if choices.below(2):
            return data[:at]
    return data[:at] + bytes([new]) + data[at + 1 :]


def change_code(content: bytes, choices: Choices, at: int | None = None) -> bytes:
    """The code section with a change in one body, whose size is right; where it is `at`, if that is in one."""
    bodies = bodies_of(content)
    ends = list(accumulate((len(sized(body)) for body in bodies), initial=len(unsigned(len(bodies)))))[1:]
    if at is None:
        number, inside = (choices.below(len(bodies)) if bodies else None), None
    else:
        number = next((number for number, end in enumerate(ends) if end - len(bodies[number]) <= at < end), None)
        inside = None if number is None else at - ends[number] + len(bodies[number])
    if number is None:
        return change_bytes(content, choices, at)
    bodies[number] = change_bytes(bodies[number], choices, inside)
    return unsigned(len(bodies)) + b"".join(map(sized, bodies))


def bodies_of(content: bytes) -> list[bytes]:
    """The bodies of a code section, without their sizes. Raises Malformed."""
    reader = ByteReader(content)
    return [reader.take(reader.u32()) for _ in range(reader.u32())]


def change_frames(sections: Sequence[Section], choices: Choices) -> list[Section]:
    """With a section taken away, doubled, swapped, renumbered, emptied, or a custom one put in."""
    at = choices.below(len(sections))
    before, (number, content), after = list(sections[:at]), sections[at], list(sections[at + 1 :])
    here: list[Section]
    match choices.below(6):
        case 0:
            here = []
        case 1:
            here = [(number, content)] * 2
        case 2:
            return [*before, *after[:1], (number, content), *after[1:]]
        case 3:
            here = [(choices.below(SECTIONS + 2), content)]
        case 4:
            here = [(number, b"\0")]
        case _:
            here = [(0, sized(choices.pick(NAMES))), (number, content)]
    return [*before, *here, *after]

"""Programs for page states: operations on memories of memory control, whose outcomes the model of the proposal knows.

A program is plain data. It becomes a module with a function for each operation, which any leg with memory control can
run, and stands in that module's custom section `page-states`, from which the leg `model` reads it
(`fuzz/legs/model_leg.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from quire.engine.module import CustomSection
from quire.fuzz.choices import Choices
from quire.fuzz.generate.features import MEMORY_CONTROL, PAGE_SIZES, SIMD, THREADS
from quire.fuzz.generate.generator import Call, Generated
from quire.fuzz.legs.protocol import ALIGNMENT_TRAP
from quire.proposal_ops import instruction_set, text_extensions
from quire.wat.parser import parse_module
from quire.wat.text_format import TextFormat

SECTION: Final = "page-states"
FEATURES: Final = (MEMORY_CONTROL, PAGE_SIZES, THREADS)
LOOKS: Final = 12  # pages that are read at the end
DATA: Final = bytes(range(0x81, 0x99))  # the passive segment of every program
WIDE_VALUE: Final = "v128.const i64x2 0x1122334455667788 0x99aabbccddeeff01"
PROTECTIONS: Final = ("none", "read", "readwrite")
LOADS: Final = {"i32.load8_u": 1, "i32.load16_u": 2, "i32.load": 4, "i64.load": 8, "v128.load": 16}
STORES: Final = {"i32.store8": 1, "i32.store16": 2, "i32.store": 4, "i64.store": 8, "v128.store": 16}
RANGES: Final = ("discard", "unmap", *(f"{name} {p}" for name in ("map", "protect") for p in PROTECTIONS))
ATOMICS: Final = ("wait", "notify", "add", "load")
OPERATIONS: Final = ("map readwrite", *RANGES, *LOADS, *STORES, "fill", "copy", "init", "grow", "size", *ATOMICS)


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a memory; `minimum` and `maximum` count growable pages."""

    minimum: int
    maximum: int
    noaccess: int
    readonly: int
    virtual: bool
    page_size: int
    address_bits: int
    shared: bool = False

    @property
    def at(self) -> str:
        return f"i{self.address_bits}"

    @property
    def pages(self) -> int:
        return self.noaccess + self.readonly + self.minimum

    @property
    def text(self) -> str:
        words = [self.at, *(["virtual"] if self.virtual else []), f"{self.minimum} {self.maximum}"]
        words += ["shared"] if self.shared else []
        return " ".join([*words, f"(pagesize {self.page_size}) (noaccess {self.noaccess}) (readonly {self.readonly})"])


@dataclass(frozen=True, slots=True)
class Segment:
    """Active bytes, with one of PROTECTIONS or "" where none is said."""

    memory: int
    offset: int
    data: bytes
    protection: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One of OPERATIONS on a memory. What the numbers mean depends on its name."""

    name: str
    memory: int
    address: int
    length: int = 0
    other: int = 0  # the source of a copy or an init, the value of a fill
    source: int = 0  # the memory that a copy reads


@dataclass(frozen=True, slots=True)
class Program:
    """Memories, what their segments do to them, and operations."""

    kinds: tuple[Kind, ...]
    segments: tuple[Segment, ...]
    operations: tuple[Operation, ...]
    trapping: bool  # whether ranges must be aligned


# Drawing


def draw_program(choices: Choices) -> Program:
    """One or two memories, up to three segments, up to thirty operations and some that look at what is left."""
    kinds = tuple(draw_kind(choices) for _ in range(1 + choices.below(2)))
    segments = tuple(draw_segment(choices, kinds) for _ in range(choices.pick((0, 0, 1, 2, 3))))
    operations = [*first_maps(kinds), *(draw_operation(choices, kinds) for _ in range(choices.between(4, 30)))]
    looks = (
        Operation("i32.load8_u", number, page * kind.page_size)
        for number, kind in enumerate(kinds)
        for page in range(min(kind.pages + 1, LOOKS))
    )
    return Program(kinds, segments, (*operations, *looks), choices.chance(25))


def first_maps(kinds: Sequence[Kind]) -> Iterator[Operation]:
    """Maps the middle of virtual memories, so that what follows finds something."""
    for number, kind in enumerate(kinds):
        if kind.virtual and kind.minimum > 1:
            start, size = kind.noaccess + kind.readonly + kind.minimum // 4, kind.minimum // 2 + 1
            yield Operation("map readwrite", number, start * kind.page_size, size * kind.page_size)


def draw_kind(choices: Choices) -> Kind:
    """Most memories are virtual and have small pages, so that everything is near an edge."""
    virtual, small = not choices.chance(25), not choices.chance(25)
    minimum = choices.between(0, 20 if small else 4)
    maximum = minimum + choices.between(0, 9 if small else 2)
    sections = choices.pick((0, 0, 1, 2)), choices.pick((0, 0, 1, 3))
    return Kind(minimum, maximum, *sections, virtual, 1 if small else 65536, choices.pick((32, 64)), choices.chance(25))


def draw_address(choices: Choices, kind: Kind) -> int:
    """At or near the edge of a page, rarely beyond everything."""
    if choices.chance(4):
        return (1 << kind.address_bits) - choices.pick((1, 2, kind.page_size, 16))
    page = choices.pick((0, kind.noaccess, kind.noaccess + kind.readonly, kind.pages, choices.below(kind.pages + 2)))
    return max(0, page * kind.page_size + choices.pick((0, 0, 0, 1, -1, -2, -8, 100)))


def draw_length(choices: Choices, kind: Kind, address: int) -> int:
    """Some pages, up to the end, nothing, or a little more or less."""
    to_end = max(0, kind.pages * kind.page_size - address)
    pages = choices.pick((1, 2, 3, 5)) * kind.page_size
    if choices.chance(3):
        return (1 << kind.address_bits) - choices.pick((1, kind.page_size))
    return max(0, choices.pick((pages, pages, min(pages, to_end), to_end, 0, 1)) + choices.pick((0, 0, 0, 0, 1, -1)))


def draw_segment(choices: Choices, kinds: Sequence[Kind]) -> Segment:
    """Mostly where the memory has pages for it."""
    memory = choices.below(len(kinds))
    kind = kinds[memory]
    data = bytes(range(1, 1 + choices.pick((1, 3, 8, 20, 0))))
    protection = choices.pick(("", *PROTECTIONS)) if kind.virtual else ""
    start, end = kind.noaccess * kind.page_size, kind.pages * kind.page_size
    offset = min(max(start, draw_address(choices, kind)), max(0, end - len(data)))
    return Segment(memory, choices.below(end + 2) if choices.chance(5) else offset, data, protection)


def draw_operation(choices: Choices, kinds: Sequence[Kind]) -> Operation:
    """Any operation that the memory has."""
    memory = choices.below(len(kinds))
    kind = kinds[memory]
    name = choices.pick(OPERATIONS if kind.virtual else ("discard", *OPERATIONS[len(RANGES) + 1 :]))
    address = draw_address(choices, kind)
    if name == "grow":
        return Operation(
            name, memory, choices.pick((0, 1, 2, kind.maximum - kind.minimum, kind.maximum + 1, 0xFFFFFFFF))
        )
    if name == "init":
        return Operation(
            name, memory, address, choices.pick((1, 4, len(DATA), 0, 30)), choices.pick((0, 1, 23, 24, 25))
        )
    if name in ATOMICS:
        return Operation(
            name, memory, address if choices.chance(20) else address & -4, 0, choices.pick((0, 1, 0x04030201))
        )
    length = draw_length(choices, kind, address)
    if name == "copy":
        source = choices.below(len(kinds))
        shortest = min(kinds[source].address_bits, kind.address_bits)
        other = draw_address(choices, kinds[source])
        return Operation(name, memory, address, length & (1 << shortest) - 1, other, source)
    return Operation(name, memory, address, length, choices.pick((0xA5, 0, 0x1FF)))


# As a module


def program_case(choices: Choices) -> Generated:
    """A program that is drawn, as a case; now and then one that must be refused."""
    program = draw_program(choices)
    if program.segments and choices.chance(4):
        first, *others = program.segments
        program = replace(program, segments=(replace(first, protection=choices.pick(PROTECTIONS)), *others))
    return case_of(program)


def is_valid(program: Program) -> bool:
    """Whether only segments of virtual memories say a protection. docs/memory-control.md, section 7"""
    return not any(each.protection and not program.kinds[each.memory].virtual for each in program.segments)


def case_of(program: Program) -> Generated:
    """A program with its module, whose functions are its operations."""
    known = instruction_set(FEATURES)
    module = parse_module("\n".join(text_of(program)), TextFormat(known, text_extensions(FEATURES)))
    section = CustomSection(SECTION, json.dumps(as_json(program), separators=(",", ":")).encode())
    calls = tuple(Call(number, ()) for number in range(len(program.operations)))
    features = frozenset((*FEATURES, SIMD, *([ALIGNMENT_TRAP] if program.trapping else [])))
    module = replace(module, custom_sections=(section,))
    if not is_valid(program):
        return Generated(module, known, features, (), fuel=False, broken=True)
    return Generated(module, known, features, calls, fuel=False)


def text_of(program: Program) -> Iterator[str]:
    """The module."""
    yield "(module"
    yield from (f"(memory {kind.text})" for kind in program.kinds)
    for each in program.segments:
        prot = f"(prot {each.protection})" if each.protection else ""
        offset = f"({program.kinds[each.memory].at}.const {each.offset})"
        yield f'(data (memory {each.memory}) {offset} {prot} "{escaped(each.data)}")'
    yield f'(data "{escaped(DATA)}")'
    passive = len(program.segments)
    yield from (f"(func {function_text(each, program.kinds, passive)})" for each in program.operations)
    yield ")"


def escaped(data: bytes) -> str:
    """Bytes as a string of the text format."""
    return "".join(f"\\{byte:02x}" for byte in data)


def function_text(each: Operation, kinds: Sequence[Kind], passive: int) -> str:
    """A function without parameters that does one operation; `passive` is the index of a data segment."""
    at, name, word = kinds[each.memory].at, each.name.partition(" ")[0], each.name.partition(" ")[2]
    address, length = f"({at}.const {each.address})", f"({at}.const {each.length})"
    type_ = name.partition(".")[0]
    if each.name in LOADS:
        return f"(result {type_}) ({name} {each.memory} {address})"
    if each.name in STORES:
        value = (
            "v128.const i64x2 0x1122334455667788 0x99aabbccddeeff01" if type_ == "v128" else f"{type_}.const 0x51525354"
        )
        return f"({name} {each.memory} {address} ({value}))"
    if name in ATOMICS:
        return atomic_text(each, address)
    match name:
        case "size":
            return f"(result {at}) (memory.size {each.memory})"
        case "grow":
            return f"(result {at}) (memory.grow {each.memory} {address})"
        case "fill":
            return f"(memory.fill {each.memory} {address} (i32.const {each.other}) {length})"
        case "init":
            return f"(memory.init {each.memory} {passive} {address} (i32.const {each.other}) (i32.const {each.length}))"
        case "copy":
            source = kinds[each.source]
            count = f"(i{min(source.address_bits, kinds[each.memory].address_bits)}.const {each.length})"
            return f"(memory.copy {each.memory} {each.source} {address} ({source.at}.const {each.other}) {count})"
    result = f"(result {at}) " if name == "map" else ""
    return f"{result}(memory.{name} {each.memory} {word} {address} {length})"


def atomic_text(each: Operation, address: str) -> str:
    """A function that does an atomic access. Nobody waits for long, or wakes anybody."""
    value = f"(i32.const {each.other})"
    code = {
        "wait": f"memory.atomic.wait32 {each.memory} {address} {value} (i64.const 0)",
        "notify": f"memory.atomic.notify {each.memory} {address} {value}",
        "add": f"i32.atomic.rmw.add {each.memory} {address} {value}",
        "load": f"i32.atomic.load {each.memory} {address}",
    }
    return f"(result i32) ({code[each.name]})"


# As data


def as_json(program: Program) -> dict[str, Any]:
    """As plain data."""
    return {
        "kinds": [asdict(each) for each in program.kinds],
        "segments": [[each.memory, each.offset, each.data.hex(), each.protection] for each in program.segments],
        "operations": [list(asdict(each).values()) for each in program.operations],
        "trapping": program.trapping,
    }


def from_json(raw: Any) -> Program:
    """Raises KeyError, TypeError or ValueError for what as_json did not make."""
    return Program(
        tuple(Kind(**each) for each in raw["kinds"]),
        tuple(Segment(memory, offset, bytes.fromhex(data), prot) for memory, offset, data, prot in raw["segments"]),
        tuple(Operation(*each) for each in raw["operations"]),
        raw["trapping"],
    )

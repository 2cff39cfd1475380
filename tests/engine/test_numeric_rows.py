"""The numeric and vector chapters of the instruction table: complete, in order, and the same as another engine's.

Each row is run on operands that are drawn from the edges of its types; wasmtime, where it is installed, runs the same
instruction on the same bits.
"""

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from quire.engine import types as t
from quire.engine.errors import Trap
from quire.engine.immediates import F32, F64, I32, I64, LANES, V128, Immediate, Lane, MemArg, MemArgKind
from quire.engine.instructions import numeric, vector
from quire.engine.instructions.row import Kind, Row
from quire.engine.numeric.floats import f32, f64
from quire.engine.numeric.shapes import f32x4, f64x2

CHAPTERS = [numeric, vector]
BITS = {"i32": 32, "i64": 64, "f32": 32, "f64": 64, "v128": 128}
FLOATS = {"f32": f32, "f64": f64}
NO_ARITHMETIC = ("abs", "neg", "copysign", "pmin", "pmax", "splat", "lane", "eq", "ne", "lt", "gt", "le", "ge")
"""The ends of the names of instructions on floats that make no NaN."""

ADDRESS = 128
"""Operands stand at 0, 16, 32 in memory, the result at 64; loads and stores keep to this address and beyond."""


class Nowhere:
    """A context whose memory 0 has 32-bit addresses."""

    def memory(self, index: int) -> t.MemoryType:
        return t.MemoryType(t.Limits(1, None), t.I32)


def opcode_key(row: Row) -> tuple[int, int]:
    return row.opcode if isinstance(row.opcode, tuple) else (row.opcode, 0)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=["numeric", "vector"])
def test_rows_are_in_the_order_of_their_opcodes(chapter):
    keys = [opcode_key(row) for row in chapter.ROWS]
    assert keys == sorted(set(keys))


def test_every_numeric_opcode_has_a_row():
    opcodes = {row.opcode for row in numeric.ROWS}
    assert opcodes == {*range(0x41, 0xC5), *((0xFC, number) for number in range(8))}


def test_every_vector_opcode_has_a_row():
    unused = {
        0x9A,
        0xA2,
        0xA5,
        0xA6,
        0xAF,
        0xB0,
        0xB2,
        0xB3,
        0xB4,
        0xBB,
        0xC2,
        0xC5,
        0xC6,
        0xCF,
        0xD0,
        0xD2,
        0xD3,
        0xD4,
    }
    unused |= {0xE2, 0xEE}
    assert {row.opcode for row in vector.ROWS} == {(0xFD, number) for number in range(0x114) if number not in unused}


def test_constants_and_what_extends_them():
    constant = {row.mnemonic for row in (*numeric.ROWS, *vector.ROWS) if row.constant}
    expected = {f"{name}.const" for name in BITS}
    assert constant == expected | {
        f"{name}.{operation}" for name in ("i32", "i64") for operation in ("add", "sub", "mul")
    }


def test_a_row_says_where_it_is_specified():
    assert not [
        row for row in (*numeric.ROWS, *vector.ROWS) if row.kind is Kind.NUMERIC and "Spec: " not in row.run.__doc__
    ]


# Against wasmtime


@dataclass
class FakeMemory:
    """Enough of a memory for loads and stores."""

    data: bytearray

    def load(self, address: int, size: int) -> bytes:
        return bytes(self.data[address : address + size])

    def store(self, address: int, raw: bytes) -> None:
        self.data[address : address + len(raw)] = raw


@dataclass
class FakeFrame:
    """Enough of a frame for loads and stores."""

    data: bytearray

    def memory(self, index: int) -> FakeMemory:
        return FakeMemory(self.data)


@dataclass
class Case:
    """A row with immediates, as a function whose operands and result are in memory."""

    row: Row
    immediates: tuple[Any, ...]
    parameters: list[str] = field(init=False)
    results: list[str] = field(init=False)

    def __post_init__(self) -> None:
        signature = self.row.signature(Nowhere(), *self.immediates)
        self.parameters = [each.name for each in signature.parameters]
        self.results = [each.name for each in signature.results]

    def text(self, name: str) -> str:
        immediates = " ".join(map(write, self.row.immediates, self.immediates))
        operands = " ".join(f"({type_}.load (i32.const {16 * at}))" for at, type_ in enumerate(self.parameters))
        body = f"({self.row.mnemonic} {immediates} {operands})"
        if self.results:
            body = f"({self.results[0]}.store (i32.const 64) {body})"
        return f'(func (export "{name}") {body})'

    def draw(self, source: random.Random) -> list[int]:
        bits = [draw(source, type_, self.row.mnemonic) for type_ in self.parameters]
        return bits if self.row.kind is Kind.NUMERIC else [ADDRESS + source.randrange(32), *bits[1:]]

    def run(self, data: bytearray, bits: list[int]) -> bytearray | str:
        """The memory afterwards, or the reason of a trap."""
        operands = [FLOATS[p].from_bits(b) if p in FLOATS else b for p, b in zip(self.parameters, bits, strict=True)]
        frame = [FakeFrame(data)] if self.row.kind is Kind.STATEFUL else []
        try:
            result = self.row.run(*frame, *self.immediates, *operands)
        except Trap as trap:
            return trap.reason
        for type_ in self.results:
            raw = (FLOATS[type_].to_bits(result) if type_ in FLOATS else result).to_bytes(BITS[type_] // 8, "little")
            data[64 : 64 + len(raw)] = raw
        return data

    def canonical(self, data: bytearray) -> bytearray:
        """`data` with canonical NaNs in the result, if the instruction may return any other."""
        operation = self.row.mnemonic.partition(".")[2]
        if operation.startswith("reinterpret") or operation.endswith(NO_ARITHMETIC):
            return data
        shape = {"f32": f32x4, "f64": f64x2}.get(self.row.mnemonic[:3])
        if shape is not None and self.results:
            result = shape.unary(shape.floats.round)(int.from_bytes(data[64:80], "little"))
            size = BITS[self.results[0]] // 8
            data[64 : 64 + size] = result.to_bytes(16, "little")[:size]
        return data


def write(kind: Immediate, value: Any) -> str:
    if isinstance(kind, MemArgKind):
        return f"offset={value.offset}"
    if kind is LANES:
        return " ".join(map(str, value))
    if kind is V128:
        return f"i64x2 {value % 2**64} {value >> 64}"
    return str(value)


def choices(kind: Immediate, source: random.Random) -> list[Any]:
    if isinstance(kind, Lane):
        return sorted({0, kind.count // 3, kind.count - 1})
    if isinstance(kind, MemArgKind):
        return [MemArg(0, 0, 5)]
    if kind is LANES:
        return [tuple(source.choices(range(32), k=16)) for _ in range(4)]
    return [source.getrandbits(kind.bits)]


def cases(source: random.Random) -> list[Case]:
    found = []
    for row in (*numeric.ROWS, *vector.ROWS):
        variants: list[tuple[Any, ...]] = [()]
        for kind in row.immediates:
            variants = [(*variant, value) for variant in variants for value in choices(kind, source)]
        found += [Case(row, variant) for variant in variants if not {F32, F64, I32, I64} & set(row.immediates)]
    return [case for case in found if not case.row.mnemonic.endswith("madd")]  # free to be fused elsewhere


def draw(source: random.Random, type_: str, mnemonic: str) -> int:
    if type_ == "v128":
        lane = next((name for name in ("f32", "f64") if name in mnemonic), "") if source.random() < 0.7 else ""
        lane = lane or source.choice(("i8", "i16", "i32", "i64"))
        width = int(lane[1:])
        return sum(draw_lane(source, lane[0], width) << low for low in range(0, 128, width))
    return draw_lane(source, type_[0], BITS[type_])


def draw_lane(source: random.Random, sort: str, width: int) -> int:
    """The bits of an integer or a float: at random, or near one of the edges."""
    if sort == "i":
        near = source.choice((0, 1 << width - 1, 1 << source.randrange(width)))
        return source.choice((source.getrandbits(width), near + source.randrange(-3, 4) & (1 << width) - 1))
    mantissa, bias = (23, 127) if width == 32 else (52, 1023)
    ends = (0, 1, bias, 2 * bias, 2 * bias + 1, bias + source.randrange(-3, 66), source.randrange(2 * bias))
    payloads = (
        0,
        1,
        (1 << mantissa) - 1,
        1 << mantissa - 1,
        source.getrandbits(mantissa),
        source.getrandbits(mantissa),
    )
    return source.getrandbits(1) << width - 1 | source.choice(ends) << mantissa | source.choice(payloads)


def test_rows_agree_with_wasmtime():
    wasmtime = pytest.importorskip("wasmtime", reason="wasmtime, of the extra [oracle], is not installed")
    source = random.Random(3)
    config = wasmtime.Config()
    config.wasm_relaxed_simd_deterministic = True
    store = wasmtime.Store(wasmtime.Engine(config))
    tried = cases(source)
    text = "\n".join(case.text(str(number)) for number, case in enumerate(tried))
    module = wasmtime.Module(store.engine, f'(module (memory (export "memory") 1) {text})')
    exports = wasmtime.Instance(store, module, []).exports(store)
    memory = exports["memory"]
    for number, case in enumerate(tried):
        function = exports[str(number)]
        for _ in range(12):
            bits = case.draw(source)
            before = bytearray(b"".join(each.to_bytes(16, "little") for each in bits).ljust(ADDRESS, b"\0"))
            before += source.randbytes(64)
            memory.write(store, before, 0)
            try:
                function(store)
                expected = case.canonical(memory.read(store, 0, len(before)))
            except wasmtime.Trap as trap:
                expected = trap.message
            result = case.run(before, bits)
            agree = result in expected if isinstance(result, str) else result == expected
            assert agree, (case.row, case.immediates, list(map(hex, bits)), result, expected)

"""Memory instructions, scalar. Spec: syntax/instructions#memory-instructions

Every access goes through Memory.load and Memory.store, which check it as the memory's type asks.
"""

from __future__ import annotations

from quire.engine import types as t
from quire.engine.immediates import DATA, MEMORY, Context, MemArg, memarg
from quire.engine.instructions.access import Access
from quire.engine.instructions.row import stateful, typed
from quire.engine.instructions.table import narrower
from quire.engine.numeric.floats import f32, f64
from quire.engine.runtime.frame import Frame


def load(size: int) -> Access:
    """An unsigned load of `size` bytes."""

    def load_unsigned(frame: Frame, m: MemArg, address: int) -> int:
        """Without sign. Spec: exec/instructions#exec-load"""
        return int.from_bytes(frame.memory(m.memory).load(address + m.offset, size), "little")

    return Access(load_unsigned, size)


def load_signed(size: int, result_size: int) -> Access:
    """A load of `size` bytes that extends the sign to `result_size` bytes."""
    mask = (1 << 8 * result_size) - 1

    def load_extended(frame: Frame, m: MemArg, address: int) -> int:
        """With the sign extended. Spec: exec/instructions#exec-load"""
        return int.from_bytes(frame.memory(m.memory).load(address + m.offset, size), "little", signed=True) & mask

    return Access(load_extended, size, signed=True)


def load_f32(frame: Frame, m: MemArg, address: int) -> float:
    """Spec: exec/instructions#exec-load"""
    return f32.from_bits(int.from_bytes(frame.memory(m.memory).load(address + m.offset, 4), "little"))


def load_f64(frame: Frame, m: MemArg, address: int) -> float:
    """Spec: exec/instructions#exec-load"""
    return f64.from_bits(int.from_bytes(frame.memory(m.memory).load(address + m.offset, 8), "little"))


def store(size: int) -> Access:
    """A store of the low `size` bytes."""
    mask = (1 << 8 * size) - 1

    def store_wrapped(frame: Frame, m: MemArg, address: int, value: int) -> None:
        """The low bytes. Spec: exec/instructions#exec-store"""
        frame.memory(m.memory).store(address + m.offset, (value & mask).to_bytes(size, "little"))

    return Access(store_wrapped, size, stores=True)


def store_f32(frame: Frame, m: MemArg, address: int, value: float) -> None:
    """Spec: exec/instructions#exec-store"""
    frame.memory(m.memory).store(address + m.offset, f32.to_bits(value).to_bytes(4, "little"))


def store_f64(frame: Frame, m: MemArg, address: int, value: float) -> None:
    """Spec: exec/instructions#exec-store"""
    frame.memory(m.memory).store(address + m.offset, f64.to_bits(value).to_bytes(8, "little"))


def memory_size(frame: Frame, memory: int) -> int:
    """In pages. Spec: exec/instructions#exec-memory-size"""
    return frame.memory(memory).size


def memory_grow(frame: Frame, memory: int, delta: int) -> int:
    """By `delta` pages; the old size in pages, or -1. Spec: exec/instructions#exec-memory-grow"""
    grown = frame.memory(memory)
    return grown.grow(delta) & (1 << 8 * grown.type.address_type.size) - 1


def memory_fill(frame: Frame, memory: int, address: int, value: int, count: int) -> None:
    """Spec: exec/instructions#exec-memory-fill"""
    frame.memory(memory).fill(address, value & 0xFF, count)


def memory_copy_signature(context: Context, destination: int, source: int) -> t.FunctionType:
    to, from_ = context.memory(destination).address_type, context.memory(source).address_type
    return t.FunctionType((to, from_, narrower(to, from_)), ())


def memory_copy(frame: Frame, destination: int, source: int, to: int, from_: int, count: int) -> None:
    """Spec: exec/instructions#exec-memory-copy"""
    frame.memory(destination).copy(to, frame.memory(source), from_, count)


def memory_init(frame: Frame, data: int, memory: int, to: int, from_: int, count: int) -> None:
    """Spec: exec/instructions#exec-memory-init"""
    frame.memory(memory).init(to, frame.data(data), from_, count)


def data_drop(frame: Frame, data: int) -> None:
    """Spec: exec/instructions#exec-data-drop"""
    frame.drop_data(data)


ROWS = (
    stateful(0x28, "i32.load", [memarg(4)], "addr -> i32", load(4)),
    stateful(0x29, "i64.load", [memarg(8)], "addr -> i64", load(8)),
    stateful(0x2A, "f32.load", [memarg(4)], "addr -> f32", Access(load_f32, 4, real=True)),
    stateful(0x2B, "f64.load", [memarg(8)], "addr -> f64", Access(load_f64, 8, real=True)),
    stateful(0x2C, "i32.load8_s", [memarg(1)], "addr -> i32", load_signed(1, 4)),
    stateful(0x2D, "i32.load8_u", [memarg(1)], "addr -> i32", load(1)),
    stateful(0x2E, "i32.load16_s", [memarg(2)], "addr -> i32", load_signed(2, 4)),
    stateful(0x2F, "i32.load16_u", [memarg(2)], "addr -> i32", load(2)),
    stateful(0x30, "i64.load8_s", [memarg(1)], "addr -> i64", load_signed(1, 8)),
    stateful(0x31, "i64.load8_u", [memarg(1)], "addr -> i64", load(1)),
    stateful(0x32, "i64.load16_s", [memarg(2)], "addr -> i64", load_signed(2, 8)),
    stateful(0x33, "i64.load16_u", [memarg(2)], "addr -> i64", load(2)),
    stateful(0x34, "i64.load32_s", [memarg(4)], "addr -> i64", load_signed(4, 8)),
    stateful(0x35, "i64.load32_u", [memarg(4)], "addr -> i64", load(4)),
    stateful(0x36, "i32.store", [memarg(4)], "addr i32 ->", store(4)),
    stateful(0x37, "i64.store", [memarg(8)], "addr i64 ->", store(8)),
    stateful(0x38, "f32.store", [memarg(4)], "addr f32 ->", Access(store_f32, 4, stores=True, real=True)),
    stateful(0x39, "f64.store", [memarg(8)], "addr f64 ->", Access(store_f64, 8, stores=True, real=True)),
    stateful(0x3A, "i32.store8", [memarg(1)], "addr i32 ->", store(1)),
    stateful(0x3B, "i32.store16", [memarg(2)], "addr i32 ->", store(2)),
    stateful(0x3C, "i64.store8", [memarg(1)], "addr i64 ->", store(1)),
    stateful(0x3D, "i64.store16", [memarg(2)], "addr i64 ->", store(2)),
    stateful(0x3E, "i64.store32", [memarg(4)], "addr i64 ->", store(4)),
    stateful(0x3F, "memory.size", [MEMORY], "-> addr", memory_size),
    stateful(0x40, "memory.grow", [MEMORY], "addr -> addr", memory_grow),
    stateful((0xFC, 0x08), "memory.init", [DATA, MEMORY], "addr i32 i32 ->", memory_init, needs_data_count=True),
    stateful((0xFC, 0x09), "data.drop", [DATA], "->", data_drop, needs_data_count=True),
    typed((0xFC, 0x0A), "memory.copy", [MEMORY, MEMORY], memory_copy_signature, memory_copy),
    stateful((0xFC, 0x0B), "memory.fill", [MEMORY], "addr i32 addr ->", memory_fill),
)

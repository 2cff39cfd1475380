"""Vector instructions. Spec: syntax/instructions#vector-instructions

Most are an operation on lanes, of `numeric`, under a shape.
"""

from __future__ import annotations

from collections.abc import Callable

from quire.engine.immediates import LANES, V128, Lane, MemArg, memarg
from quire.engine.instructions.access import Access
from quire.engine.instructions.expressions import Value
from quire.engine.instructions.memory import load, store
from quire.engine.instructions.row import Opcode, Row, numeric, stateful
from quire.engine.instructions.templates import Naming, Template
from quire.engine.instructions.vector_templates import (
    IntegerLanes,
    and_,
    andnot,
    any_true,
    bitselect,
    convert_low_s,
    convert_low_u,
    convert_s,
    convert_u,
    demote,
    floats32,
    floats64,
    lanes8,
    lanes16,
    lanes32,
    lanes64,
    not_,
    or_,
    promote,
    shuffled,
    swizzled,
    trunc_sat_s,
    trunc_sat_u,
    trunc_sat_zero_s,
    trunc_sat_zero_u,
    wide8,
    wide16,
    wide32,
    xor,
)
from quire.engine.numeric.floats import f32, f64
from quire.engine.numeric.integers import i8, i16, i32, i64, i128
from quire.engine.numeric.shapes import IntegerShape, Unary, f32x4, f64x2, i8x16, i16x8, i32x4, i64x2
from quire.engine.numeric.vectors import (
    convert,
    i8x16_s,
    i8x16_u,
    i16x8_s,
    i16x8_u,
    i32x4_s,
    i32x4_u,
    narrow,
    relaxed_dot_add,
    relaxed_swizzle,
    shuffle,
    swizzle,
)
from quire.engine.runtime.frame import Frame


def load_through(size: int, operation: Unary, make: Callable[[Value], Value]) -> Access:
    """A load of `size` bytes, made a vector by `operation`; `make` writes that."""
    load_bits = load(size).run

    def load_vector(frame: Frame, m: MemArg, address: int) -> int:
        """Spec: exec/instructions#exec-vload-pack"""
        return operation(load_bits(frame, m, address))

    return Access(load_vector, size, make=make)


def load_lane(shape: IntegerShape, lanes: IntegerLanes) -> Access:
    """A load of one lane; the others are kept."""
    size = shape.width // 8
    load_bits = load(size).run

    def load_one_lane(frame: Frame, m: MemArg, lane: int, address: int, v: int) -> int:
        """Spec: exec/instructions#exec-vload-lane"""
        return shape.replace_lane(lane, v, load_bits(frame, m, address))

    return Access(load_one_lane, size, make=lanes.make_replace)


def store_lane(shape: IntegerShape, lanes: IntegerLanes) -> Access:
    """A store of one lane."""
    size = shape.width // 8
    store_bits = store(size).run

    def store_one_lane(frame: Frame, m: MemArg, lane: int, address: int, v: int) -> None:
        """Spec: exec/instructions#exec-vstore-lane"""
        store_bits(frame, m, address, shape.extract_lane(lane, v))

    return Access(store_one_lane, size, stores=True, make=lanes.make_extract)


Run = Callable[..., object]


def packed(opcode: Opcode, mnemonic: str, size: int, operation: Unary, make: Callable[[Value], Value]) -> Row:
    """A load of `size` bytes from which an operation makes a vector."""
    return stateful(opcode, mnemonic, [memarg(size)], "addr -> v128", load_through(size, operation, make))


def lane(opcode: Opcode, mnemonic: str, signature: str, lanes: int, run: Run, template: Template) -> Row:
    """An operation on one of so many lanes."""
    return numeric(opcode, mnemonic, signature, run, [Lane(lanes)], template=template)


def unary(opcode: Opcode, mnemonic: str, run: Run, template: Template | None = None) -> Row:
    """Of the kind that the specification calls vunop or vcvtop."""
    return numeric(opcode, mnemonic, "v128 -> v128", run, template=template)


def binary(opcode: Opcode, mnemonic: str, run: Run, template: Template | None = None) -> Row:
    """Of the kind that the specification calls vbinop or vrelop."""
    return numeric(opcode, mnemonic, "v128 v128 -> v128", run, template=template)


def ternary(opcode: Opcode, mnemonic: str, run: Run, template: Template | None = None) -> Row:
    """Of the kind that the specification calls vternop."""
    return numeric(opcode, mnemonic, "v128 v128 v128 -> v128", run, template=template)


def reduction(opcode: Opcode, mnemonic: str, run: Run, template: Template | None = None) -> Row:
    """Of the kind that the specification calls vtestop, and bitmasks."""
    return numeric(opcode, mnemonic, "v128 -> i32", run, template=template)


def shift(opcode: Opcode, mnemonic: str, run: Run, template: Template | None = None) -> Row:
    """Of the kind that the specification calls vshiftop."""
    return numeric(opcode, mnemonic, "v128 i32 -> v128", run, template=template)


ROWS = (
    stateful((0xFD, 0x00), "v128.load", [memarg(16)], "addr -> v128", load(16)),
    packed((0xFD, 0x01), "v128.load8x8_s", 8, i8x16_s.extend_low, wide8.extended),
    packed((0xFD, 0x02), "v128.load8x8_u", 8, i8x16_u.extend_low, wide8.spread),
    packed((0xFD, 0x03), "v128.load16x4_s", 8, i16x8_s.extend_low, wide16.extended),
    packed((0xFD, 0x04), "v128.load16x4_u", 8, i16x8_u.extend_low, wide16.spread),
    packed((0xFD, 0x05), "v128.load32x2_s", 8, i32x4_s.extend_low, wide32.extended),
    packed((0xFD, 0x06), "v128.load32x2_u", 8, i32x4_u.extend_low, wide32.spread),
    packed((0xFD, 0x07), "v128.load8_splat", 1, i8x16.splat, lanes8.make_splat),
    packed((0xFD, 0x08), "v128.load16_splat", 2, i16x8.splat, lanes16.make_splat),
    packed((0xFD, 0x09), "v128.load32_splat", 4, i32x4.splat, lanes32.make_splat),
    packed((0xFD, 0x0A), "v128.load64_splat", 8, i64x2.splat, lanes64.make_splat),
    stateful((0xFD, 0x0B), "v128.store", [memarg(16)], "addr v128 ->", store(16)),
    numeric((0xFD, 0x0C), "v128.const", "-> v128", i128.unsigned, [V128], constant=True),
    numeric(
        (0xFD, 0x0D),
        "i8x16.shuffle",
        "v128 v128 -> v128",
        shuffle,
        [LANES],
        template=Template(shuffled, naming=Naming.ALWAYS),
    ),
    binary((0xFD, 0x0E), "i8x16.swizzle", swizzle, Template(swizzled)),
    numeric((0xFD, 0x0F), "i8x16.splat", "i32 -> v128", i8x16.splat_wrapped, template=lanes8.splat),
    numeric((0xFD, 0x10), "i16x8.splat", "i32 -> v128", i16x8.splat_wrapped, template=lanes16.splat),
    numeric((0xFD, 0x11), "i32x4.splat", "i32 -> v128", i32x4.splat, template=lanes32.splat),
    numeric((0xFD, 0x12), "i64x2.splat", "i64 -> v128", i64x2.splat, template=lanes64.splat),
    numeric((0xFD, 0x13), "f32x4.splat", "f32 -> v128", f32x4.splat, template=floats32.splat),
    numeric((0xFD, 0x14), "f64x2.splat", "f64 -> v128", f64x2.splat, template=floats64.splat),
    lane((0xFD, 0x15), "i8x16.extract_lane_s", "v128 -> i32", 16, i8x16.extract_lane_s, lanes8.extract_lane_s),
    lane((0xFD, 0x16), "i8x16.extract_lane_u", "v128 -> i32", 16, i8x16.extract_lane, lanes8.extract_lane),
    lane((0xFD, 0x17), "i8x16.replace_lane", "v128 i32 -> v128", 16, i8x16.replace_lane_wrapped, lanes8.replace_lane),
    lane((0xFD, 0x18), "i16x8.extract_lane_s", "v128 -> i32", 8, i16x8.extract_lane_s, lanes16.extract_lane_s),
    lane((0xFD, 0x19), "i16x8.extract_lane_u", "v128 -> i32", 8, i16x8.extract_lane, lanes16.extract_lane),
    lane((0xFD, 0x1A), "i16x8.replace_lane", "v128 i32 -> v128", 8, i16x8.replace_lane_wrapped, lanes16.replace_lane),
    lane((0xFD, 0x1B), "i32x4.extract_lane", "v128 -> i32", 4, i32x4.extract_lane, lanes32.extract_lane),
    lane((0xFD, 0x1C), "i32x4.replace_lane", "v128 i32 -> v128", 4, i32x4.replace_lane, lanes32.replace_lane),
    lane((0xFD, 0x1D), "i64x2.extract_lane", "v128 -> i64", 2, i64x2.extract_lane, lanes64.extract_lane),
    lane((0xFD, 0x1E), "i64x2.replace_lane", "v128 i64 -> v128", 2, i64x2.replace_lane, lanes64.replace_lane),
    lane((0xFD, 0x1F), "f32x4.extract_lane", "v128 -> f32", 4, f32x4.extract_lane, floats32.extract_lane),
    lane((0xFD, 0x20), "f32x4.replace_lane", "v128 f32 -> v128", 4, f32x4.replace_lane, floats32.replace_lane),
    lane((0xFD, 0x21), "f64x2.extract_lane", "v128 -> f64", 2, f64x2.extract_lane, floats64.extract_lane),
    lane((0xFD, 0x22), "f64x2.replace_lane", "v128 f64 -> v128", 2, f64x2.replace_lane, floats64.replace_lane),
    binary((0xFD, 0x23), "i8x16.eq", i8x16.compare(i8.eq), lanes8.eq),
    binary((0xFD, 0x24), "i8x16.ne", i8x16.compare(i8.ne), lanes8.ne),
    binary((0xFD, 0x25), "i8x16.lt_s", i8x16.compare(i8.lt_s), lanes8.lt_s),
    binary((0xFD, 0x26), "i8x16.lt_u", i8x16.compare(i8.lt_u), lanes8.lt_u),
    binary((0xFD, 0x27), "i8x16.gt_s", i8x16.compare(i8.gt_s), lanes8.gt_s),
    binary((0xFD, 0x28), "i8x16.gt_u", i8x16.compare(i8.gt_u), lanes8.gt_u),
    binary((0xFD, 0x29), "i8x16.le_s", i8x16.compare(i8.le_s), lanes8.le_s),
    binary((0xFD, 0x2A), "i8x16.le_u", i8x16.compare(i8.le_u), lanes8.le_u),
    binary((0xFD, 0x2B), "i8x16.ge_s", i8x16.compare(i8.ge_s), lanes8.ge_s),
    binary((0xFD, 0x2C), "i8x16.ge_u", i8x16.compare(i8.ge_u), lanes8.ge_u),
    binary((0xFD, 0x2D), "i16x8.eq", i16x8.compare(i16.eq), lanes16.eq),
    binary((0xFD, 0x2E), "i16x8.ne", i16x8.compare(i16.ne), lanes16.ne),
    binary((0xFD, 0x2F), "i16x8.lt_s", i16x8.compare(i16.lt_s), lanes16.lt_s),
    binary((0xFD, 0x30), "i16x8.lt_u", i16x8.compare(i16.lt_u), lanes16.lt_u),
    binary((0xFD, 0x31), "i16x8.gt_s", i16x8.compare(i16.gt_s), lanes16.gt_s),
    binary((0xFD, 0x32), "i16x8.gt_u", i16x8.compare(i16.gt_u), lanes16.gt_u),
    binary((0xFD, 0x33), "i16x8.le_s", i16x8.compare(i16.le_s), lanes16.le_s),
    binary((0xFD, 0x34), "i16x8.le_u", i16x8.compare(i16.le_u), lanes16.le_u),
    binary((0xFD, 0x35), "i16x8.ge_s", i16x8.compare(i16.ge_s), lanes16.ge_s),
    binary((0xFD, 0x36), "i16x8.ge_u", i16x8.compare(i16.ge_u), lanes16.ge_u),
    binary((0xFD, 0x37), "i32x4.eq", i32x4.compare(i32.eq), lanes32.eq),
    binary((0xFD, 0x38), "i32x4.ne", i32x4.compare(i32.ne), lanes32.ne),
    binary((0xFD, 0x39), "i32x4.lt_s", i32x4.compare(i32.lt_s), lanes32.lt_s),
    binary((0xFD, 0x3A), "i32x4.lt_u", i32x4.compare(i32.lt_u), lanes32.lt_u),
    binary((0xFD, 0x3B), "i32x4.gt_s", i32x4.compare(i32.gt_s), lanes32.gt_s),
    binary((0xFD, 0x3C), "i32x4.gt_u", i32x4.compare(i32.gt_u), lanes32.gt_u),
    binary((0xFD, 0x3D), "i32x4.le_s", i32x4.compare(i32.le_s), lanes32.le_s),
    binary((0xFD, 0x3E), "i32x4.le_u", i32x4.compare(i32.le_u), lanes32.le_u),
    binary((0xFD, 0x3F), "i32x4.ge_s", i32x4.compare(i32.ge_s), lanes32.ge_s),
    binary((0xFD, 0x40), "i32x4.ge_u", i32x4.compare(i32.ge_u), lanes32.ge_u),
    binary((0xFD, 0x41), "f32x4.eq", f32x4.compare(f32.eq), floats32.eq),
    binary((0xFD, 0x42), "f32x4.ne", f32x4.compare(f32.ne), floats32.ne),
    binary((0xFD, 0x43), "f32x4.lt", f32x4.compare(f32.lt), floats32.lt),
    binary((0xFD, 0x44), "f32x4.gt", f32x4.compare(f32.gt), floats32.gt),
    binary((0xFD, 0x45), "f32x4.le", f32x4.compare(f32.le), floats32.le),
    binary((0xFD, 0x46), "f32x4.ge", f32x4.compare(f32.ge), floats32.ge),
    binary((0xFD, 0x47), "f64x2.eq", f64x2.compare(f64.eq), floats64.eq),
    binary((0xFD, 0x48), "f64x2.ne", f64x2.compare(f64.ne), floats64.ne),
    binary((0xFD, 0x49), "f64x2.lt", f64x2.compare(f64.lt), floats64.lt),
    binary((0xFD, 0x4A), "f64x2.gt", f64x2.compare(f64.gt), floats64.gt),
    binary((0xFD, 0x4B), "f64x2.le", f64x2.compare(f64.le), floats64.le),
    binary((0xFD, 0x4C), "f64x2.ge", f64x2.compare(f64.ge), floats64.ge),
    unary((0xFD, 0x4D), "v128.not", i128.not_, Template(not_)),
    binary((0xFD, 0x4E), "v128.and", i128.and_, Template(and_)),
    binary((0xFD, 0x4F), "v128.andnot", i128.andnot, Template(andnot)),
    binary((0xFD, 0x50), "v128.or", i128.or_, Template(or_)),
    binary((0xFD, 0x51), "v128.xor", i128.xor, Template(xor)),
    ternary((0xFD, 0x52), "v128.bitselect", i128.bitselect, bitselect),
    reduction((0xFD, 0x53), "v128.any_true", i128.nez, Template(any_true)),
    stateful((0xFD, 0x54), "v128.load8_lane", [memarg(1), Lane(16)], "addr v128 -> v128", load_lane(i8x16, lanes8)),
    stateful((0xFD, 0x55), "v128.load16_lane", [memarg(2), Lane(8)], "addr v128 -> v128", load_lane(i16x8, lanes16)),
    stateful((0xFD, 0x56), "v128.load32_lane", [memarg(4), Lane(4)], "addr v128 -> v128", load_lane(i32x4, lanes32)),
    stateful((0xFD, 0x57), "v128.load64_lane", [memarg(8), Lane(2)], "addr v128 -> v128", load_lane(i64x2, lanes64)),
    stateful((0xFD, 0x58), "v128.store8_lane", [memarg(1), Lane(16)], "addr v128 ->", store_lane(i8x16, lanes8)),
    stateful((0xFD, 0x59), "v128.store16_lane", [memarg(2), Lane(8)], "addr v128 ->", store_lane(i16x8, lanes16)),
    stateful((0xFD, 0x5A), "v128.store32_lane", [memarg(4), Lane(4)], "addr v128 ->", store_lane(i32x4, lanes32)),
    stateful((0xFD, 0x5B), "v128.store64_lane", [memarg(8), Lane(2)], "addr v128 ->", store_lane(i64x2, lanes64)),
    stateful((0xFD, 0x5C), "v128.load32_zero", [memarg(4)], "addr -> v128", load(4)),
    stateful((0xFD, 0x5D), "v128.load64_zero", [memarg(8)], "addr -> v128", load(8)),
    unary((0xFD, 0x5E), "f32x4.demote_f64x2_zero", convert(f64x2, f32.demote, f32x4), demote),
    unary((0xFD, 0x5F), "f64x2.promote_low_f32x4", convert(f32x4, f64.promote, f64x2), promote),
    unary((0xFD, 0x60), "i8x16.abs", i8x16.unary(i8.abs), lanes8.abs),
    unary((0xFD, 0x61), "i8x16.neg", i8x16.unary(i8.neg), lanes8.neg),
    unary((0xFD, 0x62), "i8x16.popcnt", i8x16.unary(i8.popcnt)),
    reduction((0xFD, 0x63), "i8x16.all_true", i8x16.all_true, lanes8.all_true),
    reduction((0xFD, 0x64), "i8x16.bitmask", i8x16.bitmask, lanes8.bitmask),
    binary((0xFD, 0x65), "i8x16.narrow_i16x8_s", narrow(i16x8, i8.saturate_s, i8x16)),
    binary((0xFD, 0x66), "i8x16.narrow_i16x8_u", narrow(i16x8, i8.saturate_u, i8x16)),
    unary((0xFD, 0x67), "f32x4.ceil", f32x4.unary(f32.ceil), floats32.ceil),
    unary((0xFD, 0x68), "f32x4.floor", f32x4.unary(f32.floor), floats32.floor),
    unary((0xFD, 0x69), "f32x4.trunc", f32x4.unary(f32.trunc), floats32.trunc),
    unary((0xFD, 0x6A), "f32x4.nearest", f32x4.unary(f32.nearest), floats32.nearest),
    shift((0xFD, 0x6B), "i8x16.shl", i8x16.shift(i8.shl), lanes8.shl),
    shift((0xFD, 0x6C), "i8x16.shr_s", i8x16.shift(i8.shr_s), lanes8.shr_s),
    shift((0xFD, 0x6D), "i8x16.shr_u", i8x16.shift(i8.shr_u), lanes8.shr_u),
    binary((0xFD, 0x6E), "i8x16.add", i8x16.binary(i8.add), lanes8.add),
    binary((0xFD, 0x6F), "i8x16.add_sat_s", i8x16.binary(i8.add_sat_s), lanes8.add_sat_s),
    binary((0xFD, 0x70), "i8x16.add_sat_u", i8x16.binary(i8.add_sat_u), lanes8.add_sat_u),
    binary((0xFD, 0x71), "i8x16.sub", i8x16.binary(i8.sub), lanes8.sub),
    binary((0xFD, 0x72), "i8x16.sub_sat_s", i8x16.binary(i8.sub_sat_s), lanes8.sub_sat_s),
    binary((0xFD, 0x73), "i8x16.sub_sat_u", i8x16.binary(i8.sub_sat_u), lanes8.sub_sat_u),
    unary((0xFD, 0x74), "f64x2.ceil", f64x2.unary(f64.ceil), floats64.ceil),
    unary((0xFD, 0x75), "f64x2.floor", f64x2.unary(f64.floor), floats64.floor),
    binary((0xFD, 0x76), "i8x16.min_s", i8x16.binary(i8.min_s), lanes8.min_s),
    binary((0xFD, 0x77), "i8x16.min_u", i8x16.binary(i8.min_u), lanes8.min_u),
    binary((0xFD, 0x78), "i8x16.max_s", i8x16.binary(i8.max_s), lanes8.max_s),
    binary((0xFD, 0x79), "i8x16.max_u", i8x16.binary(i8.max_u), lanes8.max_u),
    unary((0xFD, 0x7A), "f64x2.trunc", f64x2.unary(f64.trunc), floats64.trunc),
    binary((0xFD, 0x7B), "i8x16.avgr_u", i8x16.binary(i8.avgr_u), lanes8.avgr_u),
    unary((0xFD, 0x7C), "i16x8.extadd_pairwise_i8x16_s", i8x16_s.add_pairwise, wide8.add_pairwise_s),
    unary((0xFD, 0x7D), "i16x8.extadd_pairwise_i8x16_u", i8x16_u.add_pairwise, wide8.add_pairwise_u),
    unary((0xFD, 0x7E), "i32x4.extadd_pairwise_i16x8_s", i16x8_s.add_pairwise, wide16.add_pairwise_s),
    unary((0xFD, 0x7F), "i32x4.extadd_pairwise_i16x8_u", i16x8_u.add_pairwise, wide16.add_pairwise_u),
    unary((0xFD, 0x80), "i16x8.abs", i16x8.unary(i16.abs), lanes16.abs),
    unary((0xFD, 0x81), "i16x8.neg", i16x8.unary(i16.neg), lanes16.neg),
    binary((0xFD, 0x82), "i16x8.q15mulr_sat_s", i16x8.binary(i16.q15mulr_sat_s)),
    reduction((0xFD, 0x83), "i16x8.all_true", i16x8.all_true, lanes16.all_true),
    reduction((0xFD, 0x84), "i16x8.bitmask", i16x8.bitmask, lanes16.bitmask),
    binary((0xFD, 0x85), "i16x8.narrow_i32x4_s", narrow(i32x4, i16.saturate_s, i16x8)),
    binary((0xFD, 0x86), "i16x8.narrow_i32x4_u", narrow(i32x4, i16.saturate_u, i16x8)),
    unary((0xFD, 0x87), "i16x8.extend_low_i8x16_s", i8x16_s.extend_low, wide8.low_s),
    unary((0xFD, 0x88), "i16x8.extend_high_i8x16_s", i8x16_s.extend_high, wide8.high_s),
    unary((0xFD, 0x89), "i16x8.extend_low_i8x16_u", i8x16_u.extend_low, wide8.low_u),
    unary((0xFD, 0x8A), "i16x8.extend_high_i8x16_u", i8x16_u.extend_high, wide8.high_u),
    shift((0xFD, 0x8B), "i16x8.shl", i16x8.shift(i16.shl), lanes16.shl),
    shift((0xFD, 0x8C), "i16x8.shr_s", i16x8.shift(i16.shr_s), lanes16.shr_s),
    shift((0xFD, 0x8D), "i16x8.shr_u", i16x8.shift(i16.shr_u), lanes16.shr_u),
    binary((0xFD, 0x8E), "i16x8.add", i16x8.binary(i16.add), lanes16.add),
    binary((0xFD, 0x8F), "i16x8.add_sat_s", i16x8.binary(i16.add_sat_s), lanes16.add_sat_s),
    binary((0xFD, 0x90), "i16x8.add_sat_u", i16x8.binary(i16.add_sat_u), lanes16.add_sat_u),
    binary((0xFD, 0x91), "i16x8.sub", i16x8.binary(i16.sub), lanes16.sub),
    binary((0xFD, 0x92), "i16x8.sub_sat_s", i16x8.binary(i16.sub_sat_s), lanes16.sub_sat_s),
    binary((0xFD, 0x93), "i16x8.sub_sat_u", i16x8.binary(i16.sub_sat_u), lanes16.sub_sat_u),
    unary((0xFD, 0x94), "f64x2.nearest", f64x2.unary(f64.nearest), floats64.nearest),
    binary((0xFD, 0x95), "i16x8.mul", i16x8.binary(i16.mul), lanes16.mul),
    binary((0xFD, 0x96), "i16x8.min_s", i16x8.binary(i16.min_s), lanes16.min_s),
    binary((0xFD, 0x97), "i16x8.min_u", i16x8.binary(i16.min_u), lanes16.min_u),
    binary((0xFD, 0x98), "i16x8.max_s", i16x8.binary(i16.max_s), lanes16.max_s),
    binary((0xFD, 0x99), "i16x8.max_u", i16x8.binary(i16.max_u), lanes16.max_u),
    binary((0xFD, 0x9B), "i16x8.avgr_u", i16x8.binary(i16.avgr_u), lanes16.avgr_u),
    binary((0xFD, 0x9C), "i16x8.extmul_low_i8x16_s", i8x16_s.multiply_low, wide8.multiply_low_s),
    binary((0xFD, 0x9D), "i16x8.extmul_high_i8x16_s", i8x16_s.multiply_high, wide8.multiply_high_s),
    binary((0xFD, 0x9E), "i16x8.extmul_low_i8x16_u", i8x16_u.multiply_low, wide8.multiply_low_u),
    binary((0xFD, 0x9F), "i16x8.extmul_high_i8x16_u", i8x16_u.multiply_high, wide8.multiply_high_u),
    unary((0xFD, 0xA0), "i32x4.abs", i32x4.unary(i32.abs), lanes32.abs),
    unary((0xFD, 0xA1), "i32x4.neg", i32x4.unary(i32.neg), lanes32.neg),
    reduction((0xFD, 0xA3), "i32x4.all_true", i32x4.all_true, lanes32.all_true),
    reduction((0xFD, 0xA4), "i32x4.bitmask", i32x4.bitmask, lanes32.bitmask),
    unary((0xFD, 0xA7), "i32x4.extend_low_i16x8_s", i16x8_s.extend_low, wide16.low_s),
    unary((0xFD, 0xA8), "i32x4.extend_high_i16x8_s", i16x8_s.extend_high, wide16.high_s),
    unary((0xFD, 0xA9), "i32x4.extend_low_i16x8_u", i16x8_u.extend_low, wide16.low_u),
    unary((0xFD, 0xAA), "i32x4.extend_high_i16x8_u", i16x8_u.extend_high, wide16.high_u),
    shift((0xFD, 0xAB), "i32x4.shl", i32x4.shift(i32.shl), lanes32.shl),
    shift((0xFD, 0xAC), "i32x4.shr_s", i32x4.shift(i32.shr_s), lanes32.shr_s),
    shift((0xFD, 0xAD), "i32x4.shr_u", i32x4.shift(i32.shr_u), lanes32.shr_u),
    binary((0xFD, 0xAE), "i32x4.add", i32x4.binary(i32.add), lanes32.add),
    binary((0xFD, 0xB1), "i32x4.sub", i32x4.binary(i32.sub), lanes32.sub),
    binary((0xFD, 0xB5), "i32x4.mul", i32x4.binary(i32.mul), lanes32.mul),
    binary((0xFD, 0xB6), "i32x4.min_s", i32x4.binary(i32.min_s), lanes32.min_s),
    binary((0xFD, 0xB7), "i32x4.min_u", i32x4.binary(i32.min_u), lanes32.min_u),
    binary((0xFD, 0xB8), "i32x4.max_s", i32x4.binary(i32.max_s), lanes32.max_s),
    binary((0xFD, 0xB9), "i32x4.max_u", i32x4.binary(i32.max_u), lanes32.max_u),
    binary((0xFD, 0xBA), "i32x4.dot_i16x8_s", i16x8_s.dot, wide16.dot),
    binary((0xFD, 0xBC), "i32x4.extmul_low_i16x8_s", i16x8_s.multiply_low, wide16.multiply_low_s),
    binary((0xFD, 0xBD), "i32x4.extmul_high_i16x8_s", i16x8_s.multiply_high, wide16.multiply_high_s),
    binary((0xFD, 0xBE), "i32x4.extmul_low_i16x8_u", i16x8_u.multiply_low, wide16.multiply_low_u),
    binary((0xFD, 0xBF), "i32x4.extmul_high_i16x8_u", i16x8_u.multiply_high, wide16.multiply_high_u),
    unary((0xFD, 0xC0), "i64x2.abs", i64x2.unary(i64.abs), lanes64.abs),
    unary((0xFD, 0xC1), "i64x2.neg", i64x2.unary(i64.neg), lanes64.neg),
    reduction((0xFD, 0xC3), "i64x2.all_true", i64x2.all_true, lanes64.all_true),
    reduction((0xFD, 0xC4), "i64x2.bitmask", i64x2.bitmask, lanes64.bitmask),
    unary((0xFD, 0xC7), "i64x2.extend_low_i32x4_s", i32x4_s.extend_low, wide32.low_s),
    unary((0xFD, 0xC8), "i64x2.extend_high_i32x4_s", i32x4_s.extend_high, wide32.high_s),
    unary((0xFD, 0xC9), "i64x2.extend_low_i32x4_u", i32x4_u.extend_low, wide32.low_u),
    unary((0xFD, 0xCA), "i64x2.extend_high_i32x4_u", i32x4_u.extend_high, wide32.high_u),
    shift((0xFD, 0xCB), "i64x2.shl", i64x2.shift(i64.shl), lanes64.shl),
    shift((0xFD, 0xCC), "i64x2.shr_s", i64x2.shift(i64.shr_s), lanes64.shr_s),
    shift((0xFD, 0xCD), "i64x2.shr_u", i64x2.shift(i64.shr_u), lanes64.shr_u),
    binary((0xFD, 0xCE), "i64x2.add", i64x2.binary(i64.add), lanes64.add),
    binary((0xFD, 0xD1), "i64x2.sub", i64x2.binary(i64.sub), lanes64.sub),
    binary((0xFD, 0xD5), "i64x2.mul", i64x2.binary(i64.mul), lanes64.mul),
    binary((0xFD, 0xD6), "i64x2.eq", i64x2.compare(i64.eq), lanes64.eq),
    binary((0xFD, 0xD7), "i64x2.ne", i64x2.compare(i64.ne), lanes64.ne),
    binary((0xFD, 0xD8), "i64x2.lt_s", i64x2.compare(i64.lt_s), lanes64.lt_s),
    binary((0xFD, 0xD9), "i64x2.gt_s", i64x2.compare(i64.gt_s), lanes64.gt_s),
    binary((0xFD, 0xDA), "i64x2.le_s", i64x2.compare(i64.le_s), lanes64.le_s),
    binary((0xFD, 0xDB), "i64x2.ge_s", i64x2.compare(i64.ge_s), lanes64.ge_s),
    binary((0xFD, 0xDC), "i64x2.extmul_low_i32x4_s", i32x4_s.multiply_low, wide32.multiply_low_s),
    binary((0xFD, 0xDD), "i64x2.extmul_high_i32x4_s", i32x4_s.multiply_high, wide32.multiply_high_s),
    binary((0xFD, 0xDE), "i64x2.extmul_low_i32x4_u", i32x4_u.multiply_low, wide32.multiply_low_u),
    binary((0xFD, 0xDF), "i64x2.extmul_high_i32x4_u", i32x4_u.multiply_high, wide32.multiply_high_u),
    unary((0xFD, 0xE0), "f32x4.abs", f32x4.unary(f32.abs), floats32.abs),
    unary((0xFD, 0xE1), "f32x4.neg", f32x4.unary(f32.neg), floats32.neg),
    unary((0xFD, 0xE3), "f32x4.sqrt", f32x4.unary(f32.sqrt), floats32.sqrt),
    binary((0xFD, 0xE4), "f32x4.add", f32x4.binary(f32.add), floats32.add),
    binary((0xFD, 0xE5), "f32x4.sub", f32x4.binary(f32.sub), floats32.sub),
    binary((0xFD, 0xE6), "f32x4.mul", f32x4.binary(f32.mul), floats32.mul),
    binary((0xFD, 0xE7), "f32x4.div", f32x4.binary(f32.div), floats32.div),
    binary((0xFD, 0xE8), "f32x4.min", f32x4.binary(f32.min), floats32.min),
    binary((0xFD, 0xE9), "f32x4.max", f32x4.binary(f32.max), floats32.max),
    binary((0xFD, 0xEA), "f32x4.pmin", f32x4.binary(f32.pmin), floats32.pmin),
    binary((0xFD, 0xEB), "f32x4.pmax", f32x4.binary(f32.pmax), floats32.pmax),
    unary((0xFD, 0xEC), "f64x2.abs", f64x2.unary(f64.abs), floats64.abs),
    unary((0xFD, 0xED), "f64x2.neg", f64x2.unary(f64.neg), floats64.neg),
    unary((0xFD, 0xEF), "f64x2.sqrt", f64x2.unary(f64.sqrt), floats64.sqrt),
    binary((0xFD, 0xF0), "f64x2.add", f64x2.binary(f64.add), floats64.add),
    binary((0xFD, 0xF1), "f64x2.sub", f64x2.binary(f64.sub), floats64.sub),
    binary((0xFD, 0xF2), "f64x2.mul", f64x2.binary(f64.mul), floats64.mul),
    binary((0xFD, 0xF3), "f64x2.div", f64x2.binary(f64.div), floats64.div),
    binary((0xFD, 0xF4), "f64x2.min", f64x2.binary(f64.min), floats64.min),
    binary((0xFD, 0xF5), "f64x2.max", f64x2.binary(f64.max), floats64.max),
    binary((0xFD, 0xF6), "f64x2.pmin", f64x2.binary(f64.pmin), floats64.pmin),
    binary((0xFD, 0xF7), "f64x2.pmax", f64x2.binary(f64.pmax), floats64.pmax),
    unary((0xFD, 0xF8), "i32x4.trunc_sat_f32x4_s", convert(f32x4, i32.trunc_sat_s, i32x4), trunc_sat_s),
    unary((0xFD, 0xF9), "i32x4.trunc_sat_f32x4_u", convert(f32x4, i32.trunc_sat_u, i32x4), trunc_sat_u),
    unary((0xFD, 0xFA), "f32x4.convert_i32x4_s", convert(i32x4, f32.convert_i32_s, f32x4), convert_s),
    unary((0xFD, 0xFB), "f32x4.convert_i32x4_u", convert(i32x4, f32.convert_u, f32x4), convert_u),
    unary((0xFD, 0xFC), "i32x4.trunc_sat_f64x2_s_zero", convert(f64x2, i32.trunc_sat_s, i32x4), trunc_sat_zero_s),
    unary((0xFD, 0xFD), "i32x4.trunc_sat_f64x2_u_zero", convert(f64x2, i32.trunc_sat_u, i32x4), trunc_sat_zero_u),
    unary((0xFD, 0xFE), "f64x2.convert_low_i32x4_s", convert(i32x4, f64.convert_i32_s, f64x2), convert_low_s),
    unary((0xFD, 0xFF), "f64x2.convert_low_i32x4_u", convert(i32x4, f64.convert_u, f64x2), convert_low_u),
    binary((0xFD, 0x100), "i8x16.relaxed_swizzle", relaxed_swizzle, Template(swizzled)),
    unary((0xFD, 0x101), "i32x4.relaxed_trunc_f32x4_s", convert(f32x4, i32.relaxed_trunc_s, i32x4), trunc_sat_s),
    unary((0xFD, 0x102), "i32x4.relaxed_trunc_f32x4_u", convert(f32x4, i32.relaxed_trunc_u, i32x4), trunc_sat_u),
    unary(
        (0xFD, 0x103), "i32x4.relaxed_trunc_f64x2_s_zero", convert(f64x2, i32.relaxed_trunc_s, i32x4), trunc_sat_zero_s
    ),
    unary(
        (0xFD, 0x104), "i32x4.relaxed_trunc_f64x2_u_zero", convert(f64x2, i32.relaxed_trunc_u, i32x4), trunc_sat_zero_u
    ),
    ternary((0xFD, 0x105), "f32x4.relaxed_madd", f32x4.ternary(f32.relaxed_madd)),
    ternary((0xFD, 0x106), "f32x4.relaxed_nmadd", f32x4.ternary(f32.relaxed_nmadd)),
    ternary((0xFD, 0x107), "f64x2.relaxed_madd", f64x2.ternary(f64.relaxed_madd)),
    ternary((0xFD, 0x108), "f64x2.relaxed_nmadd", f64x2.ternary(f64.relaxed_nmadd)),
    ternary((0xFD, 0x109), "i8x16.relaxed_laneselect", i8x16.ternary(i8.relaxed_laneselect), bitselect),
    ternary((0xFD, 0x10A), "i16x8.relaxed_laneselect", i16x8.ternary(i16.relaxed_laneselect), bitselect),
    ternary((0xFD, 0x10B), "i32x4.relaxed_laneselect", i32x4.ternary(i32.relaxed_laneselect), bitselect),
    ternary((0xFD, 0x10C), "i64x2.relaxed_laneselect", i64x2.ternary(i64.relaxed_laneselect), bitselect),
    binary((0xFD, 0x10D), "f32x4.relaxed_min", f32x4.binary(f32.relaxed_min)),
    binary((0xFD, 0x10E), "f32x4.relaxed_max", f32x4.binary(f32.relaxed_max)),
    binary((0xFD, 0x10F), "f64x2.relaxed_min", f64x2.binary(f64.relaxed_min)),
    binary((0xFD, 0x110), "f64x2.relaxed_max", f64x2.binary(f64.relaxed_max)),
    binary((0xFD, 0x111), "i16x8.relaxed_q15mulr_s", i16x8.binary(i16.relaxed_q15mulr_s)),
    binary((0xFD, 0x112), "i16x8.relaxed_dot_i8x16_i7x16_s", i8x16_s.relaxed_dot),
    ternary((0xFD, 0x113), "i32x4.relaxed_dot_i8x16_i7x16_add_s", relaxed_dot_add),
)

"""Vector instructions. Spec: syntax/instructions#vector-instructions

Most are an operation on lanes, of `numeric`, under a shape.
"""

from __future__ import annotations

from collections.abc import Callable

from quire.engine.immediates import LANES, V128, Lane, MemArg, memarg
from quire.engine.instructions.access import Access
from quire.engine.instructions.expressions import Value
from quire.engine.instructions.memory import load, store
from quire.engine.instructions.row import numeric, stateful
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


ROWS = (
    stateful((0xFD, 0x00), "v128.load", [memarg(16)], "addr -> v128", load(16)),
    stateful(
        (0xFD, 0x01), "v128.load8x8_s", [memarg(8)], "addr -> v128", load_through(8, i8x16_s.extend_low, wide8.extended)
    ),
    stateful(
        (0xFD, 0x02), "v128.load8x8_u", [memarg(8)], "addr -> v128", load_through(8, i8x16_u.extend_low, wide8.spread)
    ),
    stateful(
        (0xFD, 0x03),
        "v128.load16x4_s",
        [memarg(8)],
        "addr -> v128",
        load_through(8, i16x8_s.extend_low, wide16.extended),
    ),
    stateful(
        (0xFD, 0x04), "v128.load16x4_u", [memarg(8)], "addr -> v128", load_through(8, i16x8_u.extend_low, wide16.spread)
    ),
    stateful(
        (0xFD, 0x05),
        "v128.load32x2_s",
        [memarg(8)],
        "addr -> v128",
        load_through(8, i32x4_s.extend_low, wide32.extended),
    ),
    stateful(
        (0xFD, 0x06), "v128.load32x2_u", [memarg(8)], "addr -> v128", load_through(8, i32x4_u.extend_low, wide32.spread)
    ),
    stateful(
        (0xFD, 0x07), "v128.load8_splat", [memarg(1)], "addr -> v128", load_through(1, i8x16.splat, lanes8.make_splat)
    ),
    stateful(
        (0xFD, 0x08), "v128.load16_splat", [memarg(2)], "addr -> v128", load_through(2, i16x8.splat, lanes16.make_splat)
    ),
    stateful(
        (0xFD, 0x09), "v128.load32_splat", [memarg(4)], "addr -> v128", load_through(4, i32x4.splat, lanes32.make_splat)
    ),
    stateful(
        (0xFD, 0x0A), "v128.load64_splat", [memarg(8)], "addr -> v128", load_through(8, i64x2.splat, lanes64.make_splat)
    ),
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
    numeric((0xFD, 0x0E), "i8x16.swizzle", "v128 v128 -> v128", swizzle, template=Template(swizzled)),
    numeric((0xFD, 0x0F), "i8x16.splat", "i32 -> v128", i8x16.splat_wrapped, template=lanes8.splat),
    numeric((0xFD, 0x10), "i16x8.splat", "i32 -> v128", i16x8.splat_wrapped, template=lanes16.splat),
    numeric((0xFD, 0x11), "i32x4.splat", "i32 -> v128", i32x4.splat, template=lanes32.splat),
    numeric((0xFD, 0x12), "i64x2.splat", "i64 -> v128", i64x2.splat, template=lanes64.splat),
    numeric((0xFD, 0x13), "f32x4.splat", "f32 -> v128", f32x4.splat, template=floats32.splat),
    numeric((0xFD, 0x14), "f64x2.splat", "f64 -> v128", f64x2.splat, template=floats64.splat),
    numeric(
        (0xFD, 0x15),
        "i8x16.extract_lane_s",
        "v128 -> i32",
        i8x16.extract_lane_s,
        [Lane(16)],
        template=lanes8.extract_lane_s,
    ),
    numeric(
        (0xFD, 0x16),
        "i8x16.extract_lane_u",
        "v128 -> i32",
        i8x16.extract_lane,
        [Lane(16)],
        template=lanes8.extract_lane,
    ),
    numeric(
        (0xFD, 0x17),
        "i8x16.replace_lane",
        "v128 i32 -> v128",
        i8x16.replace_lane_wrapped,
        [Lane(16)],
        template=lanes8.replace_lane,
    ),
    numeric(
        (0xFD, 0x18),
        "i16x8.extract_lane_s",
        "v128 -> i32",
        i16x8.extract_lane_s,
        [Lane(8)],
        template=lanes16.extract_lane_s,
    ),
    numeric(
        (0xFD, 0x19),
        "i16x8.extract_lane_u",
        "v128 -> i32",
        i16x8.extract_lane,
        [Lane(8)],
        template=lanes16.extract_lane,
    ),
    numeric(
        (0xFD, 0x1A),
        "i16x8.replace_lane",
        "v128 i32 -> v128",
        i16x8.replace_lane_wrapped,
        [Lane(8)],
        template=lanes16.replace_lane,
    ),
    numeric(
        (0xFD, 0x1B), "i32x4.extract_lane", "v128 -> i32", i32x4.extract_lane, [Lane(4)], template=lanes32.extract_lane
    ),
    numeric(
        (0xFD, 0x1C),
        "i32x4.replace_lane",
        "v128 i32 -> v128",
        i32x4.replace_lane,
        [Lane(4)],
        template=lanes32.replace_lane,
    ),
    numeric(
        (0xFD, 0x1D), "i64x2.extract_lane", "v128 -> i64", i64x2.extract_lane, [Lane(2)], template=lanes64.extract_lane
    ),
    numeric(
        (0xFD, 0x1E),
        "i64x2.replace_lane",
        "v128 i64 -> v128",
        i64x2.replace_lane,
        [Lane(2)],
        template=lanes64.replace_lane,
    ),
    numeric(
        (0xFD, 0x1F), "f32x4.extract_lane", "v128 -> f32", f32x4.extract_lane, [Lane(4)], template=floats32.extract_lane
    ),
    numeric(
        (0xFD, 0x20),
        "f32x4.replace_lane",
        "v128 f32 -> v128",
        f32x4.replace_lane,
        [Lane(4)],
        template=floats32.replace_lane,
    ),
    numeric(
        (0xFD, 0x21), "f64x2.extract_lane", "v128 -> f64", f64x2.extract_lane, [Lane(2)], template=floats64.extract_lane
    ),
    numeric(
        (0xFD, 0x22),
        "f64x2.replace_lane",
        "v128 f64 -> v128",
        f64x2.replace_lane,
        [Lane(2)],
        template=floats64.replace_lane,
    ),
    numeric((0xFD, 0x23), "i8x16.eq", "v128 v128 -> v128", i8x16.compare(i8.eq), template=lanes8.eq),
    numeric((0xFD, 0x24), "i8x16.ne", "v128 v128 -> v128", i8x16.compare(i8.ne), template=lanes8.ne),
    numeric((0xFD, 0x25), "i8x16.lt_s", "v128 v128 -> v128", i8x16.compare(i8.lt_s), template=lanes8.lt_s),
    numeric((0xFD, 0x26), "i8x16.lt_u", "v128 v128 -> v128", i8x16.compare(i8.lt_u), template=lanes8.lt_u),
    numeric((0xFD, 0x27), "i8x16.gt_s", "v128 v128 -> v128", i8x16.compare(i8.gt_s), template=lanes8.gt_s),
    numeric((0xFD, 0x28), "i8x16.gt_u", "v128 v128 -> v128", i8x16.compare(i8.gt_u), template=lanes8.gt_u),
    numeric((0xFD, 0x29), "i8x16.le_s", "v128 v128 -> v128", i8x16.compare(i8.le_s), template=lanes8.le_s),
    numeric((0xFD, 0x2A), "i8x16.le_u", "v128 v128 -> v128", i8x16.compare(i8.le_u), template=lanes8.le_u),
    numeric((0xFD, 0x2B), "i8x16.ge_s", "v128 v128 -> v128", i8x16.compare(i8.ge_s), template=lanes8.ge_s),
    numeric((0xFD, 0x2C), "i8x16.ge_u", "v128 v128 -> v128", i8x16.compare(i8.ge_u), template=lanes8.ge_u),
    numeric((0xFD, 0x2D), "i16x8.eq", "v128 v128 -> v128", i16x8.compare(i16.eq), template=lanes16.eq),
    numeric((0xFD, 0x2E), "i16x8.ne", "v128 v128 -> v128", i16x8.compare(i16.ne), template=lanes16.ne),
    numeric((0xFD, 0x2F), "i16x8.lt_s", "v128 v128 -> v128", i16x8.compare(i16.lt_s), template=lanes16.lt_s),
    numeric((0xFD, 0x30), "i16x8.lt_u", "v128 v128 -> v128", i16x8.compare(i16.lt_u), template=lanes16.lt_u),
    numeric((0xFD, 0x31), "i16x8.gt_s", "v128 v128 -> v128", i16x8.compare(i16.gt_s), template=lanes16.gt_s),
    numeric((0xFD, 0x32), "i16x8.gt_u", "v128 v128 -> v128", i16x8.compare(i16.gt_u), template=lanes16.gt_u),
    numeric((0xFD, 0x33), "i16x8.le_s", "v128 v128 -> v128", i16x8.compare(i16.le_s), template=lanes16.le_s),
    numeric((0xFD, 0x34), "i16x8.le_u", "v128 v128 -> v128", i16x8.compare(i16.le_u), template=lanes16.le_u),
    numeric((0xFD, 0x35), "i16x8.ge_s", "v128 v128 -> v128", i16x8.compare(i16.ge_s), template=lanes16.ge_s),
    numeric((0xFD, 0x36), "i16x8.ge_u", "v128 v128 -> v128", i16x8.compare(i16.ge_u), template=lanes16.ge_u),
    numeric((0xFD, 0x37), "i32x4.eq", "v128 v128 -> v128", i32x4.compare(i32.eq), template=lanes32.eq),
    numeric((0xFD, 0x38), "i32x4.ne", "v128 v128 -> v128", i32x4.compare(i32.ne), template=lanes32.ne),
    numeric((0xFD, 0x39), "i32x4.lt_s", "v128 v128 -> v128", i32x4.compare(i32.lt_s), template=lanes32.lt_s),
    numeric((0xFD, 0x3A), "i32x4.lt_u", "v128 v128 -> v128", i32x4.compare(i32.lt_u), template=lanes32.lt_u),
    numeric((0xFD, 0x3B), "i32x4.gt_s", "v128 v128 -> v128", i32x4.compare(i32.gt_s), template=lanes32.gt_s),
    numeric((0xFD, 0x3C), "i32x4.gt_u", "v128 v128 -> v128", i32x4.compare(i32.gt_u), template=lanes32.gt_u),
    numeric((0xFD, 0x3D), "i32x4.le_s", "v128 v128 -> v128", i32x4.compare(i32.le_s), template=lanes32.le_s),
    numeric((0xFD, 0x3E), "i32x4.le_u", "v128 v128 -> v128", i32x4.compare(i32.le_u), template=lanes32.le_u),
    numeric((0xFD, 0x3F), "i32x4.ge_s", "v128 v128 -> v128", i32x4.compare(i32.ge_s), template=lanes32.ge_s),
    numeric((0xFD, 0x40), "i32x4.ge_u", "v128 v128 -> v128", i32x4.compare(i32.ge_u), template=lanes32.ge_u),
    numeric((0xFD, 0x41), "f32x4.eq", "v128 v128 -> v128", f32x4.compare(f32.eq), template=floats32.eq),
    numeric((0xFD, 0x42), "f32x4.ne", "v128 v128 -> v128", f32x4.compare(f32.ne), template=floats32.ne),
    numeric((0xFD, 0x43), "f32x4.lt", "v128 v128 -> v128", f32x4.compare(f32.lt), template=floats32.lt),
    numeric((0xFD, 0x44), "f32x4.gt", "v128 v128 -> v128", f32x4.compare(f32.gt), template=floats32.gt),
    numeric((0xFD, 0x45), "f32x4.le", "v128 v128 -> v128", f32x4.compare(f32.le), template=floats32.le),
    numeric((0xFD, 0x46), "f32x4.ge", "v128 v128 -> v128", f32x4.compare(f32.ge), template=floats32.ge),
    numeric((0xFD, 0x47), "f64x2.eq", "v128 v128 -> v128", f64x2.compare(f64.eq), template=floats64.eq),
    numeric((0xFD, 0x48), "f64x2.ne", "v128 v128 -> v128", f64x2.compare(f64.ne), template=floats64.ne),
    numeric((0xFD, 0x49), "f64x2.lt", "v128 v128 -> v128", f64x2.compare(f64.lt), template=floats64.lt),
    numeric((0xFD, 0x4A), "f64x2.gt", "v128 v128 -> v128", f64x2.compare(f64.gt), template=floats64.gt),
    numeric((0xFD, 0x4B), "f64x2.le", "v128 v128 -> v128", f64x2.compare(f64.le), template=floats64.le),
    numeric((0xFD, 0x4C), "f64x2.ge", "v128 v128 -> v128", f64x2.compare(f64.ge), template=floats64.ge),
    numeric((0xFD, 0x4D), "v128.not", "v128 -> v128", i128.not_, template=Template(not_)),
    numeric((0xFD, 0x4E), "v128.and", "v128 v128 -> v128", i128.and_, template=Template(and_)),
    numeric((0xFD, 0x4F), "v128.andnot", "v128 v128 -> v128", i128.andnot, template=Template(andnot)),
    numeric((0xFD, 0x50), "v128.or", "v128 v128 -> v128", i128.or_, template=Template(or_)),
    numeric((0xFD, 0x51), "v128.xor", "v128 v128 -> v128", i128.xor, template=Template(xor)),
    numeric((0xFD, 0x52), "v128.bitselect", "v128 v128 v128 -> v128", i128.bitselect, template=bitselect),
    numeric((0xFD, 0x53), "v128.any_true", "v128 -> i32", i128.nez, template=Template(any_true)),
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
    numeric(
        (0xFD, 0x5E), "f32x4.demote_f64x2_zero", "v128 -> v128", convert(f64x2, f32.demote, f32x4), template=demote
    ),
    numeric(
        (0xFD, 0x5F), "f64x2.promote_low_f32x4", "v128 -> v128", convert(f32x4, f64.promote, f64x2), template=promote
    ),
    numeric((0xFD, 0x60), "i8x16.abs", "v128 -> v128", i8x16.unary(i8.abs), template=lanes8.abs),
    numeric((0xFD, 0x61), "i8x16.neg", "v128 -> v128", i8x16.unary(i8.neg), template=lanes8.neg),
    numeric((0xFD, 0x62), "i8x16.popcnt", "v128 -> v128", i8x16.unary(i8.popcnt)),
    numeric((0xFD, 0x63), "i8x16.all_true", "v128 -> i32", i8x16.all_true, template=lanes8.all_true),
    numeric((0xFD, 0x64), "i8x16.bitmask", "v128 -> i32", i8x16.bitmask, template=lanes8.bitmask),
    numeric((0xFD, 0x65), "i8x16.narrow_i16x8_s", "v128 v128 -> v128", narrow(i16x8, i8.saturate_s, i8x16)),
    numeric((0xFD, 0x66), "i8x16.narrow_i16x8_u", "v128 v128 -> v128", narrow(i16x8, i8.saturate_u, i8x16)),
    numeric((0xFD, 0x67), "f32x4.ceil", "v128 -> v128", f32x4.unary(f32.ceil), template=floats32.ceil),
    numeric((0xFD, 0x68), "f32x4.floor", "v128 -> v128", f32x4.unary(f32.floor), template=floats32.floor),
    numeric((0xFD, 0x69), "f32x4.trunc", "v128 -> v128", f32x4.unary(f32.trunc), template=floats32.trunc),
    numeric((0xFD, 0x6A), "f32x4.nearest", "v128 -> v128", f32x4.unary(f32.nearest), template=floats32.nearest),
    numeric((0xFD, 0x6B), "i8x16.shl", "v128 i32 -> v128", i8x16.shift(i8.shl), template=lanes8.shl),
    numeric((0xFD, 0x6C), "i8x16.shr_s", "v128 i32 -> v128", i8x16.shift(i8.shr_s), template=lanes8.shr_s),
    numeric((0xFD, 0x6D), "i8x16.shr_u", "v128 i32 -> v128", i8x16.shift(i8.shr_u), template=lanes8.shr_u),
    numeric((0xFD, 0x6E), "i8x16.add", "v128 v128 -> v128", i8x16.binary(i8.add), template=lanes8.add),
    numeric(
        (0xFD, 0x6F), "i8x16.add_sat_s", "v128 v128 -> v128", i8x16.binary(i8.add_sat_s), template=lanes8.add_sat_s
    ),
    numeric(
        (0xFD, 0x70), "i8x16.add_sat_u", "v128 v128 -> v128", i8x16.binary(i8.add_sat_u), template=lanes8.add_sat_u
    ),
    numeric((0xFD, 0x71), "i8x16.sub", "v128 v128 -> v128", i8x16.binary(i8.sub), template=lanes8.sub),
    numeric(
        (0xFD, 0x72), "i8x16.sub_sat_s", "v128 v128 -> v128", i8x16.binary(i8.sub_sat_s), template=lanes8.sub_sat_s
    ),
    numeric(
        (0xFD, 0x73), "i8x16.sub_sat_u", "v128 v128 -> v128", i8x16.binary(i8.sub_sat_u), template=lanes8.sub_sat_u
    ),
    numeric((0xFD, 0x74), "f64x2.ceil", "v128 -> v128", f64x2.unary(f64.ceil), template=floats64.ceil),
    numeric((0xFD, 0x75), "f64x2.floor", "v128 -> v128", f64x2.unary(f64.floor), template=floats64.floor),
    numeric((0xFD, 0x76), "i8x16.min_s", "v128 v128 -> v128", i8x16.binary(i8.min_s), template=lanes8.min_s),
    numeric((0xFD, 0x77), "i8x16.min_u", "v128 v128 -> v128", i8x16.binary(i8.min_u), template=lanes8.min_u),
    numeric((0xFD, 0x78), "i8x16.max_s", "v128 v128 -> v128", i8x16.binary(i8.max_s), template=lanes8.max_s),
    numeric((0xFD, 0x79), "i8x16.max_u", "v128 v128 -> v128", i8x16.binary(i8.max_u), template=lanes8.max_u),
    numeric((0xFD, 0x7A), "f64x2.trunc", "v128 -> v128", f64x2.unary(f64.trunc), template=floats64.trunc),
    numeric((0xFD, 0x7B), "i8x16.avgr_u", "v128 v128 -> v128", i8x16.binary(i8.avgr_u), template=lanes8.avgr_u),
    numeric(
        (0xFD, 0x7C),
        "i16x8.extadd_pairwise_i8x16_s",
        "v128 -> v128",
        i8x16_s.add_pairwise,
        template=wide8.add_pairwise_s,
    ),
    numeric(
        (0xFD, 0x7D),
        "i16x8.extadd_pairwise_i8x16_u",
        "v128 -> v128",
        i8x16_u.add_pairwise,
        template=wide8.add_pairwise_u,
    ),
    numeric(
        (0xFD, 0x7E),
        "i32x4.extadd_pairwise_i16x8_s",
        "v128 -> v128",
        i16x8_s.add_pairwise,
        template=wide16.add_pairwise_s,
    ),
    numeric(
        (0xFD, 0x7F),
        "i32x4.extadd_pairwise_i16x8_u",
        "v128 -> v128",
        i16x8_u.add_pairwise,
        template=wide16.add_pairwise_u,
    ),
    numeric((0xFD, 0x80), "i16x8.abs", "v128 -> v128", i16x8.unary(i16.abs), template=lanes16.abs),
    numeric((0xFD, 0x81), "i16x8.neg", "v128 -> v128", i16x8.unary(i16.neg), template=lanes16.neg),
    numeric((0xFD, 0x82), "i16x8.q15mulr_sat_s", "v128 v128 -> v128", i16x8.binary(i16.q15mulr_sat_s)),
    numeric((0xFD, 0x83), "i16x8.all_true", "v128 -> i32", i16x8.all_true, template=lanes16.all_true),
    numeric((0xFD, 0x84), "i16x8.bitmask", "v128 -> i32", i16x8.bitmask, template=lanes16.bitmask),
    numeric((0xFD, 0x85), "i16x8.narrow_i32x4_s", "v128 v128 -> v128", narrow(i32x4, i16.saturate_s, i16x8)),
    numeric((0xFD, 0x86), "i16x8.narrow_i32x4_u", "v128 v128 -> v128", narrow(i32x4, i16.saturate_u, i16x8)),
    numeric((0xFD, 0x87), "i16x8.extend_low_i8x16_s", "v128 -> v128", i8x16_s.extend_low, template=wide8.low_s),
    numeric((0xFD, 0x88), "i16x8.extend_high_i8x16_s", "v128 -> v128", i8x16_s.extend_high, template=wide8.high_s),
    numeric((0xFD, 0x89), "i16x8.extend_low_i8x16_u", "v128 -> v128", i8x16_u.extend_low, template=wide8.low_u),
    numeric((0xFD, 0x8A), "i16x8.extend_high_i8x16_u", "v128 -> v128", i8x16_u.extend_high, template=wide8.high_u),
    numeric((0xFD, 0x8B), "i16x8.shl", "v128 i32 -> v128", i16x8.shift(i16.shl), template=lanes16.shl),
    numeric((0xFD, 0x8C), "i16x8.shr_s", "v128 i32 -> v128", i16x8.shift(i16.shr_s), template=lanes16.shr_s),
    numeric((0xFD, 0x8D), "i16x8.shr_u", "v128 i32 -> v128", i16x8.shift(i16.shr_u), template=lanes16.shr_u),
    numeric((0xFD, 0x8E), "i16x8.add", "v128 v128 -> v128", i16x8.binary(i16.add), template=lanes16.add),
    numeric(
        (0xFD, 0x8F), "i16x8.add_sat_s", "v128 v128 -> v128", i16x8.binary(i16.add_sat_s), template=lanes16.add_sat_s
    ),
    numeric(
        (0xFD, 0x90), "i16x8.add_sat_u", "v128 v128 -> v128", i16x8.binary(i16.add_sat_u), template=lanes16.add_sat_u
    ),
    numeric((0xFD, 0x91), "i16x8.sub", "v128 v128 -> v128", i16x8.binary(i16.sub), template=lanes16.sub),
    numeric(
        (0xFD, 0x92), "i16x8.sub_sat_s", "v128 v128 -> v128", i16x8.binary(i16.sub_sat_s), template=lanes16.sub_sat_s
    ),
    numeric(
        (0xFD, 0x93), "i16x8.sub_sat_u", "v128 v128 -> v128", i16x8.binary(i16.sub_sat_u), template=lanes16.sub_sat_u
    ),
    numeric((0xFD, 0x94), "f64x2.nearest", "v128 -> v128", f64x2.unary(f64.nearest), template=floats64.nearest),
    numeric((0xFD, 0x95), "i16x8.mul", "v128 v128 -> v128", i16x8.binary(i16.mul), template=lanes16.mul),
    numeric((0xFD, 0x96), "i16x8.min_s", "v128 v128 -> v128", i16x8.binary(i16.min_s), template=lanes16.min_s),
    numeric((0xFD, 0x97), "i16x8.min_u", "v128 v128 -> v128", i16x8.binary(i16.min_u), template=lanes16.min_u),
    numeric((0xFD, 0x98), "i16x8.max_s", "v128 v128 -> v128", i16x8.binary(i16.max_s), template=lanes16.max_s),
    numeric((0xFD, 0x99), "i16x8.max_u", "v128 v128 -> v128", i16x8.binary(i16.max_u), template=lanes16.max_u),
    numeric((0xFD, 0x9B), "i16x8.avgr_u", "v128 v128 -> v128", i16x8.binary(i16.avgr_u), template=lanes16.avgr_u),
    numeric(
        (0xFD, 0x9C),
        "i16x8.extmul_low_i8x16_s",
        "v128 v128 -> v128",
        i8x16_s.multiply_low,
        template=wide8.multiply_low_s,
    ),
    numeric(
        (0xFD, 0x9D),
        "i16x8.extmul_high_i8x16_s",
        "v128 v128 -> v128",
        i8x16_s.multiply_high,
        template=wide8.multiply_high_s,
    ),
    numeric(
        (0xFD, 0x9E),
        "i16x8.extmul_low_i8x16_u",
        "v128 v128 -> v128",
        i8x16_u.multiply_low,
        template=wide8.multiply_low_u,
    ),
    numeric(
        (0xFD, 0x9F),
        "i16x8.extmul_high_i8x16_u",
        "v128 v128 -> v128",
        i8x16_u.multiply_high,
        template=wide8.multiply_high_u,
    ),
    numeric((0xFD, 0xA0), "i32x4.abs", "v128 -> v128", i32x4.unary(i32.abs), template=lanes32.abs),
    numeric((0xFD, 0xA1), "i32x4.neg", "v128 -> v128", i32x4.unary(i32.neg), template=lanes32.neg),
    numeric((0xFD, 0xA3), "i32x4.all_true", "v128 -> i32", i32x4.all_true, template=lanes32.all_true),
    numeric((0xFD, 0xA4), "i32x4.bitmask", "v128 -> i32", i32x4.bitmask, template=lanes32.bitmask),
    numeric((0xFD, 0xA7), "i32x4.extend_low_i16x8_s", "v128 -> v128", i16x8_s.extend_low, template=wide16.low_s),
    numeric((0xFD, 0xA8), "i32x4.extend_high_i16x8_s", "v128 -> v128", i16x8_s.extend_high, template=wide16.high_s),
    numeric((0xFD, 0xA9), "i32x4.extend_low_i16x8_u", "v128 -> v128", i16x8_u.extend_low, template=wide16.low_u),
    numeric((0xFD, 0xAA), "i32x4.extend_high_i16x8_u", "v128 -> v128", i16x8_u.extend_high, template=wide16.high_u),
    numeric((0xFD, 0xAB), "i32x4.shl", "v128 i32 -> v128", i32x4.shift(i32.shl), template=lanes32.shl),
    numeric((0xFD, 0xAC), "i32x4.shr_s", "v128 i32 -> v128", i32x4.shift(i32.shr_s), template=lanes32.shr_s),
    numeric((0xFD, 0xAD), "i32x4.shr_u", "v128 i32 -> v128", i32x4.shift(i32.shr_u), template=lanes32.shr_u),
    numeric((0xFD, 0xAE), "i32x4.add", "v128 v128 -> v128", i32x4.binary(i32.add), template=lanes32.add),
    numeric((0xFD, 0xB1), "i32x4.sub", "v128 v128 -> v128", i32x4.binary(i32.sub), template=lanes32.sub),
    numeric((0xFD, 0xB5), "i32x4.mul", "v128 v128 -> v128", i32x4.binary(i32.mul), template=lanes32.mul),
    numeric((0xFD, 0xB6), "i32x4.min_s", "v128 v128 -> v128", i32x4.binary(i32.min_s), template=lanes32.min_s),
    numeric((0xFD, 0xB7), "i32x4.min_u", "v128 v128 -> v128", i32x4.binary(i32.min_u), template=lanes32.min_u),
    numeric((0xFD, 0xB8), "i32x4.max_s", "v128 v128 -> v128", i32x4.binary(i32.max_s), template=lanes32.max_s),
    numeric((0xFD, 0xB9), "i32x4.max_u", "v128 v128 -> v128", i32x4.binary(i32.max_u), template=lanes32.max_u),
    numeric((0xFD, 0xBA), "i32x4.dot_i16x8_s", "v128 v128 -> v128", i16x8_s.dot, template=wide16.dot),
    numeric(
        (0xFD, 0xBC),
        "i32x4.extmul_low_i16x8_s",
        "v128 v128 -> v128",
        i16x8_s.multiply_low,
        template=wide16.multiply_low_s,
    ),
    numeric(
        (0xFD, 0xBD),
        "i32x4.extmul_high_i16x8_s",
        "v128 v128 -> v128",
        i16x8_s.multiply_high,
        template=wide16.multiply_high_s,
    ),
    numeric(
        (0xFD, 0xBE),
        "i32x4.extmul_low_i16x8_u",
        "v128 v128 -> v128",
        i16x8_u.multiply_low,
        template=wide16.multiply_low_u,
    ),
    numeric(
        (0xFD, 0xBF),
        "i32x4.extmul_high_i16x8_u",
        "v128 v128 -> v128",
        i16x8_u.multiply_high,
        template=wide16.multiply_high_u,
    ),
    numeric((0xFD, 0xC0), "i64x2.abs", "v128 -> v128", i64x2.unary(i64.abs), template=lanes64.abs),
    numeric((0xFD, 0xC1), "i64x2.neg", "v128 -> v128", i64x2.unary(i64.neg), template=lanes64.neg),
    numeric((0xFD, 0xC3), "i64x2.all_true", "v128 -> i32", i64x2.all_true, template=lanes64.all_true),
    numeric((0xFD, 0xC4), "i64x2.bitmask", "v128 -> i32", i64x2.bitmask, template=lanes64.bitmask),
    numeric((0xFD, 0xC7), "i64x2.extend_low_i32x4_s", "v128 -> v128", i32x4_s.extend_low, template=wide32.low_s),
    numeric((0xFD, 0xC8), "i64x2.extend_high_i32x4_s", "v128 -> v128", i32x4_s.extend_high, template=wide32.high_s),
    numeric((0xFD, 0xC9), "i64x2.extend_low_i32x4_u", "v128 -> v128", i32x4_u.extend_low, template=wide32.low_u),
    numeric((0xFD, 0xCA), "i64x2.extend_high_i32x4_u", "v128 -> v128", i32x4_u.extend_high, template=wide32.high_u),
    numeric((0xFD, 0xCB), "i64x2.shl", "v128 i32 -> v128", i64x2.shift(i64.shl), template=lanes64.shl),
    numeric((0xFD, 0xCC), "i64x2.shr_s", "v128 i32 -> v128", i64x2.shift(i64.shr_s), template=lanes64.shr_s),
    numeric((0xFD, 0xCD), "i64x2.shr_u", "v128 i32 -> v128", i64x2.shift(i64.shr_u), template=lanes64.shr_u),
    numeric((0xFD, 0xCE), "i64x2.add", "v128 v128 -> v128", i64x2.binary(i64.add), template=lanes64.add),
    numeric((0xFD, 0xD1), "i64x2.sub", "v128 v128 -> v128", i64x2.binary(i64.sub), template=lanes64.sub),
    numeric((0xFD, 0xD5), "i64x2.mul", "v128 v128 -> v128", i64x2.binary(i64.mul), template=lanes64.mul),
    numeric((0xFD, 0xD6), "i64x2.eq", "v128 v128 -> v128", i64x2.compare(i64.eq), template=lanes64.eq),
    numeric((0xFD, 0xD7), "i64x2.ne", "v128 v128 -> v128", i64x2.compare(i64.ne), template=lanes64.ne),
    numeric((0xFD, 0xD8), "i64x2.lt_s", "v128 v128 -> v128", i64x2.compare(i64.lt_s), template=lanes64.lt_s),
    numeric((0xFD, 0xD9), "i64x2.gt_s", "v128 v128 -> v128", i64x2.compare(i64.gt_s), template=lanes64.gt_s),
    numeric((0xFD, 0xDA), "i64x2.le_s", "v128 v128 -> v128", i64x2.compare(i64.le_s), template=lanes64.le_s),
    numeric((0xFD, 0xDB), "i64x2.ge_s", "v128 v128 -> v128", i64x2.compare(i64.ge_s), template=lanes64.ge_s),
    numeric(
        (0xFD, 0xDC),
        "i64x2.extmul_low_i32x4_s",
        "v128 v128 -> v128",
        i32x4_s.multiply_low,
        template=wide32.multiply_low_s,
    ),
    numeric(
        (0xFD, 0xDD),
        "i64x2.extmul_high_i32x4_s",
        "v128 v128 -> v128",
        i32x4_s.multiply_high,
        template=wide32.multiply_high_s,
    ),
    numeric(
        (0xFD, 0xDE),
        "i64x2.extmul_low_i32x4_u",
        "v128 v128 -> v128",
        i32x4_u.multiply_low,
        template=wide32.multiply_low_u,
    ),
    numeric(
        (0xFD, 0xDF),
        "i64x2.extmul_high_i32x4_u",
        "v128 v128 -> v128",
        i32x4_u.multiply_high,
        template=wide32.multiply_high_u,
    ),
    numeric((0xFD, 0xE0), "f32x4.abs", "v128 -> v128", f32x4.unary(f32.abs), template=floats32.abs),
    numeric((0xFD, 0xE1), "f32x4.neg", "v128 -> v128", f32x4.unary(f32.neg), template=floats32.neg),
    numeric((0xFD, 0xE3), "f32x4.sqrt", "v128 -> v128", f32x4.unary(f32.sqrt), template=floats32.sqrt),
    numeric((0xFD, 0xE4), "f32x4.add", "v128 v128 -> v128", f32x4.binary(f32.add), template=floats32.add),
    numeric((0xFD, 0xE5), "f32x4.sub", "v128 v128 -> v128", f32x4.binary(f32.sub), template=floats32.sub),
    numeric((0xFD, 0xE6), "f32x4.mul", "v128 v128 -> v128", f32x4.binary(f32.mul), template=floats32.mul),
    numeric((0xFD, 0xE7), "f32x4.div", "v128 v128 -> v128", f32x4.binary(f32.div), template=floats32.div),
    numeric((0xFD, 0xE8), "f32x4.min", "v128 v128 -> v128", f32x4.binary(f32.min), template=floats32.min),
    numeric((0xFD, 0xE9), "f32x4.max", "v128 v128 -> v128", f32x4.binary(f32.max), template=floats32.max),
    numeric((0xFD, 0xEA), "f32x4.pmin", "v128 v128 -> v128", f32x4.binary(f32.pmin), template=floats32.pmin),
    numeric((0xFD, 0xEB), "f32x4.pmax", "v128 v128 -> v128", f32x4.binary(f32.pmax), template=floats32.pmax),
    numeric((0xFD, 0xEC), "f64x2.abs", "v128 -> v128", f64x2.unary(f64.abs), template=floats64.abs),
    numeric((0xFD, 0xED), "f64x2.neg", "v128 -> v128", f64x2.unary(f64.neg), template=floats64.neg),
    numeric((0xFD, 0xEF), "f64x2.sqrt", "v128 -> v128", f64x2.unary(f64.sqrt), template=floats64.sqrt),
    numeric((0xFD, 0xF0), "f64x2.add", "v128 v128 -> v128", f64x2.binary(f64.add), template=floats64.add),
    numeric((0xFD, 0xF1), "f64x2.sub", "v128 v128 -> v128", f64x2.binary(f64.sub), template=floats64.sub),
    numeric((0xFD, 0xF2), "f64x2.mul", "v128 v128 -> v128", f64x2.binary(f64.mul), template=floats64.mul),
    numeric((0xFD, 0xF3), "f64x2.div", "v128 v128 -> v128", f64x2.binary(f64.div), template=floats64.div),
    numeric((0xFD, 0xF4), "f64x2.min", "v128 v128 -> v128", f64x2.binary(f64.min), template=floats64.min),
    numeric((0xFD, 0xF5), "f64x2.max", "v128 v128 -> v128", f64x2.binary(f64.max), template=floats64.max),
    numeric((0xFD, 0xF6), "f64x2.pmin", "v128 v128 -> v128", f64x2.binary(f64.pmin), template=floats64.pmin),
    numeric((0xFD, 0xF7), "f64x2.pmax", "v128 v128 -> v128", f64x2.binary(f64.pmax), template=floats64.pmax),
    numeric(
        (0xFD, 0xF8),
        "i32x4.trunc_sat_f32x4_s",
        "v128 -> v128",
        convert(f32x4, i32.trunc_sat_s, i32x4),
        template=trunc_sat_s,
    ),
    numeric(
        (0xFD, 0xF9),
        "i32x4.trunc_sat_f32x4_u",
        "v128 -> v128",
        convert(f32x4, i32.trunc_sat_u, i32x4),
        template=trunc_sat_u,
    ),
    numeric(
        (0xFD, 0xFA),
        "f32x4.convert_i32x4_s",
        "v128 -> v128",
        convert(i32x4, f32.convert_i32_s, f32x4),
        template=convert_s,
    ),
    numeric(
        (0xFD, 0xFB), "f32x4.convert_i32x4_u", "v128 -> v128", convert(i32x4, f32.convert_u, f32x4), template=convert_u
    ),
    numeric(
        (0xFD, 0xFC),
        "i32x4.trunc_sat_f64x2_s_zero",
        "v128 -> v128",
        convert(f64x2, i32.trunc_sat_s, i32x4),
        template=trunc_sat_zero_s,
    ),
    numeric(
        (0xFD, 0xFD),
        "i32x4.trunc_sat_f64x2_u_zero",
        "v128 -> v128",
        convert(f64x2, i32.trunc_sat_u, i32x4),
        template=trunc_sat_zero_u,
    ),
    numeric(
        (0xFD, 0xFE),
        "f64x2.convert_low_i32x4_s",
        "v128 -> v128",
        convert(i32x4, f64.convert_i32_s, f64x2),
        template=convert_low_s,
    ),
    numeric(
        (0xFD, 0xFF),
        "f64x2.convert_low_i32x4_u",
        "v128 -> v128",
        convert(i32x4, f64.convert_u, f64x2),
        template=convert_low_u,
    ),
    numeric((0xFD, 0x100), "i8x16.relaxed_swizzle", "v128 v128 -> v128", relaxed_swizzle, template=Template(swizzled)),
    numeric(
        (0xFD, 0x101),
        "i32x4.relaxed_trunc_f32x4_s",
        "v128 -> v128",
        convert(f32x4, i32.relaxed_trunc_s, i32x4),
        template=trunc_sat_s,
    ),
    numeric(
        (0xFD, 0x102),
        "i32x4.relaxed_trunc_f32x4_u",
        "v128 -> v128",
        convert(f32x4, i32.relaxed_trunc_u, i32x4),
        template=trunc_sat_u,
    ),
    numeric(
        (0xFD, 0x103),
        "i32x4.relaxed_trunc_f64x2_s_zero",
        "v128 -> v128",
        convert(f64x2, i32.relaxed_trunc_s, i32x4),
        template=trunc_sat_zero_s,
    ),
    numeric(
        (0xFD, 0x104),
        "i32x4.relaxed_trunc_f64x2_u_zero",
        "v128 -> v128",
        convert(f64x2, i32.relaxed_trunc_u, i32x4),
        template=trunc_sat_zero_u,
    ),
    numeric((0xFD, 0x105), "f32x4.relaxed_madd", "v128 v128 v128 -> v128", f32x4.ternary(f32.relaxed_madd)),
    numeric((0xFD, 0x106), "f32x4.relaxed_nmadd", "v128 v128 v128 -> v128", f32x4.ternary(f32.relaxed_nmadd)),
    numeric((0xFD, 0x107), "f64x2.relaxed_madd", "v128 v128 v128 -> v128", f64x2.ternary(f64.relaxed_madd)),
    numeric((0xFD, 0x108), "f64x2.relaxed_nmadd", "v128 v128 v128 -> v128", f64x2.ternary(f64.relaxed_nmadd)),
    numeric(
        (0xFD, 0x109),
        "i8x16.relaxed_laneselect",
        "v128 v128 v128 -> v128",
        i8x16.ternary(i8.relaxed_laneselect),
        template=bitselect,
    ),
    numeric(
        (0xFD, 0x10A),
        "i16x8.relaxed_laneselect",
        "v128 v128 v128 -> v128",
        i16x8.ternary(i16.relaxed_laneselect),
        template=bitselect,
    ),
    numeric(
        (0xFD, 0x10B),
        "i32x4.relaxed_laneselect",
        "v128 v128 v128 -> v128",
        i32x4.ternary(i32.relaxed_laneselect),
        template=bitselect,
    ),
    numeric(
        (0xFD, 0x10C),
        "i64x2.relaxed_laneselect",
        "v128 v128 v128 -> v128",
        i64x2.ternary(i64.relaxed_laneselect),
        template=bitselect,
    ),
    numeric((0xFD, 0x10D), "f32x4.relaxed_min", "v128 v128 -> v128", f32x4.binary(f32.relaxed_min)),
    numeric((0xFD, 0x10E), "f32x4.relaxed_max", "v128 v128 -> v128", f32x4.binary(f32.relaxed_max)),
    numeric((0xFD, 0x10F), "f64x2.relaxed_min", "v128 v128 -> v128", f64x2.binary(f64.relaxed_min)),
    numeric((0xFD, 0x110), "f64x2.relaxed_max", "v128 v128 -> v128", f64x2.binary(f64.relaxed_max)),
    numeric((0xFD, 0x111), "i16x8.relaxed_q15mulr_s", "v128 v128 -> v128", i16x8.binary(i16.relaxed_q15mulr_s)),
    numeric((0xFD, 0x112), "i16x8.relaxed_dot_i8x16_i7x16_s", "v128 v128 -> v128", i8x16_s.relaxed_dot),
    numeric((0xFD, 0x113), "i32x4.relaxed_dot_i8x16_i7x16_add_s", "v128 v128 v128 -> v128", relaxed_dot_add),
)

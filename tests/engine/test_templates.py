"""Each template is held equal to the function of its row: over edge values, in every form that an operand may have."""

import functools
import math
import operator
import random
from dataclasses import replace

import pytest

from quire.engine import types as t
from quire.engine.compile.running.world import SHARED
from quire.engine.errors import Trap
from quire.engine.immediates import Lane
from quire.engine.instructions import CORE_ROWS
from quire.engine.instructions.expressions import OR, PRIMARY, UNARY, Value, canon, literal, number, strict
from quire.engine.instructions.templates import w32, w64
from quire.engine.numeric import integers
from quire.engine.numeric.floats import f32, f64
from quire.engine.runtime.objects import Array, I31Reference

ROWS = [row for row in CORE_ROWS if row.template is not None]
INTEGERS = {
    bits: sorted({0, 1, 7, 32, 255, (1 << bits - 1) - 1, 1 << bits - 1, (1 << bits) - 1, 0x5A5A5A5A})
    for bits in (32, 64)
}
FLOATS = {
    32: [0.0, -0.0, 1.0, -1.5, 3.4e38, 1e-45, math.inf, -math.inf, 2.0**31, -(2.0**31), 2.0**63, -0.5, 2.5, 2.0**64],
    64: [
        0.0,
        -0.0,
        1.0,
        -1.5,
        1e308,
        5e-324,
        math.inf,
        -math.inf,
        0.1,
        -0.5,
        2.5,
        2.0**31,
        -(2.0**31),
        2.0**63,
        -(2.0**63),
        2.0**32,
        2.0**64,
        2.0**31 - 1,
        -(2.0**31) - 1,
        2.0**32 - 0.5,
        -0.99,
        math.nan,
    ],
}
SIGNALLING = {32: f32.from_bits(0x7FA00001), 64: f64.from_bits(0x7FF0000000000001)}


def forms(name, value, bits, draw):
    """Expressions that stand for an integer: exact, a literal, or lazy by a multiple of 2**bits."""
    mask = (1 << bits) - 1
    lazy = value + draw.choice((-1, 1)) * (1 << bits)
    yield Value(name, PRIMARY, 0, mask, simple=True), value
    yield Value(name, PRIMARY, value, value, simple=True), value
    yield literal(value), value
    yield Value(f"({name})", PRIMARY, min(lazy, 0), max(lazy, mask)), lazy
    yield Value(f"-{name}", UNARY, min(lazy, 0), max(lazy, mask)), -lazy
    inner = Value(f"({name} + 97)", PRIMARY, min(lazy, 0) + 97, mask + 97)
    yield Value(name, PRIMARY, min(lazy, 0), mask, addend=(inner, -97)), min(lazy, value)
    if value < 2:
        yield Value(f"({name} == 1)", PRIMARY, 0, 1, truth=True), value


def evaluate(made, names, type_):
    """The value of an expression as functions have it."""
    if type_ in (t.I32, t.I64):
        made = number(canon(made, (1 << 8 * type_.size) - 1))
    elif type_ in (t.F32, t.F64):
        made = strict(made)
    return eval(made.text, {**SHARED, **names})


def expected(row, immediates, operands):
    try:
        return row.run(*immediates, *operands)
    except Trap:
        return Trap


def bits_of(value):
    return f64.to_bits(value) if isinstance(value, float) else value


@pytest.mark.parametrize("row", ROWS, ids=[row.mnemonic for row in ROWS])
def test_a_template_equals_its_function(row):
    draw = random.Random(row.mnemonic)
    signature = row.signature(None)
    for operands in draws(row, signature.parameters, draw):
        immediates = [immediate(kind, draw) for kind in row.immediates]
        shapes = [
            operand_forms(at, type_, value, draw)
            for at, (type_, value) in enumerate(zip(signature.parameters, operands, strict=True))
        ]
        for _ in range(6):
            chosen = [draw.choice([each for each in shape if each[0].simple or not row.naming]) for shape in shapes]
            names = {f"x{at}": held for at, (_, held) in enumerate(chosen)}
            made = row.template.make(*immediates, *(form for form, _ in chosen))
            if made is None:
                continue
            wanted = expected(row, immediates, operands)
            check(row, made, names, signature.results[0], operands, wanted)


def immediate(kind, draw):
    """Of a row with a template: the number of a lane, or those of sixteen, often few distances away."""
    if isinstance(kind, Lane):
        return draw.randrange(kind.count)
    by, modulus = draw.randrange(32), draw.choice((16, 32))
    return tuple((at + by) % modulus if draw.random() < 0.9 else draw.randrange(32) for at in range(16))


def operand_forms(at, type_, value, draw):
    if type_ in (t.I32, t.I64):
        return list(forms(f"x{at}", value, 8 * type_.size, draw))
    if type_ is t.V128:
        return [(Value(f"x{at}", simple=True), value), (Value(f"0 | x{at}", OR), value), (literal(value), value)]
    return [(Value(f"x{at}", PRIMARY, simple=True), value), (Value(f"(x{at})", PRIMARY), value)]


SMALL = [None, *map(I31Reference, (0, 5, 0x3FFFFFFF, 0x40000000, 0x7FFFFFFF))]
ARRAYS = [None, Array(None, []), Array(None, [1, 2])]
REFERENCES = {t.I31REF: SMALL, t.ARRAYREF: ARRAYS, t.EQREF: [*SMALL, *ARRAYS, I31Reference(5)]}


def bytes_of_lanes(lanes, size):
    return sum(lane << 8 * size * at for at, lane in enumerate(lanes))


FLOAT_BITS = {
    size: [floats.to_bits(each) for each in (*FLOATS[8 * size], SIGNALLING[8 * size], math.nan, -1.5, 3.0, 1e30)]
    for size, floats in ((4, f32), (8, f64))
}


def draws(row, parameters, draw):
    vectors = [
        0,
        1,
        (1 << 128) - 1,
        1 << 127,
        draw.getrandbits(128),
        draw.getrandbits(128),
        0x80 * (((1 << 128) - 1) // 255),
        *(
            bytes_of_lanes([draw.choice((0, 1, 127, 128, 129, 255)) for _ in range(size)] * (16 // size), 1)
            for size in (1, 2, 4, 8, 16)
        ),
        *(
            bytes_of_lanes(
                [draw.choice((*FLOAT_BITS[size], draw.getrandbits(8 * size))) for _ in range(16 // size)], size
            )
            for size in (4, 8, 4, 8, 4, 8)
        ),
    ]
    pools = [
        REFERENCES[type_]
        if type_ in REFERENCES
        else vectors
        if type_ is t.V128
        else INTEGERS[8 * type_.size]
        if type_ in (t.I32, t.I64)
        else [*FLOATS[8 * type_.size], SIGNALLING[8 * type_.size]]
        for type_ in parameters
    ]
    for _ in range(60):
        yield [draw.choice(pool) for pool in pools]


def check(row, made, names, result, operands, wanted):
    try:
        found = evaluate(made, names, result)
    except (ZeroDivisionError, AttributeError, Trap):
        found = Trap
    if row.template.rounds and found is not Trap:
        found = f32.round(found)
    assert bits_of(found) == bits_of(wanted), (made.text, names, operands)
    if isinstance(found, int) and result is not t.V128 and not made.truth:
        raw = eval(made.text, {**SHARED, **names})
        assert made.low <= raw <= made.high, (made, names, operands)
        if made.zeros and made.zeros < 64:
            assert raw % (1 << made.zeros) == 0, (made, names)


def test_the_rows_without_effects_that_programs_use_most_have_templates():
    names = {row.mnemonic for row in ROWS}
    assert {"i32.add", "i64.mul", "i32.shr_s", "i32.lt_s", "f64.add", "f32.mul", "i64.extend_i32_s"} <= names


def test_a_constant_is_written_as_one():
    assert literal(5).text == "5"
    assert literal(0xFFFFFFFF).text == "0xffffffff"


def test_a_constant_is_read_as_signed_only_where_that_is_shorter():
    operand = Value("x", low=0, high=(1 << 64) - 1, simple=True)
    assert w64.mul(operand, literal(0xBF58476D1CE4E5B9)).text == "x * 0xbf58476d1ce4e5b9"
    assert w64.add(operand, literal(0x9E3779B97F4A7C15)).text == "x + 0x9e3779b97f4a7c15"
    assert w64.sub(operand, literal(0x61C8864680B583EB)).text == "x + 0x9e3779b97f4a7c15"
    assert w64.add(operand, literal(0xFFFFFFFFFFFFFFFB)).text == "x - 5"
    assert w64.sub(operand, literal(0xFFFFFFFFFFFFFFFB)).text == "x + 5"
    assert w64.mul(operand, literal(0xFFFFFFFFFFFFFFFF)).text == "x * -1"
    assert w32.mul(replace(operand, high=0xFFFFFFFF), literal(0x9E3779B9)).text == "x * 0x9e3779b9"


@pytest.mark.parametrize("bits", [32, 64])
def test_rotations_of_one_variable_with_xor_between_them(bits):
    width, function = (w32, integers.i32) if bits == 32 else (w64, integers.i64)
    operand = Value("x", low=0, high=(1 << bits) - 1, simple=True)
    for distances in [(7, 18), (2, 13, 22), (1, bits - 1), (0, 5), (5, 5), (3, 9, 27, 31)]:
        made = functools.reduce(width.xor, (width.rotr(operand, literal(by)) for by in distances))
        assert made.text.count(":=") == (0 not in distances)
        for x in INTEGERS[bits]:
            wanted = functools.reduce(operator.xor, (function.rotr(x, by) for by in distances))
            assert eval(canon(made, (1 << bits) - 1).text, {"x": x}) == wanted, (made.text, x)
            assert made.low <= eval(made.text, {"x": x}) <= made.high


def test_rotations_of_two_variables_with_xor_between_them():
    first, second = (w32.rotl(Value(name, high=0xFFFFFFFF, simple=True), literal(3)) for name in "xy")
    assert ":=" not in w32.xor(first, second).text

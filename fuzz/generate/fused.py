"""The relaxed multiply-adds: an engine may round once or twice, and nothing else. Spec: exec/numerics#op-frelaxed-madd

Two ways to hold engines to that. `held` takes the result of rounding once beside the operands, calculated here in
exact numbers, and makes that of rounding twice with plain instructions: the result must be one of the two, in all lanes
alike. What is outside goes to host.note as VIOLATION and the first lane. `exact` makes the operands integers, so small
that both are the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from math import copysign, inf, isfinite, isnan, ldexp

from quire.engine import types as t
from quire.engine.instructions.row import Row
from quire.engine.module import FunctionDefinition, Instruction, LocalRun
from quire.engine.numeric.floats import CANONICAL_NAN, Floats, f32, f64
from quire.fuzz.generate.leaves import Code, Emitter
from quire.fuzz.generate.nans import VIOLATION, canonical
from quire.fuzz.generate.plan import HOST_FUNCTION

FUSED = re.compile(r"(f32x4|f64x2)\.relaxed_(n?)madd$")
OPERANDS = 3
ONCE, RESULT, TWICE = OPERANDS, OPERANDS + 1, OPERANDS + 2
"""The locals of `held` behind the operands; the first is a parameter."""
HELD_TYPE = t.FunctionType((t.V128,) * (OPERANDS + 1), (t.V128,))
HELD_LOCALS = (LocalRun(2, t.V128),)
_LANES: dict[str, tuple[Floats, int]] = {"f32x4": (f32, 32), "f64x2": (f64, 64)}
_PRECISION = {32: (24, -149), 64: (53, -1074)}
"""Of each width the bits of a significand, and the exponent of the smallest number."""
_LARGEST = {32: (2.0**24 - 1) * 2.0**104, 64: (2.0**53 - 1) * 2.0**971}
_EXACT = {"f32x4": (20, "f32x4.convert_i32x4_s"), "f64x2": (6, "f64x2.convert_low_i32x4_s")}
"""By how much to shift lanes so that the product of two and a third have an exact sum, and what makes them floats."""


def is_fused(row: Row) -> bool:
    """Whether it is one of the four."""
    return FUSED.match(row.mnemonic) is not None


def shape_of(row: Row) -> tuple[str, bool]:
    """The shape of a row's vectors, and whether the product is taken away."""
    found = FUSED.match(row.mnemonic)
    return (found[1], found[2] == "n") if found else ("", False)


# Rounding once


def once(row: Row, operands: Sequence[int]) -> int:
    """The bits of the result where the whole is rounded once, its NaNs canonical."""
    name, is_negated = shape_of(row)
    floats, width = _LANES[name]
    mask, bits = (1 << width) - 1, 0
    for at in range(0, 128, width):
        a, b, c = (floats.from_bits(each >> at & mask) for each in operands)
        bits |= floats.to_bits(multiply_add(-a if is_negated else a, b, c, width)) << at
    return bits


def multiply_add(a: float, b: float, c: float, width: int) -> float:
    """A * b + c of floats of that width, rounded once."""
    if not all(map(isfinite, (a, b, c))):
        total = c if isfinite(a) and isfinite(b) else a * b + c  # a finite product may not become infinite first
        return CANONICAL_NAN if isnan(total) else total
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    if exact:
        return rounded(exact, width)
    is_negative = copysign(1.0, a) * copysign(1.0, b) < 0 and copysign(1.0, c) < 0
    return -0.0 if is_negative and not c else 0.0  # numbers that cancel out give the positive zero


def rounded(exact: Fraction, width: int) -> float:
    """The nearest float of that width, ties to even. Spec: exec/numerics#rounding"""
    precision, smallest = _PRECISION[width]
    magnitude = abs(exact)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()  # or one less
    unit = max(exponent - precision + (magnitude >= Fraction(2) ** exponent), smallest)
    try:
        nearest = ldexp(round(magnitude / Fraction(2) ** unit), unit)
    except OverflowError:
        nearest = inf
    return copysign(nearest if nearest <= _LARGEST[width] else inf, 1 if exact > 0 else -1)


# Code


def held(emitter: Emitter, row: Row) -> Code:
    """Code on the operands and the result of rounding once; leaves that of rounding twice, or what is outside."""
    make, (name, is_negated) = emitter.make, shape_of(row)
    operands = [make("local.get", index) for index in range(OPERANDS)]
    first = [operands[0], *([make(f"{name}.neg")] if is_negated else [])]
    twice = [*first, operands[1], make(f"{name}.mul"), operands[2], make(f"{name}.add"), make("local.set", TWICE)]
    code = [*operands, emitter.of(row), make("local.set", RESULT), *twice]
    for local in (RESULT, TWICE):
        code += [*canonical(emitter, name, local), make("local.set", local)]
    result = make("local.get", RESULT)
    for local in (ONCE, TWICE):
        code += [result, make("local.get", local), make("i32x4.eq"), make("i32x4.all_true")]
    note = [make("i32.const", VIOLATION), result, make("i32x4.extract_lane", 0), make("call", HOST_FUNCTION)]
    outside = [*note, make("drop"), result, make("return")]
    return [*code, make("i32.or"), make("i32.eqz"), make("if", None), *outside, make("end"), make("local.get", TWICE)]


def exact(emitter: Emitter, row: Row) -> Code:
    """Code on the operands, of which it takes small integers."""
    make = emitter.make
    shift, convert = _EXACT[shape_of(row)[0]]
    integers = [[make("local.get", index), make("i32.const", shift), make("i32x4.shr_s"), make(convert)]
                for index in range(OPERANDS)]  # fmt: skip
    return [*(each for code in integers for each in code), emitter.of(row)]


def is_sound(emitter: Emitter, function: FunctionDefinition) -> bool:
    """Whether a function has none of the rows but in one of these two ways."""
    code = list(function.body.instructions[:-1])
    rows = {each.row for each in code if is_fused(each.row)}
    return all(code in (held(emitter, row), exact(emitter, row)) for row in rows)


def fused_row(function: FunctionDefinition) -> Row | None:
    """The row that a function holds to its two results."""
    rows = (each.row for each in function.body.instructions if is_fused(each.row))
    return next(rows, None) if function.locals == HELD_LOCALS else None


def is_once(row: Row, arguments: Sequence[Instruction]) -> bool:
    """Whether the last of four constants is the result of rounding once of the others."""
    bits = [each.immediates[0] for each in arguments if each.row.mnemonic == "v128.const"]
    return len(bits) == len(arguments) == OPERANDS + 1 and bits[-1] == once(row, bits[:-1])

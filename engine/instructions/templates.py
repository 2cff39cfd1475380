"""Templates: rows as Python expressions, for the tier that writes them. Each stands beside a row's function, which is
what it must equal.

A template takes and makes a Value, or None where the function is called after all. Operands may be lazy: not yet
reduced to the range of their type.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum

from quire.engine.instructions.expressions import (
    AND,
    CHOICE,
    COMPARE,
    FAR,
    OR,
    PRIMARY,
    PRODUCT,
    SCRATCH,
    SHIFT,
    SUM,
    UNARY,
    XOR,
    Value,
    canon,
    chain,
    compare,
    infix,
    literal,
    negated,
    number,
    plus,
    shifted,
    signed,
    strict,
)

Make = Callable[..., "Value | None"]
OTHER = "c"  # as SCRATCH
DIGIT = 30  # bits of one digit of Python's integers


class Naming(IntEnum):
    """Whether operands that are no constants are put into variables, for an expression mentions them twice."""

    NEVER = 0
    ALWAYS = 1
    UNLESS_CONSTANT = 2  # not where the last operand is a constant


@dataclass(frozen=True, slots=True)
class Template:
    """`make(*immediates, *operands)`. `traps` says that the expression may raise what the function calls a trap,
    `rounds` that its value is still to be rounded to an f32.

    The functions of rows without immediates and effects can be called by their mnemonics, with "_" for the dots.
    """

    make: Make
    traps: bool = False
    rounds: bool = False
    naming: Naming = Naming.NEVER


class IntegerTemplates:
    """Of one width."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.mask = (1 << width) - 1
        self.sign_bit = 1 << width - 1

    def canon(self, a: Value) -> Value:
        return canon(a, self.mask)

    def near(self, a: Value) -> Value:
        """An operand of a sum: as it is unless sums would grow without end; a constant in its shorter reading."""
        if a.constant:
            return self.shorter(a)
        return a if a.within(-FAR, FAR) else self.canon(a)

    def shorter(self, a: Value) -> Value:
        """A constant as signed, unless that is as long for Python: what is negative takes longer to mask."""
        positive, either = self.canon(a), signed(a, self.sign_bit)
        return either if digits(either.low) < digits(positive.low) else positive

    # Arithmetic

    def add(self, a: Value, b: Value) -> Value:
        zeros, scaled = min(a.zeros, b.zeros), self.scaled_sum(a, b) if a.scaled or b.scaled else None
        return self.sum(a, b, zeros, scaled)

    def scaled_sum(self, a: Value, b: Value) -> tuple[Value, int] | None:
        """The sum of two operands that were shifted left alike, or of one and a multiple."""
        if a.constant:
            a, b = b, a
        if a.scaled is None:
            return None
        inner, by = a.scaled
        if b.scaled is not None and b.scaled[1] == by:
            return self.sum(inner, b.scaled[0]), by
        if b.constant and b.zeros >= by:
            return self.sum(inner, literal(signed(b, self.sign_bit).low >> by)), by
        return None

    def sum(self, a: Value, b: Value, zeros: int = 0, scaled: tuple[Value, int] | None = None) -> Value:
        a, b = self.near(a), self.near(b)
        if a.constant and not b.constant:
            a, b = b, a
        if b.constant:
            made = plus(a, b.low, scaled)
            return made if made.scaled is scaled else replace(made, scaled=scaled)
        return infix(a, "+", b, SUM, a.low + b.low, a.high + b.high, zeros, scaled)

    def sub(self, a: Value, b: Value) -> Value:
        a, b, zeros = self.near(a), self.near(b), min(a.zeros, b.zeros)
        low, high = a.low - b.high, a.high - b.low
        if b.constant:
            return plus(a, self.shorter(literal(-b.low)).low)
        if a.constant and not a.low:
            return Value(f"-{b.at(UNARY)}", UNARY, low, high, zeros=zeros)
        return infix(a, "-", b, SUM, low, high, zeros)

    def mul(self, a: Value, b: Value) -> Value:
        a, b = (self.shorter(each) if each.constant else self.bounded(each) for each in (a, b))
        ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
        zeros = a.zeros + b.zeros
        scaled = (a, b.zeros) if b.constant and b.low > 0 and b.low == 1 << b.zeros else None
        return infix(a, "*", b, PRODUCT, min(ends), max(ends), zeros=zeros, scaled=scaled)

    def bounded(self, a: Value) -> Value:
        return a if a.within(-2 * self.mask, 2 * self.mask) else self.canon(a)

    def div_u(self, a: Value, b: Value) -> Value:
        a, b = self.canon(a), self.canon(b)
        return infix(a, "//", b, PRODUCT, 0, a.high // max(b.low, 1))

    def rem_u(self, a: Value, b: Value) -> Value:
        a, b = self.canon(a), self.canon(b)
        return infix(a, "%", b, PRODUCT, 0, min(a.high, max(b.high - 1, 0)))

    def div_s(self, a: Value, b: Value) -> Value | None:
        return self.toward_zero("div", "//", a, b)

    def rem_s(self, a: Value, b: Value) -> Value | None:
        return self.toward_zero("rem", "%", a, b)

    def toward_zero(self, name: str, operator: str, a: Value, b: Value) -> Value | None:
        """Python rounds down: what is negative is divided by its absolute value."""
        a, b = self.canon(a), self.canon(b)
        if self.natural(a) and self.natural(b):
            return self.div_u(a, b) if operator == "//" else self.rem_u(a, b)
        top = f"{self.sign_bit:#x}"
        if b.constant and 0 < b.low < self.sign_bit:
            first, again = (a.text, a.text) if a.simple else (f"({SCRATCH} := {a.text})", SCRATCH)
            opposite = f"-(({self.mask + 1:#x} - {again}) {operator} {b.text})"
            most = self.sign_bit // b.low if operator == "//" else b.low - 1
            return Value(f"{again} {operator} {b.text} if {first} < {top} else {opposite}", CHOICE, -most, most)
        if not (a.simple and b.simple):
            return None
        asked = f"i{self.width}_{name}_s({a.text}, {b.text})"
        return Value(f"{a.text} {operator} {b.text} if {a.text} < {top} > {b.text} else {asked}", CHOICE, 0, self.mask)

    def natural(self, a: Value) -> bool:
        """Whether both readings are the same."""
        return a.within(0, self.sign_bit - 1)

    # Bits

    def and_(self, a: Value, b: Value) -> Value:
        """One operand within its range is enough."""
        if a.constant:
            a, b = b, a
        if a.low < 0 and b.low < 0:
            b = self.canon(b)
        if not (a.within(0, self.mask) or b.within(0, self.mask)):
            a = self.canon(a)
        highs = [each.high for each in (a, b) if each.low >= 0]
        return infix(a, "&", b, AND, 0, min(highs), zeros=max(a.zeros, b.zeros))

    def or_(self, a: Value, b: Value) -> Value:
        return self.bitwise(a, "|", b, OR)

    def xor(self, a: Value, b: Value) -> Value:
        if a.turned is not None and b.turned is not None and a.turned[0].text == b.turned[0].text:
            return self.turned(a.turned[0], a.turned[1] + b.turned[1])
        return self.bitwise(a, "^", b, XOR)

    def turned(self, a: Value, distances: tuple[int, ...]) -> Value:
        """Rotations of one variable to the right, with xor between them: two copies of it, one behind the other, are
        shifted, which takes half as long as to put each rotation together.
        """
        copies = f"({SCRATCH} := {a.text} * {self.mask + 2:#x})"
        text = " ^ ".join(f"{SCRATCH if at else copies} >> {by}" for at, by in enumerate(distances))
        high = (1 << 2 * self.width - min(distances)) - 1
        return Value(text, XOR, 0, high, turned=(a, distances))

    def bitwise(self, a: Value, operator: str, b: Value, binding: int) -> Value:
        a, b = self.positive(a), self.positive(b)
        most = (1 << max(a.high.bit_length(), b.high.bit_length())) - 1
        return infix(a, operator, b, binding, 0, most, zeros=min(a.zeros, b.zeros))

    def positive(self, a: Value) -> Value:
        """An operand of what works bit by bit: bits beyond the range do no harm."""
        return a if a.within(0, 1 << 2 * self.width) else self.canon(a)

    def shl(self, a: Value, b: Value) -> Value:
        if b.constant:
            distance = b.low % self.width
            if not distance:
                return a
            if not a.within(-FAR, FAR):
                a = self.canon(a)
            low, high, scaled = a.low << distance, a.high << distance, (a, distance)
            return infix(a, "<<", literal(distance), SHIFT, low, high, a.zeros + distance, scaled)
        a = self.canon(a)
        return infix(a, "<<", self.distance(b), SHIFT, 0, a.high << self.width - 1)

    def distance(self, b: Value) -> Value:
        if b.within(0, self.width - 1):
            return b
        return (
            literal(b.low % self.width)
            if b.constant
            else infix(b, "&", literal(self.width - 1), AND, 0, self.width - 1)
        )

    def shr_u(self, a: Value, b: Value) -> Value:
        distance = self.distance(b)
        if a.scaled is not None and distance.constant and distance.low <= a.scaled[1]:
            return shifted(a, distance.low, self.mask)
        a = self.canon(a)
        low = distance.low if distance.constant else 0
        zeros = max(a.zeros - low, 0) if distance.constant else 0
        return infix(a, ">>", distance, SHIFT, 0, a.high >> low, zeros=zeros)

    def shr_s(self, a: Value, b: Value) -> Value:
        a, distance = signed(a, self.sign_bit), self.distance(b)
        low = distance.low if distance.constant else 0
        return infix(a, ">>", distance, SHIFT, min(a.low >> low, 0), max(a.high >> low, 0))

    def rotl(self, a: Value, b: Value) -> Value | None:
        a, distance = self.canon(a), self.distance(b)
        if not distance.constant:
            return self.rotated(a, distance, "<<", ">>")
        by, again = distance.low, a.text if a.simple else SCRATCH
        first = a.text if a.simple else f"({SCRATCH} := {a.text})"
        if not by:
            return a
        high = (1 << self.width + by) - 1  # what left the range is cut off with the rest, later
        turned = (a, (self.width - by,)) if a.simple and not a.constant else None
        return Value(f"{first} << {by} | {again} >> {self.width - by}", OR, 0, high, turned=turned)

    def rotr(self, a: Value, b: Value) -> Value | None:
        if b.constant:
            return self.rotl(a, literal(-b.low % self.width))
        return self.rotated(self.canon(a), self.distance(b), ">>", "<<")

    def rotated(self, a: Value, distance: Value, first: str, second: str) -> Value | None:
        """By a distance that is not known: what leaves at one end comes back at the other."""
        if not a.simple:
            return None
        text = f"{a.text} {first} ({SCRATCH} := {distance.text}) | {a.text} {second} {self.width} - {SCRATCH}"
        return Value(text, OR, 0, (1 << 2 * self.width) - 1)

    # Comparisons

    def eqz(self, a: Value) -> Value:
        return negated(a if a.truth else self.canon(a))

    def eq(self, a: Value, b: Value) -> Value:
        return self.unsigned(a, "==", b)

    def ne(self, a: Value, b: Value) -> Value:
        return self.unsigned(a, "!=", b)

    def lt_u(self, a: Value, b: Value) -> Value:
        return self.unsigned(a, "<", b)

    def gt_u(self, a: Value, b: Value) -> Value:
        return self.unsigned(a, ">", b)

    def le_u(self, a: Value, b: Value) -> Value:
        return self.unsigned(a, "<=", b)

    def ge_u(self, a: Value, b: Value) -> Value:
        return self.unsigned(a, ">=", b)

    def unsigned(self, a: Value, operator: str, b: Value) -> Value:
        if a.low < 0 and b.constant and operator in ("<", "<=", ">", ">="):
            found = self.interval(a, operator, self.canon(b).low)
            if found is not None:
                return found
        return compare(self.canon(a), operator, self.canon(b))

    def interval(self, a: Value, operator: str, bound: int) -> Value | None:
        """A comparison of what may be negative, where all negative numbers, as unsigned ones, are beyond the bound."""
        end = bound + (operator in ("<=", ">"))
        if a.high > self.mask or a.low + self.mask + 1 < end:
            return None
        inner, added = a.addend or (a, 0)
        least, most = literal(-added), literal(end - added)
        return chain(least, "<=", inner, "<", most, negate=operator in (">", ">="))

    def lt_s(self, a: Value, b: Value) -> Value:
        return self.signed_order(a, b, strictly=True, swapped=False)

    def gt_s(self, a: Value, b: Value) -> Value:
        return self.signed_order(b, a, strictly=True, swapped=True)

    def le_s(self, a: Value, b: Value) -> Value:
        return self.signed_order(a, b, strictly=False, swapped=False)

    def ge_s(self, a: Value, b: Value) -> Value:
        return self.signed_order(b, a, strictly=False, swapped=True)

    def signed_order(self, a: Value, b: Value, *, strictly: bool, swapped: bool) -> Value:
        """Whether a < b, or a <= b, as signed numbers; `swapped` says that b is evaluated first."""
        top, operator, opposite = literal(self.sign_bit - 1), *(("<", "<=") if strictly else ("<=", "<"))
        whole = (-self.sign_bit, self.sign_bit - 1)
        if a.within(*whole) and b.within(*whole):
            flipped = {"<": ">", "<=": ">="}[operator]
            return compare(b, flipped, a) if swapped else compare(a, operator, b)
        lazy = a, b
        a, b = self.canon(a), self.canon(b)
        alone = a.simple or b.simple  # the order of evaluation is of no interest
        if alone and self.natural(a):
            return chain(a, operator, b, "<=", top)
        if alone and self.natural(b):
            return chain(b, opposite, a, "<=", top, negate=True)
        if alone and a.constant:  # and negative
            return chain(top, "<", b, opposite, a, negate=True)
        if alone and b.constant:
            return chain(top, "<", a, operator, b)
        flip = literal(self.sign_bit)
        if a.simple and b.simple:  # in the unsigned order, unless their signs differ
            first = compare(b, {"<": ">", "<=": ">="}[operator], a) if swapped else compare(a, operator, b)
            return Value(f"({first.text}) is ({a.text} ^ {b.text} < {flip.text})", COMPARE, 0, 1, truth=True)
        a, b = (
            infix(each, "+", flip, SUM) if each.within(*whole) else infix(self.canon(each), "^", flip, XOR)
            for each in lazy
        )
        return compare(b, {"<": ">", "<=": ">="}[operator], a) if swapped else compare(a, operator, b)

    # Conversions

    def wrap(self, a: Value) -> Value:
        """What is congruent modulo 2**64 is congruent modulo 2**32."""
        return a

    def extend_u(self, a: Value) -> Value:
        return canon(a, 0xFFFFFFFF)

    def extend32_s(self, a: Value) -> Value:
        return self.extend(a, 32)

    def extend8_s(self, a: Value) -> Value:
        return self.extend(a, 8)

    def extend16_s(self, a: Value) -> Value:
        return self.extend(a, 16)

    def extend(self, a: Value, bits: int) -> Value:
        return signed(a, 1 << bits - 1)

    def trunc_s(self, a: Value) -> Value:
        return self.truncated(a, -self.sign_bit, self.sign_bit - 1, f"i{self.width}_trunc_f64_s({SCRATCH})")

    def trunc_u(self, a: Value) -> Value:
        return self.truncated(a, 0, self.mask, f"i{self.width}_trunc_f64_u({SCRATCH})")

    def trunc_sat_s(self, a: Value) -> Value:
        return self.saturated(a, -self.sign_bit, self.sign_bit - 1)

    def trunc_sat_u(self, a: Value) -> Value:
        return self.saturated(a, 0, self.mask)

    def saturated(self, a: Value, low: int, high: int) -> Value:
        """What is too great or too small is an end of the range, and a NaN is 0."""
        least = f"{literal(low).text} if {SCRATCH} < 0.0 else " if low else ""
        return self.truncated(a, low, high, f"{least}{literal(high).text} if {SCRATCH} > 0.0 else 0")

    def truncated(self, a: Value, low: int, high: int, otherwise: str) -> Value:
        """Where it is in the range, which a float just below it may be, too."""
        below = f"{low - 1}.0 <" if float(low - 1) == low - 1 else f"{low}.0 <="
        return Value(
            f"int({SCRATCH}) if {below} ({SCRATCH} := {a.text}) < {high + 1}.0 else {otherwise}", CHOICE, low, high
        )

    def clz(self, a: Value) -> Value:
        return Value(f"{self.width} - {self.attributed(a)}.bit_length()", SUM, 0, self.width)

    def ctz(self, a: Value) -> Value:
        text = f"({SCRATCH} & -{SCRATCH}).bit_length() - 1 if ({SCRATCH} := {self.attributed(a)}) else {self.width}"
        return Value(text, CHOICE, 0, self.width)

    def popcnt(self, a: Value) -> Value:
        return Value(f"{self.attributed(a)}.bit_count()", PRIMARY, 0, self.width)

    def attributed(self, a: Value) -> str:
        """An integer whose methods can be called."""
        a = self.canon(a)
        return hex(a.low) if a.constant else number(a).at(PRIMARY)

    def reinterpret(self, a: Value) -> Value:
        """A NaN of 32 bits is not cast, for that would quiet it."""
        if self.width == 64:
            return Value(f'from_bytes(f64_bytes({strict(a).text}), "little")', PRIMARY, 0, self.mask)
        text = f'from_bytes(f32_bytes({SCRATCH}), "little") if ({SCRATCH} := {strict(a).text}) == {SCRATCH}'
        return Value(f"{text} else i32_reinterpret_f32({SCRATCH})", CHOICE, 0, self.mask)


def digits(number: int) -> int:
    """How long a number is for Python."""
    return -(-number.bit_length() // DIGIT)


w32 = IntegerTemplates(32)
w64 = IntegerTemplates(64)

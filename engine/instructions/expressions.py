"""Python expressions as text, with what is known of their values: what templates take and make.

An integer expression may have any value that is congruent to the operand modulo 2**N, within `low` and `high`; `canon`
and `signed` make of it the unsigned and the signed reading. A float expression that is `loose` may be any NaN where the
operand is the canonical one. Knows Python's operators and no instruction.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

# How tightly Python's operators bind.
CHOICE, EITHER, BOTH, NOT, COMPARE, OR, XOR, AND, SHIFT, SUM, PRODUCT, UNARY, PRIMARY = *range(1, 13), 15

OFTEN = 4  # a sum that may be so many times as great as its type allows is not yet likely to be
SELDOM = 20  # a sum, such as that of an index of elements and an address, that is so many times as great seldom is
FAR = 1 << 70  # beyond it, a sum is brought back into its range at once
NAN = "NAN"  # the canonical NaN, in the world of generated code
SCRATCH = "_"  # a variable whose value is used at once


@dataclass(eq=False, slots=True)
class Value:
    """An expression. `truth` says that it is a bool of Python; `constant` that it is written as a literal.

    It never changes; to say so would double what it takes to make one, and hardly anything is made as often.
    """

    text: str
    binding: int = PRIMARY
    low: int = 0
    high: int = 0
    truth: bool = False
    loose: bool = False
    constant: bool = False
    simple: bool = False  # a variable or a literal: evaluating it twice costs nothing
    zeros: int = 0  # lowest bits that are known to be 0
    scaled: tuple[Value, int] | None = None  # the value before it was shifted left, and by how much
    addend: tuple[Value, int] | None = None  # the value before a literal was added, and which
    turned: tuple[Value, tuple[int, ...]] | None = None  # what it is rotations of, by so many bits to the right each

    def at(self, binding: int) -> str:
        """The text, in parentheses if it does not bind as tightly."""
        return self.text if self.binding >= binding else f"({self.text})"

    def within(self, low: int, high: int) -> bool:
        return low <= self.low and self.high <= high


@lru_cache(4096)
def literal(number: int) -> Value:
    """An integer as it is written."""
    text = str(number) if -1024 < number < 65536 else hex(number)
    return Value(text, PRIMARY if number >= 0 else UNARY, number, number, constant=True, simple=True, zeros=ctz(number))


def ctz(number: int) -> int:
    """How many of the lowest bits are 0; 64 for 0 itself."""
    return (number & -number).bit_length() - 1 if number else 64


def infix(
    a: Value,
    operator: str,
    b: Value,
    binding: int,
    low: int = 0,
    high: int = 0,
    zeros: int = 0,
    scaled: tuple[Value, int] | None = None,
) -> Value:
    """A left-associative operation."""
    truth = a.truth and b.truth and binding in (AND, OR, XOR)  # as Python has it
    first = a.text if a.binding >= binding else f"({a.text})"
    second = b.text if b.binding > binding else f"({b.text})"
    return Value(f"{first} {operator} {second}", binding, low, high, truth, False, False, False, zeros, scaled)


def plus(a: Value, number: int, scaled: tuple[Value, int] | None = None) -> Value:
    """A value and a literal, which joins one that was added before. `scaled` is that of the sum."""
    if a.constant:
        return literal(a.low + number)
    inner, before = a.addend or (a, 0)
    number += before
    if not number:
        return inner
    added = literal(abs(number))
    text = f"{inner.at(SUM)} {'-' if number < 0 else '+'} {added.text}"
    low, high, zeros = inner.low + number, inner.high + number, min(inner.zeros, added.zeros)
    return Value(text, SUM, low, high, False, False, False, False, zeros, scaled, (inner, number))


def compare(a: Value, operator: str, b: Value) -> Value:
    return Value(f"{a.at(COMPARE + 1)} {operator} {b.at(COMPARE + 1)}", COMPARE, 0, 1, truth=True)


def chain(a: Value, first: str, b: Value, second: str, c: Value, *, negate: bool = False) -> Value:
    """Two comparisons with one evaluation of the middle."""
    text = f"{a.at(COMPARE + 1)} {first} {b.at(COMPARE + 1)} {second} {c.at(COMPARE + 1)}"
    return Value(f"not {text}", NOT, 0, 1, truth=True) if negate else Value(text, COMPARE, 0, 1, truth=True)


def negated(a: Value) -> Value:
    """1 where the value is 0, else 0."""
    return Value(f"not {a.at(NOT)}", NOT, 0, 1, truth=True)


def opposite(a: Value) -> str:
    """The opposite of a condition, by itself."""
    return a.text.removeprefix("not ") if a.binding == NOT else f"not {a.at(NOT)}"


def number(a: Value) -> Value:
    """An int where the expression may be a bool."""
    return Value(f"+{a.at(UNARY)}", UNARY, a.low, a.high, zeros=a.zeros) if a.truth else a


def integer(a: Value) -> str:
    """An integer whose attributes can be asked for."""
    return hex(a.low) if a.constant else a.at(PRIMARY)


def canon(a: Value, mask: int) -> Value:
    """The unsigned reading."""
    if a.low >= 0 and a.high <= mask:
        return a
    if a.constant:
        return literal(a.low & mask)
    if mask == 0xFFFFFFFF and a.binding in (SUM, UNARY, SHIFT, PRODUCT) and a.within(-mask - 1, SELDOM * mask):
        # Python's remainder is the operand itself, with no work at all, where that is in the range
        return Value(f"{a.at(PRODUCT)} % {mask + 1:#x}", PRODUCT, 0, mask, zeros=a.zeros, scaled=a.scaled)
    return Value(f"{a.at(AND)} & {mask:#x}", AND, 0, mask, zeros=a.zeros, scaled=a.scaled)


def shifted(a: Value, by: int, mask: int) -> Value:
    """The unsigned reading, shifted right by bits that are known to be 0. A shift to the left is taken back."""
    if a.scaled is not None and a.scaled[1] >= by:
        inner, distance = a.scaled
        if distance > by:
            inner = infix(
                inner, "<<", literal(distance - by), SHIFT, inner.low << distance - by, inner.high << distance - by
            )
        return canon(inner, mask >> by)
    a = canon(a, mask)
    return literal(a.low >> by) if a.constant else infix(a, ">>", literal(by), SHIFT, a.low >> by, a.high >> by)


def signed(a: Value, sign_bit: int) -> Value:
    """The signed reading."""
    if a.within(-sign_bit, sign_bit - 1):
        return a
    a = canon(a, 2 * sign_bit - 1)
    if a.constant:
        return literal((a.low ^ sign_bit) - sign_bit)
    first, again = (a.text, a.text) if a.simple else (f"({SCRATCH} := {a.text})", SCRATCH)
    text = f"({again} if {first} <= {sign_bit - 1:#x} else {again} - {2 * sign_bit:#x})"
    return Value(text, PRIMARY, -sign_bit, min(a.high, sign_bit - 1))


def strict(a: Value) -> Value:
    """A float whose NaN is the canonical one."""
    if not a.loose:
        return a
    if a.simple:
        return Value(f"({a.text} if {a.text} == {a.text} else {NAN})")
    return Value(f"({SCRATCH} if ({SCRATCH} := {a.text}) == {SCRATCH} else {NAN})")

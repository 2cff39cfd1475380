"""Templates of floats. Python's floats are f64; those that stand for f32 are rounded by their rows."""

from __future__ import annotations

from quire.engine.instructions.expressions import (
    CHOICE,
    NAN,
    PRODUCT,
    SCRATCH,
    SUM,
    UNARY,
    Value,
    canon,
    compare,
    signed,
    strict,
)
from quire.engine.instructions.templates import OTHER, w32, w64

INTEGRAL = float(1 << 52)  # from here on, floats are integers


class FloatTemplates:
    """Of one width. Sums and products of f32 are still to be rounded: their rows say so."""

    def add(self, a: Value, b: Value) -> Value:
        return self.arithmetic(a, "+", b, SUM)

    def sub(self, a: Value, b: Value) -> Value:
        return self.arithmetic(a, "-", b, SUM)

    def mul(self, a: Value, b: Value) -> Value:
        return self.arithmetic(a, "*", b, PRODUCT)

    def arithmetic(self, a: Value, operator: str, b: Value, binding: int) -> Value:
        return Value(f"{a.at(binding)} {operator} {b.at(binding + 1)}", binding, loose=True)

    def div(self, a: Value, b: Value) -> Value | None:
        """Where the divisor is zero, the function knows the result."""
        if b.constant and float(b.text):
            return self.arithmetic(a, "/", b, PRODUCT)
        if not a.simple:
            return None
        first, again = (b.text, b.text) if b.simple else (f"({SCRATCH} := {b.text})", SCRATCH)
        return Value(f"{a.text} / {again} if {first} else f64_div({a.text}, {again})", CHOICE, loose=True)

    def sqrt(self, a: Value) -> Value:
        return Value(f"sqrt({SCRATCH}) if ({SCRATCH} := {a.text}) >= 0.0 else {NAN}", CHOICE)

    def min(self, a: Value, b: Value) -> Value | None:
        return self.extreme("min", "<", a, b)

    def max(self, a: Value, b: Value) -> Value | None:
        return self.extreme("max", ">", a, b)

    def extreme(self, name: str, operator: str, a: Value, b: Value) -> Value | None:
        """Neither is less where they are zeros of unlike sign, or NaNs."""
        if not (a.simple and b.simple):
            return None
        first, second = f"{a.text} if {a.text} {operator} {b.text}", f"{b.text} if {b.text} {operator} {a.text}"
        return Value(f"{first} else {second} else f64_{name}({a.text}, {b.text})", CHOICE)

    def copysign(self, a: Value, b: Value) -> Value:
        return Value(f"copysign({strict(a).text}, {strict(b).text})")

    def ceil(self, a: Value) -> Value:
        return self.integral("ceil", a)

    def floor(self, a: Value) -> Value:
        return self.integral("floor", a)

    def trunc(self, a: Value) -> Value:
        return self.integral("trunc", a)

    def nearest(self, a: Value) -> Value:
        """Ties to even, as sums are rounded."""
        inside = f"-{INTEGRAL} < ({SCRATCH} := {a.text}) < {INTEGRAL}"
        rounded = f"copysign(abs({SCRATCH}) + {INTEGRAL} - {INTEGRAL}, {SCRATCH})"
        return Value(f"{rounded} if {inside} else f64_nearest({SCRATCH})", CHOICE)

    def integral(self, name: str, a: Value) -> Value:
        """The sign of zero is kept; the function knows of NaNs and of floats so great that all are integers."""
        inside = f"-{INTEGRAL} < ({SCRATCH} := {a.text}) < {INTEGRAL}"
        return Value(f"copysign({name}({SCRATCH}), {SCRATCH}) if {inside} else f64_{name}({SCRATCH})", CHOICE)

    def reinterpret_i32(self, a: Value) -> Value:
        """A NaN is not cast, for that would quiet it."""
        text = f'{SCRATCH} if ({SCRATCH} := uf32({OTHER} := {w32.attributed(a)}.to_bytes(4, "little"))[0]) == {SCRATCH}'
        return Value(f"{text} else f32_bits_of({OTHER}, 0)", CHOICE)

    def reinterpret_i64(self, a: Value) -> Value:
        return Value(f'uf64({w64.attributed(a)}.to_bytes(8, "little"))[0]')

    def abs(self, a: Value) -> Value:
        return Value(f"abs({strict(a).text})")

    def neg(self, a: Value) -> Value:
        return Value(f"-{strict(a).at(UNARY)}", UNARY)

    def eq(self, a: Value, b: Value) -> Value:
        return compare(a, "==", b)

    def ne(self, a: Value, b: Value) -> Value:
        return compare(a, "!=", b)

    def lt(self, a: Value, b: Value) -> Value:
        return compare(a, "<", b)

    def gt(self, a: Value, b: Value) -> Value:
        return compare(a, ">", b)

    def le(self, a: Value, b: Value) -> Value:
        return compare(a, "<=", b)

    def ge(self, a: Value, b: Value) -> Value:
        return compare(a, ">=", b)

    def promote(self, a: Value) -> Value:
        """A NaN becomes the canonical one, whatever it was."""
        return Value(a.text, a.binding, loose=True, simple=a.simple)

    def demote(self, a: Value) -> Value:
        return Value(a.text, a.binding, loose=True, simple=a.simple)

    def convert_u(self, a: Value) -> Value:
        a = canon(a, 0xFFFFFFFF)
        return Value(f"float({a.text})")

    def convert_i32_s(self, a: Value) -> Value:
        return Value(f"float({signed(a, 0x80000000).text})")

    def convert_i64_u(self, a: Value) -> Value:
        return Value(f"float({w64.canon(a).text})")

    def convert_i64_s(self, a: Value) -> Value:
        return Value(f"float({signed(a, w64.sign_bit).text})")


wf = FloatTemplates()

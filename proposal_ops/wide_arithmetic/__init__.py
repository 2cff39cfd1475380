"""Wide arithmetic: 128-bit addition, subtraction and multiplication on pairs of i64, low half first.

Source: the proposal WebAssembly/wide-arithmetic, Overview. Only rows: nothing else of the engine is touched.
"""

from quire.engine.extension import Extension
from quire.engine.instructions.row import numeric
from quire.engine.numeric.integers import i64
from quire.wat.extension import TextExtension

Pair = tuple[int, int]


def split(wide: int) -> Pair:
    """The low and the high half of a number modulo 2**128."""
    return wide & i64.mask, wide >> 64 & i64.mask


def add128(a_low: int, a_high: int, b_low: int, b_high: int) -> Pair:
    """The sum modulo 2**128."""
    return split((a_low | a_high << 64) + (b_low | b_high << 64))


def sub128(a_low: int, a_high: int, b_low: int, b_high: int) -> Pair:
    """The difference modulo 2**128."""
    return split((a_low | a_high << 64) - (b_low | b_high << 64))


def mul_wide_s(a: int, b: int) -> Pair:
    """The whole product of two signed numbers."""
    return split(i64.signed(a) * i64.signed(b))


def mul_wide_u(a: int, b: int) -> Pair:
    """The whole product of two unsigned numbers."""
    return split(a * b)


EXTENSION = Extension(
    name="wide-arithmetic",
    rows=(
        numeric((0xFC, 0x13), "i64.add128", "i64 i64 i64 i64 -> i64 i64", add128),
        numeric((0xFC, 0x14), "i64.sub128", "i64 i64 i64 i64 -> i64 i64", sub128),
        numeric((0xFC, 0x15), "i64.mul_wide_s", "i64 i64 -> i64 i64", mul_wide_s),
        numeric((0xFC, 0x16), "i64.mul_wide_u", "i64 i64 -> i64 i64", mul_wide_u),
    ),
    home=__name__,
)
TEXT = TextExtension(name="wide-arithmetic")

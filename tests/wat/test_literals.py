"""Numbers and strings of the text format, held against exact arithmetic."""

from fractions import Fraction
from random import Random

import pytest

from quire.engine.errors import Malformed
from quire.wat.literals import (
    float_bits,
    format_bytes,
    format_float,
    format_integer,
    format_name,
    integer,
    is_literal,
    natural,
    string_bytes,
    string_text,
)

EXPONENT_BITS = {32: 8, 64: 11}


def value_of(magnitude: int, bits: int) -> Fraction:
    """The number that finite bits without a sign stand for."""
    significand = bits - 1 - EXPONENT_BITS[bits]
    exponent, fraction = magnitude >> significand, magnitude & (1 << significand) - 1
    bias = (1 << EXPONENT_BITS[bits] - 1) - 1
    whole = fraction | (1 << significand if exponent else 0)
    return Fraction(whole) * Fraction(2) ** (max(exponent, 1) - bias - significand)


def infinity(bits: int) -> int:
    return (1 << bits - 1) - (1 << bits - 1 - EXPONENT_BITS[bits])


def nearest(number: Fraction, bits: int) -> int | None:
    """The bits of the float nearest to a number that is not negative, ties to even; None for infinity."""
    low, high = 0, infinity(bits)  # finite floats are in the order of their bits
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if value_of(middle, bits) <= number else (low, middle)
    above = value_of(high, bits) if high < infinity(bits) else 2 * value_of(low, bits) - value_of(low - 1, bits)
    below, above = number - value_of(low, bits), above - number
    chosen = low if below < above or (below == above and low % 2 == 0) else high
    return None if chosen == infinity(bits) else chosen


def read(token: str, bits: int) -> int | None:
    """The bits of a float, None where it is out of range."""
    try:
        return float_bits(token, bits) or 0
    except Malformed as error:
        return None if error.reason == "constant out of range" else -1


def random_magnitude(random: Random, bits: int) -> int:
    """Floats of all sizes, with the edges of binades and of the range more often than by chance."""
    magnitude = random.randrange(infinity(bits))
    significand = bits - 1 - EXPONENT_BITS[bits]
    edge = random.choice([0, (1 << significand) - 1, magnitude & (1 << significand) - 1])
    exponent = random.choice([0, 1, (1 << EXPONENT_BITS[bits]) - 2, magnitude >> significand])
    return exponent << significand | edge


def decimal(number: Fraction) -> str:
    """All digits of a number that has finitely many."""
    denominator = number.denominator
    places = max(0, denominator.bit_length() - 1)
    assert denominator == 1 << places
    digits = str(number.numerator * 5**places).rjust(places + 1, "0")
    return f"{digits[: len(digits) - places]}.{digits[len(digits) - places :]}" if places else digits


def hexadecimal(number: Fraction) -> str:
    places = max(0, number.denominator.bit_length() - 1)
    return f"0x{number.numerator:x}p-{places}"


@pytest.mark.parametrize("bits", [32, 64])
def test_every_number_is_rounded_to_the_nearest_float(bits: int) -> None:
    random = Random(bits)
    for _ in range(400):
        magnitude = random_magnitude(random, bits)
        number, step = value_of(magnitude, bits), value_of(magnitude + 1, bits) - value_of(magnitude, bits)
        half = number + step / 2
        tiny = step / (1 << random.choice([1, 2, 30, 200]))
        for each in (number, half, half + tiny, half - tiny, number + tiny):
            expected = nearest(each, bits)
            assert read(hexadecimal(each), bits) == expected
            if each.denominator.bit_length() < 3000:  # str() and int() take no more than 4300 digits
                assert read(decimal(each), bits) == expected
            for sign in "+-":
                found = read(sign + hexadecimal(each), bits)
                assert found is None if expected is None else found == expected | (sign == "-") << bits - 1


@pytest.mark.parametrize("bits", [32, 64])
def test_random_decimals_are_rounded_to_the_nearest_float(bits: int) -> None:
    random = Random(bits + 1)
    for _ in range(2000):
        digits, exponent = random.randrange(10 ** random.randint(1, 25)), random.randint(-60, 45)
        token = f"{digits}e{exponent}"
        assert read(token, bits) == nearest(Fraction(digits) * Fraction(10) ** exponent, bits), token


@pytest.mark.parametrize("bits", [32, 64])
def test_a_float_is_printed_in_as_few_digits_as_say_which_it_is(bits: int) -> None:
    random = Random(bits + 2)
    for _ in range(2000):
        magnitude = random_magnitude(random, bits)
        printed = format_float(magnitude, bits)
        assert read(printed, bits) == magnitude
        assert len(printed) < 26
    assert format_float(0x3DCCCCCD, 32) == "0.1"
    assert format_float(1, 32) == "1e-45"
    assert format_float(1 << 63, 64) == "-0.0"


@pytest.mark.parametrize(
    ("token", "bits", "expected"),
    [
        ("nan", 32, 0x7FC00000),
        ("-nan", 32, 0xFFC00000),
        ("nan:0x1", 32, 0x7F800001),
        ("+nan:0x7f_ffff", 32, 0x7FFFFFFF),
        ("-inf", 64, 0xFFF0000000000000),
        ("nan:0xf_ffff_ffff_ffff", 64, 0x7FFFFFFFFFFFFFFF),
        ("1_0.2_5e0_1", 64, 0x4059A00000000000),
        ("0x1_0.8p-0_1", 64, 0x4020800000000000),
        ("1.", 32, 0x3F800000),
        ("0x1.", 32, 0x3F800000),
        ("1.e+2", 32, 0x42C80000),
        ("1e" + "0" * 5000 + "1", 32, 0x41200000),
        ("0x1p-" + "0" * 5000 + "1", 32, 0x3F000000),
        ("0" * 5000 + "1", 64, 0x3FF0000000000000),
        ("1e-" + "9" * 5000, 32, 0),
        ("0x1p-" + "9" * 5000, 64, 0),
        ("0x0.00000000000000001p-" + "9" * 5000, 32, 0),
    ],
)
def test_floats(token: str, bits: int, expected: int) -> None:
    assert float_bits(token, bits) == expected
    if "0" * 100 not in token and "9" * 100 not in token:
        assert float_bits(format_float(expected, bits), bits) == expected


@pytest.mark.parametrize(
    ("token", "bits"),
    [
        ("nan:0x0", 32),
        ("nan:0x80_0000", 32),
        ("nan:0x10_0000_0000_0000", 64),
        ("1e39", 32),
        ("0x1p128", 32),
        ("-0x1.ffffffp127", 32),
        ("1e309", 64),
        ("0x1p1024", 64),
        ("1e" + "9" * 5000, 64),
        ("0x1p" + "9" * 5000, 32),
        ("9" * 5000, 64),
    ],
)
def test_floats_out_of_range(token: str, bits: int) -> None:
    with pytest.raises(Malformed, match="^constant out of range"):
        float_bits(token, bits)


@pytest.mark.parametrize(
    "token",
    [
        *(
            "",
            "_1",
            "1_",
            "1__0",
            "0x",
            "0x_1",
            "0x1_",
            "1e",
            "1e+",
            "1._0",
            "1_.0",
            "0x1p",
            "0x1p_1",
            ".5",
            "infinity",
        ),
        *("Nan", "nan:1", "nan:0x", "nan:0x_1", "nan:canonical", "1f", "0X1", "٣", "--1", "+ 1", " 1", "0x1e+1", "1p3"),
    ],
)
def test_what_is_no_number(token: str) -> None:
    assert float_bits(token, 64) is None
    assert integer(token, 64) is None
    assert natural(token, 64) is None


@pytest.mark.parametrize("bits", [8, 16, 32, 64])
def test_integers_are_signed_or_unsigned(bits: int) -> None:
    for value in {0, 1, (1 << bits - 1) - 1, 1 << bits - 1, (1 << bits) - 1}:
        for token in (str(value), f"+{value}", hex(value), f"+{value:#x}", format_integer(value, bits), f"0{value}"):
            assert integer(token, bits) == value
    assert integer(f"-{1 << bits - 1}", bits) == 1 << bits - 1
    assert integer("-1", bits) == (1 << bits) - 1
    for token in (str(1 << bits), f"-{(1 << bits - 1) + 1}", f"{1 << bits:#x}", "9" * 5000, "-" + "f" * 0 + "9" * 50):
        with pytest.raises(Malformed, match="^constant out of range"):
            integer(token, bits)
    assert integer("1_2_3", 64) == 123
    assert integer("0x1_f", 64) == 31
    assert integer("0" * 5000 + "7", bits) == 7


def test_naturals_have_no_sign() -> None:
    assert natural("0x10", 32) == 16
    assert natural("+1", 32) is None
    assert natural("1.0", 32) is None
    with pytest.raises(Malformed, match="^i32 constant out of range: 4294967296"):
        natural("4294967296", 32)


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ('""', b""),
        ('"a\\tb\\n\\r\\"\\\'\\\\"', b"a\tb\n\r\"'\\"),
        ('"\\00\\ff\\fF"', b"\0\xff\xff"),
        ('"\\u{0}\\u{1F600}\\u{1_0}"', b"\0\xf0\x9f\x98\x80\x10"),
        ('"ä\\u{e4}"', "ää".encode()),
    ],
)
def test_strings(token: str, expected: bytes) -> None:
    assert string_bytes(token) == expected
    assert string_bytes(format_bytes(expected)) == expected


@pytest.mark.parametrize(
    "escape", ["\\a", "\\x", "\\u{}", "\\u{_1}", "\\u{110000}", "\\u{d800}", "\\u{dfff}", "\\u41", "\\1g"]
)
def test_illegal_escapes(escape: str) -> None:
    with pytest.raises(Malformed, match="^illegal escape"):
        string_bytes(f'"{escape}"')


def test_names_are_utf_8() -> None:
    assert string_text('"\\c3\\a4"') == "ä"
    for token in ('"\\c3"', '"\\ed\\a0\\80"', '"\\ff"', '"\ud800"'):
        with pytest.raises(Malformed, match="^malformed UTF-8 encoding"):
            string_text(token)


def test_printed_strings_read_back() -> None:
    random = Random(5)
    for _ in range(300):
        text = "".join(chr(random.choice([*range(0x180), 0x202E, 0xD7FF, 0xFFFF, 0x10FFFF])) for _ in range(9))
        assert string_text(format_name(text)) == text
        assert format_name(text).isprintable()
        assert string_bytes(format_bytes(text.encode())) == text.encode()
        assert format_bytes(text.encode()).isascii()


@pytest.mark.parametrize("token", ["1", "-0x1p4", "nan", '"a"', "$a", '$"a b"', "offset=1", "align=0x8"])
def test_literals_are_told_from_words(token: str) -> None:
    assert is_literal(token)


@pytest.mark.parametrize("token", ["i32", "0drop", '"a"b', '"a""b"', '$a"b"', "offset=", "align=-1", "#", "nan:1"])
def test_words_are_told_from_literals(token: str) -> None:
    assert not is_literal(token)

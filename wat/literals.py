"""Literals of the text format: integers, floats as their bits, strings. Reading and writing.

A reader takes one token. It returns None where the token is no literal of its kind, and raises Malformed, without a
place, where it is one but stands for nothing: out of range, or no UTF-8.
Spec: text/values. This module knows no grammar beyond that of a single token.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import inf, nextafter
from types import MappingProxyType

from quire.engine.errors import Malformed

_DIGITS = r"[0-9](?:_?[0-9])*+"
_HEX = r"[0-9a-fA-F](?:_?[0-9a-fA-F])*+"
_INTEGER = re.compile(rf"([+-]?)(?:0x({_HEX})|({_DIGITS}))")
_DECIMAL = rf"{_DIGITS}(?:\.(?:{_DIGITS})?+)?+(?:[eE][+-]?{_DIGITS})?+"
_HEXADECIMAL = rf"0x({_HEX})(?:\.({_HEX})?+)?+(?:[pP]([+-]?)({_DIGITS}))?+"
_FLOAT = re.compile(rf"([+-]?)(?:{_HEXADECIMAL}|({_DECIMAL})|(inf)|nan(?::0x({_HEX}))?+)")
_ESCAPE = re.compile(rf"\\(?:u\{{({_HEX})\}}|([0-9a-fA-F]{{2}})|(.))", re.DOTALL)
_ESCAPED: Mapping[str, bytes] = MappingProxyType(
    {"t": b"\t", "n": b"\n", "r": b"\r", '"': b'"', "'": b"'", "\\": b"\\"}
)
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_LITERAL = re.compile(rf'{_FLOAT.pattern}|(?:offset|align)=(?:0x{_HEX}|{_DIGITS})|\$?{_STRING}|\$[^"]+', re.DOTALL)
_NUMBER_STARTS = (*"+-0123456789", "inf", "nan")
_SIGNIFICANDS: Mapping[int, int] = MappingProxyType({32: 23, 64: 52})  # bits of a float's significand, by its width
_MANY_DIGITS = 40  # more than any integer in range has, and fewer than Python is willing to read
_SHOWN = 60  # characters of a token that a message quotes


def shortened(token: str) -> str:
    """A token for a message."""
    return token if len(token) <= _SHOWN else f"{token[:_SHOWN]}..."


def is_literal(token: str) -> bool:
    """Whether a token is a number, string, identifier, offset or alignment: all that is neither word nor mistake."""
    return _LITERAL.fullmatch(token) is not None


def is_number(token: str) -> bool:
    """Whether a token starts like a number."""
    return token.startswith(_NUMBER_STARTS)


def natural(token: str, bits: int) -> int | None:
    """An unsigned integer below 2**bits. Spec: text/values#text-int"""
    sign, value = _integer(token)
    if sign or value is None:
        return None
    if value >> bits:
        raise Malformed(f"i{bits} constant out of range", shortened(token))
    return value


def integer(token: str, bits: int) -> int | None:
    """An integer of `bits` bits, read as signed or unsigned, as its unsigned value. Spec: text/values#text-int"""
    sign, value = _integer(token)
    if value is None:
        return None
    if value > (1 << (bits - 1)) if sign == "-" else value >> bits:
        raise Malformed("constant out of range", f"{shortened(token)} as i{bits}")
    return -value & ((1 << bits) - 1) if sign == "-" else value


def _integer(token: str) -> tuple[str, int | None]:
    match = _INTEGER.fullmatch(token)
    if match is None:
        return "", None
    sign, hexadecimal, digits = match.groups()
    if hexadecimal is not None:
        return sign, int(hexadecimal.replace("_", ""), 16)
    return sign, _decimal(digits)


def _decimal(digits: str) -> int:
    """The value of decimal digits; of very many, only that they are more than any width holds."""
    if len(digits) > _MANY_DIGITS:
        digits = digits.replace("_", "").lstrip("0") or "0"
    return int(digits) if len(digits) <= _MANY_DIGITS else 1 << 4 * _MANY_DIGITS


def float_bits(token: str, bits: int) -> int | None:
    """The bits of the float of that width nearest to a number, ties to even. Spec: text/values#text-float"""
    match = _FLOAT.fullmatch(token)
    if match is None:
        return None
    sign, whole, fraction, exponent_sign, exponent, decimal, infinity, payload = match.groups()
    if decimal is not None:
        magnitude = _decimal_bits(decimal.replace("_", ""), bits)
    elif whole is not None:
        digits = [(each or "").replace("_", "") for each in (whole, fraction, exponent)]
        magnitude = _hexadecimal_bits(digits[0], digits[1], exponent_sign or "+", digits[2] or "0", bits)
    else:
        magnitude = _infinity(bits) if infinity else _nan_bits(payload, bits)
    if magnitude is None:
        raise Malformed("constant out of range", f"{shortened(token)} as f{bits}")
    return magnitude | (1 << bits - 1 if sign == "-" else 0)


def _infinity(bits: int) -> int:
    significand = _SIGNIFICANDS[bits]
    return (1 << bits - 1) - (1 << significand)


def _nan_bits(payload: str | None, bits: int) -> int | None:
    """Spec: text/values#floating-point"""
    significand = _SIGNIFICANDS[bits]
    value = 1 << significand - 1 if payload is None else int(payload.replace("_", ""), 16)
    return _infinity(bits) | value if 0 < value < 1 << significand else None


def _decimal_bits(text: str, bits: int) -> int | None:
    nearest = float(text)
    if bits == 32 and _may_be_midpoint(nearest):
        exact = Decimal(text)
        nearest = _round_to_odd(nearest, (exact > nearest) - (exact < nearest))
    return _bits_of(nearest, bits)


def _hexadecimal_bits(whole: str, fraction: str, sign: str, exponent: str, bits: int) -> int | None:
    try:
        nearest = float.fromhex(f"0x{whole}.{fraction}p{sign}{exponent}")
    except OverflowError:
        return None
    if bits == 32 and len(whole + fraction) > 13 and _may_be_midpoint(nearest):
        shift = int(sign + exponent.lstrip("0").zfill(1)) - 4 * len(fraction)
        exact = int(whole + fraction, 16) * Fraction(2) ** shift
        nearest = _round_to_odd(nearest, (exact > nearest) - (exact < nearest))
    return _bits_of(nearest, bits)


def _may_be_midpoint(nearest: float) -> bool:
    """Whether an f64 may lie half-way between two f32, so that it alone does not tell which is nearer to the number."""
    return 0 < nearest < inf and not _double_bits(nearest) & 0xFFF_FFFF


def _round_to_odd(nearest: float, side: int) -> float:
    """The f64 next to `nearest` on the side where the number is; rounding that to f32 rounds the number."""
    return nextafter(nearest, side * inf) if side else nearest


def _double_bits(value: float) -> int:
    bits: int = struct.unpack("<Q", struct.pack("<d", value))[0]
    return bits


def _bits_of(value: float, bits: int) -> int | None:
    """The bits of a number rounded to the width, or None where that is infinity."""
    if value == inf:
        return None
    if bits == 64:
        return _double_bits(value)
    try:
        rounded: int = struct.unpack("<I", struct.pack("<f", value))[0]
    except OverflowError:
        return None
    return rounded


def string_bytes(token: str) -> bytes:
    """The bytes of a string token, quotes included. Spec: text/values#strings"""
    content = token[1:-1]
    if "\\" not in content:
        return _encoded(content)
    parts, position = list[bytes](), 0
    for match in _ESCAPE.finditer(content):
        parts += (_encoded(content[position : match.start()]), _escaped(match))
        position = match.end()
    return b"".join([*parts, _encoded(content[position:])])


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise Malformed("malformed UTF-8 encoding", "a surrogate") from None


def _escaped(match: re.Match[str]) -> bytes:
    scalar, byte, character = match.groups()
    if byte is not None:
        return bytes([int(byte, 16)])
    if scalar is None:
        if character not in _ESCAPED:
            raise Malformed("illegal escape", match[0])
        return _ESCAPED[character]
    value = int(scalar.replace("_", ""), 16)
    if value >= 0x110000 or 0xD800 <= value < 0xE000:
        raise Malformed("illegal escape", f"{match[0]} is no Unicode scalar value")
    return chr(value).encode("utf-8")


def string_text(token: str) -> str:
    """The text of a string token whose bytes must be UTF-8. Spec: text/values#names"""
    try:
        return string_bytes(token).decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("malformed UTF-8 encoding", shortened(token)) from None


def format_integer(value: int, bits: int) -> str:
    """An integer of `bits` bits as signed decimal digits."""
    return str(value - (1 << bits) if value >> bits - 1 else value)


def format_float(value: int, bits: int) -> str:
    """The shortest decimal number that reads back as the float of these bits, or inf, nan, nan:0x..."""
    sign, magnitude = "-" if value >> bits - 1 else "", value & (1 << bits - 1) - 1
    infinity = _infinity(bits)
    if magnitude > infinity:
        payload = magnitude - infinity
        return f"{sign}nan" if payload == 1 << _SIGNIFICANDS[bits] - 1 else f"{sign}nan:{payload:#x}"
    return sign + ("inf" if magnitude == infinity else _shortest(magnitude, bits))


def _shortest(magnitude: int, bits: int) -> str:
    if bits == 64:
        return repr(struct.unpack("<d", struct.pack("<Q", magnitude))[0])
    number: float = struct.unpack("<f", struct.pack("<I", magnitude))[0]
    candidates = (repr(float(f"{number:.{digits}g}")) for digits in range(1, 10))
    return next(each for each in candidates if _decimal_bits(each, 32) == magnitude)


def format_name(text: str) -> str:
    """A name as a string token; what can be printed stands as it is."""
    return '"' + "".join(map(_format_character, text)) + '"'


def _format_character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    return f"\\{ord(character):02x}" if character < "\x80" else f"\\u{{{ord(character):x}}}"


_BYTES = tuple(f"\\{byte:02x}" if not 0x20 <= byte < 0x7F else _format_character(chr(byte)) for byte in range(256))


def format_bytes(data: bytes) -> str:
    """Bytes as a string token of ASCII characters."""
    return '"' + "".join([_BYTES[byte] for byte in data]) + '"'

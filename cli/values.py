"""Values on the command line: an argument's text to a value of its type, and a result to its text.

i32, i64    decimal or 0x, with a sign or without
f32, f64    decimal or 0x, inf, nan, nan:0x200000 (its payload), as in the text format
v128        an integer of 128 bits, decimal or 0x
references  null; an externref takes any other word, as a str of the host
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from quire.cli.failure import printable
from quire.embedding.function import Func
from quire.embedding.references import I31Ref
from quire.embedding.types import ValType
from quire.engine import types as t
from quire.engine.errors import Malformed
from quire.wat.literals import float_bits, format_float, format_integer, integer

NULL = "null"
_FLOATS = (t.F32, t.F64)


def read_arguments(types: Sequence[ValType], words: Sequence[str]) -> list[Any]:
    """The values that words stand for. Raises ValueError, saying which word is wrong or how many are wanted."""
    if len(words) != len(types):
        signature = " ".join(map(str, types)) or "none"
        raise ValueError(f"arguments: {len(types)} wanted ({signature}), {len(words)} given")
    values = []
    for number, (type_, word) in enumerate(zip(types, words, strict=True), 1):
        try:
            values.append(_read(type_, word))
        except (ValueError, Malformed) as error:
            raise ValueError(f"argument {number}: {error}") from None
    return values


def _read(type_: ValType, word: str) -> Any:
    raw = type_.raw
    if isinstance(raw, t.ReferenceType):
        return _read_reference(raw, word)
    bits = 8 * raw.size
    value = float_bits(word, bits) if raw in _FLOATS else integer(word, bits)
    if value is None:
        raise ValueError(f"not an {raw}: {word!r}" if raw is not t.V128 else f"not a v128: {word!r}")
    return type_.from_bits(value) if raw in _FLOATS else value


def _read_reference(type_: t.ReferenceType, word: str) -> Any:
    if word == NULL:
        return None
    if type_.heap is t.EXTERN:
        return word
    raise ValueError(f"the only {type_} that can be written here is {NULL}, not {word!r}")


def format_value(type_: ValType, value: Any) -> str:
    """A result as one line: numbers as the text format writes them, references by what they refer to."""
    raw = type_.raw
    if raw is t.V128:
        return f"{value:#034x}"
    if raw in _FLOATS:
        return format_float(type_.bits(value), 8 * raw.size)
    if isinstance(raw, t.NumberType):
        return format_integer(value & (1 << 8 * raw.size) - 1, 8 * raw.size)
    return _format_reference(value)


def _format_reference(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, I31Ref):
        return f"i31 {value.value}"
    if isinstance(value, Func):
        return printable(f"func {value.name}")
    return value if isinstance(value, str) else repr(value)


def value_as_json(type_: ValType, value: Any) -> Mapping[str, Any]:
    """A result for programs. JSON has no NaN, no infinity and no 128 bits: these are texts."""
    plain = isinstance(type_.raw, t.NumberType) and type_.raw is not t.V128 and math.isfinite(value)
    shown = value if plain or value is None else format_value(type_, value)
    bits = {"bits": f"{type_.bits(value):#x}"} if type_.raw in _FLOATS else {}
    return {"type": str(type_), "value": shown, **bits}

"""From the bytes of a binary to a valid module, the short way for one that is known."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

from quire.engine.binary import decode, decode_known
from quire.engine.cache.kept import Cache
from quire.engine.instruction_set import CORE, InstructionSet
from quire.engine.validate import ValidModule, validate, validate_known


def load(data: bytes, instruction_set: InstructionSet = CORE, cache: Cache | None = None) -> ValidModule:
    """The module that a binary encodes, valid. Raises Malformed, Invalid."""
    kept = None if cache is None else cache.look_up(data, instruction_set)
    if kept is None:
        return validate(decode(data, instruction_set), instruction_set)
    if kept.is_known:
        return validate_known(decode_known(data, instruction_set), instruction_set, kept)
    start = perf_counter()
    valid = validate(decode(data, instruction_set), instruction_set)
    kept.keep_known(perf_counter() - start)
    return replace(valid, kept=kept)

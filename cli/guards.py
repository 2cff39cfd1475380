"""The options that guard the memory of a module that knows nothing of memory control."""

from __future__ import annotations

import argparse
import re
from typing import Final

from quire.cli.failure import WRONG_USAGE, Failure
from quire.cli.options import make_engine
from quire.cli.source import Source
from quire.embedding.store import Engine

_ADDRESS: Final = re.compile(r"0x(?P<hex>[0-9a-f]+)|(?P<decimal>[0-9]+)(?P<unit>[KM]?)", re.IGNORECASE)
_UNITS: Final = (("", 1), ("K", 1 << 10), ("M", 1 << 20))
_DIGITS: Final = 40  # more say nothing more, and cost time


def add_guards(parser: argparse.ArgumentParser) -> None:
    """--noaccess-below and --readonly-sections."""
    guards = parser.add_argument_group("guards of a module that has none")
    guards.add_argument(
        "--noaccess-below",
        type=address,
        default=0,
        metavar="ADDR",
        help="trap when the guest touches what lies below this address: 1024, 0x400 or 1K; its data must lie above",
    )
    guards.add_argument(
        "--readonly-sections",
        action="store_true",
        help="trap when the guest writes to data that its linker named constant (.rodata)",
    )


def address(text: str) -> int:
    """An address in bytes, decimal with or without K or M, or hexadecimal."""
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"not an address like 1024, 0x400, 64K or 1M: {text!r}")
    if match["hex"]:
        return int(match["hex"][:_DIGITS], 16)
    return int(match["decimal"][:_DIGITS]) * dict(_UNITS)[match["unit"].upper()]


def guarded_engine(source: Source, arguments: argparse.Namespace) -> Engine:
    """The engine that a module runs on, with the guards that are asked for. Raises Failure."""
    engine = make_engine(arguments)
    if not arguments.noaccess_below and not arguments.readonly_sections:
        return engine
    from quire.proposal_ops.memory_control.retrofit import CannotGuard, retrofit

    try:
        extension = retrofit(
            source.parse(engine), arguments.noaccess_below, readonly_sections=arguments.readonly_sections
        )
    except CannotGuard as reason:
        raise Failure(f"{source.name}: {reason}", status=WRONG_USAGE) from None
    return make_engine(arguments, [extension])

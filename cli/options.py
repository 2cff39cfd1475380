"""Options that several verbs have: features, limits, tiers."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from quire.cli.failure import WRONG_USAGE, Failure
from quire.embedding.caching import Cache
from quire.embedding.store import Engine, Limits
from quire.engine.extension import Extension
from quire.engine.tiers import AUTO, TIERS
from quire.proposal_ops import FEATURES, instruction_set

ALL: Final = "all"
_BINARY_UNITS: Final[Mapping[str, int]] = MappingProxyType({"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30})
_DECIMAL_UNITS: Final[Mapping[str, int]] = MappingProxyType({"": 1, "K": 10**3, "M": 10**6, "G": 10**9})
_AMOUNT: Final = re.compile(r"([0-9][0-9_]*)([KMG]?)(?:i?B)?", re.IGNORECASE)


def add_features(parser: argparse.ArgumentParser) -> None:
    """--enable and --disable. All features are on unless they are disabled."""
    names = ", ".join(FEATURES)
    parser.add_argument(
        "--disable",
        action="append",
        default=[],
        metavar="FEATURE",
        help=f"without a proposal beside 3.0 (all are on): {names}; or {ALL}",
    )
    parser.add_argument(
        "--enable",
        action="append",
        default=[],
        metavar="FEATURE",
        help=f"with a proposal, as after `--disable {ALL}`",
    )


def features(arguments: argparse.Namespace) -> tuple[str, ...]:
    """Those that are on. Raises Failure for a name that there is not."""
    for name in (*arguments.enable, *arguments.disable):
        if name not in (*FEATURES, ALL):
            raise Failure(f"unknown feature: {name}: there are {', '.join(FEATURES)}", status=WRONG_USAGE)
    off = set(FEATURES if ALL in arguments.disable else arguments.disable)
    on = set(FEATURES if ALL in arguments.enable else arguments.enable)
    return tuple(name for name in FEATURES if name in on or name not in off)


def make_engine(arguments: argparse.Namespace, extensions: Iterable[Extension] = ()) -> Engine:
    """With the features, the tier and the cache that are asked for. Raises Failure."""
    tier, cache = getattr(arguments, "tier", AUTO), getattr(arguments, "cache", False) and find_cache()
    return Engine(features=features(arguments), tier=tier, extensions=extensions, cache=cache)


def add_cache(parser: argparse.ArgumentParser) -> None:
    """--no-cache: for each verb that is there to run modules, not to look at them."""
    parser.add_argument(
        "--no-cache", dest="cache", action="store_false", help="use nothing that was kept of earlier runs, keep nothing"
    )


def find_cache() -> Cache:
    """The cache that the environment says. Raises Failure."""
    try:
        return Cache()
    except ValueError as error:
        raise Failure(str(error), status=WRONG_USAGE) from None


def add_settings(parser: argparse.ArgumentParser) -> None:
    """An option for each setting that features have for a store, such as --alignment."""
    for each in instruction_set().settings:
        help_ = f"{each.meaning} (default: {each.choices[0]})"
        parser.add_argument(f"--{each.name}", choices=each.choices, help=help_)


def settings(arguments: argparse.Namespace) -> Mapping[str, str]:
    """Those that are asked for."""
    given = {each.name: getattr(arguments, each.name) for each in instruction_set().settings}
    return {name: choice for name, choice in given.items() if choice is not None}


def add_tier(parser: argparse.ArgumentParser) -> None:
    """--tier."""
    help_ = "what runs: the instruction table (reference), each function as Python (fast), or both (auto, the default)"
    parser.add_argument("--tier", choices=TIERS, default=AUTO, help=help_)


def add_limits(parser: argparse.ArgumentParser) -> None:
    """--fuel, --timeout, --max-memory, --max-depth: for each verb that runs a guest's code."""
    limits = parser.add_argument_group("limits of the guest")
    fuel_help = "function entries and loop iterations, with K, M or G for powers of 1000"
    limits.add_argument("--fuel", type=amount(_DECIMAL_UNITS), metavar="N", help=fuel_help)
    limits.add_argument("--timeout", type=seconds, metavar="SECONDS", help="time for the guest, from its start")
    memory_help = "of all memories together, with K, M or G for powers of 1024"
    limits.add_argument("--max-memory", type=amount(_BINARY_UNITS), metavar="BYTES", help=memory_help)
    depth_help = f"nested calls (default: {Limits().depth})"
    limits.add_argument("--max-depth", type=amount(_DECIMAL_UNITS), metavar="N", help=depth_help)


def make_limits(arguments: argparse.Namespace) -> Limits:
    """Those that are asked for."""
    depth = Limits().depth if arguments.max_depth is None else arguments.max_depth
    return Limits(fuel=arguments.fuel, timeout=arguments.timeout, memory=arguments.max_memory, depth=depth)


def amount(units: Mapping[str, int]) -> Callable[[str], int]:
    """The reader of a whole number with a unit."""

    def read(text: str) -> int:
        match = _AMOUNT.fullmatch(text)
        if match is None:
            raise argparse.ArgumentTypeError(f"not a whole number, with or without K, M or G: {text!r}")
        return int(match[1].replace("_", "")[:40]) * units[match[2].upper()]

    return read


def seconds(text: str) -> float:
    """A number of seconds above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= sys.float_info.max:
        raise argparse.ArgumentTypeError(f"not a number of seconds: {text!r}")
    return value

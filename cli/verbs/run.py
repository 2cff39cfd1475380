"""`quire run`: a WASI command, a module's start function, or one of its exports."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from quire.cli.failure import WRONG_USAGE, Failure, host_failure
from quire.cli.guards import add_guards, guarded_engine
from quire.cli.options import add_cache, add_features, add_limits, add_settings, add_tier, make_limits, settings
from quire.cli.source import Source, read_source
from quire.cli.values import format_value, read_arguments, value_as_json
from quire.embedding.function import Func
from quire.embedding.instance import Instance
from quire.embedding.linker import Linker
from quire.embedding.module import Module
from quire.embedding.store import Store
from quire.engine.errors import QuireError

WASI = "wasi_snapshot_preview1"
START, INITIALIZE = "_start", "_initialize"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: its exit status, why, and what an export returned."""

    status: int
    kind: str = "returned"
    results: Sequence[tuple[Any, Any]] = ()  # (ValType, value)

    def as_json(self) -> str:
        results = [value_as_json(type_, value) for type_, value in self.results]
        return json.dumps({"status": self.status, "cause": {"kind": self.kind}, "results": results})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `quire run`."""
    parser.usage = "quire run [OPTION ...] FILE [ARGUMENT ...]"
    parser.description = (
        "Run a WASI command, or a module's start function; with --invoke, call an export instead. Options stand before "
        "FILE; what stands behind it goes to the guest, or to the export, whose results are printed one a line."
    )
    parser.add_argument("file", metavar="FILE", help="a binary or a text; - is standard input")
    parser.add_argument(
        "arguments", metavar="ARGUMENT", nargs=argparse.REMAINDER, help="arguments of the guest"
    ).required = False
    parser.add_argument("--invoke", metavar="NAME", help="call this export with the arguments, each of its type")
    parser.add_argument(
        "--dir",
        action="append",
        default=[],
        type=_folder,
        metavar="HOST[::GUEST]",
        help="let the guest use this folder, under another name if you like",
    )
    parser.add_argument(
        "--env",
        action="append",
        default=[],
        type=_variable,
        metavar="NAME[=VALUE]",
        help="set a variable of the guest's environment, by default to the value that it has here",
    )
    add_guards(parser)
    add_tier(parser)
    add_cache(parser)
    add_features(parser)
    add_settings(parser)
    add_limits(parser)
    parser.add_argument(
        "--json", action="store_true", help="end with a line of JSON: the status, its cause, the results of the export"
    )


def _folder(text: str) -> tuple[str, str]:
    host, separator, guest = text.partition("::")
    return host, guest if separator else host


def _variable(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not name:
        raise argparse.ArgumentTypeError(f"no name of a variable: {text!r}")
    return name, value if separator else os.environ.get(name, "")


def run(arguments: argparse.Namespace) -> int:
    """The exit status of `quire run`. Raises Failure."""
    source = read_source(arguments.file)
    module = source.load(guarded_engine(source, arguments))
    outcome = _run(module, source, arguments)
    sys.stdout.write("".join(f"{format_value(*each)}\n" for each in outcome.results if not arguments.json))
    if arguments.json:
        sys.stdout.write(f"{'' if arguments.invoke else _new_line(module)}{outcome.as_json()}\n")
    return outcome.status


def _new_line(module: Module) -> str:
    """A guest that writes may leave its last line open."""
    return "\n" if _uses_wasi(module) else ""


def _uses_wasi(module: Module) -> bool:
    return any(each.module == WASI for each in module.imports)


def _run(module: Module, source: Source, arguments: argparse.Namespace) -> Outcome:
    try:
        if _uses_wasi(module):
            return _run_with_wasi(module, arguments)
        return _execute(module, Linker(module.engine), arguments)
    except QuireError as error:
        raise source.failure(error) from None


def _run_with_wasi(module: Module, arguments: argparse.Namespace) -> Outcome:
    from quire.wasi import Exit, Wasi

    name = PurePath(arguments.file).name
    guest_arguments = () if arguments.invoke else arguments.arguments
    try:
        wasi = Wasi(
            [name, *guest_arguments],
            dict(arguments.env),
            stdin=0,
            stdout=1,
            stderr=2,
            preopens=arguments.dir,
        )
    except (OSError, ValueError) as error:
        raise host_failure(error) from None
    with wasi:
        linker = Linker(module.engine)
        linker.define_wasi(wasi)
        try:
            return _execute(module, linker, arguments)
        except Exit as exit_:
            return Outcome(exit_.status & 0xFF, "exit")


def _execute(module: Module, linker: Linker, arguments: argparse.Namespace) -> Outcome:
    """Instantiate, and call what is to be called, all within one limit of time. Raises QuireError, Exit, Failure."""
    try:
        store = Store(module.engine, limits=make_limits(arguments), settings=settings(arguments))
    except ValueError as error:  # a setting of a feature that is off
        raise Failure(str(error), status=WRONG_USAGE) from None
    with store.running():
        instance = linker.instantiate(store, module)
        start, initialize = (_plain_function(instance, name) for name in (START, INITIALIZE))
        if arguments.invoke is not None:
            if initialize is not None and arguments.invoke != INITIALIZE:
                initialize()
            return _invoke(instance, arguments)
        if start is not None:
            start()
        elif initialize is not None:
            initialize()
    return Outcome(0)


def _plain_function(instance: Instance, name: str) -> Func | None:
    """The export of that name, if it is a function that wants nothing."""
    found = instance.exports[name] if name in instance.exports else None  # noqa: SIM401  # it is no Mapping
    return found if isinstance(found, Func) and not found.type.params else None


def _invoke(instance: Instance, arguments: argparse.Namespace) -> Outcome:
    name = arguments.invoke
    functions = [each for each in instance.exports if isinstance(instance.exports[each], Func)]
    if name not in functions:
        there = ", ".join(functions) or "none"
        raise Failure(f"{arguments.file}: no exported function {name!r}: there are {there}", status=WRONG_USAGE)
    function = instance.exports[name]
    try:
        values = read_arguments(function.type.params, arguments.arguments)
    except ValueError as error:
        raise Failure(f"{name}: {error}", status=WRONG_USAGE) from None
    types, returned = function.type.results, function(*values)
    return Outcome(0, results=list(zip(types, (returned,) if len(types) == 1 else returned or (), strict=True)))

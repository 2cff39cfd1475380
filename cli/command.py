"""From arguments to a verb, and from whatever ends it to an exit status. Only the verb asked for is imported."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Final

from quire import __version__
from quire.cli.failure import INTERRUPTED, LIMIT_REACHED, NO_READER, WRONG_USAGE, Failure, host_failure

VERBS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "run": ("quire.cli.verbs.run", "run a WASI command, or call an export of a module"),
    "validate": ("quire.cli.verbs.validate", "check modules against the rules of the specification"),
    "parse": ("quire.cli.verbs.parse", "write a module as a binary (.wasm)"),
    "print": ("quire.cli.verbs.print", "write a module as a text (.wat)"),
    "compile": ("quire.cli.verbs.compile", "write the Python that the fast tier makes of a module"),
    "objdump": ("quire.cli.verbs.objdump", "show sections, types, imports, exports and code of a module"),
    "cache": ("quire.cli.verbs.cache", "show or remove what is kept of modules between runs"),
    "wast": ("quire.spec_tests.command", "run conformance scripts (.wast)"),
    "wast-export": ("quire.spec_tests.export", "write scripts as JSON and binaries, for other engines"),
    "fuzz": ("quire.fuzz.command", "compare this engine with others on generated modules"),
    "fetch-suite": ("quire.spec_tests.fetch", "get the core test suite"),
})  # fmt: skip
"""The verbs: each has a module with `add_arguments(parser)` and `run(arguments) -> exit status`."""

DESCRIPTION: Final = """\
A WebAssembly 3.0 engine in pure Python.

verbs:
{verbs}

FILE is a binary or a text, whatever its name; - is standard input. `quire VERB --help` tells more.

exit status: the guest's own; 134 after a trap, 124 when time, fuel or another limit is reached, 1 for a module that is
malformed, invalid or cannot be linked, 2 for wrong usage, 130 after an interrupt."""


def run_command(arguments: Sequence[str]) -> int:
    """The exit status of `quire ARGUMENTS`. Errors that a user can do something about are told on standard error."""
    try:
        status = _run(arguments)
        sys.stdout.flush()
        return status
    except Failure as failure:
        return _tell(failure, as_json=False)
    except BrokenPipeError:
        return _no_reader()
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        return _tell(host_failure(error), as_json=False)
    except MemoryError:
        return _tell(Failure("out of memory", status=LIMIT_REACHED), as_json=False)


def _run(arguments: Sequence[str]) -> int:
    parser = _parser()
    if not arguments or arguments[0] not in VERBS:
        return _without_verb(parser, arguments)
    verb = import_module(VERBS[arguments[0]][0])
    of_verb = argparse.ArgumentParser(f"quire {arguments[0]}", description=_sentence(VERBS[arguments[0]][1]))
    verb.add_arguments(of_verb)
    try:
        parsed = of_verb.parse_args(arguments[1:])
    except SystemExit as exit_:  # after --help, or wrong usage
        return exit_.code if isinstance(exit_.code, int) else WRONG_USAGE
    try:
        status: int = verb.run(parsed)
    except Failure as failure:
        return _tell(failure, as_json=getattr(parsed, "json", False))
    return status


def _tell(failure: Failure, *, as_json: bool) -> int:
    """On standard error for people, on standard output for programs; the status."""
    if as_json:
        sys.stdout.write(f"{failure.as_json()}\n")
    sys.stdout.flush()
    if not as_json:
        sys.stderr.write(failure.text())
    return failure.status


def _parser() -> argparse.ArgumentParser:
    verbs = "\n".join(f"  {name:<12} {help_}" for name, (_, help_) in VERBS.items())
    parser = argparse.ArgumentParser(
        "quire",
        usage="quire [-h] [--version] VERB ...",
        description=DESCRIPTION.format(verbs=verbs),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"quire {__version__}")
    return parser


def _without_verb(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> int:
    """--help, --version, or a verb that there is not."""
    if arguments and not arguments[0].startswith("-"):
        raise Failure(f"unknown verb: {arguments[0]}: there are {', '.join(VERBS)}", status=WRONG_USAGE)
    try:
        parser.parse_args(arguments)
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else WRONG_USAGE
    parser.print_help(sys.stderr)
    return WRONG_USAGE


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _no_reader() -> int:
    """Nobody reads what we write any more, as in `quire objdump big.wasm | head`: no reason for a word."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would try to flush once more
    return NO_READER

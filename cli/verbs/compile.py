"""`quire compile`: the Python that the fast tier makes of a module's functions. Nothing of the module runs."""

from __future__ import annotations

import argparse

from quire.cli.failure import WRONG_USAGE, Failure, printable
from quire.cli.options import add_features, make_engine
from quire.cli.source import read_source, write_result
from quire.engine.compile.running.listing import listing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `quire compile`."""
    parser.add_argument("file", metavar="FILE", help="a binary or a text; - is standard input")
    parser.add_argument(
        "--function",
        metavar="NAME|INDEX",
        help="only this one, by its index, its name in the module or that of its export (default: all)",
    )
    parser.add_argument("-o", "--output", metavar="OUT", help="where the Python goes (default: standard output)")
    add_features(parser)


def run(arguments: argparse.Namespace) -> int:
    """The exit status of `quire compile`. Raises Failure."""
    module = read_source(arguments.file).load(make_engine(arguments))
    wanted = arguments.function
    if wanted is not None:
        wanted = int(wanted) if wanted.isdecimal() and wanted.isascii() else wanted.removeprefix("$")
    try:
        parts = [f"# {_one_line(title)}\n{text}" for title, text in listing(module.valid, wanted)]
    except KeyError:
        message = f"{arguments.file}: no function {arguments.function} with code in the module"
        raise Failure(message, status=WRONG_USAGE) from None
    write_result("\n\n".join(parts).encode(), arguments.output)
    return 0


def _one_line(title: str) -> str:
    """A title, whose name a guest chose: as a comment it may not go on in the next line."""
    return printable(title.replace("\n", "\N{REPLACEMENT CHARACTER}"))

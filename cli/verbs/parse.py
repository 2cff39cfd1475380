"""`quire parse`: a module, text or binary, as a binary. It need not be valid."""

from __future__ import annotations

import argparse

from quire.cli.options import add_features, make_engine
from quire.cli.source import read_source, write_result
from quire.engine.binary import encode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `quire parse`."""
    parser.add_argument("file", metavar="FILE", help="a text, or a binary to write anew; - is standard input")
    parser.add_argument("-o", "--output", metavar="OUT", help="where the binary goes (default: standard output)")
    add_features(parser)


def run(arguments: argparse.Namespace) -> int:
    """The exit status of `quire parse`. Raises Failure."""
    engine = make_engine(arguments)
    module = read_source(arguments.file).parse(engine)
    write_result(encode(module, engine.instruction_set), arguments.output)
    return 0

"""`quire print`: a module, binary or text, as a text. It need not be valid."""

from __future__ import annotations

import argparse

from quire.cli.options import add_features, make_engine
from quire.cli.source import read_source, write_result
from quire.wat.printer import print_module


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `quire print`."""
    parser.add_argument("file", metavar="FILE", help="a binary, or a text to write anew; - is standard input")
    parser.add_argument("-o", "--output", metavar="OUT", help="where the text goes (default: standard output)")
    add_features(parser)


def run(arguments: argparse.Namespace) -> int:
    """The exit status of `quire print`. Raises Failure."""
    engine = make_engine(arguments)
    source = read_source(arguments.file)
    module = source.parse(engine)
    write_result(print_module(module, engine.text_format).encode(), arguments.output)
    return 0

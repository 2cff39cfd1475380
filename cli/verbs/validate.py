"""`quire validate`: whether modules are valid. Says nothing about those that are."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from quire.cli.failure import FAILED, Failure
from quire.cli.options import add_features, make_engine
from quire.cli.source import read_source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `quire validate`."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="binaries or texts; - is standard input")
    add_features(parser)
    parser.add_argument("--json", action="store_true", help="a line of JSON for each file")


def run(arguments: argparse.Namespace) -> int:
    """0 where all are valid, else the status of the worst."""
    engine, statuses = make_engine(arguments), [0]
    for file in arguments.files:
        try:
            read_source(file).load(engine)
        except Failure as failure:
            statuses.append(failure.status)
            _tell(failure, file, as_json=arguments.json)
        else:
            if arguments.json:
                _print_json({"file": file, "valid": True})
    return max(statuses)


def _tell(failure: Failure, file: str, *, as_json: bool) -> None:
    if as_json:
        _print_json({"file": file, "valid": False if failure.status == FAILED else None, "cause": dict(failure.cause)})
    else:
        sys.stderr.write(failure.text())


def _print_json(entry: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(entry)}\n")

"""`quire cache`: where modules are kept between runs, and how much they take; or all of them removed."""

from __future__ import annotations

import argparse
import sys

from quire.cli.failure import host_failure
from quire.cli.options import find_cache
from quire.embedding.caching import DIRECTORY, SIZE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `quire cache`."""
    parser.description = (
        "Show where modules are kept between runs, or remove them. That they are valid is kept, and the code that the "
        f"fast tier made of them. {DIRECTORY} names another folder; {SIZE} is how many bytes it may hold, with or "
        "without K, M or G: 0 is no cache."
    )
    parser.add_argument("--clear", action="store_true", help="remove what is kept")


def run(arguments: argparse.Namespace) -> int:
    """The exit status of `quire cache`. Raises Failure."""
    cache = find_cache()
    if cache.path is None or not cache.limit:
        sys.stdout.write("nothing is kept\n")
        return 0
    try:
        modules, size = cache.clear() if arguments.clear else cache.usage()
    except OSError as error:
        raise host_failure(error) from None
    amount = f"{modules} module{'' if modules == 1 else 's'}, {size:,} bytes"
    limit = " removed" if arguments.clear else f" of at most {cache.limit:,}"
    sys.stdout.write(f"{cache.path}: {amount}{limit}\n")
    return 0

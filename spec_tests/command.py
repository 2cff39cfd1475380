"""`quire wast`: runs scripts and tells what failed. The last line of its output is `N passed, M failed, K skipped`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from quire.engine.tiers import TIERS
from quire.spec_tests.features import known_features
from quire.spec_tests.files import Options, processors, run_scripts
from quire.spec_tests.header import PROFILES
from quire.spec_tests.results import FileResult, as_json, totals
from quire.spec_tests.skips import listed_skips
from quire.spec_tests.suite import HOW_TO_GET, SuiteError, scripts, suite_folder

WRONG_USAGE = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `quire wast`."""
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="FILE|FOLDER",
        help="scripts (.wast) and folders of them (default: the core test suite)",
    )
    parser.add_argument("--tier", choices=sorted(TIERS), default=next(iter(TIERS)), help="what runs the functions")
    parser.add_argument(
        "--enable",
        action="append",
        default=[],
        metavar="FEATURE",
        help="a proposal beside 3.0; scripts below proposals/NAME/, or whose first line is `;; features: NAME`, "
        "have theirs by themselves",
    )
    parser.add_argument(
        "--alignment", choices=PROFILES, help="the profile of memory control for scripts whose names have none"
    )
    parser.add_argument("--no-skips", action="store_true", help="run what skips.toml lists as if it were not listed")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    parser.add_argument("-j", "--jobs", type=_positive, default=processors(), metavar="N", help="processes at once")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each script, with its time")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def run(arguments: argparse.Namespace) -> int:
    """`quire wast`: 0 when nothing failed, 1 when something did, 2 for a script or feature that there is not."""
    try:
        paths = _scripts(arguments.paths)
        options = _options(arguments)
        results = _report(run_scripts(paths, options, arguments.jobs), quiet=arguments.json, verbose=arguments.verbose)
    except (SuiteError, OSError) as error:
        sys.stderr.write(f"quire wast: {error}\n")
        return WRONG_USAGE
    counts = totals(results)
    sys.stdout.write(f"{json.dumps(as_json(results), indent=2) if arguments.json else counts}\n")
    return 1 if counts.failed else 0


def _scripts(named: list[Path]) -> list[Path]:
    folder = suite_folder()
    places = named or [folder] if folder else named
    if not places:
        raise SuiteError("there is no test suite", HOW_TO_GET)
    found = scripts(places)
    if not found:
        raise SuiteError("there are no scripts", ", ".join(map(str, places)))
    return found


def _options(arguments: argparse.Namespace) -> Options:
    unknown = sorted(set(arguments.enable) - set(known_features()))
    if unknown:
        raise SuiteError("no such feature", f"{', '.join(unknown)}; there are: {', '.join(known_features()) or 'none'}")
    skips = () if arguments.no_skips else listed_skips()
    return Options(arguments.tier, tuple(arguments.enable), skips, arguments.alignment)


def _report(results: Iterable[FileResult], *, quiet: bool, verbose: bool) -> list[FileResult]:
    """Tell of each script as soon as it is its turn."""
    done = []
    for result in results:
        done.append(result)
        if not quiet:
            lines = [str(failure) for failure in result.failures]
            lines += [f"{result.file}: {totals([result])} in {result.seconds:.2f} s"] if verbose else []
            sys.stdout.writelines(f"{line}\n" for line in lines)
    return done

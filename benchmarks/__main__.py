"""Measures Quire beside its peers and prints a table: `python benchmarks --help`."""

import argparse
import importlib.metadata
import json
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import calls
import contests
import measure
import programs

PEERS = ("quire", "pwasm", "pywasm", "wasmtime")
OTHERS = ("load", "start", "calls", "flags", "programs")
FLAGGED = "histogram"
"""The kernel that runs on memories of several kinds."""


def machine() -> str:
    cpu = platform.processor() or platform.machine()
    names = Path("/proc/cpuinfo")
    if names.exists():
        cpu = next((line.split(": ")[1] for line in names.read_text().splitlines() if "model name" in line), cpu)
    peers = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PEERS)
    return f"{platform.python_implementation()} {platform.python_version()}, {cpu}; {peers}"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python benchmarks", description=__doc__)
    parser.add_argument(
        "contests", nargs="*", choices=[*OTHERS, *contests.KERNELS, []], help="all of them unless named"
    )
    parser.add_argument("--module", type=Path, metavar="FILE", help="what the contests load and start work on")
    parser.add_argument("--rounds", type=int, default=5, help="how often each contender is measured (default: 5)")
    parser.add_argument("--json", action="store_true", help="seconds, for machines")
    parser.add_argument("--save", type=Path, metavar="FILE", help="the JSON goes there too, beside the table")
    return parser.parse_args()


def held(chosen: argparse.Namespace) -> Iterator[list[measure.Outcome]]:
    """The tables, as lists of outcomes."""
    names = chosen.contests or [*OTHERS, *contests.KERNELS]
    yield from of_modules(names, chosen)
    for kind, contest in contests.PER_KERNEL.items():
        held_with = {name: contest(name) for name in contests.KERNELS if name in names}
        found = {name: measure.hold(each, chosen.rounds) for name, each in held_with.items() if each}
        counted = [name for name in found if contests.KERNELS[name].scalar]
        title = f"mean of {len(counted)}{kind}"
        outcomes = [outcome for each in found.values() for outcome in each]
        means = measure.means(title, [outcome for name in counted for outcome in found[name]])
        yield [*outcomes, *(means if len(counted) > 1 else [])]
    if "calls" in names:
        yield [*measure.hold(calls.to_guest(), chosen.rounds), *measure.hold(calls.to_host(), chosen.rounds)]
    if "flags" in names:
        yield measure.hold(contests.flags(FLAGGED), chosen.rounds)
    if "programs" in names:
        yield programs.held(min(chosen.rounds, 3))


def of_modules(names: list[str], chosen: argparse.Namespace) -> Iterator[list[measure.Outcome]]:
    if {"load", "start"} & set(names):
        module = chosen.module or contests.built("sqlite")
        for name, contest in (("load", contests.load), ("start", contests.start)):
            if module and name in names:
                yield measure.hold(contest(module), chosen.rounds)


def main() -> int:
    chosen = arguments()
    tables = []
    try:
        for outcomes in filter(None, held(chosen)):
            tables.append(outcomes)
            if not chosen.json:
                print(*([] if len(tables) > 1 else [machine()]), measure.table(outcomes), sep="\n\n", end="\n\n")
                sys.stdout.flush()
    except measure.WrongResult as wrong:
        print(wrong, file=sys.stderr)
        return 1
    told = {"machine": machine(), "outcomes": [asdict(outcome) for outcomes in tables for outcome in outcomes]}
    if chosen.json:
        print(json.dumps(told, indent=2))
    if chosen.save:
        chosen.save.write_text(json.dumps(told, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

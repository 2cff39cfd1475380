"""Measures Quire beside its peers and prints a table: `python benchmarks --help`."""

import argparse
import functools
import importlib.metadata
import json
import platform
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import engines
import measure

HERE = Path(__file__).resolve().parent
KERNELS = {"fib": (21, 10946), "sieve": (20000, 2262)}
"""Kernel -> its argument and its result."""


def real_module() -> Path | None:
    """SQLite, about a megabyte, built as the tests build it; None, and a reason, where that cannot be done."""
    script = HERE.parent / "tests" / "programs" / "build.py"
    done = subprocess.run([sys.executable, script, "sqlite"], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        print(f"no contest of loading: {done.stderr.strip()} (--module FILE takes any module)", file=sys.stderr)
        return None
    return Path(done.stdout.strip())


def load_contest(path: Path) -> measure.Contest:
    module = path.read_bytes()
    contenders = [measure.Contender(name, functools.partial(load, module)) for name, load in engines.LOADS.items()]
    return measure.Contest(f"load {path.stem.split('-')[0]}, {len(module):,} bytes", True, contenders)


def kernel_contest(name: str) -> measure.Contest:
    argument, expected = KERNELS[name]
    module = engines.binary((HERE / "kernels" / f"{name}.wat").read_text())
    contenders = [measure.Contender(engine, prepare(module, argument)) for engine, prepare in engines.CALLS.items()]
    return measure.Contest(f"{name}({argument})", expected, contenders)


def machine() -> str:
    cpu = platform.processor() or platform.machine()
    names = Path("/proc/cpuinfo")
    if names.exists():
        cpu = next((line.split(": ")[1] for line in names.read_text().splitlines() if "model name" in line), cpu)
    peers = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("quire", "pywasm", "wasmtime"))
    return f"{platform.python_implementation()} {platform.python_version()}, {cpu}; {peers}"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python benchmarks", description=__doc__)
    parser.add_argument("contests", nargs="*", choices=["load", *KERNELS, []], help="all of them unless named")
    parser.add_argument("--module", type=Path, metavar="FILE", help="what the contest of loading loads")
    parser.add_argument("--rounds", type=int, default=5, help="how often each contender is measured (default: 5)")
    parser.add_argument("--json", action="store_true", help="seconds, for machines")
    return parser.parse_args()


def contests(chosen: argparse.Namespace) -> list[measure.Contest]:
    names = chosen.contests or ["load", *KERNELS]
    module = (chosen.module or real_module()) if "load" in names else None
    return [*([load_contest(module)] if module else []), *(kernel_contest(name) for name in KERNELS if name in names)]


def main() -> int:
    chosen = arguments()
    try:
        outcomes = [outcome for contest in contests(chosen) for outcome in measure.hold(contest, chosen.rounds)]
    except measure.WrongResult as wrong:
        print(wrong, file=sys.stderr)
        return 1
    if chosen.json:
        print(json.dumps({"machine": machine(), "outcomes": [asdict(outcome) for outcome in outcomes]}, indent=2))
    else:
        print(machine(), measure.table(outcomes), sep="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

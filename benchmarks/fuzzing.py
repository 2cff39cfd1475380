"""How fast differential fuzzing is, in processor time of all processes together: other work does not disturb that.

python benchmarks/fuzzing.py --modules 2000 --legs reference,wasmtime
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

from quire.fuzz.campaign.batch import run_batch
from quire.fuzz.campaign.cases import Cases, Configuration, usual_features
from quire.fuzz.legs.process import LegProcess, leg_command

OWN = ("reference", "fast")
BATCH = 50
FIGURES = ("modules", "reached", "dropped", "calls", "traps")


class Meter:
    """The processor time of this process and of legs, whose processes may be replaced."""

    def __init__(self, legs: list[LegProcess]) -> None:
        self.legs = legs
        self.started = time.process_time()
        self.spent: Counter[str] = Counter()
        self.last: Counter[str] = Counter()

    def read(self) -> None:
        """To be called often enough that no process is replaced twice in between."""
        for leg in self.legs:
            now = leg.processor_seconds
            before = self.last[leg.leg.name]
            self.spent[leg.leg.name] += now - before if now >= before else now
            self.last[leg.leg.name] = now

    def parts(self) -> dict[str, float]:
        """Seconds."""
        return {"generator": time.process_time() - self.started, **self.spent}


def instructions(cases: Cases, modules: int) -> int:
    """The instructions in the modules' own code, without shims; estimated from every tenth."""
    some = (cases.case(number).module for number in range(0, modules, 10))
    return 10 * sum(len(function.body) for module in some for function in module.functions)


def lines(total: Counter[str], code: int, parts: dict[str, float]) -> Iterator[str]:
    """What to print."""
    seconds = sum(parts.values())
    yield f"{total['modules']} modules, {total['calls']} calls, {code} instructions of code"
    yield f"reached {total['reached'] / total['modules']:.1%}, dropped {total['dropped'] / total['modules']:.1%}"
    yield f"trapped {total['traps'] / total['calls']:.1%} of calls, {total['findings']} findings"
    each = (total["modules"] / seconds, total["calls"] / seconds, code / seconds)
    yield "a second of processor time: {:.1f} modules, {:.0f} calls, {:.0f} instructions".format(*each)
    yield ", ".join(f"{name} {100 * spent / seconds:.0f} %" for name, spent in parts.items())


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Measure differential fuzzing.")
    parser.add_argument("--modules", type=int, default=2000)
    parser.add_argument("--legs", default="reference,wasmtime")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    names = tuple(chosen.legs.split(","))
    cases, total = Cases(Configuration(names, usual_features(names, OWN), chosen.seed)), Counter[str]()
    with ExitStack() as stack:
        legs = [stack.enter_context(LegProcess(leg_command(name))) for name in names]
        meter = Meter(legs)
        for low in range(0, chosen.modules, BATCH):
            result = run_batch(cases, legs, low, min(low + BATCH, chosen.modules))
            total.update({name: getattr(result, name) for name in FIGURES}, findings=len(result.findings))
            meter.read()
        parts = meter.parts()
    sys.stdout.writelines(f"{line}\n" for line in lines(total, instructions(cases, chosen.modules), parts))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Holds the tiers equal on random modules: `python -m quire.fuzz.agreement --calls 100000`.

Results bit by bit, traps with their whole text and stack, what is left of the fuel, memories and globals.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from quire.engine import types as t
from quire.engine.errors import Exhausted, QuireError, Trap
from quire.engine.instantiate import instantiate
from quire.engine.instructions.row import Kind
from quire.engine.module import Instruction
from quire.engine.numeric.floats import f64
from quire.engine.runtime.frame import Frame
from quire.engine.runtime.function import Function, HostFunction, Tier
from quire.engine.runtime.instance import Instance
from quire.engine.runtime.limits import HostLimits
from quire.engine.runtime.objects import Array, ExceptionReference, GuestException, I31Reference, Structure
from quire.engine.runtime.store import Store
from quire.engine.validate import ValidModule, validate
from quire.fuzz.choices import SeededChoices
from quire.fuzz.generate.generator import Generated, generate
from quire.fuzz.legs.tiers import HELD

FUEL = 20_000
DEPTH = 200


class Disagreement(Exception):
    """Two tiers did not do the same."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one tier did with a module: a line for each call, and what it left."""

    lines: tuple[str, ...]
    left: tuple[object, ...]


def compare(seed: int, *, fueled: bool = True) -> int:
    """Run the module of a seed on all tiers; the number of calls. Raises Disagreement."""
    generated = generate(SeededChoices(seed))
    valid = validate(generated.module, generated.instruction_set)
    runs = {name: run(generated, valid, make(), fueled=fueled) for name, make in HELD.items()}
    expected = runs["reference"]
    for name, found in runs.items():
        for at, (first, second) in enumerate(zip(expected.lines, found.lines, strict=False)):
            if first != second:
                raise Disagreement(f"seed {seed}, call {at}: {first}\n{name}: {second}")
        if expected != found:
            raise Disagreement(f"seed {seed}: {name} leaves another state")
    return len(expected.lines)


def run(generated: Generated, valid: ValidModule, tier: Tier, *, fueled: bool) -> Run:
    """All calls of a module on one tier."""
    store = Store(HostLimits(fuel=FUEL if fueled else None, memory=1 << 26, table=1 << 16, array=1 << 16))
    note = HostFunction(t.function_type((t.I32, t.I32), (t.I32,)), lambda first, second: first + second & 0xFFFFFFFF)
    try:
        instance = instantiate(store, valid, [note] * len(valid.module.imports), tier)
    except QuireError as error:
        return Run((str(error),), ())
    lines = []
    for call in generated.calls:
        store.fuel = FUEL if fueled else None
        lines.append(outcome(instance, instance.functions[call.function], call.arguments))
        lines[-1] += f" fuel {store.fuel}"
    return Run(tuple(lines), tuple(left(instance)))


def outcome(instance: Instance, function: Function, code: tuple[Instruction, ...]) -> str:
    """What a call came to, in words."""
    try:
        arguments = values(instance, code)
        return " ".join(told(each) for each in function.call(None, arguments))
    except Trap as trap:
        return str(trap)
    except (GuestException, Exhausted) as error:
        return f"{type(error).__name__} {error}"


def values(instance: Instance, code: tuple[Instruction, ...]) -> list[Any]:
    """All that constant code leaves on the stack."""
    frame, stack = Frame(instance, []), list[Any]()
    for instruction in code:
        row, immediates = instruction
        if row.kind is Kind.CONTROL:  # the conversions between any and extern, which change nothing
            continue
        count = len(instance.module.context.signature(instruction).parameters)
        operands = stack[len(stack) - count :]
        del stack[len(stack) - count :]
        stack.append(row.run(*([frame] if row.effects else []), *immediates, *operands))
    return stack


def told(value: object) -> str:
    """A value, bit by bit; a reference by its kind."""
    if isinstance(value, float):
        return f"{f64.to_bits(value):#x}"
    if isinstance(value, bool):
        return f"bool {value}"
    if value is None or isinstance(value, int | I31Reference):
        return repr(value)
    if isinstance(value, Structure):
        return f"struct[{len(value.fields)}]"
    if isinstance(value, Array):
        return f"array[{len(value.elements)}]"
    return "exception" if isinstance(value, ExceptionReference) else type(value).__name__


def left(instance: Instance) -> Iterator[object]:
    """What the calls left behind."""
    for memory in instance.memories:
        yield memory.length
        yield bytes(memory.data[:65536])
    yield from (told(each.value) for each in instance.globals)
    yield from (tuple(map(told, table.elements[:100])) for table in instance.tables)


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser("agreement", description="Hold the tiers equal on random modules.")
    parser.add_argument("--calls", type=int, default=5000, help="how many to compare (default: 5000)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: 1)")
    chosen = parser.parse_args(arguments)
    seed, calls = chosen.seed, 0
    while calls < chosen.calls:
        try:
            calls += compare(seed, fueled=bool(seed % 2))
        except Disagreement as different:
            sys.stderr.write(f"{different}\n")
            return 1
        seed += 1
    sys.stdout.write(f"{calls} calls of {seed - chosen.seed} modules agree\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Relations that programs of memory control must keep, whatever the engine: for behaviour that no other engine has.

    python -m quire.fuzz.metamorphic --programs 10000 --tier fast

A program is a list of operations on one virtual memory. `check` runs it, runs it changed, and compares; the relations
follow from docs/memory-control.md:

- shifted by some pages, only addresses change;
- an operation that did not trap does the same in two parts, cut at a page;
- `memory.discard` of at least one byte is `memory.fill` with 0 on the rounded range;
- protecting pages against everything and back changes nothing, and protecting them as they are neither;
- pages that are unmapped and mapped again are zeros;
- a program that does not trap does the same with wider protections.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from quire.engine.errors import Crash, Trap
from quire.engine.instantiate import instantiate
from quire.engine.runtime.function import Function, Tier
from quire.engine.runtime.store import Store
from quire.engine.tiers import TIERS
from quire.engine.validate import validate
from quire.fuzz.choices import Choices, SeededChoices
from quire.proposal_ops import instruction_set, text_extensions
from quire.proposal_ops.memory_control.virtual_memory import VirtualMemory
from quire.wat.parser import parse_module
from quire.wat.text_format import TextFormat

PAGE = 65536
SPAN = 8  # pages that programs use
PAGES = 2 * SPAN + 4
RANGES = ("map-read", "map-readwrite", "unmap", "protect-none", "protect-read", "protect-readwrite", "discard", "fill")
ACCESSES = ("load", "store")
PROTECTIONS = ("none", "read", "readwrite")
WIDER = MappingProxyType({"map-read": "map-readwrite", "protect-read": "protect-readwrite"})
KNOWN = instruction_set(("memory-control",))
FORMAT = TextFormat(KNOWN, text_extensions(("memory-control",)))
MODULE = parse_module(
    f"""(module (memory virtual {PAGES} {PAGES})
    {
        "".join(
            f'''
    (func (export "map-{p}") (param i32 i32) (result i32) (memory.map {p} (local.get 0) (local.get 1)))
    (func (export "protect-{p}") (param i32 i32) (result i32)
      (memory.protect {p} (local.get 0) (local.get 1)) (i32.const 0))'''
            for p in PROTECTIONS
        )
    }
    (func (export "unmap") (param i32 i32) (result i32) (memory.unmap (local.get 0) (local.get 1)) (i32.const 0))
    (func (export "discard") (param i32 i32) (result i32) (memory.discard (local.get 0) (local.get 1)) (i32.const 0))
    (func (export "fill") (param i32 i32) (result i32)
      (memory.fill (local.get 0) (i32.const 7) (local.get 1)) (i32.const 0))
    (func (export "clear") (param i32 i32) (result i32)
      (memory.fill (local.get 0) (i32.const 0) (local.get 1)) (i32.const 0))
    (func (export "load") (param i32 i32) (result i32) (i32.load (local.get 0)))
    (func (export "store") (param i32 i32) (result i32) (i32.store (local.get 0) (local.get 1)) (i32.const 0)))""",
    FORMAT,
)
VALID = validate(MODULE, KNOWN)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `length` is that of a range in bytes, or the value that is stored."""

    name: str
    address: int
    length: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a program did: a result or a trap's reason for each operation, then the bytes and pages that are left."""

    results: tuple[int | str, ...]
    data: bytes
    pages: tuple[tuple[int, int, str], ...]


Program = Sequence[Operation]


def draw_program(choices: Choices) -> list[Operation]:
    """Up to 14 operations; the first ones map, so that others find something."""
    found = []
    for number in range(choices.between(2, 14)):
        names = RANGES[:2] if number < 2 else (*RANGES, *ACCESSES)
        name = choices.pick(names)
        address = PAGE * choices.below(SPAN) + choices.pick((0, 0, 1, PAGE - 2, 100))
        length = choices.pick((PAGE, 2 * PAGE, 1, 3 * PAGE, PAGE + 1, 0))
        found.append(Operation(name, address, min(length, SPAN * PAGE - address) if name in RANGES else length))
    return found


def run(program: Program, tier: Tier) -> Outcome:
    """The outcome on a fresh memory. A trap does not end the program."""
    instance = instantiate(Store(), VALID, (), tier)
    results: list[int | str] = []
    for each in program:
        function = instance.exports[each.name]
        if not isinstance(function, Function):
            raise Crash("an export is no function", each.name)
        try:
            results.append(function.call(None, (each.address, each.length))[0])
        except Trap as trap:
            results.append(trap.reason)
    memory = instance.memories[0]
    if not isinstance(memory, VirtualMemory):
        raise Crash("the memory is not virtual")
    pages = tuple((each.start, each.end, each.state) for each in memory.regions())
    return Outcome(tuple(results), bytes(memory.peek(0, memory.length)), pages)


def page_states(outcome: Outcome) -> list[str]:
    """The state of each page."""
    return [state for start, end, state in outcome.pages for _ in range(start, end, PAGE)]


# Relations: each gives what is wrong, or nothing


def shifted(program: Program, choices: Choices, tier: Tier) -> str:
    """Only addresses change."""
    by = PAGE * choices.between(1, SPAN)
    plain = run(program, tier)
    moved = run([replace(each, address=each.address + by) for each in program], tier)
    names = [each.name for each in program]
    expected = [
        each + by if isinstance(each, int) and name.startswith("map") else each
        for each, name in zip(plain.results, names, strict=True)
    ]
    end = SPAN * PAGE
    same = list(moved.results) == expected and moved.data[by : by + end] == plain.data[:end]
    first = by // PAGE
    return "" if same and page_states(moved)[first : first + SPAN] == page_states(plain)[:SPAN] else "shifted"


def cut(program: Program, choices: Choices, tier: Tier) -> str:
    """A range that did not trap, in two parts."""
    plain = run(program, tier)
    wide = [
        number
        for number, each in enumerate(program)
        if each.name in RANGES and isinstance(plain.results[number], int) and each.length > PAGE
    ]
    if not wide:
        return ""
    number = choices.pick(wide)
    each = program[number]
    at = (each.address // PAGE + 1) * PAGE
    parts = [replace(each, length=at - each.address), Operation(each.name, at, each.address + each.length - at)]
    changed = run([*program[:number], *parts, *program[number + 1 :]], tier)
    results = (*changed.results[:number], *changed.results[number + 1 :])
    results = (*results[:number], plain.results[number], *results[number + 1 :])
    same = (results, changed.data, page_states(changed)) == (plain.results, plain.data, page_states(plain))
    return "" if same else f"cut at operation {number}"


def discarded(program: Program, choices: Choices, tier: Tier) -> str:
    """Every discard as a fill of the rounded range."""

    def filled(each: Operation) -> Operation:
        if each.name != "discard" or not each.length:
            return each
        start = each.address // PAGE * PAGE
        return Operation("clear", start, -(-(each.address + each.length) // PAGE) * PAGE - start)

    plain, changed = run(program, tier), run(list(map(filled, program)), tier)
    return "" if (plain.results, plain.data) == (changed.results, changed.data) else "discard is no fill"


def there_and_back(program: Program, choices: Choices, tier: Tier) -> str:
    """A mapped page protected against everything and back, somewhere in the program."""
    return detour(program, choices, tier, ("none", ""))


def protected_again(program: Program, choices: Choices, tier: Tier) -> str:
    """A mapped page protected as it is, somewhere in the program."""
    return detour(program, choices, tier, ("",))


def detour(program: Program, choices: Choices, tier: Tier, protections: tuple[str, ...]) -> str:
    """Protecting a mapped page so, one after another, changes nothing; an empty name is what the page has."""
    number, page = choices.below(len(program) + 1), choices.below(SPAN)
    state = page_states(run(program[:number], tier))[page]
    if state not in PROTECTIONS:
        return ""
    more = [Operation(f"protect-{each or state}", page * PAGE, PAGE) for each in protections]
    plain, changed = run(program, tier), run([*program[:number], *more, *program[number:]], tier)
    results = (*changed.results[:number], *changed.results[number + len(more) :])
    same = (results, changed.data, page_states(changed)) == (plain.results, plain.data, page_states(plain))
    return "" if same else f"protecting page {page} {' and '.join(protections)} before operation {number}"


def renewed(program: Program, choices: Choices, tier: Tier) -> str:
    """Pages that are unmapped and mapped again, somewhere in the program, are zeros and nothing else changes."""
    number, page, count = choices.below(len(program) + 1), choices.below(SPAN - 2), choices.between(1, 3)
    start, end = page * PAGE, (page + count) * PAGE
    before = run(program[:number], tier)
    more = [Operation(name, start, end - start) for name in ("unmap", "map-readwrite")]
    after = run([*program[:number], *more], tier)
    expected = before.data[:start] + bytes(end - start) + before.data[end:]
    states = page_states(before)
    states[page : page + count] = ["readwrite"] * count
    same = (after.results[number:], after.data, page_states(after)) == ((0, start), expected, states)
    return "" if same else f"unmapping and mapping pages from {page} before operation {number}"


def widened(program: Program, choices: Choices, tier: Tier) -> str:
    """What does not trap, up to the first trap, does the same when pages allow more."""
    traps = (number for number, each in enumerate(run(program, tier).results) if isinstance(each, str))
    program = program[: next(traps, len(program))]
    plain = run(program, tier)
    changed = run([replace(each, name=WIDER.get(each.name, each.name)) for each in program], tier)
    return "" if (plain.results, plain.data) == (changed.results, changed.data) else "widened"


RELATED = (shifted, cut, discarded, there_and_back, protected_again, renewed, widened)
Relation = Callable[[Program, Choices, Tier], str]
RELATIONS: Mapping[str, Relation] = MappingProxyType({each.__name__: each for each in RELATED})


def check(choices: Choices, tier: Tier) -> tuple[list[Operation], list[str]]:
    """One program, and which relations it breaks."""
    program = draw_program(choices)
    found = (relation(program, choices, tier) for relation in RELATIONS.values())
    return program, [each for each in found if each]


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser("metamorphic", description="Hold random programs of memory control to relations.")
    parser.add_argument("--programs", type=int, default=1000, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the first (default: %(default)s)")
    parser.add_argument("--tier", choices=sorted(TIERS), default="reference")
    chosen = parser.parse_args(arguments)
    tier, broken = TIERS[chosen.tier](), 0
    for seed in range(chosen.seed, chosen.seed + chosen.programs):
        program, found = check(SeededChoices(seed), tier)
        broken += bool(found)
        for each in found:
            sys.stderr.write(f"seed {seed}: {each}: {program}\n")
    sys.stdout.write(f"{chosen.programs} programs, {len(RELATIONS)} relations, {broken} programs broke some\n")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())

"""Measures what memories cost under memory control: `python benchmarks/memory_control.py --help`.

Needs no other engine.
"""

import argparse
import functools
import gc
import mmap
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import measure

import quire
from quire.proposal_ops.memory_control.retrofit import retrofit
from quire.wat.parser import parse_module

PAGE = 1 << 16
SIZES = {"1 MiB": 1 << 4, "64 GiB": 1 << 20, "4 TiB": 1 << 26}
"""Name of a size -> pages."""

GUEST = """
(module
  (memory (export "memory") i64 virtual {pages})
  (func (export "map and unmap") (param $n i32)
    (loop $again
      (drop (memory.map readwrite (i64.const 0x10000) (i64.const 0x10000)))
      (memory.unmap (i64.const 0x10000) (i64.const 0x10000))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "protect twice") (param $n i32)
    (drop (memory.map readwrite (i64.const 0x20000) (i64.const 0x10000)))
    (loop $again
      (memory.protect read (i64.const 0x20000) (i64.const 0x10000))
      (memory.protect readwrite (i64.const 0x20000) (i64.const 0x10000))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (memory.unmap (i64.const 0x20000) (i64.const 0x10000)))
  (func (export "write and discard") (param $n i32)
    (drop (memory.map readwrite (i64.const 0x20000) (i64.const 0x10000)))
    (loop $again
      (i64.store (i64.const 0x28000) (i64.const -1))
      (memory.discard (i64.const 0x20000) (i64.const 0x10000))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (memory.unmap (i64.const 0x20000) (i64.const 0x10000))))
"""
OPERATIONS = {"map and unmap": 2, "protect twice": 2, "write and discard": 1}
"""Loop -> the operations in one turn of it that count."""

LOADS = """
(module
  (memory {type})
  (func (export "prepare") {prepare})
  (func (export "sum") (param $n i32) (result i32) (local $sum i32) (local $at i32)
    (local.set $at (i32.const 0x10000))
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
      (local.set $sum (i32.add (local.get $sum) (i32.load offset=4 (local.get $at))))
      (local.set $sum (i32.add (local.get $sum) (i32.load offset=8 (local.get $at))))
      (local.set $sum (i32.add (local.get $sum) (i32.load offset=12 (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
"""
MAP = "(drop (memory.map readwrite (i32.const 0x10000) (i32.const 0x10000)))"
MEMORIES = {"plain": ("2", ""), "noaccess": ("1 (noaccess 1)", ""), "virtual": ("virtual 2", MAP)}
"""Kind of memory -> its type, and what makes its second page usable."""


def resident() -> int:
    """Bytes of the machine's memory that this process takes up."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE


def engine(tier: str) -> quire.Engine:
    return quire.Engine(features=["memory-control"], tier=tier, cache=False)


def rows_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in (header, *rows)]
    return "\n".join([lines[0], "|-" + "-|-".join("-" * width for width in widths) + "-|", *lines[1:]])


def best(work: Callable[[], object], rounds: int) -> float:
    work()
    return min(measure.measure(work) for _ in range(rounds))


def kilobytes(count: int) -> str:
    return f"{count / 1024:,.0f} KB"


# Instantiation


def instantiation(rounds: int, tier: str) -> str:
    """Time, and how much memory of the machine one instance more takes up, before and after a page is written."""
    rows = [(name, *cost_of_instance(pages, rounds, tier)) for name, pages in SIZES.items()]
    return rows_of(("virtual memory", "instantiate", "resident", "a page written"), rows)


def cost_of_instance(pages: int, rounds: int, tier: str) -> tuple[str, str, str]:
    with_features = engine(tier)
    module = quire.Module(with_features, GUEST.format(pages=pages))
    seconds = best(lambda: quire.Instance(quire.Store(with_features), module), rounds)
    gc.collect()
    before = resident()
    instance = quire.Instance(quire.Store(with_features), module)
    after = resident()
    memory, top = instance.exports.memory, (pages - 1) * PAGE
    memory.map(top, PAGE)
    memory.write(top, bytes(PAGE))
    return measure.duration(seconds), kilobytes(after - before), kilobytes(resident() - before)


# Operations


def operations(rounds: int, tier: str, count: int) -> str:
    """How many a second, done by a guest in a loop, in memories of several sizes."""
    columns = {name: instance_of(pages, tier) for name, pages in SIZES.items()}
    columns["64 GiB, 10,000 runs"] = instance_of(SIZES["64 GiB"], tier)
    split(columns["64 GiB, 10,000 runs"].exports.memory, 10_000)
    rows = []
    for name, turns in OPERATIONS.items():
        contenders = [
            measure.Contender(size, functools.partial(each.exports[name], count)) for size, each in columns.items()
        ]
        outcomes = measure.hold(measure.Contest(name, None, contenders), rounds)
        rows.append((name, *(f"{turns * count / each.best:,.0f}" for each in outcomes)))
    return rows_of(("operations a second", *columns), rows)


def instance_of(pages: int, tier: str) -> quire.Instance:
    with_features = engine(tier)
    return quire.Instance(quire.Store(with_features), quire.Module(with_features, GUEST.format(pages=pages)))


def split(memory: quire.Memory, runs: int) -> None:
    """Give a memory many page states, behind the pages that are measured."""
    memory.map(16 * PAGE, runs * PAGE, "read")
    for page in range(16, 16 + runs, 2):
        memory.protect(page * PAGE, PAGE, "none")


# Giving memory back


def giving_back(mebibytes: int) -> str:
    """What this process takes up before and after, by the system's own count."""
    rows = [(what, *sizes(what, mebibytes << 20)) for what in ("discard, plain", "discard, virtual", "unmap, virtual")]
    return rows_of((f"resident, {mebibytes} MiB", "at first", "written", "given back", "time"), rows)


def sizes(what: str, length: int) -> tuple[str, str, str, str]:
    with_features = engine("auto")
    kind = "virtual " if "virtual" in what else ""
    module = quire.Module(with_features, f'(module (memory (export "memory") {kind}{length // PAGE}))')
    memory = quire.Instance(quire.Store(with_features), module).exports.memory
    if kind:
        memory.map(0, length)
    gc.collect()
    found = [resident()]
    for at in range(0, length, 1 << 20):
        memory.write(at, b"\xff" * (1 << 20))
    found.append(resident())
    start = time.perf_counter()
    (memory.unmap if what.startswith("unmap") else memory.discard)(0, length)
    seconds = time.perf_counter() - start
    found.append(resident())
    first, written, after = (f"{each / (1 << 20):.1f} MiB" for each in found)
    return first, written, after, measure.duration(seconds)


# Loads


def loads(rounds: int, tier: str, count: int) -> str:
    """Loads from memories of several kinds, in turn within one run."""
    contenders = [
        measure.Contender(name, loads_of(name, tier, count)) for name in (*MEMORIES, "guarded by --noaccess-below")
    ]
    return measure.table(measure.hold(measure.Contest(f"{4 * count:,} loads, {tier} tier", 0, contenders), rounds))


def loads_of(kind: str, tier: str, count: int) -> Callable[[], object]:
    type_, prepare = MEMORIES.get(kind, MEMORIES["plain"])
    text = LOADS.format(type=type_, prepare=prepare)
    guards = [] if kind in MEMORIES else [retrofit(parse_module(text), 1024)]
    with_features = quire.Engine(features=["memory-control"], tier=tier, cache=False, extensions=guards)
    exports = quire.Instance(quire.Store(with_features), quire.Module(with_features, text)).exports
    exports.prepare()
    return lambda: exports.sum(count)


def main(*given: str) -> int:
    parser = argparse.ArgumentParser(prog="python benchmarks/memory_control.py", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (default: 5)")
    parser.add_argument(
        "--count", type=int, default=4000, help="operations in one measure, at most 4096 (default: 4000)"
    )
    parser.add_argument("--mebibytes", type=int, default=256, help="what is given back (default: 256)")
    parser.add_argument("--tier", default="auto", help="what runs the guest (default: auto)")
    chosen = parser.parse_args(given)
    if not Path("/proc/self/statm").exists():
        print("this needs a system that tells in /proc/self/statm what is resident", file=sys.stderr)
        return 1
    print(
        f"{platform.python_implementation()} {platform.python_version()}, quire {quire.__version__}, {chosen.tier} tier"
    )
    for part in (
        instantiation(chosen.rounds, chosen.tier),
        operations(chosen.rounds, chosen.tier, chosen.count),
        giving_back(chosen.mebibytes),
        loads(chosen.rounds, chosen.tier, min(chosen.count, 4096)),
    ):
        print("", part, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

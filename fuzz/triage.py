"""What a campaign found, for people: a table, and a page of HTML that needs nothing beside it."""

from __future__ import annotations

import html
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from quire.fuzz.campaign.batch import Finding
from quire.fuzz.campaign.cases import Configuration
from quire.fuzz.campaign.store import Batch, Store, Totals
from quire.fuzz.generate.features import rows_of
from quire.fuzz.plots import STYLE as PLOTS
from quire.fuzz.plots import Points, curve, grid, steps

STYLE = """
:root { --paper: #fff; --ink: #1b1f24; --quiet: #59636e; --line: #d8dee4; --accent: #0969da; --alarm: #c93c37 }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0d1117; --ink: #e6edf3; --quiet: #8d96a0; --line: #2b323b; --accent: #4493f8; --alarm: #f85149 }
}
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem;
  color: var(--ink); background: var(--paper) }
h2 { margin: 2.2rem 0 .4rem; font-size: 1.15rem } pre { margin: 0; font-size: 90% } p { margin: .3rem 0 }
table { border-collapse: collapse; width: 100% } th { color: var(--quiet); font-weight: 600 }
th, td { text-align: left; padding: .3rem .9rem .3rem 0; vertical-align: top } td { border-top: 1px solid var(--line) }
.n { text-align: right; font-variant-numeric: tabular-nums } code { font-size: 90%; overflow-wrap: anywhere }
details { margin: .6rem 0 } summary { cursor: pointer; color: var(--quiet) }
"""
WINDOW = 40  # points that throughput is plotted with, at most


def summary(totals: Totals) -> list[str]:
    """Lines for a terminal."""
    modules = max(totals.modules, 1)
    seconds = max(totals.seconds, 1e-9)
    return [
        f"modules    {totals.modules} in {totals.batches} batches, {totals.modules / seconds:.0f} a second of a worker",
        f"reached    {100 * totals.reached / modules:.1f} % with a compared call, dropped {totals.dropped}",
        f"calls      {totals.calls} compared, {totals.calls / seconds:.0f} a second of a worker",
        f"traps      {100 * totals.traps / max(totals.calls, 1):.1f} % of calls",
        f"findings   {totals.findings} in {totals.buckets} buckets",
    ]


def table(store: Store) -> list[str]:
    """A line for each bucket, below a heading where there are any: how many cases, the first one, what differed."""
    buckets = store.buckets()
    lines = [
        f"{len(found):>6}  {found[0].number:>8}  {bucket}: {found[0].outcomes[0]} / {found[0].outcomes[1]}"
        for bucket, found in sorted(buckets.items(), key=lambda each: -len(each[1]))
    ]
    return [f"{'cases':>6}  {'first':>8}  bucket: outcomes", *lines] if lines else []


def coverage(store: Store, configuration: Configuration) -> dict[str, int]:
    """How often each instruction that the campaign can reach was met, the rarest first; 0 where it never was."""
    known = {row.mnemonic: 0 for row in rows_of(configuration.features)}
    known |= store.coverage()
    return dict(sorted(known.items(), key=lambda each: (each[1], each[0])))


def report(store: Store, configuration: Configuration, folders: dict[str, Path]) -> str:
    """The page. `folders` are those of the reduced cases, by bucket."""
    legs, what = (
        ", ".join(configuration.legs),
        f"matrix of {configuration.matrix}" if configuration.matrix else "random",
    )
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>Quire: differential fuzzing</title><style>{STYLE}{PLOTS}</style><h1>Differential fuzzing</h1>",
        f"<p>{html.escape(legs)}; {what} modules, seed {configuration.seed}</p>",
        f"<pre>{html.escape(chr(10).join(summary(store.totals())))}</pre>",
        *plots(store),
        *buckets(store, folders),
        *instructions(coverage(store, configuration), bool(configuration.matrix)),
    ]
    return "\n".join(parts) + "\n"


def plots(store: Store) -> Iterator[str]:
    """Throughput, calls and findings, over the time that workers spent."""
    history = store.history()
    minutes = [seconds / 60 for seconds in accumulate(batch.seconds for batch in history)]
    across = "minutes of workers"
    yield f"<h2>Calls a second of a worker</h2>{curve(throughput(history, minutes), across, 'calls a second')}"
    calls = list(zip(minutes, accumulate(batch.calls for batch in history), strict=True))
    yield f"<h2>Calls compared</h2>{curve([(0.0, 0.0), *calls], across, 'calls')}"
    found, first = found_over_time(store, history, minutes)
    if found:
        last = minutes[-1]
        yield f"<h2>Findings</h2>{curve([*steps(found), (last, found[-1][1])], across, 'findings')}"
        yield f"<h2>Buckets</h2>{curve([*steps(first), (last, first[-1][1])], across, 'buckets')}"


def throughput(history: Sequence[Batch], minutes: Sequence[float]) -> Points:
    """Calls a second, of so many batches together that there are not too many points."""
    size = max(1, -(-len(history) // WINDOW))
    points = []
    for at in range(0, len(history), size):
        some = history[at : at + size]
        seconds = sum(batch.seconds for batch in some)
        if seconds:
            points.append((minutes[at + len(some) - 1], sum(batch.calls for batch in some) / seconds))
    return points


def found_over_time(store: Store, history: Sequence[Batch], minutes: Sequence[float]) -> tuple[Points, Points]:
    """How many findings there were after how many minutes, and how many buckets."""
    ends = sorted((batch.low, at) for batch, at in zip(history, minutes, strict=True))
    lows = [low for low, _ in ends]
    when = sorted((ends[bisect_right(lows, each.number) - 1][1], each.bucket) for each in store.findings())
    seen: set[str] = set()
    found, first = [], []
    for count, (at, bucket) in enumerate(when, 1):
        seen.add(bucket)
        found.append((at, float(count)))
        first.append((at, float(len(seen))))
    return found, first


def buckets(store: Store, folders: dict[str, Path]) -> Iterator[str]:
    """The table of what was found."""
    groups = store.buckets()
    if not groups:
        yield "<h2>Buckets</h2><p>The legs agreed on everything.</p>"
        return
    yield "<h2>What was found</h2><table><tr><th>Bucket<th class=n>Cases<th class=n>First<th>Outcomes<th>Reduced</tr>"
    for bucket, found in sorted(groups.items(), key=lambda each: -len(each[1])):
        yield row(bucket, found, folders.get(bucket))
    yield "</table>"


def row(bucket: str, found: Sequence[Finding], folder: Path | None) -> str:
    """A bucket as a row of the table."""
    first = found[0]
    name, outcomes = html.escape(bucket), html.escape(" / ".join(first.outcomes))
    reduced = f"<code>{html.escape(folder.name)}</code>, {size(folder)} bytes" if folder else "not yet"
    told = f"<td class=n>{len(found)}<td class=n>{first.number}<td><code>{outcomes}</code><td>{reduced}"
    return f"<tr><td>{name}{told}</tr>"


def size(folder: Path) -> int:
    """Of the module of a case, in bytes."""
    return (folder / "module.wasm").stat().st_size


def instructions(counts: dict[str, int], is_matrix: bool) -> Iterator[str]:
    """A grid, and behind it the whole list."""
    what = "Calls of each instruction on edge values" if is_matrix else "Modules with each instruction"
    reached = sum(count > 0 for count in counts.values())
    yield f"<h2>{what}</h2><p>{reached} of {len(counts)} instructions were met.</p>{grid(counts)}"
    yield "<details><summary>One by one, the rarest first</summary><table><tr><th>Instruction<th class=n>Count</tr>"
    yield from (f"<tr><td><code>{html.escape(name)}</code><td class=n>{count:,}</tr>" for name, count in counts.items())
    yield "</table></details>"

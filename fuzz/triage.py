"""What a campaign found, for people: a table, and a page of HTML that needs nothing beside it."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from pathlib import Path

from quire.fuzz.campaign.batch import Finding
from quire.fuzz.campaign.store import Store, Totals

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1b1f24 }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .3rem .6rem .3rem 0 }
td { border-top: 1px solid #d0d7de; vertical-align: top } .n { text-align: right; font-variant-numeric: tabular-nums }
svg { width: 100%; height: 10rem; background: #f6f8fa } code { font-size: 90% } .low { color: #9a3412 }
@media (prefers-color-scheme: dark) { body { background: #0d1117; color: #e6edf3 } svg { background: #161b22 } }
"""


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
    """A line for each bucket: how many, the first case, what differed."""
    return [
        f"{len(found):>6}  {found[0].number:>8}  {bucket}: {found[0].outcomes[0]} / {found[0].outcomes[1]}"
        for bucket, found in store.buckets().items()
    ]


def report(store: Store, folders: dict[str, Path]) -> str:
    """The page. `folders` are those of the reduced cases, by bucket."""
    totals, history = store.totals(), store.history()
    calls = [calls / seconds for _, _, calls, seconds in history if seconds]
    parts = [
        "<!doctype html><meta charset=utf-8><title>Quire: differential fuzzing</title>",
        f"<style>{STYLE}</style><h1>Differential fuzzing</h1>",
        *(f"<p>{html.escape(line)}</p>" for line in summary(totals)),
        "<h2>Calls a second, batch by batch</h2>",
        plot(calls),
        "<h2>Calls compared, over time</h2>",
        plot(list(accumulated([calls for _, _, calls, _ in history]))),
        "<h2>Buckets</h2><table><tr><th>Bucket<th class=n>Cases<th class=n>First<th>Outcomes<th>Reduced</tr>",
        *(row(bucket, found, folders.get(bucket)) for bucket, found in store.buckets().items()),
        "</table><h2>Instructions, the rarest first</h2><table><tr><th>Instruction<th class=n>Modules</tr>",
        *(f"<tr><td><code>{html.escape(name)}</code><td class=n>{n}</tr>" for name, n in store.coverage().items()),
        "</table>",
    ]
    return "\n".join(parts) + "\n"


def row(bucket: str, found: Sequence[Finding], folder: Path | None) -> str:
    """A bucket as a row of the table."""
    first = found[0]
    cells = [html.escape(bucket), str(len(found)), str(first.number), html.escape(" / ".join(first.outcomes))]
    reduced = f"<code>{html.escape(folder.name)}</code>" if folder else "no"
    return f"<tr><td>{cells[0]}<td class=n>{cells[1]}<td class=n>{cells[2]}<td>{cells[3]}<td>{reduced}</tr>"


def accumulated(numbers: Sequence[float]) -> Iterator[float]:
    """The running sum."""
    total = 0.0
    for each in numbers:
        total += each
        yield total


def plot(values: Sequence[float]) -> str:
    """A line as SVG, from 0 to the largest value."""
    if len(values) < 2:
        return "<p>Too little to plot.</p>"
    most = max(values) or 1.0
    points = " ".join(
        f"{1000 * n / (len(values) - 1):.1f},{100 - 95 * each / most:.1f}" for n, each in enumerate(values)
    )
    line = f'<polyline points="{points}" fill="none" stroke="#0969da" vector-effect="non-scaling-stroke"/>'
    label = f"<p class=n>largest: {most:,.0f}</p>"
    return f'<svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img">{line}</svg>{label}'

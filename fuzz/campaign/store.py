"""The store of a campaign: one folder with `campaign.sqlite` and a folder for each case that was found.

One process writes. A batch is written in one transaction when it is done, so that whatever kills the campaign costs the
batches that were running and nothing else.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from quire.fuzz.campaign.batch import BatchResult, Finding
from quire.fuzz.campaign.cases import Configuration, configuration_from

SCHEMA = """
create table if not exists campaign (key text primary key, value text not null);
create table if not exists batch (
    low integer primary key, high integer not null, modules integer not null, reached integer not null,
    dropped integer not null, calls integer not null, traps integer not null, seconds real not null,
    outcome text not null, finished text not null default current_timestamp
);
create table if not exists finding (
    number integer not null, bucket text not null, call integer not null, outcomes text not null, details text not null,
    found text not null default current_timestamp, primary key (number, bucket)
);
create table if not exists coverage (mnemonic text primary key, count integer not null);
create table if not exists edge (name text primary key);
"""
TOTALS = """
select count(*), total(modules), total(reached), total(dropped), total(calls), total(traps), total(seconds) from batch
"""


@dataclass(frozen=True, slots=True)
class Totals:
    """What a campaign has done so far; `seconds` are those of all workers together."""

    batches: int
    modules: int
    reached: int
    dropped: int
    calls: int
    traps: int
    seconds: float
    findings: int
    buckets: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What is remembered of one batch."""

    low: int
    high: int
    modules: int
    calls: int
    seconds: float  # of the worker


class Store:
    """A campaign's folder. Raises OSError or sqlite3.Error where it cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(folder / "campaign.sqlite", isolation_level=None)
        self._connection.execute("pragma journal_mode=wal")
        self._connection.executescript(SCHEMA)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exception: object) -> None:
        self._connection.close()

    @property
    def configuration(self) -> Configuration | None:
        """The one that this campaign was started with."""
        row = self._connection.execute("select value from campaign where key = 'configuration'").fetchone()
        return configuration_from(json.loads(row[0])) if row else None

    def begin(self, configuration: Configuration) -> None:
        """Start a campaign, or go on with one of the same configuration. Raises ValueError for one of another."""
        known = self.configuration
        if known is not None and known != configuration:
            names = [
                each.name for each in fields(known) if getattr(known, each.name) != getattr(configuration, each.name)
            ]
            what = f"another configuration ({', '.join(names)})"
            raise ValueError(f"{self.folder} holds a campaign of {what}: `quire fuzz resume` goes on with that one")
        text = json.dumps(asdict(configuration))
        self._connection.execute("insert or ignore into campaign values ('configuration', ?)", (text,))

    def done(self) -> dict[int, int]:
        """The batches that are done: low to high."""
        return dict(self._connection.execute("select low, high from batch"))

    def write(self, result: BatchResult) -> None:
        """Write a batch down; again for one that is known already changes nothing."""
        connection = self._connection
        connection.execute("begin immediate")
        known = connection.execute("select 1 from batch where low = ?", (result.low,)).fetchone()
        if not known:
            self._insert(result)
        connection.execute("commit")

    def _insert(self, result: BatchResult) -> None:
        row = (result.low, result.high, result.modules, result.reached, result.dropped, result.calls, result.traps)
        self._connection.execute(
            "insert into batch (low, high, modules, reached, dropped, calls, traps, seconds, outcome)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, result.seconds, result.outcome),
        )
        self._connection.executemany(
            "insert or ignore into finding (number, bucket, call, outcomes, details) values (?, ?, ?, ?, ?)",
            [(f.number, f.bucket, f.call, json.dumps(f.outcomes), json.dumps(f.details)) for f in result.findings],
        )
        self._connection.executemany(
            "insert into coverage values (?, ?) on conflict do update set count = count + excluded.count",
            result.coverage.items(),
        )
        self._connection.executemany("insert or ignore into edge values (?)", [(name,) for name in result.edges])

    def totals(self) -> Totals:
        """What has been done so far."""
        numbers = self._connection.execute(TOTALS).fetchone()
        found = self._connection.execute("select count(*), count(distinct bucket) from finding").fetchone()
        batches, modules, reached, dropped, calls, traps = map(int, numbers[:6])
        return Totals(batches, modules, reached, dropped, calls, traps, float(numbers[6]), *found)

    def findings(self) -> Iterator[Finding]:
        """All findings, those of one bucket together, the first found first."""
        query = "select number, bucket, call, outcomes, details from finding order by bucket, number"
        for number, bucket, call, outcomes, details in self._connection.execute(query):
            first, second = json.loads(outcomes)
            yield Finding(number, bucket, call, (first, second), json.loads(details))

    def buckets(self) -> dict[str, list[Finding]]:
        """The findings by bucket."""
        groups: dict[str, list[Finding]] = {}
        for each in self.findings():
            groups.setdefault(each.bucket, []).append(each)
        return groups

    def coverage(self) -> dict[str, int]:
        """In how many modules each instruction was; of a matrix, how many compared calls show it."""
        return dict(self._connection.execute("select mnemonic, count from coverage order by count, mnemonic"))

    def edges(self) -> Iterator[str]:
        """The names of the operands' values that calls of the matrix had: fuzz/matrix_coverage.py."""
        return (name for (name,) in self._connection.execute("select name from edge"))

    def history(self) -> list[Batch]:
        """The batches in the order in which they were done."""
        query = "select low, high, modules, calls, seconds from batch order by finished, rowid"
        return [Batch(*row) for row in self._connection.execute(query)]

    def outcome(self) -> str:
        """A hash of all outcomes, the same however the batches were run."""
        rows = self._connection.execute("select low, high, outcome from batch order by low").fetchall()
        return " ".join(f"{low}-{high}:{outcome}" for low, high, outcome in rows)

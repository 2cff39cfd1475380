"""What people see of a campaign: the page, its plots, the lines while it runs."""

import io
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest

from quire.fuzz.campaign.batch import BatchResult, Finding
from quire.fuzz.campaign.cases import Configuration
from quire.fuzz.campaign.store import Store
from quire.fuzz.campaign.supervisor import Goal
from quire.fuzz.plots import curve, grid, steps, ticks
from quire.fuzz.progress import Display
from quire.fuzz.triage import coverage, report, table

CONFIGURATION = Configuration(("reference", "<mine>"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as store:
        store.begin(CONFIGURATION)
        for number in range(5):
            start, differences = 50 * number, [f"call mine {number % 2}"] if number else []
            found = [Finding(start + 7, each, 3, ("0", "<trap>"), {}) for each in differences]
            store.write(BatchResult(start, start + 50, modules=50, calls=900 + number, seconds=3.0, findings=found))
        yield store


def test_the_page_has_plots_that_are_well_formed(store: Store) -> None:
    page = report(store, CONFIGURATION, {})
    plots = [part.partition("</svg>")[0] + "</svg>" for part in page.split("<svg")[1:]]
    assert len(plots) == 5
    for each in plots:
        ElementTree.fromstring("<svg" + each)
    assert "<mine>" not in page
    assert "<trap>" not in page


def test_what_was_never_met_is_listed(store: Store) -> None:
    counts = coverage(store, CONFIGURATION)
    assert counts["i32.add"] == 0
    assert "never" not in grid(counts)
    assert grid({"nop": 0, "i32.add": 5}).count('class="none"') == 1


def test_buckets_with_most_cases_come_first(store: Store) -> None:
    heading, first, second = table(store)
    assert "bucket" in heading
    assert (int(first.split()[0]), int(second.split()[0])) == (2, 2)


@pytest.mark.parametrize(("most", "last"), [(1, 1), (4.6, 5), (7, 8), (103, 150), (0.3, 0.3), (12345, 15000)])
def test_ticks_are_round_and_reach_the_top(most: float, last: float) -> None:
    found = ticks(most)
    assert found[0] == 0
    assert found[-1] == pytest.approx(last)
    assert 2 <= len(found) <= 8


def test_steps_go_up_at_each_point() -> None:
    assert steps([(2, 1), (3, 4)]) == [(0, 0), (2, 0), (2, 1), (3, 1), (3, 4)]


def test_a_plot_of_nothing_says_so() -> None:
    assert "too little" in curve([(0, 0)], "x", "y")


def test_progress_is_told_in_lines(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quire.fuzz.progress.EVERY", 0.0)
    stream = io.StringIO()
    with Display(store, Goal(cases=500), stream) as display:
        display(BatchResult(0, 50))
    assert "250 modules, 4,510 calls" in stream.getvalue()
    assert "4 findings in 2 buckets" in stream.getvalue()


def test_progress_is_a_bar_on_a_terminal(store: Store) -> None:
    pytest.importorskip("rich", reason="the extra cli is not installed")
    stream = io.StringIO()
    stream.isatty = lambda: True  # type: ignore[method-assign]
    with Display(store, Goal(cases=500), stream) as display:
        display(BatchResult(0, 50))
    assert "250 modules" in stream.getvalue()

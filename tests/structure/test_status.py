"""docs/status.md says what there is now: `make status` writes it anew."""

import importlib.util
from pathlib import Path

import pytest

from quire.spec_tests.suite import suite_folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def status():
    spec = importlib.util.spec_from_file_location("status", ROOT / "docs" / "status.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cells(text: str) -> list[list[str]]:
    """The table; without a suite, whoever wrote the file counted the scripts."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return rows if suite_folder() else [row[:-1] for row in rows]


def test_the_status_is_up_to_date(status):
    assert cells((ROOT / "docs" / "status.md").read_text()) == cells(status.render())


def test_every_instruction_is_of_one_feature(status):
    rows = [row for feature in status.all_features() for row in status.rows_of(feature)]
    assert len(rows) == len(set(rows)) == len(status.quire.Engine().instruction_set.rows)


def test_what_does_not_work_is_not_called_working(status):
    broken = status.Feature("broken", '(func (export "f") (result i32) (i64.const 1))', rows="nothing")
    looked = status.look(broken)
    assert looked[2:6] == ["yes", "", "yes", ""]

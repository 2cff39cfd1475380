"""Whole scripts: features by folder, skips that are needed and skips that are not, several processes."""

import sys
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

import pytest

from quire.spec_tests.features import known_features
from quire.spec_tests.files import Options, _result, run_scripts
from quire.spec_tests.results import FileResult, totals
from quire.spec_tests.skips import Skip

PASSES = "(module)\n"
FAILS = '(assert_invalid (module) "type mismatch")\n'
OTHER = '(assert_invalid (module) "unknown local")\n'
WHOLE = Skip("why", "test.wast")
SINGLE = Skip("why", "test.wast", "assert_invalid", "type mismatch")


def counts(result):
    return (result.passed, result.failed, result.skipped)


def test_every_command_counts_once(run):
    assert counts(run(PASSES + FAILS + PASSES)) == (2, 1, 0)


def test_a_failure_tells_file_and_line(run, tmp_path):
    (failure,) = run(PASSES + FAILS).failures
    assert str(failure) == (
        f'{tmp_path / "test.wast"}:2: assert_invalid: expected Invalid "type mismatch"\n    came a valid module'
    )


def test_a_whole_file_is_skipped(run):
    assert counts(run(PASSES + FAILS, skips=(WHOLE,))) == (0, 0, 2)


def test_a_skipped_file_in_which_all_passes_fails(run):
    result = run(PASSES, skips=(WHOLE,))
    assert counts(result) == (0, 1, 1)
    assert str(result.failures[0]).endswith(
        "skip: expected a failure of test.wast\n    came none: the skip is needless"
    )


def test_a_skip_of_a_script_that_cannot_be_read_is_needed(run):
    assert counts(run("(; no end", skips=(WHOLE,))) == (0, 0, 1)


def test_a_single_assertion_is_skipped_and_no_other(run):
    assert counts(run(PASSES + FAILS + OTHER, skips=(SINGLE,))) == (1, 1, 1)


def test_a_skipped_assertion_that_passes_fails(run):
    passing = '(assert_invalid (module (func (drop))) "type mismatch")\n'
    result = run(passing + FAILS, skips=(SINGLE,))
    assert counts(result) == (0, 1, 1)
    assert (result.failures[0].line, result.failures[0].came) == (1, "success: the skip is needless")


def test_a_skip_that_covers_nothing_fails(run):
    result = run(PASSES, skips=(SINGLE,))
    assert counts(result) == (1, 1, 0)
    assert 'a failure of test.wast: assert_invalid "type mismatch"' in str(result.failures[0])


def test_a_skip_of_another_file_does_not_count(run):
    assert counts(run(PASSES, "other.wast", skips=(WHOLE,))) == (1, 0, 0)


@pytest.mark.parametrize(
    ("feature", "module"),
    [
        ("threads", "(module (memory 1 1 shared) (func (atomic.fence)))"),
        ("custom-page-sizes", "(module (memory 1 (pagesize 1)))"),
        ("wide-arithmetic", "(module (func (param i64) (i64.mul_wide_s (local.get 0) (local.get 0)) drop drop))"),
    ],
)
def test_a_proposal_is_on_in_its_folder_or_where_it_is_enabled(run, feature, module):
    assert counts(run(module)) == (0, 1, 0)
    assert counts(run(module, f"proposals/{feature}/test.wast")) == (1, 0, 0)
    assert counts(run(module, enabled=(feature,))) == (1, 0, 0)
    other = "threads" if feature != "threads" else "wide-arithmetic"
    assert counts(run(module, f"proposals/{other}/test.wast")) == (0, 1, 0)


def test_a_folder_of_an_unknown_proposal_runs_with_the_standard(run):
    assert counts(run(PASSES, "proposals/unheard-of/test.wast")) == (1, 0, 0)


def test_shared_memory_of_spectest_comes_with_threads(run):
    module = '(module (import "spectest" "shared_memory" (memory 1 2 shared)))'
    assert counts(run(module, "proposals/threads/test.wast")) == (1, 0, 0)


@pytest.mark.parametrize("jobs", [1, 2])
def test_several_scripts_in_their_order(tmp_path, jobs):
    paths = [tmp_path / f"{name}.wast" for name in "abcd"]
    for number, path in enumerate(paths):
        path.write_text(PASSES * (number + 1) + FAILS)
    results = list(run_scripts(paths, Options(), jobs))
    assert [(each.file, each.passed) for each in results] == [(str(path), at + 1) for at, path in enumerate(paths)]
    assert str(totals(results)) == "10 passed, 4 failed, 0 skipped"


def test_totals_of_nothing():
    assert str(totals([])) == "0 passed, 0 failed, 0 skipped"


def test_without_the_room_of_the_proposals_the_standard_runs(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "quire.proposal_ops", None)
    assert known_features() == ()
    assert counts(run(PASSES, "proposals/threads/test.wast")) == (1, 0, 0)


def test_a_process_that_dies_fails_its_scripts(tmp_path):
    future: Future[FileResult] = Future()
    future.set_exception(BrokenProcessPool("a process is gone"))
    result = _result(tmp_path / "a.wast", future)
    assert counts(result) == (0, 1, 0)
    assert "its process, or that of another script, died" in str(result.failures[0])

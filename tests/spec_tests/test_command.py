import argparse
import json

import pytest

from quire.spec_tests import command

PASSES = "(module)\n"
FAILS = '(assert_invalid (module) "type mismatch")\n'


@pytest.fixture
def wast(tmp_path, monkeypatch, capsys):
    """Runs the command in a folder; its status, its lines, its complaints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WASM_TESTSUITE", str(tmp_path))

    def wast(*arguments: str, **files: str):
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.wast"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        status = command.run(parser.parse_args(arguments))
        output = capsys.readouterr()
        return status, output.out.splitlines(), output.err

    return wast


def test_nothing_failed(wast):
    assert wast("a.wast", a=PASSES * 2) == (0, ["2 passed, 0 failed, 0 skipped"], "")


def test_something_failed(wast):
    status, lines, _ = wast("a.wast", "b.wast", "-j", "2", a=PASSES + FAILS, b=PASSES)
    assert status == 1
    assert lines == [
        'a.wast:2: assert_invalid: expected Invalid "type mismatch"',
        "    came a valid module",
        "2 passed, 1 failed, 0 skipped",
    ]


def test_folders_and_files_each_script_once(wast):
    status, lines, _ = wast("x", "x/a.wast", "-v", x__a=PASSES, x__y__b=PASSES * 2, c=FAILS)
    assert status == 0
    assert [line.rpartition(" in ")[0] for line in lines[:-1]] == [
        "x/a.wast: 1 passed, 0 failed, 0 skipped",
        "x/y/b.wast: 2 passed, 0 failed, 0 skipped",
    ]
    assert lines[-1] == "3 passed, 0 failed, 0 skipped"


def test_without_paths_the_suite_runs(wast):
    assert wast(a=PASSES)[:2] == (0, ["1 passed, 0 failed, 0 skipped"])


def test_listed_skips_apply_unless_told_otherwise(wast):
    scripts = {"legacy__throw": FAILS, "a": PASSES}
    assert wast("legacy", "a.wast", **scripts)[:2] == (0, ["1 passed, 0 failed, 1 skipped"])
    assert wast("legacy", "a.wast", "--no-skips")[1][-1] == "1 passed, 1 failed, 0 skipped"


def test_json(wast):
    status, lines, _ = wast("a.wast", "--json", a=PASSES + FAILS)
    assert status == 1
    told = json.loads("\n".join(lines))
    assert (told["passed"], told["failed"], told["skipped"]) == (1, 1, 0)
    (script,) = told["files"]
    assert script["file"] == "a.wast"
    assert script["failures"] == [
        {
            "file": "a.wast",
            "line": 2,
            "keyword": "assert_invalid",
            "expected": 'Invalid "type mismatch"',
            "came": "a valid module",
        }
    ]


def test_features_are_enabled_by_name(wast):
    module = "(module (memory 1 1 shared))"
    assert wast("a.wast", a=module)[0] == 1
    assert wast("a.wast", "--enable", "threads")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("nothing.wast",), "no such file or folder: nothing.wast"),
        (("empty",), "there are no scripts: empty"),
        (("a.wast", "--enable", "nonsense"), "no such feature: nonsense; there are: "),
    ],
)
def test_wrong_usage(wast, tmp_path, arguments, complaint):
    (tmp_path / "empty").mkdir()
    status, lines, complaints = wast(*arguments, a=PASSES)
    assert (status, lines) == (2, [])
    assert complaints.startswith(f"quire wast: {complaint}")


def test_no_suite(wast, monkeypatch, tmp_path):
    monkeypatch.delenv("WASM_TESTSUITE")
    monkeypatch.setattr("quire.spec_tests.suite.fetched_folder", lambda: tmp_path / "nowhere")
    status, _, complaints = wast()
    assert status == 2
    assert "`quire fetch-suite` gets the core test suite" in complaints


def test_a_suite_that_is_not_there(wast, monkeypatch, tmp_path):
    monkeypatch.setenv("WASM_TESTSUITE", str(tmp_path / "nowhere"))
    status, _, complaints = wast()
    assert status == 2
    assert "WASM_TESTSUITE names no folder" in complaints


@pytest.mark.parametrize("jobs", ["0", "-1", "x"])
def test_jobs_are_counted_from_one(wast, jobs):
    with pytest.raises(SystemExit):
        wast("a.wast", "-j", jobs, a=PASSES)

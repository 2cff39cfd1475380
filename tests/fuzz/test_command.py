"""`quire fuzz`: every verb, and its exit status."""

import sys
from pathlib import Path

import pytest

from quire.cli.command import run_command
from quire.engine.binary import decode
from quire.fuzz.planted.catalogue import mutants_of
from quire.proposal_ops import instruction_set

MUTANT = next(each for each in mutants_of("quire.engine.numeric.integers") if each.what == "Mult -> Add").name
PLANTED = f"planted={sys.executable} -m quire.fuzz.planted.plant {MUTANT} --tier reference"
SMALL = ["--features", "memories,floats,loops,globals"]


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("found")
    legs = ["--legs", f"reference,{PLANTED}"]
    assert run_command(["fuzz", "run", str(folder), *legs, *SMALL, "--modules", "24"]) == 1
    return folder


def test_a_clean_campaign_is_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    legs = ["--legs", "reference,again=" + f"{sys.executable} -m quire.fuzz.legs.quire_leg"]
    assert run_command(["fuzz", "run", str(tmp_path), *legs, *SMALL, "--modules", "6"]) == 0
    assert run_command(["fuzz", "resume", str(tmp_path), "--modules", "12"]) == 0
    assert run_command(["fuzz", "status", str(tmp_path), "--coverage"]) == 0
    told = capsys.readouterr().out
    assert "modules    12 in 2 batches" in told
    assert " i32.add\n" in told


def test_findings_are_1(campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    assert run_command(["fuzz", "triage", str(campaign), "--html", str(page)]) == 1
    assert page.read_text().startswith("<!doctype html>")
    case = next((campaign / "cases").iterdir())
    assert run_command(["fuzz", "repro", str(case), "--legs", f"reference,{PLANTED}"]) == 1
    assert run_command(["fuzz", "repro", str(case), "--legs", "reference"]) == 0
    capsys.readouterr()
    assert run_command(["fuzz", "export-wast", str(case)]) == 0
    script = tmp_path / "case.wast"
    script.write_text(capsys.readouterr().out)
    assert run_command(["wast", str(script)]) == 0


def test_a_reduced_case_is_in_the_report(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["fuzz", "reduce", str(campaign), "--seconds", "2"]) == 1
    assert "bytes" in capsys.readouterr().out
    assert list((campaign / "reduced").glob("*/repro.wast"))


def test_a_corpus_is_modules(tmp_path: Path) -> None:
    assert run_command(["fuzz", "corpus", str(tmp_path), "--count", "3"]) == 0
    for path in tmp_path.iterdir():
        decode(path.read_bytes(), instruction_set())
    assert len(list(tmp_path.iterdir())) == 3


def test_a_corpus_may_be_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["fuzz", "corpus", str(tmp_path), "--count", "2", "--text", "--seed", "3"]) == 0
    names = [str(path) for path in tmp_path.glob("3-*.wat")]
    assert len(names) == 2
    assert run_command(["validate", *names]) == 0


def test_the_catalogue_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["fuzz", "planted", "--list", "--count", "50"]) == 0
    assert "line" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["status", "nowhere"],
        ["resume", "nowhere"],
        ["run", "folder", "--legs", "reference"],
        ["run", "folder", "--legs", "reference,bogus"],
        ["run", "folder", "--features", "bogus"],
        ["run", "folder", "--seconds", "0"],
        ["reduce", "folder"],
        ["planted", "--only", "bogus"],
        ["planted", "--only", "engine.numeric.integers:Integers.mul:99"],
        ["repro", "nowhere"],
        ["bogus"],
    ],
)
def test_what_cannot_be_done_is_2(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command(["fuzz", *arguments]) == 2
    assert capsys.readouterr().err

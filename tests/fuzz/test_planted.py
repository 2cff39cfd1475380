"""Planted bugs: the catalogue lasts, bugs are found, and a search that was killed goes on."""

from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from quire.fuzz.planted.catalogue import (
    CLASSES,
    Mutant,
    candidates,
    catalogue,
    equivalents,
    full_name,
    mutants_of,
    mutated,
    named,
    reason_of,
    shares,
)
from quire.fuzz.planted.questions import ROUND, Questions
from quire.fuzz.planted.score import Score, ScoreBook, Scorer, score_all, told

FOUND = "engine.numeric.integers:Integers.mul:0"
STILLBORN = "engine.numeric.shapes:FloatShape.split:0"


def everything() -> list[Mutant]:
    modules = [full_name(module) for _, modules in CLASSES.values() for module in modules]
    return [mutant for module in modules for mutant in mutants_of(module)]


def test_names_are_unique_and_lead_back() -> None:
    names = [each.name for each in everything()]
    assert len(set(names)) == len(names)
    assert named(names[100]).name == names[100]


def test_every_class_is_there() -> None:
    assert sum(shares(200).values()) >= 200
    assert {each.kind for each in catalogue(200)} == set(CLASSES)
    assert all(len(candidates(kind)) > 2 * share for kind, share in shares(200).items())


def test_what_is_left_out_is_there() -> None:
    """A pattern that names nothing is of code that is no more."""
    names = [each.name for each in everything()]
    assert [pattern for pattern in equivalents() if not any(fnmatchcase(name, pattern) for name in names)] == []
    assert all(reason_of(each) is None for each in catalogue(200))


@pytest.mark.parametrize("mutant", catalogue(40), ids=lambda mutant: mutant.name)
def test_a_mutant_is_one_change(mutant: Mutant) -> None:
    module, source = mutated(mutant.name)
    assert module == mutant.module
    compile(source, module, "exec")


def test_bugs_are_planted_where_they_are_run() -> None:
    tiers = {mutant.module: mutant.tiers for mutant in everything()}
    assert tiers["quire.engine.interpret.exits"] == ("reference",)
    assert tiers["quire.engine.runtime.memory"] == ("reference", "fast")


def test_the_opcodes_and_names_of_rows_are_left_alone() -> None:
    """They are found when the table is made; whoever makes rows may be a function of the module's own."""
    rows = [mutant for mutant in mutants_of("quire.engine.instructions.vector") if mutant.place == "i16x8.avgr_u"]
    assert rows
    assert all(mutant.what in ("avgr_u -> avgr_s", "average_u -> average_s") for mutant in rows), rows


def test_rounds_have_every_source() -> None:
    assert set(ROUND) == {"random", "matrix", "pages", "broken", "bytes"}


@pytest.fixture(scope="module")
def questions() -> Iterator[Questions]:
    pytest.importorskip("wasmtime", reason="the extra oracle is not installed")
    with Questions() as questions:
        yield questions


def test_a_bug_is_found_and_its_case_made_small(questions: Questions, tmp_path: Path) -> None:
    score = Scorer(60.0, questions, tmp_path).score(named(FOUND))
    assert score.found
    assert 8 <= score.size <= 100
    assert list(tmp_path.glob("*/repro*.wast"))
    assert "1 of 1 found: 100.0 %" in told([score])


def test_what_cannot_start_is_no_mutant(questions: Questions) -> None:
    assert Scorer(60.0, questions).score(named(STILLBORN)).stillborn


class Known(Scorer):
    """Finds every second bug; the first of each class cannot start."""

    def __init__(self) -> None:
        self.seconds = 5.0
        self.folder = None
        self.asked: list[str] = []

    def score(self, mutant: Mutant) -> Score:
        self.asked.append(mutant.name)
        begun = Score(mutant.name, mutant.kind, mutant.what, "")
        if mutant == candidates(mutant.kind)[0]:
            return replace(begun, stillborn=True)
        return replace(begun, seconds=5.0, bucket="call" if len(self.asked) % 2 else "")


def test_others_take_the_place_of_those_that_cannot_start(tmp_path: Path) -> None:
    scores = score_all(12, 1, Known(), ScoreBook(tmp_path), lambda score: None)
    started = [each for each in scores if not each.stillborn]
    assert len(started) == sum(shares(12).values())
    assert len(scores) == len(started) + len(CLASSES)


def test_a_search_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    mutant, book = named(FOUND), ScoreBook(tmp_path)
    scorer = Known()
    score_all(12, 1, scorer, book, lambda score: None)
    with (tmp_path / "scores.jsonl").open("a") as file:
        file.write('{"name": "cut sho')
    again = Known()
    versions = ScoreBook(tmp_path)
    assert len(score_all(12, 1, again, versions, lambda score: None)) == len(scorer.asked)
    assert versions.known(mutant, 5.0, reduced=False) is None

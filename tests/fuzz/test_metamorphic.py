"""Programs of memory control keep the relations that follow from its semantics; a broken engine does not."""

from collections import Counter

import pytest

from quire.engine.interpret import Interpreter
from quire.engine.tiers import TIERS
from quire.fuzz import metamorphic
from quire.fuzz.choices import SeededChoices
from quire.fuzz.metamorphic import PAGE, RELATIONS, Operation, Outcome, check, draw_program, main, run


@pytest.mark.parametrize("tier", sorted(TIERS))
def test_the_relations_hold(tier: str) -> None:
    assert len(RELATIONS) == 7
    for seed in range(30):
        program, broken = check(SeededChoices(seed), TIERS[tier]())
        assert not broken, (seed, program)


def test_programs_do_something() -> None:
    outcomes = [run(draw_program(SeededChoices(seed)), Interpreter()) for seed in range(120)]
    results = Counter(str(each) for outcome in outcomes for each in outcome.results if isinstance(each, str))
    assert len(results) >= 3
    assert sum(isinstance(each, int) for outcome in outcomes for each in outcome.results) > 300
    assert any(any(outcome.data) for outcome in outcomes)


def test_a_broken_engine_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that loses the first byte of the second page when it is protected."""

    def wrong(program: list[Operation], tier: object) -> Outcome:
        outcome = run(program, Interpreter())
        if any(each.name.startswith("protect-none") for each in program):
            return Outcome(outcome.results, b"\1" + outcome.data[1:], outcome.pages)
        return outcome

    monkeypatch.setattr(metamorphic, "run", wrong)
    assert any(check(SeededChoices(seed), Interpreter())[1] for seed in range(60))


@pytest.mark.parametrize(
    ("name", "wrong", "program"),
    [
        ("protected_again", "protect-read", ["map-read"]),
        ("renewed", "unmap", ["map-readwrite", "fill"]),
        ("there_and_back", "protect-none", ["map-readwrite", "fill"]),
        ("discarded", "discard", ["map-readwrite", "fill", "discard"]),
    ],
)
def test_each_relation_sees_an_operation_that_does_nothing_or_too_much(
    name: str, wrong: str, program: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Operations of that name spoil a byte."""
    operations = [Operation(each, 0, PAGE) for each in program]

    def spoilt(program: list[Operation], tier: object) -> Outcome:
        outcome = run(program, Interpreter())
        spoil = any(each.name == wrong for each in program)
        return Outcome(outcome.results, b"\x55" + outcome.data[1:] if spoil else outcome.data, outcome.pages)

    monkeypatch.setattr(metamorphic, "run", spoilt)
    relation = RELATIONS[name]
    assert any(relation(operations, SeededChoices(seed), Interpreter()) for seed in range(60))


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--programs", "3"]) == 0
    assert "3 programs, 7 relations, 0 programs broke some" in capsys.readouterr().out

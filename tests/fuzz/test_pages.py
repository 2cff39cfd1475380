"""Programs for page states: the model and this engine agree on them, and they meet everything there is."""

import pytest

from quire.fuzz.campaign.cases import request_of
from quire.fuzz.choices import SeededChoices
from quire.fuzz.compare import compare
from quire.fuzz.legs import model_leg
from quire.fuzz.legs.protocol import Answer, Request
from quire.fuzz.legs.quire_leg import leg
from quire.fuzz.pages import OPERATIONS, as_json, draw_program, from_json, program_case
from quire.fuzz.reduction.special import program_of, smaller

COUNT = 60


@pytest.fixture(scope="module")
def answers() -> list[tuple[Answer, Answer]]:
    requests = [request_of(program_case(SeededChoices(seed))) for seed in range(COUNT)]
    run = leg("reference")
    return [(model_leg.run(request), run(request)) for request in requests]


def test_model_and_engine_agree(answers: list[tuple[Answer, Answer]]) -> None:
    for model, reference in answers:
        assert compare({"model": model, "reference": reference}).difference is None


def test_programs_meet_every_trap_of_the_proposal(answers: list[tuple[Answer, Answer]]) -> None:
    outcomes = {call for model, _ in answers for call in model.calls}
    assert outcomes >= {
        "0",
        "trap memory",
        "trap protection",
        "trap unaligned",
        "trap range",
        "trap mapped",
        "trap shared",
    }
    assert sum(model.verdict == "ok" for model, _ in answers) > COUNT / 2


def test_some_programs_must_be_refused() -> None:
    cases = [program_case(SeededChoices(seed)) for seed in range(200)]
    refused = [each for each in cases if each.broken]
    assert 0 < len(refused) < 20
    for each in refused:
        request = request_of(each)
        assert (model_leg.run(request).verdict, leg("reference")(request).verdict) == ("invalid", "invalid")


def test_programs_have_every_operation() -> None:
    programs = [draw_program(SeededChoices(seed)) for seed in range(COUNT)]
    assert {each.name for program in programs for each in program.operations} == set(OPERATIONS)


def test_a_program_is_plain_data() -> None:
    program = draw_program(SeededChoices(7))
    assert from_json(as_json(program)) == program
    assert program_of(program_case(SeededChoices(7))) == program


def test_smaller_programs_are_less() -> None:
    program = draw_program(SeededChoices(7))
    assert all(each != program for each in smaller(program))
    assert any(len(each.operations) < len(program.operations) for each in smaller(program))


def test_the_model_leaves_other_modules_to_others() -> None:
    assert model_leg.run(Request(b"", (), ())).verdict == "unsupported"
    assert model_leg.run(Request(b"\0asm", (), (), ("memory-control", "custom-page-sizes"))).verdict == "unsupported"

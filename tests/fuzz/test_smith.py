"""Modules of another generator take the same way."""

import pytest

from quire.engine.validate import validate
from quire.fuzz.campaign.cases import request_of
from quire.fuzz.legs import quire_leg
from quire.fuzz.smith import Forge, NoSmith, mutated, of_binary, smith_command, smithed


@pytest.fixture(autouse=True)
def _installed() -> None:
    try:
        smith_command()
    except NoSmith as error:
        pytest.skip(str(error))


def test_its_modules_are_valid_and_run() -> None:
    forge, run, reached = Forge(), quire_leg.leg("reference"), 0
    for number in range(8):
        generated = forge.case(number)
        validate(generated.module, generated.instruction_set)
        answer = run(request_of(generated))
        assert answer.verdict in ("ok", "trap", "exhausted")
        reached += len(answer.calls) > 1
    assert reached


def test_the_same_number_gives_the_same_module() -> None:
    assert Forge().case(5) == Forge().case(5)


def test_some_modules_are_mutated_and_still_run() -> None:
    run, changed = quire_leg.leg("reference"), 0
    for number in range(1, 14, 2):
        plain = smithed(number)
        again = mutated(plain, number)
        changed += again != plain
        assert run(request_of(of_binary(again, number))).verdict in ("ok", "trap")
    assert changed

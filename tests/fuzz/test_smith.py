"""Modules of another generator take the same way."""

import pytest

from quire.engine.validate import validate
from quire.fuzz.campaign.cases import request_of
from quire.fuzz.legs import quire_leg
from quire.fuzz.smith import NoSmith, smith, smith_command


@pytest.fixture(autouse=True)
def _installed() -> None:
    try:
        smith_command()
    except NoSmith as error:
        pytest.skip(str(error))


def test_its_modules_are_valid_and_run() -> None:
    run, reached = quire_leg.leg("reference"), 0
    for number in range(8):
        generated = smith(number)
        validate(generated.module, generated.instruction_set)
        answer = run(request_of(generated))
        assert answer.verdict in ("ok", "trap", "exhausted")
        reached += len(answer.calls) > 1
    assert reached


def test_the_same_number_gives_the_same_module() -> None:
    assert smith(5).module == smith(5).module

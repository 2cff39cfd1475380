"""Modules for users' property tests, and the targets of coverage-guided fuzzing without its engine."""

from random import Random

import pytest
from hypothesis import HealthCheck, find, given, settings

from quire.engine.binary import decode, encode
from quire.engine.instruction_set import CORE
from quire.engine.module import Module
from quire.engine.validate import validate
from quire.fuzz.choices import SeededChoices
from quire.fuzz.coverage_guided import TARGETS, main
from quire.fuzz.generate.generator import generate
from quire.fuzz.strategies import binaries, modules
from quire.wat.printer import print_module

QUIET = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@QUIET
@given(modules())
def test_every_module_is_valid(module: Module) -> None:
    validate(module, CORE)


@QUIET
@given(binaries(("memories",)))
def test_binaries_are_decoded(data: bytes) -> None:
    assert decode(data).memories or not decode(data).data


def test_modules_shrink() -> None:
    quick = settings(max_examples=5, database=None)
    found = find(modules(("globals",)), lambda module: bool(module.functions), settings=quick, random=Random(0))
    assert len(encode(found)) < 200


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_the_targets_accept_what_is_right_and_what_is_not(target: str) -> None:
    run = TARGETS[target]
    generated = generate(SeededChoices(1), ("memories", "floats"))
    for data in (b"", b"\0asm", b"(module", encode(generated.module), print_module(generated.module).encode()):
        run(data)


def test_an_unknown_target_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bogus"]) == 2
    assert "usage" in capsys.readouterr().err

"""A module in two does what it does in one, in every engine, and tells which function a reference is of."""

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from quire.cli.command import run_command
from quire.engine import types as t
from quire.engine.module import MemoryDefinition, Module
from quire.engine.validate import validate
from quire.fuzz.campaign.cases import request_of
from quire.fuzz.choices import SeededChoices
from quire.fuzz.compare import compare
from quire.fuzz.generate.body import IDENTITY
from quire.fuzz.generate.features import ALL_FEATURES, OWN
from quire.fuzz.generate.generator import Generated, generate
from quire.fuzz.generate.noting import NOTED
from quire.fuzz.generate.providers import NOTHING, Imported, allowed, split
from quire.fuzz.legs import quire_leg
from quire.fuzz.legs.process import LegProcess, known_legs
from quire.fuzz.reduction.reproduce import write_case

REFERENCE = quire_leg.leg("reference")
EVERYTHING = Imported(*[99] * 5)


@pytest.fixture(scope="module")
def modules() -> list[Generated]:
    """Those of which something can be imported."""
    made = (generate(SeededChoices(seed), [each for each in ALL_FEATURES if each not in OWN]) for seed in range(16))
    whole = (replace(each, imported=EVERYTHING) for each in made)
    return [each for each in whole if allowed(each.module, EVERYTHING) != NOTHING][:12]


def test_the_two_parts_are_valid_and_do_what_the_whole_does(modules: list[Generated]) -> None:
    kinds = set()
    for each in modules:
        left, provider = split(each.module, each.module, each.imported)
        assert provider is not None
        validate(left, each.instruction_set)
        validate(provider, each.instruction_set)
        kinds |= {export.kind for export in provider.exports}
        assert REFERENCE(request_of(each)) == REFERENCE(request_of(replace(each, imported=NOTHING)))
    assert kinds == {"function", "table", "memory", "global", "tag"}


def test_shared_memories_stay_where_they_are_used() -> None:
    plain, shared = (MemoryDefinition(t.MemoryType(t.Limits(1, 2), shared=each)) for each in (False, True))
    for memories, count in (((plain, plain), 2), ((plain, shared, plain), 1), ((shared,), 0)):
        assert allowed(Module(memories=memories), EVERYTHING).memories == count


@pytest.mark.parametrize("name", ["wasmtime", "node"])
def test_other_engines_link_them_alike(name: str, modules: list[Generated]) -> None:
    leg = known_legs().get(name)
    if leg is None:
        pytest.skip(f"{name} is not there")
    with LegProcess(leg) as process:
        for each in modules:
            request = request_of(each)
            answers = {"reference": REFERENCE(request), name: process.ask(request)}
            assert compare(answers).difference is None


def test_the_host_sees_what_functions_are_called_with_and_which_function_a_reference_is(
    modules: list[Generated],
) -> None:
    answers = [REFERENCE(request_of(each)) for each in modules]
    assert any(NOTED < number < NOTED + 20 for each in answers for number, _ in each.trace)
    words = (word for each in answers for (word,) in struct.iter_unpack("<I", each.observed[: len(each.observed) & -4]))
    assert any(IDENTITY - 40 < word < IDENTITY for word in words)


def test_a_case_in_two_parts_stands_alone(modules: list[Generated], tmp_path: Path) -> None:
    request = request_of(modules[0])
    folder = write_case(tmp_path, request, {"reference": REFERENCE(request)}, "none")
    assert run_command(["wast", *map(str, folder.glob("*.wast"))]) == 0

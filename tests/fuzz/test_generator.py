"""Every generated module is valid, survives encoding, and all of the table turns up in some."""

from collections import Counter

import pytest

from quire.engine.binary import decode, encode
from quire.engine.instructions.row import Kind
from quire.engine.validate import validate
from quire.fuzz.choices import ByteChoices, Choices, ListedChoices, SeededChoices
from quire.fuzz.generate.features import ALL_FEATURES, rows_of
from quire.fuzz.generate.generator import Generated, generate

COUNT = 300


@pytest.fixture(scope="module")
def modules() -> list[Generated]:
    return [generate(SeededChoices(seed)) for seed in range(COUNT)]


def test_every_module_is_valid_and_survives_encoding(modules: list[Generated]) -> None:
    for each in modules:
        validate(each.module, each.instruction_set)
        assert decode(encode(each.module, each.instruction_set), each.instruction_set) == each.module


def test_every_control_instruction_and_nearly_every_other_turns_up(modules: list[Generated]) -> None:
    used = Counter(instruction.row for each in modules for body in each.module.functions for instruction in body.body)
    rows = rows_of(ALL_FEATURES)
    assert not [row for row in rows if row.kind is Kind.CONTROL and row not in used]
    assert len([row for row in rows if row not in used]) < 0.05 * len(rows)


def test_the_same_seed_gives_the_same_module(modules: list[Generated]) -> None:
    assert [generate(SeededChoices(seed)).module for seed in range(10)] == [each.module for each in modules[:10]]


def test_the_features_that_are_not_allowed_do_not_turn_up() -> None:
    rows = set(rows_of(("memories", "floats")))
    for seed in range(50):
        module = generate(SeededChoices(seed), ("memories", "floats")).module
        assert {instruction.row for body in module.functions for instruction in body.body} <= rows


@pytest.mark.parametrize("choices", [ByteChoices(b""), ByteChoices(bytes(range(256)) * 8), ListedChoices([5, 0, 9])])
def test_any_stream_of_choices_will_do(choices: Choices) -> None:
    made = generate(choices)
    validate(made.module, made.instruction_set)


def test_zeros_make_a_small_module() -> None:
    made = generate(ListedChoices(()))
    assert not made.features
    assert len(encode(made.module)) < 160

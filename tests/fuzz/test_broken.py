"""Broken modules: most of them are refused, none makes the engine fail in another way, and none would run."""

from collections import Counter

import pytest

from quire.engine.binary import decode, encode
from quire.engine.errors import Invalid, Malformed
from quire.engine.validate import validate
from quire.fuzz.broken import break_module, harmless, slim
from quire.fuzz.campaign.cases import MISMADE, SCRAMBLED, Cases, Configuration, request_of
from quire.fuzz.choices import SeededChoices
from quire.fuzz.generate.generator import Generated, generate
from quire.fuzz.generate.leaves import Emitter
from quire.fuzz.relatives import RELATED, with_relatives
from quire.fuzz.scramble import joined, places_read, scramble, split, would_run
from quire.proposal_ops import instruction_set

EVERYTHING = instruction_set()
COUNT = 150


def verdict(binary: bytes) -> str:
    try:
        validate(decode(binary, EVERYTHING), EVERYTHING)
    except (Malformed, Invalid) as error:
        return "Invalid" if isinstance(error, Invalid) else "Malformed"
    return "ok"


@pytest.fixture(scope="module")
def base() -> Generated:
    return slim(generate(SeededChoices(5)), SeededChoices(0))


def test_changes_of_syntax_are_refused_as_a_rule_and_some_are_not(base: Generated) -> None:
    broken = [break_module(base, SeededChoices(seed)) for seed in range(COUNT)]
    verdicts = Counter(verdict(request_of(each).binary) for each in broken)
    assert verdicts["Invalid"] > COUNT / 5
    assert verdicts["ok"] > COUNT / 10
    assert all(harmless(each.module) == each.module for each in broken)


def test_changes_of_bytes_are_malformed_as_a_rule(base: Generated) -> None:
    binary = encode(base.module, base.instruction_set)
    verdicts = Counter(verdict(scramble(binary, SeededChoices(seed))) for seed in range(COUNT))
    assert verdicts["Malformed"] > COUNT / 3
    assert len(verdicts) == 3


def test_each_part_of_the_decoder_has_the_same_chance(base: Generated) -> None:
    """Most bytes are code: what is read once would hardly ever be changed."""
    binary = encode(base.module, base.instruction_set)
    places = places_read(binary, base.instruction_set)
    offsets = [offset for place in places for offset in place]
    assert len(places) > 20
    assert {0, 4} <= set(offsets)  # the magic and the version
    assert all(0 <= offset < len(binary) for offset in offsets)
    assert places == places_read(binary, base.instruction_set)


def test_what_is_put_in_is_valid_in_any_module() -> None:
    for seed in range(10):
        generated = generate(SeededChoices(seed))
        module = with_relatives(generated.module, Emitter(generated.instruction_set))
        validate(module, generated.instruction_set)
    subtypes = [each for group in module.types for each in group.subtypes]
    assert sum(bool(each.supertypes) for each in subtypes) >= len(RELATED)


def test_sections_come_apart_and_together(base: Generated) -> None:
    binary = encode(base.module, base.instruction_set)
    header, sections = split(binary)
    assert header + joined(sections) == binary


def test_what_would_run_is_told() -> None:
    empty = b"\0asm\1\0\0\0"
    started = empty + bytes.fromhex("01 04 01 60 00 00 03 02 01 00 08 01 00 0a 04 01 02 00 0b")
    assert verdict(started) == "ok"
    assert would_run(started)
    assert not would_run(empty)
    assert not would_run(b"nothing")


def test_a_number_gives_always_the_same_broken_case() -> None:
    numbers = [12 * n + kind for n in range(3) for kind in (SCRAMBLED, MISMADE)]
    forwards = Cases(Configuration(()))
    backwards = Cases(Configuration(()))
    found = {number: request_of(forwards.case(number)) for number in numbers}
    assert {number: request_of(backwards.case(number)) for number in reversed(numbers)} == found

"""Loops that walk through a memory in ways that are drawn: both tiers give the same results, traps and bytes."""

from dataclasses import replace

import pytest

from quire.engine.compile import Compiler
from quire.engine.compile.running.listing import listing
from quire.engine.errors import Trap
from quire.engine.instantiate import instantiate
from quire.engine.interpret import Interpreter
from quire.engine.module import Export
from quire.engine.runtime.store import Store
from quire.engine.validate import validate
from quire.fuzz.choices import SeededChoices
from quire.fuzz.generate.loops import Loop, loop_module
from quire.wat.parser import parse_module


def told(instance, arguments):
    try:
        return instance.exports["f"].call(None, arguments)
    except Trap as trap:
        return str(trap)


def drawn(seed):
    """A loop, its text, and a module that exports it."""
    choices = SeededChoices(seed)
    loop = Loop(choices)
    text = loop_module([loop], choices)
    return loop, text, validate(replace(parse_module(text), exports=(Export("f", "function", 0),)))


def compare(seed, calls=12):
    """Hold the tiers to the same on a loop that is drawn."""
    loop, text, valid = drawn(seed)
    tiers = [instantiate(Store(), valid, [], tier) for tier in (Interpreter(), Compiler())]
    for _ in range(calls):
        arguments = loop.arguments()
        outcomes = [(told(each, arguments), each.globals[0].value, bytes(each.memories[0].data)) for each in tiers]
        assert outcomes[0] == outcomes[1], (seed, arguments, text, outcomes[0][:2], outcomes[1][:2])


SEEDS = 400


@pytest.mark.parametrize("seed", range(0, SEEDS, 10))
def test_loops_at_random(seed):
    for each in range(seed, seed + 10):
        compare(each)


@pytest.mark.parametrize("code", ["(count := ", "from", "for x", "zip(", "turns("])
def test_what_is_drawn_reaches_the_special_code(code):
    assert any(code in next(listing(drawn(seed)[2], "f"))[1] for seed in range(SEEDS))

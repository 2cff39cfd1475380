"""Loops that are drawn end, do something, and do the same on both tiers and in another engine."""

import pytest

from quire.engine.validate import validate
from quire.fuzz.campaign.cases import BROKEN, LOOPING, Cases, Configuration, request_of
from quire.fuzz.choices import ListedChoices, SeededChoices
from quire.fuzz.compare import compare
from quire.fuzz.generate.loops import loop_case
from quire.fuzz.legs import quire_leg

COUNT = 24
TIERS = {tier: quire_leg.leg(tier) for tier in ("reference", "fast", "auto")}


def test_they_run_alike_and_most_calls_return() -> None:
    calls = []
    for seed in range(COUNT):
        generated = loop_case(SeededChoices(seed))
        validate(generated.module, generated.instruction_set)
        answers = {name: run(request_of(generated)) for name, run in TIERS.items()}
        verdict = compare(answers)
        assert verdict.difference is None, seed
        assert verdict.calls == len(generated.calls) + 1
        calls += answers["reference"].calls
    assert sum(call.startswith("trap memory") for call in calls) < len(calls) / 2
    assert {call for call in calls if call.startswith("trap")} == {"trap memory"}


def test_other_engines_do_the_same() -> None:
    pytest.importorskip("wasmtime", reason="the extra oracle is not installed")
    from quire.fuzz.legs.wasmtime_leg import WasmtimeLeg

    wasmtime = WasmtimeLeg("optimised")
    for seed in range(COUNT):
        request = request_of(loop_case(SeededChoices(seed)))
        assert compare({"wasmtime": wasmtime.run(request), "fast": TIERS["fast"](request)}).difference is None, seed


def test_loops_stand_in_loops_and_go_both_ways() -> None:
    texts = [loop_case(SeededChoices(seed)).module for seed in range(COUNT)]
    bodies = [[each.row.mnemonic for each in body.body] for module in texts for body in module.functions]
    assert any(code.count("loop") == 2 for code in bodies)
    assert {"i32.lt_u", "i32.gt_s", "i32.ne", "i32.load", "i32.store8"} <= {name for code in bodies for name in code}


def test_the_simplest_is_small_and_campaigns_have_them() -> None:
    assert len(loop_case(ListedChoices(())).module.functions) == 2  # the other one grows the memory
    assert not Cases(Configuration(())).case(BROKEN + LOOPING).fuel

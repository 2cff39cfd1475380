"""The tiers do the same with random modules: results, traps with their stacks, fuel, memories, globals."""

import pytest

from quire.fuzz.agreement import Disagreement, Run, compare, run
from quire.fuzz.choices import SeededChoices
from quire.fuzz.generate.generator import generate

PARTS = 8
CALLS = 5000


@pytest.mark.parametrize("part", range(PARTS))
def test_the_tiers_agree(part):
    calls, seed = 0, part * 10_000
    while calls < CALLS // PARTS:
        calls += compare(seed, fueled=bool(seed % 2))
        seed += 1


def test_a_difference_is_found(monkeypatch):
    monkeypatch.setattr("quire.fuzz.agreement.run", lambda g, v, tier, fueled: Run((type(tier).__name__,), ()))
    with pytest.raises(Disagreement):
        compare(1)


def test_seeds_make_calls():
    assert sum(len(generate(SeededChoices(seed)).calls) for seed in range(20)) > 20
    assert callable(run)

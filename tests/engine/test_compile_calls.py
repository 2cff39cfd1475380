"""Calls on the fast tier: how deep they go, how they end, and what Python's stack has to do with it."""

import sys

import pytest

import quire
from quire.engine.compile.reach import is_flat

RECURSING = """
  (func $f (export "f") (param i32) (result i32)
    (if (result i32) (local.get 0) (then (call $f (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 7))))"""


def beneath(frames, function, *arguments):
    """The result of a function that is called so many frames further down."""
    return beneath(frames - 1, function, *arguments) if frames else function(*arguments)


def test_a_deep_host_leaves_the_guest_its_depth():
    f = quire.instantiate(RECURSING, tier="fast").exports.f
    assert f(19_999) == 7
    assert beneath(700, f, 19_999) == 7


@pytest.mark.parametrize("limit", [None, 3000, 200_000])
def test_the_hosts_own_limit_is_kept(limit):
    f = quire.instantiate(RECURSING, tier="fast").exports.f
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(limit or before)
    try:
        inside = sys.getrecursionlimit()
        assert f(10) == 7
        with pytest.raises(quire.Trap, match="^call stack exhausted: 20000 calls deep"):
            f(25_000)
        assert sys.getrecursionlimit() == inside
    finally:
        sys.setrecursionlimit(before)


@pytest.mark.parametrize("tier", ["reference", "fast"])
def test_an_exhausted_stack_is_told_up_to_the_limit(tier):
    f = quire.instantiate(RECURSING, tier=tier).exports.f
    with pytest.raises(quire.Trap, match="^call stack exhausted: 20000 calls deep") as caught:
        f(1 << 20)
    assert len(caught.value.sites) == 20_000
    assert {site.mnemonic for site in caught.value.sites} == {"call"}


FLAT = """
  (import "env" "g" (func $g)) (type $none (func)) (table 1 funcref)
  (func $leaf) (func $twice (call $leaf) (call $leaf)) (func $outer (call $twice) (call $leaf))
  (func $itself (call $itself)) (func $one (call $other)) (func $other (call $one))
  (func $indirect (call_indirect (type $none) (i32.const 0))) (func $host (call $g)) (func $tail (return_call $leaf))
  {chain}"""
CHAIN = "".join(f"(func $c{at} (call $c{at + 1}) (call $c{at + 1})) " for at in range(30)) + "(func $c30)"


def test_which_calls_do_with_the_stack_of_the_host():
    instance = quire.instantiate(FLAT.format(chain=CHAIN), {"env": {"g": int}}).raw
    flat = {each.name for each in instance.functions if is_flat(each)}
    named = {name for name in flat if not name.startswith("c")}
    assert named == {"leaf", "twice", "outer"}
    assert {"c30", "c27"} <= flat
    assert "c0" not in flat

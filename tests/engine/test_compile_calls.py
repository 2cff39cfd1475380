"""Calls on the fast tier: how deep they go, how they end, and what Python's stack has to do with it."""

import sys
import threading

import pytest

import quire
from quire.engine.compile.graph.reach import is_flat

TIERS = ("reference", "fast")
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


@pytest.mark.parametrize("limit", [None, 3000, 19_000])
def test_the_hosts_own_limit_is_kept(limit):
    f = quire.instantiate(RECURSING, tier="fast").exports.f
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(limit or before)
    try:
        inside = sys.getrecursionlimit()
        assert f(10) == 7
        with pytest.raises(quire.Trap, match="^call stack exhausted: 20000 calls deep"):
            f(21_500)
        assert sys.getrecursionlimit() == inside
    finally:
        sys.setrecursionlimit(before)


@pytest.mark.parametrize("tier", TIERS)
def test_an_exhausted_stack_is_told_up_to_the_limit(tier):
    f = quire.instantiate(RECURSING, tier=tier).exports.f
    with pytest.raises(quire.Trap, match="^call stack exhausted: 20000 calls deep") as caught:
        f(1 << 20)
    assert len(caught.value.sites) == 20_000
    assert {site.mnemonic for site in caught.value.sites} == {"call"}


def test_a_higher_limit_of_the_host_is_not_lowered_while_a_guest_runs():
    seen = []
    text = '(import "env" "g" (func $g)) (func (export "f") (call $g))'
    f = quire.instantiate(text, {"env": {"g": lambda: seen.append(sys.getrecursionlimit())}}, tier="fast").exports.f
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(300_000)
    try:
        f()
    finally:
        sys.setrecursionlimit(before)
    assert seen == [300_000]


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
    assert [each.name for each in instance.functions if is_flat(each, hosts=True) and not is_flat(each)] == ["host"]
    assert {"c30", "c27"} <= flat
    assert "c0" not in flat


ADD = "(local.set 1 (i32.add (local.get 1) (i32.const 1)))"
DEEP = {
    "blocks": "(block " * 1500 + "(br_if 7 (local.get 0))" + f"{ADD})" * 1500,
    "loops": "(loop " * 1500 + f"{ADD} (br_if 0 (i32.eq (local.get 1) (i32.const 3))))" * 1500,
    "ifs": "(if (local.get 0) (then " * 1500 + ADD + "))" * 1500,
    "ifs with else": f"(if (local.get 0) (then {ADD}) (else " * 1500 + ADD + "))" * 1500,
    "tries": "(block (try_table (catch_all 0) " * 1200 + "(throw $e)" + f"(throw $e))) {ADD}" * 1200,
    "tries without blocks": "(try_table " * 1200 + ADD + f") {ADD}" * 1200,
    "branches in a row": f"(block {f'(br_if 0 (i32.eq (local.get 0) (local.get 1))) {ADD}' * 1500})",
    "a table": f"{'(block ' * 800} (br_table {' '.join(map(str, range(800)))} (local.get 0)) {f') {ADD}' * 800}",
}


@pytest.mark.parametrize("name", DEEP)
def test_no_nesting_of_code_is_taken_for_deep_calls(name):
    text = f'(tag $e) (func (export "f") (param i32) (result i32) (local i32) {DEEP[name]} (local.get 1))'
    reference, fast = (quire.instantiate(text, tier=tier, limits=quire.Limits(depth=20)).exports for tier in TIERS)
    for argument in (0, 1):
        assert fast.f(argument) == reference.f(argument)


def test_code_is_made_where_the_stack_is_nearly_full():
    """The last function is compiled when there is hardly any room left, and is no reason for a trap."""
    text = f"""
      (func $last (param i32) (result i32) (local i32) {DEEP["branches in a row"]} (local.get 1))
      (func $f (export "f") (param i32) (result i32)
        (if (result i32) (local.get 0) (then (call $f (i32.sub (local.get 0) (i32.const 1)))) (else (call $last))))"""
    f = quire.instantiate(text.replace("(call $last)", "(call $last (i32.const 9))"), tier="fast").exports.f
    assert beneath(900, f, 19_998) == 9


ENDLESS = {
    "loop": "(loop (br 0))",
    "counted loop": "(loop (br_if 0 (i64.lt_u (local.tee 0 (i64.add (local.get 0) (i64.const 1))) (i64.const -1))))",
    "nested loops": "(loop " * 30 + "(br 29)" + ")" * 30,
    "loop of tries": "(loop (block (try_table (catch_all 0) (throw $e))) (br 0))",
    "recursion": "(call $double (i32.const 70))",
    "indirect recursion": "(call $indirect (i32.const 70))",
    "recursion through another instance": "(call $there (i32.const 70))",
    "calls without recursion": "(call $c0)",
    "tail calls": "(return_call $tail)",
    "indirect tail calls": "(return_call $indirect_tail)",
    "loop of fills": "(loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x80000)) (br 0))",
}
ENDLESS_TEXT = f"""
  (import "env" "started" (func $started)) (import "other" "double" (func $there (param i32)))
  (type $t (func (param i32))) (type $none (func)) (table 2 funcref) (elem (i32.const 0) $indirect $indirect_tail)
  (memory 8) (tag $e)
  (func $double (export "double") (param i32) (if (local.get 0) (then
    (call $double (i32.sub (local.get 0) (i32.const 1))) (call $double (i32.sub (local.get 0) (i32.const 1))))))
  (func $indirect (param i32) (if (local.get 0) (then
    (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))
    (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))))
  (func (export "back") (param i32) (call $there (local.get 0)))
  (func $tail (return_call $tail_too)) (func $tail_too (return_call $tail))
  (func $indirect_tail (return_call_indirect (type $none) (i32.const 1)))
  (func (export "quick") (result i32) (i32.const 7))
  {"".join(f"(func $c{at} (call $c{at + 1}) (call $c{at + 1})) " for at in range(70))} (func $c70)"""
OTHER = """
  (table (export "table") 1 funcref) (type $t (func (param i32)))
  (func (export "double") (param i32) (if (local.get 0) (then
    (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))
    (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))))"""


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", ENDLESS)
def test_an_interrupt_stops_whatever_has_no_end(name, tier):
    started = threading.Event()
    other = quire.instantiate(OTHER, tier=tier)
    store = other.store
    text = f'{ENDLESS_TEXT} (func (export "run") (local i64) (call $started) {ENDLESS[name]})'
    function = quire.Func(store, quire.FuncType(), started.set)
    exports = quire.instantiate(text, {"env": {"started": function}, "other": other}).exports
    other.exports.table.set(0, exports.back)

    def interrupt():
        started.wait(60)
        store.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(quire.Exhausted, match="^interrupted$"):
        exports.run()
    thread.join()
    assert exports.quick() == 7
    exports.double(3)
    other.exports.double(3)


@pytest.mark.parametrize("tier", TIERS)
def test_an_interrupt_stops_a_long_fill_and_what_comes_next(tier):
    text = """
      (import "env" "g" (func $g)) (memory 64)
      (func (export "fill") (call $g) (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x300000)))
      (func $leaf (result i32) (i32.const 7))
      (func (export "call") (result i32) (call $g) (call $leaf))"""
    instance = quire.instantiate(text, {"env": {"g": lambda: instance.store.interrupt()}}, tier=tier)
    for name in ("fill", "call"):
        with pytest.raises(quire.Exhausted, match="^interrupted$"):
            instance.exports[name]()


@pytest.mark.parametrize("tier", TIERS)
def test_what_is_made_while_a_store_is_interrupted_runs_later(tier):
    first = quire.instantiate('(func (export "f") (result i32) (i32.const 7))', tier=tier)
    assert first.exports.f() == 7
    first.store.interrupt()
    text = '(import "m" "f" (func $f (result i32))) (func (export "g") (result i32) (call $f))'
    g = quire.instantiate(text, {"m": first}).exports.g
    first.store.interrupt()
    with pytest.raises(quire.Exhausted):
        g()
    assert g() == 7


def test_fuel_that_comes_later_counts_in_all_instances():
    text = """
      (type $t (func)) (table (export "t") 1 funcref)
      (func (export "go") (call_indirect (type $t) (i32.const 0)))"""
    other = """
      (import "m" "t" (table 1 funcref)) (elem (i32.const 0) $count)
      (func $count (local i32) (loop
        (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 10)))))"""
    left = []
    for tier in TIERS:
        instance = quire.instantiate(text, tier=tier)
        quire.instantiate(other, {"m": instance})
        for fuel in (None, 100, None, 50):
            instance.store.set_fuel(fuel)
            instance.exports.go()
            left.append(instance.store.get_fuel())
    assert left == [None, 89, None, 39] * 2


TAIL_CALLS = """
  (type $t (func (param i32 i32) (result i32))) (type $other (func (param i32) (result i32)))
  (import "env" "note" (func $note (param i32) (result i32)))
  (table 4 funcref) (elem (i32.const 0) $sum $by_table $wrong) (memory 1) (tag $e)
  (func $sum (export "sum") (param i32 i32) (result i32) (local i32)
    (if (result i32) (local.get 0)
      (then (local.set 2 (i32.add (local.get 2) (i32.const 1)))
        (return_call $sum (i32.sub (local.get 0) (i32.const 1)) (i32.add (local.get 1) (local.get 2))))
      (else (i32.add (local.get 1) (local.get 2)))))
  (func $exchange (export "exchange") (param i32 i32) (result i32)
    (if (i32.lt_u (local.get 0) (local.get 1)) (then (return_call $exchange (local.get 1) (local.get 0))))
    (if (i32.gt_u (local.get 1) (i32.const 2)) (then (return_call $exchange
      (i32.sub (local.get 1) (i32.const 2)) (i32.shr_u (local.get 0) (i32.const 1)))))
    (i32.sub (local.get 0) (local.get 1)))
  (func $out_of_try (export "out_of_try") (param i32 i32) (result i32)
    (block $caught
      (try_table (catch_all $caught)
        (if (i32.eqz (local.get 0)) (then (throw $e)))
        (return_call $out_of_try (i32.sub (local.get 0) (i32.const 1)) (i32.add (local.get 1) (i32.const 3)))))
    (local.get 1))
  (func $by_table (export "by_table") (param i32 i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.add (local.get 1) (i32.const 5))
      (i32.and (local.get 0) (i32.const 1))))
  (func $wrong (param i32) (result i32) (local.get 0))
  (func (export "mistyped") (param i32 i32) (result i32)
    (return_call_indirect (type $t) (local.get 0) (local.get 1) (i32.const 2)))
  (func (export "missing") (param i32 i32) (result i32)
    (return_call_indirect (type $t) (local.get 0) (local.get 1) (i32.add (i32.const 3) (local.get 1))))
  (func $load (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "flat") (param i32 i32) (result i32) (return_call $load (local.get 0)))
  (func (export "nested") (param i32 i32) (result i32) (i32.add (i32.const 1) (call $nested (local.get 0))))
  (func $nested (param i32) (result i32) (return_call $load (i32.mul (local.get 0) (i32.const 3))))
  (func (export "host") (param i32 i32) (result i32) (return_call $note (local.get 1)))
  (func $ping (export "ping") (param i32 i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.load (local.get 1)))))
    (return_call $pong (i32.sub (local.get 0) (i32.const 1)) (i32.add (local.get 1) (i32.const 7))))
  (func $pong (param i32 i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (return_call $ping (i32.sub (local.get 0) (i32.const 1)) (i32.add (local.get 1) (i32.const 9))))"""
TAIL_CALLING = ("sum exchange out_of_try by_table mistyped missing flat nested host ping").split()


@pytest.mark.parametrize("limits", [{}, {"fuel": 100}, {"fuel": 1 << 20}, {"depth": 2}], ids=str)
@pytest.mark.parametrize("name", TAIL_CALLING)
def test_tail_calls_are_alike(name, limits):
    """Results, traps with their stacks, and what fuel is left."""
    imports = {"env": {"note": lambda number: number + 1}}
    instances = [quire.instantiate(TAIL_CALLS, imports, tier=tier, limits=quire.Limits(**limits)) for tier in TIERS]
    for arguments in ((0, 0), (1, 2), (9, 40), (70, 3), (0x7FFF, 0xFFFF), (0x22000, 8)):
        if limits.get("fuel", 0) > 100 or name in ("flat", "nested", "ping") or arguments[0] < 100:
            told = [outcome(instance, name, *arguments) for instance in instances]
            assert told[0] == told[1]


def outcome(instance, name, *arguments):
    try:
        result = str(instance.exports[name](*arguments))
    except quire.QuireError as error:
        result = str(error)
    return result, instance.store.get_fuel()


def test_tail_calls_go_on_for_long():
    exports = quire.instantiate(TAIL_CALLS, {"env": {"note": int}}, tier="fast").exports
    for name in ("sum", "out_of_try", "by_table", "ping"):
        assert isinstance(exports[name](100_001, 0), int)


def test_calls_of_functions_with_tail_calls_are_as_deep_as_others():
    text = """
      (table 1 funcref) (type $t (func (param i32) (result i32))) (elem (i32.const 0) $leaf)
      (func $leaf (param i32) (result i32) (local.get 0))
      (func $f (export "f") (param i32) (result i32)
        (if (local.get 0) (then (return (i32.add (call $f (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))))
        (return_call_indirect (type $t) (i32.const 7) (i32.const 0)))"""
    f = quire.instantiate(text, tier="fast").exports.f
    assert f(19_990) == 19_997


@pytest.mark.parametrize("tier", TIERS)
def test_a_self_tail_call_out_of_loops_starts_the_function_again(tier):
    """The code that it goes back to is the first block of all."""
    text = """(tag $e) (global $calls (mut i32) (i32.const 0))
      (func $f (export "f") (param i32) (result i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (block $out (try_table (catch $e $out)
          (loop $outer (loop $inner
            (if (local.get 0) (then (return_call $f (i32.sub (local.get 0) (i32.const 1)))))
            (br_if $inner (i32.eq (global.get $calls) (i32.const 99))))
            (br_if $outer (i32.eq (global.get $calls) (i32.const 98))))))
        (global.get $calls))"""
    assert quire.instantiate(text, tier=tier).exports.f(3) == 4

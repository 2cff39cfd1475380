"""The limits of a store, and what stops a guest."""

import math
import threading

import pytest

import quire

FOREVER = '(func (export "f") (loop (br 0)))'


def test_fuel_is_spent():
    exports = quire.instantiate(FOREVER, limits=quire.Limits(fuel=1000)).exports
    with pytest.raises(quire.Exhausted, match="^out of fuel: the limit is 1000$"):
        exports.f()


def test_fuel_is_told_and_given():
    store = quire.Store(limits=quire.Limits(fuel=10))
    instance = quire.Instance(store, quire.Module(store.engine, '(func (export "f"))'))
    assert store.get_fuel() == 10
    instance.exports.f()
    assert store.get_fuel() == 9
    store.set_fuel(0)
    with pytest.raises(quire.Exhausted):
        instance.exports.f()
    store.set_fuel(None)
    instance.exports.f()
    with pytest.raises(ValueError, match="below zero"):
        store.set_fuel(-1)


@pytest.mark.parametrize("tier", ["reference", "fast"])
def test_an_exception_caught_at_the_start_of_a_loop_is_an_iteration(tier):
    text = """
      (tag $e) (func $throw (throw $e))
      (func (export "own") (param i32) (loop $again
        (br_if 1 (i32.eqz (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (try_table (catch_all $again) (throw $e))))
      (func (export "called") (param i32) (loop $again
        (br_if 1 (i32.eqz (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (try_table (catch_all $again) (call $throw))))"""
    instance = quire.instantiate(text, tier=tier, limits=quire.Limits(fuel=100))
    instance.exports.own(11)
    assert instance.store.get_fuel() == 89  # the entry and ten iterations
    instance.exports.called(11)
    assert instance.store.get_fuel() == 68  # and ten entries of what is called
    with pytest.raises(quire.Exhausted):
        instance.exports.own(1000)


def test_time_runs_out_and_the_store_lives_on():
    text = f'{FOREVER} (func (export "g") (result i32) (i32.const 7))'
    exports = quire.instantiate(text, limits=quire.Limits(timeout=0.05)).exports
    for _ in range(2):
        with pytest.raises(quire.Exhausted, match=r"^interrupted: the limit is 0\.05 s$"):
            exports.f()
        assert exports.g() == 7


def test_time_limits_the_start_function_too():
    with pytest.raises(quire.Exhausted, match="^interrupted"):
        quire.instantiate("(func $f (loop (br 0))) (start $f)", limits=quire.Limits(timeout=0.05))


def clocks() -> set[threading.Thread]:
    """Those that run: a clock that was stopped may take a moment to end."""
    timers = (thread for thread in threading.enumerate() if isinstance(thread, threading.Timer))
    return {thread for thread in timers if not thread.finished.is_set()}


def test_one_clock_runs_for_nested_calls():
    """The inner call neither starts a clock of its own nor stops that of the outer one."""
    before, seen = clocks(), []
    imports = {"env": {"g": lambda: exports.h(), "count": lambda: seen.append(len(clocks() - before))}}
    text = """
      (import "env" "g" (func $g)) (import "env" "count" (func $count))
      (func (export "h") (call $count))
      (func (export "f") (call $g) (loop (br 0)))"""
    exports = quire.instantiate(text, imports, limits=quire.Limits(timeout=0.05)).exports
    with pytest.raises(quire.Exhausted):
        exports.f()
    assert seen == [1]


def test_no_clock_is_left_behind():
    exports = quire.instantiate('(func (export "f"))', limits=quire.Limits(timeout=1000)).exports
    before = threading.active_count()
    exports.f()
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join(10)
    assert threading.active_count() <= before


def test_a_guest_is_interrupted_from_another_thread():
    got = threading.Event()
    text = '(import "env" "g" (func $g)) (func (export "f") (call $g) (loop (br 0)))'
    instance = quire.instantiate(text, {"env": {"g": got.set}})

    def interrupt():
        got.wait(60)
        instance.store.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(quire.Exhausted, match="^interrupted$"):
        instance.exports.f()
    thread.join(60)


def test_memory():
    limits = quire.Limits(memory=3 * 65536)
    exports = quire.instantiate(
        '(memory 2) (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))', limits=limits
    ).exports
    assert exports.grow(2) == -1
    assert exports.grow(1) == 2
    with pytest.raises(quire.Exhausted, match="^memory limit exceeded"):
        quire.instantiate("(memory 4)", limits=limits)


def test_depth():
    exports = quire.instantiate('(func $f (export "f") (call $f))', limits=quire.Limits(depth=50)).exports
    with pytest.raises(quire.Trap, match="^call stack exhausted") as caught:
        exports.f()
    assert len(caught.value.sites) == 50


@pytest.mark.parametrize("name", ["fuel", "timeout", "memory", "depth", "table", "array"])
def test_no_limit_is_below_zero(name):
    with pytest.raises(ValueError, match=f"limit of {name}"):
        quire.Limits(**{name: -1})


def test_a_limit_is_a_number():
    with pytest.raises(ValueError, match="limit of timeout"):
        quire.Limits(timeout=math.nan)


def test_settings_are_those_of_features():
    for feature in quire.Engine().instruction_set.settings:
        for choice in feature.choices:
            assert quire.Store(settings={feature.name: choice}).raw.setting(feature.name, "") == choice
        with pytest.raises(ValueError, match="no such setting"):
            quire.Store(settings={feature.name: "bogus"})
    with pytest.raises(ValueError, match="no such setting: bogus=1: there are none"):
        quire.Store(quire.Engine(features=[]), settings={"bogus": "1"})


def test_limits_are_named():
    with pytest.raises(TypeError):
        quire.Limits(1)

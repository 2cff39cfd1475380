"""First calls and first turns of loops, which run before there is code for them: nothing tells them from later ones."""

import itertools
import traceback

import pytest

from quire.engine import types as t
from quire.engine.compile import Compiler, Patience
from quire.engine.compile.running import beginning, world
from quire.engine.errors import Exhausted, Trap
from quire.engine.instantiate import instantiate
from quire.engine.interpret import Interpreter
from quire.engine.runtime.function import HostFunction
from quire.engine.runtime.limits import HostLimits
from quire.engine.runtime.objects import GuestException
from quire.engine.runtime.store import Store
from quire.engine.validate import validate
from quire.proposal_ops import FEATURES, instruction_set, text_extensions
from quire.wat.parser import parse_module
from quire.wat.text_format import TextFormat

FORMAT = TextFormat(instruction_set(FEATURES), text_extensions(FEATURES))
PATIENCE = [Patience(calls, turns, small=0) for calls, turns in itertools.product((1, 3, 100), (0, 1, 2, 5))]


def instance_of(text, tier, imports=()):
    return instantiate(Store(HostLimits()), validate(parse_module(text, FORMAT), FORMAT.instruction_set), imports, tier)


def outcome(function, arguments):
    try:
        return function.call(None, arguments)
    except (Trap, GuestException) as error:
        return str(error)


def agree(text, calls):
    """Hold a function to the reference tier, however long it waits before it is written."""
    expected = None
    for tier in (Interpreter(), *(Compiler(patience) for patience in PATIENCE)):
        instance = instance_of(text, tier)
        found = [outcome(instance.exports["f"], arguments) for arguments in calls]
        found += [bytes(memory.data) for memory in instance.memories]
        found += [each.value for each in instance.globals if not isinstance(each.value, HostFunction)]
        expected = expected or found
        assert found == expected


@pytest.fixture
def written(monkeypatch):
    """The numbers of the loops that are written alone, and of the functions that are written whole."""
    loops, functions = [], []
    passes = world.passes()
    generate_loop, generate = passes.generate_loop, passes.generate
    monkeypatch.setattr(passes, "generate_loop", lambda *of: loops.append(of[2].first) or generate_loop(*of))
    monkeypatch.setattr(passes, "generate", lambda *of: functions.append(of[1].index) or generate(*of))
    return loops, functions


NESTED = """
  (memory 1) (global $turns (mut i32) (i32.const 0))
  (func (export "f") (param $n i32) (param $how i32) (result i32 f64) (local $i i32) (local $j i32) (local $x f64)
    (i32.const 1000)
    (block $out (result i32)
      (loop $outer (result i32)
        (local.set $j (i32.const 0))
        (block $next
          (loop $inner
            (global.set $turns (i32.add (global.get $turns) (i32.const 1)))
            (local.set $x (f64.sqrt (f64.sub (local.get $x) (f64.const 3))))
            (i32.store8 (i32.mul (local.get $j) (local.get $how)) (local.get $i))
            (br_if $out (i32.const 7) (i32.eq (i32.mul (local.get $i) (local.get $j)) (local.get $how)))
            (drop)
            (if (i32.eq (i32.add (local.get $i) (local.get $j)) (local.get $how))
              (then (return (i32.add (local.get $i) (local.get $j)) (local.get $x))))
            (local.set $j (i32.add (local.get $j) (i32.const 1)))
            (br_table $inner $next $inner (i32.ge_u (local.get $j) (local.get $n)))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $outer (i32.lt_u (local.get $i) (local.get $n)))
        (local.get $i)))
    (i32.add) (local.get $x))"""


def test_every_way_out_of_nested_loops():
    agree(NESTED, [(n, how) for n in (0, 1, 4) for how in (0, 2, 5, 13, 50_000)])


def test_what_loops_carry_and_what_lies_below_them():
    agree(
        """(func (export "f") (param $n i32) (result i64 i32)
             (i64.const 5) (i32.const 1) (i64.extend_i32_u (local.get $n))
             (loop $up (param i32 i64) (result i32 i64)
               (i64.sub (i64.const 1))
               (block $more (param i32 i64) (result i32 i64)
                 (if (param i32 i64) (result i32 i64) (i32.and (local.get $n) (i32.const 1))
                   (then (call $swap) (i64.extend_i32_s) (call $other) (i32.mul (i32.const 3)) (call $again))))
               (local.set $n (i32.sub (local.get $n) (i32.const 1)))
               (br_if $up (i32.gt_s (local.get $n) (i32.const 0))))
             (i64.extend_i32_u (i32.wrap_i64)) (i64.add (i64.const 9)) (i64.extend_i32_u (local.get $n))
             (i64.add) (i32.wrap_i64) (i32.add))
           (func $swap (param i32 i64) (result i64 i32) (local.get 1) (local.get 0))
           (func $other (param i64 i64) (result i64 i32) (local.get 1) (i32.wrap_i64 (local.get 0)))
           (func $again (param i64 i32) (result i32 i64) (local.get 1) (local.get 0))""",
        [(n,) for n in (0, 1, 2, 3, 9, 10)],
    )


def test_traps_tell_the_same_stack():
    agree(
        """(memory 1) (table 1 funcref) (type $v (func))
           (func $g (param $at i32) (loop $again
             (i32.store (local.get $at) (local.get $at))
             (local.set $at (i32.add (local.get $at) (i32.const 0x2000)))
             (br_if $again (i32.ne (local.get $at) (i32.const 0x40000)))))
           (func $h (param $at i32) (if (i32.eqz (local.get $at)) (then (call_indirect (type $v) (local.get $at))))
             (drop (i32.div_u (i32.const 1) (local.get $at))) (call $g (local.get $at)))
           (func (export "f") (param $at i32) (param $n i32)
             (loop $again (call $h (i32.sub (local.get $at) (i32.const 0)))
               (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))""",
        [(at, n) for at in (0, 4, 0x3F000, 0x20000) for n in (1, 3)] * 2,
    )


def test_exceptions_pass_through():
    agree(
        """(tag $e (param i32)) (global (mut i32) (i32.const 0))
           (func $throws (param i32) (loop $l (global.set 0 (i32.add (global.get 0) (i32.const 1)))
             (if (i32.eq (global.get 0) (local.get 0)) (then (throw $e (global.get 0)))) (br $l)))
           (func $middle (param i32) (call $throws (local.get 0)))
           (func (export "f") (param i32) (result i32) (global.set 0 (i32.const 0))
             (block $caught (result i32) (try_table (catch $e $caught) (call $middle (local.get 0))) (unreachable)))""",
        [(n,) for n in (1, 2, 9)],
    )


def test_memories_that_grow_in_a_loop():
    agree(
        """(memory 1)
           (func $grow (param i32) (if (local.get 0) (then (drop (memory.grow (i32.const 1))))))
           (func (export "f") (param $n i32) (result i32) (local $i i32) (loop $l
             (call $grow (i32.and (local.get $i) (i32.const 1)))
             (i32.store (i32.sub (i32.mul (memory.size) (i32.const 0x10000)) (i32.const 4)) (local.get $i))
             (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
             (i32.load (i32.const 0xfffc)))""",
        [(3,), (8,)],
    )


def test_virtual_memories_in_a_loop():
    agree(
        """(memory virtual 8)
           (func (export "f") (param $n i32) (local $i i32) (loop $l
             (drop (memory.map readwrite (i32.mul (local.get $i) (i32.const 0x10000)) (i32.const 0x10000)))
             (i32.store (i32.mul (local.get $i) (i32.const 0x10000)) (i32.const 7))
             (memory.protect read (i32.mul (local.get $i) (i32.const 0x10000)) (i32.const 0x10000))
             (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
             (i32.store (i32.const 8) (i32.const 1)))""",
        [(5,)],
    )


@pytest.mark.parametrize(("size", "begun"), [(1, 1), (70, 4), (beginning.LARGE, 10)])
def test_a_function_is_written_when_it_was_called_often(written, size, begun):
    """The longer it is, the more often."""
    loops, functions = written
    text = f'(module (func (export "f") (result i32) {"(nop)" * size} (i32.const 3)))'
    instance = instance_of(text, Compiler(Patience(calls=5)))
    for calls in range(begun + 2):
        assert functions == ([0] if calls > begun else [])
        assert instance.exports["f"].call(None, ()) == (3,)
    assert not loops


def test_a_loop_is_written_alone_when_it_turned_often(written):
    loops, functions = written
    f = instance_of(NESTED, Compiler(Patience(calls=100, turns=5, small=0))).exports["f"]
    f.call(None, (6, 1000))
    assert len(loops) == 1
    f.call(None, (30, 1000))
    assert len(loops) == 2
    assert loops[0] > loops[1]
    assert not functions


@pytest.mark.parametrize(("size", "turns"), [(10, 20), (2 * beginning.LARGE, 60)])
def test_a_large_loop_waits_longer(written, size, turns):
    loops, _ = written
    text = f"""(module (func (export "f") (param $n i32) (loop $again {"(nop)" * size}
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"""
    f = instance_of(text, Compiler(Patience(calls=100, turns=20, small=0))).exports["f"]
    f.call(None, (turns,))
    assert not loops
    f.call(None, (3,))
    assert loops == [0]


@pytest.mark.parametrize(
    ("calls", "loops_written", "functions_written"),
    [
        ([3, 3, 3], [], []),
        ([3, 3, 3, 3], [], [0]),  # the loop turned often, in the third of several calls
        ([3, 3, 20, 3], [0], []),  # in the third, it turned on and on
        ([3, 20, 3], [0], []),  # nobody knew of a third call
    ],
)
def test_a_function_that_is_called_again_is_written_with_its_loop(written, calls, loops_written, functions_written):
    f = instance_of(
        """(module (func (export "f") (param $n i32) (loop $again
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))""",
        Compiler(Patience(calls=100, turns=5, small=0)),
    ).exports["f"]
    for turns in calls:
        f.call(None, (turns,))
    assert written == (loops_written, functions_written)


TWICE = """(func (export "f") (param $n i32) (param $m i32) (result i32) (local $i i32) (local $j i32) (local $x i32)
  (loop $outer
    (local.set $j (i32.const 0))
    (loop $inner
      (local.set $x (i32.add (i32.mul (local.get $x) (i32.const 3)) (local.get $j)))
      (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $m))))
    {}
    (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
  (local.get $x))"""


@pytest.mark.parametrize(
    ("more", "arguments", "expected"),
    [
        ("", (20, 3), [0]),  # with the loop around it
        ("(nop)" * 100, (20, 3), [3, 0]),  # which is long
        ("", (2, 20), [3]),  # which does not turn
        ("", (3, 7), [3]),  # which does not turn any more
    ],
)
def test_an_inner_loop_is_written_with_the_one_around_it(written, more, arguments, expected):
    loops, _ = written
    text = f"(module {TWICE.format(more)})"
    outcomes = [
        instance_of(text, tier).exports["f"].call(None, arguments)
        for tier in (Interpreter(), Compiler(Patience(9, 9, small=0)))
    ]
    assert outcomes[0] == outcomes[1]
    assert loops == expected


@pytest.mark.parametrize("never", ["(return_call 0)", "(block (try_table (catch_all 0)))"])
def test_what_is_written_at_once(written, never):
    f = instance_of(f'(func (export "f") (if (i32.const 0) (then {never})))', Compiler(Patience())).exports["f"]
    f.call(None, ())
    assert written == ([], [0])


@pytest.mark.parametrize(("more", "expected"), [(0, [0]), (1, [])])
def test_a_small_function_with_a_loop_does_not_wait(written, more, expected):
    """Of 12 instructions, or of one more."""
    text = f"""(func (export "f") (param $n i32) (loop $again {"(nop)" * (4 + more)}
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))"""
    instance_of(f"(module {text})", Compiler(Patience(small=12))).exports["f"].call(None, (3,))
    assert written == ([], expected)


@pytest.mark.parametrize("limits", [HostLimits(fuel=1000), HostLimits(depth=50)])
def test_where_fuel_or_depth_is_counted_all_is_written_at_once(written, limits):
    valid = validate(parse_module('(func (export "f"))', FORMAT), FORMAT.instruction_set)
    instantiate(Store(limits), valid, (), Compiler(Patience())).exports["f"].call(None, ())
    assert written == ([], [0])


def test_recursion_does_not_wait_in_too_many_frames(written):
    _, functions = written
    text = """(func $f (export "f") (param i32) (result i32) (if (result i32) (local.get 0)
      (then (call $f (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 7))))"""
    f = instance_of(text, Compiler(Patience(calls=1 << 30))).exports["f"]
    assert f.call(None, (beginning.MOST - 1,)) == (7,)
    assert not functions
    assert f.call(None, (19_000,)) == (7,)
    assert functions == [0]
    with pytest.raises(Trap, match="^call stack exhausted: 20000 calls deep"):
        f.call(None, (30_000,))


@pytest.mark.parametrize("turns", [0, 1 << 30])
def test_a_store_that_is_interrupted_stops_loops(turns):
    text = '(import "" "" (func $g)) (func (export "f") (loop (call $g) (br 0)))'
    calls = itertools.count()
    instance = instance_of(
        text,
        Compiler(Patience(turns=turns, small=0)),
        [HostFunction(t.function_type((), ()), lambda: next(calls) == 50 and instance.store.interrupt())],
    )
    with pytest.raises(Exhausted, match="^interrupted"):
        instance.exports["f"].call(None, ())


@pytest.mark.parametrize("turns", [0, 1 << 30])
def test_errors_of_the_host_are_its_own(turns):
    def fail():
        raise IndexError("mine")

    text = '(import "" "" (func $g)) (func (export "f") (param i32) (loop (call $g) (br 0)))'
    tier = Compiler(Patience(turns=turns, small=0))
    f = instance_of(text, tier, [HostFunction(t.function_type((), ()), fail)]).exports["f"]
    with pytest.raises(IndexError, match="^mine$") as raised:
        f.call(None, (1,))
    assert traceback.extract_tb(raised.value.__traceback__)[-1].name == "fail"
    pops = HostFunction(t.function_type((), ()), [].pop)
    with pytest.raises(IndexError, match="^pop from empty list$"):
        instance_of(text, tier, [pops]).exports["f"].call(None, (1,))


def test_a_branch_from_a_written_loop_to_one_around_it_is_a_turn(written):
    loops, _ = written
    text = """(func (export "f") (param $n i32) (result i32) (local $i i32)
      (loop $outer
        (loop $inner
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $inner (i32.and (local.get $i) (i32.const 7)))
          (br_if $outer (i32.lt_u (local.get $i) (local.get $n)))))
      (local.get $i))"""
    f = instance_of(text, Compiler(Patience(turns=4, small=0))).exports["f"]
    assert f.call(None, (16,)) == (16,)
    assert loops == [1]
    assert f.call(None, (80,)) == (80,)
    assert loops == [1, 0]

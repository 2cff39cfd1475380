"""Calls as operands, and which of them leave memories where they are: both tiers do the same in the same order."""

import gc
import random
from weakref import ref

import pytest

from quire.engine import types as t
from quire.engine.compile import Compiler
from quire.engine.compile.analysis import keeping
from quire.engine.compile.analysis.building import made_of
from quire.engine.compile.analysis.folding import placed
from quire.engine.compile.code.generate import generate
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.graph.lift import lift
from quire.engine.compile.running.world import world_of
from quire.engine.errors import Trap
from quire.engine.instantiate import instantiate
from quire.engine.interpret import Interpreter
from quire.engine.runtime import memory as memories
from quire.engine.runtime import storage
from quire.engine.runtime.function import HostFunction
from quire.engine.runtime.store import Store
from quire.engine.validate import validate
from quire.wat.parser import parse_module

FUNCTIONS = """
  (memory 1 100) (global $g (mut i32) (i32.const 0)) (table 2 funcref) (elem (i32.const 0) $grow $five) (type $t (func))
  (type $r (func (result i32)))
  (func $note (param i32) (result i32)
    (global.set $g (i32.add (i32.mul (global.get $g) (i32.const 31)) (local.get 0)))
    (i32.store (i32.const 16) (global.get $g))
    (i32.div_u (i32.const 1000) (local.get 0)))
  (func $two (param i32) (result i32 i32) (call $note (local.get 0)) (i32.const 5))
  (func $float (param i32) (result f32) (f32.convert_i32_u (call $note (local.get 0))))
  (func $grow (drop (memory.grow (i32.const 1))))
  (func $grows (param i32) (result i32) (call $grow) (call $note (local.get 0)))
  (func $asks (param i32) (result i32) (call_indirect (type $t) (i32.const 0)) (i32.const 7))
  (func $five (result i32) (i32.const 5))
  (func $again (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (call $again (i32.sub (local.get 0) (i32.const 1)))) (else (call $note (i32.const 3)))))
"""


def module(body, head="(param i32 i32) (result i32) (local i32 f32)"):
    return f'(module {FUNCTIONS} (func (export "f") {head} {body}))'


def started(text, tier):
    return instantiate(Store(), validate(parse_module(text)), [], tier)


def told(instance, *arguments):
    try:
        outcome = instance.exports["f"].call(None, arguments)
    except Trap as trap:
        outcome = str(trap), [str(each) for each in trap.sites]
    return outcome, instance.globals[0].value, bytes(instance.memories[0].data[:65536])


def compare(text, calls=((2, 3), (0, 1), (1, 0), (0, 0), (70000, 5))):
    """Hold the tiers to the same; the code of the last function."""
    tiers = [started(text, tier) for tier in (Interpreter(), Compiler())]
    for arguments in calls:
        outcomes = [told(instance, *arguments) for instance in tiers]
        assert outcomes[0] == outcomes[1], (arguments, text)
    instance = tiers[1]
    return generate(instance.module, instance.functions[-1], world_of(instance).options).source.text


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("(i32.add (call $note (local.get 0)) (local.get 1))", "f0(l0) + l1"),
        ("(i32.add (call $note (local.get 0)) (call $note (local.get 1)))", "(f0(l0) + \\\n        f0(l1))"),
        ("(local.set 2 (i32.xor (local.get 1) (call $note (local.get 0)))) (local.get 2)", "l2 = l1 ^ f0(l0)"),
        ("(if (result i32) (call $note (local.get 0)) (then (i32.const 1)) (else (local.get 1)))", "if f0(l0):"),
        ("(if (i32.eqz (call $again (local.get 1))) (then (return (i32.const 1)))) (i32.const 2)", "f7(l1):"),
    ],
)
def test_a_call_is_an_operand(body, expected):
    assert expected in compare(module(body))


@pytest.mark.parametrize(
    "body",
    [
        "(i32.add (i32.load (i32.const 16)) (call $note (local.get 0)))",
        "(i32.add (call $note (local.get 0)) (i32.load (i32.const 16)))",
        "(i32.add (global.get $g) (call $note (local.get 0)))",
        "(i32.add (call $note (local.get 0)) (i32.div_u (local.get 1) (local.get 0)))",
        "(i32.add (i32.div_u (local.get 1) (local.get 0)) (call $note (local.get 1)))",
        "(select (call $note (local.get 0)) (i32.const 9) (local.get 1))",
        "(i32.div_s (call $note (local.get 0)) (local.get 1))",
        "(i32.rotl (call $note (local.get 0)) (local.get 1))",
        "(i32.and (i32.eqz (local.get 1)) (i32.eqz (call $note (local.get 0))))",
        "(i32.or (i32.eqz (call $note (local.get 0))) (i32.eqz (local.get 1)))",
        "(i32.gt_s (call $note (local.get 0)) (local.get 1))",
        "(call $two (local.get 0)) (i32.sub)",
        "(local.set 0 (call $note (local.get 0))) (i32.add (local.get 0) (local.get 0))",
        "(local.tee 0 (call $note (local.get 0))) (i32.add (local.get 0))",
        "(i32.store (local.get 1) (call $note (local.get 0))) (i32.const 1)",
        "(i32.store (call $note (local.get 0)) (local.get 1)) (i32.const 1)",
        "(local.set 3 (f32.add (call $float (local.get 0)) (f32.const 0.1))) (i32.reinterpret_f32 (local.get 3))",
        "(i32.reinterpret_f32 (f32.mul (call $float (local.get 0)) (f32.const 0.1)))",
        "(block (result i32) (call $note (local.get 0)) (br_if 0 (local.get 1)) (drop) (i32.const 3))",
        """(loop (local.set 1 (i32.add (local.get 1) (i32.const 1)))
          (br_if 0 (i32.lt_u (local.get 1) (call $again (i32.const 2))))) (local.get 1)""",
    ],
)
def test_a_call_runs_when_it_is_its_turn(body):
    compare(module(body))


@pytest.mark.parametrize(
    "body",
    [
        "(f32.add (call $float (local.get 0)) (f32.const 0.1))",
        "(if (result f32) (local.get 1) (then (f32.add (f32.const 0.3) (f32.const 0.1))) (else (f32.const 0.1)))",
    ],
)
def test_a_sum_that_is_returned_at_once_is_rounded_first(body):
    assert "F[0] = " in compare(module(body, "(param i32 i32) (result f32)"))


def test_what_is_to_be_in_a_variable_stays_there():
    assert "s0 = f0(l0)" in compare(module("(i32.rotl (call $note (local.get 0)) (local.get 1))"))


def test_a_slot_that_is_read_twice_stays():
    slot = n.Get("s0", t.I32)
    call = made_of("clz", n.Get("l0", t.I32))
    assert placed(made_of("add", slot, slot), "s0", call) is None
    assert placed(made_of("add", slot, n.Get("l1", t.I32)), "s0", call) is not None


def test_a_slot_that_is_read_behind_a_call_stays():
    text = module("(i32.add (call $note (local.get 0)) (call $note (local.get 1)))")
    function = started(text, Interpreter()).functions[-1]
    graph = lift(function.instance.module.context, function)
    first, second = (each for each in graph.blocks[0].statements if each.value.effects)
    assert placed(made_of("add", first.value, n.Get("s1", t.I32)), "s1", second.value) is None


def test_a_function_of_the_host_may_make_memories_grow():
    text = """(module (import "" "" (func $host)) (memory 1)
      (func (export "f") (param i32) (result i32)
        (drop (i32.load (i32.const 0))) (call $host) (i32.load (local.get 0))))"""
    host = HostFunction(t.function_type(), lambda: None)
    instance = instantiate(Store(), validate(parse_module(text)), [host], Compiler())
    assert "is not m0" in generate(instance.module, instance.functions[-1], world_of(instance).options).source.text


NOTES = [f"(call $note (local.get {at}))" for at in (0, 1)]
SUMS = (
    "(i32.add {0} (i32.sub {1} {0}))",
    "(i32.sub (i32.sub {0} {1}) {0})",
    "(i32.add (i32.xor (local.get 0) {0}) (i32.mul {1} {1}))",
    "(i32.add {0} (call $note (i32.div_u (i32.const 6) (local.get 1))))",
    "(i32.add (call $note (i32.div_u (i32.const 6) (local.get 1))) {0})",
    "(i32.add (call $note {0}) {1})",
    "(i32.add {0} (call $asks (local.get 0)))",
    "(i32.add (call $asks (local.get 0)) {0})",
    "(i32.add {0} (memory.grow (local.get 1)))",
    "(i32.add {0} (i32.load (i32.const 16))) (i32.add {1})",
    "(i32.rem_u {0} {1})",
    "(i32.add (call_indirect (type $r) (local.get 0)) {1})",
    "(i32.add {1} (call_indirect (type $r) (local.get 0)))",
    "(i32.add (memory.grow (local.get 1)) {0})",
    "(i32.lt_s {0} {1})",
    "(i32.ge_s {0} {1})",
    "(i32.and (i32.eqz {0}) (i32.eqz {1}))",
    "(local.set 0 (i32.add {0} {1})) (i32.xor {1} {0})",
)


@pytest.mark.parametrize("body", SUMS)
def test_of_several_calls_each_tells_of_its_own_trap(body):
    text = body.format(*NOTES)
    calls = ((1, 2), (0, 1), (1, 0), (1000, 3), (999, 0), (1001, 1001))
    compare(module(text), calls)
    compare(
        module(f"(if (result i32) (i32.eqz (block (result i32) {text})) (then {text}) (else (i32.const 8)))"), calls
    )


def test_a_handler_sees_what_was_before():
    body = """(block $h (try_table (catch_all $h) (local.set 2 (i32.add (call $note (local.get 0)) (local.get 1))))
      (return (local.get 2))) (i32.add (local.get 2) (i32.const 100))"""
    compare(module(body))


LOADED = "(i32.load (i32.const 16)) (i32.load (i32.const 65536)) (i32.xor)"


@pytest.mark.parametrize(("call", "keeps"), [("$note", True), ("$again", True), ("$grows", False), ("$asks", False)])
def test_bytes_are_looked_up_anew_where_they_may_have_changed(call, keeps, monkeypatch):
    monkeypatch.setattr(memories, "RESERVATION", 0)
    for reserves in (True, False):
        monkeypatch.setattr(memories, "reserve", lambda *wanted, on=reserves: storage.reserve(*wanted, reserves=on))
        head = "(param i32 i32) (result i32)"
        plain = f"(drop (i32.load (i32.const 0))) (if (call {call} (i32.const 2)) (then (nop))) {LOADED}"
        taken = f"(drop (i32.load (i32.const 0))) (drop (i32.add (call {call} (i32.const 2)) (i32.const 1))) {LOADED}"
        last = f"(i32.load (i32.const 0)) (call {call} (i32.const 2)) {{}} (i32.add) (i32.add)"
        bodies = (plain, taken, last.format("(i32.load (i32.const 65536))"))
        compare(module(last.format("(call $note (i32.load (i32.const 65536)))"), head), [(1, 2)])
        for body in bodies:
            assert ("is not m0" not in compare(module(body, head), [(1, 2)] * 2)) is keeps


def test_a_loop_over_elements_sees_what_a_call_has_moved(monkeypatch):
    monkeypatch.setattr(memories, "RESERVATION", 0)
    for call, streams in (("(call $grow)", False), ("(drop (call $note (i32.const 2)))", True)):
        body = f"""(loop $next
          (local.set 2 (i32.add (i32.mul (local.get 2) (i32.const 31)) (i32.load8_u offset=4 (local.get 0))))
          {call}
          (i32.store8 offset=5 (local.get 1) (i32.const 77))
          (local.set 0 (i32.add (local.get 0) (i32.const 1)))
          (local.set 1 (i32.add (local.get 1) (i32.const 1)))
          (br_if $next (i32.lt_u (local.get 1) (i32.const 9)))) (local.get 2)"""
        for reserves in (True, False):
            monkeypatch.setattr(memories, "reserve", lambda *wanted, on=reserves: storage.reserve(*wanted, reserves=on))
            assert ("in zip(" in compare(module(body), [(0, 0), (100, 3)])) is streams


class Drawn:
    """Draws expressions of calls and all else."""

    def __init__(self, seed):
        self.draw = random.Random(seed)

    def expression(self, depth=3):
        if not depth:
            return self.draw.choice(("(local.get 0)", "(local.get 1)", "(local.get 2)", "(i32.const 3)"))
        first, second = self.expression(depth - 1), self.expression(depth - 1)
        return self.draw.choice(
            (
                f"(call ${self.draw.choice(('note', 'again', 'grows'))} (i32.and {first} (i32.const 7)))",
                f"(call $note {first})",
                f"(i32.{self.draw.choice(('add', 'sub', 'xor', 'and', 'lt_s', 'gt_u', 'rotl'))} {first} {second})",
                f"(i32.eqz {first})",
                f"(local.tee {self.draw.randrange(3)} {first})",
                f"(select {first} {second} {self.expression(depth - 1)})",
                f"(i32.load (i32.and {first} (i32.const 31)))",
                f"(if (result i32) {first} (then {second}) (else {self.expression(depth - 1)}))",
            )
        )


@pytest.mark.parametrize("seed", range(60))
def test_calls_at_random(seed):
    drawn = Drawn(seed)
    body = " ".join(f"(local.set {drawn.draw.randrange(3)} {drawn.expression()})" for _ in range(3))
    compare(module(f"{body} {drawn.expression()}", "(param i32 i32) (result i32) (local i32)"))


def test_what_was_seen_of_functions_goes_with_their_instance():
    instance = started(module("(drop (i32.load (i32.const 0))) (call $note (i32.const 2))"), Compiler())
    told(instance, 1, 2)
    assert instance in keeping._SEEN
    gone = ref(instance)
    del instance
    gc.collect()
    assert gone() is None

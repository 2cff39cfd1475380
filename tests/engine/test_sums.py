"""Sums that wait to be reduced: whatever a function does with them, both tiers find the same."""

import random

import pytest

from quire.engine.compile import Compiler
from quire.engine.compile.code.generate import generate
from quire.engine.compile.running.world import world_of
from quire.engine.errors import Trap
from quire.engine.instantiate import instantiate
from quire.engine.interpret import Interpreter
from quire.engine.runtime.store import Store
from quire.engine.validate import validate
from quire.wat.parser import parse_module

DATA = "".join(f"\\{(at * 37 + 11) % 256:02x}" for at in range(256))
HEAD = "(param $n i32) (param $p i32) (result i32) (local $i i32) (local $x i32) (local $y i32) (local $z i32)"
HEAD += " (local $w i64) (local $c0 i32) (local $c1 i32) (local $c2 i32)"
DEPTH = 2
MODULE = '(module (memory 1) (data (i32.const 0) "{}") (func (export "f") {} {}))'
CALLS = ((0, 0), (1, 5), (3, 0xFFFFFFFF), (40, 0x80000000), (9, 0x7FFFFFFF), (12, 0xFFFFFF00))


def told(instance, arguments):
    try:
        return instance.exports["f"].call(None, arguments), bytes(instance.memories[0].data)
    except Trap as trap:
        return str(trap), bytes(instance.memories[0].data)


def compare(body, calls=CALLS):
    """Hold the tiers to the same; the code."""
    valid = validate(parse_module(MODULE.format(DATA, HEAD, body)))
    tiers = [instantiate(Store(), valid, [], tier) for tier in (Interpreter(), Compiler())]
    for arguments in calls:
        outcomes = [told(instance, arguments) for instance in tiers]
        assert outcomes[0] == outcomes[1], (arguments, body)
    return generate(valid, tiers[1].functions[0], world_of(tiers[1]).options).source.text


NEXT = "(local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $next (i32.lt_u (local.get $i) (local.get $n)))"
LOADED = "(i32.load8_u (i32.and (local.get $i) (i32.const 127)))"
GROWS = "(local.set $x (i32.add (local.get $x) (local.get $p)))"
USES = {
    "alone": "(local.get $x)",
    "sum": "(i32.add (local.get $x) (i32.const 7))",
    "compared": "(i32.lt_u (local.get $x) (local.get $p))",
    "compared with a sign": "(i32.gt_s (local.get $x) (i32.const -5))",
    "tested": "(i32.eqz (local.get $x))",
    "chosen by": "(select (i32.const 1) (local.get $i) (local.get $x))",
    "divided": "(i32.div_u (i32.const 1000) (local.get $x))",
    "turned": "(i32.rotl (local.get $x) (i32.const 5))",
    "shifted": "(i32.shr_s (local.get $x) (local.get $x))",
    "an address": "(i32.load (local.get $x))",
    "stored": "(i32.store8 (i32.const 3) (local.get $x)) (i32.load (i32.const 0))",
    "a product": "(i32.mul (local.get $x) (local.get $x))",
    "copied": "(local.set $y (local.get $x)) (local.set $x (local.get $p)) (local.get $y)",
    "switched by": "(block (block (br_table 0 1 (local.get $x))) (return (i32.const 5))) (i32.const 6)",
    "made longer": "(i32.wrap_i64 (i64.shr_u (i64.extend_i32_u (local.get $x)) (i64.const 16)))",
    "as signed": "(i32.wrap_i64 (i64.shr_s (i64.extend_i32_s (local.get $x)) (i64.const 16)))",
    "a float": "(i32.trunc_sat_f64_u (f64.convert_i32_u (local.get $x)))",
    "a bound": "(local.set $i (i32.const 0)) (local.set $y (i32.and (local.get $x) (i32.const 15)))"
    " (loop $l (local.set $z (i32.mul (local.get $i) (i32.const 3)))"
    " (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $l (i32.lt_u (local.get $i) (local.get $y))))"
    " (local.get $z)",
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("grows", [GROWS, GROWS.replace("add", "sub"), f"{GROWS} {GROWS.replace('$p', '$i')}"])
def test_a_sum_is_reduced_where_it_is_used_behind_the_loop(use, grows):
    assert "l3 &= " not in compare(f"(loop $next {grows} {NEXT}) {use}")


@pytest.mark.parametrize("use", list(USES.values())[:-1], ids=list(USES)[:-1])
def test_a_sum_is_reduced_at_once_where_the_loop_uses_it(use):
    body = f"{GROWS} (local.set $z (i32.xor (local.get $z) (block (result i32) {use})))"
    assert "l3 &= " in compare(f"(loop $next {body} {NEXT}) (i32.xor (local.get $x) (local.get $z))")


@pytest.mark.parametrize(
    "body",
    [
        f"(loop $next {GROWS} (if (i32.eq (local.get $i) (i32.const 7)) (then (return (local.get $x)))) {NEXT})",
        f"(block $out (loop $next {GROWS} (br_if $out (i32.eq (local.get $i) (i32.const 7))) {NEXT}))",
        f"""(loop $next (if (i32.and (local.get $i) (i32.const 1)) (then {GROWS}) (else (local.set $x (i32.const 3))))
          {NEXT})""",
        f"(block $h (try_table (catch_all $h) (loop $next {GROWS} {NEXT} (drop {USES['divided']}))))",
    ],
)
def test_ways_out_of_a_loop(body):
    compare(f"{body} (local.get $x)")


AGAIN = "(br_if {} (i32.lt_u (local.tee {} (i32.add (local.get {}) (i32.const 1))) (i32.const {})))"
NESTED = f"(loop $o (loop $next {GROWS} {NEXT}) {AGAIN.format('$o', '$c0', '$c0', 2)})"
WALK = f"""(local.set $y (i32.const 8)) (loop $l
  (local.set $z (i32.add (i32.mul (local.get $z) (i32.const 31)) (i32.load (local.get $x))))
  (local.set $z (i32.add (i32.mul (local.get $z) (i32.const 31)) (i32.load (local.get $y))))
  (local.set $y (i32.add (local.get $y) (i32.const 4))) {AGAIN.format("$l", "$c1", "$c1", 4)}) (local.get $z)"""


@pytest.mark.parametrize("grows", [NESTED, NESTED.replace("i32.add (local.get $x)", "i32.sub (local.get $x)")])
def test_a_sum_of_an_inner_loop_as_a_pointer_or_a_step_of_another_loop(grows):
    calls = [(1, 0x80000004), (1, 4), (1, 2), (1, 0x80000000), (3, 0x55555558), (3, 0xAAAAAAAC), (1, 0xFFFFFFFE)]
    assert "e4 = " in compare(f"{grows} {WALK}", calls)
    steps = WALK.replace("(local.get $y) (i32.const 4)", "(local.get $y) (local.get $x)")
    compare(f"{grows} {steps.replace('(i32.load (local.get $x))', '(local.get $i)')}", calls)


def test_a_sum_of_sums():
    text = f"(loop $next {GROWS} (local.set $y (i32.add (local.get $y) (local.get $x))) {NEXT})"
    made = compare(f"{text} (i32.xor (local.get $x) (local.get $y))")
    assert "l3 &= " not in made
    assert "l4 &= " not in made


def test_a_sum_that_is_dropped_may_still_trap():
    compare(f"(loop $next {GROWS} (drop (i32.add (i32.load (local.get $x)) (i32.const 1))) {NEXT}) (local.get $x)")


def test_sums_of_each_other_would_grow_without_end():
    other = (
        "(local.set $y (i32.add (local.get $y) (local.get $x))) (local.set $x (i32.add (local.get $x) (local.get $y)))"
    )
    made = compare(f"(loop $next {other} {GROWS} {NEXT}) (i32.xor (local.get $x) (local.get $y))")
    assert "l3 &= " in made
    assert "l4 &= " in made


def test_a_variable_that_is_doubled_does_not_wait():
    double = "(local.set $x (i32.add (local.get $x) (local.get $x)))"
    made = compare(f"(local.set $x (local.get $p)) (loop $next {double} {NEXT}) (local.get $x)")
    assert "l3 &= " in made, made


def test_a_sum_that_is_a_step_or_a_pointer_further_out():
    inner = f"(local.set $i (i32.const 0)) (loop $next {GROWS} {NEXT})"
    step = "(local.set $y (i32.add (local.get $y) (local.get $x)))"
    byte = "(i32.load8_u (i32.and (local.get $y) (i32.const 255)))"
    load = f"(local.set $z (i32.add (i32.mul (local.get $z) (i32.const 31)) {byte}))"
    again = "(br_if $outer (i32.lt_u (local.get $y) (i32.const 1000)))"
    for far in (step, f"{step} {load}", f"{load} {step}", f"(local.set $z (i32.load (local.get $x))) {step}"):
        compare(
            f"(loop $outer {inner} {far} {again}) (i32.xor (local.get $x) (local.get $z))",
            ((3, 5), (1, 300), (2, 70000)),
        )
    behind = f"{inner} (loop $outer {step} {load} {again}) (i32.xor (local.get $y) (local.get $z))"
    compare(behind, ((3, 5), (1, 300), (3, 0xF0000000), (2, 0x80000100)))


def test_sums_of_64_bits():
    grows = "(local.set $w (i64.add (local.get $w) (i64.const 0xf123456789abcdef)))"
    uses = ("i64.shr_u", "i64.shr_s", "i64.div_s", "i64.mul", "i64.xor", "i64.rotl", "i64.add")
    last = "(i32.wrap_i64 (i64.shr_u ({} (local.get $w) (i64.const 7)) (i64.const 30)))"
    for use in uses:
        compare(f"(loop $next {grows} {NEXT}) {last.format(use)}")
    made = compare(f"(loop $next {grows} {NEXT}) (i64.lt_s (local.get $w) (i64.const 99))")
    assert "l6 &= " not in made


MIXED = "(i32.xor (i32.rotl (local.get $z) (i32.const 7)) (i32.rotl (local.get $z) (i32.const 19)))"
PASSES = f"(local.set $x (i32.add (local.get $p) {MIXED}))"
PLUS = "(local.set $z (i32.add (local.get $x) (i32.const 1)))"


def test_a_sum_that_other_sums_use():
    body = f"""(loop $next {PASSES} (local.set $z (i32.add (local.get $x) (local.get $i)))
      (local.set $y (i32.sub (local.get $y) (local.get $x))) {NEXT}) (i32.xor (local.get $z) (local.get $y))"""
    assert "l3 = l1 + ((_ := l5 * 0x100000001) >> 25 ^ _ >> 13)\n" in compare(body)


def test_sums_in_a_circle_do_not_grow_without_end():
    back = f"(local.set $x (i32.add (local.get $y) {MIXED})) (local.set $y (i32.add (local.get $x) {MIXED}))"
    made = compare(f"(loop $next {back} (local.set $z (i32.add (local.get $y) (local.get $i))) {NEXT}) (local.get $z)")
    assert "_ >> 13) & 0xffffffff\n" in made


@pytest.mark.parametrize(
    "use",
    [
        "(local.set $z (i32.xor (local.get $x) (local.get $i)))",
        "(local.set $z (i32.add (local.get $x) (i32.shr_u (local.get $x) (i32.const 3))))",
        "(local.set $z (i32.load8_u (i32.and (local.get $x) (i32.const 255))))",
        f"{PLUS} (local.set $y (i32.xor (local.get $y) (local.get $x)))",
        "(local.set $z (i32.add (local.get $i) (i32.load8_u (i32.and (local.get $x) (i32.const 255)))))",
        f"{PLUS} (local.set $x (i32.const 4)) (local.set $z (i32.sub (local.get $z) (local.get $x)))",
        f"{PLUS} {PLUS} {PLUS}",
        f"(loop $in {PLUS} (br_if $in (i32.eq (local.get $z) (i32.const 12345))))",
        "(i32.store8 (local.get $x) (i32.const 1))",
    ],
)
def test_a_sum_that_is_used_for_more_is_reduced_at_once(use):
    assert "<< 19 | l5 >> 13))\n" not in compare(f"(loop $next {PASSES} {use} {NEXT}) (local.get $z)")


class Drawn:
    """Draws loops that add."""

    NAMES = ("$x", "$y", "$z", "$p")

    def __init__(self, seed):
        self.draw = random.Random(seed)

    def one(self, *choices):
        return self.draw.choice(choices)

    def term(self):
        name = f"(local.get {self.one(*self.NAMES)})"
        return self.one(
            name, name, LOADED, "(local.get $i)", f"(i32.const {self.one(1, -1, 0x7FFFFFFF, -0x80000000, 12345)})",
            f"(i32.mul {name} (i32.const 31))", f"(i32.xor {name} (local.get $i))", f"(i32.rotl {name} (i32.const 9))",
            f"(i32.lt_s {name} (local.get $n))", f"(i32.load8_u (i32.and {name} (i32.const 255)))",
        )  # fmt: skip

    def statement(self, depth):
        name, sign = self.one(*self.NAMES), self.one("add", "add", "sub")
        kinds = [
            *[f"(local.set {name} (i32.{sign} (local.get {name}) {self.term()}))"] * 3,
            f"(local.set {name} (i32.{sign} {self.term()} (i32.add {self.term()} {self.term()})))",
            f"(if {self.term()} (then {self.statement(depth - 1)}))" if depth else "",
            f"(local.set {name} {self.term()})",
        ]
        if depth and self.draw.random() < 0.3:
            kinds = [self.loop(depth - 1)]
        return self.one(*kinds)

    def loop(self, depth):
        body = " ".join(self.statement(depth) for _ in range(self.draw.randint(1, 3)))
        counter, most = f"$c{depth}", "(local.get $n)" if depth == DEPTH else "(i32.const 3)"
        count = f"(local.set {counter} (i32.add (local.get {counter}) (i32.const 1)))"
        start = f"(local.set {counter} (i32.const 0))"
        return f"{start} (loop $l {body} {count} (br_if $l (i32.lt_u (local.get {counter}) {most})))"


@pytest.mark.parametrize("seed", range(150))
def test_sums_at_random(seed):
    drawn = Drawn(seed)
    text = " ".join(drawn.statement(1) for _ in range(2)) + drawn.loop(DEPTH) + drawn.statement(1)
    last = "(i32.xor (i32.mul (local.get $x) (i32.const 3)) (i32.xor (local.get $y) (i32.add (local.get $z) {})))"
    compare(f"{text} {last.format('(local.get $p)')}", CALLS[:5])

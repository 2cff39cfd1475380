"""Loops that walk through a memory in ways that are drawn: both tiers give the same results, traps and bytes."""

import random

import pytest

from quire.engine.compile import Compiler
from quire.engine.errors import Trap
from quire.engine.instantiate import instantiate
from quire.engine.interpret import Interpreter
from quire.engine.runtime.store import Store
from quire.engine.validate import validate
from quire.wat.parser import parse_module

LOADS = ("i32.load", "i32.load8_u", "i32.load8_s", "i32.load16_u", "i32.load16_s")
STORES = ("i32.store", "i32.store8", "i32.store16")
RELATIONS = ("lt_u", "lt_s", "le_u", "le_s", "gt_u", "gt_s", "ge_u", "ge_s", "ne", "eq")
EDGES = (0, 1, 3, 4, 8, 12, 40, 65500, 65528, 65532, 65536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF)
POINTERS = ("$p", "$q", "$i")


class Loop:
    """Draws the text of a function with a loop, which ends after so many turns at the latest."""

    def __init__(self, seed):
        self.draw = random.Random(seed)

    def one(self, *choices):
        return self.draw.choice(choices)

    def text(self):
        body = [self.turn_limit(), *(self.statement() for _ in range(self.draw.randint(1, 5)))]
        moves = [self.move(name) for name in POINTERS if self.draw.random() < 0.8]
        last = f"{self.move('$i', steady=True)} (br_if $next {self.test()})"
        for each in moves if self.draw.random() < 0.5 else ():
            body.insert(self.draw.randint(1, len(body)), each)
        if self.draw.random() < 0.3:
            first, last = f"(br_if $out {self.test()})", f"{self.move('$i', steady=True)} (br $next)"
            body.insert(0, first)
        body = "\n".join(body)
        self.draw.shuffle(moves)
        uses = " ".join(
            f"(local.set $x (i32.xor (local.get $x) (local.get {name})))" for name in POINTERS if self.one(0, 1)
        )
        return f"""(module (memory 1) (global $g (mut i32) (i32.const 0))
          (data (i32.const 0) "{"".join(f"{chr(92)}{self.draw.randrange(256):02x}" for _ in range(256))}")
          (func (export "f") (param $p i32) (param $q i32) (param $i i32) (param $n i32) (result i32)
            (local $x i32) (local $turns i32)
            (block $out (block $early (loop $next {body} {last})) (global.set $g (local.get $x))) {uses}
            (local.get $x)))"""

    def turn_limit(self):
        again = "(local.tee $turns (i32.add (local.get $turns) (i32.const 1)))"
        if self.draw.random() < 0.5:
            return f"(br_if $out (i32.gt_u {again} (i32.const 12)))"
        return f"(if (i32.gt_u {again} (i32.const 12)) (then (return (local.get $x))))"

    def test(self):
        relation = self.one(*RELATIONS)
        if relation == "eq":
            return "(local.get $i)"
        first, second = "(local.get $i)", self.one("(local.get $n)", f"(i32.const {self.one(*EDGES)})")
        if self.draw.random() < 0.2:
            first, second = second, first
        return f"(i32.{relation} {first} {second})"

    def move(self, name, *, steady=False):
        by = self.one(
            "(i32.const 1)", "(i32.const 4)", "(i32.const -4)", "(i32.const 8)", "(i32.const 2)", "(local.get $n)"
        )
        moved = f"(local.set {name} (i32.{self.one('add', 'add', 'sub')} (local.get {name}) {by}))"
        return (
            moved
            if steady or self.draw.random() < 0.8
            else f"(if (i32.and (local.get $x) (i32.const 1)) (then {moved}))"
        )

    def address(self):
        name = self.one(*POINTERS)
        return self.one(
            *[f"(local.get {name})"] * 6,
            f"(i32.shl (local.get {name}) (i32.const {self.draw.randint(0, 3)}))",
            f"(i32.add (local.get {name}) (local.get {self.one(*POINTERS)}))",
            "(i32.and (local.get $x) (i32.const 252))",
        )

    def offset(self):
        return self.one("", "", "offset=4", "offset=8", "offset=6", "offset=65000")

    def value(self):
        return self.one(
            *[f"({self.one(*LOADS)} {self.offset()} {self.address()})"] * 3, "(local.get $i)", "(local.get $x)"
        )

    def statement(self):
        return self.one(
            *[f"(local.set $x (i32.add (i32.mul (local.get $x) (i32.const 31)) {self.value()}))"] * 3,
            *[f"({self.one(*STORES)} {self.offset()} {self.address()} {self.value()})"] * 2,
            f"(if (i32.and {self.value()} (i32.const 1)) (then (local.set $x {self.value()})))",
            f"(br_if $early (i32.eq {self.value()} (i32.const 7)))",
            f"(local.set $p (i32.shl (i32.load8_u (local.get {self.one('$q', '$i')})) (i32.const 2)))",
        )


def told(instance, arguments):
    try:
        return instance.exports["f"].call(None, arguments)
    except Trap as trap:
        return str(trap)


def compare(seed, calls=12):
    """Hold the tiers to the same on a loop that is drawn."""
    text = Loop(seed).text()
    valid = validate(parse_module(text))
    tiers = [instantiate(Store(), valid, [], tier) for tier in (Interpreter(), Compiler())]
    draw = random.Random(seed)
    for _ in range(calls):
        arguments = [draw.choice(EDGES) for _ in range(4)]
        outcomes = [(told(each, arguments), each.globals[0].value, bytes(each.memories[0].data)) for each in tiers]
        assert outcomes[0] == outcomes[1], (seed, arguments, text, outcomes[0][:2], outcomes[1][:2])


@pytest.mark.parametrize("seed", range(0, 150, 10))
def test_loops_at_random(seed):
    for each in range(seed, seed + 10):
        compare(each)

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

LOADS = {4: ("i32.load",), 2: ("i32.load16_u", "i32.load16_s"), 1: ("i32.load8_u", "i32.load8_s")}
STORES = {4: "i32.store", 2: "i32.store16", 1: "i32.store8"}
UP, DOWN = ("lt_u", "lt_u", "lt_s", "le_u", "le_s", "ne"), ("gt_u", "gt_s", "ge_u", "ge_s", "ne", "eq")
EDGES = (0, 1, 3, 4, 8, 12, 40, 65500, 65528, 65532, 65536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF)
POINTERS = ("$p", "$q", "$i")


class Loop:
    """Draws the text of a function with a loop, which ends after so many turns at the latest."""

    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.sizes = {name: self.one(4, 4, 2, 1) for name in POINTERS}
        self.strays = self.one(0, 0, 0.1, 0.4)  # how often something is done that is not plain
        self.step = self.one(1, 1, 4, 4, 8, 2, -1, -4, -2)
        self.limited = self.one(False, True)  # else it ends by its test, given the right arguments

    def one(self, *choices):
        return self.draw.choice(choices)

    def strays_now(self):
        return self.draw.random() < self.strays

    def text(self):
        body = [self.statement() for _ in range(self.draw.randint(1, 4))]
        body += [self.move(name) for name in ("$p", "$q") if self.draw.random() < 0.8]
        if self.strays_now():
            self.draw.shuffle(body)
        if self.limited:
            body.insert(self.draw.randint(0, len(body)), self.turn_limit())
        count = f"(local.set $i (i32.add (local.get $i) (i32.const {self.step})))"
        last = f"{count} (br_if $next {self.test()})"
        if self.draw.random() < 0.3:
            body.insert(0, f"(br_if $out (i32.eqz {self.test()}))")
            last = f"{count} (br $next)"
        text = "\n".join(body)
        uses = " ".join(
            f"(local.set $x (i32.xor (local.get $x) (local.get {name})))" for name in POINTERS if self.one(0, 0, 1)
        )
        data = "".join(f"{chr(92)}{self.draw.randrange(256):02x}" for _ in range(256))
        return f"""(module (memory 1) (global $g (mut i32) (i32.const 0)) (data (i32.const 0) "{data}")
          (func (export "f") (param $p i32) (param $q i32) (param $i i32) (param $n i32) (result i32)
            (local $x i32) (local $turns i32)
            (block $out (block $early (loop $next {text} {last})) (global.set $g (local.get $x))) {uses}
            (local.get $x)))"""

    def turn_limit(self):
        again = "(local.tee $turns (i32.add (local.get $turns) (i32.const 1)))"
        if self.draw.random() < 0.5:
            return f"(br_if $out (i32.gt_u {again} (i32.const 12)))"
        return f"(if (i32.gt_u {again} (i32.const 12)) (then (return (local.get $x))))"

    def test(self):
        strays = self.limited and self.strays_now()
        relation = self.one(*(UP if (self.step > 0) is not strays else DOWN))
        first, second = "(local.get $i)", "(local.get $n)"
        if relation == "eq" and self.limited:
            return first
        relation = "ne" if relation == "eq" else relation
        if self.limited and self.one(0, 0, 1):
            second = f"(i32.const {self.one(*EDGES)})"
        return f"(i32.{relation} {first} {second})"

    def move(self, name):
        size = self.sizes[name]
        by = f"(i32.const {self.one(size, size, size, 2 * size, -size, 1)})" if self.one(0, 1, 1) else "(local.get $n)"
        moved = f"(local.set {name} (i32.add (local.get {name}) {by}))"
        return f"(if (i32.and (local.get $x) (i32.const 1)) (then {moved}))" if self.strays_now() else moved

    def arguments(self):
        """Of a call that ends soon."""
        first, last = self.one(*EDGES), self.one(*EDGES)
        if not self.limited:
            turns = self.draw.randint(1, 12)
            first = self.one(*EDGES[:11]) + max(0, 8 - self.step * turns)
            last = first + self.step * turns
        return self.one(*EDGES), self.one(*EDGES), first, last

    def place(self):
        """A size, and an offset and an address."""
        name = self.one(*POINTERS)
        address, size = f"(local.get {name})", self.sizes[name]
        if self.strays_now():
            size = self.one(1, 2, 4)
            address = self.one(
                address,
                f"(i32.shl {address} (i32.const {self.draw.randint(0, 3)}))",
                f"(i32.add {address} (local.get {self.one(*POINTERS)}))",
                "(i32.and (local.get $x) (i32.const 252))",
            )
        return size, f"{self.one('', '', 'offset=4', 'offset=8', 'offset=64000')} {address}"

    def value(self):
        size, place = self.place()
        return self.one("(local.get $x)", *[f"({self.one(*LOADS[size])} {place})"] * 2)

    def statement(self):
        size, place = self.place()
        plain = [
            *[f"(local.set $x (i32.add (i32.mul (local.get $x) (i32.const 31)) {self.value()}))"] * 4,
            f"({STORES[size]} {place} {self.value()})",
        ]
        strays = (
            f"(if (i32.and {self.value()} (i32.const 1)) (then (local.set $x {self.value()})))",
            f"(br_if $early (i32.eq {self.value()} (i32.const 7)))",
            f"(local.set $p (i32.shl (i32.load8_u (local.get {self.one('$q', '$i')})) (i32.const 2)))",
        )
        return self.one(*(strays if self.strays_now() else plain))


def told(instance, arguments):
    try:
        return instance.exports["f"].call(None, arguments)
    except Trap as trap:
        return str(trap)


def compare(seed, calls=12):
    """Hold the tiers to the same on a loop that is drawn."""
    loop = Loop(seed)
    text = loop.text()
    valid = validate(parse_module(text))
    tiers = [instantiate(Store(), valid, [], tier) for tier in (Interpreter(), Compiler())]
    for _ in range(calls):
        arguments = loop.arguments()
        outcomes = [(told(each, arguments), each.globals[0].value, bytes(each.memories[0].data)) for each in tiers]
        assert outcomes[0] == outcomes[1], (seed, arguments, text, outcomes[0][:2], outcomes[1][:2])


@pytest.mark.parametrize("seed", range(0, 150, 10))
def test_loops_at_random(seed):
    for each in range(seed, seed + 10):
        compare(each)

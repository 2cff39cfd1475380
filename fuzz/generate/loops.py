"""Loops as compilers of other languages write them: counters with strides, pointers that walk through a memory, loops
in loops. An engine may have special code for such: so they are drawn close to what it may know, and a little beside.

They have no fuel: each ends by its own test, or after so many turns.
"""

from __future__ import annotations

from itertools import product

from quire.engine.instruction_set import CORE
from quire.fuzz.choices import Choices
from quire.fuzz.generate.features import LOOPS, MEMORIES
from quire.fuzz.generate.generator import SHIM_FEATURES, Call, Generated
from quire.fuzz.generate.leaves import Emitter
from quire.wat.parser import parse_module
from quire.wat.text_format import TextFormat

LOADS = {4: ("i32.load",), 2: ("i32.load16_u", "i32.load16_s"), 1: ("i32.load8_u", "i32.load8_s")}
STORES = {4: "i32.store", 2: "i32.store16", 1: "i32.store8"}
UP, DOWN = ("lt_u", "lt_u", "lt_s", "le_u", "le_s", "ne"), ("gt_u", "gt_s", "ge_u", "ge_s", "ne", "eq")
ADDRESSES = (0, 1, 3, 4, 8, 12, 40, 65500, 65528, 65532, 65536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF)
LOW, INSIDE = ADDRESSES[:11], (0, 4, 40, 1, 256, 0x8000)
POINTERS = ("$p", "$q", "$i")
FUNCTIONS = 4  # in a case
CALLS = 8  # of each
GROWN = 3  # of so many turns of calls, behind one the memory grows
TURNS = 12
DATA = 256  # bytes at the start of the memory
MASK = 0xFFFFFFFF
Arguments = tuple[int, int, int, int]


class Loop:
    """Draws the text of a function with a loop, which ends after so many turns at the latest."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.sizes = {name: self.one(4, 4, 2, 1) for name in POINTERS}
        self.strays = choices.pick((0, 0, 10, 40))  # how often, of a hundred, something is done that is not plain
        self.step = self.one(1, 1, 4, 4, 8, 2, -1, -4, -2)
        self.limited = choices.pick((False, True))  # else it ends by its test, given the right arguments
        self.inside = 0  # how many loops are around
        self.fills = choices.chance(10)  # whether it does nothing but store one value, and leaves nothing behind

    def one(self, *items: int) -> int:
        return self.choices.pick(items)

    def word(self, *items: str) -> str:
        return self.choices.pick(items)

    def strays_now(self) -> bool:
        return self.choices.chance(self.strays)

    def text(self) -> str:
        """The function, with two pointers, a counter and its limit for parameters."""
        body = [self.fill()] if self.fills else [self.statement() for _ in range(self.choices.between(1, 4))]
        body += [self.move(name) for name in ("$p", "$q") if self.choices.chance(80)]
        if self.strays_now():
            body = self.shuffled(body)
        if not self.fills and self.choices.chance(25):
            body.insert(self.choices.below(len(body) + 1), self.inner())
        if self.limited:
            body.insert(self.choices.below(len(body) + 1), self.turn_limit())
        count = f"(local.set $i (i32.add (local.get $i) (i32.const {self.step})))"
        last = f"{count} (br_if $next {self.test()})"
        if self.choices.chance(30):
            body.insert(0, f"(br_if $out (i32.eqz {self.test()}))")
            last = f"{count} (br $next)"
        text = "\n".join(body)
        used = [name for name in POINTERS if not self.fills and self.one(0, 0, 1)]
        uses = " ".join(f"(local.set $x (i32.xor (local.get $x) (local.get {name})))" for name in used)
        return f"""(func (param $p i32) (param $q i32) (param $i i32) (param $n i32) (result i32)
          (local $x i32) (local $turns i32) (local $j i32)
          (block $out (block $early (loop $next {text} {last})) (global.set $g (local.get $x))) {uses}
          (local.get $x))"""

    def shuffled(self, items: list[str]) -> list[str]:
        left, found = list(items), []
        while left:
            found.append(left.pop(self.choices.below(len(left))))
        return found

    def inner(self) -> str:
        """A loop within, which counts up or down and has no other way out."""
        stride, turns = self.one(1, 1, 4, 2, -1), self.choices.between(1, 5)
        first = self.one(0, 4, 100) + max(0, -stride * turns)
        relation = self.word("ne", "lt_u" if stride > 0 else "gt_u", "lt_s" if stride > 0 else "gt_s")
        body = [self.statement() for _ in range(self.choices.between(1, 2))]
        body += [self.move(name) for name in ("$p", "$q") if self.choices.chance(60)]
        end, counter = first + stride * turns, f"(i32.add (local.get $j) (i32.const {stride}))"
        return f"""(local.set $j (i32.const {first}))
          (loop $inner {" ".join(body)}
            (br_if $inner (i32.{relation} (local.tee $j {counter}) (i32.const {end}))))"""

    def turn_limit(self) -> str:
        again = "(local.tee $turns (i32.add (local.get $turns) (i32.const 1)))"
        if self.choices.chance(50):
            return f"(br_if $out (i32.gt_u {again} (i32.const {TURNS})))"
        return f"(if (i32.gt_u {again} (i32.const {TURNS})) (then (return (local.get $x))))"

    def test(self) -> str:
        strays = self.limited and self.strays_now()
        relation = self.word(*(UP if (self.step > 0) is not strays else DOWN))
        first, second = "(local.get $i)", "(local.get $n)"
        if relation == "eq" and self.limited:
            return first
        relation = "ne" if relation == "eq" else relation
        if self.limited and self.one(0, 0, 1):
            second = f"(i32.const {self.one(*ADDRESSES)})"
        return f"(i32.{relation} {first} {second})"

    def move(self, name: str) -> str:
        size = self.sizes[name]
        by = f"(i32.const {self.one(size, size, size, 2 * size, -size, 1)})" if self.one(0, 1, 1) else "(local.get $n)"
        moved = f"(local.set {name} (i32.add (local.get {name}) {by}))"
        return f"(if (i32.and (local.get $x) (i32.const 1)) (then {moved}))" if self.strays_now() else moved

    def arguments(self) -> Arguments:
        """Of a call that ends soon."""
        first, last = self.one(*ADDRESSES), self.one(*ADDRESSES)
        if not self.limited:
            turns = self.choices.between(1, TURNS)
            first = self.one(*LOW) + max(0, 8 - self.step * turns)
            last = first + self.step * turns
        return self.pointer(), self.pointer(), first, last

    def pointer(self) -> int:
        """Mostly one from which some turns stay in bounds."""
        return self.one(*(INSIDE if self.choices.chance(65) else ADDRESSES))

    def place(self) -> tuple[int, str]:
        """A size, and an offset and an address."""
        name = self.word(*POINTERS)
        address, size = f"(local.get {name})", self.sizes[name]
        if self.strays_now():
            size = self.one(1, 2, 4)
            address = self.word(
                address,
                f"(i32.shl {address} (i32.const {self.choices.between(0, 3)}))",
                f"(i32.add {address} (local.get {self.word(*POINTERS)}))",
                "(i32.and (local.get $x) (i32.const 252))",
            )
        return size, f"{self.word('', '', 'offset=4', 'offset=8', 'offset=64000')} {address}"

    def value(self) -> str:
        size, place = self.place()
        return self.word("(local.get $x)", *[f"({self.word(*LOADS[size])} {place})"] * 2)

    def fill(self) -> str:
        """A store of what no turn changes."""
        size, place = self.place()
        return f"({STORES[size]} {place} {self.word('(local.get $x)', '(local.get $n)', '(i32.const 0x12345)')})"

    def statement(self) -> str:
        size, place = self.place()
        plain = (
            *[f"(local.set $x (i32.add (i32.mul (local.get $x) (i32.const 31)) {self.value()}))"] * 4,
            f"({STORES[size]} {place} {self.value()})",
        )
        strays = (
            f"(if (i32.and {self.value()} (i32.const 1)) (then (local.set $x {self.value()})))",
            f"(br_if $early (i32.eq {self.value()} (i32.const 7)))",
            f"(local.set $p (i32.shl (i32.load8_u (local.get {self.word('$q', '$i')})) (i32.const 2)))",
        )
        return self.word(*(strays if self.strays_now() else plain))


def loop_module(loops: list[Loop], choices: Choices) -> str:
    """The text of a module with these functions, a memory with bytes in it and a global."""
    data = "".join(f"\\{choices.below(256):02x}" for _ in range(DATA))
    functions = "\n".join(each.text() for each in loops)
    return f"""(module (memory 1 3) (global $g (mut i32) (i32.const 0)) (data (i32.const 0) "{data}")
      {functions}
      (func (result i32) (memory.grow (i32.const 1))))"""


def loop_case(choices: Choices) -> Generated:
    """Some loops and calls of each, in turns; now and then the memory grows."""
    loops = [Loop(choices) for _ in range(choices.between(1, FUNCTIONS))]
    module = parse_module(loop_module(loops, choices), TextFormat(CORE))
    make = Emitter(CORE).make
    calls = []
    for turn, (index, loop) in product(range(CALLS), enumerate(loops)):
        arguments = tuple(make("i32.const", each & MASK) for each in loop.arguments())
        calls.append(Call(index, arguments))
        if index == 0 and turn % GROWN == GROWN - 1:
            calls.append(Call(len(loops), ()))
    features = frozenset({MEMORIES, LOOPS})
    return Generated(module, CORE, features, tuple(calls), shim_features=SHIM_FEATURES, fuel=False)

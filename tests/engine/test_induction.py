"""Loops that walk through a memory: whatever becomes of their pointers, both tiers read and write the same."""

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

DATA = "".join(f"\\{(at * 37 + 11) % 256:02x}" for at in range(512))
ENDS = (0, 1, 8, 100, 65000, 65520, 65528, 65532, 65536, 0xFFFFFFF8, 0xFFFFFFFF)


def started(text, tier):
    return instantiate(Store(), validate(parse_module(text)), [], tier)


LEFT = "(i32.xor (local.get $x) (i32.trunc_sat_f64_s (local.get $sum))) (local.get $p) (local.get $i)"


def module(body, locals_="", memory="(memory 1)", results="(result i32 i32 i32)", left=LEFT):
    """Parameters: a pointer, a number, a step; further locals $i, $x and those wanted."""
    return f"""(module {memory} (data (i32.const 0) "{DATA}")
      (func $other (param i32) (result i32) (drop (memory.grow (i32.const 1))) (local.get 0))
      (func (export "f") (param $p i32) (param $n i32) (param $step i32) {results}
        (local $i i32) (local $x i32) (local $q i32) (local $sum f64) {locals_}
        {body}
        {left}))"""


def told(instance, arguments):
    try:
        return instance.exports["f"].call(None, arguments)
    except Trap as trap:
        return str(trap)


def source(text):
    instance = started(text, Compiler())
    return generate(instance.module, instance.functions[-1], world_of(instance).options).source.text


def compare(text, calls):
    """Hold the tiers to the same results, traps and bytes, one call seeing what those before have left; the code."""
    tiers = [started(text, tier) for tier in (Interpreter(), Compiler())]
    for arguments in calls:
        outcomes = [told(instance, arguments) for instance in tiers]
        assert outcomes[0] == outcomes[1], (arguments, source(text))
        memories = [bytes(instance.memories[0].data) for instance in tiers]
        assert memories[0] == memories[1], (arguments, source(text))
    return source(text)


def grid(*pointers, numbers=(0, 1, 2, 9), steps=(0,)):
    return [(pointer, number, step) for pointer in pointers or ENDS for number in numbers for step in steps]


ADD = "(local.set $x (i32.add (i32.mul (local.get $x) (i32.const 31)) {}))"
COUNT = "(local.set $i (i32.add (local.get $i) (i32.const 1)))"
WHILE = "(br_if $next (i32.lt_u (local.get $i) (local.get $n)))"


def moved(by, name="$p"):
    return f"(local.set {name} (i32.add (local.get {name}) {by}))"


def constant(number):
    return f"(i32.const {number})"


@pytest.mark.parametrize("step", [4, 8, -4, 12])
@pytest.mark.parametrize("offset", [0, 16, 18])
def test_a_pointer_that_moves_by_a_constant(step, offset):
    load = ADD.format(f"(i32.load offset={offset} (local.get $p))")
    made = compare(module(f"(loop $next {load} {moved(constant(step))} {COUNT} {WHILE})"), grid())
    assert ("e0" in made) is (offset != 18)


@pytest.mark.parametrize("step", [0, 1, 4, 8, 400, 0xFFFFFFFC, 0x80000000])
def test_a_pointer_that_moves_by_a_variable(step):
    load = ADD.format("(i32.load (local.get $p))")
    text = module(f"(loop $next {load} {moved('(local.get $step)')} {COUNT} {WHILE})")
    assert "by2_2" in compare(text, grid(steps=(step,)))


def test_several_offsets_and_stores():
    body = """(loop $next
      (i32.store offset=8 (local.get $p) (i32.add (i32.load (local.get $p)) (i32.load offset=4 (local.get $p))))"""
    made = compare(module(f"{body} {moved(constant(4))} {COUNT} {WHILE})"), grid())
    assert "I0from2[e0] = (I0[e0] + I0from1[e0]) % 0x100000000" in made


def test_two_pointers_of_different_sizes():
    body = f"""(local.set $q (local.get $step)) (loop $next
      (f64.store (local.get $q) (f64.convert_i32_u (i32.load16_u offset=6 (local.get $p))))
      {moved(constant(2))} {moved(constant(8), "$q")} {COUNT} {WHILE})"""
    made = compare(module(body), grid(0, 2, 3, 65530, numbers=(1, 5), steps=(0, 8, 12, 65520, 0xFFFFFFF0)))
    assert "e0" in made
    assert "e5" in made


@pytest.mark.parametrize(
    "use",
    [
        ADD.format("(i32.load8_u (local.get $p))"),
        ADD.format("(local.get $p)"),
        "(i32.store (local.get $p) (local.get $p))",
        ADD.format("(i32.load16_u (local.get $p))"),
        "(local.set $p (i32.xor (local.get $p) (i32.const 4)))",
    ],
)
def test_a_variable_that_is_more_than_a_pointer(use):
    load = ADD.format("(i32.load (local.get $p))")
    body = f"(loop $next {load} {use} {moved(constant(4))} {COUNT} {WHILE})"
    assert "e0" not in compare(module(body), grid(0, 3, 65528))


def test_a_pointer_that_wraps_around_without_an_access():
    body = f"""(loop $next
      (if (i32.lt_u (local.get $i) (local.get $step)) (then) (else {ADD.format("(i32.load (local.get $p))")}))
      {moved(constant(0x40000000))} {COUNT} {WHILE})"""
    assert "e0" in compare(module(body), grid(0, 4, 8, numbers=(1, 4, 5, 9), steps=(0, 1, 4, 8, 9)))


def test_exits_in_the_midst_find_the_pointer_as_it_is():
    body = f"""(block $out (loop $next
      (br_if $out (i32.eq (i32.load (local.get $p)) (local.get $step)))
      {moved(constant(4))}
      (br_if $out (i32.eq (i32.load offset=8 (local.get $p)) (local.get $step)))
      {COUNT} {WHILE}))"""
    word = int.from_bytes(bytes((at * 37 + 11) % 256 for at in range(40, 44)), "little")
    assert "e0" in compare(module(body), grid(0, 4, 2, 36, 40, numbers=(0, 1, 9, 30), steps=(word, 0)))


def test_returns_and_switches_in_the_midst():
    body = f"""(block $a (block $b (loop $next
      (if (i32.eq (local.get $i) (local.get $step)) (then (return (i32.const 1) (local.get $n) (local.get $i))))
      (block $c (block $d (br_table $c $d $a $b (i32.and (i32.load (local.get $p)) (i32.const 7))))
        {ADD.format(constant(5))})
      {moved(constant(4))} {COUNT} {WHILE})) {ADD.format(constant(7))})"""
    compare(module(body), grid(0, 4, 8, 52, 65528, numbers=(1, 9), steps=(0, 3, 99)))


@pytest.mark.parametrize("test", ["lt_u", "lt_s", "le_u", "ne"])
@pytest.mark.parametrize("before", [False, True])
def test_a_counter_that_is_a_pointer(test, before):
    again = f"(i32.{test} (local.get $p) (local.get $n))"
    load = ADD.format("(i32.load offset=8 (local.get $p))")
    limit = f"{COUNT} (br_if $out (i32.eq (local.get $i) (i32.const 12)))"
    if before:
        body = (
            f"(block $out (loop $next (br_if $out (i32.eqz {again})) {load} {limit} {moved(constant(4))} (br $next)))"
        )
    else:
        body = f"(block $out (loop $next {load} {limit} {moved(constant(4))} (br_if $next {again})))"
    calls = grid(0, 2, 4, 32, 65500, 0xFFFFFFF0, numbers=(0, 4, 6, 16, 33, 65528, 65537, 0x80000000, 0xFFFFFFFF))
    assert "for e0 in" in compare(module(body), calls)


@pytest.mark.parametrize("test", ["gt_u", "ge_u", "ge_s", "ne"])
def test_a_counter_that_is_a_pointer_down(test):
    load = ADD.format("(i32.load offset=8 (local.get $p))")
    limit = f"{COUNT} (br_if $out (i32.eq (local.get $i) (i32.const 12)))"
    again = f"(br_if $next (i32.{test} (local.get $p) (local.get $n)))"
    body = f"(block $out (loop $next {load} {limit} {moved(constant(-4))} {again}))"
    calls = grid(0, 4, 30, 32, 65528, 65540, 0xFFFFFFFC, numbers=(0, 1, 4, 8, 16, 65500, 0xFFFFFFF0))
    assert "for e0 in" in compare(module(body), calls)


@pytest.mark.parametrize("step", [1, 2, 6, -2])
def test_a_counter_that_does_not_move_by_whole_elements(step):
    again = f"(br_if $next (i32.{'lt' if step > 0 else 'gt'}_u (local.get $p) (local.get $n)))"
    body = f"(loop $next {ADD.format('(i32.load offset=8 (local.get $p))')} {moved(constant(step))} {again})"
    assert "e0" not in compare(module(body), grid(0, 4, 24, 48, numbers=(0, 4, 8, 24)))


@pytest.mark.parametrize("shift", [1, 2, 3])
@pytest.mark.parametrize("index", ["(i32.load8_u offset=7 (local.get $i))", "(i32.and (local.get $i) (i32.const 63))"])
def test_a_pointer_that_is_set_to_an_element(shift, index):
    body = f"""(loop $next
      (local.set $p (i32.shl {index} (i32.const {shift})))
      (i32.store offset=64 (local.get $p) (i32.add (i32.load offset=64 (local.get $p)) (i32.const 1)))
      {COUNT} {WHILE})"""
    assert ("e0" in compare(module(body), grid(0, 3))) is (shift > 1)


def test_a_counter_that_is_multiplied():
    body = f"""(loop $next
      (f64.store offset=8 (i32.shl (local.get $i) (i32.const 3)) (f64.convert_i32_u (local.get $i)))
      {ADD.format("(i32.load (i32.shl (local.get $i) (i32.const 3)))")} {COUNT} {WHILE})"""
    assert "d0from1[l3] = " in compare(module(body), grid(0, numbers=(0, 1, 9, 8190, 8191, 8192, 9000)))


def test_calls_and_growth_in_a_loop():
    body = f"""(loop $next
      (local.set $x (call $other (i32.add (i32.load (local.get $p)) (local.get $x))))
      {moved(constant(65536))} {COUNT} {WHILE})"""
    compare(module(body), grid(0, 4, 3, 65528, 131072))


def test_a_loop_within_a_try():
    body = f"""(block $caught (try_table (catch_all $caught) (loop $next
      {ADD.format("(i32.load (local.get $p))")} {moved(constant(4))}
      (if (i32.eq (local.get $i) (local.get $step)) (then (throw $t)))
      (drop (call $other (i32.const 0))) {COUNT} {WHILE})))"""
    text = module(body, memory="(memory 1) (tag $t)")
    compare(text, grid(0, 4, 3, numbers=(1, 5), steps=(0, 3, 9)))


def test_wide_addresses():
    text = """(module (memory i64 1) (func (export "f") (param $p i64) (param $n i64) (param $step i64) (result i64 i64)
      (local $x i64)
      (loop $next
        (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 31)) (i64.load offset=8 (local.get $p))))
        (i64.store (local.get $p) (local.get $x))
        (local.set $p (i64.add (local.get $p) (i64.const 8)))
        (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0))))
      (local.get $x) (local.get $p)))"""
    calls = [(pointer, number, 0) for pointer in (0, 4, 65512, 65520, (1 << 64) - 16) for number in (1, 2, 9)]
    assert "e0" in compare(text, calls)


def walk(body, behind="", by=4):
    """A loop that reads words in turn; nothing uses the pointer behind it."""
    step = moved(constant(by), "$q")
    again = f"(local.set $q (local.get $p)) (loop $next {body} {step} {COUNT} {WHILE}) {behind}"
    return module(f"{again} (local.set $q (i32.const 0))")


READ = ADD.format("(i32.load offset=4 (local.get $q))")
LAST = (0, 4, 3, 65524, 65528, 65532, 65536, 0xFFFFFFFC)


@pytest.mark.parametrize("by", [4, 8])
def test_elements_in_turn(by):
    made = compare(walk(READ, by=by), grid(*LAST, numbers=(0, 1, 2, 3, 1 << 31)))
    assert "x5 in zip(" in made


def test_elements_in_turn_without_a_counter():
    body = f"""(local.set $q (local.get $p)) (loop $next {READ}
      {moved(constant(4), "$q")} (br_if $next (i32.lt_u (local.get $q) (local.get $n)))) (local.set $q (i32.const 0))"""
    assert "for x5 in I0[" in compare(module(body), grid(0, 4, 1, 65524, numbers=(0, 4, 8, 9, 65528, 65532, 65536)))


@pytest.mark.parametrize("step", [0, 4, 6, 12, 0x8000, 0xFFFFFFFC])
def test_elements_at_a_distance(step):
    body = f"""(local.set $q (local.get $p)) (loop $next {READ}
      {moved("(local.get $step)", "$q")} {COUNT} {WHILE}) (local.set $q (i32.const 0))"""
    assert "x5 in zip(" in compare(module(body), grid(*LAST, steps=(step,)))


def test_what_a_turn_writes_is_read_by_the_next():
    body = f"{READ} (i32.store (i32.add (local.get $i) (i32.const 8)) (local.get $x))"
    assert "x5 in zip(" in compare(walk(body), grid(0, 4, 8, numbers=(1, 2, 9, 30)))


@pytest.mark.parametrize(
    "body",
    [
        f"(i32.store (i32.const 8) (local.get $i)) {READ}",  # something is written before
        f"(if (i32.and (local.get $i) (i32.const 1)) (then {READ}))",  # not every turn reads
        f"{READ} (if (i32.and (local.get $i) (i32.const 1)) (then {moved(constant(4), '$q')}))",  # nor moves alike
        f"{READ} {ADD.format('(i32.load (local.get $q))')}",  # there are two loads
        f"{READ} (drop (call $other (i32.const 1))) {ADD.format('(i32.load (local.get $q))')}",
    ],
)
def test_elements_that_are_not_read_in_turn(body):
    assert "zip(" not in compare(walk(body), grid(0, 4, 65500, numbers=(1, 2, 9)))


def test_a_pointer_and_a_counter_that_are_used_behind_the_loop():
    made = compare(walk(READ, ADD.format("(local.get $q)")), grid(0, 4, 65500, numbers=(1, 9, 20)))
    assert "zip(" not in made


def test_leaving_in_the_midst_of_elements():
    body = f"""(local.set $q (local.get $p)) (block $out (loop $next {READ}
      (br_if $out (i32.eq (local.get $i) (local.get $step))) (local.set $x (i32.xor (local.get $x) (i32.const 5)))
      {moved(constant(4), "$q")} {COUNT} {WHILE}) (local.set $x (i32.add (local.get $x) (i32.const 77))))
      (local.set $x (i32.add (local.get $x) (local.get $i)))"""
    assert "x5 in zip(" in compare(module(body), grid(0, 65520, numbers=(1, 4, 9), steps=(0, 2, 3, 8, 99)))


def test_floats_keep_their_bits():
    signalling = "".join(f"\\{byte:02x}" for byte in (1, 0, 0, 0, 0, 0, 0xF4, 0x7F) * 4)
    text = f"""(module (memory 1) (data (i32.const 16) "{signalling}")
      (func (export "f") (param $p i32) (param $n i32) (param i32) (result i64) (local $i i32) (local $y f64)
        (loop $next
          (local.set $y (f64.load (local.get $p)))
          (f64.store offset=256 (local.get $i) (local.get $y))
          (local.set $p (i32.add (local.get $p) (i32.const 8)))
          {COUNT} {WHILE})
        (i64.reinterpret_f64 (local.get $y))))"""
    assert " in zip(" in compare(text, grid(0, 8, 16, numbers=(1, 3, 6)))


@pytest.mark.parametrize("load", ["i32.load8_u", "i32.load8_s", "i32.load16_s", "i64.load32_u", "i64.load8_u"])
def test_elements_of_other_sizes(load):
    value = f"({load} offset=8 (local.get $q))"
    body = ADD.format(value if load.startswith("i32") else f"(i32.wrap_i64 {value})")
    made = compare(walk(body, by=4), grid(0, 4, 3, 65520, 65532))
    assert ("x5" in made) is (load[-1] == "u")


def test_a_loop_of_few_turns_does_without_slices():
    load = ADD.format("(i32.load8_u offset=3 (local.get $p))")
    body = f"(loop $next {load} {moved(constant(1))} {COUNT} {WHILE}) (local.set $p (i32.const 0))"
    assert "if RUN and 4 < l1 <= " in compare(module(body), grid(numbers=(1, 3, 4, 5, 6, 7)))


@pytest.mark.parametrize("step", ["(i32.const 1)", "(local.get $step)"])
@pytest.mark.parametrize("first", [1, 2, 3, 9])
def test_the_bytes_behind_all_addresses_are_not_the_first(step, first):
    load = ADD.format("(i32.load8_u offset=3 (local.get $p))")
    body = f"""(loop $next (if (i32.ge_u (local.get $i) (i32.const {first})) (then {load}))
      {moved(step)} {COUNT} {WHILE})"""
    made = compare(module(body), grid(0, 65530, *range(0xFFFFFFF6, 0x100000000), numbers=(1, 2, 3, 4, 5), steps=(1, 2)))
    assert "e0 = e0 + " in made
    assert "e0 &= " not in made


@pytest.mark.parametrize(
    "load", ["i32.load8_u", "i32.load8_u offset=3", "i32.load", "i32.load offset=4", "i32.load16_s"]
)
@pytest.mark.parametrize("step", ["(i32.const 4)", "(local.get $step)"])
def test_a_pointer_that_wraps_around_in_its_last_turn_and_is_used_then(load, step):
    body = f"""(loop $next (if (i32.ge_u (local.get $i) (i32.const 1)) (then {ADD.format(f"({load} (local.get $p))")}))
      {moved(step)} {ADD.format(f"({load} (local.get $p))")} {COUNT} {WHILE})"""
    pointers = (0, 65528, 0xFFFFFFF4, 0xFFFFFFF8, 0xFFFFFFFC, 0xFFFFFFFF)
    compare(module(body), grid(*pointers, numbers=(1, 2, 3, 4, 5), steps=(4, 8)))


FILLS = {
    "bytes": ("i32.store8", 1, "(i32.const 0)"),
    "bytes with an offset": ("i32.store8 offset=5", 1, "(i32.const 7)"),
    "every third byte": ("i32.store8", 3, "(local.get $q)"),
    "halves": ("i32.store16 offset=2", 2, "(i32.const -2)"),
    "words": ("i32.store", 4, "(i32.const 0)"),
    "sums": ("i32.store", 4, "(i32.add (local.get $q) (i32.const 0xffffff00))"),
    "truths": ("i32.store8", 1, "(i32.eqz (local.get $q))"),
    "wide": ("i64.store32", 4, "(i64.extend_i32_s (local.get $q))"),
    "widest": ("i64.store", 8, "(i64.const -3)"),
}
NOTHING = {"results": "", "left": ""}  # of the variables of a loop, so that it may leave them as they are


def fill(store, *parts):
    """A function that leaves none of its loop's variables behind."""
    body = "(local.set $q (local.get $step)) (loop $next {} {} (br_if $next (i32.lt_u (local.get $i) (local.get $n))))"
    return module(body.format(store, " ".join(parts)), **NOTHING)


@pytest.mark.parametrize(("store", "by", "value"), FILLS.values(), ids=FILLS)
@pytest.mark.parametrize("first", [True, False], ids=["stored first", "moved first"])
def test_a_loop_that_stores_the_same_is_a_slice(store, by, value, first):
    stored, move = f"({store} (local.get $p) {value})", moved(constant(by))
    text = fill(*((stored, move) if first else (move, stored)), COUNT)
    made = compare(text, grid(numbers=(0, 1, 5, 9, 700), steps=(0, 0x1FF)))
    assert "(count := " in made


@pytest.mark.parametrize("step", [1, 3, 0, 0x80000000, 0xFFFFFFFF])
def test_a_loop_that_strikes_multiples_of_a_number_is_a_slice(step):
    test = "(br_if $out (i32.ge_u (local.get $p) (local.get $n)))"
    body = f"(block $out (loop $next {test} (i32.store8 (local.get $p) (i32.const 1)) {moved('(local.get $step)')}"
    text = module(f"{body} (br $next)))", **NOTHING)
    ends = (65000, 65535, 65536) if step else (0,)  # by nothing, it would go on for ever
    made = compare(text, grid(0, 7, 64900, 65530, numbers=(*ends, 0, 9) if step else ends, steps=(step,)))
    assert "count * l2:l2]" in made


@pytest.mark.parametrize(
    ("store", "move"),
    [
        ("(i32.store (local.get $p) (i32.const 5))", 8),  # with gaps
        ("(i32.store (local.get $p) (i32.const 5))", 2),  # with overlaps
        ("(i32.store8 (local.get $p) (local.get $i))", 1),  # something else each time
        ("(i32.store8 (local.get $p) (i32.load8_u (i32.const 100)))", 1),  # which the loop itself may change
        ("(i32.store8 (local.get $p) (i32.div_u (i32.const 1) (local.get $q)))", 1),  # which may trap
        ("(i32.store8 (local.get $p) (i32.const 5))", -1),  # backwards
        ("(i32.store8 (local.get $q) (i32.const 5))", 1),  # at the same address
        ("(i32.store8 (local.get $p) (i32.const 5)) (i32.store8 (local.get $q) (i32.const 6))", 1),
        ("(f32.store (local.get $p) (f32.const nan:0x200000))", 4),
    ],
)
def test_a_loop_that_is_no_slice(store, move):
    made = compare(fill(store, moved(constant(move)), COUNT), grid(numbers=(0, 1, 9, 70), steps=(0, 3, 65530)))
    assert "count" not in made


def test_a_loop_whose_variables_are_used_behind_it_is_no_slice():
    store = "(i32.store8 (local.get $p) (i32.const 5))"
    made = compare(module(f"(loop $next {store} {moved(constant(1))} {COUNT} {WHILE})"), grid())
    assert "count" not in made

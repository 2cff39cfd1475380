"""Counted loops: their counters have the very values that the code says, and Python counts where it can."""

from itertools import islice

import pytest

from quire.engine.compile import Compiler
from quire.engine.compile.code.generate import generate
from quire.engine.compile.loops.turns import PIECE, turns
from quire.engine.compile.running.listing import listing
from quire.engine.compile.running.world import world_of
from quire.engine.errors import Exhausted, Trap
from quire.engine.instantiate import instantiate
from quire.engine.interpret import Interpreter
from quire.engine.runtime.store import Store
from quire.engine.validate import validate
from quire.wat.parser import parse_module

RELATIONS = ("lt_u", "lt_s", "le_u", "le_s", "gt_u", "gt_s", "ge_u", "ge_s", "ne")
HOLDS = {
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "ne": lambda a, b: a != b,
}
MOST_TURNS = 6


def one_by_one(counter, bound, step, relation, tested):
    bits, name, sign = int(relation[1:3]), relation[4:6], relation.endswith("_s")
    half = 1 << bits - 1

    def holds():
        numbers = (counter, bound)
        return HOLDS[name](*((each ^ half) - half if sign else each for each in numbers))

    if tested and not holds():
        return
    while True:
        yield counter
        counter = counter + step & 2 * half - 1
        if not holds():
            return


def edges(bits, step, relation):
    """Bounds where something changes, and counters from which they are met, passed or missed."""
    mask = (1 << bits) - 1
    bounds = {0, 1, 5, mask // 2 - 1, mask // 2, mask // 2 + 1, mask - 2, mask}
    for bound in sorted(bounds):
        for away in (-9, -2, -1, 0, 1, 2, 9):
            yield bound + away * step & mask, bound
            yield bound + away & mask, bound


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("tested", [False, True])
def test_turns(relation, tested):
    for bits in (32, 64):
        name = f"i{bits}.{relation}"
        up, down = (1, 2, 3, 8, (1 << bits) - 4, 0), (-1, -2, -8)
        for step in up + down if relation == "ne" else up if relation[0] == "l" else down:
            for counter, bound in edges(bits, step, relation):
                expected = list(islice(one_by_one(counter, bound, step, name, tested), 30))
                found = list(islice(turns(lambda: None, counter, bound, step, name, tested=tested), 30))
                assert found == expected, (counter, bound, step, name)


@pytest.mark.parametrize("count", [PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
@pytest.mark.parametrize("step", [1, 4, -4])
def test_many_turns_come_in_pieces(count, step):
    looks = []
    first, bound = (7, 7 + count * step) if step > 0 else (7 - count * step, 7)
    found = list(turns(lambda: looks.append(0), first, bound, step, "i32.ne"))
    assert found == list(range(first, bound, step))
    assert len(looks) == -(-count // PIECE)


def start(text, tier):
    return instantiate(Store(), validate(parse_module(text)), [], tier)


def call(instance, *arguments):
    return instance.exports["f"].call(instance, arguments)


def source(instance, index=0):
    return generate(instance.module, instance.functions[index], world_of(instance).options).source.text


def loop_of(type_, count, again, before):
    """The local 0 counts to the parameter 1 by the parameter 2; all the values it has make the result."""
    step = f"""(local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) {widened(type_)}))
      (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
      (br_if $out (i32.eq (local.get $turns) (i32.const {MOST_TURNS})))"""
    if before:
        body = f"(br_if $out (i32.eqz {again})) {step} {count} (br $next)"
    else:
        body = f"{step} {count} (br_if $next {again})"
    return f"""(module (func (export "f") (param $v {type_}) (param $bound {type_}) (param $step {type_})
        (result i64 {type_})
        (local $sum i64) (local $turns i32)
        (block $out (loop $next {body}))
        (local.get $sum) (local.get $v)))"""


def widened(type_):
    return "(local.get $v)" if type_ == "i64" else "(i64.extend_i32_u (local.get $v))"


def compare(text, arguments):
    reference, fast = start(text, Interpreter()), start(text, Compiler())
    for each in arguments:
        assert call(fast, *each) == call(reference, *each), (each, source(fast))
    return source(fast)


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("type_", ["i32", "i64"])
@pytest.mark.parametrize("before", [False, True])
def test_counters_have_the_very_values(relation, type_, before):
    bits = int(type_[1:])
    down = relation[:2] in ("gt", "ge")
    for step in (-1, -3, -8) if down else (1, 2, 8, None, *([-1, -4] if relation == "ne" else [])):
        by = "(local.get $step)" if step is None else f"({type_}.const {step})"
        count = f"(local.set $v ({type_}.add (local.get $v) {by}))"
        text = loop_of(type_, count, f"({type_}.{relation} (local.get $v) (local.get $bound))", before)
        steps = (1, 3, 0, (1 << bits) - 2) if step is None else (step,)
        made = compare(text, ((*each, by % (1 << bits)) for by in steps for each in edges(bits, by, relation)))
        assert ("in range(" in made) is (step is not None or relation != "ne")
        assert sum(line.startswith("        l0 = l0 ") for line in made.splitlines()) <= 1  # it counts once, if at all


@pytest.mark.parametrize("bound", [-5, -1, 0, 1, 3, 100])
@pytest.mark.parametrize("relation", ["lt_s", "le_s", "gt_s", "ge_s", "lt_u", "ge_u", "ne"])
def test_constant_bounds(relation, bound):
    step = -2 if relation[0] == "g" else 2
    count = f"(local.set $v (i32.sub (local.get $v) (i32.const {-step})))"
    for before in (False, True):
        text = loop_of("i32", count, f"(i32.{relation} (local.get $v) (i32.const {bound}))", before)
        compare(text, ((first % (1 << 32), 0, 0) for first in range(-9, 9)))


@pytest.mark.parametrize("before", [False, True])
def test_down_to_zero(before):
    count = "(local.set $v (i32.sub (local.get $v) (i32.const 1)))"
    for again in ("(local.get $v)", "(i32.ne (i32.const 0) (local.get $v))"):
        made = compare(loop_of("i32", count, again, before), ((first, 0, 0) for first in (0, 1, 2, 9, 1 << 31)))
        assert "in range(l0, 0, -1)" in made


def test_a_bound_that_is_computed_once():
    count = "(local.set $v (i32.add (local.get $v) (i32.const 1)))"
    again = "(i32.lt_u (local.get $v) (i32.add (local.get $bound) (local.get $step)))"
    arguments = [(0, 3, 1), (0, 0, 0), (2, 0xFFFFFFFF, 4), (2, 0xFFFFFFFF, 3)]
    made = compare(loop_of("i32", count, again, before=False), arguments)
    assert "l0end" in made
    assert "in range(" in made


def test_the_count_need_not_be_the_last_statement():
    count = """(local.set $v (i32.add (local.get $v) (i32.const 1)))
      (local.set $step (i32.add (local.get $step) (i32.const 3)))"""
    made = compare(loop_of("i32", count, "(i32.lt_u (local.get $v) (local.get $bound))", before=False), [(0, 4, 1)])
    assert "in range(" in made


@pytest.mark.parametrize(
    "count",
    [
        # what stands behind the count reads the counter
        "(local.set $v (i32.add (local.get $v) (i32.const 1))) (local.set $sum (i64.extend_i32_u (local.get $v)))",
        # the counter changes elsewhere
        """(if (i32.eq (local.get $v) (i32.const 2)) (then (local.set $v (i32.const 4))))
           (local.set $v (i32.add (local.get $v) (i32.const 1)))""",
        # the bound changes
        "(local.set $bound (i32.const 3)) (local.set $v (i32.add (local.get $v) (i32.const 1)))",
        # the step changes
        """(local.set $step (i32.add (local.get $step) (i32.const 1)))
           (local.set $v (i32.add (local.get $v) (local.get $step)))""",
        # the step is the counter
        "(local.set $v (i32.add (local.get $v) (local.get $v)))",
        # not every turn counts
        "(br_if $next (i32.eq (local.get $turns) (i32.const 2))) (local.set $v (i32.add (local.get $v) (i32.const 1)))",
    ],
)
def test_what_is_no_counted_loop(count):
    text = loop_of("i32", count, "(i32.lt_u (local.get $v) (local.get $bound))", before=False)
    assert "in range(" not in compare(text, [(0, 9, 1), (1, 5, 0), (0, 0, 0)])


def test_nested_loops_and_exits_out_of_both():
    text = """(module (memory 1) (func (export "f") (param $n i32) (result i32) (local $i i32) (local $j i32)
      (block $out
        (loop $rows
          (local.set $j (i32.const 0))
          (loop $columns
            (br_if $out (i32.eq (i32.mul (local.get $i) (local.get $j)) (i32.const 42)))
            (i32.store8 (local.get $j) (local.get $i))
            (local.set $j (i32.add (local.get $j) (i32.const 1)))
            (br_if $columns (i32.lt_u (local.get $j) (local.get $n))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $rows (i32.ne (local.get $i) (local.get $n))))
        (local.set $i (i32.add (local.get $i) (i32.const 1000))))
      (i32.add (local.get $j) (i32.mul (local.get $i) (i32.const 10000)))))"""
    assert compare(text, [(n,) for n in (1, 3, 7, 8, 20)]).count("in range(") == 2


AFTER = """(module (func (export "f") (param $v i32) (param $n i32) (result i32)
  (block $out
    (block $early
      (loop $next
        {before}
        (br_if $early (i32.eq (local.get $v) (i32.const 7)))
        (local.set $v (i32.add (local.get $v) (i32.const 1)))
        {behind}))
    {rest})
  (i32.add (local.get $v) (i32.const 5))))"""
REST = "(local.set $n (i32.const 1)) (local.set $v (local.get $n)) (local.set $n (i32.const 2))"
TEST = "(i32.lt_u (local.get $v) (local.get $n))"


@pytest.mark.parametrize(
    "text",
    [
        AFTER.format(
            before=f"(br_if $early (i32.eqz {TEST}))",
            behind="(br $next)",
            rest=REST,
        ),
        AFTER.format(before="", behind=f"(br_if $next {TEST}) (return (i32.const 77))", rest="(return (local.get $v))"),
        AFTER.format(
            before="",
            behind=f"""(br_if $next {TEST})
              (if (i32.eq (local.get $v) (i32.const 5)) (then (br $out)) (else (br_if $out (local.get $v))))
              (local.set $v (i32.const 1000))""",
            rest="(local.set $v (i32.add (local.get $v) (i32.const 100)))",
        ),
        AFTER.format(
            before=f"(if (i32.eqz {TEST}) (then (br_if $out (local.get $n)) (local.set $v (i32.const 3)) (br $early)))",
            behind="(br $next)",
            rest="(local.set $v (i32.add (local.get $v) (i32.const 100)))",
        ),
    ],
)
def test_what_comes_behind_a_loop(text):
    made = compare(text, [(first, bound) for first in (0, 3, 7, 8) for bound in (0, 1, 5, 7, 9)])
    assert "in range(" in made


def test_a_trap_in_the_midst_leaves_what_was_done():
    text = """(module (memory 1) (global $g (mut i32) (i32.const 0))
      (func (export "f") (param $n i32) (result i32) (local $i i32)
        (local.set $i (i32.const 65000))
        (loop $next
          (global.set $g (local.get $i))
          (i32.store8 (i32.add (local.get $i) (i32.const 3)) (local.get $i))
          (local.set $i (i32.add (local.get $i) (i32.const 4)))
          (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
        (i32.const 1))
      (func (export "g") (result i32) (global.get $g)))"""
    told = []
    for tier in (Interpreter(), Compiler()):
        instance = start(text, tier)
        with pytest.raises(Exception, match="out of bounds") as error:
            call(instance, 70000)
        memory = bytes(instance.memories[0].data)
        told.append((str(error.value), instance.globals[0].value, memory))
    assert told[0] == told[1]


def test_a_thrown_exception_finds_the_counter_as_it_was():
    text = """(module (tag $t) (func $throw (param i32) (if (i32.eq (local.get 0) (i32.const 3)) (then (throw $t))))
      (func (export "f") (param $n i32) (result i32) (local $i i32) (local $x i32)
        (loop $next
          (block $caught
            (try_table (catch $t $caught)
              (local.set $x (i32.add (local.get $x) (local.get $i)))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (call $throw (local.get $i))
              (br_if $next (i32.lt_u (local.get $i) (local.get $n)))))
          (local.set $x (i32.add (local.get $x) (i32.mul (local.get $i) (i32.const 100)))))
        (local.get $x)))"""
    compare(text, [(1,), (2,), (3,), (9,)])


def test_growth_in_a_loop():
    text = """(module (memory 1) (func (export "f") (param $n i32) (result i32) (local $i i32) (local $x i32)
        (loop $next
          (local.set $x (i32.add (local.get $x) (i32.mul (memory.grow (i32.const 1)) (i32.const 3))))
          (i32.store (i32.mul (local.get $i) (i32.const 65536)) (local.get $i))
          (local.set $x (i32.add (local.get $x) (i32.load (i32.mul (local.get $i) (i32.const 65536)))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
        (local.get $x)))"""
    assert "in range(" in compare(text, [(1,), (9,)])


@pytest.mark.parametrize("turns_in_loop", [10, 1 << 30])
def test_an_interruption_ends_a_loop(turns_in_loop):
    text = """(module (func (export "f") (param $n i32) (local $i i32)
      (loop $next (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $i) (local.get $n))))))"""
    instance = start(text, Compiler())
    call(instance, 1)
    instance.store.interrupt()
    with pytest.raises(Exhausted, match="interrupted"):
        call(instance, turns_in_loop)


SEARCH = """(module (memory (export "memory") 1) (data (i32.const 7) "abcabcabd") (func (export "f")
  (param i32 i32) (result i32) (local i32) (block $out (loop $next
    (br_if $out (i32.eq (i32.load8_u (local.get 0)) (local.get 1))) {}
    (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br $next)))
  (i32.add (local.get 0) (local.get 2))))"""


@pytest.mark.parametrize(
    ("more", "times"),
    [
        ("", 2),
        ("(local.set 2 (i32.xor (local.get 2) (local.get 0)))", 2),
        ("(if (i32.eq (local.get 0) (i32.const 9)) (then (local.set 0 (i32.const 11)) (br $next)))", 2),
        ("(if (i32.eq (local.get 0) (i32.const 9)) (then (return (i32.const 99))))", 2),
        ("(local.set 2 (i32.rotl (local.get 2) (local.get 0)))" * 6, 1),
    ],
)
def test_a_short_loop_that_python_does_not_count_looks_around_less_often(more, times):
    valid = validate(parse_module(SEARCH.format(more)))
    tiers = [instantiate(Store(), valid, [], tier) for tier in (Interpreter(), Compiler())]
    for first in (0, 6, 7, 8, 9, 12, 65530, 65536, 0xFFFFFFFF):
        for wanted in (0, 97, 98, 99, 100):
            assert told(tiers[0], first, wanted) == told(tiers[1], first, wanted), (first, wanted)
    code = generate(valid, tiers[1].functions[0], world_of(tiers[1]).options).source.text
    assert code.count("if m0[l0] == l1:") == times
    assert code.count("while RUN:") == 1


GROWS = "(func (result i32) (memory.grow (i32.const 1)))"


@pytest.mark.parametrize(
    ("memory", "more", "may_wrap"),
    [
        ("(memory 1)", "", False),
        ("(memory 1)", GROWS, True),
        ("(memory 1 100)", GROWS, False),
        ('(memory (export "m") 1)', "", True),
        ('(memory (export "m") 1 100)', "", False),
        ("(memory 65536)", "", True),
        ('(memory (import "" "m") 1)', "", True),
        ('(memory (import "" "m") 1 65535)', GROWS, False),
    ],
)
def test_a_pointer_in_a_memory_that_stays_small_does_not_wrap_around(memory, more, may_wrap):
    text = SEARCH.format("").replace('(memory (export "memory") 1)', memory).replace("(func", f"{more} (func", 1)
    ((_, code), *_) = listing(validate(parse_module(f"{text}")), "f")
    assert (" > 0x3fffffff" in code) is may_wrap


def told(instance, *arguments):
    try:
        return instance.exports["f"].call(None, arguments)
    except Trap as trap:
        return str(trap), [str(each) for each in trap.sites]

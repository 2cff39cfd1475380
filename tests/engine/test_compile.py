"""What the fast tier does beside being equal: code it writes, limits of Python it meets, stops, tracebacks."""

import threading
import time
from types import FunctionType

import pytest

from quire.engine import types as t
from quire.engine.binary import decode, encode
from quire.engine.compile import Compiler
from quire.engine.compile.running.listing import listing
from quire.engine.compile.running.world import world_of
from quire.engine.errors import Exhausted, Trap
from quire.engine.instantiate import instantiate
from quire.engine.interpret import Interpreter
from quire.engine.runtime.function import HostFunction
from quire.engine.runtime.limits import HostLimits
from quire.engine.runtime.store import Store
from quire.engine.runtime.table import Table
from quire.engine.validate import validate
from quire.wat.parser import parse_module

TIERS = (Interpreter, Compiler)


def start(text, *imports, tier=Compiler, limits=None):
    """An instance, of a module that went through the binary so that places are offsets."""
    valid = validate(decode(encode(parse_module(text))))
    return instantiate(Store(limits), valid, imports, tier())


def call(instance, name, *arguments):
    return instance.exports[name].call(None, arguments)


def both(text, name, *arguments, imports=()):
    """What both tiers make of a call: results, or the trap in full."""
    told = []
    for tier in TIERS:
        try:
            told.append(call(start(text, *imports, tier=tier), name, *arguments))
        except Trap as trap:
            told.append(str(trap))
    assert told[0] == told[1]
    return told[0]


def nested(count, opening, inner):
    return "".join(f"({opening}" for _ in range(count)) + inner + ")" * count


def test_two_hundred_blocks():
    body = nested(200, "block ", "(br_if 150 (local.get 0)) (br_if 0 (local.get 0)) (local.set 1 (i32.const 7))")
    text = f'(module (func (export "f") (param i32) (result i32) (local i32) {body} (local.get 1)))'
    assert both(text, "f", 0) == (7,)
    assert both(text, "f", 1) == (0,)


def test_thirty_loops():
    step = "(local.set 1 (i32.add (local.get 1) (i32.const 1)))"
    back = "".join(f"(br_if {depth} (i32.eq (local.get 1) (i32.const {depth + 1})))" for depth in range(30))
    text = f'(module (func (export "f") (result i32) (local i32 i32) {nested(30, "loop ", step + back)} (local.get 1)))'
    assert both(text, "f") == both(text, "f")
    assert "k = " in source(start(text), 0)


def test_thirty_tries_in_loops():
    inner = "(if (i32.lt_u (local.get 1) (local.get 0)) (then (throw $e (local.get 1))))"
    body = inner
    for _ in range(25):
        body = f"(block $h (result i32) (try_table (catch $e $h) {body}) (i32.const 9)) (local.set 2)"
    text = f"""(module (tag $e (param i32)) (func (export "f") (param i32) (result i32) (local i32 i32)
        (loop {body} (local.set 1 (i32.add (local.get 1) (i32.const 1)))
              (br_if 0 (i32.lt_u (local.get 1) (i32.const 5)))) (local.get 2)))"""
    assert both(text, "f", 3) == (9,)


def test_a_table_of_three_hundred_arms():
    arms = "".join(f"(return (i32.const {at * 3}))) " for at in range(300))
    labels = " ".join(map(str, range(300)))
    text = f"""(module (func (export "f") (param i32) (result i32)
        {"(block " * 301} (br_table {labels} 300 (local.get 0))) {arms} (i32.const -1)))"""
    for index in (0, 1, 150, 299):
        assert both(text, "f", index) == (index * 3,)
    assert both(text, "f", 300) == (0xFFFFFFFF,)


ARMS = 41


def arm(at):
    """Adds its number; then it goes to the last arm from inside a loop, or starts again, or falls through."""
    add = f"(local.set 1 (i32.add (i32.mul (local.get 1) (i32.const 31)) (i32.const {at})))"
    skip = f"""(loop (br_if {ARMS - 1 - at} (i32.and (local.get 1) (i32.const 4)))
        (br_if 0 (i32.gt_u (local.tee 1 (i32.shr_u (local.get 1) (i32.const 1))) (i32.const 0x10000))))"""
    spend = "(local.set 2 (i32.sub (local.get 2) (i32.const 1)))"
    again = f"(br_if $top (i32.and (i32.gt_s (local.get 2) (i32.const 0)) (i32.shr_u (local.get 1) (i32.const {at}))))"
    return add + (skip, spend + again, "")[at % 3]


@pytest.mark.parametrize("index", [0, 1, 20, ARMS - 2, ARMS - 1, ARMS])
def test_arms_that_go_on_in_one_another(index):
    """As interpreters that were compiled have them, and more of them than Python nests."""
    arms = "".join(f") {arm(at)}" for at in range(ARMS))
    labels = " ".join(map(str, range(ARMS)))
    text = f"""(module (func (export "f") (param i32) (result i32) (local i32 i32) (local.set 2 (i32.const 9))
        (loop $top {"(block " * ARMS} (br_table {labels} (local.get 0)) {arms}) (local.get 1)))"""
    assert isinstance(both(text, "f", index), tuple)
    assert "while True:" in source(start(text), 0)


def test_a_function_of_forty_thousand_instructions():
    step = "(local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 5)) (i32.const 3)))"
    text = f'(module (func (export "f") (param i32) (result i32) {step * 7000} (local.get 0)))'
    assert both(text, "f", 1)


def test_a_chain_of_conditions():
    step = "(if (i32.and (local.get 0) (i32.const {bit})) (then (local.set 1 (i32.add (local.get 1) (i32.const 1)))))"
    steps = "".join(step.format(bit=1 << at % 31) for at in range(1500))
    text = f'(module (func (export "f") (param i32) (result i32) (local i32) {steps} (local.get 1)))'
    assert both(text, "f", 0x55)


def test_a_deep_expression():
    deep = nested(400, "i32.sub (i32.const 1) ", "(local.get 0)")
    text = f'(module (func (export "f") (param i32) (result i32) {deep}))'
    assert both(text, "f", 3)


def test_a_handler_sees_the_memory_that_grew_in_its_try():
    text = """(module (memory 1 3) (tag $e)
        (func $grow (drop (memory.grow (i32.const 2))) (throw $e))
        (func (export "f") (result i32)
            (i32.store (i32.const 8) (i32.const 1))
            (block $h (try_table (catch $e $h) (call $grow)))
            (i32.store (i32.const 0x10008) (i32.const 42))
            (i32.load (i32.const 0x10008))))"""
    assert both(text, "f") == (42,)


@pytest.mark.parametrize(
    ("called", "conversion", "result"),
    [
        ("i64.const 0x123456789abcdef0", "i32.wrap_i64", "i32.or (i32.const 0)"),
        ("f64.const 0.1", "f32.demote_f64", "f64.promote_f32"),
        ("f32.const nan:0x600000", "f64.promote_f32", "i64.reinterpret_f64"),
    ],
)
def test_a_conversion_in_place_converts(called, conversion, result):
    """Its operand is in the slot that its result goes to, for a block follows, and its text the same."""
    types = called.partition(".")[0], result.partition(".")[0]
    text = f"""(module
        (func $called (result {types[0]}) ({called}))
        (func (export "f") (result {types[1]})
            ({result} ({conversion} (call $called)) (block (drop (call $called))))))"""
    assert isinstance(both(text, "f"), tuple)


def test_no_clause_is_written_behind_one_that_catches_all():
    text = """(module (tag $e)
        (func (export "f") (result i32)
            (block $outer (block $inner
                (try_table (catch_all $inner) (catch_all $outer) (if (i32.const 1) (then (throw $e))))
                (unreachable)))
            (i32.const 8)))"""
    assert both(text, "f") == (8,)


def test_an_operand_that_waits_keeps_what_it_reads():
    """The selector of the first operand is in the slot that the last one is put into before the branch."""
    text = """(module
        (func $called (param i32) (result i32) (local.get 0))
        (func (export "f") (param i32) (result i32)
            (block $out (result i32)
                (select (i32.const 5) (i32.const 6) (call $called (i32.const 1)))
                (i32.const 0) (br_if $out (local.get 0) (local.get 0))
                (drop) (drop) (call $called))))"""
    assert both(text, "f", 0) == (5,)
    assert both(text, "f", 7) == (7,)


def test_recursion_ends_in_a_trap():
    text = '(module (func $f (export "f") (param i32) (result i32) (i32.add (call $f (local.get 0)) (i32.const 1))))'
    with pytest.raises(Trap, match="call stack exhausted"):
        call(start(text), "f", 1)


@pytest.mark.parametrize("depth", [1, 2, 10, 500])
def test_a_low_limit_of_depth_is_exact(depth):
    text = """(module (func $f (export "f") (param i32) (result i32)
        (if (result i32) (local.get 0) (then (call $f (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 7)))))"""
    for tier in TIERS:
        instance = start(text, tier=tier, limits=HostLimits(depth=depth))
        assert call(instance, "f", depth - 1) == (7,)
        with pytest.raises(Trap, match=f"{depth} calls deep") as caught:
            call(instance, "f", depth)
        assert len(caught.value.sites) == depth
        assert instance.store.depth == 0


def test_tail_calls_need_no_stack():
    text = """(module (func $even (export "f") (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1))
            (else (return_call $odd (i32.sub (local.get 0) (i32.const 1))))))
        (func $odd (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 0))
            (else (return_call $even (i32.sub (local.get 0) (i32.const 1)))))))"""
    assert both(text, "f", 100_001) == (0,)


TRAPPING = """(module (memory 1) (table 2 funcref) (type $ii (func (param i32) (result i32)))
  (type $none (func)) (func $nothing) (elem (i32.const 1) $nothing)
  (func $load (export "load") (param i32 i32) (result i32)
    (i32.add (i32.load (local.get 0)) (i32.load16_u offset=2 (local.get 1))))
  (func (export "store") (param i32 i32) (result i32)
    (i64.store (local.get 0) (i64.extend_i32_u (i32.div_u (i32.const 7) (local.get 1)))) (i32.const 0))
  (func (export "through") (param i32 i32) (result i32) (call $load (local.get 0) (local.get 1)))
  (func (export "indirect") (param i32 i32) (result i32) (call_indirect (type $ii) (local.get 0) (local.get 1)))
  (func (export "divide") (param i32 i32) (result i32)
    (i32.sub (i32.rem_s (local.get 0) (local.get 1)) (i32.div_s (local.get 0) (local.get 1))))
  (func (export "fill") (param i32 i32) (result i32)
    (memory.fill (local.get 0) (i32.const 1) (local.get 1)) (i32.const 0))
  (func (export "convert") (param i32 i32) (result i32)
    (i32.trunc_f64_s (f64.div (f64.convert_i32_s (local.get 0)) (f64.convert_i32_s (local.get 1)))))
  (func (export "unreachable") (param i32 i32) (result i32) (unreachable)))"""


@pytest.mark.parametrize("name", ["load", "store", "through", "indirect", "divide", "fill", "convert", "unreachable"])
@pytest.mark.parametrize("first", [0, 0xFFFC, 0xFFFE, 0xFFFFFFFF, 0x80000000])
@pytest.mark.parametrize("second", [0, 1, 2, 0xFFFE, 0xFFFFFFFF])
def test_traps_are_told_alike(name, first, second):
    both(TRAPPING, name, first, second)


def test_a_trap_tells_the_whole_stack():
    told = both(TRAPPING, "through", 0xFFFE, 0)
    assert told.splitlines()[0].startswith("out of bounds memory access: i32.load of 4 bytes at 0xfffe in memory 0")
    assert [line.split(",")[1].split()[0] for line in told.splitlines()[1:]] == ["i32.load", "call"]


LOOPING = """(module (import "" "started" (func $started))
  (func (export "loop") (call $started) (loop (br 0)))
  (func $deeper (param i32) (if (local.get 0) (then (call $deeper (i32.sub (local.get 0) (i32.const 1)))
                                                   (call $deeper (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "calls") (call $started) (call $deeper (i32.const 60))))"""


@pytest.mark.parametrize("name", ["loop", "calls"])
def test_an_interrupt_stops_code(name):
    started = threading.Event()
    instance = start(LOOPING, HostFunction(t.function_type((), ()), started.set))

    def interrupt():
        started.wait()
        time.sleep(0.01)
        instance.store.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(Exhausted, match="interrupted"):
        call(instance, name)
    thread.join()
    instance.store.interrupt(now=False)
    assert world_of(instance).namespace["RUN"]


COUNTING = """(module (func $g (param i32) (loop (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
    (br_if 0 (local.get 0)))) (func (export "f") (param i32) (call $g (local.get 0)) (call $g (i32.const 3))))"""


@pytest.mark.parametrize("fuel", [0, 1, 2, 5, 9, 10, 11, 100])
def test_fuel_is_counted_alike(fuel):
    left = []
    for tier in TIERS:
        instance = start(COUNTING, tier=tier, limits=HostLimits(fuel=fuel))
        try:
            call(instance, "f", 5)
        except Exhausted as error:
            left.append(str(error))
        left.append(instance.store.fuel)
    assert left[: len(left) // 2] == left[len(left) // 2 :]


def test_errors_of_the_host_pass_through():
    def fail():
        raise IndexError("mine")

    for code in (fail, [].pop):
        instance = start(
            '(module (import "" "f" (func $f)) (func (export "f") (call $f)))',
            HostFunction(t.function_type((), ()), code),
        )
        with pytest.raises(IndexError):
            call(instance, "f")


def source(instance, index):
    from quire.engine.compile.code.generate import generate

    return generate(instance.module, instance.functions[index], world_of(instance).options).source.text


def test_a_listing_has_functions_by_index_and_name():
    text = '(module (import "" "a" (func)) (memory 1) (func $one (result i32) (i32.load (i32.const 8))) (func $two))'
    valid = validate(parse_module(text))
    assert [title for title, _ in listing(valid)] == ["func 1 $one: (func (result i32))", "func 2 $two: (func)"]
    assert dict(listing(valid, "one")) == dict(listing(valid, 1))
    assert "return u32(m0, 8)[0]" in dict(listing(valid, "one"))["func 1 $one: (func (result i32))"]
    with pytest.raises(KeyError):
        list(listing(valid, "three"))


def test_a_listing_finds_exports_unless_a_function_has_the_name():
    text = """
      (module (import "" "a" (func)) (memory (export "m") 1) (export "a" (func 0))
        (func $f (export "g")) (func $g (export "run") (export "0")))"""
    valid = validate(parse_module(text))
    assert list(listing(valid, "run")) == list(listing(valid, "0")) == list(listing(valid, 2))
    assert list(listing(valid, "g")) == list(listing(valid, 2))
    for wanted in ("a", "m", 0):
        with pytest.raises(KeyError):
            list(listing(valid, wanted))


def test_code_reads_well():
    text = """(module (func (export "f") (param i32) (result i32) (local i32) (loop
        (local.set 1 (i32.add (i32.const 3) (i32.mul (local.get 1) (local.get 1))))
        (br_if 0 (i32.lt_u (local.get 1) (local.get 0)))) (local.get 1)))"""
    turn = ["        l1 = l1 * l1 + 3 & 0xffffffff", "        if not l1 < l0:", "            break"]
    assert source(start(text), 0).splitlines() == [
        "def f0(l0):",
        "    l1 = 0",
        "    while RUN:",
        *4 * turn,
        "    else:",
        "        stop()",
        "    return l1",
    ]


COUNTED = """(module (func (export "f") (param i32 i32) (result i32) (local i32 i32) (local.set 2 (local.get 1))
  {loop} (i32.add (local.get 2) (i32.mul (local.get 3) (i32.const 1000003)))))"""
STEP = "(local.set 3 (i32.xor (i32.mul (local.get 3) (i32.const 31)) (local.get 2)))"
ADD = "(local.set 2 (i32.add (local.get 2) (i32.const 1)))"
AGAIN = "(br_if 0 (i32.lt_u (local.get 2) (local.get 0)))"
LOOPS = (
    f"(loop {STEP} {ADD} (br_if 0 (i32.lt_u (local.get 2) (local.get 0))))",
    f"(loop {STEP} {ADD} (br_if 0 (i32.gt_u (local.get 0) (local.get 2))))",
    f"(block (loop (br_if 1 (i32.ge_u (local.get 2) (local.get 0))) {STEP} {ADD} (br 0)))",
    f"(block (loop (br_if 1 (i32.ge_s (local.get 2) (local.get 0))) {STEP} {ADD} (br 0)))",
    f"(block (loop {STEP} (br_if 1 (i32.eq (local.get 2) (i32.const 7))) {ADD} {AGAIN}))",
)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("bound", [0, 1, 5, 4096, 4097, 9000, 0x80000000])
@pytest.mark.parametrize("first", [0, 3, 7, 9000])
def test_counted_loops(loop, bound, first):
    if bound < 0x80000000 or "ge_s" in loop:
        both(COUNTED.format(loop=loop), "f", bound, first)


@pytest.mark.parametrize("loop", LOOPS[:3])
def test_python_counts_loops(loop):
    assert "in range(" in source(start(COUNTED.format(loop=loop)), 0)


EXACT = 0xFFFB390A9CCD4FEC
MIXED_NANS = {
    "two ways to one use": """
      (if (local.get 0) (then (local.set $x (f64.reinterpret_i64 (local.get 1))))
        (else (local.set $x (f64.mul (local.get 2) (local.get 2)))))""",
    "around a loop": """
      (local.set $x (f64.reinterpret_i64 (local.get 1)))
      (loop $again
        (if (local.get 0) (then (return (i64.reinterpret_f64 (local.get $x)))))
        (local.set $x (f64.sub (local.get 2) (local.get 2)))
        (local.set 0 (i32.const 1))
        (br $again))""",
    "by way of another variable": """
      (local.set $y (f64.reinterpret_i64 (local.get 1)))
      (local.set $x (f64.add (local.get 2) (local.get 2)))
      (if (local.get 0) (then (local.set $x (local.get $y))) (else (local.set $y (local.get $x))))
      (if (i32.eqz (local.get 0)) (then (local.set $x (local.get $y))))""",
    "a parameter": """
      (local.set 2 (f64.reinterpret_i64 (local.get 1)))
      (if (i32.eqz (local.get 0)) (then (local.set 2 (f64.div (f64.const 0) (f64.const 0)))))
      (local.set $x (local.get 2))""",
}


@pytest.mark.parametrize("name", MIXED_NANS)
def test_exact_and_arithmetic_nans_of_one_variable_are_told_apart(name):
    text = f"""
      (module (func (export "f") (param i32 i64 f64) (result i64) (local $x f64) (local $y f64)
        {MIXED_NANS[name]}
        (i64.reinterpret_f64 (local.get $x))))"""
    for chosen in (1, 0):
        for number in (float("inf"), 1.5):
            both(text, "f", chosen, EXACT, number)


def test_a_lack_of_memory_in_the_engine_is_exhaustion_and_in_the_host_its_own(monkeypatch):
    def lacking(*arguments):
        raise MemoryError

    text = """(module (import "" "f" (func $f)) (table 0 funcref)
      (func (export "more") (drop (table.grow (ref.null func) (i32.const 9))))
      (func (export "host") (call $f)))"""
    instance = start(text, HostFunction(t.function_type(), lacking))
    with pytest.raises(MemoryError):
        call(instance, "host")
    of_the_engine = FunctionType(
        lacking.__code__, {"__name__": "quire.engine.runtime.table", "MemoryError": MemoryError}
    )
    monkeypatch.setattr(Table, "grow", of_the_engine)
    with pytest.raises(Exhausted, match="^out of memory"):
        call(instance, "more")


@pytest.mark.parametrize("word", ["or", "and"])
def test_conditions_are_connected_but_what_may_trap_is_evaluated(word):
    text = f"""(module
      (func (export "f") (param i32 i32) (result i32)
        (i32.{word} (i32.lt_u (i32.sub (local.get 0) (i32.const 3)) (i32.const 5))
          (i32.eq (local.get 1) (i32.const 7))))
      (func (export "g") (param i32 i32) (result i32)
        (i32.{word} (i32.eqz (local.get 0)) (i32.eqz (i32.div_u (i32.const 1) (local.get 1))))))"""
    assert f"3 <= l0 < 8 {word} l1 == 7" in source(start(text), 0)
    for first in (0, 2, 3, 7, 8, 0xFFFFFFFF):
        for second in (0, 1, 2, 7):
            both(text, "f", first, second)
            both(text, "g", first, second)

"""Loops over virtual memories whose accesses are checked before the loop: both tiers trap at the same places."""

import pytest

import quire
from quire.engine.compile.running.listing import listing
from quire.engine.validate import validate
from quire.wat.parser import parse_module

PAGE = 0x10000
START = """
  (func $prepare
    (drop (memory.map readwrite (i32.const 0x10000) (i32.const 0x20000)))
    (drop (memory.map readwrite (i32.const 0x40000) (i32.const 0x10000)))
    (memory.fill (i32.const 0x10000) (i32.const 7) (i32.const 0x20000))
    (memory.protect read (i32.const 0x20000) (i32.const 0x10000)))
  (start $prepare)
  (func (export "map") (param i32 i32) (drop (memory.map readwrite (local.get 0) (local.get 1))))
  (func (export "seal") (param i32 i32) (memory.protect read (local.get 0) (local.get 1)))
  (func $unmap (export "unmap") (param i32 i32) (memory.unmap (local.get 0) (local.get 1)))"""
ENDS = (0, 0xFFFC, 0x10000, 0x10004, 0x1FFE0, 0x1FFF0, 0x1FFFC, 0x20000, 0x2FFE8, 0x2FFF0, 0x30000, 0x3FFF0, 0x40000)
COUNT = "(local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $next (i32.lt_u (local.get $i) (local.get $n)))"
SUM = "(local.set $x (i32.add (i32.mul (local.get $x) (i32.const 31)) {}))"


def module(body, memory="virtual 5"):
    return f"""(module (memory (export "memory") {memory}) {START}
      (func (export "f") (param $p i32) (param $n i32) (result i32 i32 i32) (local $i i32) (local $x i32) (local $y i32)
        {body} (local.get $x) (local.get $p) (local.get $i)))"""


def told(call, *arguments):
    try:
        return call(*arguments)
    except (quire.Trap, quire.MemoryAccessError) as error:
        return str(error)


def compare(text, calls, *between):
    """Hold the tiers to the same results, traps and bytes; one call sees what those before have left."""
    tiers = [quire.instantiate(text, tier=tier).exports for tier in ("reference", "fast")]
    for arguments in calls:
        for name, *more in (("f", *arguments), *(each for change in between for each in (change, ("f", *arguments)))):
            outcomes = [told(getattr(exports, name), *more) for exports in tiers]
            outcomes += [[told(exports.memory.read, *each) for each in REGIONS] for exports in tiers]
            assert outcomes[0] == outcomes[1], (name, more)
            assert outcomes[2] == outcomes[3], (name, more)


REGIONS = ((0x10000, PAGE), (0x20000, PAGE), (0x40000, PAGE))


def grid(numbers=(0, 1, 4, 9)):
    return [(pointer, number) for pointer in ENDS for number in numbers]


BODIES = {
    "stores of bytes": f"(loop $next (i32.store8 (i32.add (local.get $p) (local.get $i)) (local.get $i)) {COUNT})",
    "a pointer": f"""(loop $next (i32.store offset=4 (local.get $p) (local.get $i))
      (local.set $p (i32.add (local.get $p) (i32.const 4))) {COUNT})""",
    "a pointer that moves first": f"""(loop $next (local.set $p (i32.add (local.get $p) (i32.const 4)))
      {SUM.format("(i32.load (local.get $p))")} {COUNT})""",
    "a pointer down": f"""(loop $next {SUM.format("(i32.load (local.get $p))")}
      (local.set $p (i32.sub (local.get $p) (i32.const 4))) {COUNT})""",
    "bytes down": f"""(loop $next (i32.store8 (local.get $p) (local.get $i))
      (local.set $p (i32.sub (local.get $p) (i32.const 1))) {COUNT})""",
    "copying": f"""(local.set $y (i32.const 0x40000)) (loop $next
      (i64.store (local.get $y) (i64.load (local.get $p)))
      (local.set $y (i32.add (local.get $y) (i32.const 8)))
      (local.set $p (i32.add (local.get $p) (i32.const 8))) {COUNT})""",
    "elements by the counter": f"""(loop $next
      {SUM.format("(i32.load16_u offset=0x1fff0 (i32.shl (local.get $i) (i32.const 1)))")} {COUNT})""",
    "a table": f"""(loop $next
      (local.set $y (i32.load8_u offset=0x20000 (i32.and (i32.add (local.get $y) (local.get $i)) (i32.const 255))))
      (i32.store offset=0x10000 (i32.shl (local.get $y) (i32.const 2)) (local.get $i)) {COUNT})""",
    "an address that stays": f"(loop $next {SUM.format('(i32.load offset=8 (local.get $p))')} {COUNT})",
    "an address that may be anything": f"""(loop $next
      (i32.store8 (i32.mul (local.get $i) (local.get $p)) (local.get $i)) {COUNT})""",
    "a sum of which a part wraps around": f"""(local.set $y (i32.const 3)) (loop $next
      (i32.store8 (i32.add (local.get $p) (local.get $y)) (local.get $i))
      (local.set $y (i32.sub (local.get $y) (i32.const 1))) {COUNT})""",
    "a condition": f"""(loop $next
      (if (i32.and (local.get $i) (i32.const 2)) (then (i32.store (local.get $p) (local.get $i))))
      (local.set $p (i32.add (local.get $p) (i32.const 8))) {COUNT})""",
}


@pytest.mark.parametrize("name", BODIES)
def test_a_loop(name):
    compare(module(BODIES[name]), grid())


@pytest.mark.parametrize("name", ["a pointer", "copying", "a table"])
@pytest.mark.parametrize("memory", ["virtual 5 (noaccess 1)", "virtual 5 (readonly 1)"])
def test_static_pages(name, memory):
    compare(module(BODIES[name], memory), [(0, 3), (0xFFF8, 3), (0x10000, 3), (0x1FFF0, 9)])


@pytest.mark.parametrize("name", ["a pointer", "copying", "a table", "stores of bytes"])
def test_what_is_mapped_changes_between_calls(name):
    between = [("seal", 0x10000, PAGE), ("unmap", 0x10000, PAGE), ("map", 0x10000, PAGE), ("map", 0x30000, PAGE)]
    compare(module(BODIES[name]), [(0x10000, 5), (0x1FFF0, 9), (0x2FFF0, 9)], *between)


def test_a_whole_page_is_walked_through():
    body = BODIES["a pointer"].replace("offset=4 ", "")
    compare(module(body), [(0x10000, 0x4000), (0x10000, 0x4001), (0x40000, 0x4000), (0x40000, 0x3FFF)])


@pytest.mark.parametrize(
    "change",
    [
        "(memory.unmap (i32.const 0x10000) (i32.const 0x10000))",
        "(memory.protect read (i32.const 0x10000) (i32.const 0x10000))",
        "(call $unmap (i32.const 0x10000) (i32.const 0x10000))",
        "(memory.discard (i32.const 0x10000) (i32.const 0x10000))",
        "(drop (memory.grow (i32.const 1)))",
    ],
)
def test_pages_change_within_a_loop(change):
    body = f"""(loop $next
      (if (i32.eq (local.get $i) (i32.const 3)) (then {change}))
      {SUM.format("(i32.load (local.get $p))")}
      (i32.store offset=16 (local.get $p) (local.get $i))
      (local.set $p (i32.add (local.get $p) (i32.const 4))) {COUNT})"""
    compare(module(body), [(0x10000, 2), (0x10000, 9), (0x40000, 9)])


@pytest.mark.parametrize("name", [name for name in BODIES if "anything" not in name and "wraps" not in name])
def test_checks_come_before_the_loop(name):
    engine = quire.Engine()
    valid = validate(parse_module(module(BODIES[name]), engine.text_format), engine.instruction_set)
    code = dict(listing(valid, 4))
    assert "_around(" in next(iter(code.values()))


@pytest.mark.parametrize(("offset", "flows"), [(0, False), (0xFFFF, False), (0x10000, True), (0x10010, True)])
def test_elements_that_begin_behind_static_pages_need_no_check(offset, flows):
    walk = f"(loop $next {SUM.format(f'(i32.load8_u offset={offset} (local.get $i))')} {COUNT})"
    text = f"""(module (memory (export "memory") 3 (noaccess 1)) (data (i32.const 0x10000) "\\01\\02\\03")
      (func (export "f") (param $p i32) (param $n i32) (result i32) (local $i i32) (local $x i32)
        (local.set $i (local.get $p)) {walk} (local.get $x)))"""
    tiers = [quire.instantiate(text, tier=tier).exports.f for tier in ("reference", "fast")]
    for arguments in ((0, 9), (0, 1), (0xFFFE, 0x10007), (0x1FFF0, 0x20000), (0x1FFF0, 0x20001), (0, 0x30000)):
        assert told(tiers[0], *arguments) == told(tiers[1], *arguments), arguments
    engine = quire.Engine()
    valid = validate(parse_module(text, engine.text_format), engine.instruction_set)
    ((_, code),) = listing(valid)
    assert ("for x" in code) is flows

"""The reference tier: control flow, calls of both worlds, exceptions, traps with their stack, limits."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from quire.engine import types as t
from quire.engine.errors import Exhausted, Trap
from quire.engine.instantiate import instantiate
from quire.engine.interpret import Interpreter
from quire.engine.interpret.prepare import Steps, prepare
from quire.engine.runtime.function import HostFunction, WasmFunction
from quire.engine.runtime.instance import Extern, Instance
from quire.engine.runtime.limits import HostLimits
from quire.engine.runtime.objects import ExceptionReference, GuestException
from quire.engine.runtime.store import Store
from quire.engine.runtime.table import Table
from quire.engine.validate import validate
from quire.wat.parser import parse_module


def run(text: str, imports: Sequence[Extern] = (), store: Store | None = None) -> Instance:
    return instantiate(store or Store(), validate(parse_module(text)), imports, Interpreter())


def call(instance: Instance, name: str, *arguments: Any) -> Any:
    results = instance.exports[name].call(None, arguments)  # type: ignore[union-attr]
    return results[0] if len(results) == 1 else results


def host(
    code: Callable[..., Any], parameters: Sequence[t.ValueType] = (), results: Sequence[t.ValueType] = ()
) -> Extern:
    return HostFunction(t.function_type(parameters, results), code)


COUNTDOWN = """
(module
  (func $even (export "even") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1))
      (else (return_call $odd (i32.sub (local.get 0) (i32.const 1))))))
  (func $odd (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 0))
      (else (return_call $even (i32.sub (local.get 0) (i32.const 1))))))
  (func $deep (export "deep") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 0))
      (else (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1))))))))
"""


def test_tail_calls_take_no_depth() -> None:
    assert call(run(COUNTDOWN, store=Store(HostLimits(depth=10))), "even", 1001) == 0


def test_calls_are_as_deep_as_the_limit_says_and_not_as_python_does() -> None:
    instance = run(COUNTDOWN, store=Store(HostLimits(depth=5000)))
    assert call(instance, "deep", 4999) == 4999
    with pytest.raises(Trap, match="call stack exhausted"):
        call(instance, "deep", 5000)
    assert call(instance, "deep", 4999) == 4999


def test_branches_drop_what_is_between() -> None:
    text = """
    (module (func (export "f") (param i32) (result i32 i64)
      i32.const 9
      (block $out (result i32 i64)
        i32.const 1 i32.const 2 i32.const 3 i64.const 4
        local.get 0
        br_if $out
        drop drop drop drop
        i32.const 5 i64.const 6)
      (drop (i64.const 0))
      (return)))
    """
    instance = run(text)
    assert (call(instance, "f", 1), call(instance, "f", 0)) == ((3, 4), (5, 6))


def test_code_behind_a_branch_is_skipped_blocks_and_all() -> None:
    text = """
    (module (func (export "f") (result i32)
      (block (result i32)
        (br 0 (i32.const 7))
        (block (if (unreachable) (then (br 1)) (else (unreachable))) (loop (br 0)))
        (i32.add))))
    """
    assert call(run(text), "f") == 7


TRY = """
(module
  (import "host" "throw" (func $host))
  (tag $number (import "host" "number") (param i32))
  (func $throw (throw $number (i32.const 42)))
  (func (export "caught") (result i32)
    (block $catch (result i32)
      (try_table (catch $number $catch) (call $throw))
      (i32.const 0)))
  (func (export "of the host") (result i32)
    (i32.add (i32.const 1) (block $catch (result i32)
      (try_table (catch $number $catch) (call $host))
      (i32.const 0))))
  (func (export "uncaught") (drop (i32.const 1)) (call $throw)))
"""


WAYS = """
(module
  (memory 1)
  (tag $thrown (param i32))
  (func $may_throw (param i32) (if (i32.eq (local.get 0) (i32.const 5)) (then (throw $thrown (i32.const 70)))))
  (func (export "f") (param $way i32) (result i32) (local $i i32) (local $sum i32)
    (local.set $sum (i32.const 1000))
    (block $out (result i32)
      (block $caught (result i32)
        (try_table (result i32) (catch $thrown $caught)
          (call $may_throw (local.get $way))
          (block $third
            (block $second
              (block $first
                (br_table $first $second $third (local.get $way)))
              (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
              (i32.store8 (i32.const 1) (local.get $sum))
              (drop (br_if $out (i32.const 11) (i32.eqz (local.get $i))))
              (unreachable))
            (local.set $i (i32.const 3))
            (loop $again (param) (result)
              (local.set $sum (i32.add (local.get $sum) (local.get $i)))
              (if (i32.eq (local.get $i) (i32.const 2))
                (then (i32.store8 (i32.const 2) (i32.const 9))
                  (local.set $sum (i32.mul (local.get $sum) (i32.const 2))))
                (else (i32.store8 (i32.const 3) (i32.const 9))
                  (local.set $sum (i32.xor (local.get $sum) (i32.const 8)))))
              (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
            (br $out (local.get $sum)))
          (if (i32.eq (local.get $way) (i32.const 3))
            (then (return (i32.sub (i32.const 0) (local.get $way))))
            (else (nop) (nop) (nop) (nop) (nop)))
          (i32.load (i32.mul (local.get $way) (i32.const 30000))))
        (br $out (i32.add (i32.const 1)))))))
"""


def test_every_way_through_a_function_is_found_when_it_is_gone() -> None:
    expected = [11, 1987, 1, -3 & 0xFFFFFFFF, "out of bounds memory access", 70]
    for order in ([0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [1, 1, 0, 0, 5, 5, 3, 3, 4, 4, 2]):
        instance = run(WAYS)
        for way in order:
            try:
                found = call(instance, "f", way)
            except Trap as trap:
                found = trap.reason
            assert found == expected[way], way


def test_code_is_prepared_when_it_is_run() -> None:
    function = run(WAYS).exports["f"]
    assert isinstance(function, WasmFunction)
    known: Steps = {}
    code = prepare(function, known)
    before = len(known)
    assert before < 10
    assert not code.loops
    function.prepared = code
    function.call(None, (1,))
    assert len(known) > before + 10
    assert len(code.loops) == 1


def test_exceptions_are_caught_across_calls_and_across_the_host() -> None:
    from quire.engine.runtime.tag import Tag

    tag = Tag(t.TagType(t.function_type([t.I32])), "number")

    def throw() -> None:
        raise GuestException(ExceptionReference(tag, (6,)))

    instance = run(TRY, [host(throw), tag])
    assert (call(instance, "caught"), call(instance, "of the host")) == (42, 7)
    with pytest.raises(GuestException, match="uncaught exception") as raised:
        call(instance, "uncaught")
    assert raised.value.exception.values == (42,)


def test_a_trap_tells_the_stack_and_names_the_access() -> None:
    text = """
    (module $m (import "" "between" (func $between)) (memory $heap 1)
      (func $main (export "main") (call $between))
      (func $peek (export "peek") (drop (i32.load offset=4 (i32.const 0x10000)))))
    """
    instance: Instance
    between = host(lambda: call(instance, "peek"))
    instance = run(text, [between])
    with pytest.raises(Trap) as raised:
        call(instance, "main")
    lines = str(raised.value).splitlines()
    assert lines[0] == (
        "out of bounds memory access: i32.load of 4 bytes at 0x10004 in memory 0 $heap: its size is 0x10000"
    )
    assert [line.split(" at ")[0] for line in lines[1:]] == ["  in func 2 $peek, i32.load", "  in func 1 $main, call"]


def test_a_trap_in_the_last_step_of_a_block_is_not_blamed_on_its_exit() -> None:
    text = '(module (func (export "f") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)) (return)))'
    with pytest.raises(Trap) as raised:
        call(run(text), "f", 0)
    assert raised.value.sites[0].mnemonic == "i32.div_u"


def test_errors_of_host_functions_pass_through_untouched() -> None:
    error = KeyError("mine")

    def fail() -> None:
        raise error

    instance = run('(module (import "" "f" (func $f)) (func (export "g") (call $f)))', [host(fail)])
    with pytest.raises(KeyError) as raised:
        call(instance, "g")
    assert raised.value is error
    assert instance.store.depth == 0


class FullTable(Table):
    """Of a host that has no memory left."""

    def grow(self, delta: int, value: Any) -> int:
        raise MemoryError


def test_a_host_without_memory_is_exhausted() -> None:
    store = Store()
    text = """(module (table (import "" "t") 0 funcref)
      (func $more (export "more") (drop (table.grow (ref.null func) (i32.const 9)))))"""
    instance = run(text, [FullTable(store, t.TableType(t.FUNCREF, t.Limits(0)))], store)
    with pytest.raises(Exhausted, match=r"^out of memory: in func 0 \$more, table.grow at line 2"):
        call(instance, "more")


def test_a_host_function_without_memory_says_so_itself() -> None:
    def fail() -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        call(run('(module (import "" "f" (func $f)) (func (export "g") (call $f)))', [host(fail)]), "g")


def test_endless_recursion_through_the_host_is_exhaustion() -> None:
    instance: Instance
    again = host(lambda: call(instance, "g"))
    instance = run('(module (import "" "f" (func $f)) (func (export "g") (call $f)))', [again])
    with pytest.raises(Trap, match="call stack exhausted"):
        call(instance, "g")


def test_fuel_counts_calls_and_iterations() -> None:
    text = """
    (module (func (export "loop") (param i32)
      (loop $again (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
    """
    store = Store(HostLimits(fuel=100))
    instance = run(text, store=store)
    call(instance, "loop", 10)
    assert store.fuel == 90  # the entry and nine iterations after the first
    with pytest.raises(Exhausted, match="out of fuel"):
        call(instance, "loop", 1000)


def test_an_interrupt_stops_a_loop() -> None:
    store = Store()
    store.interrupt()
    instance = run('(module (func (export "f") (loop (br 0))))', store=store)
    with pytest.raises(Exhausted, match="interrupted"):
        call(instance, "f")

"""Threads: real ones, with an instance each, that share a memory, sleep at its addresses and wake each other."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from quire.engine import types as t
from quire.engine.compile import Compiler
from quire.engine.errors import Exhausted, Trap
from quire.engine.instantiate import instantiate
from quire.engine.interpret import Interpreter
from quire.engine.runtime.instance import Instance
from quire.engine.runtime.memory import Memory
from quire.engine.runtime.store import Store
from quire.engine.validate import validate
from quire.proposal_ops import instruction_set, text_extensions
from quire.wat.parser import parse_module
from quire.wat.text_format import TextFormat

THREADS = instruction_set(["threads"])
FORMAT = TextFormat(THREADS, text_extensions(["threads"]))
VALID = validate(
    parse_module(
        """
        (module (import "" "memory" (memory 1 1 shared))
          (func (export "wait") (param i32 i64) (result i32)
            (memory.atomic.wait32 (i32.const 8) (local.get 0) (local.get 1)))
          (func (export "notify") (param i32) (result i32) (memory.atomic.notify (i32.const 8) (local.get 0)))
          (func (export "add") (param i32) (loop $again
            (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
            (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
          (func (export "exchange") (param i32 i32 i32) (result i32)
            (i32.atomic.rmw8.cmpxchg_u (local.get 0) (local.get 1) (local.get 2))))
        """,
        FORMAT,
    ),
    THREADS,
)
FOR_EVER = (1 << 64) - 1
MILLISECOND = 1_000_000


@pytest.fixture
def memory() -> Memory:
    type_ = t.MemoryType(t.Limits(1, 1), shared=True)
    return THREADS.memory_class(type_)(Store(), type_)


def instance(memory: Memory) -> Instance:
    return instantiate(Store(), VALID, [memory], Interpreter())


def call(each: Instance, name: str, *arguments: int) -> int:
    results = each.exports[name].call(None, arguments)  # type: ignore[union-attr]
    return results[0] if results else 0


def test_additions_of_several_threads_all_count(memory: Memory) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: call(each, "add", 500), [instance(memory) for _ in range(4)]))
    assert int.from_bytes(memory.load(0, 4), "little") == 2000


def test_sleeping_threads_are_woken_in_their_order_and_counted(memory: Memory) -> None:
    woken: list[int] = []

    def sleep(number: int) -> int:
        result = call(instance(memory), "wait", 0, FOR_EVER)
        woken.append(number)
        return result

    waker = instance(memory)
    with ThreadPoolExecutor(3) as pool:
        sleepers = []
        for number in range(3):
            sleepers.append(pool.submit(sleep, number))
            time.sleep(0.02)
        assert call(waker, "notify", 1) == 1
        sleepers[0].result(5)
        assert woken == [0]
        assert call(waker, "notify", 9) == 2
        assert [each.result(5) for each in sleepers] == [0, 0, 0]
    assert call(waker, "notify", 9) == 0


def test_nobody_sleeps_at_another_value_or_beyond_the_timeout(memory: Memory) -> None:
    each = instance(memory)
    assert call(each, "wait", 1, FOR_EVER) == 1
    assert call(each, "wait", 0, MILLISECOND) == 2
    assert call(each, "wait", 0, 0) == 2


def test_an_interrupt_ends_a_sleep(memory: Memory) -> None:
    each = instance(memory)
    timer = threading.Timer(0.02, each.store.interrupt)
    timer.start()
    with pytest.raises(Exhausted, match="interrupted"):
        call(each, "wait", 0, FOR_EVER)
    timer.join()


def test_a_narrow_exchange_compares_the_wrapped_value_as_wasmtime_does(memory: Memory) -> None:
    memory.store(0, b"\x11")
    assert call(instance(memory), "exchange", 0, 0x111, 5) == 0x11
    assert bytes(memory.load(0, 1)) == b"\x05"


def test_waiting_on_a_memory_that_is_not_shared_traps_behind_the_bounds() -> None:
    text = """
    (module (memory 1) (func (export "wait") (param i32) (result i32)
      (memory.atomic.wait32 (local.get 0) (i32.const 0) (i64.const 0))))
    """
    each = instantiate(Store(), validate(parse_module(text, FORMAT), THREADS), [], Interpreter())
    for address, reason in ((2, "unaligned atomic"), (0x10000, "out of bounds"), (0, "expected shared memory")):
        with pytest.raises(Trap, match=reason):
            call(each, "wait", address)


@pytest.mark.parametrize("tier", [Interpreter, Compiler])
def test_atomic_accesses_check_their_alignment_before_the_bounds(tier: type[Interpreter | Compiler]) -> None:
    text = """
    (module (memory 1 1 shared)
      (func (export "change") (param i32) (result i32)
        (i32.atomic.store16 offset=2 (local.get 0) (i32.const 0x12345678))
        (i32.add (i32.atomic.load (local.get 0)) (i32.atomic.load8_u offset=3 (local.get 0)))))
    """
    each = instantiate(Store(), validate(parse_module(text, FORMAT), THREADS), [], tier())
    assert call(each, "change", 8) == 0x56780056
    for address, reason in (
        (1, "unaligned atomic"),
        (2, "unaligned atomic"),
        (0xFFFF, "unaligned"),
        (0x10000, "out of"),
    ):
        with pytest.raises(Trap, match=reason):
            call(each, "change", address)


GROWING = validate(
    parse_module(
        """
        (module (import "" "memory" (memory 1 2 shared))
          (func (export "grow") (result i32) (memory.grow (i32.const 1)))
          (func (export "reach") (result i32)
            (i32.store (i32.const 0) (i32.const 1))
            (loop $wait (br_if $wait (i32.eq (memory.size) (i32.const 1))))
            (i32.store (i32.const 0x10000) (i32.const 42))
            (i32.load (i32.const 0x10000))))
        """,
        FORMAT,
    ),
    THREADS,
)


@pytest.mark.parametrize("tier", [Interpreter, Compiler])
def test_who_reads_the_size_may_use_what_another_thread_added(tier: type) -> None:
    type_ = t.MemoryType(t.Limits(1, 2), shared=True)
    memory = THREADS.memory_class(type_)(Store(), type_)
    waiting, growing = (instantiate(Store(), GROWING, [memory], tier()) for _ in range(2))
    with ThreadPoolExecutor(1) as pool:
        reached = pool.submit(call, waiting, "reach")
        while not bytes(memory.peek(0, 1))[0]:
            time.sleep(0.001)
        assert call(growing, "grow") == 1
        assert reached.result(10) == 42

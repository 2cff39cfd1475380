"""Calls between host and guest: functions that do next to nothing, so that nearly all of the time is the way there."""

import functools
from collections.abc import Callable

import engines
import measure
import pwasm
import wasmtime

import quire

COUNT = 1000
TEXT = """
(module
  (import "env" "add" (func $add (param i32 i32) (result i32)))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "run") (param $count i32) (result i32)
    (local $sum i32)
    (loop $again
      (local.set $sum (call $add (local.get $sum) (local.get $count)))
      (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (local.get $sum)))
"""
Binary = Callable[[int, int], int]
Functions = tuple[Binary, Callable[[int], int]]
"""What adds two numbers, and what adds as many as it is told by calling the host for each."""


def add(first: int, second: int) -> int:
    return first + second


def add_all(count: int) -> int:
    total = 0
    while count:
        total = add(total, count)
        count -= 1
    return total


def by_hand(module: bytes) -> Functions:
    return add, add_all


def under_quire(tier: str, module: bytes) -> Functions:
    exports = quire.instantiate(module, {"env": {"add": add}}, tier=tier).exports
    return exports.add, exports.run


def under_pwasm(module: bytes) -> Functions:
    exports = pwasm.instantiate(pwasm.decode_module(module), {"env": {"add": add}}, mode="compile").exports
    return exports.add, exports.run


def under_wasmtime(module: bytes) -> Functions:
    store = wasmtime.Store()
    i32 = wasmtime.ValType.i32()
    function = wasmtime.Func(store, wasmtime.FuncType([i32, i32], [i32]), add)
    exports = wasmtime.Instance(store, wasmtime.Module(store.engine, module), [function]).exports(store)
    return functools.partial(exports["add"], store), functools.partial(exports["run"], store)


CONTENDERS: dict[str, Callable[[bytes], Functions]] = {
    engines.FAST: functools.partial(under_quire, "fast"),
    engines.BY_HAND: by_hand,
    "quire, reference tier": functools.partial(under_quire, "reference"),
    engines.PWASM: under_pwasm,
    "wasmtime": under_wasmtime,
}


def count_up(function: Binary) -> int:
    """Calls it `COUNT` times."""
    total = 0
    for number in range(COUNT, 0, -1):
        total = function(total, number)
    return total


def to_guest() -> measure.Contest:
    module = engines.binary(TEXT)
    contenders = [
        measure.Contender(name, functools.partial(count_up, make(module)[0])) for name, make in CONTENDERS.items()
    ]
    return measure.Contest(f"{COUNT:,} calls of a guest", count_up(add), contenders)


def to_host() -> measure.Contest:
    module = engines.binary(TEXT)
    contenders = [
        measure.Contender(name, functools.partial(make(module)[1], COUNT)) for name, make in CONTENDERS.items()
    ]
    return measure.Contest(f"{COUNT:,} calls of the host", count_up(add), contenders)

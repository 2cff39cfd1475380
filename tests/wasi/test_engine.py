"""WASI bound to the engine: a guest with code."""

import io

import pytest

import quire
from quire.wasi import Errno

HELLO = """
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00")
  (data (i32.const 16) "hello\\n")
  (func (export "write") (param $vectors i32) (param $result i32) (result i32)
    (call $write (i32.const 1) (local.get $vectors) (i32.const 1) (local.get $result)))
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))
    (call $exit (i32.const 7))
    unreachable))
"""
SLEEPER = """
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 24) "\\ff\\ff\\ff\\ff\\ff\\ff\\ff\\7f")
  (func (export "_start") (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 100)))))
"""


def linked(text, wasi, limits=None):
    engine = quire.Engine()
    store = quire.Store(engine, limits=limits) if limits else quire.Store(engine)
    linker = quire.Linker(engine)
    linker.define_wasi(wasi)
    return linker.instantiate(store, quire.Module(engine, text)).exports


def test_hello():
    output = io.BytesIO()
    with quire.Wasi(["hello"], stdout=output) as wasi, pytest.raises(quire.Exit) as raised:
        linked(HELLO, wasi)["_start"]()
    assert raised.value.status == 7
    assert output.getvalue() == b"hello\n"


@pytest.mark.parametrize(("vectors", "result"), [(65532, 100), (0, 65533), (-1, 100), (0, -1)])
def test_bad_pointers_are_errors_and_no_traps(vectors, result):
    output = io.BytesIO()
    with quire.Wasi(stdout=output) as wasi:
        assert linked(HELLO, wasi)["write"](vectors, result) == Errno.FAULT
    assert output.getvalue() == b""


def test_a_sleeping_guest_is_ended_by_its_limit():
    with quire.Wasi() as wasi, pytest.raises(quire.Exhausted):
        linked(SLEEPER, wasi, quire.Limits(timeout=0.1))["_start"]()


def test_functions_that_do_not_exist_cannot_be_imported():
    unknown = '(module (import "wasi_snapshot_preview1" "fd_dup" (func)))'
    with quire.Wasi() as wasi, pytest.raises(quire.Unlinkable, match="unknown import"):
        linked(unknown, wasi)


def test_functions_have_the_types_of_the_standard():
    other = '(module (import "wasi_snapshot_preview1" "fd_close" (func (param i64) (result i32))))'
    with quire.Wasi() as wasi, pytest.raises(quire.Unlinkable, match="incompatible import type"):
        linked(other, wasi)

"""`quire run`: what a guest is given, what an export returns, and the exit statuses."""

import json
import os

import pytest


def test_results_are_a_line_each(quire):
    done = quire("run", "--invoke", "many", "sum.wat")
    vector = "0x00000004000000030000000200000001"
    assert done.output.split("\n") == ["-1", "-1", "0.1", "-inf", vector, "null", "func add", "i31 -7", ""]
    assert done.status == 0


def test_arguments_have_the_types_of_the_export(quire):
    words = "-0x1 18446744073709551615 nan:0x200000 0x1p-1074 0xf word null".split()
    done = quire("run", "--invoke", "same", "sum.wat", *words)
    shown = ["-1", "-1", "nan:0x200000", "5e-324", "0x0000000000000000000000000000000f", "word", "null"]
    assert done.output.split() == shown


def test_results_for_programs(quire):
    done = quire("run", "--json", "--invoke", "many", "sum.wat")
    outcome = json.loads(done.output)
    assert (outcome["status"], outcome["cause"]) == (0, {"kind": "returned"})
    assert outcome["results"] == [
        {"type": "i32", "value": -1},
        {"type": "i64", "value": -1},
        {"type": "f32", "value": pytest.approx(0.1), "bits": "0x3dcccccd"},
        {"type": "f64", "value": "-inf", "bits": "0xfff0000000000000"},
        {"type": "v128", "value": "0x00000004000000030000000200000001"},
        {"type": "externref", "value": None},
        {"type": "funcref", "value": "func add"},
        {"type": "i31ref", "value": "i31 -7"},
    ]


@pytest.mark.parametrize(
    ("arguments", "status", "kind"),
    [
        (["--invoke", "div", "sum.wat", "1", "0"], 134, "trap"),
        (["--invoke", "throw", "sum.wat"], 134, "exception"),
        (["--invoke", "forever", "--fuel", "10", "sum.wat"], 124, "exhausted"),
        (["--invoke", "forever", "--timeout", "0.01", "sum.wat"], 124, "exhausted"),
        (["--invoke", "add", "sum.wat"], 2, "usage"),
        (["unknown.wat"], 1, "malformed"),
        (["invalid.wat"], 1, "invalid"),
        (["wants.wat"], 1, "unlinkable"),
        (["missing.wat"], 2, "host"),
        (["nothing.wat"], 0, "returned"),
        (["hello.wat"], 7, "exit"),
    ],
)
def test_the_status_and_its_cause(quire, arguments, status, kind):
    assert quire("run", *arguments).status == status
    done = quire("run", "--json", *arguments)
    outcome = json.loads(done.output.splitlines()[-1])
    assert (done.status, outcome["status"], outcome["cause"]["kind"]) == (status, status, kind)


def test_a_cause_tells_the_place(quire):
    cause = json.loads(quire("run", "--json", "unknown.wat").output)["cause"]
    assert (cause["line"], cause["column"]) == (3, 5)
    cause = json.loads(quire("run", "--json", "--invoke", "div", "sum.wat", "1", "0").output)["cause"]
    assert [(site["name"], site["instruction"], site["line"]) for site in cause["sites"]] == [
        ("divide", "i32.div_s", 7),
        ("div", "call", 5),
    ]


def test_a_deep_stack_is_cut_for_programs(quire):
    cause = json.loads(quire("run", "--json", "--invoke", "deeper", "--max-depth", "500", "sum.wat").output)["cause"]
    assert cause["depth"] == 500
    assert len(cause["sites"]) < 100


def test_a_wasi_command_writes_and_exits(quire):
    done = quire("run", "hello.wat")
    assert (done.output, done.errors, done.status) == ("hello\n", "", 7)


ECHO = """
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $prestat_name (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $put (param i32)
    (i32.store (i32.const 8) (i32.const 4096))
    (i32.store (i32.const 12) (local.get 0))
    (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 16))))
  (func (export "_start")
    (drop (call $sizes (i32.const 0) (i32.const 4)))
    (drop (call $args (i32.const 64) (i32.const 4096)))
    (call $put (i32.load (i32.const 4)))
    (drop (call $environ_sizes (i32.const 0) (i32.const 4)))
    (drop (call $environ (i32.const 64) (i32.const 4096)))
    (call $put (i32.load (i32.const 4)))
    (if (i32.eqz (call $prestat (i32.const 3) (i32.const 0)))
      (then (drop (call $prestat_name (i32.const 3) (i32.const 4096) (i32.load (i32.const 4))))
        (call $put (i32.load (i32.const 4)))))))
"""


def test_what_a_guest_is_given(quire, folder, monkeypatch):
    (folder / "echo.wat").write_text(ECHO)
    monkeypatch.setenv("HERE", "value")
    options = ["--env", "A=b=c", "--env", "HERE", "--dir", f"{folder}::/data"]
    done = quire("run", *options, str(folder / "echo.wat"), "--fuel", "-x", "--", "two words")
    given = ["echo.wat", "--fuel", "-x", "--", "two words", "A=b=c", "HERE=value", "/data"]
    assert done.output == "\0".join(given)
    assert quire("run", "echo.wat").output == "echo.wat\0"
    assert json.loads(quire("run", "--json", "echo.wat").output.splitlines()[-1])["status"] == 0


def test_a_folder_has_its_own_name_unless_another_is_given(quire, folder):
    (folder / "echo.wat").write_text(ECHO)
    assert quire("run", "--dir", ".", "echo.wat").output == "echo.wat\0."


def test_a_reactor_is_initialised(quire, folder):
    (folder / "reactor.wat").write_text("""
      (global $ready (mut i32) (i32.const 0))
      (func (export "_initialize") (global.set $ready (i32.add (global.get $ready) (i32.const 1))))
      (func (export "ready") (result i32) (global.get $ready))""")
    assert quire("run", "--invoke", "ready", "reactor.wat").output == "1\n"
    assert quire("run", "--invoke", "_initialize", "reactor.wat").status == 0


def test_an_export_of_a_wasi_command_may_be_called(quire):
    done = quire("run", "--json", "--invoke", "_start", "hello.wat")
    assert done.output.splitlines()[0] == "hello"
    assert json.loads(done.output.splitlines()[1])["cause"] == {"kind": "exit"}


def test_features(quire):
    assert quire("run", "shared.wat").status == 0
    assert quire("run", "--disable", "threads", "shared.wat").status == 1
    assert quire("run", "--disable", "all", "shared.wat").status == 1
    assert quire("run", "--disable", "all", "--enable", "threads", "shared.wat").status == 0


@pytest.mark.parametrize("text", ["1", "64K", "64k", "64KiB", "1_000M", "2GB"])
def test_amounts_have_units(quire, text):
    assert quire("run", "--max-memory", text, "nothing.wat").status == 0


@pytest.mark.parametrize(
    "option", [["--max-memory", "1T"], ["--fuel", "-1"], ["--fuel", "1.5"], ["--timeout", "0"], ["--timeout", "nan"]]
)
def test_amounts_that_are_none(quire, option):
    done = quire("run", *option, "nothing.wat")
    assert done.status == 2
    assert option[1] in done.errors


def test_amounts_are_in_their_units(quire):
    assert quire("run", "--max-memory", "64K", "sum.wat").status == 0
    assert quire("run", "--max-memory", "63K", "sum.wat").status == 124


def test_settings_of_features(quire):
    assert quire("run", "--invoke", "map", "virtual.wat").output == "0\n"
    trapped = quire("run", "--alignment", "trap", "--invoke", "map", "virtual.wat")
    assert (trapped.status, "unaligned memory access" in trapped.errors) == (134, True)
    off = quire("run", "--alignment", "trap", "--disable", "memory-control", "nothing.wat")
    assert (off.status, off.errors) == (2, "quire: no such setting: alignment=trap: there are none\n")


def test_a_tier_is_named(quire):
    assert quire("run", "--tier", "reference", "nothing.wat").status == 0
    assert quire("run", "--tier", "bogus", "nothing.wat").status == 2


def test_a_folder_that_cannot_be_opened(quire):
    if os.geteuid() == 0:
        assert quire("run", "--dir", "sum.wat", "hello.wat").status == 2  # it is no folder
    else:
        assert quire("run", "--dir", "/root", "hello.wat").status == 2

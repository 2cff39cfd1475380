"""What is said about malformed texts, and where: compared with a golden file, since people read it."""

from collections.abc import Callable

import pytest

from quire.engine.errors import Malformed
from quire.wat.parser import parse_module

TEXTS = [
    "(module",
    "(module))",
    "(modul)",
    "module",
    "(func i32.ad)",
    "(func (i32.add i32.const 1))",
    "(func i32.const)",
    "(func i32.const 1.0)",
    "(func i32.const 4294967296)",
    "(func f32.const 1e99)",
    "(func (result i32)\n  i32.const 1\n  get_local 0)",
    "(func local.get $x)",
    "(func (param $x i32)\n      (param $x i32))",
    "(func (param $x i32) (local $x i32))",
    "(func $f)\n(func $f)",
    "(func call $g)",
    "(func call -1)",
    "(func br $l)",
    "(func block $a end $b)",
    "(func if $a else $b end)",
    "(func end)",
    "(func else)",
    "(func block else end)",
    "(func block)",
    "(func (block end))",
    "(func (if (i32.const 1)))",
    "(func (if (i32.const 1) (else)))",
    "(func (if (then) (then)))",
    "(func (then))",
    "(func (block) (local i32))",
    "(func (result i32) (param i32))",
    "(func (block (param $x i32)))",
    "(func i32.load align=3)",
    "(func i32.load align=4 offset=1)",
    "(func i32.load offset=-1)",
    "(func i8x16.shuffle 1 2 3)",
    "(func i8x16.extract_lane_s 256)",
    "(func v128.const i32x4 1 2 3)",
    "(func v128.const i32x4 1 2 x 4)",
    "(func v128.const i32 1)",
    "(func br_table)",
    "(func ref.null 1.5)",
    "(func struct.get 0 $x)",
    "(type $t (func (param i32)))\n(func (type $t) (result i32))",
    "(func (type 7) (result i32))",
    "(type (struct (field $a i32) (field $a i32)))",
    "(type (fun))",
    "(type (sub final 0))",
    "(global i32x (i32.const 0))",
    "(global (mut) (i32.const 0))",
    "(memory)",
    "(memory shared 1)",
    "(memory 1 2 shared)",
    "(memory 1 (pagesize 1))",
    "(memory -1)",
    "(memory 18446744073709551616)",
    "(table 1)",
    "(table funcref 1)",
    '(import "a" (func))',
    '(import "a" "b" (fun))',
    '(func)\n(import "a" "b" (memory 1))',
    '(memory 1)\n(func (import "a" "b"))',
    '(export "a" (func $f))',
    "(export a (func 0))",
    '(export "\\ff" (func 0))',
    '(data "\\q")',
    '(data "abc)',
    '(data "a\tb")',
    '(data (i32.const 0) (prot read) "a")',
    "(elem (i32.const 0) (ref.func 0))",
    "(start 0)\n(start 1)",
    "(func \u00fc)",
    "(func #)",
    "(func ,)",
    "(func $)",
    '(func $"")',
    '(func $"a"b)',
    '(func "a""b")',
    "(func (; )",
    "(func) (@",
    "(func " + "x" * 100 + ")",
    "(func " + "1" * 100 + ")",
]


def test_messages(golden: Callable[[str, str], None]) -> None:
    lines = []
    for text in TEXTS:
        with pytest.raises(Malformed) as caught:
            parse_module(text)
        lines += [text if len(text) < 100 else f"{text[:40]}...", f"    {caught.value}", ""]
    golden("errors.txt", "\n".join(lines))


def test_instructions_know_their_places() -> None:
    module = parse_module("(module\n (func (param i32)\n  (drop (i32.add\n    (local.get 0) (i32.const 1)))\n  nop))")
    body = module.functions[0].body
    places = [(body.places.place(number).line, body.places.place(number).column) for number in range(6)]
    assert [row.mnemonic for row, _ in body] == ["local.get", "i32.const", "i32.add", "drop", "nop", "end"]
    assert places == [(4, 6), (4, 20), (3, 10), (3, 4), (5, 3), (5, 6)]
    assert body.places.place(6).line is None

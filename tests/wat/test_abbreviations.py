"""Abbreviations mean what the specification says that they are short for. Spec: text/modules, text/instructions"""

from dataclasses import replace

import pytest

from quire.engine.module import Module, Names
from quire.wat.parser import parse_module


def nameless(text: str) -> Module:
    return replace(parse_module(text), names=Names())


FUNCTIONS = "(type $v (func)) (type $i (func (param i32) (result i32)))"

SHORT_AND_LONG = {
    "bare fields": ("(func) (memory 1)", "(module (func) (memory 1))"),
    "inline function type": (
        "(func (param i32) (result i32))",
        "(type (func (param i32) (result i32))) (func (type 0))",
    ),
    "the first equal type": (
        f"{FUNCTIONS} (func) (func (type $i)) (func)",
        f"{FUNCTIONS} (func (type 0)) (func (type 1)) (func (type 0))",
    ),
    "new types come last": (
        "(func (param f32)) (type (func)) (func (param f32)) (func)",
        "(type (func)) (type (func (param f32))) (func (type 1)) (func (type 1)) (func (type 0))",
    ),
    "only a final type that stands alone is reused": (
        "(rec (type (func)) (type (struct))) (type (sub (func))) (func)",
        "(rec (type (func)) (type (struct))) (type (sub (func))) (type (func)) (func (type 3))",
    ),
    "a group of one": ("(rec (type (func)))", "(type (func))"),
    "final without supertypes": ("(type (sub final (func)))", "(type (func))"),
    "parameters together": ("(func (param i32 i64) (param) (param f32))", "(func (param i32) (param i64) (param f32))"),
    "locals together": ("(func (local i32 i32) (local i64))", "(func (local i32) (local $x i32) (local i64))"),
    "references": ("(global funcref (ref.null func))", "(global (ref null func) (ref.null func))"),
    "inline import": ('(func $f (import "a" "b") (param i32))', '(import "a" "b" (func $f (param i32)))'),
    "inline import of a table": ('(table (import "a" "b") i64 1 funcref)', '(import "a" "b" (table i64 1 funcref))'),
    "inline import of a memory": ('(memory (import "a" "b") 1 2)', '(import "a" "b" (memory 1 2))'),
    "inline import of a global": ('(global (import "a" "b") (mut i32))', '(import "a" "b" (global (mut i32)))'),
    "inline import of a tag": ('(tag (import "a" "b") (param i32))', '(import "a" "b" (tag (param i32)))'),
    "inline exports": (
        '(func (export "a") (export "b")) (memory (export "c") 1)',
        '(func) (memory 1) (export "a" (func 0)) (export "b" (func 0)) (export "c" (memory 0))',
    ),
    "inline export of an import": (
        '(global (export "x") (import "a" "b") i32)',
        '(import "a" "b" (global i32)) (export "x" (global 0))',
    ),
    "elements of a table": (
        "(func $f) (table $t funcref (elem $f $f))",
        "(func $f) (table $t 2 2 funcref) (elem (table $t) (i32.const 0) func $f $f)",
    ),
    "expressions of a table": (
        "(func $f) (table i64 funcref (elem (ref.func $f) (item ref.null func)))",
        "(func $f) (table i64 2 2 funcref) (elem (table 0) (i64.const 0) funcref (item (ref.func 0)) (ref.null func))",
    ),
    "functions of a table of another type": (
        "(type $v (func)) (func $f) (table (ref null $v) (elem $f))",
        "(type $v (func)) (func $f) (table 1 1 (ref null $v)) (elem (i32.const 0) (ref null $v) (ref.func $f))",
    ),
    "data of a memory": (
        '(memory $m i64 (data "a" "b"))',
        '(memory i64 1 1) (data (memory 0) (offset (i64.const 0)) "ab")',
    ),
    "no data of a memory": ("(memory (data))", '(memory 0 0) (data (i32.const 0) "")'),
    "two pages of data": (f'(memory (data "{"x" * 65537}"))', f'(memory 2 2) (data (i32.const 0) "{"x" * 65537}")'),
    "elements without table and func": (
        "(func $f) (elem (i32.const 0) $f)",
        "(func $f) (elem (table 0) (offset i32.const 0) func $f)",
    ),
    "a table by its number": (
        "(func $f) (elem 1 (i32.const 0) $f)",
        "(func $f) (elem (table 1) (i32.const 0) func $f)",
    ),
    "a memory by its number": ('(data 1 (i32.const 0) "a")', '(data (memory 1) (offset (i32.const 0)) "a")'),
    "optional memory": (
        "(func memory.size memory.grow memory.fill memory.copy i32.load memory.init 3)",
        "(func memory.size 0 memory.grow 0 memory.fill 0 memory.copy 0 0 i32.load 0 offset=0 align=4 memory.init 0 3)",
    ),
    "optional table": (
        "(func table.size table.get table.set table.grow table.fill table.copy table.init 3 call_indirect)",
        (
            "(func table.size 0 table.get 0 table.set 0 table.grow 0 table.fill 0 table.copy 0 0 table.init 0 3 "
            "call_indirect 0 (type 0))"
        ),
    ),
    "a lane behind a memory": (
        "(func v128.load8_lane 3 v128.load8_lane 1 3 v128.store64_lane offset=8 1 v128.load16_lane 2 align=1 4)",
        (
            "(func v128.load8_lane 0 3 v128.load8_lane 1 align=1 3 v128.store64_lane 0 offset=8 align=8 1 "
            "v128.load16_lane 2 offset=0 align=1 4)"
        ),
    ),
    "block types": (
        "(func block end block (result i32) unreachable end drop (loop (param i32)) (block (param) (result)))",
        (
            "(func block end block (result i32) unreachable end drop (loop (type 1)) (block)) (type (func)) "
            "(type (func (param i32)))"
        ),
    ),
    "a type use of a block is kept": (
        "(type (func)) (func (block (type 0)))",
        "(type $t (func)) (func block (type $t) end)",
    ),
    "folded": (
        "(func (i32.add (i32.const 1) (block (result i32) (i32.const 2))) (drop))",
        "(func i32.const 1 block (result i32) i32.const 2 end i32.add drop)",
    ),
    "folded if": (
        "(func (if (result i32) (i32.eqz (i32.const 0)) (i32.const 7) (then (i32.const 1)) (else i32.const 2)) drop)",
        "(func i32.const 0 i32.eqz i32.const 7 if (result i32) i32.const 1 else i32.const 2 end drop)",
    ),
    "folded if without else": ("(func (if (i32.const 0) (then nop)))", "(func i32.const 0 if nop end)"),
    "folded if with an empty else": ("(func (if (i32.const 0) (then) (else)))", "(func i32.const 0 if else end)"),
    "a condition does not see the label": ("(func (if $a (br 0) (then (br 0))))", "(func br 0 if br 0 end)"),
    "folded try_table": (
        "(tag $e) (func (block $b (try_table (catch $e $b) (catch_all 0) (br 0))))",
        "(tag) (func block try_table (catch 0 0) (catch_all 0) br 0 end end)",
    ),
    "labels": (
        "(func block $a loop $b (br_table $a $b 2 $b (i32.const 0)) end $b end $a)",
        "(func block loop i32.const 0 br_table 1 0 2 0 end end)",
    ),
    "select": (
        "(func select select (result i32) select (result i32) (result))",
        "(func select select (result i32) select (result i32))",
    ),
    "fields": (
        "(type $s (struct (field $x i32) (field i8 (mut i16)))) (func struct.get $s $x struct.set 0 2)",
        "(type (struct (field i32) (field i8) (field (mut i16)))) (func struct.get 0 0 struct.set 0 2)",
    ),
    "casts": (
        "(func ref.test anyref ref.test (ref any) ref.cast i31ref br_on_cast 0 anyref (ref eq))",
        (
            "(func ref.test (ref null any) ref.test (ref any) ref.cast (ref null i31) "
            "br_on_cast 0 (ref null any) (ref eq))"
        ),
    ),
    "vectors": (
        "(func v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 -1 v128.const f32x4 1 -0 inf nan)",
        (
            "(func v128.const i32x4 0x04030201 0x08070605 0x0c0b0a09 0xff0f0e0d "
            "v128.const i64x2 0x80000000_3f800000 0x7fc00000_7f800000)"
        ),
    ),
    "catch clauses": (
        "(tag $e) (func try_table (catch_ref $e 0) (catch_all_ref 0) end)",
        "(tag) (func (try_table (catch_ref 0 0) (catch_all_ref 0)))",
    ),
}


@pytest.mark.parametrize("case", SHORT_AND_LONG)
def test_what_is_short_equals_what_is_long(case: str) -> None:
    short, long = SHORT_AND_LONG[case]
    assert nameless(short) == nameless(long)


UNLIKE = [
    ("(func select)", "(func select (result))"),
    ("(func (block (type 0)))", "(func (block))"),
    ("(elem func)", "(elem funcref)"),
    ("(elem declare func)", "(elem func)"),
    ("(type (sub (func)))", "(type (func))"),
    ("(rec (type (func)) (type (func)))", "(type (func)) (type (func))"),
    ("(global (mut i32) (i32.const 0))", "(global i32 (i32.const 0))"),
    ("(func ref.test anyref)", "(func ref.test (ref any))"),
    ("(func (if (i32.const 0) (then) (else)))", "(func (if (i32.const 0) (then)))"),
    ("(table 1 (ref null func) (ref.null func))", "(table 1 (ref null func))"),
    ("(func f32.const nan)", "(func f32.const -nan)"),
    ("(func f64.const 0)", "(func f64.const -0)"),
    ("(table i64 1 funcref)", "(table 1 funcref)"),
    ("(memory 1)", "(memory 1 1)"),
]


@pytest.mark.parametrize(("first", "second"), UNLIKE)
def test_what_is_unlike(first: str, second: str) -> None:
    assert nameless(first) != nameless(second)


def test_identifiers_may_stand_before_what_they_name() -> None:
    module = nameless(
        """(start $f) (export "f" (func $f)) (elem (table $t) (global.get $g) func $f) (data (memory $m) (i32.const 0))
        (func $f (type $type) (call $f) (global.set $g (i32.const 0)) (throw $e) (struct.get $s $x (ref.null $s)))
        (global $g (mut i32) (i32.const 0)) (table $t 1 (ref null $type)) (memory $m 1) (tag $e)
        (type $type (func (param (ref $s)))) (type $s (struct (field $x (ref $type))))"""
    )
    assert module.start == 0
    assert [row.mnemonic for row, _ in module.functions[0].body] == [
        "call", "i32.const", "global.set", "throw", "ref.null", "struct.get", "end"
    ]  # fmt: skip

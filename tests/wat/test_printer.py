"""Printed modules: how they look, and that they read back."""

from collections.abc import Callable

import pytest

from quire.engine import types as t
from quire.engine.errors import Exhausted
from quire.engine.module import (
    Active,
    Declarative,
    ElementSegment,
    Expression,
    FunctionDefinition,
    GlobalDefinition,
    Instruction,
    LocalRun,
    Module,
    Names,
    Passive,
)
from quire.wat.parser import parse_module
from quire.wat.printer import print_module
from quire.wat.text_format import CORE_TEXT

EVERYTHING = """
(module $everything
  (type $pair (func (param i32 i64) (result f32 f64)))
  (rec
    (type $node (sub (struct (field $next (ref null $node)) (field $"a value" (mut i8)) (field i64))))
    (type $leaf (sub final $node (struct (field (ref null $node)) (field (mut i8)) (field i64) (field $more v128))))
    (type $nodes (array (mut (ref null $node)))))
  (import "env" "log \\"it\\"" (func $log (param $level i32) (param i32)))
  (import "env" "memory" (memory $shared i64 1 16))
  (import "env" "global" (global $base (mut i32)))
  (func $sum (export "sum") (param $n i32) (param f32 f64) (param $start i64) (result i64)
    (local $i i32) (local i32 i32) (local $list (ref null $nodes))
    (block $done
      (loop $again
        (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
        (local.set $i (i32.add (local.get $i) (i32.const -1)))
        (if (result i32) (i32.load8_u $small offset=16 (local.get $i))
          (then (i32.const 1))
          (else (f32.const nan:0x200000) (drop) (i32.const 0x7fffffff)))
        (drop)
        (br $again)))
    (block $caught (result (ref null exn))
      (try_table (catch $problem 1) (catch_all_ref $caught) (call $log (i32.const 1) (i32.const 2)))
      (return (i64.const -1)))
    drop
    (call_indirect $second (type $pair) (i32.const 1) (i64.const 2) (i32.const 0))
    drop drop
    (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31 (v128.const i64x2 0 -1))
    drop
    (block $end (br_table $end 0 1 (i32.const 3))))
  (func (@name "") (param (@name "sum") i32) (unreachable))
  (func (@name "sum"))
  (table $first 1 2 funcref)
  (table $second i64 3 (ref null $pair) (ref.null $pair))
  (memory $small (data "\\00 text \\"quoted\\" \\ff"))
  (tag $problem (param i32))
  (global $zero f64 (f64.const -0.1))
  (global $computed i32 (i32.mul (i32.const 6) (global.get $base)))
  (export "" (memory $small))
  (start 2)
  (elem $declared declare func $sum)
  (elem (table $second) (i64.const 1) (ref null $pair) (item ref.null $pair) (ref.func $log))
  (elem (offset (i32.const 1) (i32.const 2) i32.add) func $log 2)
  (data $long (memory $small) (i32.const 100)
    "A segment that is longer than a line can hold goes on several lines, each of which "
    "is a string of its own; together they are the same bytes.")
  (data $passive)
  (@custom "notes" (after type) "some \\00 bytes"))
"""


def test_a_module_looks_like_this(golden: Callable[[str, str], None]) -> None:
    module = parse_module(EVERYTHING)
    text = print_module(module)
    assert parse_module(text) == module
    assert print_module(parse_module(text)) == text
    golden("everything.wat", text)


def test_an_empty_module() -> None:
    assert print_module(Module()) == "(module)\n"
    assert print_module(Module(names=Names(module="m"))) == "(module $m)\n"
    assert print_module(Module(names=Names(module=""))) == '(module (@name ""))\n'


def expression(*instructions: tuple[str, tuple[object, ...]]) -> Expression:
    rows = CORE_TEXT.instruction_set.by_mnemonic
    return Expression(
        tuple(Instruction(rows[mnemonic][0], values) for mnemonic, values in (*instructions, ("end", ())))
    )


NOTHING, ZERO, ONE_FUNCTION = expression(), expression(("i32.const", (0,))), expression(("ref.func", (3,)))
LONGER = expression(("i32.const", (1,)), ("i32.const", (2,)), ("i32.add", ()))

ODD = {
    "empty expressions": Module(
        globals=(GlobalDefinition(t.GlobalType(t.I32), NOTHING),),
        elements=(ElementSegment(t.FUNCREF, (NOTHING, ZERO, LONGER), Active(0, NOTHING)),),
    ),
    "functions of another type": Module(elements=(ElementSegment(t.FUNCREF, (ONE_FUNCTION,), Passive()),)),
    "functions": Module(elements=(ElementSegment(t.ReferenceType(False, t.FUNC), (ONE_FUNCTION,), Declarative()),)),
    "items among functions": Module(
        elements=(ElementSegment(t.ReferenceType(False, t.FUNC), (ONE_FUNCTION, NOTHING), Passive()),)
    ),
    "an empty group": Module(types=(t.RecursiveType(()),)),
    "a type of no function": Module(
        types=(t.RecursiveType((t.SubType(t.StructType()),)),), functions=(FunctionDefinition(0, (), NOTHING),)
    ),
    "no type": Module(functions=(FunctionDefinition(9, (LocalRun(3, t.I32),), NOTHING),)),
    "names of nothing twice": Module(names=Names(module="a b")),
    "many names that are equal": Module(
        types=(t.RecursiveType((t.SubType(t.FunctionType((t.I32, t.I32, t.I32))),)),),
        functions=tuple(FunctionDefinition(0, (LocalRun(2, t.I32),), NOTHING) for _ in range(3)),
        names=Names(functions=((0, "f"), (1, "f"), (2, "")), locals=((1, ((0, "x"), (1, "x"), (3, "x"), (4, ""))),)),
    ),
    "names that look like numbers": Module(
        types=(t.RecursiveType((t.SubType(t.FunctionType()),)),),
        functions=(FunctionDefinition(0, (), NOTHING), FunctionDefinition(0, (), expression(("call", (0,))))),
        names=Names(functions=((0, "1"), (1, '0"\n\0')),),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_odd_modules_read_back(case: str) -> None:
    assert parse_module(print_module(ODD[case])) == ODD[case]


def test_names_of_what_is_not_there_are_left_out() -> None:
    module = Module(names=Names(functions=((5, "f"),), locals=((7, ((0, "x"),)),)))
    assert print_module(module) == "(module)\n"


def test_billions_of_locals_are_not_printed() -> None:
    types = (t.RecursiveType((t.SubType(t.FunctionType()),)),)
    module = Module(types=types, functions=(FunctionDefinition(0, (LocalRun(2**32 - 1, t.I32),), NOTHING),))
    with pytest.raises(Exhausted, match="^too many locals to print"):
        print_module(module)

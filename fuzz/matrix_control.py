"""The part of the matrix for instructions whose operands are code: control, locals, the references that control tests.

Functions as text, each named after the instruction that it is to show; they are called on edge values of parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from quire.engine import types as t
from quire.engine.module import Module
from quire.engine.validate import ModuleContext
from quire.engine.validate.modules import make_context
from quire.fuzz.choices import SeededChoices
from quire.fuzz.generate import features as f
from quire.fuzz.generate.edges import EDGES
from quire.fuzz.generate.generator import Call, Generated
from quire.fuzz.generate.leaves import Code, Emitter, Leaves
from quire.fuzz.matrix_coverage import edge
from quire.proposal_ops import instruction_set
from quire.wat.parser import parse_module

PLAIN = """(module
  (type $binary (func (param i32 i32) (result i32)))
  (type $pair (func (param i32) (result i32 i64)))
  (table $t 5 5 funcref) (elem (table $t) (i32.const 0) func $add $sub $pair)
  (global $seen (mut i64) (i64.const 0))
  (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
  (func $sub (type $binary) (i32.sub (local.get 0) (local.get 1)))
  (func $pair (type $pair) (local.get 0) (i64.extend_i32_s (local.get 0)))
  (func $unreachable (param i32) (result i64) (if (local.get 0) (then (unreachable))) (i64.const 5))
  (func $block (param i32 i64) (result i64 i32) (local.get 1) (local.get 0)
    (block (param i64 i32) (result i64 i32) (br_if 0 (local.get 0)) (drop) (i32.const 9)))
  (func $loop (param i32) (result i32) (local $n i32)
    (loop (result i32) (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get $n) (i32.and (local.get 0) (i32.const 31)))) (local.get $n)))
  (func $loop/values (param i32) (result i32) (local i32) (i32.and (local.get 0) (i32.const 15)) (i32.const 0)
    (loop (param i32 i32) (result i32) (local.set 0) (local.set 1) (i32.sub (local.get 1) (i32.const 1))
      (i32.add (local.get 0) (i32.const 3)) (br_if 0 (i32.gt_s (local.get 1) (i32.const 0))) (i32.add)))
  (func $if (param i32 f64) (result f64)
    (if (result f64) (local.get 0) (then (local.get 1)) (else (f64.neg (local.get 1)))))
  (func $if/alone (param i32) (result i64)
    (if (local.get 0) (then (global.set $seen (i64.const 7)))) (global.get $seen))
  (func $else (param i32) (result i32) (i32.const 3)
    (if (param i32) (result i32) (local.get 0) (then (i32.add (i32.const 1))) (else (i32.mul (i32.const 5)))))
  (func $end (param i64) (result i64) (block) (block (result i64) (block (result i64) (local.get 0))))
  (func $br (param i32 i64) (result i64)
    (block $out (result i64) (if (local.get 0) (then (br $out (local.get 1)))) (i64.const -1)))
  (func $br/drops (param i32) (result i32)
    (block (result i32) (i32.const 1) (i64.const 2) (f32.const 3) (br 0 (local.get 0))))
  (func $br/loop (param i32) (result i32) (local i32)
    (loop (if (i32.lt_u (local.get 1) (i32.and (local.get 0) (i32.const 7)))
      (then (local.set 1 (i32.add (local.get 1) (i32.const 1))) (br 1)))) (local.get 1))
  (func $br_if (param i32 i32) (result i32)
    (block (result i32) (i32.add (br_if 0 (local.get 0) (local.get 1)) (i32.const 100))))
  (func $br_if/behind (param i32 i32) (result i32)
    (block (result i32) (br_if 0 (local.get 0) (local.get 1)) (drop)
      (return (i32.add (i32.const 100) (block (result i32) (i32.const 7) (br 0 (i32.const 5)))))))
  (func $br_table (param i32) (result i32)
    (block (block (block (block (br_table 2 0 1 3 0 (local.get 0))) (return (i32.const 10)))
      (return (i32.const 11))) (return (i32.const 12))) (i32.const 13))
  (func $br_table/value (param i32 i64) (result i64)
    (block (result i64) (i64.add (i64.const 1)
      (block (result i64) (br_table 0 1 1 0 (local.get 1) (local.get 0))))))
  (func $br_table/empty (param i32) (result i32) (block (br_table 0 (local.get 0))) (local.get 0))
  (func $return (param i32 i64) (result i32 i64) (i32.const 4)
    (block (if (local.get 0) (then (return (local.get 0) (local.get 1))))) (local.get 1))
  (func $call (param i32 i32) (result i32 i64) (call $add (local.get 0) (local.get 1)) (call $pair))
  (func $call_indirect (param i32 i32 i32) (result i32)
    (call_indirect $t (type $binary) (local.get 1) (local.get 2) (local.get 0)))
  (func $drop (param i32 i64) (result i32) (local.get 0) (local.get 1) (drop))
  (func $select (param i64 i64 i32) (result i64) (select (local.get 0) (local.get 1) (local.get 2)))
  (func $select/float (param f32 f32 i32) (result f32) (select (local.get 0) (local.get 1) (local.get 2)))
  (func $local.get (param f64 i32) (result f64 i64) (local i64) (local.get 0) (local.get 2))
  (func $local.set (param f32) (result f32) (local f32) (local.set 1 (local.get 0)) (local.get 1))
  (func $local.tee (param i32) (result i32) (local i32) (i32.add (local.tee 1 (local.get 0)) (local.get 1))))"""
TAIL_CALLS = """(module
  (type $binary (func (param i32 i32) (result i32)))
  (table $t 4 4 funcref) (elem (table $t) (i32.const 0) func $add $count $other)
  (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
  (func $count (type $binary) (if (result i32) (local.get 0)
    (then (return_call $count (i32.sub (local.get 0) (i32.const 1)) (i32.add (local.get 1) (i32.const 2))))
    (else (local.get 1))))
  (func $other (param i64) (result i32) (i32.const 3))
  (func $return_call (param i32 i32) (result i32) (i32.const 7) (drop)
    (return_call $count (i32.and (local.get 0) (i32.const 0xfff)) (local.get 1)))
  (func $return_call_indirect (param i32 i32) (result i32)
    (return_call_indirect $t (type $binary) (i32.const 30) (local.get 1) (local.get 0))))"""
REFERENCES = """(module
  (type $binary (func (param i32 i32) (result i32)))
  (type $unary (func (param i32) (result i32)))
  (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
  (func $neg (type $unary) (i32.sub (i32.const 0) (local.get 0)))
  (elem declare func $add $neg)
  (func $chosen (param i32) (result (ref null $binary))
    (if (result (ref null $binary)) (local.get 0) (then (ref.func $add)) (else (ref.null $binary))))
  (func $call_ref (param i32 i32 i32) (result i32)
    (call_ref $binary (local.get 0) (local.get 1) (call $chosen (local.get 2))))
  (func $return_call_ref (param i32 i32 i32) (result i32)
    (return_call_ref $binary (local.get 0) (local.get 1) (call $chosen (local.get 2))))
  (func $br_on_null (param i32) (result i32)
    (block (drop (br_on_null 0 (call $chosen (local.get 0)))) (return (i32.const 1))) (i32.const 2))
  (func $br_on_null/behind (param i32) (result i32)
    (block (drop (br_on_null 0 (call $chosen (local.get 0))))
      (return (i32.add (i32.const 100) (block (result i32) (i32.const 7) (br 0 (i32.const 5)))))) (i32.const 2))
  (func $br_on_null/value (param i32) (result i32) (local (ref null $binary))
    (block (result i32) (br_on_null 0 (i32.const 4) (call $chosen (local.get 0)))
      (local.set 1) (call_ref $binary (i32.const 5) (local.get 1))))
  (func $br_on_non_null (param i32) (result i32) (local (ref null $binary))
    (block (result (ref $binary)) (br_on_non_null 0 (call $chosen (local.get 0))) (return (i32.const 6)))
    (local.set 1) (call_ref $binary (i32.const 1) (i32.const 2) (local.get 1)))
  (func $br_on_non_null/behind (param i32) (result i32)
    (block (result (ref $binary)) (br_on_non_null 0 (call $chosen (local.get 0)))
      (return (i32.add (i32.const 100) (block (result i32) (i32.const 7) (br 0 (i32.const 5))))))
    (drop) (i32.const 2))
  (func $ref.is_null (param i32 funcref externref) (result i32 i32 i32)
    (ref.is_null (call $chosen (local.get 0))) (ref.is_null (local.get 1)) (ref.is_null (local.get 2)))
  (func $ref.as_non_null (param i32) (result i32)
    (call_ref $binary (i32.const 8) (i32.const 9) (ref.as_non_null (call $chosen (local.get 0)))))
  (func $ref.as_non_null/alone (param i32) (drop (ref.as_non_null (call $chosen (local.get 0)))))
  (func $select (param i32 i32) (result (ref null $binary))
    (select (result (ref null $binary)) (call $chosen (local.get 0)) (ref.func $add) (local.get 1))))"""
GC = """(module
  (rec (type $base (sub (struct (field i32)))) (type $derived (sub $base (struct (field i32) (field i64)))))
  (type $array (array (mut i32)))
  (func $some (param i32) (result anyref) (block (block (block (block (block
    (br_table 0 1 2 3 4 (i32.and (local.get 0) (i32.const 7))))
    (return (ref.null any))) (return (ref.i31 (local.get 0)))) (return (struct.new $base (local.get 0))))
    (return (struct.new $derived (local.get 0) (i64.const 6)))) (array.new $array (local.get 0) (i32.const 3)))
  (func $br_on_cast (param i32) (result i32)
    (block $is (result (ref $base)) (drop (br_on_cast $is anyref (ref $base) (call $some (local.get 0))))
      (return (i32.const -1))) (struct.get $base 0))
  (func $br_on_cast/null (param i32) (result i32)
    (block $is (result (ref null $derived))
      (drop (br_on_cast $is anyref (ref null $derived) (call $some (local.get 0)))) (return (i32.const -1)))
    (ref.is_null))
  (func $br_on_cast/behind (param i32) (result i32)
    (block $is (result (ref $base)) (drop (br_on_cast $is anyref (ref $base) (call $some (local.get 0))))
      (return (i32.add (i32.const 100) (block (result i32) (i32.const 7) (br 0 (i32.const 5))))))
    (struct.get $base 0))
  (func $br_on_cast/i31 (param i32) (result i32)
    (block $is (result i31ref) (drop (br_on_cast $is anyref (ref null i31) (call $some (local.get 0))))
      (return (i32.const -2))) (i31.get_s))
  (func $br_on_cast_fail (param i32) (result i32)
    (block $no (result anyref) (br_on_cast_fail $no anyref (ref $array) (call $some (local.get 0)))
      (return (array.get $array (i32.const 1)))) (drop) (i32.const -1))
  (func $br_on_cast_fail/behind (param i32) (result i32)
    (block $no (result anyref) (drop (br_on_cast_fail $no anyref (ref $array) (call $some (local.get 0))))
      (return (i32.add (i32.const 100) (block (result i32) (i32.const 7) (br 0 (i32.const 5))))))
    (drop) (i32.const 2))
  (func $br_on_cast_fail/null (param i32) (result i32)
    (block $no (result (ref any)) (br_on_cast_fail $no anyref (ref null struct) (call $some (local.get 0)))
      (return (ref.is_null))) (drop) (i32.const -3))
  (func $extern.convert_any (param i32) (result externref) (extern.convert_any (call $some (local.get 0))))
  (func $any.convert_extern (param i32) (result anyref i32)
    (any.convert_extern (extern.convert_any (call $some (local.get 0))))
    (ref.test (ref $base) (any.convert_extern (extern.convert_any (call $some (local.get 0)))))))"""
EXCEPTIONS = """(module
  (type $pair (func (result i32 i64)))
  (tag $empty) (tag $one (param i32)) (tag $two (param i32 i64))
  (global $depth (mut i32) (i32.const 0))
  (func $throws (param i32) (result i32) (block (block (block (block
    (br_table 0 1 2 3 (i32.and (local.get 0) (i32.const 3)))) (throw $empty)) (throw $one (local.get 0)))
    (throw $two (local.get 0) (i64.const 77))) (unreachable))
  (func $throw (param i32) (result i32) (call $maybe (local.get 0)))
  (func $maybe (param i32) (result i32)
    (if (result i32) (i32.eq (i32.and (local.get 0) (i32.const 3)) (i32.const 3))
      (then (local.get 0)) (else (call $throws (local.get 0)))))
  (func $try_table (param i32) (result i32)
    (block $e (block $o (result i32) (block $t (result i32 i64)
      (try_table (result i32) (catch $empty $e) (catch $one $o) (catch $two $t) (call $maybe (local.get 0)))
      (return)) (drop) (return (i32.add (i32.const 1)))) (return (i32.add (i32.const 2)))) (i32.const 3))
  (func $try_table/all (param i32) (result i32)
    (block (try_table (catch_all 0) (drop (call $maybe (local.get 0)))) (return (i32.const 0))) (i32.const 1))
  (func $try_table/references (param i32) (result i32)
    (block $r (result i32 exnref)
      (block $a (result exnref)
        (try_table (catch_ref $one $r) (catch_all_ref $a) (drop (call $maybe (local.get 0)))) (return (i32.const 0)))
      (drop) (return (i32.const 5))) (drop))
  (func $try_table/outer (param i32) (result i32)
    (block $e (block $o (result i32) (try_table (result i32) (catch $one $o)
      (try_table (result i32) (catch $empty $e) (call $maybe (local.get 0)))) (return))
      (return (i32.add (i32.const 40)))) (i32.const 50))
  (func $try_table/branch (param i32) (result i32)
    (block $b (result i32) (try_table (result i32) (catch $one $b) (br $b (call $maybe (local.get 0)))))
    (i32.add (i32.const 1)))
  (func $throw_ref (param i32) (result i32) (local exnref)
    (block $a (result exnref) (try_table (result i32) (catch_all_ref $a) (call $maybe (local.get 0))) (return))
    (local.set 1) (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
    (throw_ref (local.get 1)))
  (func $throw_ref/null (param i32) (result i32) (throw_ref (ref.null exn))))"""
TEXTS = (
    (PLAIN, {f.TABLES, f.MULTI_VALUE, f.FLOATS, f.GLOBALS, f.LOOPS}), (TAIL_CALLS, {f.TAIL_CALLS, f.TABLES}),
    (REFERENCES, {f.REFERENCES}), (GC, {f.GC, f.REFERENCES}), (EXCEPTIONS, {f.EXCEPTIONS, f.REFERENCES}),
)  # fmt: skip
DECLARED = 2  # functions of each text, the first, that may be referred to
MOST = 64  # calls of a function with choices of operands, beside those that each value turns up in


def control_matrix(features: Sequence[str]) -> Iterator[Generated]:
    """A module for each text whose features are all there."""
    known = instruction_set(())
    for text, needed in TEXTS:
        if needed <= set(features):
            module = parse_module(text)
            context = make_context(module, known)
            leaves = Leaves(Emitter(known), context.types, context.functions[:DECLARED])
            calls = tuple(call for each in named(module) for call in calls_of(context, leaves, *each))
            yield Generated(module, known, frozenset(needed), calls, fuel=False)


def named(module: Module) -> Iterator[tuple[int, str]]:
    """The functions that show an instruction, and its name."""
    mnemonics = {row.mnemonic for row in f.rows_of(f.ALL_FEATURES)}
    for index, name in module.names.functions:
        mnemonic = name.partition("/")[0]
        if mnemonic in mnemonics:
            yield index, mnemonic


def calls_of(context: ModuleContext, leaves: Leaves, index: int, mnemonic: str) -> Iterator[Call]:
    """Calls of one function on edge values."""
    types = t.function_type_of(context.functions[index]).parameters
    columns = [operands(leaves, each) for each in types]
    choices = list(product(*columns))
    turns = max(map(len, columns), default=0)
    every = (tuple(column[turn % len(column)] for column in columns) for turn in range(turns))
    for each in (*choices[:: max(1, len(choices) // MOST)], *every):
        edges = tuple(edge(leaves, type_, code) for type_, code in zip(types, each, strict=True))
        yield Call(index, tuple(instruction for operand in each for instruction in operand), mnemonic, edges)


def operands(leaves: Leaves, type_: t.ValueType) -> list[Code]:
    """Code for edge values."""
    if isinstance(type_, t.ReferenceType):
        return [[leaves.null(type_.heap)], leaves.construct(SeededChoices(0), type_.heap)]
    return [[leaves.constant(type_, bits)] for bits in EDGES[type_]]

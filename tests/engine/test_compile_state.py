"""What the fast tier does in place of calls: structures, arrays, tables, vectors in memory. Traps are as ever."""

import pytest

from quire.engine.binary import decode, encode
from quire.engine.compile import Compiler
from quire.engine.compile.running.listing import listing
from quire.engine.errors import Trap
from quire.engine.instantiate import instantiate
from quire.engine.interpret import Interpreter
from quire.engine.runtime.store import Store
from quire.engine.validate import validate
from quire.wat.parser import parse_module


def both(text, name, *arguments):
    """What both tiers make of a call: results, or the trap in full."""
    told = []
    for tier in (Interpreter, Compiler):
        instance = instantiate(Store(), validate(decode(encode(parse_module(text)))), [], tier())
        try:
            told.append(instance.exports[name].call(None, arguments))
        except Trap as trap:
            told.append(str(trap))
    assert told[0] == told[1]
    return told[0]


def source(text):
    return "\n".join(code for _, code in listing(validate(parse_module(text))))


STRUCTURES = """(module
  (type $p (sub (struct (field $x (mut i32)) (field $b (mut i8)) (field $f (mut f64)))))
  (type $q (sub $p (struct (field (mut i32)) (field (mut i8)) (field (mut f64)) (field $z (ref null $p)))))
  (global $g (mut i32) (i32.const 0))
  (func $made (param i32) (result (ref null $p))
    (if (i32.eqz (local.get 0)) (then (return (ref.null $p))))
    (if (i32.eq (local.get 0) (i32.const 1))
      (then (return (struct.new $p (i32.const 7) (i32.const 0x1ff) (f64.const 2)))))
    (struct.new $q (i32.const 8) (i32.const 0x80) (f64.const nan) (ref.null $p)))
  (func (export "get") (param i32) (result i32) (struct.get $p $x (call $made (local.get 0))))
  (func (export "packed") (param i32) (result i32 i32) (local $r (ref null $p))
    (local.set $r (call $made (local.get 0)))
    (struct.set $p $b (local.get $r) (i32.add (struct.get_u $p $b (local.get $r)) (i32.const 1)))
    (struct.get_s $p $b (local.get $r)) (struct.get_u $p $b (local.get $r)))
  (func (export "order") (param i32) (result i32)
    (struct.set $p $x (call $made (local.get 0)) (i32.div_u (i32.const 1) (local.get 0)))
    (i32.const 1))
  (func (export "both_trap") (param i32) (result i32)
    (struct.set $p $x (ref.cast (ref null $q) (call $made (i32.const 1))) (i32.div_u (i32.const 1) (local.get 0)))
    (i32.const 1))
  (func (export "float") (param i32) (result i64) (local $r (ref null $p))
    (local.set $r (call $made (local.get 0)))
    (struct.set $p $f (local.get $r) (f64.add (struct.get $p $f (local.get $r)) (f64.const 1)))
    (i64.reinterpret_f64 (struct.get $p $f (local.get $r))))
  (func (export "cast") (param i32) (result i32)
    (struct.get $q $x (ref.cast (ref $q) (call $made (local.get 0)))))
  (func (export "test") (param i32) (result i32 i32)
    (ref.test (ref $p) (call $made (local.get 0))) (ref.test (ref null $q) (call $made (local.get 0))))
  (func (export "branch") (param i32) (result i32)
    (block $l (result (ref $q))
      (br_on_cast $l (ref null $p) (ref $q) (call $made (local.get 0)))
      (return (ref.is_null)))
    (struct.get $q $x)))"""


@pytest.mark.parametrize("name", ["get", "packed", "order", "both_trap", "float", "cast", "test", "branch"])
@pytest.mark.parametrize("argument", [0, 1, 2])
def test_structures(name, argument):
    text = STRUCTURES.replace("(struct.get $q $x", "(struct.get $q 0")
    told = both(text, name, argument)
    if name == "get":
        assert told == (7,) if argument == 1 else told == (8,) if argument else told.startswith("null structure")
    if name == "both_trap":
        assert told.startswith("cast failure")


def test_structures_are_accessed_in_place():
    code = source(STRUCTURES.replace("(struct.get $q $x", "(struct.get $q 0"))
    assert ".fields[0]" in code
    assert "struct_" not in code


ARRAYS = """(module
  (type $a (array (mut i16)))
  (table $t 3 anyref)
  (func (export "get") (param i32 i32) (result i32) (local $v (ref null $a))
    (if (local.get 0) (then (local.set $v (array.new_fixed $a 2 (i32.const 0x18000) (i32.const -1)))))
    (i32.add (array.get_s $a (local.get $v) (local.get 1)) (array.len (local.get $v))))
  (func (export "set") (param i32 i32) (result i32) (local $v (ref null $a))
    (if (local.get 0) (then (local.set $v (array.new $a (i32.const 1) (i32.const 2)))))
    (array.set $a (local.get $v) (local.get 1) (i32.const 0x12345))
    (array.get_u $a (local.get $v) (i32.const 0)))
  (func (export "table") (param i32 i32) (result i32)
    (table.set $t (local.get 1) (ref.i31 (i32.const 0x40000000)))
    (i32.add (i31.get_s (ref.cast i31ref (table.get $t (local.get 0)))) (table.size $t)))
  (func (export "equal") (param i32 i32) (result i32)
    (ref.eq (ref.i31 (local.get 0)) (ref.i31 (local.get 1)))))"""


@pytest.mark.parametrize("name", ["get", "set", "table", "equal"])
@pytest.mark.parametrize("arguments", [(0, 0), (0, 1), (1, 1), (1, 0), (1, 2), (2, 2), (3, 0), (1, 0xFFFFFFFF)])
def test_arrays_and_tables(name, arguments):
    both(ARRAYS, name, *arguments)


def test_what_an_array_traps_with():
    assert both(ARRAYS, "get", 0, 0).startswith("null array reference")
    assert both(ARRAYS, "get", 1, 2).startswith("out of bounds array access")
    assert both(ARRAYS, "table", 1, 3).startswith("out of bounds table access")
    assert both(ARRAYS, "table", 1, 0).startswith("null i31 reference")


VECTORS = """(module (memory 1)
  (data (i32.const 0xfff0) "\\01\\82\\03\\84\\05\\86\\07\\88\\09\\8a\\0b\\8c\\0d\\8e\\0f\\90")
  (func (export "f") (param i32) (result i64 i64) (local v128)
    (local.set 1 ({load} (local.get 0) {operand}))
    (i64x2.extract_lane 0 (local.get 1)) (i64x2.extract_lane 1 (local.get 1)))
  (func (export "g") (param i32) (result i64)
    (v128.store32_lane 2 (local.get 0) (v128.const i32x4 1 2 3 4))
    (v128.store (i32.sub (local.get 0) (i32.const 20)) (v128.const i32x4 1 2 3 4))
    (i64.load (i32.sub (local.get 0) (i32.const 4)))))"""
LOADS = [
    "v128.load", "v128.load8x8_s", "v128.load8x8_u", "v128.load16x4_s", "v128.load16x4_u", "v128.load32x2_s",
    "v128.load32x2_u", "v128.load8_splat", "v128.load16_splat", "v128.load32_splat", "v128.load64_splat",
    "v128.load32_zero", "v128.load64_zero", "v128.load8_lane 3", "v128.load16_lane 3", "v128.load32_lane 3",
    "v128.load64_lane 1",
]  # fmt: skip


@pytest.mark.parametrize("load", LOADS)
def test_vectors_are_loaded_in_place(load):
    operand = "(i8x16.splat (local.get 0))" if "lane" in load else ""
    text = VECTORS.replace("{load}", load).replace("{operand}", operand)
    assert len({both(text, "f", at) for at in (0xFFF0, 0xFFF1, 0xFFF8, 0xFFFC, 0xFFFF, 0x10000)}) > 3
    assert load.split()[0].replace(".", "_") not in source(text)


def test_vectors_are_stored_in_place():
    text = VECTORS.replace("{load}", "v128.load").replace("{operand}", "")
    assert both(text, "g", 0xFFF8)[0] >> 32 == 3
    assert both(text, "g", 0xFFFD).startswith("out of bounds memory access")
    assert both(text, "g", 16).startswith("out of bounds memory access")
    assert "store" not in source(text)

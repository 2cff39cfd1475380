"""Modules against the rules of types, limits, segments, exports and constant expressions, and what comes of them."""

import pytest

from quire.engine import types as t
from quire.engine.errors import Crash, Invalid
from quire.engine.extension import Extension, MemoryFlag, SegmentAttribute
from quire.engine.immediates import MemArg
from quire.engine.instruction_set import CORE
from quire.engine.module import DataSegment, Instruction, MemoryDefinition, Module
from quire.engine.validate import validate
from quire.wat.parser import parse_module

VALID = {
    "empty": "",
    "recursion in a group": "(rec (type (func (param (ref 1)))) (type (struct (field (ref null 0)))))",
    "subtype in a group": "(rec (type (sub (struct))) (type (sub 0 (struct (field (ref null 1))))))",
    "subtype of a type before": "(type (sub (func (result anyref)))) (type (sub 0 (func (result i31ref))))",
    "final subtype": "(type (sub (array i8))) (type (sub final 0 (array i8)))",
    "largest memories": "(memory 65536) (memory 0 65536) (memory i64 0 0x1000000000000)",
    "largest tables": "(table 0 0xffffffff funcref) (table i64 0 0xffffffffffffffff funcref)",
    "global of an earlier global": "(global i32 (i32.const 1)) (global i32 (i32.add (global.get 0) (i32.const 2)))",
    "global of an imported global": '(import "m" "n" (global externref)) (global externref (global.get 0))',
    "offset of any immutable global": "(global i32 (i32.const 1)) (memory 1) (data (global.get 0))",
    "table of an imported global": '(import "m" "n" (global (ref func))) (table 3 (ref func) (global.get 0))',
    "table without initial value": "(table 3 funcref)",
    "aggregates are constant": "(type (array i8)) (global (ref 0) (array.new_fixed 0 2 (i32.const 1) (i32.const 2)))",
    "conversion is constant": "(global externref (extern.convert_any (ref.i31 (i32.const 1))))",
    "function declared by an export": '(func (export "f") (drop (ref.func 0)))',
    "function declared by a segment": "(func (drop (ref.func 0))) (elem declare func 0)",
    "function declared by a global": "(func (drop (ref.func 0))) (global funcref (ref.func 0))",
    "function declared by a table": "(func (drop (ref.func 0))) (table 1 funcref (ref.func 0))",
    "segment of a subtype": "(table 1 anyref) (elem (i32.const 0) (ref i31) (ref.i31 (i32.const 1)))",
    "offset of a 64-bit table": "(table i64 1 funcref) (elem (i64.const 0))",
    "offset of a 64-bit memory": "(memory i64 1) (data (i64.const 0))",
    "start": "(func) (start 0)",
    "exports of all kinds": '(func (export "a")) (table (export "b") 1 funcref) (memory (export "c") 1)'
    ' (global (export "d") i32 (i32.const 0)) (tag (export "e"))',
    "exported twice under two names": '(func (export "a") (export "b"))',
    "tag": "(tag (param i32 i64))",
    "several memories": "(memory 1) (memory 2) (func (result i32) (i32.load 1 (i32.const 0)))",
    "subtypes 63 deep": "(type (sub (func)))" + "".join(f"(type (sub {index} (func)))" for index in range(63)),
    "1000 parameters": f"(type (func (param {'i32 ' * 1000})))",
}

INVALID = {
    "type unknown": "(type (func (param (ref 1))))",
    "type of the next group": "(type (struct (field (ref 1)))) (type (struct))",
    "type unknown in a group": "(rec (type (struct)) (type (struct (field (ref 2)))))",
    "super type unknown": "(type (sub 1 (struct)))",
    "super type is the type itself": "(type (sub 0 (struct)))",
    "super type stands behind": "(rec (type (sub 1 (struct))) (type (sub (struct))))",
    "super type is final": "(type (struct)) (type (sub 0 (struct)))",
    "super type is of another kind": "(type (sub (struct))) (type (sub 0 (array i8)))",
    "super type has more fields": "(type (sub (struct (field i32)))) (type (sub 0 (struct)))",
    "super type has mutable fields": "(type (sub (array (mut anyref)))) (type (sub 0 (array (mut i31ref))))",
    "subtypes 64 deep": "(type (sub (func)))" + "".join(f"(type (sub {index} (func)))" for index in range(64)),
    "1001 parameters": f"(type (func (param {'i32 ' * 1001})))",
    "1001 results": f"(type (func (result {'i32 ' * 1001})))",
    "10001 fields": f"(type (struct (field {'i8 ' * 10_001})))",
    "function of unknown type": "(func (type 7))",
    "function of a structure type": "(type (struct)) (func (type 0))",
    "imported function of a structure type": '(type (struct)) (import "m" "n" (func (type 0)))',
    "imported global of unknown type": '(import "m" "n" (global (ref 3)))',
    "memory too large": "(memory 65537)",
    "maximum of a memory too large": "(memory 0 65537)",
    "imported memory too large": '(import "m" "n" (memory 65537))',
    "64-bit memory too large": "(memory i64 0x1000000000001)",
    "memory that shrinks": "(memory 2 1)",
    "too large counts before too small": "(memory 65537 1)",
    "table too large": "(table 0x100000000 funcref)",
    "maximum of a table too large": "(table 0 0x100000000 funcref)",
    "table that shrinks": "(table 2 1 funcref)",
    "table of unknown type": "(table 1 (ref null 0))",
    "table without default": "(table 1 (ref func))",
    "table of another value": "(table 1 funcref (ref.null extern))",
    "table of a global that is not imported": "(global funcref (ref.null func)) (table 1 funcref (global.get 0))",
    "global of another value": "(global i64 (i32.const 0))",
    "global without value": "(global i64 (nop))",
    "global of no value": "(global i64)",
    "global of two values": "(global i32 (i32.const 0) (i32.const 0))",
    "global of itself": "(global i32 (global.get 0))",
    "global of a later global": "(global i32 (global.get 1)) (global i32 (i32.const 0))",
    "global of a mutable global": '(import "m" "n" (global (mut i32))) (global i32 (global.get 0))',
    "global that is computed": "(global i32 (i32.clz (i32.const 0)))",
    "global of a local": "(global i32 (local.get 0))",
    "global of a block": "(global i32 (block (result i32) (i32.const 0)))",
    "global of an unknown function": "(global funcref (ref.func 1))",
    "tag with results": "(tag (result i32))",
    "tag of a structure type": "(type (struct)) (tag (type 0))",
    "element of another type": "(elem funcref (ref.null extern))",
    "element of unknown type": "(elem (ref null 1))",
    "element that is computed": "(elem i31ref (ref.cast i31ref (ref.null any)))",
    "elements for another table": "(table 1 externref) (elem (i32.const 0) func)",
    "elements for no table": "(elem (i32.const 0) func)",
    "elements at another offset": "(table i64 1 funcref) (elem (i32.const 0) func)",
    "data for no memory": '(data (i32.const 0) "a")',
    "data for an unknown memory": '(memory 1) (data (memory 1) (i32.const 0) "a")',
    "data at another offset": '(memory 1) (data (i64.const 0) "a")',
    "data at no offset": '(memory 1) (data (offset) "a")',
    "data at an unknown offset": '(memory 1) (data (global.get 0) "a")',
    "start unknown": "(start 0)",
    "start with parameters": "(func (param i32)) (start 0)",
    "export unknown": '(export "a" (memory 0))',
    "global export unknown": '(export "a" (global 0))',
    "tag export unknown": '(export "a" (tag 0))',
    "exported twice under one name": '(func) (memory 1) (export "a" (func 0)) (export "a" (memory 0))',
    "function undeclared": "(func (drop (ref.func 0))) (start 0)",
    "function named": "(func) (func $sum (result i32) (i32.add (f32.const 0) (i32.const 1)))",
    "load from no memory": "(func (drop (i32.load (i32.const 0))))",
    "load from an unknown memory": "(memory 1) (func (drop (i32.load 1 (i32.const 0))))",
    "load aligned too much": "(memory 1) (func (drop (i32.load align=8 (i32.const 0))))",
    "load at too large an offset": "(memory 1) (func (drop (i32.load offset=0x100000000 (i32.const 0))))",
    "lane too large": "(func (drop (i8x16.extract_lane_s 16 (v128.const i64x2 0 0))))",
    "lane of a shuffle too large": f"(func (drop (i8x16.shuffle {'0 ' * 15} 32 {'(v128.const i64x2 0 0)' * 2})))",
    "select of two types": "(func (drop (select (result i32 i32) (i32.const 0) (i32.const 0) (i32.const 0))))",
    "segment and memory unknown": "(func (unreachable) (memory.init 1))",
    "segment unknown": "(memory 1) (func (unreachable) (memory.init 1))",
    "element segment and table unknown": "(func (unreachable) (table.init 1))",
    "element segment unknown": "(table 1 funcref) (func (unreachable) (table.init 1))",
    "global immutable": "(global i32 (i32.const 0)) (func (global.set 0 (i32.const 0)))",
    "field immutable": "(type (struct (field i32))) (func (unreachable) (struct.set 0 0))",
    "field unknown": "(type (struct (field i32))) (func (param (ref 0)) (drop (struct.get 0 1 (local.get 0))))",
    "array immutable": "(type (array i8)) (func (unreachable) (array.set 0))",
    "too many elements": "(type (array i8)) (func (drop (array.new_fixed 0 10001)))",
}


@pytest.mark.parametrize("text", VALID.values(), ids=VALID)
def test_valid(text):
    validate(parse_module(text))


def error_of(text):
    with pytest.raises(Invalid) as caught:
        validate(parse_module(text))
    return str(caught.value)


def test_messages(golden):
    """Each invalid module and what is said of it."""
    golden("validate_modules.txt", "".join(f"{name}\n  {error_of(text)}\n" for name, text in INVALID.items()))


# What comes of validation


def test_the_context_counts_imports_first_and_closes_all_types():
    valid = validate(
        parse_module(
            """
            (type $t (struct))
            (import "m" "f" (func (param (ref $t))))
            (import "m" "g" (global (mut (ref null $t))))
            (import "m" "t" (table 1 (ref null $t)))
            (import "m" "m" (memory 1))
            (import "m" "e" (tag (param i32)))
            (func (result i64) (local (ref null $t)) (i64.const 0))
            (global i32 (i32.const 0))
            (table 2 funcref)
            (memory i64 2)
            (tag)
            (elem (ref null $t))
            (data "a")
            """
        )
    )
    context = valid.context
    (structure, *_) = valid.types
    null = t.ReferenceType(True, structure)
    assert isinstance(structure, t.DefinedType)
    assert [str(each) for each in context.functions] == ["(func (param (ref (struct ...))))", "(func (result i64))"]
    assert context.globals == (t.GlobalType(null, True), t.GlobalType(t.I32))
    assert [table.reference for table in context.tables] == [null, t.FUNCREF]
    assert [memory.address_type for memory in context.memories] == [t.I32, t.I64]
    assert [context.tag(index) for index in (0, 1)] == [t.FunctionType((t.I32,)), t.FunctionType()]
    assert (context.elements, context.data_count) == ((null,), 1)
    assert valid.function_context(1).local(0) == null
    assert context.block_type(t.ReferenceType(True, 0)) == t.FunctionType((), (null,))


def test_the_context_gives_signatures():
    context = validate(parse_module("(memory i64 1) (func (param f64))")).context
    load = Instruction(CORE.by_mnemonic["i32.load8_u"][0], (MemArg(0, 0, 0),))
    assert context.signature(load) == t.FunctionType((t.I64,), (t.I32,))
    local = Instruction(CORE.by_mnemonic["local.get"][0], (0,))
    with pytest.raises(Invalid, match=r"^unknown local 0: there is none$"):
        context.signature(local)
    inside = context.with_locals((t.F64,), ())
    assert inside.signature(local) == t.FunctionType((), (t.F64,))


# Seams for extensions


def nothing(*_):
    return ()


def no_more_than_three(memory):
    if memory.attribute("extra") > 3:
        raise Invalid("too much extra")


EXTRA = MemoryFlag(0x20, ("extra",), nothing, nothing, no_more_than_three, lambda memory: memory.attribute("extra"))


def even_in_memory_zero(context, memory, value):
    context.memory(memory)
    if value % 2:
        raise Invalid("odd", f"{value} for memory {memory}")


PARITY = SegmentAttribute("parity", 0x10, nothing, nothing, even_in_memory_zero)
EXTENDED = CORE.extend(Extension("toy", memory_flags=(EXTRA,), segment_attributes=(PARITY,)))


def memory(minimum, extra, maximum=None):
    type_ = t.MemoryType(t.Limits(minimum, maximum)).with_attribute("extra", extra)
    return Module(memories=(MemoryDefinition(type_),))


def test_fixed_pages_count_against_the_largest_size():
    validate(memory(65533, 3), EXTENDED)
    for wrong in (memory(65534, 3), memory(0, 3, 65534)):
        with pytest.raises(Invalid, match=r"^memory size must be at most 65536 pages \(4GiB\)"):
            validate(wrong, EXTENDED)


def test_a_flag_checks_after_the_limits():
    with pytest.raises(Invalid, match=r"^too much extra \(memory 0\)$"):
        validate(memory(0, 4), EXTENDED)
    with pytest.raises(Invalid, match=r"^size minimum"):
        validate(memory(2, 4, 1), EXTENDED)


def test_pages_of_another_size_have_another_limit():
    small = t.MemoryType(t.Limits(2**32 - 1), page_size=1)
    validate(Module(memories=(MemoryDefinition(small),)))
    wrong = t.MemoryType(t.Limits(2**32), page_size=1)
    with pytest.raises(Invalid, match=r"^memory size must be at most 4294967295 pages: "):
        validate(Module(memories=(MemoryDefinition(wrong),)))


def with_attribute(name, value):
    base = parse_module('(memory 1) (data (i32.const 0) "a")')
    (segment,) = base.data
    return Module(memories=base.memories, data=(DataSegment(segment.init, segment.mode, ((name, value),)),))


def test_the_attribute_of_a_segment_is_checked():
    validate(with_attribute("parity", 2), EXTENDED)
    with pytest.raises(Invalid, match=r"^odd: 1 for memory 0 \(data segment 0\)$"):
        validate(with_attribute("parity", 1), EXTENDED)


def test_an_attribute_that_no_extension_knows_is_our_own_fault():
    with pytest.raises(Crash, match="parity"):
        validate(with_attribute("parity", 2))


# Messages with types


def test_a_recursive_type_can_be_printed():
    """Types inside types are not written out, or some would have no end."""
    (tree,) = validate(parse_module("(type (struct (field (ref null 0)) (field (mut i8))))")).types
    assert str(tree) == "(struct (field (ref null (struct ...))) (field (mut i8)))"

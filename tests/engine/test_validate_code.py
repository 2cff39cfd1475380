"""Function bodies against the rules of control instructions, locals and unreachable code.

A body is written as a text of instructions, one word for the mnemonic and one for each immediate; `end` of the function
is added. Types of blocks are words too: `block`, `block i32`, `block 3`.
"""

import gc
import weakref

import pytest

from quire.engine import types as t
from quire.engine.errors import Crash, Invalid, Place
from quire.engine.immediates import BLOCK_TYPE, CAST, CATCHES, HEAP_TYPE, LABEL_TABLE, RESULT_TYPES, Cast, Catch
from quire.engine.instruction_set import CORE, InstructionSet
from quire.engine.instructions.row import Kind, control
from quire.engine.module import (
    ElementSegment,
    Export,
    Expression,
    FunctionDefinition,
    Instruction,
    LocalRun,
    Module,
    Names,
    Passive,
    TableDefinition,
    TagDefinition,
)
from quire.engine.validate import states, symbols, validate
from quire.engine.validate.rules import RULES


class Columns:
    """Places as if each instruction were one sign of the first line."""

    def place(self, index):
        return Place(line=1, column=1 + index)


def ref(heap, *, null=False):
    return t.ReferenceType(null, heap)


VALUES = {str(each): each for each in (*t.NUMBER_TYPES, t.FUNCREF, t.EXTERNREF, t.ANYREF, t.EQREF, t.I31REF, t.EXNREF)}
VALUES |= {
    "ref.any": ref(t.ANY),
    "ref.i31": ref(t.I31),
    "ref.exn": ref(t.EXN),
    "ref.0": ref(0),
    "null.0": ref(0, null=True),
}
VALUES |= {"ref.func": ref(t.FUNC), "ref.extern": ref(t.EXTERN), "null.9": ref(9, null=True)}
HEAPS = {heap.name: heap for heap in t.ABSTRACT_HEAP_TYPES} | {str(index): index for index in range(10)}
COMPOSITES = (
    t.FunctionType(),
    t.FunctionType((t.I32,), (t.I32,)),
    t.FunctionType((t.I32, t.I64), (t.I64, t.I32)),
    t.FunctionType((), (t.I32, t.I64)),
    t.FunctionType((t.I32,)),
    t.StructType((t.FieldType(t.I32),)),
    t.FunctionType((ref(t.FUNC),), (ref(t.FUNC),)),
)
"""The types of the test module, by index. Tags: 0 of type 0, 1 of type 4. Tables: 0 of functions, 1 of externals."""


def immediates(row, words):
    """The values of a row's immediates, from words."""
    for kind in row.immediates:
        if kind is BLOCK_TYPE:
            word = words.pop(0) if words and ":" not in words[0] else None
            yield None if word is None else VALUES.get(word) or int(word)
        elif kind is HEAP_TYPE:
            yield HEAPS[words.pop(0)]
        elif kind is RESULT_TYPES:
            yield tuple(VALUES[words.pop(0)] for _ in range(len(words)))
        elif kind is LABEL_TABLE:
            yield tuple(int(words.pop(0)) for _ in range(len(words)))
        elif kind is CATCHES:
            yield tuple(catch(words.pop(0)) for _ in range(len(words)))
        elif kind is CAST:
            yield Cast(int(words.pop(0)), VALUES[words.pop(0)], VALUES[words.pop(0)])
        else:
            word = words.pop(0)
            yield VALUES[word] if word in VALUES else int(word)


def catch(word):
    """`tag:label`, `tag:label&` with a reference, `*:label`, `*:label&`."""
    tag, _, label = word.partition(":")
    return Catch(None if tag == "*" else int(tag), label.endswith("&"), int(label.rstrip("&")))


def assembled(text, instruction_set=CORE):
    """The instructions of a text; of `select` the last row where words follow it, else the first."""
    for line in text.replace(";", "\n").split("\n"):
        mnemonic, *words = line.split() or [""]
        if mnemonic:
            rows = instruction_set.by_mnemonic[mnemonic]
            row = rows[-1] if words else rows[0]
            yield Instruction(row, tuple(immediates(row, words)))


def module(text, results="", parameters="", locals_=(), instruction_set=CORE):
    """A module whose function 0 has this body, result types and parameter types."""
    own = t.FunctionType(*(tuple(VALUES[word] for word in words.split()) for words in (parameters, results)))
    instructions = (*assembled(text, instruction_set), Instruction(CORE.by_mnemonic["end"][0]))
    runs = tuple(LocalRun(count, VALUES[word]) for count, word in locals_)
    return Module(
        types=tuple(t.RecursiveType((t.SubType(each),)) for each in (*COMPOSITES, own)),
        functions=(FunctionDefinition(len(COMPOSITES), runs, Expression(instructions, Columns())),),
        tables=(
            TableDefinition(t.TableType(t.FUNCREF, t.Limits(1))),
            TableDefinition(t.TableType(t.EXTERNREF, t.Limits(1))),
        ),
        tags=(TagDefinition(t.TagType(0)), TagDefinition(t.TagType(4))),
        exports=(Export("f", "function", 0),),
        elements=(ElementSegment(t.FUNCREF, (), Passive()),),
        names=Names(functions=((0, "sum"),)),
    )


def error_of(text, *arguments, **options):
    with pytest.raises(Invalid) as caught:
        validate(module(text, *arguments, **options))
    return str(caught.value)


VALID = {
    "empty": ("",),
    "block with a result": ("block i32; i32.const 1; end", "i32"),
    "block with parameters": (
        "i32.const 1; i64.const 2; block 2; drop; drop; i64.const 1; i32.const 2; end",
        "i64 i32",
    ),
    "a loop's label takes its parameters": ("i32.const 1; loop 1; br 0; end", "i32"),
    "a block's label takes its results": ("block i32; i32.const 1; br 0; end", "i32"),
    "if": ("i32.const 1; if; nop; end",),
    "if and else": ("i32.const 1; if i32; i32.const 1; else; i32.const 2; end", "i32"),
    "if with parameters": ("i32.const 1; i32.const 1; if 1; else; drop; i32.const 2; end", "i32"),
    "if without else that gives what it takes": ("i32.const 1; i32.const 1; if 1; drop; i32.const 7; end", "i32"),
    "br out of two": ("block i64; block i32; i64.const 1; br 1; end; drop; i64.const 2; end", "i64"),
    "br to the function": ("i32.const 1; br 0", "i32"),
    "br leaves what is below": ("f32.const 0; i32.const 1; br 0", "i32"),
    "br_if keeps its operands": ("i32.const 1; i32.const 1; br_if 0", "i32"),
    "br_if gives the label's types": ("block ref.func; ref.func 0; i32.const 1; br_if 0; end; drop",),
    "br_table": ("block i32; i32.const 1; i32.const 0; br_table 0 1 0 0; end", "i32"),
    "br_table with labels of types that share a subtype": (
        "block funcref; block ref.func; ref.func 0; i32.const 0; br_table 0 1; end; end; drop",
    ),
    "br_table without a first value": ("unreachable; br_table 0 0", "i32"),
    "return": ("f64.const 0; i32.const 1; return", "i32"),
    "unreachable": ("unreachable; i32.add", "i32"),
    "unreachable operands of any type": ("unreachable; i64.const 1; i32.const 2; select; drop; f32.neg; drop",),
    "unreachable select of nothing": ("unreachable; select; i32.add; drop",),
    "unreachable references": ("unreachable; ref.is_null; drop; ref.as_non_null; call_ref 0",),
    "unreachable conversion": ("unreachable; any.convert_extern; drop",),
    "unreachable null": ("unreachable; br_on_null 0; drop",),
    "unreachable end of block": ("block i32; unreachable; end", "i32"),
    "unreachable else": ("i32.const 0; if i32; unreachable; else; unreachable; end", "i32"),
    "call": ("call 0",),
    "call_indirect": ("i32.const 1; i32.const 0; call_indirect 1 0", "i32"),
    "call_ref": ("i32.const 1; ref.null 1; call_ref 1", "i32"),
    "return_call": ("return_call 0",),
    "return_call_indirect": ("i32.const 1; i32.const 0; return_call_indirect 1 0", "i32"),
    "return_call_ref": ("i32.const 1; ref.null 1; return_call_ref 1", "i32"),
    "drop": ("v128.const 0; drop; ref.null any; drop",),
    "select of vectors": ("v128.const 0; v128.const 0; i32.const 1; select; drop",),
    "select with a type": ("ref.null any; ref.null i31; i32.const 1; select anyref; drop",),
    "ref.is_null": ("ref.null extern; ref.is_null", "i32"),
    "ref.as_non_null": ("ref.null i31; ref.as_non_null", "ref.i31"),
    "conversion keeps null": ("ref.null extern; any.convert_extern", "anyref"),
    "conversion keeps non-null": ("ref.null any; ref.as_non_null; extern.convert_any", "ref.extern"),
    "br_on_null": ("block; ref.null any; br_on_null 0; drop; end",),
    "br_on_null gives a reference that is not null": (
        "block ref.any; block; ref.null any; br_on_null 0; br 1; end; unreachable; end; drop",
    ),
    "br_on_non_null": ("block ref.any; ref.null any; br_on_non_null 0; unreachable; end; drop",),
    "br_on_cast": ("block ref.i31; ref.null any; br_on_cast 0 anyref ref.i31; drop; unreachable; end; drop",),
    "br_on_cast that lets null pass": (
        "block ref.any; block i31ref; ref.null any; br_on_cast 0 anyref i31ref; br 1; end; unreachable; end; drop",
    ),
    "br_on_cast_fail": ("block anyref; ref.null any; br_on_cast_fail 0 anyref ref.i31; end; drop",),
    "throw": ("i32.const 1; throw 1; i32.add", "i32"),
    "throw_ref": ("ref.null exn; throw_ref",),
    "try_table": ("try_table i32 0:0 *:0; i32.const 1; end; drop",),
    "catches with values": ("block i32; try_table 0 1:0; end; i32.const 1; end; drop",),
    "catches with references": ("block ref.exn; try_table 0 0:0& *:0&; end; unreachable; end; drop",),
    "a catch's label is outside of the try": (
        "block exnref; try_table i32 *:0&; i32.const 0; end; drop; unreachable; end; drop",
    ),
    "locals": (
        "local.get 0; local.set 1; local.get 1; local.tee 2; drop; local.get 3; drop",
        "",
        "i32",
        [(2, "i32"), (1, "f32")],
    ),
    "parameters need no value": ("local.get 0; drop", "", "ref.any"),
    "a local is set before it is read": ("ref.func 0; local.set 0; local.get 0; drop", "", "", [(1, "ref.func")]),
    "a local is teed before it is read": (
        "ref.func 0; local.tee 0; drop; local.get 0; drop",
        "",
        "",
        [(1, "ref.func")],
    ),
    "a local set outside is set inside": (
        "ref.func 0; local.set 0; block; local.get 0; drop; loop; local.get 0; drop; end; end",
        "",
        "",
        [(1, "ref.func")],
    ),
}


@pytest.mark.parametrize("arguments", VALID.values(), ids=VALID)
def test_valid(arguments):
    validate(module(*arguments))


INVALID = {
    "too little for the function": ("", "i32"),
    "too much for the function": ("i32.const 1",),
    "wrong result": ("f32.const 1", "i32"),
    "operand of another type": ("f32.const 0; i32.const 1; i32.add", "i32"),
    "operand missing": ("i32.const 1; i32.add", "i32"),
    "operand behind the block's start": ("i32.const 1; block; drop; end",),
    "value left in a block": ("block; i32.const 1; end",),
    "block parameter missing": ("i32.const 1; block 2; end", "i64 i32"),
    "block type is a structure": ("block 5; end",),
    "block type unknown": ("block 99; end",),
    "if without condition": ("if; end",),
    "if without else and with result": ("i32.const 1; if i32; i32.const 1; end; drop",),
    "else of another type": ("i32.const 1; if i32; i32.const 1; else; i64.const 1; end; drop",),
    "else starts afresh": ("i32.const 1; if i32; unreachable; else; end; drop",),
    "else without if": ("block; else; end",),
    "else twice": ("i32.const 1; if; else; else; end",),
    "label unknown": ("br 1",),
    "label of the caller": ("block; br_if 2; end",),
    "br without value": ("block i32; br 0; end", "i32"),
    "br_if without condition": ("br_if 0",),
    "br_if forgets the subtype": ("block funcref; ref.func 0; i32.const 1; br_if 0; ref.as_non_null; end", "ref.func"),
    "br_table with labels of different length": ("block; i32.const 0; br_table 0 1; end; i32.const 1", "i32"),
    "br_table with a label of another type": (
        "block i64; i32.const 1; i32.const 0; br_table 1 0; end; drop; unreachable",
        "i32",
    ),
    "br_table with an unknown label": ("i32.const 0; br_table 0 3 0",),
    "return of another type": ("i64.const 1; return", "i32"),
    "dead code of another type": ("return; i32.const 1; i64.eqz; drop",),
    "dead code leaves a value": ("block; br 0; i32.const 1; end",),
    "call of the unknown": ("call 7",),
    "call without arguments": ("i32.const 0; call_indirect 1 0; drop",),
    "call through a table of others": ("i32.const 0; call_indirect 0 1",),
    "call through an unknown table": ("i32.const 0; call_indirect 0 7",),
    "call_ref of a structure": ("ref.null 5; call_ref 5",),
    "call_ref of another function": ("ref.null 0; call_ref 4",),
    "tail call with other results": ("i32.const 1; i32.const 0; return_call_indirect 1 0", "i64"),
    "select of references": ("ref.null any; ref.null any; i32.const 1; select; drop",),
    "select of two types": ("i64.const 1; i32.const 1; i32.const 1; select; drop",),
    "select of dead references": ("unreachable; ref.null any; i32.const 1; select; drop",),
    "ref.is_null of a number": ("i32.const 1; ref.is_null; drop",),
    "conversion of another reference": ("ref.null any; any.convert_extern; drop",),
    "br_on_null of a number": ("i32.const 0; br_on_null 0; drop",),
    "br_on_non_null to a label without reference": ("ref.null any; br_on_non_null 0",),
    "br_on_cast upwards": ("block i31ref; ref.null i31; br_on_cast 0 i31ref anyref; end; drop",),
    "br_on_cast to a narrower label": (
        "block ref.i31; ref.null any; br_on_cast 0 anyref i31ref; unreachable; end; drop",
    ),
    "br_on_cast_fail to a narrower label": (
        "block ref.any; ref.null any; br_on_cast_fail 0 anyref ref.i31; end; drop",
    ),
    "ref.func undeclared": ("ref.func 9; drop",),
    "throw of an unknown tag": ("throw 2",),
    "throw without a value": ("throw 1",),
    "throw with another value": ("f32.const 0; i64.const 1; throw 1",),
    "throw_ref of nothing": ("throw_ref",),
    "catch to a label of other types": ("try_table 1:0; end",),
    "catch with a reference too many": ("block i32; try_table 1:0&; end; i32.const 1; end; drop",),
    "catch of an unknown tag": ("try_table 7:0; end",),
    "catch to an unknown label": ("try_table *:1; end",),
    "local unknown": ("local.get 2; drop", "", "i32", [(1, "i32")]),
    "local of another type": ("f32.const 0; local.set 0", "", "i32"),
    "local unset": ("local.get 0; drop", "", "", [(1, "ref.func")]),
    "local set in a block": ("block; ref.func 0; local.set 0; end; local.get 0; drop", "", "", [(1, "ref.func")]),
    "local set in the other branch": (
        "i32.const 1; if; ref.func 0; local.set 0; else; local.get 0; drop; end",
        "",
        "",
        [(1, "ref.func")],
    ),
    "local unset in dead code": ("unreachable; local.get 0; drop", "", "", [(1, "ref.func")]),
    "another local set": ("ref.func 0; local.set 0; local.get 1; drop", "", "", [(2, "ref.func")]),
    "local of an unknown type": ("", "", "", [(1, "null.9")]),
    "types that the module names": ("ref.null 5; br 0", "null.0"),
    "behind the end": ("end; nop",),
    "ends behind the end": ("end; end",),
}


def test_messages(golden):
    """Each invalid body and what is said of it."""
    golden("validate_code.txt", "".join(f"{name}\n  {error_of(*arguments)}\n" for name, arguments in INVALID.items()))


def test_every_control_row_has_a_rule_that_is_tested():
    rows = [row for row in CORE.rows if row.kind is Kind.CONTROL]
    assert {row.rule for row in rows} == set(RULES)
    tested = {each.row for text, *_ in VALID.values() for each in assembled(text)}
    assert set(rows) - {CORE.by_mnemonic["end"][0]} <= tested


def test_a_control_row_without_a_rule_is_our_own_fault():
    strange = InstructionSet((*CORE.rows, control(0x06, "surprise")))
    with pytest.raises(Crash, match=r"surprise$"):
        validate(module("surprise", instruction_set=strange), strange)


def test_a_body_without_end_is_refused():
    valid = module("nop")
    body = Expression(valid.functions[0].body.instructions[:-1])
    cut = Module(types=valid.types, functions=(FunctionDefinition(0, (), body),))
    with pytest.raises(Invalid, match=r"^unexpected end"):
        validate(cut)


# What hostile modules may cost


def nested(depth, inner=""):
    return "\n".join([*["block"] * depth, inner, *["end"] * depth])


def test_deep_nesting_needs_no_recursion():
    validate(module(nested(30_000, "br 30000")))


def test_every_label_of_a_deep_nest_is_found():
    depth = 300
    text = "\n".join(f"i32.const 0; br_if {label}" for label in range(depth + 1))
    validate(module(nested(depth, text)))
    assert "unknown label 301: br: labels 0 to 300 are in scope" in error_of(nested(depth, "br 301"))


def test_labels_are_told_apart_at_any_depth():
    """Blocks of two types by turns: each label takes a value if its block has one."""
    depth = 64
    for target in range(depth):
        blocks = ["block i32" if level % 3 else "block" for level in range(depth)]
        value = "i32.const 0" if (depth - 1 - target) % 3 else ""
        ends = [f"unreachable; end {'; drop' if level % 3 else ''}" for level in reversed(range(depth))]
        validate(module("\n".join([*blocks, value, f"br {target}", *ends])))


def test_a_high_operand_stack_is_cheap():
    validate(module("\n".join(["i32.const 0"] * 20_000 + ["drop"] * 20_000)))


def test_the_operand_stack_has_a_limit(monkeypatch):
    monkeypatch.setattr(states, "MAXIMUM_OPERANDS", 100)
    validate(module("\n".join(["i32.const 0"] * 100 + ["drop"] * 100)))
    assert error_of("\n".join(["i32.const 0"] * 101)).startswith("too many operands")


def test_the_operands_of_all_open_blocks_count(monkeypatch):
    monkeypatch.setattr(states, "MAXIMUM_OPERANDS", 100)
    level = [*["i32.const 0"] * 20, "block"]
    validate(module("\n".join([*level * 5, "unreachable", *["end", *["drop"] * 20] * 5])))
    assert error_of("\n".join([*level * 5, "i32.const 0"])).startswith("too many operands: i32.const")


def test_locals_have_a_limit():
    validate(module("local.get 49999; drop", "", "i32", [(49_999, "i64")]))
    message = error_of("", "", "i32", [(50_000, "i64")])
    assert message == "too many locals: 50001, the limit is 50000 (func 0 $sum, at line 1, column 1)"
    assert error_of("", "", "", [(2**32 - 1, "i64"), (2**32 - 1, "i32")]).startswith("too many locals")


@pytest.mark.parametrize("size", [0, 1, 7])
def test_forgetting_changes_nothing(monkeypatch, golden, size):
    """With a memo too small for anything, the same is valid, and the rest has the same messages."""
    monkeypatch.setattr(states, "MEMO_SIZE", size)
    for arguments in VALID.values():
        validate(module(*arguments))
    test_messages(golden)


def test_states_do_not_outlive_validation(monkeypatch):
    kept = []
    state = states.Automaton.state

    def watched(self, *arguments):
        made = state(self, *arguments)
        kept.append(weakref.ref(made.automaton))
        return made

    monkeypatch.setattr(states.Automaton, "state", watched)
    valid = validate(module(VALID["br_table"][0], "i32"))
    gc.collect()
    assert kept
    assert not [each for each in kept if each() is not None]
    assert valid.context.functions


@pytest.mark.parametrize("kept", [0, 200])
def test_functions_do_not_see_each_others_locals(monkeypatch, kept):
    """The symbols of locals are swapped between functions, and some have the same locals as one before."""
    monkeypatch.setattr(symbols, "KEPT", kept)
    body = Expression((*assembled("local.get 0; drop"), Instruction(CORE.by_mnemonic["end"][0])))
    runs = [(LocalRun(1, t.I32),), (LocalRun(1, t.F64),), (LocalRun(1, t.I32),), ()]
    group = t.RecursiveType((t.SubType(t.FunctionType()),))
    good = tuple(FunctionDefinition(0, each, body) for each in runs[:-1])
    validate(Module(types=(group,), functions=good))
    with pytest.raises(Invalid, match=r"^unknown local 0: local.get: there is none \(func 3\)"):
        validate(Module(types=(group,), functions=(*good, FunctionDefinition(0, (), body))))

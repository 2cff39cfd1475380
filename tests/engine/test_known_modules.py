"""Modules that are known to be valid: their bodies are read when they are asked for, and nobody can tell."""

import copy
import dataclasses
import pickle

import pytest

from quire.engine.binary import decode, decode_known, encode
from quire.engine.errors import Invalid, Malformed
from quire.engine.instruction_set import CORE
from quire.engine.module import Expression, Module, Names
from quire.engine.validate import validate, validate_known
from quire.wat.parser import parse_module
from quire.wat.printer import print_module

TEXT = """
(module $sample
  (memory 1) (table 3 funcref) (elem (i32.const 0) $one $two $one) (global $g (mut i64) (i64.const 7))
  (func $one (export "one") (param i32) (result i32) (local i64 f32)
    (block $out (br_table $out $out (local.get 0))) (i32.load offset=8 (local.get 0)))
  (func $two (param f64) (result i32) (if (result i32) (i32.const 1) (then (i32.const 2)) (else (i32.const 3))))
  (func $three (loop $again (br_if $again (i64.eqz (global.get $g))))))
"""


@pytest.fixture
def data() -> bytes:
    return encode(parse_module(TEXT))


def unread(module: Module) -> list[Expression]:
    """The bodies whose instructions are not there yet."""
    found = []
    for each in module.functions:
        try:
            object.__getattribute__(each.body, "instructions")
        except AttributeError:
            found.append(each.body)
    return found


def test_bodies_are_read_when_they_are_asked_for(data):
    module = decode_known(data)
    assert len(unread(module)) == 3
    valid = validate_known(module, CORE, "kept")
    assert len(unread(module)) == 3
    assert valid.kept == "kept"
    assert list(module.functions[1].body) == list(decode(data).functions[1].body)
    assert len(unread(module)) == 2


@pytest.mark.parametrize(
    "look",
    [
        repr,
        encode,
        print_module,
        lambda module: module,
        lambda module: [each.body for each in module.functions],
        lambda module: {each.body for each in module.functions},
        lambda module: [hash(each) for each in module.functions],
        lambda module: [list(each.body) for each in module.functions],
        lambda module: [dataclasses.replace(each.body) for each in module.functions],
        lambda module: [copy.copy(each.body) for each in module.functions],
        lambda module: [each.body.places.place(1) for each in module.functions],
        lambda module: [each.body.places.place(99) for each in module.functions],
        lambda module: dataclasses.replace(module, start=2),
    ],
)
def test_nobody_can_tell(data, look):
    assert look(decode_known(data)) == look(decode(data))
    assert look(decode(data)) == look(decode_known(data))


def test_what_validation_finds_is_the_same(data):
    known, usual = validate_known(decode_known(data), CORE, None), validate(decode(data))
    assert known == usual
    assert known.context == usual.context
    assert known.function_context(0) == usual.function_context(0)


def test_definitions_are_still_checked():
    text = '(module (func (export "a")) (func (export "a")))'
    with pytest.raises(Invalid, match="duplicate export name"):
        validate_known(parse_module(text), CORE, None)


def test_bytes_that_were_not_known_are_found_malformed_later(data):
    bare = encode(dataclasses.replace(decode(data), names=Names()))
    module = decode_known(bare[:-2] + b"\xff\x0b")
    with pytest.raises(Malformed):
        len(module.functions[2].body)


def test_irregular_spellings():
    spelled = b"\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\x0a\x0d\1\x0b\0\x43\0\0\0\0\xfc\x80\x00\x1a\x0b"
    assert decode_known(spelled) == decode(spelled)


def test_an_expression_has_no_other_fields(data):
    body = decode_known(data).functions[0].body
    with pytest.raises(AttributeError):
        body.instruction  # noqa: B018
    assert len(unread(decode_known(data))) == 3


def test_the_rows_of_an_expression_are_no_field(data):
    known, body = decode_known(data).functions[0].body, decode(data).functions[0].body
    assert known.rows == body.rows == {each.row for each in body.instructions}
    shorter = dataclasses.replace(body, instructions=body.instructions[-1:])
    assert [row.mnemonic for row in shorter.rows] == ["end"]
    assert "rows" not in {each.name for each in dataclasses.fields(body)}


def test_no_place_is_no_source():
    assert Expression(()).instructions == ()
    assert pickle.loads(pickle.dumps(Expression(()))) == Expression(())

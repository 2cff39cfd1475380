"""Identifiers, and the names that they give."""

import pytest

from quire.engine.errors import Malformed
from quire.engine.module import Names
from quire.wat.names import IndexSpace, format_identifier, identifier_key, key_name
from quire.wat.parser import parse_module
from quire.wat.printer import print_module


@pytest.mark.parametrize(
    "name", ["a", "0", "!#$%&'*+-./:<=>?@\\^_`|~", "a b", '"', 'x"', "ä", "(", "\n", "\0", "$", " "]
)
def test_an_identifier_says_its_name(name: str) -> None:
    key = identifier_key(format_identifier(name))
    assert key is not None
    assert key_name(key) == name


def test_quotes_make_no_difference() -> None:
    assert identifier_key("$ab") == identifier_key('$"ab"') == identifier_key('$"\\61\\u{62}"')
    assert identifier_key('$"a b"') != identifier_key("$a b"[:2])


def test_no_other_token_is_mistaken_for_a_quoted_identifier() -> None:
    space = IndexSpace("local")
    for name in ("a", 'a"', '"a"', "a b"):
        space.bind(identifier_key(format_identifier(name)))
    assert space.find('$"a"') == 0
    assert space.find("$a") == 0
    assert space.find('$a"b"') is None


def test_empty_identifiers() -> None:
    for token in ("$", '$""', '$"a'):
        with pytest.raises(Malformed, match="^empty identifier"):
            identifier_key(token)


def test_an_index_space_knows_identifiers_and_numbers() -> None:
    space = IndexSpace("local")
    assert [space.bind("$a"), space.bind(), space.bind("$b", "other")] == [0, 1, 2]
    assert [space.find(token) for token in ("$a", "$b", "1", "0x1", "7", "7")] == [0, 2, 1, 1, 7, 7]
    assert space.names == {0: "a", 2: "other"}
    assert space.find("nop") is None
    with pytest.raises(Malformed, match=r"^duplicate local: \$a"):
        space.bind("$a")
    with pytest.raises(Malformed, match=r"^unknown local: \$c"):
        space.find("$c")
    with pytest.raises(Malformed, match="^i32 constant out of range"):
        space.find("4294967296")


NAMED = """
(module $m
  (type $t (func (param $unused i32)))
  (type $s (struct (field $x i32) (field i32 i32) (field $"y z" (mut i64))))
  (import "" "f" (func $f (param $p i32) (param i32) (param $q i64)))
  (table $table 1 funcref) (memory $memory 1) (global $global i32 (i32.const 0)) (tag $tag)
  (elem $elem funcref) (data $data "")
  (func $g (param i32) (param $a i32) (local i32) (local $b i32)
    block $outer loop if $inner else $inner end $inner end end $outer
    (try_table $outer (nop))))
"""


def test_identifiers_become_names() -> None:
    names = parse_module(NAMED).names
    assert names == Names(
        module="m",
        functions=((0, "f"), (1, "g")),
        locals=((0, ((0, "p"), (2, "q"))), (1, ((1, "a"), (3, "b")))),
        labels=((1, ((0, "outer"), (2, "inner"), (3, "outer"))),),
        types=((0, "t"), (1, "s")),
        tables=((0, "table"),),
        memories=((0, "memory"),),
        globals=((0, "global"),),
        elements=((0, "elem"),),
        data=((0, "data"),),
        fields=((1, ((0, "x"), (3, "y z"))),),
        tags=((0, "tag"),),
    )


def test_annotations_overrule_identifiers() -> None:
    text = """
    (module $m (@name "")
      (func $f (@name "two") (param $x (@name "a") i32) (local (@name "b") i32) block $l (@name "c") end)
      (func (@name "two"))
      (type (@name "t") (struct (field (@name "d") i32))))
    """
    names = parse_module(text).names
    assert names.module == ""
    assert names.functions == ((0, "two"), (1, "two"))
    assert names.locals == ((0, ((0, "a"), (1, "b"))),)
    assert names.labels == ((0, ((0, "c"),)),)
    assert names.types == ((0, "t"),)
    assert names.fields == ((0, ((0, "d"),)),)
    assert parse_module(print_module(parse_module(text))).names == names


def test_a_label_hides_those_around_it() -> None:
    text = "(module (func block $l block $l br $l br 1 end br $l end))"
    assert print_module(parse_module(text)).split("\n")[2:] == [
        "  (func (;0;) (type 0)",
        "    block $l",
        "      block $l",
        "        br $l",
        "        br 1",
        "      end",
        "      br $l",
        "    end))",
        "",
    ]


def test_inline_segments_count() -> None:
    module = parse_module(
        """(module (table funcref (elem)) (elem $e funcref) (memory (data)) (data $d "") (table funcref (elem))
        (func (elem.drop $e) (data.drop $d)))"""
    )
    assert module.names.elements == ((1, "e"),)
    assert module.names.data == ((1, "d"),)
    assert [each.immediates for each in module.functions[0].body] == [(1,), (1,), ()]

"""The annotations that say something."""

import pytest

from quire.engine.errors import Invalid, Malformed
from quire.engine.module import CustomSection
from quire.wat.parser import parse_module
from quire.wat.printer import print_module


def customs(*annotations: str) -> tuple[CustomSection, ...]:
    return parse_module(f"(module {' '.join(annotations)})").custom_sections


def test_custom_sections_stand_where_they_say() -> None:
    found = customs(
        '(@custom "a" "x" "" "\\ffy")',
        '(@custom "b" (before first))',
        '(@custom "c" (after func) "z")',
        '(@custom "d" (before global))',
        '(@custom "e" (before type))',
        '(@custom "f" (after last))',
    )
    assert [(each.name, each.after) for each in found] == [
        ("b", 0),
        ("e", 0),
        ("c", 3),
        ("d", 13),
        ("a", 11),
        ("f", 11),
    ]
    assert found[4].data == b"x\xffy"


@pytest.mark.parametrize("after", range(14))
def test_custom_sections_are_printed(after: int) -> None:
    module = parse_module("(module)")
    section = CustomSection('an "odd" näme', b"\0\x01data", after)
    module = type(module)(custom_sections=(section,))
    assert parse_module(print_module(module)) == module


def test_unknown_annotations_stand_anywhere() -> None:
    plain = parse_module('(module $m (func $f (param i32) (if (local.get 0) (then (nop)))) (data "a" "b"))')
    text = """((@a) module (@b ()) $m (@c "(") ((@d) func (@e) $f ((@f)param(@g)i32(@h))(@i)
      ((@j) if (@k) (local.get (@l) 0) ((@m)then (@n)(nop(@o)))(@p)))(@q) (data(@r)"a"(@s)"b"(@t)))(@u)"""
    assert parse_module(text) == plain


def test_branch_hints_become_a_section_with_their_offsets() -> None:
    text = """(module (func (param i32)
        local.get 0
        (@metadata.code.branch_hint "\\01") if
          (@metadata.code.branch_hint "\\00") (br_if 0 (local.get 0))
        end))"""
    (section,) = parse_module(text).custom_sections
    assert section.name == "metadata.code.branch_hint"
    # one function, number 0, two hints: at offset 3 behind the empty locals and local.get; at 7
    assert section.data == bytes([1, 0, 2, 3, 1, 1, 7, 1, 0])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(@custom)", "@custom annotation: missing section name"),
        ("(@custom x)", "@custom annotation: missing section name"),
        ('(@custom "\\ff")', "@custom annotation: malformed UTF-8 encoding"),
        ('(@custom "a" b)', "@custom annotation: unexpected token"),
        ('(@custom "a" "b"c)', "@custom annotation: unexpected token"),
        ('(@custom "a" (before))', "@custom annotation: malformed section kind"),
        ('(@custom "a" (before last))', "@custom annotation: malformed section kind"),
        ('(@custom "a" (beside code))', "@custom annotation: malformed placement"),
        ('(@custom "a" ())', "@custom annotation: malformed placement"),
        ('(func (@custom "a"))', "misplaced @custom annotation"),
        ('(module (@name "a") (@name "b"))', "@name annotation: multiple module"),
        ('(func (@name "a") (@name "b"))', "@name annotation: multiple function"),
        ("(func (@name a))", "@name annotation: unexpected token"),
        ('(func (nop) (@name "a"))', "misplaced @name annotation"),
        ('(@metadata.code.branch_hint "\\01") (func)', "@metadata.code.branch_hint annotation: not in a function"),
        (
            '(func (@metadata.code.branch_hint "\\02") (if (then)))',
            "@metadata.code.branch_hint annotation: invalid value",
        ),
        (
            '(func (@metadata.code.branch_hint "\\01") (@metadata.code.branch_hint "\\01") (if (then)))',
            "@metadata.code.branch_hint annotation: duplicate annotation",
        ),
    ],
)
def test_malformed(text: str, reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse_module(text)
    assert caught.value.reason == reason
    assert caught.value.place.line == 1


def test_only_branches_are_hinted() -> None:
    with pytest.raises(Invalid, match="^@metadata.code.branch_hint annotation: invalid target") as caught:
        parse_module('(func (@metadata.code.branch_hint "\\01") nop)')
    assert caught.value.place.column == 42

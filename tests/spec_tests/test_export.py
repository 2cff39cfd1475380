"""Scripts written as JSON and binaries: what is written, read again and run, is the script."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pytest

from quire.engine import types as t
from quire.engine.matching import bottom_of
from quire.spec_tests import commands as c
from quire.spec_tests import patterns as p
from quire.spec_tests.export import add_arguments, run
from quire.spec_tests.features import features
from quire.spec_tests.header import declared_profile
from quire.spec_tests.memory_control.coverage import FOLDER
from quire.spec_tests.runner import Runner
from quire.spec_tests.subject import Engine

SCRIPTS = sorted(FOLDER.glob("*.wast"))
NUMBERS = {each.name: each for each in (t.I32, t.I64, t.F32, t.F64)}
HEAPS = {each.shorthand: each for each in t.ABSTRACT_HEAP_TYPES}
WORDS = {"externref": "ref.extern", "anyref": "ref.host"}

TOUR = r"""
(module definition $d
  (func (export "vector") (result v128) (v128.const i32x4 1 0x7fc00001 3 4))
  (func (export "nan") (result f32 f64) (f32.const -nan) (f64.const nan:0x4))
  (func (export "id") (param externref) (result externref) (local.get 0))
  (func (export "func") (param funcref) (result funcref) (local.get 0))
  (func (export "i31") (result i31ref) (ref.i31 (i32.const 1)))
  (func (export "any") (result anyref) (ref.null none))
  (func (export "numbers") (param i32 i64 f32 f64 v128) (result f64) (local.get 3))
  (tag $e) (func (export "throw") (throw $e))
  (func (export "loop") (call $loop)) (func $loop (call $loop)))
(module instance $i $d)
(register "I" $i)
(assert_return (invoke $i "vector") (v128.const f32x4 0x1p-149 nan:arithmetic 0x1.8p-148 0x1p-147))
(assert_return (invoke "vector") (v128.const i16x8 1 0 1 0x7fc0 3 0 4 0))
(assert_return (invoke "nan") (f32.const nan:canonical) (f64.const nan:0x4))
(assert_return (invoke "id" (ref.extern 7)) (ref.extern 7))
(assert_return (invoke "id" (ref.extern 7)) (ref.extern))
(assert_return (invoke "id" (ref.null extern)) (ref.null extern))
(assert_return (invoke "func" (ref.null func)) (ref.null))
(assert_return (invoke "i31") (ref.i31))
(assert_return (invoke "any") (ref.null any))
(assert_return
  (invoke "numbers" (i32.const -1) (i64.const -1) (f32.const nan:0x200000) (f64.const 0.1) (v128.const i64x2 -1 1))
  (either (f64.const 0) (f64.const 0.1)))
(invoke "id" (ref.null extern))
(assert_exception (invoke "throw"))
(assert_exhaustion (invoke "loop") "call stack exhausted")
(module $g (global (export "g") i64 (i64.const -1)))
(assert_return (get $g "g") (i64.const -1))
(module quote "(import \"I\" \"i31\" (func (result i31ref)))")
(assert_trap (module (func unreachable) (start 0)) "unreachable")
(assert_malformed (module quote "(func") "unexpected token")
(assert_malformed (module binary "\00asm") "unexpected end")
(assert_invalid (module quote "(func (result i32))") "type mismatch")
(assert_unlinkable (module (import "I" "no" (func))) "unknown import")
"""


def export(*arguments: Path | str) -> int:
    parser = ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args(list(map(str, arguments))))


# The way back


def lanes(kind: t.NumberType | t.PackedType, value: str) -> p.Mask:
    return p.NAN_MASKS.get((value, kind.size)) or p.exactly(kind, int(value))


def pattern(value: dict[str, Any]) -> p.Pattern:
    kind = value["type"]
    if kind in NUMBERS:
        return p.number(NUMBERS[kind], lanes(NUMBERS[kind], value["value"]))
    if kind == "v128":
        shape = next(each for each in p.SHAPES if each.startswith(value["lane_type"] + "x"))
        return p.vector(shape, [lanes(p.SHAPES[shape][0], each) for each in value["value"]])
    if kind == "either":
        return p.Either(tuple(map(pattern, value["values"])))
    if kind == "refnull" or value.get("value") == "null":
        return p.Null()
    if "value" in value:
        return p.Host(WORDS[kind], int(value["value"]))
    return p.Reference(WORDS.get(kind, "ref." + kind.removesuffix("ref")))


def argument(value: dict[str, Any]) -> c.Argument | c.HostArgument:
    match pattern(value):
        case p.Number(kind, _, bits):
            return c.Argument(kind, p.value_of(kind, bits))
        case p.Host(word, number):
            return c.HostArgument(number, word == "ref.extern")
    return c.Argument(t.ReferenceType(True, bottom_of(HEAPS[value["type"]])), None)


def action(line: int, value: dict[str, Any]) -> c.Action:
    if value["type"] == "get":
        return c.Get(line, value.get("module"), value["field"])
    return c.Invoke(line, value.get("module"), value["field"], tuple(map(argument, value["args"])))


def command(value: dict[str, Any], folder: Path) -> c.Command:
    kind, line, name = value["type"], value["line"], value.get("name")
    does = action(line, value["action"]) if "action" in value else None
    data = (folder / value["filename"]).read_bytes() if "filename" in value else b""
    source = c.Quote(data) if value.get("module_type") == "text" else c.Binary(data)
    match kind:
        case "module" | "module_definition":
            return c.DefineModule(line, name, source, kind == "module")
        case "module_instance":
            return c.InstantiateModule(line, value.get("instance"), value.get("module"))
        case "register":
            return c.Register(line, value["as"], name)
        case "action" if does:
            return does
        case "assert_return" if does:
            return c.AssertReturn(line, does, tuple(map(pattern, value["expected"])))
        case "assert_exception" if does:
            return c.AssertException(line, does)
        case "assert_trap" | "assert_exhaustion" | "assert_uninstantiable":
            return c.AssertTrap(line, kind, does or source, value["text"])
    return c.AssertRejected(line, kind, source, value["text"])


def replay(path: Path) -> int:
    """Run what was written; the number of its commands."""
    script = json.loads(path.read_text("utf-8"))
    runner = Runner(Engine(features(script["features"]), alignment=script["profile"]))
    for value in script["commands"]:
        mismatch = runner.run(command(value, path.parent))
        assert mismatch is None, f"{path.name}: {value}: expected {mismatch.expected}, came {mismatch.came}"
    return len(script["commands"])


def test_every_kind_of_command_and_value_comes_back(tmp_path: Path) -> None:
    (tmp_path / "tour.wast").write_text(TOUR)
    assert export(tmp_path / "tour.wast", "--out", tmp_path / "out") == 0
    assert replay(tmp_path / "out" / "tour.json") == 24


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_the_suite_of_memory_control_comes_back(path: Path, tmp_path: Path) -> None:
    assert export(path, "--out", tmp_path) == 0
    assert replay(tmp_path / f"{path.stem}.json") > 0
    assert json.loads((tmp_path / f"{path.stem}.json").read_text("utf-8"))["profile"] == declared_profile(path)


def test_numbers_are_unsigned_decimals_of_their_bits(tmp_path: Path) -> None:
    text = '(invoke "f" (i32.const -1) (f32.const -0) (v128.const i64x2 -1 1))'
    (tmp_path / "a.wast").write_text(text)
    assert export(tmp_path / "a.wast", "--out", tmp_path) == 0
    written = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert {key: value for key, value in written.items() if key != "commands"} == {
        "source_filename": "a.wast",
        "features": [],
        "profile": None,
    }
    assert [each["value"] for each in written["commands"][0]["action"]["args"]] == [
        "4294967295",
        "2147483648",
        ["4294967295", "4294967295", "1", "0"],
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("(assert_return)", "a.wast: unexpected token"),
        ("(module (func $f (call $g)))", "a.wast: unknown function"),
        ('(module (import "a" "b" (memory virtual 1)))', "a.wast: unexpected token"),
    ],
)
def test_a_script_that_cannot_be_read_is_told(
    text: str, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.wast").write_text(text)
    assert export(tmp_path / "a.wast", "--out", tmp_path) == 1
    assert complaint in capsys.readouterr().err


def test_scripts_that_there_are_not_and_scripts_of_one_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export(tmp_path, "--out", tmp_path) == 2
    assert export(tmp_path / "none.wast", "--out", tmp_path) == 2
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.wast").write_text("(module)")
    assert export(tmp_path, "--out", tmp_path / "out") == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 3
    assert "two scripts of one name" in errors[-1]

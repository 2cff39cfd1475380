"""validate, parse, print, objdump, and the verbs that live in other rooms."""

import ast
import json

import pytest

from quire.cli.command import VERBS
from quire.engine.binary import decode
from quire.wat.parser import parse_module


def test_valid_modules_are_nothing_to_talk_about(quire):
    done = quire("validate", "sum.wat", "nothing.wat", "hello.wat")
    assert (done.status, done.output, done.errors) == (0, "", "")


def test_validation_for_programs(quire):
    done = quire("validate", "--json", "sum.wat", "invalid.wat", "missing.wat")
    lines = [json.loads(line) for line in done.output.splitlines()]
    assert [(line["file"], line["valid"]) for line in lines] == [
        ("sum.wat", True),
        ("invalid.wat", False),
        ("missing.wat", None),
    ]
    assert lines[1]["cause"]["reason"] == "type mismatch"
    assert (done.status, done.errors) == (2, "")
    assert quire("validate", "missing.wat", "invalid.wat", "sum.wat").status == 2


def test_there_and_back(quire, folder):
    assert quire("parse", "sum.wat", "-o", "sum.wasm").status == 0
    binary = (folder / "sum.wasm").read_bytes()
    assert decode(binary) == parse_module((folder / "sum.wat").read_text())
    printed = quire("print", "sum.wasm").output
    assert parse_module(printed) == decode(binary)
    assert quire("print", "sum.wat").output == printed
    assert quire("parse", "sum.wasm", "--output", "again.wasm").status == 0
    assert (folder / "again.wasm").read_bytes() == binary
    assert quire("print", "sum.wasm", "-o", "sum2.wat").status == 0
    assert (folder / "sum2.wat").read_text() == printed
    assert quire("run", "--invoke", "add", "sum.wasm", "2", "3").output == "5\n"


def test_what_is_parsed_and_printed_need_not_be_valid(quire):
    assert quire("parse", "invalid.wat", "-o", "invalid.wasm").status == 0
    assert "i64.const 1" in quire("print", "invalid.wasm").output
    assert quire("objdump", "-d", "invalid.wasm").status == 0


def test_dumps(quire, golden):
    arguments = [("objdump", "-d", "sum.wat"), ("objdump", "hello.wat"), ("objdump", "nothing.wat")]
    golden("objdump.txt", "\n".join(quire(*each).transcript(*each) for each in arguments))


def test_compiled_functions(quire, golden):
    arguments = [("compile", "--function", which, "sum.wat") for which in ("$div", "divide", "2")]
    golden("compile.txt", "\n".join(quire(*each).transcript(*each) for each in arguments))


def test_all_that_is_compiled_is_one_file_of_python(quire, folder):
    (folder / "names.wat").write_text(r'(module (func $"a\0aimport b") (func $"\0d\u{2028}c") (func $d (call 0)))')
    for name, functions in (("sum.wat", 9), ("names.wat", 3), ("nothing.wat", 0)):
        done = quire("compile", name, "-o", "out.py")
        assert (done.status, done.output, done.errors) == (0, "", "")
        made = ast.parse((folder / "out.py").read_text()).body
        assert [type(each) for each in made] == [ast.FunctionDef] * functions


def test_a_dump_of_a_binary_tells_its_own_offsets(quire, folder):
    quire("parse", "sum.wat", "-o", "sum.wasm")
    dump = json.loads(quire("objdump", "--json", "-d", "sum.wasm").output)
    binary = (folder / "sum.wasm").read_bytes()
    for code in dump["code"]:
        for line in code["instructions"]:
            raw = bytes.fromhex(line["bytes"])
            assert binary[line["offset"] : line["offset"] + len(raw)] == raw
    for section in dump["sections"]:
        assert section["offset"] + section["size"] <= len(binary)
    assert dump["sections"][-1]["offset"] + dump["sections"][-1]["size"] == len(binary) == dump["size"]


def test_a_dump_for_programs(quire):
    dump = json.loads(quire("objdump", "--json", "hello.wat").output)
    assert (dump["file"], dump["name"], dump["start"]) == ("hello.wat", "hello", None)
    assert dump["imports"][1]["name"] == "proc_exit"
    assert dump["exports"] == [
        {"name": "memory", "kind": "memory", "index": 0},
        {"name": "_start", "kind": "function", "index": 2},
    ]
    assert [(each["mode"], each["size"], each["offset"]) for each in dump["segments"]] == [
        ("active", 8, "(i32.const 0)"),
        ("active", 6, "(i32.const 16)"),
    ]
    assert "code" not in dump


def test_a_failure_for_programs(quire):
    done = quire("objdump", "--json", "cut.wasm")
    assert json.loads(done.output)["cause"]["kind"] == "malformed"
    assert done.errors == ""


def test_conformance_scripts(quire, folder):
    (folder / "a.wast").write_text(
        '(module (func (export "f") (result i32) (i32.const 1)))\n'
        '(assert_return (invoke "f") (i32.const 1))\n'
        '(assert_return (invoke "f") (i32.const 2))\n'
    )
    done = quire("wast", "-j", "1", "a.wast")
    assert done.status == 1
    assert done.output.splitlines()[-1] == "2 passed, 1 failed, 0 skipped"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(quire, verb):
    done = quire(verb, "--help")
    assert done.status == 0
    assert done.output.startswith(f"usage: quire {verb}")


def test_help_version_and_nothing(quire):
    for verb in VERBS:
        assert f"  {verb} " in quire("--help").output
    assert quire("--version").output == f"quire {__import__('quire').__version__}\n"
    assert quire().status == 2
    assert quire("--bogus").status == 2

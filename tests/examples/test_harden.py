"""The tool that takes away a program's first pages: what it changes, and what it refuses."""

import importlib.util
from pathlib import Path

import pytest

from quire.engine.binary import decode, encode
from quire.proposal_ops import instruction_set
from quire.wat.parser import parse_module

PATH = Path(__file__).resolve().parents[2] / "examples" / "memory_control" / "harden.py"
FEATURES = instruction_set(["memory-control"])


@pytest.fixture(scope="module")
def harden():
    spec = importlib.util.spec_from_file_location("harden", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.harden


@pytest.mark.parametrize(
    ("before", "pages", "after"),
    [
        ("(memory 3)", 1, "(memory 2 (noaccess 1))"),
        ("(memory 3 8)", 2, "(memory 1 6 (noaccess 2))"),
        ('(memory i64 2) (data (i64.const 0x10000) "a")', 1, "(memory i64 1 (noaccess 1))"),
        ('(memory 2) (data "passive")', 1, "(memory 1 (noaccess 1))"),
    ],
)
def test_the_memory_stays_as_large_as_it_was(harden, before, pages, after):
    hardened = harden(parse_module(f"(module {before})"), pages)
    assert str(hardened.memories[0].type) == after
    assert decode(encode(hardened, FEATURES), FEATURES) == hardened


@pytest.mark.parametrize(
    ("module", "told"),
    [
        ("", "no memory of its own"),
        ('(import "" "" (memory 3))', "no memory of its own"),
        ("(memory 0)", "of 1 pages or more"),
        ('(memory 2) (data (i32.const 0xffff) "a")', "there is data below 0x10000"),
        ('(global (import "" "") i32) (memory 2) (data (global.get 0) "a")', "not a constant"),
        ('(memory 2) (data (i32.add (i32.const 0) (i32.const 0)) "a")', "not a constant"),
    ],
)
def test_what_cannot_be_hardened_is_refused(harden, module, told):
    with pytest.raises(ValueError, match=told):
        harden(parse_module(f"(module {module})"), 1)

"""Mutated modules and texts are read or refused by name; the tool that makes many more of them can tell when not."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from quire.engine.binary import decode
from quire.engine.validate import validate
from quire.wat.parser import parse_module

TOOL = Path(__file__).parents[1] / "mutation.py"


@pytest.fixture(scope="module")
def mutation() -> ModuleType:
    specification = importlib.util.spec_from_file_location("mutation", TOOL)
    module = importlib.util.module_from_spec(specification)
    sys.modules["mutation"] = module  # its dataclass looks there
    specification.loader.exec_module(module)
    return module


def run_tool(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "WASM_TESTSUITE"}
    command = [sys.executable, str(TOOL), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)


def test_a_few_thousand_cases():
    result = run_tool("--count", "3000", "--seed", "7")
    assert result.stdout.endswith("3000 cases, 0 failed\n"), result.stdout + result.stderr
    assert result.returncode == 0


def test_one_case_again():
    first, second = (run_tool("--seed", "7", "--only", "12") for _ in range(2))
    assert first.stdout == second.stdout != ""
    assert first.returncode == 0


def test_the_seeds_are_valid(mutation):
    binaries, texts = mutation.seeds(None)
    assert len(binaries) == len(mutation.BINARIES) + len(texts)
    for each in binaries:
        validate(decode(each))
    for each in texts:
        validate(parse_module(each))


def test_scripts_are_split_into_forms(mutation):
    script = '(module (func)) ;; (no)\n(; (module (; ;) ;) (assert "a)\\"(" (x))'
    assert list(mutation.forms(script)) == ["(module (func))", '(assert "a)\\"(" (x))']
    assert mutation.unquoted('(module binary "\\00a" "\\"\\n\\ff")') == b'\0a"\n\xff'


@pytest.mark.parametrize("error", [IndexError("x"), MemoryError(), RecursionError("x"), AssertionError("x")])
def test_any_other_error_is_a_failure(mutation, monkeypatch, capsys, error):
    def broken(data):
        raise error

    monkeypatch.setattr(mutation, "decode", broken)
    monkeypatch.setattr(mutation, "limit", lambda memory: None)
    monkeypatch.delenv("WASM_TESTSUITE", raising=False)
    assert mutation.main(["--count", "5"]) == 1
    assert type(error).__name__ in capsys.readouterr().out


def test_a_module_that_does_not_survive_is_a_failure(mutation, monkeypatch):
    monkeypatch.setattr(mutation, "encode", lambda module: b"\0asm\1\0\0\0")
    outcome, error = mutation.run(mutation.Case(0, "binary", mutation.BINARIES[0]), 10)
    assert outcome == "FAILED"
    assert "survive" in str(error)


def test_a_case_that_does_not_end_is_a_failure():
    script = (
        "import mutation, sys\n"
        "mutation.limit(4096)\n"
        "mutation.decode = lambda data: [None for _ in iter(int, 1)]\n"
        "print(mutation.run(mutation.Case(0, 'binary', b''), 0.2))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=TOOL.parent, timeout=60, check=False
    )
    assert "TooSlow" in result.stdout, result.stderr

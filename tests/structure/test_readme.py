"""What the README shows is what happens, and the examples work."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
CONSOLE = re.findall(r"^```console\n\$ quire (.*)\n((?:.*\n)*?)```$", README, re.MULTILINE)


def run(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=ROOT, check=False, timeout=60, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ).stdout


def test_there_is_something_to_show():
    assert len(CONSOLE) == README.count("```console") > 0


@pytest.mark.parametrize(("command", "output"), CONSOLE)
def test_the_command_says_so(command, output):
    assert run("-m", "quire", *command.split()) == output


def test_python_says_so():
    example = doctest.DocTestParser().get_doctest(README, {}, "README.md", "README.md", 0)
    results = doctest.DocTestRunner(verbose=False).run(example)
    assert results.attempted > 0
    assert results.failed == 0


def test_the_host_and_its_plugin():
    first, second, *rest = run("examples/plugin.py").splitlines()
    assert (first, second) == ("plugin got: Hello from the guest", "plugin gave: Uryyb sebz gur thrfg")
    assert rest[0].startswith("crash: out of bounds memory access: i32.load of 4 bytes at 0x10000")
    assert rest[-1] == "hang: interrupted: the limit is 1 s"


@pytest.mark.parametrize(
    ("arguments", "last"), [("20", "2 3 5 7 11 13 17 19\n"), ("", "73 79 83 89 97\n"), ("x", "1000000]\n")]
)
def test_the_primes(arguments, last):
    assert run("-m", "quire", "run", "examples/primes.wat", *arguments.split()).endswith(last)

"""The examples of memory control print what their page shows, whatever the tier, the profile and the other features.

What a compiler of another version places elsewhere is not compared: addresses and indices of C programs.
"""

import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDER = ROOT / "examples" / "memory_control"


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(spec.name, module)
    spec.loader.exec_module(module)
    return module


VARIANTS = {
    "as shown": ([], {}),
    "where unaligned ranges trap": (["--alignment", "trap"], {"settings": {"alignment": "trap"}}),
    "without other features": (["--disable", "all", "--enable", "memory-control"], {"features": ["memory-control"]}),
    "in the reference tier": (["--tier", "reference"], {"tier": "reference"}),
}
"""Options of `quire run`, and what a Python script would hand to quire.instantiate to the same effect."""

RUN_SCRIPT = """
import functools, runpy, sys, quire
quire.instantiate = functools.partial(quire.instantiate, **{given!r})
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""

SECTIONS = load(HERE / "readme.py").sections((FOLDER / "README.md").read_text())


@cache
def clang() -> str:
    build = load(ROOT / "tests" / "programs" / "build.py")
    folder = build.BUILT / "examples"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return build.find_clang(folder)
    except build.CannotBuildHere as reason:
        pytest.skip(str(reason))


def arguments(line: str, variant: str) -> list[str]:
    """A command of the page, for this machine, in one of the variants."""
    options, given = VARIANTS[variant]
    tool, *rest = shlex.split(line)
    if tool == "quire":
        verb, *rest = rest
        return [sys.executable, "-m", "quire.cli", verb, *options, *rest]
    return [sys.executable, "-c", RUN_SCRIPT.format(given=given), *rest] if tool == "python" else [clang(), *rest]


def shown(text: str, *, compiled: bool) -> str:
    """What is the same on every machine: memory of the machine is known within two MiB."""
    text = re.sub(r"\d+(?= MiB more)", lambda size: str(round(int(size[0]) / 4) * 4), text)
    if not compiled:
        return text
    of_the_program = [line for line in text.splitlines() if not re.match(r"  in func \d+ \$_", line)]
    return re.sub(r"0x[0-9a-f]+|(?<=func )\d+", "*", "\n".join(of_the_program))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", SECTIONS)
def test_an_example_prints_what_its_page_shows(name, variant, tmp_path):
    if "/proc" in SECTIONS[name][0].line and not Path("/proc/self/statm").exists():
        pytest.skip("this system has no /proc/self/statm")
    folder = shutil.copytree(FOLDER, tmp_path / "examples")
    compiled = SECTIONS[name][0].line.startswith("clang ")
    for command in SECTIONS[name]:
        done = subprocess.run(
            arguments(command.line, variant),
            check=False,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        printed = "\n".join(line.rstrip() for line in done.stdout.splitlines())
        assert shown(printed, compiled=compiled) == shown("\n".join(command.printed), compiled=compiled), command.line


def test_every_file_is_shown():
    page = (FOLDER / "README.md").read_text()
    files = {each.name for each in FOLDER.iterdir() if each.is_file()} - {"README.md"}
    assert not [name for name in files if name not in page]


def test_a_difference_is_seen():
    assert shown("64 MiB more\nfunc 3", compiled=False) != shown("0 MiB more\nfunc 3", compiled=False)
    assert shown("func 3 $f at 0x10", compiled=True) == shown("func 4 $f at 0x20", compiled=True)
    assert shown("func 3 $f at 0x10", compiled=True) != shown("func 3 $g at 0x10", compiled=True)

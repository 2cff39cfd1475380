"""What is installed: the links, the lists of pyproject.toml, a wheel made from the sdist, refusals of bare names."""

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))


def run_python(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)


def code_files() -> set[str]:
    """Every Python file as a wheel names it."""
    in_rooms = {f"quire/{path.relative_to(ROOT)}" for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    return in_rooms | {f"quire/{path.name}" for path in (ROOT / "src" / "quire").glob("*.py")} | {"quire/py.typed"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel as users get it: made from the sdist, not from the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    expected = code_files()
    built = run_python("-m", "build", "--no-isolation", "--outdir", str(folder), ".")
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("*.whl")), expected


def test_a_wheel_made_from_the_sdist_has_every_module(wheel):
    path, expected = wheel
    names = set(zipfile.ZipFile(path).namelist())
    assert expected <= names
    assert not [name for name in names if not name.startswith("quire") or "__pycache__" in name]


def test_the_wheel_is_importable(wheel):
    path, _ = wheel
    imports = "; ".join(f"import quire.{room}; print(quire.{room}.__file__)" for room in ROOMS)
    done = run_python("-P", "-c", imports, PYTHONPATH=str(path))
    assert done.returncode == 0, done.stderr
    assert [line.startswith(str(path)) for line in done.stdout.splitlines()] == [True] * len(ROOMS)


def test_every_room_is_linked_and_listed():
    targets = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
    links = {path.name: str(path.readlink()) for path in (ROOT / "src" / "quire").iterdir() if path.is_symlink()}
    assert links == {room: f"../../{room}" for room in ROOMS}
    assert set(ROOMS) <= set(targets["sdist"]["only-include"])
    assert set(ROOMS) <= set(targets["wheel"]["only-include"])
    assert {room: f"quire/{room}" for room in ROOMS}.items() <= targets["wheel"]["sources"].items()


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_refuses_its_bare_name(room):
    done = run_python("-c", f"import {room}")
    assert done.returncode == 1
    assert f"ImportError: import quire.{room}: under its bare name" in done.stderr


def test_importing_quire_imports_no_room():
    done = run_python("-c", "import sys, quire; print([name for name in sys.modules if name.startswith('quire.')])")
    assert done.stdout == "[]\n"


def test_an_unknown_name_is_an_attribute_error():
    done = run_python("-c", "import quire; quire.nothing")
    assert "AttributeError: module 'quire' has no attribute 'nothing'" in done.stderr


def test_every_public_name_has_a_home():
    done = run_python("-c", "import quire; [getattr(quire, name) for name in quire.__all__]")
    assert done.returncode == 0, done.stderr

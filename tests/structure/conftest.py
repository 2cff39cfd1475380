"""What the structure tests read: every Python file of the project, parsed once."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: where it is, its text and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    def at(self, node: ast.stmt | ast.ExceptHandler) -> str:
        return f"{self.path}:{node.lineno}"


def read(path: Path, base: Path = ROOT) -> Source:
    text = path.read_text()
    return Source(path.relative_to(base), text, ast.parse(text, str(path)))


def module_name(path: Path) -> str:
    """`engine/binary/__init__.py` is the module `quire.engine.binary`."""
    parts = path.with_suffix("").parts
    parts = parts[2:] if parts[:2] == ("src", "quire") else parts
    return ".".join(("quire", *parts)).removesuffix(".__init__")


@pytest.fixture(scope="session")
def rooms() -> list[str]:
    """The top-level folders that are packages of `quire`."""
    return sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))


@pytest.fixture(scope="session")
def modules(rooms: list[str]) -> Mapping[str, Source]:
    """Every module of `quire` by its full name."""
    paths = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    paths += (ROOT / "src" / "quire").glob("*.py")
    paths += [path for path in (ROOT / "src" / "quire").glob("*/*.py") if not path.parent.is_symlink()]
    return {module_name(path.relative_to(ROOT)): read(path) for path in paths}


@pytest.fixture(scope="session")
def shipped(modules: Mapping[str, Source]) -> list[Source]:
    """Every Python file outside the tests, whether of a package or not."""
    others = [path for folder in ("benchmarks", "examples") for path in (ROOT / folder).rglob("*.py")]
    return [*modules.values(), *(read(path) for path in others)]

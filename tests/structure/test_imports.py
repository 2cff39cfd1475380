"""Imports point up the list of rooms, never down; the core needs nothing but the standard library."""

import ast
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

import pytest

ORDER = [
    *(
        f"quire.engine.{part}"
        for part in (
            "collector errors types matching bytestream type_encoding immediates numeric instructions.expressions "
            "instructions.access instructions.templates instructions.float_templates instructions.vector_templates "
            "instructions.row module runtime instructions extension instruction_set binary validate cache instantiate "
            "interpret compile.recursion compile.interface compile.graph compile.analysis compile.expressions "
            "compile.loops compile.code compile.running compile tiers"
        ).split()
    ),
    "quire.engine",
    *(f"quire.{room}" for room in "wat proposal_ops embedding wasi debug native spec_tests fuzz cli".split()),
    "quire",
]
"""Each may import what stands before it. A name covers the modules below it that have no line of their own."""

NEEDS_NOTHING = {"engine", "wat", "proposal_ops", "embedding", "wasi"}
THIRD_PARTY = {
    "cli": {"rich"},
    "debug": {"elftools"},
    "native": {"wasmtime"},
    "spec_tests": {"pytest"},
    "fuzz": {"wasmtime", "hypothesis", "atheris", "distributed", "rich"},
}
FREE_NAMES = {"quire.__version__"}


def imported_names(tree: ast.Module) -> Iterator[str]:
    """Each import as a dotted name: `from quire.engine import types` is `quire.engine.types`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module}.{alias.name}" for alias in node.names)


def without_type_checking(tree: ast.Module) -> ast.Module:
    """What runs: two modules may name each other's types, if neither needs the other to load."""
    kept = [node for node in tree.body if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")]
    return ast.Module(kept, type_ignores=[])


def rank(name: str) -> int:
    """The place in ORDER of the longest line that covers a name."""
    covering = [place for place in ORDER if name == place or name.startswith(place + ".")]
    return ORDER.index(max(covering, key=len))


def downward(module: str, tree: ast.Module) -> list[str]:
    """The imports of a module that break the order."""
    ours = [name for name in imported_names(tree) if name.split(".")[0] == "quire" and name not in FREE_NAMES]
    return [f"{module} imports {name}" for name in ours if rank(name) > rank(module)]


def foreign(module: str, tree: ast.Module) -> list[str]:
    """The imports of a module that its room may not have."""
    room = module.split(".")[1] if "." in module else ""
    known = {"quire", *sys.stdlib_module_names, *THIRD_PARTY.get(room, ())}
    return [f"{module} imports {name}" for name in imported_names(tree) if name.split(".")[0] not in known]


def dependencies(module: str, tree: ast.Module, modules: Mapping[str, object]) -> set[str]:
    """The modules that a module imports, without the packages that it lies in."""
    names = imported_names(without_type_checking(tree))
    found = {next((m for m in (name, name.rpartition(".")[0]) if m in modules), "") for name in names}
    return {name for name in found if name and not f"{module}.".startswith(f"{name}.")}


def test_imports_point_up(modules):
    assert not [line for name, source in modules.items() for line in downward(name, source.tree)]


def test_the_core_imports_the_standard_library_alone(modules):
    assert set(THIRD_PARTY).isdisjoint(NEEDS_NOTHING)
    assert not [line for name, source in modules.items() for line in foreign(name, source.tree)]


def test_no_circles(modules):
    graph = {name: dependencies(name, source.tree, modules) for name, source in modules.items()}
    TopologicalSorter(graph).prepare()


def test_every_room_and_part_has_its_place(modules, rooms):
    assert {f"quire.{room}" for room in rooms} <= set(ORDER)
    parts = {".".join(name.split(".")[:3]) for name in modules if name.startswith("quire.engine.")}
    assert parts <= set(ORDER)


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("quire.engine.types", "from quire.engine.module import Module"),
        ("quire.engine.types", "from quire.engine import module"),
        ("quire.engine.validate", "import quire.engine.interpret"),
        ("quire.engine.binary.decode", "from quire.engine import validate"),
        ("quire.wasi.files", "def later():\n    from quire.cli import main"),
        (
            "quire.wat.parser",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import quire.proposal_ops.threads",
        ),
        ("quire.cli", "from quire import instantiate"),
    ],
)
def test_an_import_that_points_down_is_found(module, text):
    assert len(downward(module, ast.parse(text))) == 1


@pytest.mark.parametrize(
    "text", ["import numpy", "from wasmtime import Store", "import engine.types", "from . import x"]
)
def test_a_foreign_import_is_found(text):
    assert foreign("quire.engine.validate", ast.parse(text))


def test_a_circle_is_found():
    trees = {
        "quire.wat": ast.parse(""),
        "quire.wat.a": ast.parse("from quire.wat import b"),
        "quire.wat.b": ast.parse("from quire.wat.a import f"),
    }
    graph = {name: dependencies(name, tree, trees) for name, tree in trees.items()}
    with pytest.raises(CycleError):
        TopologicalSorter(graph).prepare()

"""The public face: what type checkers see is what there is, and the example of its documentation is true."""

import ast
import doctest
from pathlib import Path

import quire


def test_type_checkers_see_every_name_where_it_lives():
    tree = ast.parse(Path(quire.__file__).read_text())
    seen = {
        alias.asname: f"{node.module}.{alias.name}"
        for branch in tree.body
        if isinstance(branch, ast.If)
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == {name: f"{module}.{name}" for name, module in quire._HOMES.items()}


def test_the_example_is_true():
    assert doctest.testmod(quire).attempted > 0
    assert doctest.testmod(quire).failed == 0


def test_names_are_listed():
    assert {"instantiate", "Store", "Linker", "Trap", "__version__"} <= set(dir(quire))

"""Sizes, and statements that have no place outside the tests."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

LONGEST_FUNCTION = 60
MEDIAN_FUNCTION = 8
NINETIETH_PERCENTILE = 25
LONGEST_FILE = 500
TABLES = Path("engine/instructions")
"""A table has a row an instruction, however many there are."""


def functions(tree: ast.Module) -> Iterator[tuple[int, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.end_lineno - node.lineno + 1, node


def asserts(tree: ast.Module) -> Iterator[ast.Assert]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Assert))


def broad_handlers(tree: ast.Module) -> Iterator[ast.ExceptHandler]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            named = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} if node.type else set()
            if node.type is None or named & {"Exception", "BaseException"}:
                yield node


def test_no_function_is_too_long(shipped):
    sized = [(size, source.at(node), node.name) for source in shipped for size, node in functions(source.tree)]
    assert not [entry for entry in sized if entry[0] > LONGEST_FUNCTION]


def test_functions_are_short_as_a_rule(shipped):
    sizes = [size for source in shipped for size, _ in functions(source.tree)]
    assert statistics.median(sizes) <= MEDIAN_FUNCTION
    assert statistics.quantiles(sizes, n=10)[-1] <= NINETIETH_PERCENTILE


def test_no_file_is_too_long(shipped):
    lengths = [(source.text.count("\n"), source.path) for source in shipped if TABLES not in source.path.parents]
    assert not [entry for entry in lengths if entry[0] > LONGEST_FILE]


def test_no_assert_outside_the_tests(shipped):
    assert not [source.at(node) for source in shipped for node in asserts(source.tree)]


def test_no_handler_catches_everything(shipped):
    assert not [source.at(node) for source in shipped for node in broad_handlers(source.tree)]


def test_a_function_is_measured_with_all_its_lines():
    tree = ast.parse("def f():\n    def g():\n        return 1\n\n    return g\n")
    assert sorted(size for size, _ in functions(tree)) == [2, 5]


def test_an_assert_is_found():
    assert len(list(asserts(ast.parse("def f(x):\n    assert x, 'no'\n")))) == 1


@pytest.mark.parametrize("clause", ["except:", "except Exception:", "except (OSError, BaseException) as error:"])
def test_a_handler_that_catches_everything_is_found(clause):
    assert len(list(broad_handlers(ast.parse(f"try:\n    f()\n{clause}\n    pass\n")))) == 1


def test_a_handler_that_names_its_errors_is_not():
    assert not list(broad_handlers(ast.parse("try:\n    f()\nexcept (OSError, ValueError):\n    pass\n")))

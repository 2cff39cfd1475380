"""The core test suite of the specification, a test for each script; and what its modules survive.

Without the suite these tests skip: `quire fetch-suite` gets it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from quire.engine.binary.decode import decode
from quire.engine.binary.encode import encode
from quire.engine.errors import QuireError
from quire.engine.module import Module
from quire.engine.tiers import TIERS
from quire.spec_tests import commands as c
from quire.spec_tests.features import features_for
from quire.spec_tests.files import Options, run_script
from quire.spec_tests.script import read_script
from quire.spec_tests.skips import listed_skips, skips_of
from quire.spec_tests.suite import HOW_TO_GET, scripts, suite_folder
from quire.wat.parser import parse_module
from quire.wat.printer import print_module

SUITE = suite_folder()
SCRIPTS = sorted(scripts([SUITE]), key=lambda path: path.stat().st_size, reverse=True) if SUITE else []
SKIPS = listed_skips()


def of_the_suite(paths: list[Path]) -> pytest.MarkDecorator:
    if SUITE is None:
        return pytest.mark.parametrize("path", [pytest.param(None, marks=pytest.mark.skip(reason=HOW_TO_GET))])
    return pytest.mark.parametrize("path", paths, ids=[str(path.relative_to(SUITE)) for path in paths])


@pytest.mark.parametrize("tier", TIERS)
@of_the_suite(SCRIPTS)
def test_script(path, tier):
    result = run_script(path, Options(tier, skips=SKIPS))
    assert not result.failures, "\n".join(map(str, result.failures))
    assert result.passed + result.skipped or not path.read_bytes()


def modules(path: Path) -> Iterator[tuple[int, Module]]:
    """The modules of a script that can be read, and their lines."""
    features = features_for(path)
    for command in read_script(path.read_bytes(), features.text_format):
        source = getattr(command, "source", None) or getattr(command, "subject", None)
        try:
            match source:
                case c.Text(module):
                    yield command.line, module
                case c.Binary(data):
                    yield command.line, decode(data, features.instruction_set)
                case c.Quote(text):
                    yield command.line, parse_module(text, features.text_format)
        except QuireError:
            assert getattr(command, "keyword", "").startswith("assert_malformed"), f"{path}:{command.line}"


READABLE = [path for path in SCRIPTS if not any(skip.whole_file for skip in skips_of(path, SKIPS))]


@of_the_suite(READABLE)
def test_modules_survive_the_binary_format(path):
    instruction_set = features_for(path).instruction_set
    for line, module in modules(path):
        data = encode(module, instruction_set)
        again = decode(data, instruction_set)
        assert again == module, f"{path}:{line}"
        assert encode(again, instruction_set) == data, f"{path}:{line}"


@of_the_suite(READABLE)
def test_modules_survive_the_text_format(path):
    text_format = features_for(path).text_format
    for line, module in modules(path):
        text = print_module(module, text_format)
        assert parse_module(text, text_format) == module, f"{path}:{line}"

"""The pytest plugin: each script is a test, for those who ask.

A script is collected when it is named on the command line, when it lies in a folder that the ini option `quire_wast`
lists, and, with `--wast`, in every folder that pytest visits. Otherwise the plugin does nothing and imports nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

SUFFIX = ".wast"


class ScriptFailed(Exception):
    """Commands of a script failed; the message has a paragraph for each."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """--wast, --wast-tier, --wast-enable; the ini option quire_wast."""
    group = parser.getgroup("quire", "WebAssembly conformance scripts (.wast)")
    group.addoption("--wast", action="store_true", help="collect every .wast script below the folders visited")
    group.addoption("--wast-tier", default="reference", metavar="TIER", help="what runs the functions")
    group.addoption("--wast-enable", action="append", default=[], metavar="FEATURE", help="a proposal beside 3.0")
    parser.addini("quire_wast", "folders whose .wast scripts are tests", type="paths", default=[])


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScriptFile | None:
    """A script, if it is asked for."""
    if file_path.suffix != SUFFIX or not _is_asked_for(file_path, parent.config):
        return None
    script: ScriptFile = ScriptFile.from_parent(parent, path=file_path)
    return script


def _is_asked_for(path: Path, config: pytest.Config) -> bool:
    if config.getoption("--wast"):
        return True
    folders: list[Path] = config.getini("quire_wast")
    named = [config.invocation_params.dir / argument for argument in config.args if argument.endswith(SUFFIX)]
    return path in named or any(path.is_relative_to(folder) for folder in folders)


class ScriptFile(pytest.File):
    """A script: a collector of one test."""

    def collect(self) -> Iterator[pytest.Item]:
        yield ScriptItem.from_parent(self, name="script")


class ScriptItem(pytest.Item):
    """Runs a whole script; its commands depend on each other."""

    def runtest(self) -> None:
        result = _run(self.path, self.config)
        if result:
            raise ScriptFailed("\n".join(result))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What failed in the script; where that happened in Python says nothing."""
        if isinstance(excinfo.value, ScriptFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.path.name


def _run(path: Path, config: pytest.Config) -> list[str]:
    """The failures of a script as texts. Imports the engine, which pytest runs without scripts do not need."""
    files, skips = import_module("quire.spec_tests.files"), import_module("quire.spec_tests.skips")
    enabled = tuple(config.getoption("--wast-enable"))
    options = files.Options(config.getoption("--wast-tier"), enabled, skips.listed_skips())
    return [str(failure) for failure in files.run_script(path, options).failures]

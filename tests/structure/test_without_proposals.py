"""Deleting `proposal_ops/` leaves engine, text format, WASI and the core suite as they were."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from quire.spec_tests.suite import HOW_TO_GET, suite_folder

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("engine", "wat", "wasi", "spec_tests")
PROGRAM = """
import sys, argparse, importlib.util
from quire import engine, wasi, wat
from quire.spec_tests import command
if importlib.util.find_spec("quire.proposal_ops"):
    sys.exit("the proposals are still there")
parser = argparse.ArgumentParser()
command.add_arguments(parser)
sys.exit(command.run(parser.parse_args()))
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the namespace without the proposals."""
    for room in ROOMS:
        ignored = shutil.ignore_patterns("__pycache__", "testsuite")
        shutil.copytree(ROOT / room, tmp_path / "quire" / room, ignore=ignored)
    (tmp_path / "quire" / "__init__.py").write_text("")
    return tmp_path


def test_the_core_suite_passes_without_any_proposal(package: Path) -> None:
    suite = suite_folder()
    if suite is None:
        pytest.skip(HOW_TO_GET)
    scripts = [str(path) for path in sorted(suite.glob("*.wast"))]
    outcome = subprocess.run(
        [sys.executable, "-c", PROGRAM, *scripts],
        env={**os.environ, "PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert outcome.returncode == 0, outcome.stdout[-2000:] + outcome.stderr[-2000:]
    passed, failed, _ = (int(part.split()[0]) for part in outcome.stdout.splitlines()[-1].split(","))
    assert (passed > 60_000, failed) == (True, 0)

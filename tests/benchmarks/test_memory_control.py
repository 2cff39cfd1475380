"""The measures of memory control run and tell sizes that can be true. None looks at a clock."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "memory_control.py"


@pytest.fixture(scope="module")
def printed() -> str:
    if not Path("/proc/self/statm").exists():
        pytest.skip("this system has no /proc/self/statm")
    small = ["--rounds", "1", "--count", "8", "--mebibytes", "16"]
    done = subprocess.run([sys.executable, SCRIPT, *small], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def cells(printed: str, first: str) -> list[str]:
    line = next(line for line in printed.splitlines() if line.startswith(f"| {first}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def number(cell: str) -> float:
    return float(re.match(r"[\d,.]+", cell)[0].replace(",", ""))


@pytest.mark.parametrize("size", ["64 GiB", "4 TiB"])
def test_a_large_memory_takes_up_what_is_written(printed, size):
    _, _, new, written = cells(printed, size)
    assert number(new) < 512
    assert number(written) < 1024


@pytest.mark.parametrize("how", ["discard, plain", "discard, virtual", "unmap, virtual"])
def test_what_is_given_back_is_resident_no_more(printed, how):
    _, _, written, after, _ = cells(printed, how)
    assert number(written) - number(after) > 12


@pytest.mark.parametrize("operation", ["map and unmap", "protect twice", "write and discard"])
def test_every_operation_has_a_figure_for_each_memory(printed, operation):
    assert all(number(cell) > 0 for cell in cells(printed, operation)[1:])


def test_the_loads_are_compared_with_those_of_a_plain_memory(printed):
    lines = printed[printed.index("| contest") :].splitlines()[2:]
    told = {cells(line, "32 loads")[1]: cells(line, "32 loads")[4] for line in lines}
    assert list(told) == ["plain", "noaccess", "virtual", "guarded by --noaccess-below"]
    assert told["plain"] == "1x"

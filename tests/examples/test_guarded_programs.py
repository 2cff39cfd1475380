"""A real program that does nothing wrong behaves under guards as it does without."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CANNOT_BUILD_HERE = 77
WORDS = b"pear\nfig\napple\n"


@pytest.fixture(scope="module")
def tour() -> str:
    command = [sys.executable, ROOT / "tests" / "programs" / "build.py", "tour"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
    if done.returncode == CANNOT_BUILD_HERE:
        pytest.skip(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def run(program: str, folder: Path, *guards: str) -> tuple[int, bytes, bytes, bytes]:
    folder.mkdir()
    (folder / "input.txt").write_bytes(b"first\nsecond\nlast")
    options = ["--dir", f"{folder}::/data", "--env", "TOUR_LANGUAGE=C", *guards]
    command = [sys.executable, "-m", "quire.cli", "run", *options, program, "3", "two words"]
    done = subprocess.run(command, check=False, input=WORDS, capture_output=True, timeout=120)
    files = b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    return done.returncode, done.stdout, done.stderr, files


@pytest.mark.parametrize("guards", [["--noaccess-below", "1K"], ["--noaccess-below", "1K", "--readonly-sections"]])
def test_guards_are_not_noticed(tour, guards, tmp_path):
    guarded = run(tour, tmp_path / "guarded", *guards)
    assert guarded == run(tour, tmp_path / "plain")
    assert len(guarded[1]) > 100

"""`quire cache`, and runs that find what earlier ones kept."""

import gc
import re

import pytest

from quire.engine.binary import encode
from quire.engine.cache.kept import LEAST
from quire.engine.compile.running import world
from quire.wat.parser import parse_module

pytestmark = pytest.mark.usefixtures("steady_sources")

FIRST = """
    cache
    cache --clear
    run --tier fast --invoke add sum.wasm 2 40
    run --tier fast --invoke add --no-cache sum.wasm 1 2
    cache
    run --tier fast --invoke add sum.wasm 3 40
    run --tier fast --invoke div sum.wasm 1 0
    run --tier reference --invoke div sum.wasm 1 0
    cache --clear
    cache
"""


@pytest.fixture
def place(folder, monkeypatch):
    """A folder for the cache that is not there yet, and a module that is worth a file in it."""
    text = (folder / "sum.wat").read_text().replace("(memory ", f'(data "{"x" * LEAST}") (memory ')
    (folder / "sum.wasm").write_bytes(encode(parse_module(text)))
    monkeypatch.setenv("QUIRE_CACHE_SIZE", "1M")
    monkeypatch.setenv("QUIRE_CACHE_DIR", "kept/here")
    return folder / "kept" / "here"


@pytest.fixture
def transcript(quire, folder):
    """What a terminal would show, with a word for the folder, whose name differs."""

    def run(*lines):
        told = []
        for line in lines:
            done = quire(*line.split())
            gc.collect()  # as when the process ends
            told.append(done.transcript(*line.split()).replace(str(folder), "FOLDER"))
        return "\n".join(told)

    return run


def test_what_is_told(transcript, place, golden):
    told = transcript(*map(str.strip, FIRST.strip().splitlines()))
    golden("cache.txt", re.sub(r"[0-9,]+ bytes", "SOME bytes", told))  # code is of another size in each Python


def test_wrong_uses(transcript, place, golden, monkeypatch):
    place.mkdir(parents=True)
    place.chmod(0o777)
    told = [transcript("cache", "cache --clear", "run --tier fast --invoke add sum.wasm 1 2")]
    monkeypatch.setenv("QUIRE_CACHE_DIR", "sum.wasm")
    told.append(transcript("cache", "run --invoke add sum.wasm 1 2"))
    monkeypatch.setenv("QUIRE_CACHE_SIZE", "0")
    told.append(transcript("cache", "cache --clear", "run --invoke add sum.wasm 1 2"))
    monkeypatch.setenv("QUIRE_CACHE_SIZE", "plenty")
    told.append(transcript("cache", "run --invoke add sum.wasm 1 2", "run --no-cache --invoke add sum.wasm 1 2"))
    golden("cache_wrong.txt", "\n".join(told))
    assert not list(place.iterdir())


def test_the_second_run_generates_nothing(transcript, place, monkeypatch):
    first = transcript("run --tier fast --invoke div sum.wasm 1 0")
    monkeypatch.setattr(world.passes(), "generate", None)
    assert transcript("run --tier fast --invoke div sum.wasm 1 0") == first


@pytest.mark.parametrize(
    "line",
    [
        "validate sum.wasm",
        "print sum.wasm",
        "objdump sum.wasm",
        "compile sum.wasm",
        "run --no-cache --invoke add sum.wasm 1 2",
        "run --tier fast --invoke add sum.wat 1 2",
    ],
)
def test_what_keeps_nothing(transcript, place, line):
    transcript(line)
    assert not place.exists()

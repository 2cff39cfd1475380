"""Where modules are kept: what the host says, what the environment says, and folders of the user's."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

import quire
from quire.embedding import caching
from quire.engine.binary import encode
from quire.engine.cache.kept import LEAST
from quire.wat.parser import parse_module

pytestmark = pytest.mark.usefixtures("steady_sources")


@pytest.fixture
def data():
    """A module that is worth a file."""
    return encode(parse_module(f'(func (export "f") (result i32) (i32.const 7)) (data "{"x" * LEAST}")'))


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    for name in ("QUIRE_CACHE_DIR", "QUIRE_CACHE_SIZE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def ran(source, **options):
    result = quire.instantiate(source, tier="fast", **options).exports.f()
    gc.collect()
    return result


def test_modules_are_kept_where_the_host_says(data, tmp_path):
    cache = quire.Cache(tmp_path / "here")
    assert cache.usage() == (0, 0)
    assert [ran(data, cache=cache), ran(data, cache=cache)] == [7, 7]
    modules, size = cache.usage()
    assert (modules, size > 0) == (1, True)
    assert cache.clear() == (1, size)
    assert cache.usage() == (0, 0)


def test_an_engine_has_one(data, tmp_path):
    engine = quire.Engine(cache=quire.Cache(str(tmp_path / "here")))
    for known in (False, True):
        module = quire.Module(engine, data)
        assert module.valid.kept.is_known is known
        assert module.to_bytes() == data
        del module
        gc.collect()


def test_files_are_kept_and_texts_are_not(data, tmp_path):
    cache = quire.Cache(tmp_path / "here")
    (tmp_path / "a.wasm").write_bytes(data)
    (tmp_path / "a.wat").write_text(text := quire.Module(quire.Engine(cache=False), data).to_text())
    for each in (text, text.encode(), tmp_path / "a.wat"):
        assert ran(each, cache=cache) == 7
        assert cache.usage() == (0, 0)
    assert ran(tmp_path / "a.wasm", cache=cache) == 7
    assert cache.usage()[0] == 1


def test_nothing_is_kept_without(data, tmp_path):
    assert ran(data, cache=False) == 7
    assert ran(data, cache=quire.Cache(tmp_path / "here", limit=0)) == 7
    assert not list(tmp_path.iterdir())


def test_the_environment_says_where(data, monkeypatch, tmp_path):
    monkeypatch.setenv("QUIRE_CACHE_DIR", str(tmp_path / "named"))
    assert ran(data) == 7
    assert quire.Cache().usage()[0] == 1
    assert [each.suffix for each in (tmp_path / "named").iterdir()] == [".quire"]
    monkeypatch.setenv("QUIRE_CACHE_SIZE", "0")
    assert quire.Cache().usage() == (0, 0)
    assert quire.Engine().cache is None


@pytest.mark.parametrize(
    ("text", "limit"),
    [("0", 0), ("12", 12), ("3K", 3 << 10), ("3k", 3 << 10), ("1M", 1 << 20), ("2G", 2 << 30), ("", 256 << 20)],
)
def test_the_environment_says_how_much(monkeypatch, text, limit):
    monkeypatch.setenv("QUIRE_CACHE_SIZE", text)
    assert quire.Cache().limit == limit
    assert quire.Cache(limit=5).limit == 5


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "1T", " 1", "1" * 40, "\u0661"])
def test_nonsense_in_the_environment_is_told(monkeypatch, text):
    monkeypatch.setenv("QUIRE_CACHE_SIZE", text)
    with pytest.raises(ValueError, match="QUIRE_CACHE_SIZE is a number of bytes"):
        quire.Engine()
    assert quire.Engine(cache=False).cache is None


def test_a_limit_below_zero_is_refused():
    with pytest.raises(ValueError, match="from zero on"):
        quire.Cache(limit=-1)


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "home/.cache/quire"),
        ("linux", {"XDG_CACHE_HOME": "{}/xdg"}, "xdg/quire"),
        ("linux", {"XDG_CACHE_HOME": "xdg"}, "home/.cache/quire"),
        ("darwin", {"XDG_CACHE_HOME": "{}/xdg"}, "home/Library/Caches/quire"),
        ("win32", {"LOCALAPPDATA": "{}/local"}, "local/quire"),
        ("win32", {}, "home/AppData/Local/quire"),
        ("win32", {"QUIRE_CACHE_DIR": "{}/named"}, "named"),
    ],
)
def test_each_system_has_a_folder_for_such_things(monkeypatch, tmp_path, platform, variables, expected):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(tmp_path))
    assert quire.Cache().path == tmp_path / expected
    assert str(tmp_path / expected) in repr(quire.Cache())


def test_a_user_without_a_home_has_none(monkeypatch):
    def nobody():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nobody)
    monkeypatch.setattr(caching.sys, "platform", "linux")
    assert quire.Cache().path is None
    assert quire.Cache().usage() == quire.Cache().clear() == (0, 0)
    assert quire.Engine().cache is None


PROGRAM = """
import sys, quire
instance = quire.instantiate(sys.stdin.buffer.read(), tier="fast", cache=quire.Cache(sys.argv[1]))
print(instance.exports.f())
print(instance.raw.module.kept.is_known)
"""


def test_a_process_that_ends_keeps_what_it_made(data, tmp_path):
    def told():
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path / "here")], input=data, capture_output=True, check=True
        )
        return done.stdout.split(), done.stderr

    assert told() == ([b"7", b"False"], b"")
    assert told() == ([b"7", b"True"], b"")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="the system does not tell who owns a file")
def test_a_folder_that_others_may_write_is_not_used(data, tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    assert ran(data, cache=quire.Cache(tmp_path / "open")) == 7
    assert not list((tmp_path / "open").iterdir())
    with pytest.raises(PermissionError, match="another user may write it"):
        quire.Cache(tmp_path / "open").usage()

"""Real programs behave under Quire as they do under wasmtime: output, files and exit status."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from quire.engine.binary import decode, encode
from quire.engine.tiers import TIERS
from quire.wat.parser import parse_module
from quire.wat.printer import print_module

wasmtime = pytest.importorskip("wasmtime", reason="the oracle, wasmtime, is not installed")

HERE = Path(__file__).resolve().parent
CANNOT_BUILD_HERE = 77
TRAPPED = 134
VARIABLE = ("TOUR_LANGUAGE", "C")
WORDS = b"pear\nfig\napple\n" + b"".join(b"line %d\n" % (i * i) for i in range(100))
SQL = b"""
create table squares(n integer primary key, square real, name text);
with recursive count(n) as (select 1 union all select n + 1 from count where n < 60)
    insert into squares select n, n * n * 0.5, printf('no. %03d', n) from count;
create index by_name on squares(name);
select count(*), sum(square), avg(n), max(name) from squares where name between 'no. 010' and 'no. 049';
select n, hex(name), upper(name), n / 7.0 from squares where n % 19 = 0 order by square desc;
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a program: what it is given, beside a folder that it sees as /data."""

    program: str
    arguments: tuple[str, ...] = ()
    input: bytes = b""
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run leaves behind."""

    status: int
    output: bytes
    errors: bytes
    files: dict[str, bytes]


RUNS = {
    "tour": Run("tour", ("3", "two words", ""), WORDS, {"input.txt": b"first\nsecond\nlast"}),
    "tour with nothing": Run("tour"),
    "tour that aborts": Run("tour", ("abort",), b"no end of line", {"input.txt": b"a\n"}),
    "minigzip as a filter": Run("minigzip", (), WORDS * 3),
    "minigzip on a file": Run("minigzip", ("-9", "/data/words.txt"), b"", {"words.txt": WORDS * 5}),
    "minigzip without its file": Run("minigzip", ("/data/none.txt",)),
    "sqlite in memory": Run("sqlite", (), SQL),
    "sqlite in a file": Run("sqlite", ("/data/squares.db",), SQL),
    "lua": Run("lua", (), (HERE / "script.lua").read_bytes()),
    "lua with an error": Run("lua", (), b"print(1)\nerror{}"),
    "quickjs": Run("quickjs", (), (HERE / "script.js").read_bytes()),
    "quickjs with an error": Run("quickjs", (), b"print('hello');\nfunction f() { undefined.x; }\nf();"),
    "brotli": Run("brotli", (), WORDS * 3),
    "brotli at its best": Run("brotli", ("-9",), WORDS),
    "brotli of what is not packed": Run("brotli", ("-d",), WORDS),
    "sqlite with bad SQL": Run("sqlite", (), b"select 1; select * from nowhere;"),
}


@cache
def attempted(program: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(HERE / "build.py"), program]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=900)


def built(program: str) -> Path:
    """Skips where the program cannot be built, fails where it can be and was not."""
    done = attempted(program)
    if done.returncode == CANNOT_BUILD_HERE:
        pytest.skip(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def prepared(folder: Path, run: Run) -> Path:
    folder.mkdir()
    for name, content in run.files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """With a cache of this module's own: where a program runs again, most of its code is found there."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("QUIRE_CACHE")}
    return {**others, "QUIRE_CACHE_DIR": str(tmp_path_factory.mktemp("cache") / "quire")}


def under_quire(run: Run, folder: Path, tier: str, environment: dict[str, str]) -> Outcome:
    data = prepared(folder, run)
    options = [
        "--tier",
        tier,
        "--dir",
        f"{data}::/data",
        "--env",
        "=".join(VARIABLE),
        str(built(run.program)),
        *run.arguments,
    ]
    command = [sys.executable, "-m", "quire.cli", "run", *options]
    done = subprocess.run(command, check=False, input=run.input, capture_output=True, timeout=300, env=environment)
    return Outcome(done.returncode, done.stdout, done.stderr, tree(data))


class Oracle:
    """wasmtime, which compiles each program once."""

    def __init__(self) -> None:
        config = wasmtime.Config()
        config.cranelift_opt_level = "none"
        self.engine = wasmtime.Engine(config)
        self.modules = {}

    def run(self, run: Run, folder: Path) -> Outcome:
        data, streams = prepared(folder, run), folder.with_suffix(".streams")
        streams.mkdir()
        (streams / "input").write_bytes(run.input)
        config = wasmtime.WasiConfig()
        config.argv = [built(run.program).name, *run.arguments]
        config.env = [VARIABLE]
        config.stdin_file = str(streams / "input")
        config.stdout_file, config.stderr_file = str(streams / "output"), str(streams / "errors")
        config.preopen_dir(str(data), "/data")
        status = self.start(run.program, config)
        return Outcome(status, (streams / "output").read_bytes(), (streams / "errors").read_bytes(), tree(data))

    def start(self, program: str, config: "wasmtime.WasiConfig") -> int:
        store, linker = wasmtime.Store(self.engine), wasmtime.Linker(self.engine)
        linker.define_wasi()
        store.set_wasi(config)
        if program not in self.modules:
            self.modules[program] = wasmtime.Module.from_file(self.engine, str(built(program)))
        instance = linker.instantiate(store, self.modules[program])
        try:
            instance.exports(store)["_start"](store)
        except wasmtime.ExitTrap as exit_trap:
            return exit_trap.code
        except wasmtime.Trap:
            return TRAPPED
        return 0


@pytest.fixture(scope="module")
def oracle():
    return Oracle()


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", RUNS)
def test_a_real_program_behaves_as_under_wasmtime(name, tier, oracle, environment, tmp_path):
    run = RUNS[name]
    expected = oracle.run(run, tmp_path / "wasmtime")
    actual = under_quire(run, tmp_path / "quire", tier, environment)
    assert actual.status == expected.status
    assert actual.output == expected.output
    assert actual.files == expected.files
    if expected.status == TRAPPED:  # Quire adds its report of the trap
        assert actual.errors.startswith(expected.errors)
    else:
        assert actual.errors == expected.errors


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("program", ["minigzip", "brotli"])
def test_what_is_packed_is_unpacked(program, tier, oracle, environment, tmp_path):
    packed = oracle.run(Run(program, (), WORDS * 3), tmp_path / "wasmtime").output
    assert packed != WORDS * 3
    unpacked = under_quire(Run(program, ("-d",), packed), tmp_path / "quire", tier, environment)
    assert (unpacked.status, unpacked.output, unpacked.errors) == (0, WORDS * 3, b"")


@pytest.mark.parametrize("program", sorted({run.program for run in RUNS.values()}))
def test_a_real_module_survives_binary_and_text(program):
    module = decode(built(program).read_bytes())
    assert decode(encode(module)) == module
    assert parse_module(print_module(module)) == module

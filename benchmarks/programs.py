"""Real programs under each engine: each run is a process of its own, from its start to its end."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import contests
import engines
import measure

HERE = Path(__file__).resolve().parent
REPETITIVE = b"".join(b"%d bottles of beer on the wall, %d bottles of beer\n" % (n, n) for n in range(600))
SQL = b"""
create table t(n integer primary key, square real, name text);
with recursive count(n) as (select 1 union all select n + 1 from count where n < 2000)
    insert into t select n, n * n * 0.5, printf('no. %04d', n) from count;
select count(*), sum(square), max(name) from t where name between 'no. 0100' and 'no. 1900';
"""
SLOWEST = 600
"""Seconds."""
EMPTY = tempfile.gettempdir()  # no folder that Python would find modules in


@dataclass(frozen=True, slots=True)
class Program:
    """A program of tests/programs/build.py, the input that it reads, and with which arguments it runs, one by one: the
    output of each run is the input of the next.
    """

    module: str
    input: bytes
    runs: Sequence[Sequence[str]] = ((),)


PROGRAMS: Mapping[str, Program] = MappingProxyType({
    "tour": Program("tour", b"pear\nfig\napple\n"),
    "minigzip there and back": Program("minigzip", REPETITIVE, ((), ("-d",))),
    "sqlite, 2,000 inserts and a query": Program("sqlite", SQL),
    "brotli there and back": Program("brotli", REPETITIVE, ((), ("-d",))),
    "lua, script.lua": Program("lua", (HERE.parent / "tests" / "programs" / "script.lua").read_bytes()),
    "lua, work.lua": Program("lua", (HERE / "scripts" / "work.lua").read_bytes()),
    "quickjs, hello and fib(18)": Program("quickjs", (HERE / "scripts" / "work.js").read_bytes()),
})  # fmt: skip


def quire_command(*options: str) -> list[str]:
    return [sys.executable, "-m", "quire", "run", *options]


def own_command(engine: str) -> list[str]:
    return [sys.executable, str(HERE / "peers.py"), engine]


COMMANDS: Mapping[str, list[str]] = MappingProxyType({
    engines.AS_IT_COMES: quire_command("--no-cache"),
    engines.FROM_CACHE: quire_command(),
    engines.FAST: quire_command("--tier", "fast", "--no-cache"),
    "quire, reference tier": quire_command("--tier", "reference", "--no-cache"),
    "pwasm": own_command("pwasm"),
    "wasmtime": own_command("wasmtime"),
})  # fmt: skip


def work(command: list[str], module: Path, program: Program) -> Callable[[], tuple[int, bytes]]:
    """What runs a program once: the sum of its exit statuses, and its last output."""
    environment = {**os.environ, "PWASM_CACHE_DIR": "", "QUIRE_CACHE_DIR": engines.KEPT.name}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # who installs a package has its bytecode

    def once() -> tuple[int, bytes]:
        statuses, output = 0, program.input
        for arguments in program.runs:
            whole = [*command, str(module), *arguments]
            done = subprocess.run(
                whole, input=output, capture_output=True, check=False, timeout=SLOWEST, env=environment, cwd=EMPTY
            )
            statuses, output = statuses + done.returncode, done.stdout
        return statuses, output

    return once


def held(rounds: int) -> list[measure.Outcome]:
    """Of every program that can be built here. Errors: `measure.WrongResult`, where Quire and wasmtime differ."""
    found = []
    for title, program in PROGRAMS.items():
        module = contests.built(program.module)
        if module is not None:
            contenders = [measure.Contender(name, work(command, module, program)) for name, command in COMMANDS.items()]
            found += measure.hold(contest(title, contenders), rounds)
    return found


def contest(title: str, contenders: Sequence[measure.Contender]) -> measure.Contest:
    """Without those who cannot run the program, which is told."""
    expected = contenders[-1].work()
    able = [each for each in contenders if each.name != "pwasm" or each.work() == expected]
    if len(able) < len(contenders):
        print(f"{title}: pwasm does not do the same", file=sys.stderr)
    return measure.Contest(title, expected, able)

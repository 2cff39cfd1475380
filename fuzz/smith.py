"""Modules from `wasm-tools`, the Bytecode Alliance's tools, where they are installed: another eye than our own.

`smith` makes a module out of bytes, and those come from a number; every other one goes through `mutate`, which keeps
what its exports do, so that it ends. A case is the same for the same version of the tools. A spawn takes long: a few
are always on their way for the numbers that come next, and hardly anyone waits.
"""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from random import Random
from typing import Final

from quire.engine import types as t
from quire.engine.binary import decode
from quire.engine.errors import Invalid
from quire.engine.validate.modules import make_context
from quire.fuzz.choices import SeededChoices
from quire.fuzz.generate.features import GC, MULTI_MEMORY, OWN, SIMD
from quire.fuzz.generate.generator import Call, Generated
from quire.fuzz.generate.leaves import Code, Emitter, Leaves
from quire.proposal_ops import FEATURES, instruction_set

CALLS: Final = 8  # of each function
SEED_BYTES: Final = 1500
PATIENCE: Final = 10.0  # seconds
AHEAD: Final = 6  # modules on their way
SPAWNS: Final = 2  # at once
TRIES: Final = 3  # of a mutation, which often does not apply
OPTIONS: Final = (
    "--ensure-termination", "--canonicalize-nans=true", "--max-imports=0", "--min-funcs=1", "--max-funcs=6",
    "--max-instructions=150", "--memory-max-size-required=true", "--max-memory32-bytes=262144",
    "--max-memory64-bytes=262144", "--max-memories=3", "--table-max-size-required=true", "--max-table-elements=100",
    "--generate-custom-sections=true", "--memory64-enabled=true", "--tail-call-enabled=true", "--simd-enabled=true",
    "--relaxed-simd-enabled=false", "--threads-enabled=false", "--custom-page-sizes-enabled=true",
    "--wide-arithmetic-enabled=true", "--extended-const-enabled=true",
)  # fmt: skip
WHOLE: Final = ("--gc-enabled=true", "--exceptions-enabled=true")
MUTABLE: Final = ("--gc-enabled=false", "--exceptions-enabled=false")
"""What `mutate` knows."""
SMITHED = tuple(each for each in FEATURES if each not in (*OWN, "threads"))


class NoSmith(ValueError):
    """wasm-tools is not installed, or a program of that name is another one."""


@cache
def smith_command() -> tuple[str, str]:
    """The path of wasm-tools and its version. Raises NoSmith."""
    path = shutil.which("wasm-tools")
    if path is None:
        raise NoSmith("wasm-tools is not installed")
    version = _output(path, "--version").strip()
    if not version.startswith("wasm-tools ") or "--ensure-termination" not in _output(path, "smith", "--help"):
        raise NoSmith(f"{path} is not the wasm-tools of the Bytecode Alliance")
    return path, version


def _output(*command: str) -> str:
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE).stdout


def _tool(data: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    path, _ = smith_command()
    return subprocess.run((path, *arguments), check=False, input=data, capture_output=True, timeout=PATIENCE)


def smithed(number: int) -> bytes:
    """The module of that number. Raises NoSmith."""
    mutable = number % 2
    seed = Random(number).randbytes(SEED_BYTES)
    traps = f"--disallow-traps={str(number % 4 != 0).lower()}"
    done = _tool(seed, "smith", *OPTIONS, traps, *(MUTABLE if mutable else WHOLE))
    if done.returncode:
        raise NoSmith(f"wasm-tools smith failed: {done.stderr.decode(errors='replace')[:200]}")
    return mutated(done.stdout, number) if mutable else done.stdout


def mutated(binary: bytes, number: int) -> bytes:
    """A module whose exports do the same and which looks otherwise, or the same one where no mutation applies."""
    for seed in range(TRIES * number, TRIES * number + TRIES):
        done = _tool(binary, "mutate", "--preserve-semantics", "--seed", str(seed))
        if not done.returncode:
            return done.stdout
    return binary


class Forge:
    """Modules of wasm-tools by number; those of the next numbers are being made while one is used."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(SPAWNS)
        self._made: dict[int, Future[bytes]] = {}

    def case(self, number: int) -> Generated:
        """The module and calls of its functions. Raises NoSmith; Malformed or Invalid where we refuse it."""
        wanted = range(number, number + AHEAD)
        self._made = {each: self._made.get(each) or self._threads.submit(smithed, each) for each in wanted}
        return of_binary(self._made[number].result(), number)


def of_binary(binary: bytes, number: int) -> Generated:
    """A module without imports, and calls of each of its functions with simple arguments."""
    known = instruction_set(SMITHED)
    module = decode(binary, known)
    if module.imports:
        raise Invalid("unknown import", "a foreign module must have none")
    context = make_context(module, known)
    leaves = Leaves(Emitter(known), context.types, ())
    choices, calls = SeededChoices(number), []
    for index, type_ in enumerate(context.functions):
        parameters = t.function_type_of(type_).parameters
        for _ in range(CALLS if parameters else 1):
            if all(map(leaves.has_values, parameters)):
                arguments: Code = [each for value in parameters for each in leaves.leaf(choices, value)]
                calls.append(Call(index, tuple(arguments)))
    features = frozenset({GC, SIMD, MULTI_MEMORY, *SMITHED})
    return Generated(module, known, features, tuple(calls), fuel=False)

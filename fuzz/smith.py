"""Modules from `wasm-tools smith`, the Bytecode Alliance's generator, where it is installed: another eye than our own.

It makes a module out of bytes, and those come from a number, so that a case is the same for the same version of it.
"""

from __future__ import annotations

import shutil
import subprocess
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

CALLS: Final = 3  # of each function
SEED_BYTES: Final = 1500
PATIENCE: Final = 10.0  # seconds
OPTIONS: Final = (
    "--ensure-termination", "--canonicalize-nans=true", "--max-imports=0", "--min-funcs=1", "--max-funcs=6",
    "--max-instructions=150", "--memory-max-size-required=true", "--max-memory32-bytes=262144",
    "--max-memory64-bytes=262144", "--max-memories=3", "--table-max-size-required=true", "--max-table-elements=100",
    "--generate-custom-sections=true", "--memory64-enabled=true", "--gc-enabled=true", "--exceptions-enabled=true",
    "--tail-call-enabled=true", "--simd-enabled=true", "--relaxed-simd-enabled=false", "--threads-enabled=false",
    "--custom-page-sizes-enabled=true", "--wide-arithmetic-enabled=true", "--extended-const-enabled=true",
)  # fmt: skip
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


def smith(number: int) -> Generated:
    """The module of that number and calls of its functions. Raises NoSmith; Malformed or Invalid where we refuse it."""
    path, _ = smith_command()
    seed = Random(number).randbytes(SEED_BYTES)
    done = subprocess.run((path, "smith", *OPTIONS), check=False, input=seed, capture_output=True, timeout=PATIENCE)
    if done.returncode:
        raise NoSmith(f"wasm-tools smith failed: {done.stderr.decode(errors='replace')[:200]}")
    return of_binary(done.stdout, number)


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

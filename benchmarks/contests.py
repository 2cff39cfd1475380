"""The contests: which work is done, with which arguments, by which contenders."""

import functools
import gc
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import engines
import measure
from kernels import by_hand

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Kernel:
    """A function `run` of kernels/NAME.wat, its argument and its result."""

    argument: int
    result: int
    scalar: bool = True
    """Counted in the geometric means."""
    without: frozenset[str] = frozenset()
    """Who does not know its instructions."""


NO_SIMD = frozenset({engines.PWASM, "pwasm, as it comes"})
ONLY_QUIRE = NO_SIMD | {"pywasm", "wasmtime"}
KERNELS: Mapping[str, Kernel] = MappingProxyType({
    "fib": Kernel(21, 10946),
    "sieve": Kernel(20000, 2262),
    "matrix": Kernel(24, 5794),
    "sha256": Kernel(1000, 0x89F4FF56),
    "mix": Kernel(10000, 906007126),
    "histogram": Kernel(20000, 3321542716),
    "scan": Kernel(60, 2640120),
    "simd": Kernel(1000, 2051328, scalar=False, without=NO_SIMD),
    "protected": Kernel(20000, 48066658, scalar=False, without=ONLY_QUIRE),
})  # fmt: skip
MEMORIES = MappingProxyType({
    "plain": ("(memory 3)", ""),
    "noaccess": ("(memory 2 (noaccess 1))", ""),
    "readonly": ("(memory 2 (readonly 1))", ""),
    "virtual": ("(memory virtual 3)", "(drop (memory.map readwrite (i32.const 0x10000) (i32.const 0x20000)))"),
})  # fmt: skip
"""Kind of memory -> its type, and what makes its second and third page usable."""


def text_of(name: str) -> str:
    return (HERE / "kernels" / f"{name}.wat").read_text()


def warm(name: str) -> measure.Contest:
    """Calls behind the first one."""
    kernel, module = KERNELS[name], engines.binary(text_of(name))
    contenders = [
        measure.Contender(engine, prepare(module, kernel.argument))
        for engine, prepare in engines.CALLS.items()
        if engine not in kernel.without
    ]
    hand = measure.Contender(engines.BY_HAND, functools.partial(by_hand.KERNELS[name], kernel.argument))
    return measure.Contest(f"{name}({kernel.argument})", kernel.result, [contenders[0], hand, *contenders[1:]])


def first(name: str) -> measure.Contest:
    """The first call in a new instance of a module that is decoded anew each time; decoding is not measured."""
    kernel, module = KERNELS[name], engines.binary(text_of(name))
    contenders = [
        measure.Contender(engine, functools.partial(prepare, module, kernel.argument), fresh=True)
        for engine, prepare in engines.FIRST_CALLS.items()
        if engine not in kernel.without
    ]
    return measure.Contest(f"{name}({kernel.argument}), first call", kernel.result, contenders)


def flags(name: str) -> measure.Contest:
    """A kernel whose accesses are all in its second and third page, on memories of several kinds, on the fast tier."""
    kernel = KERNELS[name]
    prepare = engines.CALLS[engines.FAST]
    contenders = [
        measure.Contender(kind, prepare(engines.binary(with_memory(name, kind)), kernel.argument)) for kind in MEMORIES
    ]
    return measure.Contest(f"{name} by memory", kernel.result, contenders)


def with_memory(name: str, kind: str) -> str:
    """The text of a kernel with a memory of another kind, which is mapped when it is instantiated."""
    type_, preparation = MEMORIES[kind]
    start = f"(func $map_all {preparation}) (start $map_all)"
    return text_of(name).replace(MEMORIES["plain"][0], f"{type_} {start if preparation else ''}")


def load(path: Path) -> measure.Contest:
    module = path.read_bytes()
    contenders = [measure.Contender(name, functools.partial(load, module)) for name, load in engines.LOADS.items()]
    return measure.Contest(f"load {titled(path, module)}", True, contenders)


def start(path: Path) -> measure.Contest:
    """From the bytes of a WASI command to its end, without input."""
    module = path.read_bytes()
    engines.STARTS[engines.FROM_CACHE](module)
    gc.collect()  # what is new is written when the module is gone
    contenders = [measure.Contender(name, functools.partial(run, module)) for name, run in engines.STARTS.items()]
    return measure.Contest(f"start {titled(path, module)}", 0, contenders)


def titled(path: Path, module: bytes) -> str:
    return f"{path.stem.split('-')[0]}, {len(module):,} bytes"


def built(program: str) -> Path | None:
    """A program, built as the tests build it; None, and a reason, where that cannot be done."""
    script = HERE.parent / "tests" / "programs" / "build.py"
    done = subprocess.run([sys.executable, script, program], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        print(f"without {program}: {done.stderr.strip()}", file=sys.stderr)
        return None
    return Path(done.stdout.strip())


PER_KERNEL: Mapping[str, Callable[[str], measure.Contest]] = MappingProxyType({"warm": warm, "first": first})

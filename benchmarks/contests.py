"""The contests: which work is done, with which arguments, by which contenders."""

import functools
import gc
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import engines
import measure
from kernels import by_hand

HERE = Path(__file__).resolve().parent


class Call(NamedTuple):
    """An argument, and the result."""

    argument: int
    result: int


@dataclass(frozen=True, slots=True)
class Kernel:
    """A function `run` of kernels/NAME.wat, and a call of it."""

    call: Call
    longer: Call | None = None
    """One that has three or four times as much to do."""
    scalar: bool = True
    """Counted in the geometric means."""
    without: frozenset[str] = frozenset()
    """Who does not know its instructions."""


NO_SIMD = frozenset({engines.PWASM, "pwasm, as it comes"})
ONLY_QUIRE = NO_SIMD | {"pywasm", "wasmtime"}
KERNELS: Mapping[str, Kernel] = MappingProxyType({
    "fib": Kernel(Call(21, 10946), Call(24, 46368)),
    "sieve": Kernel(Call(20000, 2262), Call(60000, 6057)),
    "matrix": Kernel(Call(24, 5794), Call(38, 8902)),
    "sha256": Kernel(Call(1000, 0x89F4FF56), Call(4000, 0xF07B0629)),
    "mix": Kernel(Call(10000, 906007126), Call(40000, 464366050)),
    "histogram": Kernel(Call(20000, 3321542716), Call(60000, 1392666232)),
    "scan": Kernel(Call(60, 2640120), Call(190, 8360380)),
    "simd": Kernel(Call(1000, 2051328), scalar=False, without=NO_SIMD),
    "protected": Kernel(Call(20000, 48066658), scalar=False, without=ONLY_QUIRE),
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
    argument, result = kernel.call
    contenders = [
        measure.Contender(engine, prepare(module, argument))
        for engine, prepare in engines.CALLS.items()
        if engine not in kernel.without
    ]
    hand = measure.Contender(engines.BY_HAND, functools.partial(by_hand.KERNELS[name], argument))
    return measure.Contest(f"{name}({argument})", result, [contenders[0], hand, *contenders[1:]])


def first(name: str) -> measure.Contest:
    """A first call."""
    return first_of(name, KERNELS[name].call)


def longer(name: str) -> measure.Contest | None:
    """A first call of which compilation is a smaller part, for the kernels that the means count."""
    call = KERNELS[name].longer
    return first_of(name, call) if call else None


def first_of(name: str, call: Call) -> measure.Contest:
    """The first call in a new instance of a module that is decoded anew each time; decoding is not measured."""
    module = engines.binary(text_of(name))
    contenders = [
        measure.Contender(engine, functools.partial(prepare, module, call.argument), fresh=True)
        for engine, prepare in engines.FIRST_CALLS.items()
        if engine not in KERNELS[name].without
    ]
    return measure.Contest(f"{name}({call.argument}), first call", call.result, contenders)


def flags(name: str) -> measure.Contest:
    """A kernel whose accesses are all in its second and third page, on memories of several kinds, on the fast tier."""
    kernel = KERNELS[name]
    prepare = engines.CALLS[engines.FAST]
    contenders = [
        measure.Contender(kind, prepare(engines.binary(with_memory(name, kind)), kernel.call.argument))
        for kind in MEMORIES
    ]
    return measure.Contest(f"{name} by memory", kernel.call.result, contenders)


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


PER_KERNEL: Mapping[str, Callable[[str], measure.Contest | None]] = MappingProxyType({
    "": warm, ", first call": first, ", longer first call": longer,
})  # fmt: skip
"""For each kind of contest what it adds to the name of a mean, and how it is held with a kernel."""

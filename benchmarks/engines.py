"""The contenders: how Quire and its peers load a module and call a function of it.

Every kernel is a module without imports whose export `run` takes and gives one i32.
"""

import io
import os
import tempfile
from collections.abc import Callable, Mapping

os.environ["PWASM_CACHE_DIR"] = ""  # a first call is one that finds nothing made before; read when pwasm is imported

import pwasm
import pwasm.wasi
import pywasm
import wasmtime

import quire
from quire.engine.binary import decode, encode
from quire.engine.validate import validate
from quire.wat.parser import parse_module

M32 = 0xFFFFFFFF
FAST = "quire, fast tier"
AS_IT_COMES = "quire, as it comes"
FROM_CACHE = "quire, as it comes, from the cache"
BY_HAND = "Python by hand"
PWASM = "pwasm, compiled"
Work = Callable[[], object]
Prepare = Callable[[bytes, int], Work]


def binary(text: str) -> bytes:
    """One binary for all contenders."""
    engine = quire.Engine()
    return encode(parse_module(text, engine.text_format), engine.instruction_set)


def quire_call(tier: str) -> Prepare:
    def prepare(module: bytes, argument: int) -> Work:
        run = quire.instantiate(module, tier=tier, cache=False).exports.run
        return lambda: run(argument) & M32

    return prepare


def pwasm_call(mode: str) -> Prepare:
    def prepare(module: bytes, argument: int) -> Work:
        run = pwasm.instantiate(pwasm.decode_module(module), mode=mode).exports.run
        return lambda: run(argument) & M32

    return prepare


def pywasm_call(module: bytes, argument: int) -> Work:
    runtime = pywasm.Runtime()
    instance = runtime.instance(pywasm.ModuleDesc.from_reader(io.BytesIO(module)))
    return lambda: runtime.invocate(instance, "run", [argument])[0] & M32


def wasmtime_call(module: bytes, argument: int) -> Work:
    store = wasmtime.Store()
    instance = wasmtime.Instance(store, wasmtime.Module(store.engine, module), [])
    run = instance.exports(store)["run"]
    return lambda: run(store, argument) & M32


CALLS: Mapping[str, Prepare] = {
    FAST: quire_call("fast"),
    "quire, reference tier": quire_call("reference"),
    PWASM: pwasm_call("compile"),
    "pywasm": pywasm_call,
    "wasmtime": wasmtime_call,
}
FIRST_CALLS: Mapping[str, Prepare] = {
    FAST: quire_call("fast"),
    AS_IT_COMES: quire_call("auto"),
    "quire, reference tier": quire_call("reference"),
    PWASM: pwasm_call("compile"),
    "pwasm, as it comes": pwasm_call("auto"),
}
"""Those whose first call differs from the next ones: the others do all before."""


def quire_load(module: bytes) -> bool:
    validate(decode(module))
    return True


def quire_decode(module: bytes) -> bool:
    decode(module)
    return True


def pywasm_decode(module: bytes) -> bool:
    pywasm.ModuleDesc.from_reader(io.BytesIO(module))
    return True


def wasmtime_validate(module: bytes) -> bool:
    wasmtime.Module.validate(wasmtime.Engine(), module)
    return True


LOADS = {
    "quire, decode and validate": quire_load,
    "quire, decode": quire_decode,
    "pywasm, decode": pywasm_decode,
    "wasmtime, validate": wasmtime_validate,
}


def quire_start(tier: str, folder: str = "") -> Callable[[bytes], int]:
    """With what an earlier start kept in a folder, if one is named."""

    def start(module: bytes) -> int:
        engine = quire.Engine(tier=tier, cache=quire.Cache(folder) if folder else False)
        linker = quire.Linker(engine)
        with quire.Wasi(["program"], {}) as wasi:
            linker.define_wasi(wasi)
            instance = linker.instantiate(quire.Store(engine), quire.Module(engine, module))
            return quire_exit_status(instance)

    return start


def quire_exit_status(instance: quire.Instance) -> int:
    try:
        instance.exports["_start"]()
    except quire.Exit as exit_:
        return exit_.status
    return 0


def pwasm_start(mode: str) -> Callable[[bytes], int]:
    def start(module: bytes) -> int:
        decoded = pwasm.decode_module(module)
        wasi = pwasm.wasi.WasiLite(args=["program"])
        instance = pwasm.instantiate(decoded, {"wasi_snapshot_preview1": wasi.imports(decoded)}, mode=mode)
        wasi.bind(instance)
        try:
            instance.exports["_start"]()
        except pwasm.wasi.Exit as exit_:
            return exit_.code
        return 0

    return start


def wasmtime_start(module: bytes) -> int:
    store = wasmtime.Store()
    linker = wasmtime.Linker(store.engine)
    linker.define_wasi()
    store.set_wasi(wasmtime.WasiConfig())
    instance = linker.instantiate(store, wasmtime.Module(store.engine, module))
    try:
        instance.exports(store)["_start"](store)
    except wasmtime.ExitTrap as exit_trap:
        return exit_trap.code
    return 0


KEPT = tempfile.TemporaryDirectory()
STARTS = {
    AS_IT_COMES: quire_start("auto"),
    FROM_CACHE: quire_start("auto", KEPT.name),
    FAST: quire_start("fast"),
    "quire, reference tier": quire_start("reference"),
    PWASM: pwasm_start("compile"),
    "pwasm, as it comes": pwasm_start("auto"),
    "wasmtime": wasmtime_start,
}
"""From bytes to the end of a WASI command without input: decoded, validated, instantiated and run."""

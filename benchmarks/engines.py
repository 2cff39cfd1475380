"""The contenders: how Quire and its peers load a module and call a function of it.

Every kernel is a module without imports whose export `run` takes and gives one i32.
"""

import io
from collections.abc import Callable

import pywasm
import wasmtime

import quire
from quire.engine.binary import decode
from quire.engine.validate import validate

Work = Callable[[], object]


def binary(text: str) -> bytes:
    """One binary for all contenders, made by one of them."""
    return bytes(wasmtime.wat2wasm(text))


def quire_reference(module: bytes, argument: int) -> Work:
    run = quire.instantiate(module, tier="reference").exports.run
    return lambda: run(argument)


def pywasm_call(module: bytes, argument: int) -> Work:
    runtime = pywasm.Runtime()
    instance = runtime.instance(pywasm.ModuleDesc.from_reader(io.BytesIO(module)))
    return lambda: runtime.invocate(instance, "run", [argument])[0]


def wasmtime_call(module: bytes, argument: int) -> Work:
    store = wasmtime.Store()
    instance = wasmtime.Instance(store, wasmtime.Module(store.engine, module), [])
    run = instance.exports(store)["run"]
    return lambda: run(store, argument)


CALLS = {"quire, reference tier": quire_reference, "pywasm": pywasm_call, "wasmtime": wasmtime_call}


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

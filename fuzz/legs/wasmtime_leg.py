"""wasmtime as a leg: `python -m quire.fuzz.legs.wasmtime_leg --profile optimised`. Needs the extra `oracle`."""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import sys
from typing import Any

import wasmtime
from wasmtime import TrapCode

from quire.fuzz.legs.protocol import TEXT, Answer, Request, serve

PROFILES = ("optimised", "none", "pulley")
UNSUPPORTED = {"memory-control"}
CLASSES = {
    TrapCode.MEMORY_OUT_OF_BOUNDS: "memory", TrapCode.TABLE_OUT_OF_BOUNDS: "table",
    TrapCode.INDIRECT_CALL_TO_NULL: "null", TrapCode.NULL_REFERENCE: "null", TrapCode.BAD_SIGNATURE: "signature",
    TrapCode.INTEGER_OVERFLOW: "overflow", TrapCode.INTEGER_DIVISION_BY_ZERO: "divide",
    TrapCode.BAD_CONVERSION_TO_INTEGER: "conversion", TrapCode.UNREACHABLE: "unreachable",
    TrapCode.CAST_FAILURE: "cast", TrapCode.ARRAY_OUT_OF_BOUNDS: "array", TrapCode.STACK_OVERFLOW: "stack",
    TrapCode.ALLOCATION_TOO_LARGE: "allocation", TrapCode.HEAP_MISALIGNED: "unaligned",
    TrapCode.UNCAUGHT_EXCEPTION: "exception", TrapCode.ATOMIC_WAIT_NON_SHARED_MEMORY: "shared",
}  # fmt: skip
Modules = list[tuple[str, wasmtime.Module]]


class WasmtimeLeg:
    """Runs modules under one profile of wasmtime."""

    def __init__(self, profile: str) -> None:
        config = wasmtime.Config()
        config.cranelift_opt_level = "none" if profile == "none" else "speed"
        if profile == "pulley":
            config.target = "pulley64"
        for feature in (
            "gc exceptions function_references tail_call memory64 multi_memory custom_page_sizes wide_arithmetic "
            "relaxed_simd relaxed_simd_deterministic"
        ).split():
            setattr(config, f"wasm_{feature}", True)
        config.wasm_threads = config.shared_memory = threads = profile != "pulley"
        self.unsupported = UNSUPPORTED if threads else {*UNSUPPORTED, "threads"}
        config.memory_reservation = 1 << 20  # so that a limit of address space can hold it
        config.memory_guard_size = 1 << 16
        config.memory_reservation_for_growth = 1 << 20
        config.parallel_compilation = False
        self.engine = wasmtime.Engine(config)
        self.type = wasmtime.FuncType([wasmtime.ValType.i32()] * 2, [wasmtime.ValType.i32()])

    def run(self, request: Request) -> Answer:
        """Compile, instantiate, call."""
        if self.unsupported & set(request.features):
            return Answer("unsupported")
        try:
            providers = [(name, wasmtime.Module(self.engine, binary)) for name, binary in request.providers]
            text = TEXT in request.features
            module = wasmtime.Module(self.engine, request.binary.decode() if text else request.binary)
        except wasmtime.WasmtimeError as error:
            return Answer("invalid", str(error))
        trace: list[tuple[int, int]] = []
        store = wasmtime.Store(self.engine)
        try:
            exports = self.linked(store, providers, trace).instantiate(store, module).exports(store)
        except wasmtime.Trap as trap:
            return Answer("trap", class_of(trap))
        except wasmtime.WasmtimeError as error:
            if "is disabled for this engine" in str(error):  # shared memories, which this leg does not ask for
                return Answer("unsupported", str(error))
            thrown = classified(str(error)) == "exception"
            return Answer("trap", "exception") if thrown else Answer("unlinkable", str(error))
        calls = tuple(call(store, exports[name]) for name in request.calls)
        memories = tuple(contents(store, exports[name]) for name in request.memories)
        return Answer("ok", "", calls, observed(store, exports), memories, tuple(trace))

    def linked(self, store: wasmtime.Store, providers: Modules, trace: list[tuple[int, int]]) -> wasmtime.Linker:
        """What modules may import: host.note, and what the providers export."""
        linker = wasmtime.Linker(self.engine)
        note = wasmtime.Func(store, self.type, lambda first, second: noted(trace, first, second))
        linker.define(store, "host", "note", note)
        for name, module in providers:
            linker.define_instance(store, name, linker.instantiate(store, module))
        return linker


def noted(trace: list[tuple[int, int]], first: int, second: int) -> int:
    """Note two operands; their sum, signed as wasmtime's Python has it."""
    trace.append((first & 0xFFFFFFFF, second & 0xFFFFFFFF))
    total = first + second & 0xFFFFFFFF
    return total - (1 << 32) if total >> 31 else total


def call(store: wasmtime.Store, function: Any) -> str:
    """What a call returned, or the class of its trap."""
    try:
        return str(function(store) & 0xFFFFFFFF)
    except wasmtime.Trap as trap:
        return f"trap {class_of(trap)}"
    except wasmtime.WasmtimeError as error:
        return f"trap {classified(str(error))}"


def class_of(trap: wasmtime.Trap) -> str:
    """The class of a trap."""
    code = trap.trap_code
    return CLASSES.get(code, code.name) if code is not None else classified(trap.message)


def classified(message: str) -> str:
    """The class of an error that has no code."""
    if "exception" in message:
        return "exception"
    return "allocation" if "allocat" in message or "memory" in message else message


def contents(store: wasmtime.Store, memory: Any) -> tuple[int, str]:
    """Pages and hash of a memory."""
    if isinstance(memory, wasmtime.SharedMemory):
        address = ctypes.addressof(memory.data_ptr().contents)
        data = ctypes.string_at(address, memory.data_len())
        return memory.grow(0), hashlib.sha256(data).hexdigest()  # its `size` raises, in wasmtime-py 50.0.1
    return memory.size(store), hashlib.sha256(memory.read(store)).hexdigest()


def observed(store: wasmtime.Store, exports: Any) -> bytes:
    """What the shim wrote."""
    return bytes(exports["observed"].read(store)).rstrip(b"\0") if "observed" in exports else b""


def main(arguments: list[str] | None = None) -> int:
    """The process."""
    parser = argparse.ArgumentParser("wasmtime_leg")
    parser.add_argument("--profile", choices=PROFILES, default="optimised")
    leg = WasmtimeLeg(parser.parse_args(arguments).profile)
    serve(leg.run, sys.stdin.buffer, sys.stdout.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main())

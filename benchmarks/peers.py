"""A command for the engines that have none for us: `python peers.py ENGINE MODULE [ARGUMENT ...]` runs a WASI command.

Imports nothing but that engine: starting it is part of what is measured.
"""

import sys
from pathlib import Path


def under_pwasm(path: Path, arguments: list[str]) -> int:
    import pwasm.wasi

    decoded = pwasm.decode_module(path.read_bytes())
    sys.setrecursionlimit(20_000)
    wasi = pwasm.wasi.WasiLite(sys.stdin.buffer.read(), [path.name, *arguments])
    wasi.sinks.update({1: sys.stdout.buffer.write, 2: sys.stderr.buffer.write})
    instance = pwasm.instantiate(decoded, {"wasi_snapshot_preview1": wasi.imports(decoded)})
    wasi.bind(instance)
    try:
        instance.exports["_start"]()
    except pwasm.wasi.Exit as exit_:
        return exit_.code
    finally:
        sys.stdout.buffer.flush()
    return 0


def under_wasmtime(path: Path, arguments: list[str]) -> int:
    import wasmtime

    config = wasmtime.WasiConfig()
    config.argv = [path.name, *arguments]
    config.inherit_stdin()
    config.inherit_stdout()
    config.inherit_stderr()
    store = wasmtime.Store()
    store.set_wasi(config)
    linker = wasmtime.Linker(store.engine)
    linker.define_wasi()
    instance = linker.instantiate(store, wasmtime.Module(store.engine, path.read_bytes()))
    try:
        instance.exports(store)["_start"](store)
    except wasmtime.ExitTrap as exit_trap:
        return exit_trap.code
    return 0


ENGINES = {"pwasm": under_pwasm, "wasmtime": under_wasmtime}

if __name__ == "__main__":
    sys.exit(ENGINES[sys.argv[1]](Path(sys.argv[2]), sys.argv[3:]))

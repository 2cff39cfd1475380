"""The public face of WASI: what a guest is given, and the functions that it may call."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from types import TracebackType
from typing import BinaryIO

from quire.engine.runtime.function import HostFunction
from quire.engine.runtime.instance import Instance
from quire.engine.runtime.memory import Memory
from quire.wasi.clocks import Clock
from quire.wasi.descriptors import Descriptor
from quire.wasi.errors import Errno, WasiError, from_host
from quire.wasi.handles import DirectoryHandle, FileHandle, StreamHandle
from quire.wasi.layout import DIRECTORY_RIGHTS, INHERITABLE_RIGHTS, INPUT_RIGHTS, OUTPUT_RIGHTS, Rights
from quire.wasi.memory import GuestMemory, LinearMemory, MissingMemory
from quire.wasi.process import Process
from quire.wasi.sandbox import check_supported
from quire.wasi.table import FUNCTIONS, MODULE, Row

StandardStream = BinaryIO | int | None
Text = str | bytes


class Wasi:
    """The world of one guest. Nothing of the host's is open to it that is not named here.

    `args` begins with the program's name. `env` maps names to values. A standard stream is a binary stream, a
    descriptor of the host's, or None: empty, and taking everything. `preopens` are pairs of a directory of the host's
    and the name that the guest knows it by; they become the guest's descriptors from 3 on. `clock` and `random` (which
    returns as many bytes as it is told) can be replaced to make a run repeatable.

    Raises ValueError for an argument or variable that WASI cannot express, TypeError for a stream of text, OSError for
    a directory that cannot be opened, on platforms where it could not be made safe, and for a descriptor that is not
    open. One thread at a time may use it. Close it, or use it in `with`.
    """

    def __init__(
        self,
        args: Iterable[Text] = (),
        env: Mapping[str, str] | None = None,
        *,
        stdin: StandardStream = None,
        stdout: StandardStream = None,
        stderr: StandardStream = None,
        preopens: Iterable[tuple[str | os.PathLike[str], str]] = (),
        clock: Clock | None = None,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        variables = [_variable(name, value) for name, value in (env or {}).items()]
        arguments = tuple(map(_bytes, args))
        self._process = Process(arguments, tuple(variables), clock or Clock(), random)
        with ExitStack() as opened:
            opened.callback(self.close)
            self._add_stream(stdin, INPUT_RIGHTS)
            self._add_stream(stdout, OUTPUT_RIGHTS)
            self._add_stream(stderr, OUTPUT_RIGHTS)
            for host_path, guest_path in preopens:
                self._preopen(host_path, guest_path)
            opened.pop_all()

    def _add_stream(self, stream: StandardStream, rights: Rights) -> None:
        handle = _borrowed(stream) if isinstance(stream, int) else StreamHandle(stream)
        self._process.descriptors.add(Descriptor(handle, rights & handle.applicable))

    def _preopen(self, host_path: str | os.PathLike[str], guest_path: str) -> None:
        check_supported()
        handle = DirectoryHandle(os.open(host_path, os.O_RDONLY | os.O_DIRECTORY), owned=True)
        name = _bytes(guest_path)
        self._process.descriptors.add(Descriptor(handle, DIRECTORY_RIGHTS, INHERITABLE_RIGHTS, name))

    def close(self) -> None:
        """Close what the guest has opened and what was opened for it; the standard streams stay open."""
        self._process.descriptors.close_all()

    def __enter__(self) -> Wasi:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def imports(self) -> Mapping[tuple[str, str], HostFunction]:
        """Each function by the names of its module and itself, to be imported. That of proc_exit raises Exit."""
        return {
            (MODULE, name): HostFunction(row.type, partial(self._called, row), name, wants_caller=True)
            for name, row in FUNCTIONS.items()
        }

    def _called(self, row: Row, caller: Instance | None, *operands: int) -> int:
        self._process.store = caller.store if caller else None
        memory = caller.exports.get("memory") if caller else None
        return self._run(row, memory if isinstance(memory, Memory) else MissingMemory(), operands)

    def call(self, name: str, memory: LinearMemory, *operands: int) -> int:
        """Call a function of the table, as a guest with this memory would; its errno. Raises Exit for proc_exit."""
        return self._run(FUNCTIONS[name], memory, operands)

    def _run(self, row: Row, memory: LinearMemory, operands: Sequence[int]) -> int:
        try:
            row.run(self._process, GuestMemory(memory), *operands)
        except WasiError as error:
            return error.errno
        except OSError as error:
            return from_host(error)
        return Errno.SUCCESS


def _borrowed(descriptor: int) -> FileHandle:
    try:
        return FileHandle(descriptor, owned=False)
    except OSError as error:
        raise OSError(error.errno, error.strerror, f"descriptor {descriptor}") from None


def _bytes(text: Text) -> bytes:
    """Text for the guest, without its NUL. Bytes that the host could not decode survive (PEP 383)."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    if b"\0" in raw:
        raise ValueError(f"WASI ends strings at a NUL, so there can be none in {text!r}")
    return raw


def _variable(name: str, value: str) -> bytes:
    if not name or "=" in name:
        raise ValueError(f"no name of an environment variable: {name!r}")
    return _bytes(f"{name}={value}")

"""The supervisor's end of a leg: a process that is started when needed, limited, killed when it hangs, and replaced.

The death of a leg is an answer like others: verdict `died`, or `hung` after a kill.
"""

from __future__ import annotations

import os
import resource
import selectors
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Final

from quire.engine.tiers import TIERS
from quire.fuzz.legs.protocol import LENGTH, Answer, Request, decode_answer, encode_request

MEMORY: Final = 6 << 30  # bytes of address space of a leg
PATIENCE: Final = 20.0  # seconds for one request
STARVED: Final = 10  # times as long, as long as a leg has not had its seconds of a processor: others may be busy there
LIFETIME: Final = 2000  # requests before a process is replaced
NODE: Final = Path(__file__).with_name("node_leg.mjs")


@dataclass(frozen=True, slots=True)
class LegCommand:
    """How a leg is started. `limited` is False for engines that reserve more address space than they use."""

    name: str
    command: tuple[str, ...]
    limited: bool = True


def known_legs() -> Mapping[str, LegCommand]:
    """The legs that this machine can run, by name."""
    python = (sys.executable, "-m")
    found = [LegCommand(tier, (*python, "quire.fuzz.legs.quire_leg", "--tier", tier)) for tier in TIERS]
    found.append(LegCommand("model", (*python, "quire.fuzz.legs.model_leg")))
    if find_spec("wasmtime"):
        for name, profile in (("wasmtime", "optimised"), ("wasmtime-none", "none"), ("pulley", "pulley")):
            found.append(LegCommand(name, (*python, "quire.fuzz.legs.wasmtime_leg", "--profile", profile)))
    node = shutil.which("node")
    if node:
        found.append(LegCommand("node", (node, str(NODE)), limited=False))
    return MappingProxyType({each.name: each for each in found})


def leg_command(text: str) -> LegCommand:
    """A leg by its name, or `NAME=COMMAND ARGUMENT ...`. Raises ValueError for a name that there is not."""
    name, equals, command = text.partition("=")
    if equals:
        return LegCommand(name, tuple(command.split()), limited=False)
    known = known_legs()
    if name not in known:
        raise ValueError(f"unknown leg {name}: there are {', '.join(known)}, or NAME=COMMAND")
    return known[name]


def limit(process: int) -> None:
    """Limit the address space of a process, where the system can do that from outside, and let it leave no core."""
    if hasattr(resource, "prlimit"):
        resource.prlimit(process, resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.prlimit(process, resource.RLIMIT_CORE, (0, 0))


class LegProcess:
    """One leg. Close it, or use it as a context."""

    def __init__(self, leg: LegCommand, patience: float = PATIENCE) -> None:
        self.leg = leg
        self.patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0

    def __enter__(self) -> LegProcess:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def send(self, request: Request) -> str | None:
        """Hand in a request; None, or how the leg failed."""
        process = self._running()
        if process.stdin is None:
            return "died"
        try:
            process.stdin.write(encode_request(request))
            process.stdin.flush()
        except OSError:
            return "died"
        return None

    def receive(self) -> Answer:
        """The answer to the last request."""
        self._served += 1
        try:
            answer = decode_answer(self._read_frame(Deadline(self)))
        except TimeoutError:
            self.close()
            return Answer("hung")
        except (EOFError, ValueError, KeyError, TypeError) as error:
            status = self.close()
            return Answer("died", f"{error}, status {status}")
        if self._served >= LIFETIME:
            self.close()
        return answer

    def ask(self, request: Request) -> Answer:
        """The answer to a request; once more in a new process if the old one had died before."""
        if self.send(request) is not None:
            self.close()
            failed = self.send(request)
            if failed is not None:
                return Answer(failed)
        return self.receive()

    @property
    def processor_seconds(self) -> float:
        """What the process has used that runs now; 0 where there is none, or no /proc to tell."""
        stat = Path(f"/proc/{self._process.pid}/stat") if self._process else Path()
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> int | None:
        """End the process; its status."""
        process, self._process, self._served = self._process, None, 0
        if process is None:
            return None
        status = process.poll()
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                _close(stream)
        return status

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                self.leg.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            )
            if self.leg.limited:
                limit(self._process.pid)
        return self._process

    def _read_frame(self, deadline: Deadline) -> bytes:
        (length,) = LENGTH.unpack(self._read(LENGTH.size, deadline))
        return self._read(length, deadline)

    def _read(self, count: int, deadline: Deadline) -> bytes:
        """Raises EOFError where the process is gone and TimeoutError where it takes too long."""
        stream = self._process.stdout if self._process else None
        if stream is None:
            raise EOFError("the leg is gone")
        data = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            while len(data) < count:
                if not selector.select(deadline.left()):
                    deadline.extend()
                    continue
                part = stream.read(count - len(data))
                if not part:
                    raise EOFError("the leg ended")
                data += part
        return bytes(data)


class Deadline:
    """When to give up waiting for an answer."""

    def __init__(self, leg: LegProcess) -> None:
        self._leg = leg
        self._used = leg.processor_seconds
        self._started = time.monotonic()
        self._end = self._started + leg.patience

    def left(self) -> float:
        """Seconds."""
        return max(0.0, self._end - time.monotonic())

    def extend(self) -> None:
        """Raises TimeoutError where the leg has had its time."""
        used, patience = self._leg.processor_seconds, self._leg.patience
        if not 0 < used < self._used + patience / 2 or time.monotonic() > self._started + STARVED * patience:
            raise TimeoutError
        self._end += patience


def _close(stream: object) -> None:
    try:
        stream.close()  # type: ignore[attr-defined]
    except OSError:
        return


def ask_all(legs: Sequence[LegProcess], request: Request) -> dict[str, Answer]:
    """The answers of all legs, which work at the same time."""
    failed = {leg.leg.name: leg.send(request) for leg in legs}
    return {leg.leg.name: leg.receive() if failed[leg.leg.name] is None else leg.ask(request) for leg in legs}

"""`wasm-tools shrink` after our own reduction, where it is installed: another eye, for cases without a shim.

It runs a program for each module that it tries. That is a few lines which ask this process, over a socket, so that legs
are not started each time; and the smallest module that shows the case is known here even if shrink is stopped.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from quire.engine.binary import decode
from quire.engine.errors import QuireError
from quire.engine.validate import validate
from quire.fuzz.generate.features import OWN
from quire.fuzz.generate.generator import Generated
from quire.fuzz.smith import NoSmith, smith_command

ATTEMPTS: Final = 200  # in a row that are in vain
SECONDS: Final = 20.0
TICK: Final = 0.1
CLIENT: Final = """\
import socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect({address!r})
    asked.sendall(sys.argv[1].encode() + b"\\0")
    sys.exit(asked.recv(1) != b"1")
"""
SCRIPT: Final = """\
#!/bin/sh
exec "{python}" -ISE "{client}" "$1"
"""


@dataclass(slots=True)
class Shrinking:
    """One run of shrink, and the smallest module so far."""

    generated: Generated
    binary: bytes
    holds: Callable[[Generated], bool]

    def is_interesting(self, binary: bytes) -> bool:
        """Whether a module shows the case; it is kept if it is smaller."""
        changed = of_binary(self.generated, binary)
        if changed is None or not self.holds(changed):
            return False
        if len(binary) < len(self.binary):
            self.generated, self.binary = changed, binary
        return True

    def run(self, path: str, folder: Path, deadline: float) -> None:
        """Let wasm-tools try until it has nothing left to, or the time is over."""
        address = str(folder / "asked")
        client, script, source = (folder / name for name in ("client.py", "ask", "case.wasm"))
        client.write_text(CLIENT.format(address=address))
        script.write_text(SCRIPT.format(python=sys.executable, client=client))
        script.chmod(0o700)
        source.write_bytes(self.binary)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(address)
            server.listen()
            server.settimeout(TICK)
            output = ("-o", str(folder / "small.wasm"), "--attempts", str(ATTEMPTS))
            command = (path, "shrink", str(script), str(source), *output)
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                while process.poll() is None and time.monotonic() < deadline:
                    self.answer(server)
            finally:
                process.kill()
                process.wait()

    def answer(self, server: socket.socket) -> None:
        """One question, if there is one by now: the path of a module, and a zero."""
        try:
            asking, _ = server.accept()
        except TimeoutError:
            return
        with asking:
            asking.settimeout(None)
            data = b""
            while not data.endswith(b"\0") and (part := asking.recv(4096)):
                data += part
            answer = self.is_interesting(Path(data.rstrip(b"\0").decode()).read_bytes())
            try:
                asking.sendall(b"1" if answer else b"0")
            except OSError:  # shrink has been stopped
                return


def shrunk(generated: Generated, holds: Callable[[Generated], bool], binary: bytes, deadline: float) -> Generated:
    """A case whose module, which is `binary`, has become smaller; the same one where there is nothing to do that."""
    if not generated.plain or not hasattr(socket, "AF_UNIX") or any(name in generated.features for name in OWN):
        return generated
    try:
        path, _ = smith_command()
    except NoSmith:
        return generated
    shrinking = Shrinking(generated, binary, holds)
    with TemporaryDirectory() as folder:
        shrinking.run(path, Path(folder), min(deadline, time.monotonic() + SECONDS))
    return shrinking.generated


def of_binary(generated: Generated, binary: bytes) -> Generated | None:
    """The case with another module; None where that is not valid."""
    known = generated.instruction_set
    try:
        module = decode(binary, known)
        validate(module, known)
    except QuireError:
        return None
    return replace(generated, module=module)

"""What a verb reads: a file or standard input, as a module of the engine."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quire.cli.failure import WRONG_USAGE, Failure, failure_of, host_failure
from quire.embedding.module import Module, is_binary, read
from quire.engine.errors import QuireError
from quire.engine.module import Module as RawModule

if TYPE_CHECKING:
    from quire.embedding.store import Engine

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of a binary or a text, and the name to call it by."""

    name: str
    data: bytes

    @property
    def is_binary(self) -> bool:
        return is_binary(self.data)

    @property
    def text(self) -> str | None:
        """The text, if it is one, for messages."""
        return None if self.is_binary else self.data.decode("utf-8", "replace")

    def failure(self, error: QuireError) -> Failure:
        """An error of this module, told with its name and, where it is a text, its line."""
        return failure_of(error, self.name, self.text)

    def parse(self, engine: Engine) -> RawModule:
        """The module as it stands there, not validated. Raises Failure."""
        try:
            return read(engine, self.data)
        except QuireError as error:
            raise self.failure(error) from None

    def load(self, engine: Engine) -> Module:
        """The module, valid. Raises Failure."""
        try:
            return Module(engine, self.data)
        except QuireError as error:
            raise self.failure(error) from None


def read_source(file: str) -> Source:
    """A file, or standard input for "-". Raises Failure for what cannot be read."""
    if file == STANDARD_INPUT:
        return Source("<stdin>", sys.stdin.buffer.read())
    try:
        return Source(file, Path(file).read_bytes())
    except (OSError, ValueError) as error:  # ValueError: a NUL in its name
        raise host_failure(error, file) from None


def write_result(data: bytes, output: str | None) -> None:
    """To a file, or to standard output. Raises Failure for what cannot be written, and for a binary on a terminal."""
    if output is not None and output != STANDARD_INPUT:
        try:
            Path(output).write_bytes(data)
        except (OSError, ValueError) as error:
            raise host_failure(error, output) from None
    elif is_binary(data) and sys.stdout.isatty():
        raise Failure("a binary is not written to a terminal: name a file with -o", status=WRONG_USAGE)
    else:
        sys.stdout.flush()
        rest = memoryview(data)
        while rest:  # unbuffered, as PYTHONUNBUFFERED makes it, a stream may take a part
            rest = rest[sys.stdout.buffer.write(rest) :]
        sys.stdout.buffer.flush()

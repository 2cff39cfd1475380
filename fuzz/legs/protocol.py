"""The protocol of legs: frames of a length (32 bits, little-endian) and so many bytes of JSON in UTF-8.

A leg reads requests from standard input and writes one answer for each to standard output until the input ends.
docs/fuzzing.md describes both for authors of other engines.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO

VERSION = 2
LENGTH = struct.Struct("<I")
LARGEST = 1 << 28  # bytes of a frame
ALIGNMENT_TRAP = "alignment-trap"
"""The feature of modules of memory control whose ranges of pages must be aligned, by the proposal's setting."""

TEXT = "text"
"""The feature of requests whose module is no binary but text, in UTF-8."""


@dataclass(frozen=True, slots=True)
class Request:
    """A module, the exports to call without arguments in this order, the exported memories to hash at the end.

    `providers` are names and modules to instantiate before, in this order: what they export, others import under that
    name. Beside them there is one import, host.note.
    """

    binary: bytes
    calls: tuple[str, ...]
    memories: tuple[str, ...]
    features: tuple[str, ...] = ()  # of the modules; a leg that lacks one answers "unsupported"
    providers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a leg did.

    `verdict` is ok, malformed, invalid, unsupported, unlinkable, exhausted or trap (in a segment), `detail` says more
    for people. `calls` has for each call the i32 it returned, as text, or "trap CLASS". `observed` are the bytes of the
    exported memory `observed` up to its last one that is not zero, `memories` has pages and SHA-256 of each, `trace` a
    pair for each call of host.note.
    """

    verdict: str
    detail: str = ""
    calls: tuple[str, ...] = ()
    observed: bytes = b""
    memories: tuple[tuple[int, str], ...] = ()
    trace: tuple[tuple[int, int], ...] = field(default=())


def encode_request(request: Request) -> bytes:
    """As a frame."""
    providers = [(name, base64.b64encode(binary).decode()) for name, binary in request.providers]
    return frame({**asdict(request), "binary": base64.b64encode(request.binary).decode(), "providers": providers})


def decode_request(data: bytes) -> Request:
    """From the bytes in a frame. Raises ValueError, KeyError or TypeError for anything else."""
    raw = json.loads(data)
    calls, memories, features = (tuple(raw[name]) for name in ("calls", "memories", "features"))
    providers = tuple((name, base64.b64decode(binary)) for name, binary in raw["providers"])
    return Request(base64.b64decode(raw["binary"]), calls, memories, features, providers)


def encode_answer(answer: Answer) -> bytes:
    """As a frame."""
    return frame({**asdict(answer), "observed": answer.observed.hex()})


def decode_answer(data: bytes) -> Answer:
    """From the bytes in a frame. Raises ValueError, KeyError or TypeError for anything else."""
    raw = json.loads(data)
    pairs = ([(int(a), b) for a, b in raw[name]] for name in ("memories", "trace"))
    memories, trace = map(tuple, pairs)
    return Answer(raw["verdict"], raw["detail"], tuple(raw["calls"]), bytes.fromhex(raw["observed"]), memories, trace)


def frame(content: dict[str, Any]) -> bytes:
    """The bytes of a frame."""
    data = json.dumps(content, separators=(",", ":")).encode()
    return LENGTH.pack(len(data)) + data


def read_frame(stream: BinaryIO) -> bytes | None:
    """The bytes in the next frame; None at the end. Raises ValueError for a frame that is cut short or too long."""
    header = stream.read(LENGTH.size)
    if not header:
        return None
    if len(header) < LENGTH.size:
        raise ValueError("a frame was cut short")
    (length,) = LENGTH.unpack(header)
    data = stream.read(length) if length <= LARGEST else b""
    if len(data) < length:
        raise ValueError("a frame was cut short, or is too long")
    return data


def serve(run: Callable[[Request], Answer], source: BinaryIO, sink: BinaryIO) -> None:
    """Answer requests until there are no more."""
    while (data := read_frame(source)) is not None:
        sink.write(encode_answer(run(decode_request(data))))
        sink.flush()

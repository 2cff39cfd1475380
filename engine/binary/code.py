"""The entries of the code section: the locals and bodies of functions. Spec: binary/modules#code-section"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from quire.engine.binary.expressions import ExpressionReader
from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.module import Expression, LocalRun
from quire.engine.type_encoding import read_value_type, write_value_type

_MOST_LOCALS = (1 << 32) - 1


Body = tuple[tuple[LocalRun, ...], Expression]


def read_body(reader: ByteReader, expressions: ExpressionReader) -> Body:
    """A function but for its type, which the function section has. Spec: binary/modules#binary-code"""
    code = reader.part(reader.u32())
    return _read_locals(code, expressions.locals), expressions.body(code, reader.end)


def read_body_later(reader: ByteReader, expressions: ExpressionReader) -> Body:
    """The same, of bytes that are known to be well-formed: its instructions are read when they are first asked for."""
    code = reader.part(reader.u32())
    return _read_locals(code, expressions.locals), expressions.unread_body(code, reader.end)


def _read_locals(reader: ByteReader, known: dict[bytes, tuple[LocalRun, ...]]) -> tuple[LocalRun, ...]:
    """Runs as they are said, never spread out: a few bytes can declare billions. Many functions say the same: what was
    read before is `known`, if each count and each type took a byte. Spec: binary/modules#binary-local
    """
    start = reader.position
    spelled = reader.data[start : min(start + 1 + 2 * (reader.peek() or 0), reader.end)]
    if spelled in known:
        reader.take(len(spelled))
        return known[spelled]
    runs = reader.vector(lambda: LocalRun(reader.u32(), read_value_type(reader)))
    count = sum(run.count for run in runs)
    if count > _MOST_LOCALS:
        raise reader.malformed("too many locals", f"{count}", start)
    merged = _merged(runs)
    if reader.position == start + len(spelled):
        known[spelled] = merged
    return merged


def _merged(runs: Iterable[LocalRun]) -> tuple[LocalRun, ...]:
    """The same locals with neighbours of one type as one run, and no run of none."""
    groups = groupby((run for run in runs if run.count), key=lambda run: run.type)
    return tuple(LocalRun(sum(run.count for run in group), type_) for type_, group in groups)


def write_locals(writer: ByteWriter, runs: tuple[LocalRun, ...]) -> None:
    """Spec: binary/modules#binary-local"""
    writer.unsigned(len(runs))
    for run in runs:
        writer.unsigned(run.count)
        write_value_type(writer, run.type)

"""The name section, extended names included, both ways.

Its subsections stand in the order of the fields of Names. A section that Names cannot hold whole (because it is
malformed, or has a subsection of another number) is no error: it is kept as any other custom section.
Spec: appendix/custom#name-section
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from itertools import pairwise
from typing import Any

from quire.engine.bytestream import ByteReader, ByteWriter, Item
from quire.engine.errors import Malformed
from quire.engine.module import Names

NAME_SECTION = "name"
_SUBSECTIONS = tuple(field.name for field in fields(Names))
_NESTED = ("locals", "labels", "fields")
_Entry = tuple[int, Item]


def read_names(data: bytes) -> Names | None:
    """The names in the data of a name section; None where Names cannot hold them."""
    try:
        return Names(**dict(_read_subsections(ByteReader(data))))
    except Malformed:
        return None


def _read_subsections(reader: ByteReader) -> Iterator[tuple[str, Any]]:
    last = -1
    while not reader.at_end:
        number = reader.byte()
        if not last < number < len(_SUBSECTIONS):
            raise reader.malformed("malformed name subsection")
        last, name = number, _SUBSECTIONS[number]
        part = reader.part(reader.u32())
        yield name, _read_subsection(part, name)
        if not part.at_end:
            raise part.malformed("section size mismatch")


def _read_subsection(reader: ByteReader, name: str) -> Any:
    if name == "module":
        return reader.name()
    if name in _NESTED:
        return _read_map(reader, lambda: _read_map(reader, reader.name))
    return _read_map(reader, reader.name)


def _read_map(reader: ByteReader, read: Callable[[], Item]) -> tuple[_Entry[Item], ...]:
    """Pairs of an index and what it has; the indices ascend. Spec: appendix/custom#name-maps"""
    entries = reader.vector(lambda: (reader.u32(), read()))
    if any(first[0] >= second[0] for first, second in pairwise(entries)):
        raise reader.malformed("malformed name map")
    return entries


def write_names(names: Names) -> bytes:
    """The data of a name section; subsections without a name are left out."""
    writer = ByteWriter()
    for number, name in enumerate(_SUBSECTIONS):
        value = getattr(names, name)
        if value is not None and value != ():
            part = ByteWriter()
            _write_subsection(part, name, value)
            writer.byte(number)
            writer.sized(part.data)
    return bytes(writer.data)


def _write_subsection(writer: ByteWriter, name: str, value: Any) -> None:
    if name == "module":
        writer.name(value)
    elif name in _NESTED:
        _write_map(writer, value, lambda inner: _write_map(writer, inner, writer.name))
    else:
        _write_map(writer, value, writer.name)


def _write_map(writer: ByteWriter, entries: tuple[_Entry[Item], ...], write: Callable[[Item], None]) -> None:
    writer.unsigned(len(entries))
    for index, value in entries:
        writer.unsigned(index)
        write(value)

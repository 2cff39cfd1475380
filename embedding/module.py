"""Modules as a host sees them: from a file, bytes or text, valid, and back to bytes and text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path
from typing import Final

from quire.embedding.store import Engine
from quire.embedding.types import (
    ExportType,
    ExternType,
    FuncType,
    GlobalType,
    ImportType,
    MemoryType,
    TableType,
    TagType,
    extern_type,
)
from quire.engine.binary import decode, encode
from quire.engine.cache import load
from quire.engine.errors import Malformed
from quire.engine.module import Export
from quire.engine.module import Module as RawModule
from quire.engine.validate import ValidModule, validate
from quire.proposal_ops import FEATURES

_NEVER_IN_TEXT: Final = frozenset({*range(9), *range(14, 32), 0x7F})


def is_binary(data: bytes) -> bool:
    """Whether bytes are meant as a binary: they begin as no text does. So does nothing at all."""
    return not data or not _NEVER_IN_TEXT.isdisjoint(data[:4])


def is_text(source: str) -> bool:
    """Whether a string is meant as the text of a module, not as a path: it begins with a parenthesis or a comment."""
    start = source.lstrip()
    return not start or start.startswith(("(", ";;"))


def read(engine: Engine, source: str | bytes | bytearray | memoryview) -> RawModule:
    """The module that a text, or the bytes of a binary or text, is; not validated. Raises Malformed."""
    data = _plain(source)
    with _wanted_features(engine, data):
        return _read(engine, data)


def _load(engine: Engine, source: str | bytes | bytearray | memoryview) -> ValidModule:
    """The same, validated. Raises Malformed, Invalid."""
    data = _plain(source)
    if isinstance(data, str) or not is_binary(data):
        return validate(read(engine, data), engine.instruction_set)
    with _wanted_features(engine, data):
        return load(data, engine.instruction_set, engine.cache)


def _plain(source: str | bytes | bytearray | memoryview) -> str | bytes:
    return source if isinstance(source, str) else bytes(memoryview(source))


@contextmanager
def _wanted_features(engine: Engine, data: str | bytes) -> Iterator[None]:
    """An error tells which feature would make a module of this."""
    try:
        yield
    except Malformed as error:
        feature = _feature_wanted(engine, data)
        if feature is not None:
            error.detail += f"; it is of {feature}, which is off"
        raise


def _feature_wanted(engine: Engine, data: str | bytes) -> str | None:
    """What would make a module of this if it were on."""
    for name in FEATURES:
        if name not in engine.features:
            with suppress(Malformed):
                _read(Engine(features=(*engine.features, name)), data)
                return name
    return None


def _read(engine: Engine, data: str | bytes) -> RawModule:
    if isinstance(data, bytes) and is_binary(data):
        return decode(data, engine.instruction_set)
    from quire.wat.parser import parse_module  # noqa: PLC0415  # binaries do without

    return parse_module(data, engine.text_format)


class Module:
    """A valid module. It does not change, has no store, and may be instantiated in many."""

    def __init__(self, engine: Engine, source: str | bytes | bytearray | memoryview) -> None:
        """`source` is a text, or the bytes of a binary or a text. Raises Malformed, Invalid."""
        self.engine = engine
        self.valid = _load(engine, source)

    @classmethod
    def from_file(cls, engine: Engine, path: str | PathLike[str]) -> Module:
        """Of a file that holds a binary or a text, whatever its name. Raises OSError, Malformed, Invalid."""
        return cls(engine, Path(path).read_bytes())

    @property
    def raw(self) -> RawModule:
        return self.valid.module

    @property
    def name(self) -> str | None:
        """The name that the module gives itself."""
        return self.raw.names.module

    @property
    def imports(self) -> Sequence[ImportType]:
        """What it wants, in its order."""
        close = self.valid.context.close
        return [ImportType(each.module, each.name, extern_type(close(each.type))) for each in self.raw.imports]

    @property
    def exports(self) -> Sequence[ExportType]:
        """What it offers, in its order."""
        return [ExportType(each.name, self._exported(each)) for each in self.raw.exports]

    def _exported(self, export: Export) -> ExternType:
        context, index = self.valid.context, export.index
        match export.kind:
            case "function":
                return FuncType.of(context.functions[index])
            case "table":
                return TableType.of(context.tables[index])
            case "memory":
                return MemoryType.of(context.memories[index])
            case "global":
                return GlobalType.of(context.globals[index])
        return TagType(FuncType.of(context.tags[index]))

    def custom_sections(self, name: str) -> Sequence[bytes]:
        """The contents of the custom sections of that name, in their order."""
        return [each.data for each in self.raw.custom_sections if each.name == name]

    def to_bytes(self) -> bytes:
        """Its binary. A module that came from one may get another, of equal meaning."""
        return encode(self.raw, self.engine.instruction_set)

    def to_text(self) -> str:
        """Its text, which reads back as an equal module."""
        from quire.wat.printer import print_module  # noqa: PLC0415  # binaries do without

        return print_module(self.raw, self.engine.text_format)

    def __repr__(self) -> str:
        return f"<Module{f' ${self.name}' if self.name else ''}>"

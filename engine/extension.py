"""What a proposal may add to the engine: seven seams, no more (the third, text forms, is in `wat`).

An Extension is a frozen value. A feature is off because its extension is absent: the engine has no flags, and nothing
registers itself. `CORE.extend(extension)` makes an instruction set that has it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from quire.engine import types as t
from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.immediates import Context
from quire.engine.instructions.row import Row
from quire.engine.runtime.memory import Memory


def _nothing_to_check(memory: t.MemoryType) -> None:
    pass


def _no_more_pages(memory: t.MemoryType) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class MemoryFlag:
    """Seam 4: a bit of the flags byte of a memory's limits, and the attributes of the memory type behind it.

    `read` returns the values of `attributes` in their order, `write` writes them; they stand after the limits, lower
    bits first. The bit is set when one of them is not its default. `attributes` are names of MemoryType.attribute;
    "shared" and "page_size" are the core's own inert fields.
    """

    bit: int  # as a mask: 0x02, not 1
    attributes: tuple[str, ...]
    read: Callable[[ByteReader], tuple[int, ...]]
    write: Callable[[ByteWriter, tuple[int, ...]], None]
    check: Callable[[t.MemoryType], None] = _nothing_to_check  # after the core's checks; raises Invalid
    fixed_pages: Callable[[t.MemoryType], int] = _no_more_pages  # beside those that the limits count


@dataclass(frozen=True, slots=True)
class MemoryLayer:
    """Seam 5: behaviour of the memories that a type asks for.

    `layer` is a mixin put before Memory in the order of extension, so it strengthens `check_read`, `check_write`,
    `initialise`, `end_instantiation`, `grow`, ... by overriding them and calling super().
    """

    applies: Callable[[t.MemoryType], bool]
    layer: type[Memory]


@dataclass(frozen=True, slots=True)
class SegmentAttribute:
    """Seam 6: a bit of the flags of a data segment and the value behind it, which stands before the offset."""

    name: str
    bit: int  # as a mask
    read: Callable[[ByteReader], int]
    write: Callable[[ByteWriter, int], None]
    check: Callable[[Context, int, int], None]  # (context, memory index, value); raises Invalid


@dataclass(frozen=True, slots=True)
class Setting:
    """Seam 7: a setting of the store, with the choices it has; the first is the default. `meaning` is for people."""

    name: str
    choices: tuple[str, ...]
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Extension:
    """A proposal. `name` is that of the feature, as in `--enable name`.

    `home` is the module that makes it, `__name__` there, if all of it is written in the folder of that module. Nothing
    is kept on disk of modules that need an extension whose functions depend on more, or on other sources.
    """

    name: str
    rows: tuple[Row, ...] = ()  # seam 1; their kinds of immediate are seam 2
    memory_flags: tuple[MemoryFlag, ...] = ()
    memory_layers: tuple[MemoryLayer, ...] = ()
    segment_attributes: tuple[SegmentAttribute, ...] = ()
    settings: tuple[Setting, ...] = ()
    home: str | None = None

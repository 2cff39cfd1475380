"""The instruction set: the core's rows and those of extensions, as an immutable value. `CORE` is WebAssembly 3.0.

It is the one place where features meet: decoder, encoder, validator, text format and tiers ask it for rows, memory
flags and segment attributes, and know no feature by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from types import MappingProxyType

from quire.engine import types as t
from quire.engine.errors import Crash
from quire.engine.extension import Extension, MemoryFlag, SegmentAttribute, Setting
from quire.engine.instructions import CORE_ROWS
from quire.engine.instructions.row import Opcode, Row
from quire.engine.runtime.memory import Memory


class InstructionSet:
    """Rows, and what extensions add to types and segments. Immutable; extend() makes another."""

    def __init__(self, rows: Iterable[Row], extensions: tuple[Extension, ...] = ()) -> None:
        self.rows = tuple(rows)
        self.extensions = extensions
        _refuse_duplicates("opcode", [row.opcode for row in self.rows])
        _refuse_duplicates("extension", [each.name for each in extensions])
        _refuse_duplicates("memory flag", [flag.bit for flag in self.memory_flags])
        _refuse_duplicates("segment attribute", [each.bit for each in self.segment_attributes])
        _refuse_duplicates("setting", [each.name for each in self.settings])

    def extend(self, *extensions: Extension) -> InstructionSet:
        """This set with those extensions. Raises Crash where two of them claim the same code or name."""
        more = (row for extension in extensions for row in extension.rows)
        return InstructionSet((*self.rows, *more), (*self.extensions, *extensions))

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the extensions."""
        return tuple(each.name for each in self.extensions)

    @cached_property
    def by_opcode(self) -> Mapping[Opcode, Row]:
        return MappingProxyType({row.opcode: row for row in self.rows})

    @cached_property
    def by_mnemonic(self) -> Mapping[str, tuple[Row, ...]]:
        """Several rows share a mnemonic where only the immediates tell them apart: `select`, `ref.test`."""
        found: dict[str, tuple[Row, ...]] = {}
        for row in self.rows:
            found[row.mnemonic] = (*found.get(row.mnemonic, ()), row)
        return MappingProxyType(found)

    @cached_property
    def prefixes(self) -> frozenset[int]:
        """The first bytes of the opcodes that go on with a number."""
        return frozenset(row.opcode[0] for row in self.rows if isinstance(row.opcode, tuple))

    @cached_property
    def memory_flags(self) -> tuple[MemoryFlag, ...]:
        """Lower bits first, which is the order of their values in a binary."""
        return tuple(sorted((f for each in self.extensions for f in each.memory_flags), key=lambda flag: flag.bit))

    @cached_property
    def segment_attributes(self) -> tuple[SegmentAttribute, ...]:
        return tuple(attribute for each in self.extensions for attribute in each.segment_attributes)

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        return tuple(setting for each in self.extensions for setting in each.settings)

    def memory_class(self, memory: t.MemoryType) -> type[Memory]:
        """The class of the memories of a type: Memory under the layers that the type asks for."""
        composed: type[Memory] = Memory
        for each in (layer for extension in self.extensions for layer in extension.memory_layers):
            if each.applies(memory):
                composed = type(each.layer.__name__, (each.layer, composed), {})
        return composed

    def fixed_pages(self, memory: t.MemoryType) -> int:
        """The pages that a memory has beside those that its limits count."""
        return sum(flag.fixed_pages(memory) for flag in self.memory_flags)


def _refuse_duplicates(what: str, keys: Iterable[object]) -> None:
    twice = sorted(str(key) for key, count in Counter(keys).items() if count > 1)
    if twice:
        raise Crash(f"two extensions claim the same {what}", ", ".join(twice))


CORE = InstructionSet(CORE_ROWS)

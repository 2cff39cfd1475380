"""Static protection: memories that start with pages that may not be touched, then pages that may only be read.

CHECK is one compare more than in a plain memory. docs/memory-control.md, sections 1, 4 and 7
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quire.engine import types as t
from quire.engine.errors import Site, Trap
from quire.engine.runtime.memory import OUT_OF_BOUNDS, AccessCode, Memory
from quire.engine.runtime.store import Store
from quire.proposal_ops.memory_control.attributes import static_pages
from quire.proposal_ops.memory_control.traps import access_trap


@dataclass(frozen=True, slots=True)
class Region:
    """Bytes [start, end) of a memory in one state, and who set it."""

    start: int
    end: int
    state: str  # noaccess, readonly, readwrite, read, none or unmapped
    origin: Site | str | None = None
    shared_with_host: bool = False


class SectionedMemory(Memory):
    """A memory with static sections. `sealed` is false until the read-only section has its contents."""

    def __init__(self, store: Store, type_: t.MemoryType, fixed_pages: int = 0, name: str = "memory") -> None:
        self.read_base = type_.attribute("noaccess") * type_.page_size
        self.write_base = static_pages(type_) * type_.page_size
        self.sealed = self.read_base == self.write_base
        super().__init__(store, type_, fixed_pages, name)

    def check_read(self, address: int, count: int) -> None:
        super().check_read(address, count)
        if count and address < self.read_base:
            raise self.section_fault(address, count)

    def check_write(self, address: int, count: int) -> None:
        super().check_write(address, count)
        if count and address < (self.write_base if self.sealed else self.read_base):
            raise self.section_fault(address, count)

    def access_code(self) -> AccessCode | None:
        """One compare with a constant, and none where an address is known to be behind it."""
        return AccessCode(self.read_base, self.write_base)

    def check_static(self, address: int, count: int) -> None:
        """Steps 1 and 3 of CHECK for reading: what atomic waits ask of addresses whose page they do not touch yet."""
        super().check_static(address, count)
        if count and address < self.read_base:
            raise self.section_fault(address, count)

    def section_fault(self, address: int, count: int) -> Trap:
        """The trap of an access into a static section; its text is that of the bounds, which engines fold it into."""
        base, end, state = (0, self.read_base, "noaccess") if address < self.read_base else (
            self.read_base, self.write_base, "readonly",
        )  # fmt: skip
        what = f"{base:#x}-{end - 1:#x} is {state} by the type of the memory"
        return access_trap(OUT_OF_BOUNDS, address, count, self.name, what)

    def initialise(self, offset: int, data: bytes, attributes: Sequence[tuple[str, int]], origin: str) -> None:
        """Section 7. All checks come before any change."""
        self.check_bounds(offset, len(data))
        if not data:
            return
        if offset < (self.write_base if self.sealed else self.read_base):
            raise self.section_fault(offset, len(data))
        self.prepare_segment(offset, len(data), attributes, origin)
        self.poke(offset, data)

    def prepare_segment(self, offset: int, count: int, attributes: Sequence[tuple[str, int]], origin: str) -> None:
        """Make room for an active data segment where the pages are dynamic."""

    def end_instantiation(self) -> None:
        self.sealed = True
        super().end_instantiation()

    def regions(self) -> list[Region]:
        """The whole memory, in order of addresses."""
        sections = [
            Region(0, self.read_base, "noaccess"),
            Region(self.read_base, self.write_base, "readonly"),
            *self.dynamic_regions(),
        ]
        return [region for region in sections if region.start < region.end]

    def dynamic_regions(self) -> list[Region]:
        """The growable pages."""
        return [Region(self.write_base, self.length, "readwrite")]

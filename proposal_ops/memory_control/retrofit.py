"""Guards for modules that know nothing of memory control, byte by byte: types could only name whole pages.

A program of C has its data at 1024, inside the first page. `retrofit` makes an extension for one module whose memory
refuses every access below an address, and writes to the data that its linker named constant. It needs no more than
the seam for layers, so it goes with any other extension. docs/memory-control.md, "Modules that know nothing of it"
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quire.engine import types as t
from quire.engine.errors import Trap
from quire.engine.extension import Extension, MemoryLayer
from quire.engine.module import Active, Expression, Module
from quire.engine.runtime.memory import Memory
from quire.engine.runtime.store import Store
from quire.proposal_ops.memory_control.traps import PROTECTION, access_trap

CONSTANT_DATA = ".rodata"  # how the names of such segments begin, as wasm-ld writes them


class CannotGuard(ValueError):
    """The module has not what the guards need; the message is for people."""


@dataclass(frozen=True, slots=True)
class Section:
    """Bytes [start, end) of a memory, and what is to be told of them."""

    start: int
    end: int
    told: str

    def __str__(self) -> str:
        return f"{self.start:#x}-{self.end - 1:#x} is {self.told}"


class GuardedMemory(Memory):
    """A memory with sections that may not be touched, or not be written once the data segments are in place.

    `guard_noaccess` begins at 0; `guard_readonly` is in ascending order; from `guard_end` on there are none. The names
    are unlike those of other layers, which it may be put over.
    """

    guard_noaccess = Section(0, 0, "")
    guard_readonly: tuple[Section, ...] = ()
    guard_end = 0

    def __init__(self, store: Store, type_: t.MemoryType, fixed_pages: int = 0, name: str = "memory") -> None:
        self.guard_sealed = False
        super().__init__(store, type_, fixed_pages, name)

    def check_read(self, address: int, count: int) -> None:
        super().check_read(address, count)
        if address < self.guard_noaccess.end and count:
            raise self.guard_fault(address, count, self.guard_noaccess)

    def check_static(self, address: int, count: int) -> None:
        super().check_static(address, count)
        if address < self.guard_noaccess.end and count:
            raise self.guard_fault(address, count, self.guard_noaccess)

    def check_write(self, address: int, count: int) -> None:
        super().check_write(address, count)
        if address < self.guard_end and count:
            section = self.guard_from(address) if address >= self.guard_noaccess.end else self.guard_noaccess
            if section is not None and section.start < address + count:
                raise self.guard_fault(address, count, section)

    def guard_from(self, address: int) -> Section | None:
        """The first section that ends behind an address; none while the data is being put in place."""
        index = bisect_right(self.guard_readonly, address, key=lambda section: section.end)
        return self.guard_readonly[index] if self.guard_sealed and index < len(self.guard_readonly) else None

    def guard_fault(self, address: int, count: int, section: Section) -> Trap:
        """The trap of an access to a section; to be raised by the caller."""
        return access_trap(PROTECTION, address, count, self.name, str(section))

    def end_instantiation(self) -> None:
        self.guard_sealed = True
        super().end_instantiation()


def retrofit(module: Module, noaccess_below: int = 0, *, readonly_sections: bool = False) -> Extension:
    """An extension for this module alone: guards [0, noaccess_below) and, if asked, the data that is constant.

    Addresses are in bytes. Raises CannotGuard for a module without one memory of its own, with data below
    `noaccess_below`, or in which no data is named constant.
    """
    if len(module.memories) != 1 or module.imported("memory"):
        raise CannotGuard(f"only a module with one memory of its own can be guarded, this one {_memories_of(module)}")
    for section in _sections(module):
        if section.start < noaccess_below:
            raise CannotGuard(f"there is data below {noaccess_below:#x}: {section}")
    noaccess = Section(0, noaccess_below, "noaccess by --noaccess-below")
    readonly = tuple(_in_order(_constant_sections(module))) if readonly_sections else ()
    guards = {
        "guard_noaccess": noaccess,
        "guard_readonly": readonly,
        "guard_end": max((each.end for each in readonly), default=noaccess.end),
    }
    layer = MemoryLayer(lambda memory: True, type(GuardedMemory.__name__, (GuardedMemory,), guards))
    return Extension(name="retrofit", memory_layers=(layer,))


def _memories_of(module: Module) -> str:
    imported = len(module.imported("memory"))
    return f"imports {imported}" if imported else f"has {len(module.memories) or 'none'}"


def _sections(module: Module) -> Iterator[Section]:
    """The active data segments whose place can be told before the module runs."""
    names = dict(module.names.data)
    for index, segment in enumerate(module.data):
        start = _constant_offset(segment.mode.offset) if isinstance(segment.mode, Active) else None
        if start is not None and segment.init:
            yield Section(start, start + len(segment.init), names.get(index, f"data segment {index}"))


def _constant_sections(module: Module) -> Iterator[Section]:
    """Where the data is that its linker named constant."""
    constant = [(index, name) for index, name in module.names.data if name.startswith(CONSTANT_DATA)]
    if not constant:
        raise CannotGuard(
            f"no data segment has a name that begins with {CONSTANT_DATA}: "
            "the linker writes such names unless it is told to strip them"
        )
    for index, name in constant:
        mode = module.data[index].mode if index < len(module.data) else None
        start = _constant_offset(mode.offset) if isinstance(mode, Active) else None
        if start is None:
            raise CannotGuard(f"where {name} is to be cannot be told before the module runs")
        if module.data[index].init:
            yield Section(start, start + len(module.data[index].init), f"{name}, read-only by --readonly-sections")


def _in_order(sections: Iterable[Section]) -> Iterator[Section]:
    """By their addresses, without those that an earlier one covers: both ends ascend."""
    at = 0
    for section in sorted(sections, key=lambda each: each.start):
        if at < section.end:
            yield section
            at = section.end


def _constant_offset(offset: Expression) -> int | None:
    """In bytes; None where it is more than a constant."""
    first, *rest = offset.instructions
    return first.immediates[0] if len(rest) == 1 and first.row.mnemonic in ("i32.const", "i64.const") else None

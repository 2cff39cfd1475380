"""Virtual memories: pages that are mapped, unmapped and protected by instructions. docs/memory-control.md, sections 4
to 7

The address space is reserved, and a page costs nothing until it is written. Bytes that the host shares stand outside
the storage; only memories that have such mappings pay for looking.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from quire.engine import types as t
from quire.engine.errors import Site, Trap
from quire.engine.runtime.memory import OUT_OF_BOUNDS, AccessCode, Memory
from quire.engine.runtime.storage import Storage, reserve_sparsely
from quire.engine.runtime.store import Store
from quire.proposal_ops.memory_control import traps
from quire.proposal_ops.memory_control.alignment import check_alignment, rounded
from quire.proposal_ops.memory_control.pages import HostMapping, PageStates, Run
from quire.proposal_ops.memory_control.protection import Protection
from quire.proposal_ops.memory_control.sectioned_memory import Region, SectionedMemory

READ, WRITE = 1, 2  # bits of a protection
NOWHERE = (0, 0)
CLOSED = (1, 0)


class VirtualMemory(SectionedMemory):
    """A memory whose pages from `write_base` on have states.

    `readable` and `writable` are byte ranges known to pass CHECK; they spare most accesses a look at the page states
    and are forgotten when these change.
    """

    def __init__(self, store: Store, type_: t.MemoryType, fixed_pages: int = 0, name: str = "memory") -> None:
        self.pages = PageStates()
        self.hosted = False  # whether bytes of the host were ever mapped
        self.open_bytes = memoryview(b"")  # of the whole storage
        self.readable = self.writable = NOWHERE
        self.joinable: list[range] = []  # pages that segments of the instantiation under way have mapped
        super().__init__(store, type_, fixed_pages, name)
        self.open_bytes = self.storage.view(self.storage.capacity)

    # Storage

    def charge(self, count: int) -> bool:
        """Reservation is free; mapping a page is what counts."""
        return True

    def refund(self, count: int) -> None:
        """Nothing was charged."""

    def allocate(self, length: int) -> Storage:
        return reserve_sparsely(length, self.maximum * self.page_size, self.name)

    def extend(self, length: int) -> None:
        """Where the storage must move, only what is mapped moves."""
        if length > self.storage.capacity:
            storage = self.allocate(length)
            for start, end in self.occupied():
                storage.write(start, self.storage.read(start, end - start))
            self.storage = storage
            self.open_bytes = storage.view(storage.capacity)
            self.readable = self.writable = NOWHERE
        self.length = length

    def occupied(self) -> Iterator[tuple[int, int]]:
        """The byte ranges whose contents count."""
        yield self.read_base, self.write_base
        yield from (
            (run.start * self.page_size, run.end * self.page_size) for run in self.pages if run.protection is not None
        )

    # For generated code

    def access_code(self) -> AccessCode | None:
        """Two compares with ranges that are known to pass. Shared memories are locked at each access instead."""
        return None if self.declared.shared else AccessCode(ranges=True)

    @property
    def viewed(self) -> memoryview:
        return self.open_bytes

    @property
    def readable(self) -> tuple[int, int]:
        return self._readable

    @readable.setter
    def readable(self, known: tuple[int, int]) -> None:
        self._readable = known
        self.open_readable = self.opened(known)

    @property
    def writable(self) -> tuple[int, int]:
        return self._writable

    @writable.setter
    def writable(self, known: tuple[int, int]) -> None:
        self._writable = known
        self.open_writable = self.opened(known)

    def opened(self, known: tuple[int, int]) -> tuple[int, int]:
        """Where accesses may start in a range; nowhere if the bytes are the host's or in pieces."""
        start, end = known
        return CLOSED if self.hosted or end > len(self.open_bytes) else (start, end - 16)

    def readable_around(self, address: int) -> tuple[int, int]:
        """Where accesses may start, around an address if it may be read; traps nothing."""
        self.readable = self.allowed_around(address, READ) or self.readable
        return self.open_readable

    def writable_around(self, address: int) -> tuple[int, int]:
        """As `readable_around`."""
        self.writable = self.allowed_around(address, WRITE) or self.writable
        return self.open_writable

    def allowed_around(self, address: int, need: int) -> tuple[int, int] | None:
        """The byte range of the run around an address, if it allows what is needed."""
        if not self.write_base <= address < self.length:
            return None
        run = self.pages.around(address // self.page_size)
        if run.protection is None or not run.protection & need:
            return None
        return run.start * self.page_size, run.end * self.page_size

    # CHECK, step 4

    def check_read(self, address: int, count: int) -> None:
        if address < self.readable[0] or address + count > self.readable[1]:
            super().check_read(address, count)
            self.readable = self.check_pages(address, count, READ) or self.readable

    def check_write(self, address: int, count: int) -> None:
        if address < self.writable[0] or address + count > self.writable[1]:
            super().check_write(address, count)
            self.writable = self.check_pages(address, count, WRITE) or self.writable

    def check_pages(self, address: int, count: int, need: int) -> tuple[int, int] | None:
        """Raises Trap for the first page that is unmapped or does not allow; else the byte range of the last run."""
        start = max(address, self.write_base) // self.page_size
        end = -(-(address + count) // self.page_size)
        if not count or start >= end:
            return None
        for run in self.pages.within(start, end):
            if run.protection is None or not run.protection & need:
                raise self.page_fault(traps.PROTECTION, address, count, run.start)
        last = self.pages.around(end - 1)
        return last.start * self.page_size, last.end * self.page_size

    def page_fault(self, reason: str, address: int, count: int, page: int) -> Trap:
        """The trap of an operation that the state of `page` forbids; it tells the state, its range and who set it."""
        run = self.pages.around(page)
        end = self.size if run.end < 0 else min(run.end, self.size)
        first, last = max(run.start * self.page_size, self.write_base), end * self.page_size - 1
        state = "unmapped" if run.protection is None else Protection(run.protection).name.lower()
        what = f"pages {first:#x}-{last:#x} are {state}, {told(run.origin)}"
        return traps.access_trap(reason, address, count, self.name, what)

    # Accesses: another thread must not change the state of a page between the check and the access

    def load(self, address: int, count: int) -> bytes | memoryview:
        with self.lock:
            return bytes(super().load(address, count))

    def store(self, address: int, data: bytes | bytearray | memoryview) -> None:
        with self.lock:
            super().store(address, data)

    def fill(self, address: int, value: int, count: int) -> None:
        with self.lock:
            super().fill(address, value, count)

    def copy(self, to: int, source: Memory, from_: int, count: int) -> None:
        first, second = sorted((self, source), key=id)  # always in one order, or two copies could wait for each other
        with first.lock, second.lock:
            super().copy(to, source, from_, count)

    def init(self, to: int, segment: bytes, from_: int, count: int) -> None:
        with self.lock:
            super().init(to, segment, from_, count)

    # Bytes, some of which may be the host's

    def peek(self, address: int, count: int) -> bytes | memoryview:
        if not self.hosted:
            return self.storage.read(address, count)
        return b"".join(
            self.storage.read(start, end - start)
            if host is None
            else host.view[start - host.address : end - host.address]
            for start, end, host in self.pieces(address, count)
        )

    def poke(self, address: int, data: bytes | bytearray | memoryview) -> None:
        if not self.hosted:
            self.storage.write(address, data)
            return
        copied = bytes(data)  # which may be bytes that are written below
        for start, end, host in self.pieces(address, len(copied)):
            piece = copied[start - address : end - address]
            if host is None:
                self.storage.write(start, piece)
            else:
                host.view[start - host.address : end - host.address] = piece

    def clear(self, start: int, end: int) -> None:
        self.storage.clear(start, end)
        if self.hosted:
            for first, last, host in self.pieces(start, end - start):
                if host is not None:
                    host.view[first - host.address : last - host.address] = bytes(last - first)

    def pieces(self, address: int, count: int) -> Iterator[tuple[int, int, HostMapping | None]]:
        """The range in pieces, each in the storage or in one object of the host. Behind an object's end is storage."""
        end, size = address + count, self.page_size
        for run in self.pages.within(address // size, -(-end // size)):
            first, last = max(address, run.start * size), min(end, run.end * size)
            border = first if run.host is None else max(first, min(last, run.host.address + len(run.host.view)))
            if first < border:
                yield first, border, run.host
            if border < last:
                yield border, last, None

    def location(self, address: int) -> Hashable:
        if self.hosted:
            for start, _, host in self.pieces(address, 1):
                if host is not None:
                    return (host.view.readonly, host.origin + start - host.address)
        return super().location(address)

    # memory.map, memory.unmap, memory.protect

    def dynamic_range(self, address: int, length: int) -> tuple[int, int]:
        """The pages [start, end) that an operation is about. Section 6, steps 2 to 6."""
        check_alignment(self, address, length)
        if not length:
            raise traps.access_trap(traps.RANGE, address, length, self.name, "the length is zero")
        self.check_bounds(address, length)
        start, end = rounded(self, address, length)
        if start < self.write_base:
            what = f"the dynamic pages begin at {self.write_base:#x}"
            raise traps.access_trap(OUT_OF_BOUNDS, address, length, self.name, what)
        return start // self.page_size, end // self.page_size

    def map(self, address: int, length: int, protection: int, origin: Site | str) -> int:
        """New pages of zeros; the address of the first."""
        with self.lock:
            start, end = self.dynamic_range(address, length)
            self.require_unmapped(start, end, address, length)
            self.require_room(end - start, address, length)
            self.set_state(Run(start, end, protection, origin))
        return start * self.page_size

    def require_unmapped(self, start: int, end: int, address: int, length: int) -> None:
        for run in self.pages.within(start, end):
            if run.protection is not None:
                raise self.page_fault(traps.MAPPED, address, length, run.start)

    def require_room(self, pages: int, address: int, length: int) -> None:
        """Charge the host's limit for so many pages."""
        if not self.owner.reserve_memory(pages * self.page_size):
            what = "the host allows no more memory"
            raise traps.access_trap(traps.HOST, address, length, self.name, what)

    def unmap(self, address: int, length: int, origin: Site | str) -> None:
        """Pages lose their contents, and their storage goes back to the system."""
        with self.lock:
            start, end = self.dynamic_range(address, length)
            mapped = sum(run.end - run.start for run in self.pages.within(start, end) if run.protection is not None)
            self.owner.release_memory(mapped * self.page_size)
            self.set_state(Run(start, end, None, origin))
            self.storage.clear(start * self.page_size, end * self.page_size)

    def protect(self, address: int, length: int, protection: int, origin: Site | str) -> None:
        """Pages keep their contents."""
        with self.lock:
            start, end = self.dynamic_range(address, length)
            runs = list(self.pages.within(start, end))
            self.require_mapped(runs, address, length)
            if protection & WRITE:
                self.require_writable_objects(runs, address, length)
            for run in runs:
                self.set_state(Run(run.start, run.end, protection, origin, run.host))

    def require_mapped(self, runs: Sequence[Run], address: int, length: int) -> None:
        for run in runs:
            if run.protection is None:
                raise self.page_fault(traps.PROTECTION, address, length, run.start)

    def require_writable_objects(self, runs: Sequence[Run], address: int, length: int) -> None:
        if any(run.host is not None and run.host.view.readonly for run in runs):
            what = "the host's object is read-only"
            raise traps.access_trap(traps.HOST, address, length, self.name, what)

    def set_state(self, run: Run) -> None:
        self.readable = self.writable = NOWHERE
        self.pages.put(run)

    # Instantiation. Section 7

    def prepare_segment(self, offset: int, count: int, attributes: Sequence[tuple[str, int]], origin: str) -> None:
        protection = dict(attributes).get("prot", int(Protection.READ))
        start = max(offset, self.write_base) // self.page_size
        end = -(-(offset + count) // self.page_size)
        runs = list(self.pages.within(start, end)) if start < end else []
        for run in runs:
            if run.protection is not None and not run.protection & WRITE and not self.all_joinable(run):
                page = next(page for page in range(run.start, run.end) if not self.is_joinable(page))
                raise self.page_fault(traps.PROTECTION, offset, count, page)
        fresh = sum(run.end - run.start for run in runs if run.protection is None)
        self.require_room(fresh, offset, count)
        for run in runs:
            self.join_segment(run, protection, origin)

    def is_joinable(self, page: int) -> bool:
        return any(page in each for each in self.joinable)

    def all_joinable(self, run: Run) -> bool:
        return all(self.is_joinable(page) for page in range(run.start, run.end))

    def join_segment(self, run: Run, protection: int, origin: str) -> None:
        """Map the pages of a segment; on those of an earlier one the wider protection wins."""
        if run.protection is None:
            self.set_state(Run(run.start, run.end, protection, origin))
            self.joinable.append(range(run.start, run.end))
            return
        for page in range(run.start, run.end):
            if self.is_joinable(page) and run.protection | protection != run.protection:
                self.set_state(Run(page, page + 1, run.protection | protection, origin, run.host))

    def end_instantiation(self) -> None:
        self.joinable = []
        super().end_instantiation()

    def dynamic_regions(self) -> list[Region]:
        size = self.page_size
        return [
            Region(
                run.start * size,
                run.end * size,
                "unmapped" if run.protection is None else Protection(run.protection).name.lower(),
                run.origin,
                run.host is not None,
            )
            for run in self.pages.within(self.write_base // size, self.size)
        ]


def told(origin: Site | str | None) -> str:
    """Who set a state, in words."""
    if origin is None:
        return "never mapped so far"
    if isinstance(origin, str):
        return f"set by {origin}"
    function = f"func {origin.function_index}" + (f" ${origin.function_name}" if origin.function_name else "")
    return f"set by {origin.mnemonic} in {function} {origin.place}"

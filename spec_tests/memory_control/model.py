"""Memory control in plain integers and dictionaries, written from docs/memory-control.md alone: an oracle for engines.

It shares no code with the engine and has no types of WebAssembly: a memory is its bytes and its pages, a trap is a code
of section 8. Numbers in comments are the document's sections and steps.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

NONE, READ, READWRITE = 0, 1, 3
R, W = 1, 2  # the needs of an access, which are the bits of a protection

TEXTS: Final = {
    "OOB": "out of bounds memory access",
    "PROT": "memory protection violation",
    "ALIGN": "unaligned memory access",
    "RANGE": "invalid memory range",
    "MAPPED": "memory already mapped",
    "ATOM": "unaligned atomic",
    "SHARED": "expected shared memory",
}


class ModelTrap(Exception):
    """A trap, by its code in section 8."""

    def __init__(self, code: str) -> None:
        super().__init__(TEXTS[code])
        self.code = code


def trap_if(condition: bool, code: str) -> None:
    """Raises ModelTrap."""
    if condition:
        raise ModelTrap(code)


@dataclass(slots=True, eq=False)
class Memory:
    """A memory (sections 1 and 3). `minimum` and `maximum` count growable pages; `address_bits` is 32 or 64."""

    minimum: int = 0
    maximum: int | None = None
    noaccess: int = 0
    readonly: int = 0
    virtual: bool = False
    page_size: int = 65536
    address_bits: int = 32
    profile: str = "round"
    shared: bool = False
    size: int = 0  # in pages, all of them
    sealed: bool = False
    contents: dict[int, int] = field(default_factory=dict)  # those that are not 0
    pages: dict[int, int] = field(default_factory=dict)  # the mapped ones of the dynamic pages, and their protection

    def __post_init__(self) -> None:
        self.size = self.noaccess + self.readonly + self.minimum
        self.sealed = self.readonly == 0

    @property
    def length(self) -> int:
        return self.size * self.page_size

    @property
    def read_base(self) -> int:
        return self.noaccess * self.page_size

    @property
    def write_base(self) -> int:
        return (self.noaccess + self.readonly) * self.page_size

    # Section 4

    def dynamic(self, address: int, length: int) -> range:
        """The dynamic pages of a range that is not empty, ascending."""
        if not self.virtual:
            return range(0)
        first = max(address, self.write_base) // self.page_size
        return range(first, (address + length - 1) // self.page_size + 1)

    def check(self, address: int, length: int, need: int) -> None:
        trap_if(address + length > self.length, "OOB")  # 1
        if length == 0:  # 2
            return
        trap_if(address < (self.write_base if need & W and self.sealed else self.read_base), "OOB")  # 3
        for page in self.dynamic(address, length):  # 4
            trap_if(need & ~self.pages.get(page, NONE) != 0, "PROT")

    def load(self, address: int, length: int) -> bytes:
        self.check(address, length, R)
        return self.peek(address, length)

    def store(self, address: int, data: bytes) -> None:
        self.check(address, len(data), W)
        self.poke(address, data)

    def check_static(self, address: int, length: int) -> None:
        """Steps 1 and 3 of CHECK R."""
        trap_if(address + length > self.length or (length > 0 and address < self.read_base), "OOB")

    def add(self, address: int, value: int) -> int:
        """i32.atomic.rmw.add: the old value."""
        trap_if(address % 4 != 0, "ATOM")
        self.check(address, 4, R | W)
        old = int.from_bytes(self.peek(address, 4), "little")
        self.poke(address, ((old + value) % 2**32).to_bytes(4, "little"))
        return old

    def atomic_load(self, address: int) -> int:
        """i32.atomic.load"""
        trap_if(address % 4 != 0, "ATOM")
        return int.from_bytes(self.load(address, 4), "little")

    def wait(self, address: int, expected: int) -> int:
        """memory.atomic.wait32 that ends at once: 1 where the value is another, 2 since nobody wakes it."""
        trap_if(address % 4 != 0, "ATOM")
        self.check_static(address, 4)
        trap_if(not self.shared, "SHARED")
        return 2 if int.from_bytes(self.load(address, 4), "little") == expected else 1

    def notify(self, address: int) -> int:
        """memory.atomic.notify: nobody waits."""
        trap_if(address % 4 != 0, "ATOM")
        self.check_static(address, 4)
        return 0

    def fill(self, address: int, value: int, length: int) -> None:
        self.check(address, length, W)
        self.poke(address, bytes([value & 0xFF]) * length)

    def copy(self, address: int, source: Memory, source_address: int, length: int) -> None:
        trap_if(address + length > self.length, "OOB")
        trap_if(source_address + length > source.length, "OOB")
        source.check(source_address, length, R)
        self.check(address, length, W)
        self.poke(address, source.peek(source_address, length))

    def init(self, address: int, segment: bytes, offset: int, length: int) -> None:
        trap_if(offset + length > len(segment), "OOB")
        self.check(address, length, W)
        self.poke(address, segment[offset : offset + length])

    def grow(self, delta: int) -> int:
        most = min(2**self.address_bits // self.page_size, 2**self.address_bits - 1)
        if self.maximum is not None:
            most = min(most, self.noaccess + self.readonly + self.maximum)
        if self.size + delta > most:
            return -1
        self.size += delta
        return self.size - delta

    # Sections 5 and 6

    def align(self, address: int, length: int) -> None:
        """Step 2 of all four instructions."""
        unaligned = address % self.page_size or length % self.page_size
        trap_if(self.profile == "trap" and unaligned != 0, "ALIGN")

    def rounded(self, address: int, length: int) -> tuple[int, int]:
        """The range in whole pages around one, again as address and length."""
        start = address - address % self.page_size
        return start, address + length + -(address + length) % self.page_size - start

    def discard(self, address: int, length: int) -> None:
        self.align(address, length)  # 2
        trap_if(address + length > self.length, "OOB")  # 3
        if length == 0:  # 4
            return
        start, length = self.rounded(address, length)
        self.check(start, length, W)  # 5
        self.clear(start, length)  # 6

    def page_range(self, address: int, length: int) -> tuple[int, int, range]:
        """Steps 2 to 6: the rounded range, and its pages."""
        self.align(address, length)  # 2
        trap_if(length == 0, "RANGE")  # 3
        trap_if(address + length > self.length, "OOB")  # 4
        start, length = self.rounded(address, length)  # 5
        trap_if(start < self.write_base, "OOB")  # 6
        return start, length, self.dynamic(start, length)

    def map(self, address: int, length: int, protection: int) -> int:
        start, length, pages = self.page_range(address, length)
        trap_if(any(page in self.pages for page in pages), "MAPPED")  # 7
        self.pages.update(dict.fromkeys(pages, protection))  # 9
        return start  # 10

    def unmap(self, address: int, length: int) -> None:
        start, length, pages = self.page_range(address, length)
        for page in pages:  # 7
            self.pages.pop(page, None)
        self.clear(start, length)

    def protect(self, address: int, length: int, protection: int) -> None:
        _, _, pages = self.page_range(address, length)
        trap_if(any(page not in self.pages for page in pages), "PROT")  # 7
        self.pages.update(dict.fromkeys(pages, protection))  # 9

    # The contents, unchecked

    def peek(self, address: int, length: int) -> bytes:
        return bytes(self.contents.get(at, 0) for at in range(address, address + length))

    def poke(self, address: int, data: bytes) -> None:
        self.clear(address, len(data))
        self.contents.update((address + at, byte) for at, byte in enumerate(data) if byte)

    def clear(self, address: int, length: int) -> None:
        if length < len(self.contents):
            for at in range(address, address + length):
                self.contents.pop(at, None)
        else:
            self.contents = {at: byte for at, byte in self.contents.items() if not address <= at < address + length}


@dataclass(frozen=True, slots=True)
class Segment:
    """An active data segment; where it says no protection, that is `read`."""

    memory: Memory
    offset: int
    data: bytes
    protection: int = READ


def instantiate(memories: Iterable[Memory], segments: Iterable[Segment]) -> None:
    """Section 7, for an instance that defines or imports `memories`."""
    fresh: set[tuple[int, int]] = set()  # the pages that this instantiation mapped, with the memory's identity
    try:
        for each in segments:
            place(each, fresh)
    finally:
        for memory in memories:
            memory.sealed = True


def place(segment: Segment, fresh: set[tuple[int, int]]) -> None:
    """Steps a to h of one segment."""
    memory, offset, data = segment.memory, segment.offset, segment.data
    trap_if(offset + len(data) > memory.length, "OOB")  # a
    if not data:  # b
        return
    trap_if(offset < memory.read_base, "OOB")  # c
    trap_if(memory.sealed and offset < memory.write_base, "OOB")  # d
    pages = memory.dynamic(offset, len(data))
    for page in pages:  # e
        before = page in memory.pages and (id(memory), page) not in fresh
        trap_if(before and not memory.pages[page] & W, "PROT")
    for page in pages:  # g
        if page not in memory.pages:
            fresh.add((id(memory), page))
        if (id(memory), page) in fresh:
            memory.pages[page] = memory.pages.get(page, NONE) | segment.protection
    memory.poke(offset, data)  # h

"""Memories: bounds, growth, views that the host holds, limits, and storage of both kinds."""

import sys
import tracemalloc

import pytest

from quire.engine import types as t
from quire.engine.errors import Exhausted, Trap
from quire.engine.runtime.limits import HostLimits
from quire.engine.runtime.memory import PIECE, Memory
from quire.engine.runtime.storage import RESERVES, SYSTEM_PAGE, PlainStorage, pages_present, reserve
from quire.engine.runtime.store import Store

PAGE = t.PAGE_SIZE


def memory(minimum: int = 1, maximum: int | None = None, limits: HostLimits | None = None) -> Memory:
    return Memory(Store(limits), t.MemoryType(t.Limits(minimum, maximum)))


@pytest.mark.parametrize(("address", "count"), [(PAGE, 1), (PAGE - 3, 4), (1 << 40, 0), (0, PAGE + 1)])
def test_an_access_beyond_the_size_traps_and_changes_nothing(address: int, count: int) -> None:
    subject = memory()
    for access in (lambda: subject.load(address, count), lambda: subject.store(address, b"x" * count)):
        with pytest.raises(Trap, match="out of bounds memory access"):
            access()
    assert bytes(subject.data) == bytes(PAGE)


def test_an_access_up_to_the_last_byte_and_an_empty_one_at_the_size_succeed() -> None:
    subject = memory()
    subject.store(PAGE - 4, b"abcd")
    assert bytes(subject.load(PAGE - 4, 4)) == b"abcd"
    assert bytes(subject.load(PAGE, 0)) == b""


def test_copies_within_a_memory_may_overlap() -> None:
    subject = memory()
    subject.store(0, b"abcdef")
    subject.copy(2, subject, 0, 4)
    assert bytes(subject.load(0, 6)) == b"ababcd"
    subject.copy(0, subject, 2, 4)
    assert bytes(subject.load(0, 6)) == b"abcdcd"


def test_a_fill_of_any_length_allocates_little() -> None:
    subject = memory(8 * PIECE // PAGE)
    tracemalloc.start()
    try:
        subject.fill(1, 7, 8 * PIECE - 2)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * PIECE
    assert bytes(subject.data) == b"\0" + b"\7" * (8 * PIECE - 2) + b"\0"


@pytest.mark.parametrize(
    ("entries", "pages"),
    [
        ([], 0),
        ([1 << 55] * 3, 0),
        ([1 << 63 | 5] * 3, 3),
        ([1 << 62] * 3, 3),
        ([0, 1 << 63, 1 << 62, 1 << 55], 2),
        ([1 << 63, 0], 1),
    ],
)
def test_pages_in_memory_or_swap_count_as_resident(entries: list[int], pages: int) -> None:
    assert pages_present(b"".join(entry.to_bytes(8, sys.byteorder) for entry in entries)) == pages


def test_growth_keeps_the_bytes_and_tells_the_old_size() -> None:
    subject = memory(1, 3)
    subject.store(10, b"kept")
    assert [subject.grow(1), subject.grow(0), subject.grow(2), subject.grow(1)] == [1, 2, -1, 2]
    assert (subject.size, bytes(subject.load(10, 4)), bytes(subject.load(3 * PAGE - 4, 4))) == (3, b"kept", bytes(4))


def test_a_memory_grows_while_the_host_holds_a_view() -> None:
    subject = memory()
    view = subject.data
    assert subject.grow(1) == 1
    assert (len(view), len(subject.data)) == (PAGE, 2 * PAGE)


def test_the_limit_of_the_host_counts_all_memories_and_what_they_grow() -> None:
    store = Store(HostLimits(memory=3 * PAGE))
    subject = Memory(store, t.MemoryType(t.Limits(2)))
    assert [subject.grow(2), subject.grow(1), subject.grow(1)] == [-1, 2, -1]
    with pytest.raises(Exhausted, match="memory limit exceeded"):
        Memory(store, t.MemoryType(t.Limits(1)))


def test_a_memory_without_room_for_growth_moves() -> None:
    subject = memory()
    subject.storage = PlainStorage(PAGE)
    subject.data = subject.storage.view(PAGE)
    subject.store(0, b"moved")
    assert subject.grow(1) == 1
    assert bytes(subject.load(0, 5)) == b"moved"


@pytest.mark.parametrize(
    "reserves", [False, pytest.param(True, marks=pytest.mark.skipif(not RESERVES, reason="Linux"))]
)
@pytest.mark.parametrize(("start", "end"), [(1, 5), (SYSTEM_PAGE - 1, 3 * SYSTEM_PAGE + 1), (0, 4 * SYSTEM_PAGE)])
def test_clearing_makes_the_range_zero_and_nothing_else(reserves: bool, start: int, end: int) -> None:
    length = 4 * SYSTEM_PAGE
    storage = reserve(length, length, "a test", reserves=reserves)
    view = storage.view(length)
    view[:] = b"\xff" * length
    storage.clear(start, end)
    assert bytes(view) == b"\xff" * start + bytes(end - start) + b"\xff" * (length - end)


def test_more_than_any_system_has_is_refused() -> None:
    with pytest.raises(Exhausted, match="out of memory"):
        reserve(1 << 62, 1 << 62, "a test")

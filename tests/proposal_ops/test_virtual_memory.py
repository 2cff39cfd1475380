"""Virtual memories seen from the host: reports, regions, costs, and bytes of the host in them."""

import threading
from pathlib import Path

import pytest

import quire
from quire.engine import types as t
from quire.engine.errors import Exhausted, Trap
from quire.engine.runtime import storage
from quire.engine.runtime.limits import HostLimits
from quire.engine.runtime.memory import Memory
from quire.engine.runtime.storage import RESERVES, ReservedStorage, SparseStorage
from quire.engine.runtime.store import Store
from quire.proposal_ops import instruction_set
from quire.proposal_ops.memory_control.host_mappings import map_object
from quire.proposal_ops.memory_control.operations import discard
from quire.proposal_ops.memory_control.protection import Protection
from quire.proposal_ops.memory_control.virtual_memory import VirtualMemory

NONE, READ, READWRITE = Protection
VIOLATION = "memory protection violation: {}"
PAGE = t.PAGE_SIZE
CONTROL = instruction_set(["memory-control", "threads"])


def memory(pages: int = 8, limits: HostLimits | None = None, page_size: int = PAGE, **attributes: int) -> VirtualMemory:
    type_ = t.MemoryType(t.Limits(pages, 1 << 28), t.I64, page_size=page_size)
    for name, value in {"virtual": 1, **attributes}.items():
        type_ = type_.with_attribute(name, value)
    made = CONTROL.memory_class(type_)(Store(limits), type_, CONTROL.fixed_pages(type_), "memory 0 $heap")
    assert isinstance(made, VirtualMemory)
    return made


@pytest.fixture(params=["reserved", "sparse"])
def backing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each kind of storage by force; what is decided by the system otherwise."""
    if request.param == "sparse":
        monkeypatch.setattr(storage.reserve_sparsely, "__kwdefaults__", {"reserves": False})
    elif not RESERVES:
        pytest.skip("this system reserves no address space")
    return str(request.param)


def test_the_storage_is_the_forced_one(backing: str) -> None:
    assert isinstance(memory().storage, ReservedStorage if backing == "reserved" else SparseStorage)


@pytest.mark.parametrize("pages", [1 << 20, 1 << 26])  # 64 GiB, 4 TiB
def test_a_large_memory_takes_what_is_touched(backing: str, pages: int) -> None:
    subject = memory(pages)
    top = (pages - 1) * PAGE
    assert subject.map(top, PAGE, READWRITE, "a test") == top
    subject.store(top + 5, b"far")
    assert bytes(subject.load(top + 4, 5)) == b"\0far\0"
    assert subject.storage.resident(top, top + PAGE) <= PAGE
    subject.unmap(top, PAGE, "a test")
    subject.map(top, PAGE, READ, "a test")
    assert bytes(subject.load(top, 16)) == bytes(16)


@pytest.mark.skipif(not RESERVES, reason="needs a system that tells what is resident")
@pytest.mark.parametrize("give_back", ["discard", "unmap"])
def test_resident_memory_is_given_back(give_back: str) -> None:
    subject = memory(256)
    size = 256 * PAGE
    subject.map(0, size, READWRITE, "a test")
    subject.fill(0, 7, size)
    assert subject.storage.resident(0, size) == size
    if give_back == "discard":
        discard(subject, 0, size)
    else:
        subject.unmap(0, size, "a test")
    assert subject.storage.resident(0, size) == 0


@pytest.mark.skipif(not RESERVES, reason="needs a system that tells what is resident")
def test_a_plain_memory_gives_discarded_pages_back_too() -> None:
    type_ = t.MemoryType(t.Limits(16))
    subject = CONTROL.memory_class(type_)(Store(), type_)
    subject.fill(0, 1, 16 * PAGE)
    discard(subject, PAGE, 14 * PAGE)
    assert subject.storage.resident(0, 16 * PAGE) == 2 * PAGE
    assert bytes(subject.load(PAGE - 1, 2)) == b"\1\0"


@pytest.mark.parametrize(
    ("write", "address", "count", "told"),
    [
        (False, 8, 4, "out of bounds memory access: {} of 4 bytes at 0x8 in {}: 0x0-0xffff is noaccess by the type"),
        (True, PAGE, 1, "out of bounds memory access: {} of 1 byte at 0x10000 in {}: 0x10000-0x1ffff is readonly"),
        (True, 3 * PAGE, 1, f"{VIOLATION} of 1 byte at 0x30000 in {{}}: pages 0x20000-0x3ffff are read, set by a test"),
        (
            False,
            4 * PAGE - 2,
            4,
            f"{VIOLATION} of 4 bytes at 0x3fffe in {{}}: pages 0x40000-0x9ffff are unmapped, never",
        ),
    ],
)
def test_reports_tell_what_stands_there_and_who_set_it(write: bool, address: int, count: int, told: str) -> None:
    subject = memory(noaccess=1, readonly=1)
    subject.end_instantiation()
    subject.map(2 * PAGE, 2 * PAGE, READ, "a test")
    with pytest.raises(Trap) as raised:
        subject.store(address, bytes(count)) if write else subject.load(address, count)
    assert str(raised.value).startswith(told.format("access", "memory 0 $heap"))


def test_regions_cover_the_whole_memory() -> None:
    subject = memory(4, noaccess=1, readonly=2)
    subject.map(4 * PAGE, PAGE, READWRITE, "a test")
    told = [(region.start // PAGE, region.end // PAGE, region.state) for region in subject.regions()]
    assert told == [
        (0, 1, "noaccess"), (1, 3, "readonly"), (3, 4, "unmapped"), (4, 5, "readwrite"), (5, 7, "unmapped"),
    ]  # fmt: skip


def test_the_limit_of_the_host_counts_mapped_pages() -> None:
    subject = memory(limits=HostLimits(memory=2 * PAGE))
    subject.map(0, 2 * PAGE, READ, "a test")
    with pytest.raises(Trap, match="memory mapping failed"):
        subject.map(2 * PAGE, PAGE, READ, "a test")
    subject.unmap(0, PAGE, "a test")
    subject.map(2 * PAGE, PAGE, READ, "a test")


def test_what_is_refused_leaves_nothing_charged() -> None:
    type_ = t.MemoryType(t.Limits(1), t.I64)
    store = Store(HostLimits(memory=1 << 62))
    plain = CONTROL.memory_class(type_)(store, type_)
    for refused in (plain, memory(1, limits=HostLimits(memory=1 << 62))):
        before = refused.owner.memory_used
        assert refused.grow(1 << 45) == -1
        assert refused.owner.memory_used == before
    with pytest.raises(Exhausted, match="out of memory"):
        Memory(store, t.MemoryType(t.Limits(1 << 45), t.I64))
    assert store.memory_used == PAGE


def test_more_address_space_than_there_is_is_refused(backing: str) -> None:
    with pytest.raises(Exhausted, match="out of memory"):
        memory(1 << 27)


def test_what_is_mapped_moves_when_the_reservation_is_too_small(backing: str) -> None:
    subject = memory(2)
    subject.map(PAGE, PAGE, READWRITE, "a test")
    subject.store(PAGE, b"kept")
    subject.storage.capacity = 2 * PAGE
    assert subject.grow(1 << 20) == 2
    assert bytes(subject.load(PAGE, 4)) == b"kept"


class TestBytesOfTheHost:
    def test_two_mappings_of_one_object_alias_each_other(self, backing: str) -> None:
        ring, subject = bytearray(PAGE), memory()
        for address in (0, PAGE):
            assert map_object(subject, ring, address, READWRITE, "share") == address
        subject.store(PAGE - 2, b"wrap")
        assert bytes(subject.load(0, 2)) == b"ap"
        assert (ring[:2], ring[-2:]) == (b"ap", b"wr")
        ring[5] = 9
        assert bytes(subject.load(PAGE + 5, 1)) == b"\t"
        assert subject.location(3) == subject.location(PAGE + 3) != subject.location(4)

    def test_two_slices_of_one_object_are_two_places(self) -> None:
        whole, subject = memoryview(bytearray(2 * PAGE)), memory()
        for page, part in enumerate((whole[:PAGE], whole[PAGE:], whole[16:PAGE])):
            map_object(subject, part, page * PAGE, READWRITE, "share")
        assert subject.location(3) != subject.location(PAGE + 3)
        assert subject.location(16) == subject.location(2 * PAGE)

    def test_copies_read_everything_before_they_write(self) -> None:
        ring, subject = bytearray(b"abcdefgh" + bytes(PAGE - 8)), memory()
        map_object(subject, ring, 0, READWRITE, "share")
        map_object(subject, ring, PAGE, READWRITE, "share")
        subject.copy(2, subject, PAGE, 6)
        assert ring[:8] == b"ababcdef"

    def test_behind_the_end_of_the_object_are_private_zeros(self, backing: str) -> None:
        short, subject = bytearray(b"short"), memory()
        map_object(subject, short, PAGE, READWRITE, "share")
        assert bytes(subject.load(PAGE, 8)) == b"short\0\0\0"
        subject.store(PAGE + 4, b"T!!")
        assert short == b"shorT"
        assert bytes(subject.load(PAGE, 8)) == b"shorT!!\0"
        discard(subject, PAGE, 1)
        assert (short, bytes(subject.load(PAGE, 8))) == (bytes(5), bytes(8))

    def test_a_snapshot_is_private(self, tmp_path: Path, backing: str) -> None:
        file = tmp_path / "data"
        file.write_bytes(b"0123456789")
        subject = memory()
        map_object(subject, file, 0, READWRITE, "copy", offset=2, length=4)
        subject.store(0, b"x")
        assert file.read_bytes() == b"0123456789"
        assert bytes(subject.load(0, 6)) == b"x345\0\0"

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            ({"address": 1}, "unaligned memory access"),
            ({"offset": 2, "length": 4}, "invalid memory range"),
            ({"length": 0}, "invalid memory range"),
            ({"address": 8 * PAGE}, "out of bounds memory access"),
            ({"address": 7 * PAGE}, "memory already mapped"),
            ({"source": b"const"}, "memory mapping failed"),
        ],
    )
    def test_what_cannot_be_mapped_is_refused_and_changes_nothing(
        self, arguments: dict[str, object], reason: str
    ) -> None:
        subject = memory()
        subject.map(7 * PAGE, PAGE, READ, "a test")
        before = subject.regions()
        defaults = {"source": bytearray(5), "address": 0, "protection": READWRITE, "sharing": "share"}
        with pytest.raises(Trap, match=reason):
            map_object(subject, **{**defaults, **arguments})  # type: ignore[arg-type]
        assert subject.regions() == before

    def test_mapping_is_a_single_step_of_a_shared_memory(self, monkeypatch: pytest.MonkeyPatch) -> None:
        subject, held = memory(), threading.Lock()
        seen = []
        monkeypatch.setattr(subject, "lock", held)
        monkeypatch.setattr(subject, "set_state", lambda run: seen.append(held.locked()))
        map_object(subject, bytearray(4), 0, READWRITE, "share")
        assert seen == [True]

    def test_a_read_only_object_stays_so(self) -> None:
        subject = memory()
        map_object(subject, b"const", 0, READ, "share")
        with pytest.raises(Trap, match="memory mapping failed"):
            subject.protect(0, PAGE, READWRITE, "a test")
        subject.protect(0, PAGE, NONE, "a test")

    def test_a_file_is_not_shared_by_its_path(self, tmp_path: Path) -> None:
        with pytest.raises(TypeError, match="cut short"):
            map_object(memory(), tmp_path / "data", 0, READ, "share")


def test_a_trap_whose_operand_is_a_checked_load_is_told_alike():
    """To tell it, the load is evaluated again, with what it says of the range that is open."""
    text = """(module (memory i64 virtual 2 (pagesize 1)) (data (i64.const 0) (prot readwrite) "\\00\\00")
        (func (export "f") (drop (memory.map read (i64.load16_u (i64.const 0)) (i64.const 2)))))"""
    traps = []
    for tier in ("reference", "fast"):
        with pytest.raises(quire.Trap, match="^memory already mapped") as caught:
            quire.instantiate(text, tier=tier).exports.f()
        traps.append(str(caught.value))
    assert traps[0] == traps[1]

"""Pages seen and set by the host: the rules and the texts are the guest's, the errors are not."""

from pathlib import Path

import pytest

import quire

PAGE = 65536
TEXT = """
(module
  (memory $heap (export "heap") virtual 4 8 (noaccess 1) (readonly 1))
  (memory (export "plain") 1)
  (data (memory $heap) (i32.const 65536) "constant")
  (func (export "load") (param i32) (result i32) (i32.load8_u $heap (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 $heap (local.get 0) (local.get 1)))
  (func $seal (export "seal") (memory.protect $heap read (i32.const 0x20000) (i32.const 1))))
"""


@pytest.fixture
def guest() -> quire.Instance:
    return quire.instantiate(TEXT)


def test_what_the_host_maps_the_guest_may_use_and_the_other_way_round(guest: quire.Instance) -> None:
    heap = guest.exports.heap
    assert heap.map(2 * PAGE + 5, 1) == 2 * PAGE
    guest.exports.store(2 * PAGE, 7)
    assert heap.read(2 * PAGE, 2) == b"\7\0"
    heap.protect(2 * PAGE, 1, "none")
    with pytest.raises(quire.Trap, match="memory protection violation.*set by the host"):
        guest.exports.load(2 * PAGE)
    heap.protect(2 * PAGE, 1, "read")
    heap.unmap(2 * PAGE, 1)
    with pytest.raises(quire.MemoryAccessError, match="memory protection violation.*unmapped, set by the host"):
        heap.read(2 * PAGE, 1)


def test_the_host_follows_the_protections_of_the_guest(guest: quire.Instance) -> None:
    heap = guest.exports.heap
    heap.map(2 * PAGE, PAGE)
    guest.exports.seal()
    with pytest.raises(quire.MemoryAccessError) as raised:
        heap.write(2 * PAGE, b"x")
    assert str(raised.value).startswith(
        "memory protection violation: write of 1 byte at 0x20000 in memory 0 $heap: pages 0x20000-0x2ffff are read, "
        "set by memory.protect in func 2 $seal at line"
    )
    with pytest.raises(quire.MemoryAccessError, match="out of bounds memory access.*readonly"):
        heap.write(PAGE, b"x")
    with pytest.raises(quire.MemoryAccessError, match="out of bounds memory access.*noaccess"):
        heap.read(0, 1)
    assert heap.read(PAGE, 8) == b"constant"


def test_regions_and_costs(guest: quire.Instance) -> None:
    heap = guest.exports.heap
    heap.map(3 * PAGE, PAGE, "read")
    assert [(region.start // PAGE, region.end // PAGE, region.state) for region in heap.regions()] == [
        (0, 1, "noaccess"),
        (1, 2, "readonly"),
        (2, 3, "unmapped"),
        (3, 4, "read"),
        (4, 6, "unmapped"),
    ]
    stats = heap.stats()
    assert stats.mapped == 2 * PAGE
    assert stats.reserved >= heap.data_len
    assert 0 < stats.resident <= 2 * PAGE
    assert [region.state for region in guest.exports.plain.regions()] == ["readwrite"]


def test_bytes_of_the_host(guest: quire.Instance, tmp_path: Path) -> None:
    heap, ring = guest.exports.heap, bytearray(PAGE)
    for page in (2, 3):
        assert heap.map_object(ring, page * PAGE, sharing="share") == page * PAGE
    guest.exports.store(2 * PAGE + 9, 42)
    assert (ring[9], guest.exports.load(3 * PAGE + 9)) == (42, 42)
    file = tmp_path / "file"
    file.write_bytes(b"on disk")
    heap.map_object(file, 4 * PAGE)
    guest.exports.store(4 * PAGE, ord("O"))
    assert heap.read(4 * PAGE, 8) == b"On disk\0"
    assert file.read_bytes() == b"on disk"


def test_discard_works_on_a_plain_memory(guest: quire.Instance) -> None:
    plain = guest.exports.plain
    plain.write(5, b"gone")
    plain.discard(0, 1)
    assert plain.read(5, 4) == bytes(4)


def test_the_alignment_profile_holds_for_the_host_too() -> None:
    memory = quire.instantiate(TEXT, settings={"alignment": "trap"}).exports.heap
    with pytest.raises(quire.MemoryAccessError, match="unaligned memory access"):
        memory.map(2 * PAGE + 5, 1)


def test_wrong_calls_are_told(guest: quire.Instance) -> None:
    with pytest.raises(TypeError, match="memory 1 is not virtual"):
        guest.exports.plain.map(0, PAGE)
    for access in ("rw", "READ", 3, None):
        with pytest.raises(ValueError, match="none, read or readwrite"):
            guest.exports.heap.map(2 * PAGE, PAGE, access)
    with pytest.raises(ValueError, match="'copy' or 'share'"):
        guest.exports.heap.map_object(b"x", 2 * PAGE, sharing="steal")
    with pytest.raises(quire.MemoryAccessError, match="out of bounds"):
        guest.exports.heap.map(-PAGE, PAGE)

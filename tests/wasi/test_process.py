"""Arguments, environment, clocks, randomness and exit."""

import pytest

from quire.wasi import Clock, ClockId, Errno, Exit


def strings(guest, what):
    """What `args` or `environ` functions yield, as a program reads them."""
    assert guest.call(f"{what}_sizes_get", 0, 4) is Errno.SUCCESS
    count, size = guest.u32(0), guest.u32(4)
    pointers, buffer = guest.put(bytes(4 * count)), guest.put(bytes(size))
    assert guest.call(f"{what}_get", pointers, buffer) is Errno.SUCCESS
    found = []
    for number in range(count):
        address = guest.u32(pointers + 4 * number)
        found.append(bytes(guest.memory.data[address : guest.memory.data.index(0, address)]))
    assert guest.memory.load(buffer, size) == b"".join(each + b"\0" for each in found)
    return found


def test_arguments(make):
    guest = make(["program", "", "two words", b"\xff", "\N{SNOWMAN}", "\udcfe"])
    assert strings(guest, "args") == [b"program", b"", b"two words", b"\xff", b"\xe2\x98\x83", b"\xfe"]


def test_no_arguments(make):
    assert strings(make(), "args") == []
    assert strings(make(), "environ") == []


def test_environment(make):
    assert strings(make(env={"A": "1", "EMPTY": "", "B": "x=y"}), "environ") == [b"A=1", b"EMPTY=", b"B=x=y"]


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"args": ["a\0b"]}, "NUL"),
        ({"env": {"A": "a\0b"}}, "NUL"),
        ({"env": {"": "a"}}, "environment variable"),
        ({"env": {"A=B": "a"}}, "environment variable"),
    ],
)
def test_what_cannot_be_told_is_refused(make, given, complaint):
    with pytest.raises(ValueError, match=complaint):
        make(**given)


@pytest.mark.parametrize("name", ["args", "environ"])
def test_pointers_are_checked_before_anything_is_written(make, name):
    guest = make(["program", "argument"], {"A": "1", "B": "2"})
    end = len(guest.memory.data)
    before = bytes(guest.memory.data)
    for operands in [(end - 4, 0), (0, end - 1), (0xFFFFFFFF, 0), (0, 0xFFFFFFFF)]:
        assert guest.call(f"{name}_get", *operands) is Errno.FAULT
    for operands in [(end - 3, 0), (0, end - 3)]:
        assert guest.call(f"{name}_sizes_get", *operands) is Errno.FAULT
    assert bytes(guest.memory.data) == before


def test_clocks(guest):
    for clock in ClockId:
        assert guest.call("clock_time_get", clock, 1, 8) is Errno.SUCCESS
        assert guest.u64(8) == 1_000 + clock * 1_000_000_000
        assert guest.call("clock_res_get", clock, 16) is Errno.SUCCESS
        assert guest.u64(16) == clock + 1


@pytest.mark.parametrize("unknown", [4, 0xFFFFFFFF])
def test_unknown_clocks(guest, unknown):
    assert guest.call("clock_time_get", unknown, 0, 8) is Errno.INVAL
    assert guest.call("clock_res_get", unknown, 8) is Errno.INVAL


def test_the_clocks_of_the_host():
    clock = Clock()
    for each in ClockId:
        first = clock.now(each)
        assert 0 <= first <= clock.now(each)
        assert clock.resolution(each) >= 1
    before = clock.now(ClockId.MONOTONIC)
    clock.sleep(1_000_000)
    assert clock.now(ClockId.MONOTONIC) >= before + 1_000_000


def test_random(guest):
    buffer = guest.put(bytes(300_000))
    assert guest.call("random_get", buffer, 200_000) is Errno.SUCCESS
    pieces = bytes(index & 255 for index in range(65536)) * 4
    assert guest.memory.load(buffer, 200_001) == pieces[:200_000] + b"\0"
    assert guest.call("random_get", 0, 0) is Errno.SUCCESS
    assert guest.call("random_get", len(guest.memory.data) - 1, 2) is Errno.FAULT


def test_random_bytes_of_the_host(make):
    guest = make()
    assert guest.call("random_get", 0, 64) is Errno.SUCCESS
    assert any(guest.memory.load(0, 64))


def test_exit(guest):
    with pytest.raises(Exit) as raised:
        guest.call("proc_exit", 3)
    assert raised.value.status == 3


def test_signals_and_yielding(guest):
    assert guest.call("proc_raise", 6) is Errno.NOSYS
    assert guest.call("sched_yield") is Errno.SUCCESS

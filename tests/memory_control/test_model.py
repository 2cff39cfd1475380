"""Engine and model side by side: the same operations, the same results, traps, contents and page states.

The engine runs real instructions, through the functions of one module with memories of several kinds. Operations come
from hypothesis, which shrinks what differs to a few, and from seeded chance, which runs many.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import quire
from quire.engine.tiers import TIERS
from quire.spec_tests.memory_control import model

FEATURES = ("memory-control", "custom-page-sizes")
STEPS = 50_000  # of each tier, under the two profiles together
ROUNDS = 10  # as many pairs under each
BETWEEN = 100  # steps before the next instance comes, and all is compared
DATA = bytes(range(0x80, 0x98))  # the passive segment of the module
SAID = ("", "none", "read", "readwrite")  # by a segment
PROTECTIONS = {"none": model.NONE, "read": model.READ, "readwrite": model.READWRITE}
NAMES = {value: name for name, value in PROTECTIONS.items()}

Seed = tuple[tuple[str, int, int, int, str], ...]
"""Active segments: the memory's name, a page and a distance from it, a length, a protection or nothing."""


@dataclass(frozen=True)
class Kind:
    """A memory of the module."""

    name: str
    minimum: int
    maximum: int
    noaccess: int = 0
    readonly: int = 0
    virtual: bool = False
    page_size: int = 65536
    address_bits: int = 32

    @property
    def at(self) -> str:
        return f"i{self.address_bits}"

    @property
    def type(self) -> str:
        words = [self.at, *(["virtual"] if self.virtual else []), f"{self.minimum} {self.maximum}"]
        return " ".join([*words, f"(pagesize {self.page_size}) (noaccess {self.noaccess}) (readonly {self.readonly})"])

    def model(self, profile: str) -> model.Memory:
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "name"}
        return model.Memory(**fields, profile=profile)

    def address(self, page: int, distance: int) -> int:
        """One at some distance from a page's begin; before the first page are the last addresses of all."""
        return (page * self.page_size + distance) % 2**self.address_bits


KINDS = (
    Kind("plain", 2, 4),
    Kind("static", 1, 2, noaccess=1, readonly=1),
    Kind("virtual", 5, 8, noaccess=1, readonly=1, virtual=True),
    Kind("long", 5, 8, virtual=True, address_bits=64),
    Kind("bytes", 20, 40, noaccess=3, readonly=4, virtual=True, page_size=1),
    Kind("all", 24, 48, readonly=9, virtual=True, page_size=1, address_bits=64),
)
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
LOADS = {"i32.load8_u": 1, "i64.load16_u": 2, "i32.load": 4, "i64.load": 8, "v128.load": 16}
STORES = {"i32.store8": 1, "i64.store16": 2, "i32.store": 4, "i64.store": 8, "v128.store": 16}


def functions(kind: Kind) -> Iterable[str]:
    """What the module exports to use one memory."""
    at, name = kind.at, kind.name
    two, three = "(local.get 0) (local.get 1)", "(local.get 0) (local.get 1) (local.get 2)"

    def function(export: str, types: str, body: str) -> str:
        return f'(func (export "{name}.{export}") {types} {body})'

    for op in LOADS:
        yield function(op, f"(param {at}) (result {op[: op.index('.')]})", f"({op} ${name} (local.get 0))")
    for op in STORES:
        yield function(op, f"(param {at} {op[: op.index('.')]})", f"({op} ${name} {two})")
    if kind.virtual:
        for p in PROTECTIONS:
            yield function(f"map {p}", f"(param {at} {at}) (result {at})", f"(memory.map ${name} {p} {two})")
            yield function(f"protect {p}", f"(param {at} {at})", f"(memory.protect ${name} {p} {two})")
        yield function("unmap", f"(param {at} {at})", f"(memory.unmap ${name} {two})")
    yield function("discard", f"(param {at} {at})", f"(memory.discard ${name} {two})")
    yield function("fill", f"(param {at} i32 {at})", f"(memory.fill ${name} {three})")
    yield function("init", f"(param {at} i32 i32)", f"(memory.init ${name} $data {three})")
    yield function("grow", f"(param {at}) (result {at})", f"(memory.grow ${name} (local.get 0))")
    yield function("size", f"(result {at})", f"(memory.size ${name})")
    for source in KINDS:
        length = min(at, source.at)  # i32 unless both have i64 addresses
        types = f"(param {at} {source.at} {length})"
        yield function(f"copy {source.name}", types, f"(memory.copy ${name} ${source.name} {three})")


def segment_text(kind: Kind, offset: int, data: bytes, protection: str) -> str:
    prot = f"(prot {protection})" if kind.virtual and protection else ""
    escaped = "".join(f"\\{byte:02x}" for byte in data)
    return f'(data (memory ${kind.name}) ({kind.at}.const {offset}) {prot} "{escaped}")'


MEMORIES = "\n".join(f'(memory ${kind.name} (export "{kind.name}") {kind.type})' for kind in KINDS)
IMPORTS = "\n".join(
    f'(import "driver" "{kind.name}" (memory ${kind.name} {replace(kind, minimum=0).type}))' for kind in KINDS
)
PASSIVE = '(data $data "' + "".join(f"\\{byte:02x}" for byte in DATA) + '")'
FUNCTIONS = "\n".join(function for kind in KINDS for function in functions(kind))


def outcome(action: Callable[[], Any]) -> tuple[str, Any]:
    """What an operation gave, on either side."""
    try:
        return "result", action()
    except quire.Trap as trap:
        return "trap", trap.reason
    except model.ModelTrap as trap:
        return "trap", model.TEXTS[trap.code]


def unsigned(came: tuple[str, Any], bits: int) -> tuple[str, Any]:
    return (came[0], came[1] % 2**bits) if isinstance(came[1], int) else came


class Pair:
    """The memories in the engine, and the same ones in the model."""

    def __init__(self, profile: str, seed: Seed = (), tier: str | None = None) -> None:
        """Segments fill the memories before they are sealed. Raises ModelTrap where one traps on both sides."""
        self.models = {kind.name: kind.model(profile) for kind in KINDS}
        texts, segments = self._segments(seed)
        text = "\n".join(["(module", MEMORIES, *texts, PASSIVE, FUNCTIONS, ")"])
        made = partial(quire.instantiate, text, features=FEATURES, settings={"alignment": profile}, tier=tier)
        wanted, came = outcome(partial(model.instantiate, self.models.values(), segments)), outcome(made)
        assert came[0] == wanted[0], seed
        if came[0] == "trap":
            assert came == wanted, seed
            raise model.ModelTrap(next(code for code, reason in model.TEXTS.items() if reason == came[1]))
        self.instance: quire.Instance = came[1]
        self.call = {name: self.instance.exports[name] for name in self.instance.exports}

    def _segments(self, seed: Seed) -> tuple[list[str], list[model.Segment]]:
        texts, segments = [], []
        for name, page, distance, length, protection in seed:
            kind = BY_NAME[name]
            offset, data = kind.address(page, distance), bytes((page * 16 + at + 1) % 256 for at in range(length))
            texts.append(segment_text(kind, offset, data, protection))
            segments.append(model.Segment(self.models[name], offset, data, PROTECTIONS[protection or "read"]))
        return texts, segments

    def same(self, name: str, operation: str, arguments: tuple[int, ...], expected: Callable[[], int | None]) -> None:
        """Run an operation on both sides. Results are signed on one of them."""
        came = outcome(partial(self.call[f"{name}.{operation}"], *arguments))
        wanted = outcome(expected)
        bits = 8 * LOADS[operation] if operation in LOADS else self.models[name].address_bits
        assert unsigned(came, bits) == unsigned(wanted, bits), f"{name}.{operation}{arguments}"

    # Operations

    def load(self, name: str, operation: str, address: int) -> None:
        read = partial(self.models[name].load, address, LOADS[operation])
        self.same(name, operation, (address,), lambda: int.from_bytes(read(), "little"))

    def store(self, name: str, operation: str, address: int, value: int) -> None:
        data = value.to_bytes(16, "little")[: STORES[operation]]
        bits = 128 if operation.startswith("v128") else int(operation[1:3])
        self.same(name, operation, (address, value % 2**bits), partial(self.models[name].store, address, data))

    def map(self, name: str, address: int, length: int, protection: str) -> None:
        expected = partial(self.models[name].map, address, length, PROTECTIONS[protection])
        self.same(name, f"map {protection}", (address, length), expected)

    def protect(self, name: str, address: int, length: int, protection: str) -> None:
        expected = partial(self.models[name].protect, address, length, PROTECTIONS[protection])
        self.same(name, f"protect {protection}", (address, length), expected)

    def unmap(self, name: str, address: int, length: int) -> None:
        self.same(name, "unmap", (address, length), partial(self.models[name].unmap, address, length))

    def discard(self, name: str, address: int, length: int) -> None:
        self.same(name, "discard", (address, length), partial(self.models[name].discard, address, length))

    def fill(self, name: str, address: int, value: int, length: int) -> None:
        self.same(name, "fill", (address, value, length), partial(self.models[name].fill, address, value, length))

    def init(self, name: str, address: int, offset: int, length: int) -> None:
        expected = partial(self.models[name].init, address, DATA, offset, length)
        self.same(name, "init", (address, offset, length), expected)

    def copy(self, name: str, source: str, address: int, source_address: int, length: int) -> None:
        expected = partial(self.models[name].copy, address, self.models[source], source_address, length)
        self.same(name, f"copy {source}", (address, source_address, length), expected)

    def grow(self, name: str, delta: int) -> None:
        self.same(name, "grow", (delta,), partial(self.models[name].grow, delta))

    def instantiate(self, seed: Seed) -> None:
        """Another instance imports the memories, and its segments fill them."""
        texts, segments = self._segments(seed)
        text = "\n".join(["(module", IMPORTS, *texts, ")"])
        wanted = outcome(partial(model.instantiate, self.models.values(), segments))
        came = outcome(partial(quire.instantiate, text, {"driver": self.instance}))
        assert came[0] == wanted[0], seed
        assert came[0] == "result" or came == wanted, seed

    # Comparisons

    def compare_sizes(self) -> None:
        for name, memory in self.models.items():
            assert self.call[f"{name}.size"]() == memory.size

    def compare(self) -> None:
        """Sizes, the state of every page as the guest and as the host see it, and all bytes that may be read."""
        self.compare_sizes()
        for name, memory in self.models.items():
            states = model_states(memory)
            assert guest_states(self, name) == states
            assert host_states(self.call[name]) == runs(states, memory.page_size)
            for start, end, state in runs(states, memory.page_size):
                if state in ("read", "readwrite", "readonly"):
                    assert self.call[name].read(start, end - start) == contents(memory, start, end), (
                        f"{name} {start:#x}"
                    )


def model_states(memory: model.Memory) -> list[str]:
    """The state of each page, in the words of the host's interface."""
    states = ["noaccess"] * memory.noaccess + ["readonly"] * memory.readonly
    growable = range(len(states), memory.size)
    if not memory.virtual:
        return states + ["readwrite"] * len(growable)
    return states + [NAMES[memory.pages[page]] if page in memory.pages else "unmapped" for page in growable]


def guest_states(pair: Pair, name: str) -> list[str]:
    """The same, found out by loads, by stores of what is there already, and by protecting what cannot be read."""
    memory, states = pair.models[name], []
    for page in range(memory.size):
        first, last = page * memory.page_size, (page + 1) * memory.page_size - 1
        found = {_guest_state(pair, name, page, address) for address in (first, last)}
        assert len(found) == 1, f"{name}: page {page} is {found}"
        states += found
    return states


def _guest_state(pair: Pair, name: str, page: int, address: int) -> str:
    memory = pair.models[name]
    came, value = outcome(partial(pair.call[f"{name}.i32.load8_u"], address))
    if came == "result":
        stored = outcome(partial(pair.call[f"{name}.i32.store8"], address, value))
        if stored[0] == "result":
            return "readwrite"
        return "readonly" if stored[1] == model.TEXTS["OOB"] else "read"
    if value == model.TEXTS["OOB"]:
        return "noaccess"
    protect = partial(pair.call[f"{name}.protect none"], page * memory.page_size, memory.page_size)
    there = outcome(protect)
    return "none" if there[0] == "result" else "unmapped"


def host_states(memory: quire.Memory) -> list[tuple[int, int, str]]:
    """Runs of one state, whoever set it."""
    found: list[tuple[int, int, str]] = []
    for each in memory.regions():
        if found and found[-1][2] == each.state:
            found[-1] = found[-1][0], each.end, each.state
        else:
            found.append((each.start, each.end, each.state))
    return found


def runs(states: list[str], page_size: int) -> list[tuple[int, int, str]]:
    """Pages of one state next to each other, as bytes [start, end)."""
    found, page = [], 0
    for state, group in groupby(states):
        count = len(list(group))
        found.append((page * page_size, (page + count) * page_size, state))
        page += count
    return found


def contents(memory: model.Memory, start: int, end: int) -> bytes:
    data = bytearray(end - start)
    for address, byte in memory.contents.items():
        if start <= address < end:
            data[address - start] = byte
    return bytes(data)


# By hypothesis

names = st.sampled_from([kind.name for kind in KINDS])
virtual_names = st.sampled_from([kind.name for kind in KINDS if kind.virtual])
pages = st.integers(-1, 12)
distances = st.one_of(st.just(0), st.integers(-17, 17))
counts = st.integers(0, 6)  # pages
few = st.integers(0, 40)  # bytes
protections = st.sampled_from(sorted(PROTECTIONS))
values = st.integers(1, 2**128 - 1)
segments = st.lists(
    st.tuples(names, st.integers(0, 12), st.integers(-9, 17), st.integers(0, 12), protections), max_size=6
)


class Machine(RuleBasedStateMachine):
    """Places are a page and a distance from its begin, lengths some pages and a few bytes more or less."""

    @initialize(profile=st.sampled_from(["round", "trap"]), seed=segments)
    def start(self, profile: str, seed: list[tuple[str, int, int, int, str]]) -> None:
        try:
            self.pair = Pair(profile, tuple(seed))
        except model.ModelTrap:
            self.pair = Pair(profile)

    @rule(name=virtual_names, page=pages, distance=distances, count=counts, more=distances, protection=protections)
    def map(self, name: str, page: int, distance: int, count: int, more: int, protection: str) -> None:
        kind = BY_NAME[name]
        self.pair.map(name, kind.address(page, distance), kind.address(count, more), protection)

    @rule(name=virtual_names, page=pages, count=counts, protection=protections)
    def map_pages(self, name: str, page: int, count: int, protection: str) -> None:
        self.pair.map(name, BY_NAME[name].address(page, 0), BY_NAME[name].address(count, 0), protection)

    @rule(name=virtual_names, page=pages, distance=distances, count=counts, more=distances, protection=protections)
    def protect(self, name: str, page: int, distance: int, count: int, more: int, protection: str) -> None:
        kind = BY_NAME[name]
        self.pair.protect(name, kind.address(page, distance), kind.address(count, more), protection)

    @rule(name=virtual_names, page=pages, distance=distances, count=counts, more=distances)
    def unmap(self, name: str, page: int, distance: int, count: int, more: int) -> None:
        kind = BY_NAME[name]
        self.pair.unmap(name, kind.address(page, distance), kind.address(count, more))

    @rule(name=names, page=pages, distance=distances, count=counts, more=distances)
    def discard(self, name: str, page: int, distance: int, count: int, more: int) -> None:
        kind = BY_NAME[name]
        self.pair.discard(name, kind.address(page, distance), kind.address(count, more))

    @rule(name=names, operation=st.sampled_from(sorted(LOADS)), page=pages, distance=distances)
    def load(self, name: str, operation: str, page: int, distance: int) -> None:
        self.pair.load(name, operation, BY_NAME[name].address(page, distance))

    @rule(name=names, operation=st.sampled_from(sorted(STORES)), page=pages, distance=distances, value=values)
    def store(self, name: str, operation: str, page: int, distance: int, value: int) -> None:
        self.pair.store(name, operation, BY_NAME[name].address(page, distance), value)

    @rule(name=names, page=pages, distance=distances, value=st.integers(0, 2**32 - 1), length=few)
    def fill(self, name: str, page: int, distance: int, value: int, length: int) -> None:
        self.pair.fill(name, BY_NAME[name].address(page, distance), value, length)

    @rule(name=names, page=pages, distance=distances, offset=st.integers(0, 25), length=st.integers(0, 25))
    def init(self, name: str, page: int, distance: int, offset: int, length: int) -> None:
        self.pair.init(name, BY_NAME[name].address(page, distance), offset, length)

    @rule(
        name=names, source=names, page=pages, distance=distances, from_page=pages, from_distance=distances, length=few
    )
    def copy(
        self, name: str, source: str, page: int, distance: int, from_page: int, from_distance: int, length: int
    ) -> None:
        address = BY_NAME[name].address(page, distance)
        self.pair.copy(name, source, address, BY_NAME[source].address(from_page, from_distance), length)

    @rule(name=names, delta=st.one_of(st.integers(0, 3), st.integers(2**32 - 3, 2**32 - 1)))
    def grow(self, name: str, delta: int) -> None:
        self.pair.grow(name, delta)

    @rule(seed=segments)
    def instantiate(self, seed: list[tuple[str, int, int, int, str]]) -> None:
        self.pair.instantiate(tuple(seed))

    @invariant()
    def sizes_are_equal(self) -> None:
        if hasattr(self, "pair"):
            self.pair.compare_sizes()

    def teardown(self) -> None:
        if hasattr(self, "pair"):
            self.pair.compare()


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)


# By seeded chance


class Chance:
    """The same operations from a seeded source, as many as one likes."""

    def __init__(self, pair: Pair, seed: int) -> None:
        self.pair, self.random = pair, random.Random(seed)
        self.tried: set[str] = set()
        ordinary = ["load"] * 8 + ["store"] * 8 + ["map"] * 6 + ["protect"] * 4 + ["fill"] * 3 + ["copy"] * 5
        self.operations = [*ordinary, *["discard"] * 3, *["unmap"] * 3, *["init"] * 2, "grow"]

    def name(self) -> str:
        return self.random.choice(KINDS).name

    def address(self, name: str) -> int:
        memory = self.pair.models[name]
        page = self.random.randrange(memory.size + 1) if self.random.random() < 0.98 else -1
        distance = self.random.choice((0, self.random.randint(-17, 17)))
        return BY_NAME[name].address(page, distance)

    def range(self, name: str) -> tuple[int, int]:
        """Mostly whole pages: what is not traps in one profile of the two."""
        kind, memory = BY_NAME[name], self.pair.models[name]
        if self.random.random() < 0.2:
            return self.address(name), kind.address(self.random.randrange(4), self.random.randint(-2, 17))
        page = self.random.randrange(memory.noaccess, memory.size + 1)
        return kind.address(page, 0), kind.address(self.random.choice((0, 1, 1, 1, 2, 2, 3, 5)), 0)

    def step(self) -> None:
        operation = self.random.choice(self.operations)
        self.tried.add(operation)
        getattr(self, operation)()

    def load(self) -> None:
        name = self.name()
        self.pair.load(name, self.random.choice(list(LOADS)), self.address(name))

    def store(self) -> None:
        name = self.name()
        self.pair.store(name, self.random.choice(list(STORES)), self.address(name), self.random.getrandbits(128))

    def virtual(self) -> str:
        return self.random.choice([kind.name for kind in KINDS if kind.virtual])

    def map(self) -> None:
        name = self.virtual()
        self.pair.map(name, *self.range(name), self.random.choice(("none", "read", "readwrite", "readwrite")))

    def protect(self) -> None:
        name = self.virtual()
        self.pair.protect(name, *self.range(name), self.random.choice(("none", "read", "readwrite", "readwrite")))

    def unmap(self) -> None:
        name = self.virtual()
        self.pair.unmap(name, *self.range(name))

    def discard(self) -> None:
        name = self.name()
        self.pair.discard(name, *self.range(name))

    def fill(self) -> None:
        name = self.name()
        self.pair.fill(name, self.address(name), self.random.getrandbits(8), self.random.randrange(40))

    def init(self) -> None:
        name = self.name()
        self.pair.init(name, self.address(name), self.random.randrange(25), self.random.randrange(25))

    def copy(self) -> None:
        name, source = self.name(), self.name()
        self.pair.copy(name, source, self.address(name), self.address(source), self.random.randrange(40))

    def grow(self) -> None:
        self.pair.grow(self.name(), self.random.choice((0, 0, 0, 1, 2, 2**32 - 1)))

    def seed(self) -> Seed:
        """Segments of one memory near each other, mostly on unmapped pages."""
        name = self.name()
        memory = self.pair.models[name]
        everywhere = range(memory.noaccess, memory.size + 1)
        unmapped = [page for page in everywhere if page not in memory.pages]
        page = self.random.choice(unmapped if self.random.random() < 0.7 else everywhere)
        return tuple(
            (name, page, self.random.choice((0, 1, self.random.randint(-9, 17))), length, self.random.choice(SAID))
            for length in self.random.choices(range(12), k=self.random.randrange(5))
        )


def chance_of(seed: int, profile: str, tier: str) -> Chance:
    chance = Chance(Pair(profile, tier=tier), seed)
    with suppress(model.ModelTrap):  # on both sides; then there are no segments at first
        chance.pair = Pair(profile, chance.seed(), tier)
    return chance


@pytest.mark.parametrize("profile", ["round", "trap"])
@pytest.mark.parametrize("tier", sorted(TIERS))
def test_many_steps_differ_in_nothing(tier: str, profile: str) -> None:
    for seed in range(ROUNDS):
        chance = chance_of(seed, profile, tier)
        for _ in range(STEPS // 2 // ROUNDS // BETWEEN):
            for _ in range(BETWEEN):
                chance.step()
            chance.pair.instantiate(chance.seed())
            chance.pair.compare()
        assert chance.tried == set(chance.operations), "some operation was never tried"

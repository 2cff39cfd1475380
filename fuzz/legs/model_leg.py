"""The model of memory control as a leg: `python -m quire.fuzz.legs.model_leg`.

It runs no code. A module of fuzz/pages.py says in a custom section what its calls do; of these the model tells results,
traps and contents, as the shim would write them. For any other module it has no answer.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
from collections.abc import Callable, Sequence
from types import MappingProxyType

from quire.engine.binary import decode
from quire.engine.errors import Malformed
from quire.fuzz.legs.protocol import Answer, Request, serve
from quire.fuzz.legs.traps import class_of
from quire.fuzz.observe import MARKER
from quire.fuzz.pages import (
    ATOMICS,
    DATA,
    FEATURES,
    LOADS,
    PROTECTIONS,
    SECTION,
    STORES,
    Operation,
    Program,
    from_json,
    is_valid,
)
from quire.proposal_ops import instruction_set
from quire.spec_tests.memory_control import model

UNSUPPORTED = Answer("unsupported")
CODES = MappingProxyType(dict(zip(PROTECTIONS, (model.NONE, model.READ, model.READWRITE), strict=True)))
V128 = struct.pack("<QQ", 0x1122334455667788, 0x99AABBCCDDEEFF01)
VALUE = 0x51525354


def run(request: Request) -> Answer:
    """What the model says of a program."""
    if not set(FEATURES) <= set(request.features):
        return UNSUPPORTED
    try:
        module = decode(request.binary, instruction_set())
    except Malformed:
        return UNSUPPORTED
    sections = [each.data for each in module.custom_sections if each.name == SECTION]
    if not sections:
        return UNSUPPORTED
    program = from_json(json.loads(sections[0]))
    return ModelRun(program).answer(request.calls) if is_valid(program) else Answer("invalid", "protection")


class ModelRun:
    """One program on fresh memories."""

    def __init__(self, program: Program) -> None:
        self.program = program
        profile = "trap" if program.trapping else "round"
        self.memories = [
            model.Memory(
                each.minimum, each.maximum, each.noaccess, each.readonly, each.virtual, each.page_size,
                each.address_bits, profile, each.shared,
            )
            for each in program.kinds
        ]  # fmt: skip

    def answer(self, calls: Sequence[str]) -> Answer:
        """Calls are `call:N` for the operation of that number, and `state`."""
        segments = [
            model.Segment(self.memories[each.memory], each.offset, each.data, CODES[each.protection or "read"])
            for each in self.program.segments
        ]
        try:
            model.instantiate(self.memories, segments)
        except model.ModelTrap as trap:
            return Answer("trap", class_of(model.TEXTS[trap.code]))
        words: list[int] = []
        outcomes = tuple(self.call(name, words) for name in calls)
        observed = struct.pack(f"<{len(words)}I", *words).rstrip(b"\0")
        return Answer("ok", "", outcomes, observed, tuple(map(contents, self.memories)))

    def call(self, name: str, words: list[int]) -> str:
        """The outcome of a call; its results are added to the words."""
        operations = self.program.operations
        number = len(operations) if name == "state" else int(name.partition(":")[2])
        words.append(MARKER + number)
        try:
            words += self.state() if name == "state" else self.run(operations[number])
        except model.ModelTrap as trap:
            return f"trap {class_of(model.TEXTS[trap.code])}"
        return "0"

    def state(self) -> list[int]:
        """The sizes of memories."""
        return [word for each in self.memories for word in split(each.size, each.address_bits)]

    def run(self, each: Operation) -> list[int]:
        """The words of the results. Raises ModelTrap."""
        memory, bits = self.memories[each.memory], self.program.kinds[each.memory].address_bits
        name, _, word = each.name.partition(" ")
        if each.name in LOADS:
            size = LOADS[each.name]
            return split(int.from_bytes(memory.load(each.address, size), "little"), max(32, 8 * size))
        if each.name in STORES:
            size = STORES[each.name]
            memory.store(each.address, V128 if size == 16 else VALUE.to_bytes(8, "little")[:size])
            return []
        if name == "grow":
            return split(memory.grow(each.address) % 2**bits, bits)
        if name == "map":
            return split(memory.map(each.address, each.length, CODES[word]), bits)
        if name == "size":
            return split(memory.size, bits)
        if name in ATOMICS:
            return [atomic(memory, each)]
        self.change(memory, each)
        return []

    def change(self, memory: model.Memory, each: Operation) -> None:
        """The operations without a result. Raises ModelTrap."""
        name, _, word = each.name.partition(" ")
        address, length = each.address, each.length
        actions: dict[str, Callable[[], None]] = {
            "discard": lambda: memory.discard(address, length),
            "unmap": lambda: memory.unmap(address, length),
            "protect": lambda: memory.protect(address, length, CODES[word]),
            "fill": lambda: memory.fill(address, each.other, length),
            "copy": lambda: memory.copy(address, self.memories[each.source], each.other, length),
            "init": lambda: memory.init(address, DATA, each.other, length),
        }
        actions[name]()


def atomic(memory: model.Memory, each: Operation) -> int:
    """What an atomic access returns. Raises ModelTrap."""
    match each.name:
        case "wait":
            return memory.wait(each.address, each.other)
        case "notify":
            return memory.notify(each.address)
        case "add":
            return memory.add(each.address, each.other)
    return memory.atomic_load(each.address)


def split(value: int, bits: int) -> list[int]:
    """A number as words, the lowest first."""
    return [value >> at & 0xFFFFFFFF for at in range(0, bits, 32)]


def contents(memory: model.Memory) -> tuple[int, str]:
    """Pages and hash."""
    data = bytearray(memory.length)
    for at, byte in memory.contents.items():
        data[at] = byte
    return memory.size, hashlib.sha256(data).hexdigest()


def main() -> int:
    """The process."""
    serve(run, sys.stdin.buffer, sys.stdout.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main())

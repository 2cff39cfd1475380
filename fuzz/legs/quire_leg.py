"""This engine as a leg: `python -m quire.fuzz.legs.quire_leg --tier reference`."""

from __future__ import annotations

import argparse
import gc
import hashlib
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from quire.engine import types as t
from quire.engine.binary import decode, encode
from quire.engine.errors import Crash, Exhausted, Invalid, Malformed, Trap, Unlinkable
from quire.engine.instantiate import instantiate
from quire.engine.instruction_set import InstructionSet
from quire.engine.runtime.function import Function, HostFunction, Tier
from quire.engine.runtime.instance import Extern, Instance
from quire.engine.runtime.limits import HostLimits
from quire.engine.runtime.memory import Memory
from quire.engine.runtime.objects import GuestException
from quire.engine.runtime.store import Store
from quire.engine.validate import validate
from quire.fuzz.legs.protocol import ALIGNMENT_TRAP, TEXT, Answer, Request, serve
from quire.fuzz.legs.tiers import HELD
from quire.fuzz.legs.traps import class_of
from quire.proposal_ops import FEATURES, instruction_set, text_extensions
from quire.wat.parser import parse_module
from quire.wat.text_format import TextFormat

FUEL = 5_000_000  # far more than a shim gives; a module of another kind may need it
LIMITS = HostLimits(fuel=FUEL, memory=1 << 28, array=1 << 20, table=1 << 20)
PIECE = 1 << 16
Names = dict[tuple[str, str], Extern]
REFUSALS = {Malformed: "malformed", Invalid: "invalid", Unlinkable: "unlinkable", Exhausted: "exhausted", Trap: "trap"}


class QuireLeg:
    """Runs modules on one tier. May be used without a process of its own.

    Without `metered`, every other module runs without fuel, as its bytes will have it: tiers have other code for that.
    """

    def __init__(self, tier: Tier, *, metered: bool = True) -> None:
        self.tier = tier
        self.metered = metered

    def run(self, request: Request) -> Answer:
        """Decode, validate, instantiate, call. Raises Crash, and whatever else is a defect of ours."""
        trace: list[tuple[int, int]] = []
        try:
            instance = self.start(request, trace)
        except (Malformed, Invalid, Unlinkable, Exhausted, Trap) as error:
            verdict = next(name for kind, name in REFUSALS.items() if isinstance(error, kind))
            return Answer(verdict, class_of(error.reason) if verdict == "trap" else str(error))
        except GuestException:
            return Answer("trap", "exception")
        calls = tuple(self.call(instance, name) for name in request.calls)
        memories = tuple(contents(instance.exports[name]) for name in request.memories)
        return Answer("ok", "", calls, observed(instance), memories, tuple(trace))

    def start(self, request: Request, trace: list[tuple[int, int]]) -> Instance:
        """An instance of the module, after those that it imports from."""
        features = tuple(name for name in FEATURES if name in request.features)
        known = instruction_set(features)
        metered = self.metered or zlib.crc32(request.binary) % 2 > 0
        limits = LIMITS if metered else replace(LIMITS, fuel=None)
        store = Store(limits, {"alignment": "trap"} if ALIGNMENT_TRAP in request.features else None)
        names: Names = {("host", "note"): noting(trace)}
        for name, binary in request.providers:
            provider = self.instance(store, binary, known, names)
            names.update({(name, export): extern for export, extern in provider.exports.items()})
        text_or_binary = request.binary
        binary = assembled(text_or_binary, features) if TEXT in request.features else text_or_binary
        return self.instance(store, binary, known, names)

    def instance(self, store: Store, binary: bytes, known: InstructionSet, names: Names) -> Instance:
        """An instance of one module, whose imports have these names."""
        module = decode(binary, known)
        again = encode(module, known)
        if again != binary and decode(again, known) != module:
            raise Crash("a module did not survive encoding")
        valid = validate(module, known)
        imports = [names.get((each.module, each.name)) for each in module.imports]
        given = [each for each in imports if each is not None]
        return instantiate(store, valid, given, self.tier)

    def call(self, instance: Instance, name: str) -> str:
        """What a call returned, or the class of its trap."""
        function = instance.exports[name]
        if not isinstance(function, Function):
            raise Crash("an export is no function", name)
        try:
            return " ".join(map(str, function.call(None, ())))
        except Trap as trap:
            return f"trap {class_of(trap.reason)}"
        except GuestException:
            return "trap exception"
        except Exhausted as error:
            return f"trap {class_of(error.reason)}"


@cache
def text_format(features: tuple[str, ...]) -> TextFormat:
    """The text format with these features."""
    return TextFormat(instruction_set(features), text_extensions(features))


def assembled(text: bytes, features: tuple[str, ...]) -> bytes:
    """The binary of a module in text. Raises Malformed, or Exhausted for one that nests too deep."""
    form = text_format(features)
    return encode(parse_module(text.decode(), form), form.instruction_set)


def noting(trace: list[tuple[int, int]]) -> HostFunction:
    """The function host.note: it notes its operands and returns their sum."""

    def note(first: int, second: int) -> int:
        trace.append((first, second))
        return first + second & 0xFFFFFFFF

    return HostFunction(t.function_type((t.I32, t.I32), (t.I32,)), note, "note")


def contents(memory: object) -> tuple[int, str]:
    """Pages and hash of a memory, whatever its pages allow; piece by piece, since it may be large and sparse."""
    if not isinstance(memory, Memory):
        raise Crash("an export is no memory")
    digest = hashlib.sha256()
    for start in range(0, memory.length, PIECE):
        digest.update(memory.peek(start, min(PIECE, memory.length - start)))
    return memory.size, digest.hexdigest()


def observed(instance: Instance) -> bytes:
    """What the shim wrote."""
    memory = instance.exports.get("observed")
    return bytes(memory.peek(0, memory.length)).rstrip(b"\0") if isinstance(memory, Memory) else b""


def leg(tier: str) -> Callable[[Request], Answer]:
    """What answers requests on a tier. Raises KeyError for one that there is not."""
    return QuireLeg(HELD[tier](), metered=tier == "reference").run


def main(arguments: list[str] | None = None) -> int:
    """The process."""
    parser = argparse.ArgumentParser("quire_leg")
    parser.add_argument("--tier", choices=sorted(HELD), default="reference")
    run = leg(parser.parse_args(arguments).tier)
    gc.set_threshold(20_000, 20, 20)
    serve(run, sys.stdin.buffer, sys.stdout.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What makes a finding stand alone: a folder, named by its contents, with module.wasm, case.json, repro.py, repro.wast.

`module.wasm` is the module with its shim. `repro.wast` asserts what most legs agree on, so a `.wast` runner of any
engine can tell on which side it stands; `repro.py` asks the legs of this machine again.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from quire.engine.binary import decode, encode
from quire.engine.errors import Exhausted, Malformed
from quire.engine.instruction_set import InstructionSet
from quire.fuzz.compare import LIMITS, NO_ANSWER, compare, nans_outside, verdict_of
from quire.fuzz.generate.nans import VIOLATION
from quire.fuzz.legs.process import LegProcess, ask_all, leg_command
from quire.fuzz.legs.protocol import ALIGNMENT_TRAP, TEXT, Answer, Request
from quire.proposal_ops import FEATURES, instruction_set, text_extensions
from quire.wat.parser import parse_module
from quire.wat.printer import print_module
from quire.wat.text_format import TextFormat

SCRIPT = '''\
"""A case on which engines differed: {bucket}. Exits with 1 as long as they do."""

import sys

from quire.fuzz.reduction.reproduce import ask_again

BINARY = bytes.fromhex(
{lines}
)
CALLS = {calls!r}
MEMORIES = {memories!r}
FEATURES = {features!r}
PROVIDERS = {providers!r}
LEGS = {legs!r}

if __name__ == "__main__":
    sys.exit(ask_again(BINARY, CALLS, MEMORIES, FEATURES, PROVIDERS, sys.argv[1:] or LEGS))
'''
TRAPS = {
    "memory": "out of bounds memory access", "table": "", "null": "",
    "signature": "indirect call type mismatch", "divide": "integer divide by zero", "overflow": "integer overflow",
    "conversion": "invalid conversion to integer", "unreachable": "unreachable", "cast": "cast failure",
    "array": "out of bounds array access", "protection": "memory protection violation",
    "unaligned": "unaligned memory access", "range": "invalid memory range", "mapped": "memory already mapped",
}  # fmt: skip


FAILURES = frozenset({"died", "hung"})


def write_case(folder: Path, request: Request, answers: Mapping[str, Answer], bucket: str) -> Path:
    """Write a case into a folder of its own below `folder`; that folder."""
    own = folder / hashlib.sha256(request.binary).hexdigest()[:16]
    own.mkdir(parents=True, exist_ok=True)
    (own / "module.wasm").write_bytes(request.binary)
    (own / "case.json").write_text(json.dumps(description(request, answers, bucket), indent=1) + "\n")
    (own / "repro.py").write_text(script(request, tuple(answers), bucket))
    (own / script_name(request)).write_text(wast(request, answers, bucket))
    return own


def script_name(request: Request) -> str:
    """repro.wast; where the profile of alignment matters, the name tells runners under which it holds."""
    if "memory-control" not in request.features:
        return "repro.wast"
    return f"repro.{'trap' if ALIGNMENT_TRAP in request.features else 'round'}.wast"


def description(request: Request, answers: Mapping[str, Answer], bucket: str) -> dict[str, object]:
    """The case as plain data."""
    told = {
        name: {"verdict": each.verdict, "detail": each.detail, "calls": each.calls, "observed": each.observed.hex()}
        for name, each in answers.items()
    }
    return {"bucket": bucket, "calls": request.calls, "memories": request.memories, "features": request.features,
            "providers": [(name, data.hex()) for name, data in request.providers], "answers": told}  # fmt: skip


def request_from(folder: Path) -> Request:
    """The request of a case that was written. Raises OSError, ValueError or KeyError where it is none."""
    raw = json.loads((folder / "case.json").read_text())
    binary = (folder / "module.wasm").read_bytes()
    providers = tuple((name, bytes.fromhex(data)) for name, data in raw["providers"])
    return Request(binary, tuple(raw["calls"]), tuple(raw["memories"]), tuple(raw["features"]), providers)


def script(request: Request, legs: Sequence[str], bucket: str) -> str:
    """repro.py"""
    data = request.binary.hex()
    lines = "\n".join(f'    "{data[at : at + 100]}"' for at in range(0, len(data), 100))
    return SCRIPT.format(
        bucket=bucket, lines=lines, calls=request.calls, memories=request.memories, features=request.features,
        providers=request.providers, legs=legs,
    )  # fmt: skip


def ask_again(
    binary: bytes, calls: Sequence[str], memories: Sequence[str], features: Sequence[str],
    providers: Sequence[tuple[str, bytes]], names: Sequence[str],
) -> int:  # fmt: skip
    """Ask legs about a case and print what they say: 1 if they differ, else 0. Legs that are not there are left out."""
    request = Request(binary, tuple(calls), tuple(memories), tuple(features), tuple(providers))
    answers: dict[str, Answer] = {}
    for name in names:
        try:
            command = leg_command(name)
        except ValueError:
            continue
        with LegProcess(command) as leg:
            answers.update(ask_all([leg], request))
    for name, answer in answers.items():
        print(name, answer.verdict, answer.detail, *answer.calls, answer.observed.hex())  # noqa: T201
    difference = compare(answers).difference
    print(difference or "no difference")  # noqa: T201
    return int(difference is not None)


def usual(answers: Mapping[str, Answer]) -> Answer:
    """What most of the legs answered; a leg that is not this engine where it is undecided."""
    taking_part = [each for each in reversed(list(answers.values())) if each.verdict == "ok"]
    counts = Counter(replace(each, detail="") for each in taking_part)
    best = max(counts.values(), default=0)
    return next((each for each in taking_part if counts[replace(each, detail="")] == best), Answer("none"))


def wast(request: Request, answers: Mapping[str, Answer], bucket: str) -> str:
    """repro.wast: the module, as text where that can be, and what most legs say of it."""
    names = [name for name in request.features if name in FEATURES]
    told = [f";; {bucket}", *(f";; {name}: {each.verdict} {in_a_line(each.detail)}" for name, each in answers.items())]
    lines = [f";; features: {' '.join(names)}", *map(str.rstrip, told)]
    known = instruction_set(names)
    told_by = [each for each in reversed(list(answers.values())) if each.verdict not in NO_ANSWER | FAILURES]
    verdicts = Counter(map(verdict_of, told_by))
    if max(verdicts, key=lambda verdict: verdicts[verdict], default="") == "refused":
        return "\n".join([*lines, refusal(request, known, names)]) + "\n"
    texts = [provider_text(*each, names) for each in request.providers]
    texts.append(quoted(request.binary) if TEXT in request.features else module_text(request.binary, names))
    answer, host = usual(answers), asks_host(request)
    lines += [line.rstrip() for line in ((HOST.format(violation=hex(VIOLATION)), *texts) if host else texts)]
    return "\n".join([*lines, *assertions(request, answer), *(host_assertions(answer) if host else ())]) + "\n"


def asks_host(request: Request) -> bool:
    """Whether a module may import from the host."""
    sources = (request.binary, *(binary for _, binary in request.providers))
    return any(name in source for source in sources for name in (b"\4host", b'"host"'))  # in a binary, in a text


def in_a_line(detail: str) -> str:
    """What a leg said, without what would end a comment."""
    return " ".join(detail.split())


def refusal(request: Request, known: InstructionSet, names: Sequence[str]) -> str:
    """That bytes or text must not be taken."""
    text = TEXT in request.features
    module = quoted(request.binary) if text else f'(module binary "{escaped(request.binary)}")'
    try:
        if text:
            parse_module(request.binary.decode(), TextFormat(known, text_extensions(names)))
        else:
            decode(request.binary, known)
    except Malformed:
        return f'(assert_malformed {module} "")'
    return f'(assert_invalid {module} "")'


def quoted(text: bytes) -> str:
    """A module in text, as the string that it is."""
    return f'(module quote "{escaped(text)}")'


def module_text(binary: bytes, names: Sequence[str]) -> str:
    """A module as text; as bytes where its text would not be the same, or it cannot be read."""
    known = instruction_set(names)
    text_format, as_bytes = TextFormat(known, text_extensions(names)), f'(module binary "{escaped(binary)}")'
    try:
        module = decode(binary, known)
        text = print_module(module, text_format)
        same = encode(parse_module(text, text_format), known) == binary
    except (Malformed, Exhausted):
        return as_bytes
    return text if same else as_bytes


def provider_text(name: str, binary: bytes, names: Sequence[str]) -> str:
    """A module that others import from."""
    return f'{module_text(binary, names)}\n(register "{name}")'


def escaped(data: bytes) -> str:
    """Bytes as a string of the text format."""
    return "".join(f"\\{byte:02x}" for byte in data)


HOST = """\
(module $host
  (global $outside (mut i32) (i32.const 0))
  (global $trace (mut i32) (i32.const 0))
  (func $mix (param i32)
    (global.set $trace (i32.add (i32.mul (global.get $trace) (i32.const 31)) (local.get 0))))
  (func (export "note") (param i32 i32) (result i32)
    (if (i32.eq (local.get 0) (i32.const {violation})) (then (global.set $outside (local.get 1))))
    (call $mix (local.get 0))
    (call $mix (local.get 1))
    (i32.add (local.get 0) (local.get 1)))
  (func (export "outside") (result i32) (global.get $outside))
  (func (export "trace") (result i32) (global.get $trace)))
(register "host" $host)"""


def mixed(trace: Sequence[tuple[int, int]]) -> int:
    """What the host of a script makes of the operands that it was called with."""
    total = 0
    for each in chain.from_iterable(trace):
        total = total * 31 + each & 0xFFFFFFFF
    return total


def host_assertions(answer: Answer) -> list[str]:
    """That no result is outside of what is allowed, and what the host was called with."""
    lines = ['(assert_return (invoke $host "outside") (i32.const 0))']
    if not nans_outside(answer) and not LIMITS.intersection(answer.calls):
        lines.append(f'(assert_return (invoke $host "trace") (i32.const {mixed(answer.trace):#x}))')
    return lines


def assertions(request: Request, answer: Answer) -> list[str]:
    """One for each call, and one for each word that the calls wrote."""
    lines = []
    for name, outcome in zip(request.calls, answer.calls, strict=False):
        if outcome.startswith("trap"):
            reason = TRAPS.get(outcome.removeprefix("trap "), "")
            lines.append(f'(assert_trap (invoke "{name}") "{reason}")')
        else:
            lines.append(f'(assert_return (invoke "{name}") (i32.const {outcome}))')
    words = struct.iter_unpack("<I", answer.observed + bytes(-len(answer.observed) % 4))
    for at, (word,) in enumerate(words):
        lines.append(f'(assert_return (invoke "word" (i32.const {4 * at})) (i32.const {word:#x}))')
    return lines

"""Mutates modules and texts, and holds the engine to its errors: a module is read and validated, or refused by name.

    python tests/mutation.py --count 100000 --seed 1
    python tests/mutation.py --seed 1 --only 4711       # one case again, with its traceback

Half of the cases are binaries, half texts, made from those of the conformance suite ($WASM_TESTSUITE) and from a few
written here. A case fails if anything but Malformed or Invalid is raised, if the module does not survive encoding, if
it takes more than --seconds, or if it needs more than --memory.
"""

import argparse
import os
import re
import resource
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from quire.engine.binary import decode, encode
from quire.engine.bytestream import ByteWriter
from quire.engine.errors import Invalid, Malformed
from quire.engine.validate import validate
from quire.wat.parser import parse_module

LARGEST_SEED = 4096  # bytes or characters: small ones are more often hit where it matters

TEXTS = [
    "(module)",
    '(module $m (func $f (export "f") (param $x i32) (result i32) (i32.add (local.get $x) (i32.const 0x1_0))))',
    '(module (memory 1 2) (data (i32.const 0) "a\\00\\u{1F600}") (global (mut f64) (f64.const nan:0x4_0000)))',
    "(module (rec (type $a (struct (field (mut i8)))) (type $b (sub (func)))) (table 1 (ref null $a)))",
    "(module (tag (param i32)) (func (block $l (try_table (catch_all $l) (br_table 0 $l (i32.const 1))))))",
    '(module (import "m" "n" (func (param v128))) (func v128.const i32x4 1 2 3 -4 call 0) (elem declare func 0))',
    '(module (memory 1) (data $d "x") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)) data.drop $d))',
]

FORM = re.compile(r'"(?:[^"\\]|\\.)*"|;;[^\n]*|\(;|;\)|[()]|[^"();]+|;', re.DOTALL)
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[()]|;;[^\n]*|\s+|[^\s()";]+|.', re.DOTALL)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
ESCAPE = re.compile(r"\\([0-9a-fA-F]{2})|\\(.)", re.DOTALL)


def framed(header: bytes, parts: Sequence[tuple[int, bytes]]) -> bytes:
    """A binary of those sections, each the number and what stands in it."""
    writer = ByteWriter()
    writer.raw(header)
    for code, content in parts:
        writer.byte(code)
        writer.sized(content)
    return bytes(writer.data)


def function(code: str) -> bytes:
    """A binary of one function with that code, unreachable from its start, and with names."""
    body = bytes.fromhex("00 00" + code + "0b")
    front = [(1, bytes.fromhex("01 60 01 7f 00")), (3, b"\1\0"), (10, b"\1" + bytes([len(body)]) + body)]
    return framed(b"\0asm\1\0\0\0", [*front, (0, b"\4name" + bytes.fromhex("00 02 01 6d 01 04 01 00 01 66"))])


BINARIES = [  # beside those that the texts encode to: padded integers, a br_table of many labels
    function("41 80 80 80 80 00 1a fc 80 00 1a fc 81 80 00 1a fc 86 80 80 00 1a fd 8c 80 00" + "0b" * 16 + "1a"),
    function("02 40 20 00 0e 40" + "00" * 65 + "0b 01"),
]


class TooSlow(BaseException):
    """The time of a case is over."""


def forms(script: str) -> Iterator[str]:
    """The parenthesised forms of a script, as texts."""
    depth, comment, start = 0, 0, 0
    for match in FORM.finditer(script):
        token = match[0]
        comment += (token == "(;") - (token == ";)" and comment > 0)
        if comment or token not in "()":
            continue
        start = match.start() if depth == 0 else start
        depth += 1 if token == "(" else -1
        if depth == 0:
            yield script[start : match.end()]


def unquoted(form: str) -> bytes:
    """The bytes that the strings of a form spell."""

    def character(match: re.Match[str]) -> str:
        return chr(int(match[1], 16)) if match[1] else {"t": "\t", "n": "\n", "r": "\r"}.get(match[2], match[2])

    text = "".join(ESCAPE.sub(character, string) for string in STRING.findall(form))
    return text.encode("latin-1", "replace")


def seeds(suite: Path | None) -> tuple[list[bytes], list[bytes]]:
    """Binaries and texts to start from."""
    binaries, texts = list(BINARIES), list(TEXTS)
    for path in sorted(suite.rglob("*.wast")) if suite else ():
        for form in forms(path.read_text("utf-8", "replace")):
            if form.startswith("(module binary"):
                binaries.append(unquoted(form))
            elif form.startswith("(module") and len(form) <= LARGEST_SEED:
                texts.append(form)
    for text in texts:
        try:
            binaries.append(encode(parse_module(text)))
        except Malformed:
            continue
    return [each for each in binaries if len(each) <= LARGEST_SEED], [text.encode() for text in texts]


# Mutators of binaries


def cut(random: Random, data: bytes) -> tuple[int, int]:
    """A stretch of the data, short as a rule."""
    start = random.randint(0, len(data))
    return start, min(len(data), start + random.choice((1, 1, 1, 2, 3, 8, 100)))


def replace(random: Random, data: bytes, donor: bytes) -> bytes:
    start, end = cut(random, data)
    return data[:start] + random.randbytes(end - start) + data[end:]


def flip(random: Random, data: bytes, donor: bytes) -> bytes:
    at = random.randrange(max(1, len(data)))
    return data[:at] + bytes(byte ^ 1 << random.randrange(8) for byte in data[at : at + 1]) + data[at + 1 :]


def insert(random: Random, data: bytes, donor: bytes) -> bytes:
    start, end = cut(random, donor)
    at = random.randint(0, len(data))
    return data[:at] + donor[start:end] + data[at:]


def remove(random: Random, data: bytes, donor: bytes) -> bytes:
    start, end = cut(random, data)
    return data[:start] + data[end:]


def repeat(random: Random, data: bytes, donor: bytes) -> bytes:
    start, end = cut(random, data)
    return data[:end] + data[start:end] * random.choice((1, 1, 2, 100, 3000)) + data[end:]


NUMBERS = [bytes.fromhex(each) for each in "ffffffff0f 8080808008 ffffffffffffffffff01 8000 7f 40 00".split()]


def number(random: Random, data: bytes, donor: bytes) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice(NUMBERS) + data[at + random.randrange(2) :]


def exchange(random: Random, data: bytes, donor: bytes) -> bytes:
    """One byte exchanged for another that stands in such data."""
    at = random.randrange(max(1, len(data)))
    return data[:at] + bytes(random.choice(data + donor) for _ in data[at : at + 1]) + data[at + 1 :]


PLAIN = (replace, flip, insert, remove, repeat, number)


def sections(data: bytes) -> list[tuple[int, bytes]]:
    """The sections as far as their sizes hold."""
    found, at = [], 8
    while at + 1 < len(data):
        size = shift = 0
        start = at + 1
        while start < len(data) and shift < 35:
            size |= (data[start] & 0x7F) << shift
            shift += 7
            start += 1
            if data[start - 1] < 0x80:
                break
        found.append((data[at], data[start : start + size]))
        at = start + size
    return found


def inside(random: Random, data: bytes, donor: bytes) -> bytes:
    """A mutation within a section, whose size is made to fit again."""
    parts, given = sections(data), sections(donor)
    if not parts:
        return data
    at = random.randrange(len(parts))
    code, content = parts[at]
    change = random.choice((*PLAIN, exchange, exchange, exchange))
    parts[at] = (code, change(random, content, random.choice(given)[1] if given else b""))
    return framed(data[:8], parts)


# Mutators of texts

WORDS = '( ) (; ;) ;; " \\ $x 0 -1 0xffffffffffffffffff nan:0x1 inf (@a i32 end else block \0 \ud800 é \U0001f600'


def tokens(random: Random, data: bytes, donor: bytes) -> bytes:
    """A few tokens taken out, doubled, exchanged, or brought from another text or from a list."""
    own = TOKEN.findall(data.decode("utf-8", "surrogateescape"))
    other = TOKEN.findall(donor.decode("utf-8", "surrogateescape"))
    for _ in range(random.choice((1, 1, 2, 5))):
        at = random.randint(0, len(own))
        start = random.randint(0, len(other))
        new = random.choice(([], own[at : at + 4], other[start : start + 3], [random.choice(WORDS.split())]))
        own[at : at + random.randrange(3)] = new * random.choice((1, 1, 1, 1, 2, 2000))
    return "".join(own).encode("utf-8", "surrogatepass" if random.random() < 0.1 else "replace")


KINDS = re.compile(r'(?P<space>\s)|(?P<id>\$)|(?P<number>[-+]?[0-9])|(?P<string>")|(?P<word>[a-z])')


def kind(token: str) -> str | None:
    """What sort of token it is; of words, the part before the dot tells."""
    match = KINDS.match(token)
    return (
        token.partition(".")[0] if match and match.lastgroup == "word" and "." in token else match and match.lastgroup
    )


def kin(random: Random, data: bytes, donor: bytes) -> bytes:
    """A token exchanged for another of its sort, so that much else may still hold."""
    own = TOKEN.findall(data.decode("utf-8", "surrogateescape"))
    other = TOKEN.findall(donor.decode("utf-8", "surrogateescape"))
    at = random.choice([n for n, token in enumerate(own) if kind(token) not in (None, "space")] or [0])
    own[at : at + 1] = [
        random.choice([token for token in own[at + 1 :] + other if kind(token) == kind(own[at])] or [""])
    ]
    return "".join(own).encode("utf-8", "surrogateescape")


# Cases


@dataclass(frozen=True)
class Case:
    """One mutated module."""

    index: int
    kind: str
    data: bytes


def make(seed: int, index: int, binaries: Sequence[bytes], texts: Sequence[bytes]) -> Case:
    """The case of that number: the same for the same seed and seeds."""
    random = Random(f"{seed}/{index}")
    kind = random.choice(("binary", "text"))
    pool = binaries if kind == "binary" else texts
    mutators = (*PLAIN, *[inside] * 12) if kind == "binary" else (kin, kin, kin, tokens, tokens, flip, insert)
    data = random.choice(pool)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        data = random.choice(mutators)(random, data, random.choice(pool))
    return Case(index, kind, data)


def check(case: Case) -> str:
    """Reads and validates a case: "valid", or the name of the error that refused it. Raises what it should not."""
    try:
        module = decode(case.data) if case.kind == "binary" else parse_module(case.data)
        if decode(encode(module)) != module:
            raise AssertionError("the module does not survive encoding")
        validate(module)
    except (Malformed, Invalid) as error:
        str(error)
        return type(error).__name__
    return "valid"


def run(case: Case, seconds: float) -> tuple[str, BaseException | None]:
    """What became of a case, and what it raised that it should not."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return check(case), None
    except (Exception, TooSlow) as error:  # noqa: BLE001 - whatever it is, it is what we look for
        return "FAILED", error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def report(case: Case, error: BaseException, seed: int) -> None:
    last = traceback.extract_tb(error.__traceback__)[-1]
    print(f"case {case.index} ({case.kind}): {type(error).__name__}: {str(error)[:200]}")
    print(f"  in {last.name}, {last.filename}:{last.lineno}; again: --seed {seed} --only {case.index}")


def limit(memory: int) -> None:
    """Bound the process, and let the timer raise."""
    resource.setrlimit(resource.RLIMIT_AS, (memory << 20, resource.getrlimit(resource.RLIMIT_AS)[1]))

    def stop(number: int, frame: object) -> None:
        raise TooSlow("the time is over")

    signal.signal(signal.SIGALRM, stop)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    suite = os.environ.get("WASM_TESTSUITE")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=100_000, help="cases (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="other seeds, other cases (default: %(default)s)")
    parser.add_argument("--only", type=int, help="the number of one case, to be run alone with its traceback")
    parser.add_argument("--seconds", type=float, default=10, help="for one case (default: %(default)s)")
    parser.add_argument("--memory", type=int, default=2048, help="MiB for all (default: %(default)s)")
    parser.add_argument("--suite", type=Path, default=Path(suite) if suite else None, help="the conformance suite")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    options = arguments(argv)
    binaries, texts = seeds(options.suite)
    limit(options.memory)
    if options.only is not None:
        case = make(options.seed, options.only, binaries, texts)
        print(case.kind, case.data.hex() if case.kind == "binary" else ascii(case.data))
        print(check(case))
        return 0
    outcomes: Counter[str] = Counter()
    for index in range(options.count):
        case = make(options.seed, index, binaries, texts)
        outcome, error = run(case, options.seconds)
        outcomes[f"{case.kind} {outcome}"] += 1
        if error is not None:
            report(case, error, options.seed)
    failed = sum(count for outcome, count in outcomes.items() if outcome.endswith("FAILED"))
    print(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())))
    print(f"{options.count} cases, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())

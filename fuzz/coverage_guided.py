"""Coverage-guided fuzzing of decoder, validator and text parser with atheris. Needs the extra `coverage-guided`.

    python -m quire.fuzz.coverage_guided bytes corpus/ -max_total_time=60     # arguments of libFuzzer go through

Targets: `bytes` decodes, validates and encodes; `text` parses and prints; `choices` makes a module out of the bytes,
which must be valid. `quire fuzz corpus` makes a corpus to start from, with `--text` for the second.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from types import MappingProxyType

from quire.engine.binary import decode, encode
from quire.engine.errors import Crash, Exhausted, Invalid, Malformed
from quire.engine.validate import validate
from quire.fuzz.choices import ByteChoices
from quire.fuzz.generate.generator import generate
from quire.proposal_ops import instruction_set, text_extensions
from quire.wat.parser import parse_module
from quire.wat.printer import print_module
from quire.wat.text_format import TextFormat

EVERYTHING = instruction_set()
FORMAT = TextFormat(EVERYTHING, text_extensions())


def fuzz_bytes(data: bytes) -> None:
    """Bytes are malformed, invalid, or a module that survives encoding. Raises Crash otherwise."""
    try:
        module = decode(data, EVERYTHING)
        validate(module, EVERYTHING)
    except (Malformed, Invalid):
        return
    if decode(encode(module, EVERYTHING), EVERYTHING) != module:
        raise Crash("a module did not survive encoding")


def fuzz_text(data: bytes) -> None:
    """Text is malformed, or a module that survives printing. Raises Crash otherwise."""
    try:
        module = parse_module(data.decode("utf-8", "replace"), FORMAT)
        text = print_module(module, FORMAT)
    except (Malformed, Exhausted):
        return
    if parse_module(text, FORMAT) != module:
        raise Crash("a module did not survive printing")


def fuzz_choices(data: bytes) -> None:
    """Every stream of choices makes a valid module. Raises Invalid otherwise."""
    generated = generate(ByteChoices(data))
    validate(generated.module, generated.instruction_set)


TARGETS: Mapping[str, Callable[[bytes], None]] = MappingProxyType(
    {"bytes": fuzz_bytes, "text": fuzz_text, "choices": fuzz_choices}
)


def main(arguments: list[str]) -> int:
    """Fuzz one target until libFuzzer is content. Its status is that of the process."""
    if not arguments or arguments[0] not in TARGETS:
        sys.stderr.write(f"usage: coverage_guided {{{','.join(TARGETS)}}} [CORPUS ...] [-OPTION=VALUE ...]\n")
        return 2
    if not find_spec("atheris"):
        sys.stderr.write("coverage_guided: needs atheris: pip install 'quire[coverage-guided]'\n")
        return 2
    import atheris  # noqa: PLC0415  # instruments what is loaded, and is not there on every system

    target = TARGETS[arguments[0]]
    atheris.instrument_all()
    atheris.Setup(["coverage_guided", *arguments[1:]], target)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

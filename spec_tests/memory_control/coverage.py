"""Which step of docs/memory-control.md is tested by which scripts, by how many assertions.

    python -m quire.spec_tests.memory_control.coverage            prints the table
    python -m quire.spec_tests.memory_control.coverage --write    puts it into README.md

In a script, `;; [6.5] [6.map.7] ...` at the beginning of a line says which steps the assertions behind it are about,
up to the next such line. The traps of section 8 are counted by the texts that assertions expect.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

FOLDER: Final = Path(__file__).parent
README: Final = FOLDER / "README.md"
BEGIN, END = "<!-- coverage -->\n", "<!-- end of coverage -->\n"

STEPS: Mapping[str, str] = MappingProxyType({
    "1.sizes": "limits count growable pages; memory.size and memory.grow speak of all",
    "1.bases": "read_base and write_base",
    "1.text": "the memory type's text",
    "1.text.malformed": "repeated, misplaced and unknown attributes; those of tables",
    "1.inline": "memories with inline data",
    "1.binary": "flags, and the order of what stands behind them",
    "1.binary.leb": "which numbers are LEB128, which are bytes",
    "1.binary.flags": "`malformed limits flags`",
    "1.binary.mode": "`malformed memory mode`",
    "1.binary.tables": "tables have b0 and b2 only",
    "1.valid.size": "K, which the totals do not exceed",
    "1.valid.limits": "the minimum is at most the maximum",
    "1.valid.shared": "`shared` needs a maximum, `virtual` does not",
    "1.valid.order": "the order of these checks",
    "1.valid.compose": "attributes go together",
    "1.match": "import matching",
    "2.discard": "memory.discard: code and type",
    "2.map": "memory.map: code and type",
    "2.unmap": "memory.unmap: code and type",
    "2.protect": "memory.protect: code and type",
    "2.index": "the memory index in text",
    "2.prot": "the three protections, `malformed protection`",
    "2.opcodes": "unused codes: `illegal opcode`",
    "2.valid.discard": "memory.discard is valid on every memory",
    "2.valid.plain": "`memory is not virtual`",
    "2.valid.order": "memory index, then mode, then operands",
    "2.const": "none is constant",
    "2.off": "without the feature nothing of it is there",
    "2.segment": "protections of data segments in text",
    "2.segment.binary": "flags 0x10 and 0x12, `malformed data segment kind`",
    "2.segment.valid": "`invalid data segment protection`",
    "3.dynamic": "which pages have a state",
    "3.unmapped": "they start unmapped, after growth too",
    "3.static": "all others are mapped",
    "3.sealed": "when a memory starts sealed",
    "4.1": "CHECK: the size",
    "4.2": "CHECK: no bytes",
    "4.3": "CHECK: the static sections",
    "4.4": "CHECK: the pages",
    "4.load": "loads, scalar, vector, lane, splat",
    "4.store": "stores; no partial write",
    "4.atomic": "atomic loads, stores, read-modify-writes",
    "4.wait": "memory.atomic.wait",
    "4.notify": "memory.atomic.notify",
    "4.fill": "memory.fill",
    "4.copy": "memory.copy",
    "4.init": "memory.init",
    "4.grow": "memory.grow",
    "5.1": "discard: the operands' order",
    "5.2": "discard: alignment (profile `trap`)",
    "5.3": "discard: the size",
    "5.4": "discard: no length",
    "5.5": "discard: rounding (profile `round`), CHECK W",
    "5.6": "discard: zeros, page states stay",
    "6.1": "map, unmap, protect: the operands' order",
    "6.2": "map, unmap, protect: alignment (profile `trap`)",
    "6.3": "map, unmap, protect: no length",
    "6.4": "map, unmap, protect: the size",
    "6.5": "map, unmap, protect: the range is rounded",
    "6.6": "map, unmap, protect: the dynamic part",
    "6.map.7": "map: a mapped page, nothing changed",
    "6.map.8": "map: the host refuses",
    "6.map.9": "map: the pages' protection, zeros",
    "6.map.10": "map: the result",
    "6.unmap.7": "unmap: contents are lost, unmapped is fine",
    "6.protect.7": "protect: an unmapped page, nothing changed",
    "6.protect.8": "protect: a host page that forbids it",
    "6.protect.9": "protect: contents stay",
    "6.all": "all or nothing",
    "7.order": "element segments, data segments, start function",
    "7.a": "a segment: the size",
    "7.b": "a segment without bytes",
    "7.c": "a segment: the no-access section",
    "7.d": "a segment: the sealed read-only section",
    "7.e": "a segment: pages that were mapped before",
    "7.f": "a segment: the host refuses",
    "7.g": "a segment: its pages, joining protections",
    "7.h": "a segment: its bytes",
    "7.i": "a segment is dropped",
    "7.seal": "every exit seals all memories",
    "7.unsealed": "a failure to link or allocate seals nothing",
    "7.start": "what the start function sees",
    "7.init": "memory.init is an ordinary write",
    "8.OOB": "`out of bounds memory access`",
    "8.PROT": "`memory protection violation`",
    "8.ALIGN": "`unaligned memory access`",
    "8.ATOM": "`unaligned atomic`",
    "8.RANGE": "`invalid memory range`",
    "8.MAPPED": "`memory already mapped`",
    "8.HOST": "`memory mapping failed`",
    "9": "the host's interface",
    "10": "what threads may rely on",
})  # fmt: skip
"""Every step of the document by its number there, with names for what it leaves unnumbered."""

BEYOND_SCRIPTS: Mapping[str, str] = MappingProxyType({
    "6.map.8": "no script can make a host refuse",
    "6.protect.8": "no script can map a host's object",
    "7.f": "no script can make a host refuse",
    "7.unsealed": "only a host can make a memory that is not sealed yet",
    "8.HOST": "no script can make a host refuse",
    "9": "scripts know no host",
    "10": "scripts are one thread",
})  # fmt: skip
"""Steps that no script can show, and why: engines test them in their own ways."""

_HEADER = re.compile(r"^;; ((?:\[[^\]]+\] ?)+)")
_TRAPS = MappingProxyType({text.strip("`"): step for step, text in STEPS.items() if step.startswith("8.")})
_REASON = re.compile(r'"([^"]*)"\s*\)\s*$')


class UnknownStep(ValueError):
    """A script speaks of a step that the document does not have."""


def assertions(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The assertions of a script, each with the steps that the comment above it names, and the text it expects."""
    steps: tuple[str, ...] = ()
    form: list[str] = []
    for line in [*text.splitlines(), ""]:
        if form and not line.startswith((" ", ")")):
            yield steps, _expected("\n".join(form))
            form = []
        if header := _HEADER.match(line):
            steps = tuple(re.findall(r"\[([^\]]+)\]", header[1]))
        if line.startswith("(assert_") or (form and line.startswith((" ", ")"))):
            form.append(line)


def _expected(form: str) -> str:
    reason = _REASON.search(form)
    return reason[1] if reason and form.startswith("(assert_trap") else ""


def count(folder: Path = FOLDER) -> dict[str, Counter[str]]:
    """For each step, the number of its assertions in each script, by the script's name. Raises UnknownStep."""
    table: dict[str, Counter[str]] = {step: Counter() for step in STEPS}
    for path in sorted(folder.glob("*.wast")):
        for steps, expected in assertions(path.read_text("utf-8")):
            for step in (*steps, *((_TRAPS[expected],) if expected in _TRAPS else ())):
                if step not in table:
                    raise UnknownStep(f"{path.name}: there is no step {step}")
                table[step][path.name] += 1
    return table


def total(folder: Path = FOLDER) -> int:
    """The number of all assertions."""
    return sum(1 for path in folder.glob("*.wast") for _ in assertions(path.read_text("utf-8")))


def table(folder: Path = FOLDER) -> str:
    """The table in Markdown. Raises UnknownStep."""
    lines = ["| step | what | assertions | scripts |", "| --- | --- | --- | --- |"]
    for step, files in count(folder).items():
        where = BEYOND_SCRIPTS.get(step) or ", ".join(name.removesuffix(".wast") for name, _ in files.most_common())
        lines.append(f"| {step} | {STEPS[step]} | {files.total() or ''} | {where} |")
    return "\n".join([*lines, "", f"{total(folder)} assertions in all; one may be about several steps.", ""])


def with_table(readme: str) -> str:
    """The README's text with the table as it is now. Raises UnknownStep, ValueError where it has no place for it."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{README.name} has no lines {BEGIN.strip()} and {END.strip()}")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main(arguments: list[str]) -> None:
    """Print the table, or write it where README.md has its place."""
    if arguments == ["--write"]:
        README.write_text(with_table(README.read_text("utf-8")), "utf-8")
    else:
        sys.stdout.write(table())


if __name__ == "__main__":
    main(sys.argv[1:])

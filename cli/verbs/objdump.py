"""`quire objdump`: what a module consists of, for people or as JSON. It need not be valid."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator

from quire.cli.dump import Code, Dump, Segment
from quire.cli.options import add_features, make_engine
from quire.cli.source import read_source
from quire.engine.binary import decode, encode
from quire.wat.literals import format_name
from quire.wat.names import format_identifier

_BYTES_SHOWN = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `quire objdump`."""
    parser.add_argument("file", metavar="FILE", help="a binary, or a text, as which it is encoded; - is standard input")
    parser.add_argument("-d", "--disassemble", action="store_true", help="the code too, with offsets")
    add_features(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """The exit status of `quire objdump`. Raises Failure."""
    engine = make_engine(arguments)
    source = read_source(arguments.file)
    module, binary = source.parse(engine), source.data
    if not source.is_binary:
        binary = encode(module, engine.instruction_set)
        module = decode(binary, engine.instruction_set)  # which knows offsets
    dump = Dump(module, binary, engine.text_format)
    if arguments.json:
        json.dump({"file": source.name, **dump.as_json(code=arguments.disassemble)}, sys.stdout, indent=1)
        sys.stdout.write("\n")
    else:
        title = f"{source.name}: {len(binary)} bytes"
        sys.stdout.writelines(f"{line}\n" for line in (title, *_lines(dump, code=arguments.disassemble)))
    return 0


def _lines(dump: Dump, *, code: bool) -> Iterator[str]:
    yield from _list("sections", _sections(dump))
    yield from _list("types", (f"{index:>4} {text}" for index, text in enumerate(dump.types())))
    yield from _list("imports", _imports(dump))
    yield from _list("definitions", _definitions(dump))
    yield from _list("exports", _exports(dump))
    yield from _list("segments", map(_segment, dump.segments()))
    if code:
        for each in dump.code():
            yield from ("", *_code(each))


def _list(title: str, lines: Iterator[str]) -> list[str]:
    written = list(lines)
    return ["", f"{title}:", *(f"  {line}" for line in written)] if written else []


def _sections(dump: Dump) -> Iterator[str]:
    for each in dump.sections():
        count = "" if each.count is None else f"  count {each.count}"
        yield f"{each.name:<13} at {each.offset:#08x}  size {each.size:#08x}{count}"


def _imports(dump: Dump) -> Iterator[str]:
    for each in dump.imports():
        yield f"{each.kind:<8} {each.index:>4} {format_name(each.module)} {format_name(each.name)} {each.type}"


def _definitions(dump: Dump) -> Iterator[str]:
    for each in dump.definitions():
        start = "  (start)" if each.kind == "function" and each.index == dump.module.start else ""
        yield f"{each.kind:<8} {each.index:>4}{_name(each.name)} {each.type}{start}"


def _exports(dump: Dump) -> Iterator[str]:
    for each in dump.exports():
        yield f"{each.kind:<8} {each.index:>4} {format_name(each.name)}"


def _segment(each: Segment) -> str:
    unit, space = ("byte", "memory") if each.kind == "data" else ("element", "table")
    size = f"{each.size} {unit}{'' if each.size == 1 else 's'}"
    into = "" if each.into is None else f" into {space} {each.into} at {each.offset}"
    return f"{each.kind:<8} {each.index:>4} {each.mode}, {size}{into}"


def _code(each: Code) -> Iterator[str]:
    locals_ = f", locals: {each.locals}" if each.locals else ""
    yield f"func {each.function}{_name(each.name)} {each.type}{locals_}"
    width = 3 * _BYTES_SHOWN
    for line in each.instructions:
        shown = line.bytes if len(line.bytes) < width else f"{line.bytes[: width - 4]} .."
        yield f"  {line.offset:#08x}  {shown:<{width}}{'  ' * line.depth}{line.text}"


def _name(name: str | None) -> str:
    return "" if name is None else f" {format_identifier(name)}"

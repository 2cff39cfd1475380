"""Smaller forms of the other cases: of broken modules, of scrambled bytes, of programs for page states."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import combinations

from quire.engine.errors import Malformed
from quire.engine.module import Expression
from quire.fuzz.generate.generator import Generated
from quire.fuzz.generate.leaves import Emitter
from quire.fuzz.pages import SECTION, Operation, Program, case_of, from_json
from quire.fuzz.scramble import CODE, HEADER, bodies_of, joined, sized, split, unsigned

NOTHING = b"\x00\x00\x0b"  # no locals, unreachable, end

# Broken modules: nothing is renumbered, since indices may be what is wrong


def fewer_parts(generated: Generated) -> Iterator[Generated]:
    """Without some of the parts of one kind, the last ones first; with a function that does nothing."""
    module = generated.module
    for name in [each.name for each in fields(module) if isinstance(getattr(module, each.name), tuple)]:
        parts = getattr(module, name)
        size = len(parts)
        while size:
            for start in range(len(parts) - size, -1, -size):
                left = parts[:start] + parts[start + size :]
                yield replace(generated, module=replace(module, **{name: left}))
            size //= 2
    make = Emitter(generated.instruction_set).make
    nothing = Expression((make("unreachable"), make("end")))
    for number, function in enumerate(module.functions):
        changed = replace(function, body=nothing, locals=())
        functions = (*module.functions[:number], changed, *module.functions[number + 1 :])
        yield replace(generated, module=replace(module, functions=functions))


# Bytes


def fewer_bytes(generated: Generated) -> Iterator[Generated]:
    """Without a section, or without a stretch of one, whose size is made right; else without any stretch."""
    binary = generated.binary
    try:
        header, sections = split(binary)
    except Malformed:
        header, sections = binary[:HEADER], []
    for gone in (*combinations(range(len(sections)), 2), *combinations(range(len(sections)), 1)):
        yield replace(generated, binary=header + joined([each for at, each in enumerate(sections) if at not in gone]))
    for number, (kind, content) in enumerate(sections):
        bodies = shorter_bodies(content) if kind == CODE else ()
        for shorter in (*bodies, *without_entries(content), *without_stretches(content)):
            changed = [*sections[:number], (kind, shorter), *sections[number + 1 :]]
            yield replace(generated, binary=header + joined(changed))
    for shorter in without_stretches(binary):
        yield replace(generated, binary=shorter)


def shorter_bodies(content: bytes) -> Iterator[bytes]:
    """The code section with a body that does nothing, or without a stretch of one, whose size is made right."""
    try:
        bodies = bodies_of(content)
    except Malformed:
        return
    for number, body in enumerate(bodies):
        for shorter in (NOTHING, *without_stretches(body)):
            if len(shorter) < len(body):
                changed = [*bodies[:number], shorter, *bodies[number + 1 :]]
                yield unsigned(len(changed)) + b"".join(map(sized, changed))


def without_entries(content: bytes) -> Iterator[bytes]:
    """A vector cut behind each of its bytes, with a count that is less, where the count is one byte."""
    for count in range(content[0] if content else 0):
        for end in range(1, len(content)):
            if count < 3:
                yield bytes([count]) + content[1:end]


def without_stretches(data: bytes) -> Iterator[bytes]:
    """Without halves, quarters, ... down to single bytes."""
    size = len(data) // 2
    while size:
        for start in range(0, len(data), size):
            yield data[:start] + data[start + size :]
        size //= 2


# Programs of page states


def program_of(generated: Generated) -> Program | None:
    """The program that a case was made from."""
    found = [each.data for each in generated.module.custom_sections if each.name == SECTION]
    return from_json(json.loads(found[0])) if found else None


def smaller_programs(generated: Generated) -> Iterator[Generated]:
    """With fewer operations, segments and memories, and smaller numbers."""
    program = program_of(generated)
    if program is not None:
        yield from map(case_of, smaller(program))


def smaller(program: Program) -> Iterator[Program]:
    """Programs that are less in one way."""
    operations = program.operations
    size = max(1, len(operations) // 2)
    while size:
        for start in range(0, len(operations), size):
            yield replace(program, operations=operations[:start] + operations[start + size :])
        size //= 2
    for number in range(len(program.segments)):
        yield replace(program, segments=program.segments[:number] + program.segments[number + 1 :])
    if len(program.kinds) > 1:
        yield from (with_one_memory(program, number) for number in range(len(program.kinds)))
    if program.trapping:
        yield replace(program, trapping=False)
    yield from simpler_kinds(program)
    for number, each in enumerate(operations):
        for simpler in simpler_operations(each):
            yield replace(program, operations=(*operations[:number], simpler, *operations[number + 1 :]))


def with_one_memory(program: Program, number: int) -> Program:
    """Everything on one memory."""
    return Program(
        (program.kinds[number],),
        tuple(replace(each, memory=0) for each in program.segments if each.memory == number),
        tuple(replace(each, memory=0, source=0) for each in program.operations if each.memory == number),
        program.trapping,
    )


def simpler_kinds(program: Program) -> Iterator[Program]:
    """With the type of a memory changed to a simpler one."""
    for number, kind in enumerate(program.kinds):
        for name, value in (
            ("address_bits", 32), ("shared", False), ("page_size", 1), ("noaccess", 0), ("readonly", 0), ("minimum", 1),
            ("maximum", kind.minimum), ("noaccess", kind.noaccess // 2), ("readonly", kind.readonly // 2),
            ("minimum", kind.minimum // 2),
        ):  # fmt: skip
            changed = replace(kind, **{name: value})  # type: ignore[arg-type]
            if changed != kind and changed.maximum >= changed.minimum:
                yield replace(program, kinds=(*program.kinds[:number], changed, *program.kinds[number + 1 :]))


def simpler_operations(each: Operation) -> Iterator[Operation]:
    """With smaller numbers."""
    for name in ("address", "length", "other"):
        value: int = getattr(each, name)
        for less in (0, 1, value // 2, value - 1):
            if 0 <= less < value:
                yield replace(each, **{name: less})  # type: ignore[arg-type]

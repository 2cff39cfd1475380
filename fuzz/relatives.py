"""What hardly any module has, put into those that are to be broken: so that a change meets the rule that it is about.

Subtypes that differ from what they extend in each way that they may, types whose fields have no default value or may
not be changed, globals that others may begin with, and segments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from quire.engine import types as t
from quire.engine.module import Active, DataSegment, GlobalDefinition, Module, Passive
from quire.fuzz.generate.leaves import Emitter

_NEEDED = t.FieldType(t.ReferenceType(False, t.FUNC))
_ANY, _EQ, _I31 = (t.ReferenceType(True, heap) for heap in (t.ANY, t.EQ, t.I31))
_NUMBER, _BYTE, _CHANGED = t.FieldType(t.I32), t.FieldType(t.I8), t.FieldType(t.I64, True)
UNRELATED: tuple[t.CompositeType, ...] = (
    t.StructType((_NEEDED, _NEEDED)), t.ArrayType(_NEEDED), t.ArrayType(_NUMBER), t.ArrayType(_BYTE),
    t.StructType((_NUMBER, _BYTE)),
)  # fmt: skip
RELATED: tuple[tuple[t.CompositeType, t.CompositeType], ...] = (
    (t.FunctionType((_EQ,), (_EQ, t.I32)), t.FunctionType((_ANY,), (_I31, t.I32))),
    (t.StructType((t.FieldType(_EQ), _CHANGED)), t.StructType((t.FieldType(_I31), _CHANGED, _NUMBER))),
    (t.ArrayType(t.FieldType(_EQ)), t.ArrayType(t.FieldType(_I31))),
    (t.ArrayType(t.FieldType(_EQ, True)), t.ArrayType(t.FieldType(_EQ, True))),
)
"""Pairs of a type and one that may extend it."""


def with_relatives(module: Module, emitter: Emitter) -> Module:
    """The module with these at the ends of its index spaces."""
    first = sum(len(group.subtypes) for group in module.types)
    groups = [t.RecursiveType((t.SubType(each),)) for each in UNRELATED]
    for number, (above, below) in enumerate(RELATED):
        index = first + len(UNRELATED) + 2 * number
        groups.append(t.RecursiveType((t.SubType(above, final=False),)))
        groups.append(t.RecursiveType((t.SubType(below, (index,)),)))
    type_ = t.GlobalType(t.I32, False)
    globals_ = (GlobalDefinition(type_, emitter.expression([emitter.make("i32.const", value)])) for value in (1, 2))
    module = replace(module, types=(*module.types, *groups), globals=(*module.globals, *globals_))
    return replace(module, data=(*module.data, *segments(module, emitter)))


def segments(module: Module, emitter: Emitter) -> Iterator[DataSegment]:
    """One that is passive and, where there is a memory, two of nothing that are active."""
    yield DataSegment(b"abc", Passive())
    for index, memory in list(enumerate(module.memories))[:1] * 2:
        offset = emitter.expression([emitter.make(f"{memory.type.address_type}.const", 0)])
        yield DataSegment(b"", Active(index, offset))

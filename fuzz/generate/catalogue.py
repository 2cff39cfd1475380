"""Which instructions make a value of a type, and which make none: the rows of the table with the immediates that a
module allows.

Nothing here names an instruction: an immediate's kind tells which values it can have, a row's signature the types.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from quire.engine import matching
from quire.engine import types as t
from quire.engine.bytestream import ByteReader
from quire.engine.errors import Invalid, Malformed
from quire.engine.immediates import (
    COUNT,
    Bits,
    HeapTypeKind,
    Immediate,
    Index,
    Integer,
    Lane,
    Lanes,
    MemArg,
    MemArgKind,
    ReferenceTypeKind,
    ResultTypes,
)
from quire.engine.instructions.row import Kind, Row
from quire.engine.module import Instruction
from quire.engine.validate import ModuleContext
from quire.fuzz.choices import Choices
from quire.fuzz.generate.edges import draw_bits
from quire.proposal_ops.threads.accesses import AtomicMemArgKind

FUEL = 0
"""The index of the global that holds the fuel, which no production touches."""
LENGTHS = (4, 6, 9, 0)  # of array.new_fixed
_CONSTANTS = {32: t.I32, 64: t.I64}
_FLOATS = {32: t.F32, 64: t.F64, 128: t.V128}


@dataclass(frozen=True, slots=True)
class Production:
    """A row with immediates that a module allows. Those that any module allows are drawn for each use."""

    row: Row
    immediates: tuple[Any, ...]
    signature: t.FunctionType
    drawn: bool  # whether some immediates are to be drawn

    def instruction(self, choices: Choices) -> Instruction:
        """One use of it."""
        if not self.drawn:
            return Instruction(self.row, self.immediates)
        pairs = zip(self.row.immediates, self.immediates, strict=True)
        return Instruction(self.row, tuple(draw_immediate(choices, kind, value) for kind, value in pairs))


def draw_immediate(choices: Choices, kind: Immediate, value: Any) -> Any:
    """The value of an immediate in one use, given what stands for it in a Production."""
    match kind:
        case Integer(bits):
            return draw_bits(choices, _CONSTANTS[bits])
        case Bits(bits):
            return draw_bits(choices, _FLOATS[bits])
        case Lane(count):
            return choices.below(count)
        case Lanes():
            return tuple(choices.below(32) for _ in range(16))
        case MemArgKind(natural) if not isinstance(kind, AtomicMemArgKind):
            return value._replace(align=choices.below(natural.bit_length()))
    return value


def is_drawn(kind: Immediate) -> bool:
    """Whether every value of a kind is good in every module."""
    return isinstance(kind, Integer | Bits | Lane | Lanes | MemArgKind)


def any_value(kind: Immediate) -> Any:
    """A value of a kind whose values are drawn."""
    return MemArg(0, 0, 0) if isinstance(kind, MemArgKind) else (0,) * 16 if isinstance(kind, Lanes) else 0


@cache
def byte_values(kind: Immediate) -> tuple[Any, ...]:
    """The values of a kind that is one byte, found by reading each."""
    found = []
    for code in range(256):
        try:
            found.append(kind.read(ByteReader(bytes((code,)))))
        except Malformed:
            continue
    return tuple(found)


class Catalogue:
    """The productions of one module, by what they make."""

    def __init__(self, context: ModuleContext, rows: Iterable[Row], heaps: Sequence[t.HeapType], written: Any) -> None:
        """`heaps` are the heap types to cast to and be null of; `written` writes a closed heap type."""
        self._context = context
        structures = (each.composite for each in context.types if isinstance(each.composite, t.StructType))
        self._fields = max((len(each.fields) for each in structures), default=0)
        self._heaps = [written(heap) for heap in heaps]
        self.all = [each for row in rows for each in self._of_row(row)]
        self._by_result: dict[t.ValueType, list[Production]] = {}
        self.statements = [each for each in self.all if not each.signature.results]
        for each in self.all:
            if each.signature.results:
                self._by_result.setdefault(each.signature.results[0], []).append(each)
        self._matching: dict[t.ValueType, list[list[Production]]] = {}

    def making(self, type_: t.ValueType) -> list[list[Production]]:
        """What makes a value that matches a type, grouped by row so that each row has the same chance."""
        known = self._matching.get(type_)
        if known is None:
            fitting = (each for made, each in self._by_result.items() if matching.matches_value(made, type_))
            known = self._matching[type_] = by_row(each for group in fitting for each in group)
        return known

    def _of_row(self, row: Row) -> list[Production]:
        if row.kind is Kind.CONTROL:
            return []
        if all(map(is_drawn, row.immediates)) and not any(isinstance(kind, MemArgKind) for kind in row.immediates):
            return [plain_production(row)]
        found = []
        for immediates in product(*map(self._values, row.immediates)):
            try:
                signature = self._context.signature(Instruction(row, immediates))
            except Invalid:
                continue
            found.append(Production(row, immediates, signature, any(map(is_drawn, row.immediates))))
        return found

    def _values(self, kind: Immediate) -> Sequence[Any]:
        """What stands for an immediate: each value that the module allows, or one for all that any module does."""
        context = self._context
        match kind:
            case MemArgKind(natural):
                return [MemArg(natural.bit_length() - 1, index, 0) for index in range(len(context.memories))]
            case Index(space):
                return range(FUEL + 1 if space == "global" else 0, self._count(space))
            case HeapTypeKind():
                return self._heaps
            case ReferenceTypeKind(nullable):
                return [t.ReferenceType(nullable, heap) for heap in self._heaps]
            case ResultTypes():
                return ()  # the form of control that makes choices has it
        if kind == COUNT:
            return LENGTHS
        return (any_value(kind),) if is_drawn(kind) else byte_values(kind)

    def _count(self, space: str) -> int:
        context = self._context
        if space in ("local", "label"):
            return 0  # of which the body knows
        counts: Mapping[str, int] = {
            "type": len(context.types), "function": len(context.functions), "table": len(context.tables),
            "memory": len(context.memories), "global": len(context.globals), "tag": len(context.tags),
            "element": len(context.elements), "data": context.data_count, "field": self._fields,
        }  # fmt: skip
        return counts[space]


@cache
def plain_production(row: Row) -> Production:
    """The production of a row that is the same in every module."""
    immediates = tuple(map(any_value, row.immediates))
    return Production(row, immediates, row.signature(ModuleContext(), *immediates), bool(row.immediates))


def by_row(productions: Iterable[Production]) -> list[list[Production]]:
    """The productions, those of one row together."""
    groups: dict[Row, list[Production]] = {}
    for each in productions:
        groups.setdefault(each.row, []).append(each)
    return list(groups.values())

"""The simplest code for a type: constants, null references, constructors. Most of it may stand in constant expressions.

Spec: valid/instructions#constant-expressions
"""

from __future__ import annotations

from collections.abc import Sequence

from quire.engine import matching
from quire.engine import types as t
from quire.engine.errors import Crash
from quire.engine.instruction_set import InstructionSet
from quire.engine.instructions.row import Row
from quire.engine.module import Expression, Instruction
from quire.fuzz.choices import Choices
from quire.fuzz.generate.edges import draw_bits

Code = list[Instruction]


class Emitter:
    """Makes instructions by their names."""

    def __init__(self, instruction_set: InstructionSet) -> None:
        self._rows = instruction_set.by_mnemonic

    def make(self, mnemonic: str, *immediates: object) -> Instruction:
        """The instruction of that name, the first where several share it."""
        return Instruction(self._rows[mnemonic][0], immediates)

    def of(self, row: Row, *immediates: object) -> Instruction:
        """An instruction of a row."""
        return Instruction(row, immediates)

    def expression(self, code: Sequence[Instruction]) -> Expression:
        """The code with its `end`."""
        return Expression((*code, self.make("end")))


class Leaves:
    """Code for closed types, for one module. `functions` may be extended as long as the module is being planned."""

    def __init__(self, emitter: Emitter, types: Sequence[t.DefinedType], functions: Sequence[t.DefinedType]) -> None:
        self.make = emitter.make
        self.types = types
        self.functions = functions
        self._indices: dict[t.DefinedType, int] = {}
        for index, type_ in enumerate(types):
            self._indices.setdefault(type_, index)

    def written(self, heap: t.HeapType) -> t.HeapType:
        """A closed heap type as a module writes it."""
        return self._indices[heap] if isinstance(heap, t.DefinedType) else heap

    def constant(self, type_: t.NumberType, bits: int) -> Instruction:
        """The constant with these bits."""
        return self.make(f"{type_.name}.const", bits)

    def zero(self, type_: t.NumberType) -> Code:
        """The constant 0."""
        return [self.constant(type_, 0)]

    def null(self, heap: t.HeapType) -> Instruction:
        """A null reference."""
        return self.make("ref.null", self.written(heap))

    def leaf(self, choices: Choices, type_: t.ValueType) -> Code:
        """Code for a value of a closed type. Raises Crash where there is none: ask `has_values` first."""
        if isinstance(type_, t.NumberType):
            return [self.constant(type_, draw_bits(choices, type_))]
        if type_.nullable and (not self.has_values(t.ReferenceType(False, type_.heap)) or not choices.chance(50)):
            return [self.null(type_.heap)]
        return self.construct(choices, type_.heap)

    def has_values(self, type_: t.ValueType) -> bool:
        """Whether `leaf` can make one."""
        if isinstance(type_, t.NumberType) or type_.nullable:
            return True
        heap = type_.heap
        if isinstance(heap, t.DefinedType):
            return not isinstance(heap.composite, t.FunctionType) or self.function_of(heap) is not None
        if heap in (t.STRUCT, t.ARRAY):
            return self.aggregate_of(heap) is not None
        return heap in (t.I31, t.EQ, t.ANY, t.EXTERN) or (heap is t.FUNC and bool(self.functions))

    def function_of(self, heap: t.DefinedType) -> int | None:
        """The last function that a reference to this type may refer to; the first ones are helpers."""
        found = [i for i, each in enumerate(self.functions) if matching.matches_heap(each, heap)]
        return found[-1] if found else None

    def aggregate_of(self, heap: t.HeapType) -> t.DefinedType | None:
        """A structure type, or an array type."""
        kind = t.StructType if heap is t.STRUCT else t.ArrayType
        return next((each for each in self.types if isinstance(each.composite, kind)), None)

    def construct(self, choices: Choices, heap: t.HeapType) -> Code:
        """A reference that is not null."""
        if isinstance(heap, t.DefinedType):
            return self._construct_defined(choices, heap)
        if heap is t.FUNC:
            return [self.make("ref.func", choices.below(len(self.functions)))]
        if heap is t.EXTERN:
            return [*self.construct(choices, t.I31), self.make("extern.convert_any")]
        aggregate = self.aggregate_of(heap) if heap in (t.STRUCT, t.ARRAY) else None
        if aggregate is not None:
            return self._construct_defined(choices, aggregate)
        if heap in (t.I31, t.EQ, t.ANY):
            return [self.constant(t.I32, draw_bits(choices, t.I32)), self.make("ref.i31")]
        raise Crash("there is no value of a type", str(heap))

    def _construct_defined(self, choices: Choices, heap: t.DefinedType) -> Code:
        composite, index = heap.composite, self._indices[heap]
        if isinstance(composite, t.FunctionType):
            return [self.make("ref.func", self.function_of(heap))]
        if isinstance(composite, t.StructType):
            if choices.chance(30) and all(t.is_defaultable(field.value) for field in composite.fields):
                return [self.make("struct.new_default", index)]
            parts = [each for field in composite.fields for each in self.simple(choices, field.value)]
            return [*parts, self.make("struct.new", index)]
        count = 4 + choices.below(4)
        if choices.chance(50):
            fill = self.simple(choices, composite.field.value)
            return [*fill, self.constant(t.I32, count), self.make("array.new", index)]
        parts = [each for _ in range(count) for each in self.simple(choices, composite.field.value)]
        return [*parts, self.make("array.new_fixed", index, count)]

    def simple(self, choices: Choices, type_: t.ValueType) -> Code:
        """A leaf that is null where it may be, so that types which contain themselves come to an end."""
        if isinstance(type_, t.ReferenceType) and type_.nullable:
            return [self.null(type_.heap)]
        return self.leaf(choices, type_)

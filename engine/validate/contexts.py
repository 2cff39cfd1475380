"""The context of validation: what the indices of a module and of a function stand for, as closed types.

It outlives validation: instantiation takes the types of imports and definitions from it, and the tiers ask it for the
signatures of instructions. Spec: valid/conventions#contexts
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TypeVar

from quire.engine import types as t
from quire.engine.errors import Invalid
from quire.engine.immediates import DATA, ELEMENT, Immediate
from quire.engine.module import Instruction, LocalRun
from quire.engine.type_encoding import BlockType

Syntax = TypeVar("Syntax")
Item = TypeVar("Item")

MAXIMUM_LOCALS = 50_000  # the limit that web engines share. Spec: appendix/implementation


def look_up(what: str, items: Sequence[Item], index: int) -> Item:
    """The item that an index names. Raises Invalid where it names none."""
    if index < len(items):
        return items[index]
    raise Invalid(f"unknown {what} {index}", counted(len(items)))


def counted(number: int) -> str:
    """How many there are of something, as a sentence."""
    return f"there are {number}" if number > 1 else "there is one" if number else "there is none"


@dataclass(frozen=True, slots=True)
class Locals:
    """The locals of a function, parameters first, in runs of one type, since a binary may declare billions of them."""

    parameters: int = 0
    types: tuple[t.ValueType, ...] = ()  # of each run, closed
    ends: tuple[int, ...] = ()  # the index behind the last local of each run

    @property
    def count(self) -> int:
        return self.ends[-1] if self.ends else 0

    def type(self, index: int) -> t.ValueType:
        """Raises Invalid for an index beyond the locals."""
        run = bisect_right(self.ends, index)
        if run == len(self.types):
            raise Invalid(f"unknown local {index}", counted(self.count))
        return self.types[run]


def make_locals(parameters: Sequence[t.ValueType], runs: Iterable[LocalRun]) -> Locals:
    """Both of closed types. Raises Invalid for more locals than our limit."""
    present = [run for run in runs if run.count]
    types = (*parameters, *(run.type for run in present))
    ends = tuple(accumulate([*(1 for _ in parameters), *(run.count for run in present)]))
    if ends and ends[-1] > MAXIMUM_LOCALS:
        raise Invalid("too many locals", f"{ends[-1]}, the limit is {MAXIMUM_LOCALS}")
    return Locals(len(parameters), types, ends)


def _is_segment(immediate: tuple[Immediate, object]) -> bool:
    """Segments are looked up last: binaries name them before the memory or table, the rules behind it."""
    return immediate[0] in (ELEMENT, DATA)


@dataclass(frozen=True, slots=True)
class ModuleContext:
    """What the indices stand for, imports first. `locals` are none but inside a function.

    The methods that take an index raise Invalid for one that names nothing.
    """

    types: tuple[t.DefinedType, ...] = ()
    functions: tuple[t.DefinedType, ...] = ()
    tables: tuple[t.TableType, ...] = ()
    memories: tuple[t.MemoryType, ...] = ()
    globals: tuple[t.GlobalType, ...] = ()
    tags: tuple[t.DefinedType, ...] = ()
    elements: tuple[t.ReferenceType, ...] = ()
    data_count: int = 0
    declared_functions: frozenset[int] = frozenset()
    locals: Locals = Locals()

    def type(self, index: int) -> t.DefinedType:
        return look_up("type", self.types, index)

    def function(self, index: int) -> t.DefinedType:
        return look_up("function", self.functions, index)

    def declared_function(self, index: int) -> t.DefinedType:
        """Raises Invalid also for a function that only function bodies refer to. Spec: valid/instructions#ref-func"""
        function = self.function(index)
        if index not in self.declared_functions:
            raise Invalid("undeclared function reference", f"function {index}")
        return function

    def table(self, index: int) -> t.TableType:
        return look_up("table", self.tables, index)

    def memory(self, index: int) -> t.MemoryType:
        return look_up("memory", self.memories, index)

    def global_(self, index: int) -> t.GlobalType:
        return look_up("global", self.globals, index)

    def tag(self, index: int) -> t.FunctionType:
        return t.function_type_of(look_up("tag", self.tags, index))

    def tag_type(self, index: int | None) -> t.DefinedType | None:
        """The closed type of a tag; None for None."""
        return None if index is None else look_up("tag", self.tags, index)

    def element(self, index: int) -> t.ReferenceType:
        return look_up("elem segment", self.elements, index)

    def data(self, index: int) -> None:
        look_up("data segment", range(self.data_count), index)

    def local(self, index: int) -> t.ValueType:
        return self.locals.type(index)

    def close(self, syntax: Syntax) -> Syntax:
        """A type as written in the module, closed."""
        return t.substitute(syntax, lambda heap: self.type(heap) if isinstance(heap, int) else heap)

    def written(self, syntax: Syntax) -> Syntax:
        """A closed type with indices again, the lowest where several name one type: for messages."""
        return t.substitute(
            syntax,
            lambda heap: self.types.index(heap) if isinstance(heap, t.DefinedType) and heap in self.types else heap,
        )

    def function_type(self, index: int) -> t.FunctionType:
        """The function type that a type index stands for. Raises Invalid for other types too."""
        composite = self.type(index).composite
        if not isinstance(composite, t.FunctionType):
            raise Invalid("type mismatch", f"type {index} is no function type")
        return composite

    def block_type(self, block: BlockType) -> t.FunctionType:
        """The type of a structured instruction. Spec: valid/types#block-types"""
        if isinstance(block, int):
            return self.function_type(block)
        return t.FunctionType() if block is None else t.FunctionType((), (self.close(block),))

    def signature(self, instruction: Instruction) -> t.FunctionType:
        """The type of an instruction that is not a control one, its immediates checked."""
        row, immediates = instruction
        kinds = zip(row.immediates, immediates, strict=True)
        for kind, value in kinds if len(immediates) < 2 else sorted(kinds, key=_is_segment):
            kind.check(self, value)
        return row.signature(self, *immediates)

    def with_locals(self, parameters: Sequence[t.ValueType], runs: Iterable[LocalRun]) -> ModuleContext:
        """This context inside a function: parameters of closed types, further locals as written."""
        closed = (LocalRun(run.count, self.close(run.type)) for run in runs)
        return replace(self, locals=make_locals(parameters, closed))

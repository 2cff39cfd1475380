"""What the passes hand on: expressions, statements, ends of blocks, blocks and the regions of try_table.

An expression is a tree without sharing: the operand stack of WebAssembly uses every value once. Variables are Python
names: `l3` is the local 3, `s2` the slot at height 2 of the operand stack. Knows no Python source beyond these names.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from quire.engine import types as t
from quire.engine.immediates import Catch
from quire.engine.module import Instruction

# Effects of an expression: what an evaluation must not be moved across.
PURE = 0
TRAPS = 1  # may trap
READS_MEMORY = 2
READS_STATE = 4  # globals, tables, fields, sizes, page states
WRITES_MEMORY = 8
WRITES_STATE = 16
CALLS = 32  # runs other code, which may do anything but touch variables
MEMORY = READS_MEMORY | WRITES_MEMORY
EVERYTHING = TRAPS | READS_MEMORY | READS_STATE | WRITES_MEMORY | WRITES_STATE | CALLS


class Get:
    """The value of a variable."""

    __slots__ = ("name", "reads", "type")
    effects = PURE
    depth = 0

    def __init__(self, name: str, type_: t.OperandType) -> None:
        self.name = name
        self.type = type_
        self.reads = frozenset((name,))


@dataclass(eq=False, slots=True)
class Operation:
    """An instruction applied to operands; `index` is its number in the body, `type` that of its only result."""

    index: int
    instruction: Instruction
    operands: tuple[Expression, ...]
    type: t.OperandType | None
    effects: int
    depth: int
    reads: frozenset[str]
    bounds: tuple[tuple[str, int], ...] | None = None  # see facts.py, which finds them when they are first asked for


Expression = Get | Operation


@dataclass(eq=False, slots=True)
class Assign:
    """Evaluate, and give the results to variables; none for an expression that is evaluated for its effects alone."""

    targets: tuple[str, ...]
    value: Expression
    types: tuple[t.OperandType, ...] = ()


@dataclass(eq=False, slots=True)
class Catching:
    """At the start of a handler's block: the values of the exception that was caught, and itself, to variables."""

    values: tuple[str, ...]
    reference: str | None
    types: tuple[t.OperandType, ...]


Statement = Assign | Catching


@dataclass(eq=False, slots=True)
class Jump:
    """On to a block."""

    target: Block


@dataclass(eq=False, slots=True)
class Branch:
    """To `then` where the condition is not zero."""

    condition: Expression
    then: Block
    otherwise: Block


@dataclass(eq=False, slots=True)
class Switch:
    """To the target of the selector's number; the last target is for all above."""

    selector: Expression
    targets: tuple[Block, ...]


@dataclass(eq=False, slots=True)
class Return:
    """Out of the function."""

    values: tuple[Expression, ...]


@dataclass(eq=False, slots=True)
class Stop:
    """An instruction after which nothing comes: unreachable, throw, a tail call."""

    value: Operation


@dataclass(eq=False, slots=True)
class Try:
    """Run a region from its entry; its branches out of itself are successors of the block that ends so."""

    region: Region


End = Jump | Branch | Switch | Return | Stop | Try


@dataclass(eq=False, slots=True)
class Handler:
    """A clause of a try_table: the block that takes the values of the exception to the label."""

    catch: Catch
    block: Block


@dataclass(eq=False, slots=True)
class Region:
    """The blocks of a function, or of a try_table in it.

    `number` is that of the region in the order of the source, `end` the number behind the last one inside it. `exits`
    are the blocks outside that branches out of the region lead to, those of handlers last.
    """

    parent: Region | None
    entry: Block | None = None
    handlers: tuple[Handler, ...] = ()
    number: int = 0
    end: int = 0
    exits: tuple[Block, ...] = ()

    def find_exits(self) -> None:
        """To be asked of the regions inside this one first."""
        found, seen, pending = [], set(), [self.entry]
        while pending:
            block = pending.pop()
            if block is None or block in seen:
                continue
            seen.add(block)
            if self.holds(block):
                pending.extend(reversed(successors(block)))
            else:
                found.append(block)
        self.exits = tuple(dict.fromkeys((*found, *(handler.block for handler in self.handlers))))

    def holds(self, block: Block) -> bool:
        """Whether a block is in the region or in one inside it."""
        return self.number <= block.region.number < self.end


@dataclass(eq=False, slots=True)
class Block:
    """Statements one after the other, and an end."""

    number: int
    region: Region
    statements: list[Statement] = field(default_factory=list)
    end: End | None = None
    changes: tuple[Set[str], Set[str]] | None = None  # see building.py, which finds them when they are first asked for

    def __repr__(self) -> str:
        return f"<block {self.number}>"


@dataclass(eq=False, slots=True)
class Graph:
    """A lifted function. `loops`: the blocks that loops start with, and the number behind their last block."""

    region: Region
    blocks: list[Block]
    parameters: tuple[str, ...]
    parameter_types: tuple[t.ValueType, ...]
    locals: tuple[tuple[str, t.ValueType], ...]
    results: tuple[t.ValueType, ...]
    loops: dict[Block, int] = field(default_factory=dict)
    has_tail_calls: bool = False
    nesting: int = 0  # loops and tries, one within the other, at most

    def take_apart(self) -> None:
        """Let go of everything. Blocks refer to each other in circles, which Python would find only now and then."""
        for block in self.blocks:
            block.region.entry = block.end = None
            block.statements.clear()


def successors(block: Block) -> Sequence[Block]:
    """Where a block may lead within its function, each once, in the order of the source."""
    end = block.end
    if isinstance(end, Jump):
        return (end.target,)
    if isinstance(end, Branch):
        return (end.then, end.otherwise) if end.then is not end.otherwise else (end.then,)
    if isinstance(end, Switch):
        return tuple(dict.fromkeys(end.targets))
    return end.region.exits if isinstance(end, Try) else ()


def expressions(block: Block) -> list[Expression]:
    """All expressions of a block, whole trees, in the order of evaluation."""
    return [*(each.value for each in block.statements if isinstance(each, Assign)), *last_expressions(block)]


def last_expressions(block: Block) -> tuple[Expression, ...]:
    """The expressions behind the statements of a block."""
    end = block.end
    if isinstance(end, Branch):
        return (end.condition,)
    if isinstance(end, Return):
        return end.values
    if isinstance(end, Switch):
        return (end.selector,)
    return (end.value,) if isinstance(end, Stop) else ()


def operations(expression: Expression, effects: int) -> list[Operation]:
    """Those of a tree that have any of these effects, by themselves or by their operands; operands first."""
    found: list[Operation] = []
    pending = [expression]
    while pending:
        each = pending.pop()
        if each.effects & effects and isinstance(each, Operation):
            found.append(each)
            pending += each.operands
    return found[::-1]


def mnemonic(operation: Operation) -> str:
    """Of the instruction that an operation is."""
    return operation.instruction.row.mnemonic


def immediates(operation: Operation) -> tuple[Any, ...]:
    """Of the instruction that an operation is."""
    return operation.instruction.immediates

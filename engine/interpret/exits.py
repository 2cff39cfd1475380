"""Exits: how a basic block ends. An exit returns the block to go on with, or None when the machine changed its frame.

Spec: exec/instructions#control-instructions
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from quire.engine import matching
from quire.engine.errors import Trap
from quire.engine.immediates import Cast
from quire.engine.interpret.steps import Stack, Step, pop_many
from quire.engine.runtime.function import Function
from quire.engine.runtime.objects import ExceptionReference, is_instance

if TYPE_CHECKING:
    from quire.engine.interpret.machine import Activation, Machine

Exit = Callable[["Machine", "Activation", Stack], "Block | None"]
Transfer = Callable[["Machine", Stack], "Block"]


@dataclass(eq=False, slots=True)
class Label:
    """A place to branch to: `block`, once it is known, with `arity` values above `height` on the stack."""

    arity: int
    height: int
    loop: bool = False
    block: Block | None = None
    used: bool = False


@dataclass(frozen=True, slots=True)
class Handler:
    """A clause of a try_table: `tag` is an index, or None for all; `reference` asks for the exnref too."""

    tag: int | None
    reference: bool
    label: Label


@dataclass(eq=False, slots=True)
class Block:
    """Steps that run one after the other, and the exit. Instruction numbers tell where each came from."""

    handlers: tuple[Handler, ...]  # innermost first
    steps: tuple[Step, ...] = ()
    indices: tuple[int, ...] = ()  # of the steps
    exit: Exit = field(default=lambda machine, frame, stack: None)
    exit_index: int = 0


def target(label: Label) -> Block:
    """The block that a label stands for, at run time."""
    return label.block  # type: ignore[return-value]  # every label is resolved when the body is prepared


def transfer(label: Label, height: int) -> Transfer:
    """How to get to a label from where the stack has `height` values, those it carries included."""
    label.used = True
    arity, base = label.arity, label.height

    def loop(machine: Machine, stack: Stack) -> Block:
        machine.tick()
        return unwind(machine, stack)

    def unwind(machine: Machine, stack: Stack) -> Block:
        values = stack[len(stack) - arity :]
        del stack[base:]
        stack += values
        return target(label)

    def loop_directly(machine: Machine, stack: Stack) -> Block:
        machine.tick()
        return target(label)

    def directly(machine: Machine, stack: Stack) -> Block:
        return target(label)

    if height == base + arity:
        return loop_directly if label.loop else directly
    return loop if label.loop else unwind


def fall_through(following: Block) -> Exit:
    """Into the next block."""
    return lambda machine, frame, stack: following


def unreachable(machine: Machine, frame: Activation, stack: Stack) -> None:
    """Spec: exec/instructions#exec-unreachable"""
    raise Trap("unreachable")


def br(taken: Transfer) -> Exit:
    """Spec: exec/instructions#exec-br"""
    return lambda machine, frame, stack: taken(machine, stack)


def br_if(taken: Transfer, following: Block) -> Exit:
    """Spec: exec/instructions#exec-br-if"""
    return lambda machine, frame, stack: taken(machine, stack) if stack.pop() else following


def if_(then: Block, otherwise: Label) -> Exit:
    """Spec: exec/instructions#exec-if"""
    return lambda machine, frame, stack: then if stack.pop() else target(otherwise)


def br_table(cases: Sequence[Transfer]) -> Exit:
    """The last case is the default. Spec: exec/instructions#exec-br-table"""
    last = len(cases) - 1
    return lambda machine, frame, stack: cases[min(stack.pop(), last)](machine, stack)


def br_on_null(taken: Transfer, following: Block) -> Exit:
    """Spec: exec/instructions#exec-br-on-null"""

    def exit_(machine: Machine, frame: Activation, stack: Stack) -> Block:
        if stack[-1] is not None:
            return following
        stack.pop()
        return taken(machine, stack)

    return exit_


def br_on_non_null(taken: Transfer, following: Block) -> Exit:
    """Spec: exec/instructions#exec-br-on-non-null"""

    def exit_(machine: Machine, frame: Activation, stack: Stack) -> Block:
        if stack[-1] is not None:
            return taken(machine, stack)
        stack.pop()
        return following

    return exit_


def br_on_cast(cast: Cast, taken: Transfer, following: Block, *, on: bool) -> Exit:
    """br_on_cast_fail where `on` is false. Spec: exec/instructions#exec-br-on-cast"""

    def exit_(machine: Machine, frame: Activation, stack: Stack) -> Block:
        if is_instance(stack[-1], frame.close(cast.target)) is on:
            return taken(machine, stack)
        return following

    return exit_


def return_(arity: int) -> Exit:
    """Spec: exec/instructions#exec-return"""
    return lambda machine, frame, stack: machine.leave(frame, stack[len(stack) - arity :])


Callee = Callable[["Activation", Stack], Function]


def call(callee: Callee, arity: int, following: Block) -> Exit:
    """Spec: exec/instructions#exec-call"""

    def exit_(machine: Machine, frame: Activation, stack: Stack) -> Block | None:
        function = callee(frame, stack)
        frame.resume = following
        return machine.enter(function, pop_many(stack, arity), frame)

    return exit_


def return_call(callee: Callee, arity: int) -> Exit:
    """Spec: exec/instructions#exec-return-call"""

    def exit_(machine: Machine, frame: Activation, stack: Stack) -> Block | None:
        function = callee(frame, stack)
        return machine.replace(frame, function, pop_many(stack, arity))

    return exit_


def direct(index: int) -> Callee:
    """The function that an index names."""
    return lambda frame, stack: frame.instance.functions[index]


def referenced(frame: Activation, stack: Stack) -> Function:
    """The function that the topmost reference refers to. Spec: exec/instructions#exec-call-ref"""
    function: Function | None = stack.pop()
    if function is None:
        raise Trap("null function reference")
    return function


def indirect(type_index: int, table_index: int) -> Callee:
    """The function in a table. Spec: exec/instructions#exec-call-indirect"""

    def callee(frame: Activation, stack: Stack) -> Function:
        index, table = stack.pop(), frame.instance.tables[table_index]
        if index >= len(table.elements):
            raise Trap(f"undefined element {index}", f"the size of {table.name} is {table.size}")
        function: Function | None = table.elements[index]
        if function is None:
            raise Trap(f"uninitialized element {index}", table.name)
        expected = frame.instance.types[type_index]
        if not matching.matches_defined(function.type, expected):
            raise Trap("indirect call type mismatch", f"{expected} is called, {function.type} is there")
        return function

    return callee


def throw(tag_index: int, arity: int) -> Exit:
    """Spec: exec/instructions#exec-throw"""

    def exit_(machine: Machine, frame: Activation, stack: Stack) -> Block | None:
        values = tuple(pop_many(stack, arity))
        return machine.throw(ExceptionReference(frame.instance.tags[tag_index], values))

    return exit_


def throw_ref(machine: Machine, frame: Activation, stack: Stack) -> Block | None:
    """Spec: exec/instructions#exec-throw-ref"""
    exception: Any = stack.pop()
    if exception is None:
        raise Trap("null exception reference")
    return machine.throw(exception)

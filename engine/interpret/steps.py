"""Steps: a plain instruction as a function of the operand stack.

A step takes its operands from the stack, runs the function of the row, and pushes the results. The shapes that are
common (by number of operands and results) are written out, since this is where the time goes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from quire.engine.module import Instruction
from quire.engine.runtime.frame import Frame

Stack = list[Any]
Step = Callable[[Stack, Frame], None]
Run = Callable[..., Any]


def plain_step(instruction: Instruction, operands: int, results: int) -> Step:
    """The step of an instruction with that many operands and results."""
    row, immediates = instruction
    if row.effects:
        make = _STATEFUL.get((operands, results))
        if make and len(immediates) == 1:
            return make(row.run, immediates[0])
        return _stateful(row.run, immediates, operands, results)
    run = partial(row.run, *immediates) if immediates else row.run
    if (operands, results) == (0, 1):
        return push(run())
    numeric = _NUMERIC.get((operands, results))
    return numeric(run) if numeric else _pure(run, operands, results)


def push(value: Any) -> Step:
    """Of a constant."""

    def step(stack: Stack, frame: Frame) -> None:
        stack.append(value)

    return step


def drop(stack: Stack, frame: Frame) -> None:
    """Spec: exec/instructions#exec-drop"""
    stack.pop()


def select(stack: Stack, frame: Frame) -> None:
    """Without types. Spec: exec/instructions#exec-select"""
    condition, second = stack.pop(), stack.pop()
    if not condition:
        stack[-1] = second


def _unary(run: Run) -> Step:
    def step(stack: Stack, frame: Frame) -> None:
        stack[-1] = run(stack[-1])

    return step


def _binary(run: Run) -> Step:
    def step(stack: Stack, frame: Frame) -> None:
        second = stack.pop()
        stack[-1] = run(stack[-1], second)

    return step


_NUMERIC = {(1, 1): _unary, (2, 1): _binary}


def _pure(run: Run, operands: int, results: int) -> Step:
    def step(stack: Stack, frame: Frame) -> None:
        _push_results(stack, run(*pop_many(stack, operands)), results)

    return step


def _get(run: Run, immediate: Any) -> Step:
    def step(stack: Stack, frame: Frame) -> None:
        stack.append(run(frame, immediate))

    return step


def _set(run: Run, immediate: Any) -> Step:
    def step(stack: Stack, frame: Frame) -> None:
        run(frame, immediate, stack.pop())

    return step


def _load(run: Run, immediate: Any) -> Step:
    def step(stack: Stack, frame: Frame) -> None:
        stack[-1] = run(frame, immediate, stack[-1])

    return step


def _store(run: Run, immediate: Any) -> Step:
    def step(stack: Stack, frame: Frame) -> None:
        value = stack.pop()
        run(frame, immediate, stack.pop(), value)

    return step


_STATEFUL = {(0, 1): _get, (1, 0): _set, (1, 1): _load, (2, 0): _store}


def _stateful(run: Run, immediates: tuple[Any, ...], operands: int, results: int) -> Step:
    def step(stack: Stack, frame: Frame) -> None:
        _push_results(stack, run(frame, *immediates, *pop_many(stack, operands)), results)

    return step


def pop_many(stack: Stack, count: int) -> list[Any]:
    """The topmost `count` values, the deepest first."""
    base = len(stack) - count
    values = stack[base:]
    del stack[base:]
    return values


def _push_results(stack: Stack, result: Any, results: int) -> None:
    if results == 1:
        stack.append(result)
    elif results:
        stack.extend(result)

"""Runs the automaton over function bodies and constant expressions, and says where one goes wrong.

Spec: valid/modules#functions, valid/instructions#expressions
"""

from __future__ import annotations

from functools import reduce
from operator import getitem

from quire.engine import types as t
from quire.engine.errors import Crash, Invalid, QuireError
from quire.engine.immediates import GLOBAL
from quire.engine.module import Expression, FunctionDefinition, Instruction
from quire.engine.validate.contexts import ModuleContext
from quire.engine.validate.states import Automaton, Mismatch, State
from quire.engine.validate.symbols import Symbols


class Bodies:
    """Checks the code of one module. Call `forget` when done: what it remembers is large."""

    def __init__(self, context: ModuleContext) -> None:
        self._context = context
        self._automaton = Automaton()
        self._symbols = Symbols(context, self._automaton)

    def check_function(self, definition: FunctionDefinition, name: str) -> None:
        """Raises Invalid; `name` is how the error calls the function."""
        type_ = self._context.type(definition.type_index)
        try:
            self._symbols.enter(type_, definition.locals)
        except Invalid as error:
            raise error.located(definition.body.places.place(0), name) from None
        self._check(definition.body, self._automaton.start(type_, t.function_type_of(type_).results), name)

    def check_constant(self, expression: Expression, expected: t.ValueType, globals_: int, name: str) -> None:
        """Raises Invalid; `globals_` is the number of globals that may be read, the first ones.

        Spec: valid/instructions#constant-expressions
        """
        for index, instruction in enumerate(expression.instructions):
            try:
                self._require_constant(instruction, globals_)
            except Invalid as error:
                raise self._explained(error, expression, index, name) from None
        self._check(expression, self._automaton.start(expected, (expected,)), name)

    def forget(self) -> None:
        """Let go of what was remembered."""
        self._automaton.forget()
        self._symbols.clear()

    def _require_constant(self, instruction: Instruction, globals_: int) -> None:
        row, immediates = instruction
        if not row.constant and row.rule != "end":
            raise Invalid("constant expression required")
        if GLOBAL in row.immediates:
            (index,) = immediates
            if index >= globals_:
                raise Invalid(f"unknown global {index}", f"{globals_ or 'none'} may be read here")
            if self._context.global_(index).mutable:
                raise Invalid("constant expression required", f"global {index} is mutable")

    def _check(self, body: Expression, start: State, name: str) -> None:
        try:
            state = reduce(getitem, map(self._symbols.__getitem__, body.instructions), start)
        except Invalid:
            raise self._located(body, start, name) from None
        if state is not self._automaton.outside:
            raise Invalid("unexpected end", "an end is missing").located(body.places.place(len(body)), name)

    def _located(self, body: Expression, start: State, name: str) -> QuireError:
        """The error of a body that is known to have one, found once more, with its place."""
        state = start
        for index, instruction in enumerate(body.instructions):
            try:
                state = state[self._symbols[instruction]]
            except Invalid as error:
                return self._explained(error, body, index, name)
        raise Crash("an error of validation came only once")

    def _explained(self, error: Invalid, body: Expression, index: int, name: str) -> QuireError:
        """The error of the instruction number `index`, told which instruction that is and where it stands."""
        mnemonic = body.instructions[index].row.mnemonic
        if isinstance(error, Mismatch):
            error.tell(self._context.written)
            error.detail = f"{mnemonic} {error.detail}"
        else:
            error.detail = f"{mnemonic}: {error.detail}" if error.detail else mnemonic
        return error.located(body.places.place(index), name)

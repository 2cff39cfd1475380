"""From instructions to the symbols of the automaton: their immediates checked, their types found, once for each.

What a symbol does not tell does not matter to the stacks: instructions that take two i32 and give one are one symbol.
"""

from __future__ import annotations

from typing import Any

from quire.engine import types as t
from quire.engine.errors import Crash
from quire.engine.immediates import LOCAL, BlockTypeKind, Cast, CastKind, Catches, Immediate, Index
from quire.engine.instructions.row import Kind, Row
from quire.engine.module import Instruction, LocalRun
from quire.engine.validate.contexts import ModuleContext
from quire.engine.validate.rules import RULES, get_uninitialised, set_uninitialised
from quire.engine.validate.states import Automaton, Rule, Symbol

KEPT = 200  # symbols of locals that are kept for the next function with the same ones: swapping them takes time
Layout = tuple[t.DefinedType, tuple[LocalRun, ...]]


class Symbols(dict[Instruction, Symbol]):
    """The symbols of the instructions of a module; each is made when it is first asked for.

    A look-up raises Invalid for an instruction whose immediates name nothing or are out of range. What the instructions
    of locals mean depends on the function: `enter` puts those of one function in the place of another's.
    """

    def __init__(self, context: ModuleContext, automaton: Automaton) -> None:
        self._module_context = context
        self._context = context
        self._automaton = automaton
        self._of_locals: dict[tuple[Row, t.ValueType], Symbol] = {}
        self._layouts: dict[Layout, tuple[ModuleContext, dict[Instruction, Symbol]]] = {}
        self._entered: dict[Instruction, Symbol] = {}

    def enter(self, function: t.DefinedType, runs: tuple[LocalRun, ...]) -> None:
        """From now on locals are these: the parameters of a function type, and further ones. Raises Invalid."""
        for instruction in self._entered:
            del self[instruction]
        if len(self._entered) > KEPT:
            self._entered.clear()
        self._entered = {}
        known = self._layouts.get((function, runs))
        if known is None:
            context = self._module_context.with_locals(t.function_type_of(function).parameters, runs)
            known = self._layouts[function, runs] = (context, {})
        self._context, self._entered = known
        self.update(self._entered)

    def __missing__(self, instruction: Instruction) -> Symbol:
        if LOCAL in instruction.row.immediates:
            symbol = self._entered[instruction] = self._local(instruction)
        else:
            symbol = self._make(instruction)
        self[instruction] = symbol
        return symbol

    def _make(self, instruction: Instruction) -> Symbol:
        row, immediates = instruction
        context = self._context
        if row.kind is not Kind.CONTROL:
            return self._automaton.plain(context.signature(instruction))
        meant = (meaning(context, kind, value) for kind, value in zip(row.immediates, immediates, strict=True))
        return self._automaton.symbol(rule_of(row), *meant)

    def _local(self, instruction: Instruction) -> Symbol:
        """The symbol of local.get, local.set or local.tee."""
        row, immediates = instruction
        type_ = self._context.locals.type(immediates[0])
        symbol = self._of_locals.get((row, type_))
        return self._new_local(instruction, type_) if symbol is None else symbol

    def _new_local(self, instruction: Instruction, type_: t.ValueType) -> Symbol:
        """Only those that have a default are alike. Spec: valid/conventions#local-types"""
        row, (index, *_) = instruction
        if t.is_defaultable(type_):
            symbol = self._of_locals[row, type_] = self._make(instruction)
            return symbol
        if index < self._context.locals.parameters:
            return self._make(instruction)
        rule = get_uninitialised if row.mnemonic == "local.get" else set_uninitialised
        return self._automaton.symbol(rule, index, self._context.signature(instruction))


def rule_of(row: Row) -> Rule:
    """The rule of a control instruction."""
    if row.rule not in RULES:
        raise Crash("the validator has no rule", f"for {row.mnemonic}")
    return RULES[row.rule]


def meaning(context: ModuleContext, kind: Immediate, value: Any) -> Any:
    """What an immediate of a control instruction stands for. Raises Invalid where it names nothing."""
    match kind:
        case Index("function"):
            return context.function(value)
        case Index("type"):
            return context.type(value)
        case Index("table"):
            return context.table(value)
        case Index("tag"):
            return context.tag(value)
        case BlockTypeKind():
            return context.block_type(value)
        case CastKind():
            return Cast(value.label, context.close(value.source), context.close(value.target))
        case Catches():
            return tuple((context.tag_type(each.tag), each.reference, each.label) for each in value)
    kind.check(context, value)
    return value

"""Modules from choices, and the calls to make of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product

from quire.engine import types as t
from quire.engine.instruction_set import InstructionSet
from quire.engine.module import FunctionDefinition, Instruction, Module
from quire.fuzz.choices import Choices
from quire.fuzz.generate.body import CANONICAL, Body
from quire.fuzz.generate.catalogue import Catalogue
from quire.fuzz.generate.checks import Checks
from quire.fuzz.generate.features import ALL_FEATURES, FLOATS, GC, MULTI_MEMORY, draw_features, rows_of
from quire.fuzz.generate.nans import canonical
from quire.fuzz.generate.noting import noting_functions
from quire.fuzz.generate.plan import Plan, draw_plan, function_type
from quire.fuzz.generate.providers import NOTHING, Imported, draw_imported

VERSION = 3
"""Of the generator: the same choices give the same module as long as it is the same."""
WAITS = ("memory.atomic.wait32", "memory.atomic.wait64")
"""Trap on memories that are not shared: there the matrix alone has them."""
CALLS = 12  # of each function: a call costs far less than to make, compile and instantiate a module
SELDOM = 6  # of so many calls there is one where there are no arguments
SHIM_FEATURES = frozenset({GC, MULTI_MEMORY})
"""What the shim can use to tell more, or faster."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function with arguments that constant code makes; `of` names the instruction that it is to show.

    `edges` names the kind and the value of each operand that is to be shown, as fuzz/matrix_coverage.py has it.
    """

    function: int
    arguments: tuple[Instruction, ...]
    of: str = ""
    edges: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Generated:
    """A module, the instruction set that it is of, and the calls to make of it, in this order.

    The module is whole; `imported` says what of it stands in another one when it is run. `shim_features` are those that
    the shim may use even if the module does not.
    """

    module: Module
    instruction_set: InstructionSet
    features: frozenset[str]
    calls: tuple[Call, ...]
    imported: Imported = NOTHING
    shim_features: frozenset[str] = frozenset()
    fuel: bool = True  # whether global 0 holds it
    broken: bool = False  # whether it may be invalid
    plain: bool = False  # whether its own exports are to be called, without a shim
    binary: bytes = b""  # what to hand to engines in place of the module, which then only says where it comes from


def generate(choices: Choices, allowed: Iterable[str] = ALL_FEATURES) -> Generated:
    """A valid module with some of the features that are allowed."""
    allowed = tuple(allowed)
    features = draw_features(choices, allowed)
    plan = draw_plan(choices, features)
    percent = choices.pick((90, 60, 30))
    left_out = () if all(memory.shared for memory in plan.context.memories) else WAITS
    rows = [row for row in rows_of(features) if row.mnemonic not in left_out and choices.chance(percent)]
    catalogue = Catalogue(plan.context, rows, heaps_of(plan), plan.leaves.written)
    risk = choices.pick((0, 0, 5, 20, 50))
    count = len(plan.context.functions)
    checks = Checks(plan.emitter, len(plan.context.types), count)
    are_nans_checked = FLOATS in features and choices.chance(30)
    bodies = [
        Body(
            plan,
            choices,
            catalogue,
            index,
            risk_of(plan, risk, index),
            choices.pick((30, 60, 120)),
            checks,
            are_nans_checked,
        ).definition()
        for index in range(plan.first, count)
    ]
    functions = (*helpers(plan), *noting_functions(plan, choices), *bodies, *checks.definitions())
    module = replace(plan.module, types=(*plan.module.types, *checks.groups()), functions=functions)
    calls, imported = draw_calls(choices, plan), draw_imported(choices, module)
    return Generated(module, plan.instruction_set, features, calls, imported, frozenset(allowed) & SHIM_FEATURES)


def risk_of(plan: Plan, risk: int, function: int) -> int:
    """That of a module, or none for its start function: behind a trap there, nothing is run."""
    return 0 if function == plan.module.start else risk


def heaps_of(plan: Plan) -> list[t.HeapType]:
    """What the module may cast to: the abstract heap types of its features, and its own types."""
    abstract = [t.FUNC, t.EXTERN, t.NOFUNC, t.NOEXTERN]
    if "gc" in plan.features:
        abstract += [t.ANY, t.EQ, t.I31, t.STRUCT, t.ARRAY, t.NONE]
    if "exceptions" in plan.features:
        abstract += [t.EXN, t.NOEXN]
    return [*abstract, *dict.fromkeys(plan.context.types)]


def helpers(plan: Plan) -> list[FunctionDefinition]:
    """The functions that make NaNs canonical, in the order of body.CANONICAL."""
    return [
        FunctionDefinition(definition.type_index, (), plan.emitter.expression(canonical(plan.emitter, shape)))
        for definition, shape in zip(plan.module.functions[: plan.helpers], CANONICAL, strict=False)
    ]


def draw_calls(choices: Choices, plan: Plan) -> tuple[Call, ...]:
    """Functions in turns, some times, with arguments of edge values and simple references."""
    calls = []
    for turn, index in product(range(CALLS), range(plan.first, len(plan.context.functions))):
        parameters = function_type(plan, index).parameters
        if parameters or turn % SELDOM == 0:
            code = [each for type_ in parameters for each in plan.leaves.leaf(choices, type_)]
            calls.append(Call(index, tuple(code)))
    return tuple(calls)

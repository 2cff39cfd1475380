"""Functions such as hosts offer: they tell host.note what they are called with, and return simple values or throw.

They need nothing else of their module, so that they can stand in another one and be imported.
"""

from __future__ import annotations

from collections.abc import Sequence

from quire.engine import types as t
from quire.engine.module import FunctionDefinition
from quire.fuzz.choices import Choices
from quire.fuzz.generate.leaves import Code
from quire.fuzz.generate.plan import HOST_FUNCTION, Plan, function_type

NOTED = 0x100
"""What such a function notes first: this and its index."""
THROWN = 3
"""The low bits of the first i32 parameter that make it throw."""


def noting_functions(plan: Plan, choices: Choices) -> list[FunctionDefinition]:
    """All of a plan's."""
    return [noting_function(plan, choices, index) for index in range(1 + plan.helpers, plan.first)]


def noting_function(plan: Plan, choices: Choices, index: int) -> FunctionDefinition:
    """The function of that index."""
    signature = function_type(plan, index)
    parts = [noted(plan, index, number, each) for number, each in enumerate(signature.parameters)]
    code = [each for part in parts for each in part]
    if plan.context.tags and choices.chance(40):
        code += throwing(plan, choices, signature.parameters)
    for each in signature.results:
        if each in signature.parameters:
            code.append(plan.emitter.make("local.get", signature.parameters.index(each)))
        else:
            code += plan.leaves.simple(choices, each)
    type_index = plan.module.functions[index - len(plan.module.imports)].type_index
    return FunctionDefinition(type_index, (), plan.emitter.expression(code))


def noted(plan: Plan, index: int, number: int, type_: t.ValueType) -> Code:
    """Code that notes a parameter, 32 bits after 32 bits; of a reference, whether it is null."""
    make = plan.emitter.make
    get, wrap = make("local.get", number), make("i32.wrap_i64")
    words: list[Code] = [[get, make("ref.is_null")]]
    if isinstance(type_, t.NumberType):
        wide = [get, *([make("i64.reinterpret_f64")] if type_ is t.F64 else [])]
        halves: list[Code] = [[*wide, wrap], [*wide, make("i64.const", 32), make("i64.shr_u"), wrap]]
        lanes: list[Code] = [[get, make("i32x4.extract_lane", lane)] for lane in range(4)] if type_ is t.V128 else []
        words = {t.I32: [[get]], t.F32: [[get, make("i32.reinterpret_f32")]], t.V128: lanes}.get(type_, halves)
    before, after = make("i32.const", NOTED + index), [make("call", HOST_FUNCTION), make("drop")]
    return [each for word in words for each in (before, *word, *after)]


def throwing(plan: Plan, choices: Choices, parameters: Sequence[t.ValueType]) -> Code:
    """Code that throws where the first i32 parameter says so; none where there is no such parameter."""
    if t.I32 not in parameters:
        return []
    make, tag = plan.emitter.make, choices.below(len(plan.context.tags))
    low = [make("local.get", parameters.index(t.I32)), make("i32.const", THROWN), make("i32.and")]
    values = [each for type_ in plan.context.tag(tag).parameters for each in plan.leaves.simple(choices, type_)]
    return [*low, make("i32.const", THROWN), make("i32.eq"), make("if", None), *values, make("throw", tag), make("end")]

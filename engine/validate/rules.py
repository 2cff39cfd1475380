"""The rules of control instructions, and of locals that have no default value: from one state to the next.

A rule gets what the immediates stand for: closed types instead of indices; only labels are numbers. `rule_br_if` is the
rule of the row br_if. Spec: valid/instructions, appendix/algorithm
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quire.engine import matching
from quire.engine import types as t
from quire.engine.errors import Invalid
from quire.engine.immediates import Cast
from quire.engine.validate.states import Mismatch, Operands, Rule, State, Types

MISMATCH = "type mismatch"
Clause = tuple[t.DefinedType | None, bool, int]  # the type of the tag, whether with a reference, the label


# Locals that have no default value. Spec: valid/instructions#variable-instructions


def get_uninitialised(state: State, index: int, signature: t.FunctionType) -> State:
    """local.get of a local that needs to be set before."""
    if not state.initialised >> index & 1:
        raise Invalid(f"uninitialized local {index}", f"of type {signature.results[0]}")
    return state.apply(signature.parameters, signature.results)


def set_uninitialised(state: State, index: int, signature: t.FunctionType) -> State:
    """local.set and local.tee of a local that needs to be set before it is read."""
    return state.apply(signature.parameters, signature.results).with_local(index)


# Parametric and reference instructions


def rule_drop(state: State) -> State:
    return state.with_operands(state.operands.pop()[1])


def rule_select(state: State) -> State:
    """Without types, only for numbers and vectors. Spec: valid/instructions#parametric-instructions"""
    second, operands = state.operands.pop_val(t.I32).pop()
    first, operands = operands.pop()
    chosen = second if first is t.BOTTOM else first
    if isinstance(chosen, t.ReferenceType):
        raise Mismatch("numbers or vectors", chosen)
    if second is not t.BOTTOM and second is not chosen:
        raise Mismatch(chosen, second)
    return state.with_operands(operands.push_val(chosen))


def rule_ref_is_null(state: State) -> State:
    _, operands = state.operands.pop_ref()
    return state.with_operands(operands.push_val(t.I32))


def rule_ref_as_non_null(state: State) -> State:
    reference, operands = state.operands.pop_ref()
    return state.with_operands(operands.push_val(non_null(reference)))


def rule_any_convert_extern(state: State) -> State:
    return convert(state, t.EXTERN, t.ANY)


def rule_extern_convert_any(state: State) -> State:
    return convert(state, t.ANY, t.EXTERN)


def convert(state: State, source: t.HeapType, target: t.HeapType) -> State:
    reference, operands = state.operands.pop_ref()
    if not matching.matches_heap(reference.heap, source):
        raise Mismatch(t.ReferenceType(True, source), reference)
    return state.with_operands(operands.push_val(t.ReferenceType(reference.nullable, target)))


def non_null(reference: t.ReferenceType) -> t.ReferenceType:
    return t.ReferenceType(False, reference.heap)


# Blocks. Spec: valid/instructions#valid-block


def rule_unreachable(state: State) -> State:
    return state.unreachable()


def rule_block(state: State, block: t.FunctionType) -> State:
    outer = state.apply(block.parameters, ())
    return outer.push_ctrl(block.parameters, block.results, label_types=block.results)


def rule_loop(state: State, block: t.FunctionType) -> State:
    outer = state.apply(block.parameters, ())
    return outer.push_ctrl(block.parameters, block.results, label_types=block.parameters)


def rule_if(state: State, block: t.FunctionType) -> State:
    outer = state.apply((*block.parameters, t.I32), ())
    return outer.push_ctrl(block.parameters, block.results, label_types=block.results, else_types=block.parameters)


def rule_else(state: State) -> State:
    frame = state.pop_ctrl()
    if frame.else_types is None:
        raise Invalid(MISMATCH, "stands in no if")
    return frame.outer.push_ctrl(frame.else_types, frame.end_types, label_types=frame.end_types)


def rule_end(state: State) -> State:
    """An `if` without `else` is one with an empty `else`."""
    frame = state.pop_ctrl()
    if frame.else_types is not None and not matching.matches_all(frame.else_types, frame.end_types):
        raise Mismatch(frame.end_types, frame.else_types, " of an if without else")
    return frame.outer.leave(frame.end_types)


def rule_try_table(state: State, block: t.FunctionType, catches: tuple[Clause, ...]) -> State:
    outer = state.apply(block.parameters, ())
    for tag, reference, label in dict.fromkeys(catches):
        expected, caught = outer.label(label).label_types, caught_types(tag, reference=reference)
        if not matching.matches_all(caught, expected):
            raise Mismatch(expected, caught, f" at label {label}")
    return outer.push_ctrl(block.parameters, block.results, label_types=block.results)


def caught_types(tag: t.DefinedType | None, *, reference: bool) -> Types:
    """The types of the values that a clause brings to its label. Spec: valid/instructions#valid-catch"""
    parameters = () if tag is None else t.function_type_of(tag).parameters
    return (*parameters, t.ReferenceType(False, t.EXN)) if reference else parameters


# Branches. Spec: valid/instructions#valid-br


def rule_br(state: State, label: int) -> State:
    state.operands.pop_vals(state.label(label).label_types)
    return state.unreachable()


def rule_br_if(state: State, label: int) -> State:
    types = state.label(label).label_types
    return state.apply((*types, t.I32), types)


def rule_br_table(state: State, labels: tuple[int, ...]) -> State:
    operands = state.operands.pop_val(t.I32)
    arity = len(state.label(labels[-1]).label_types)
    labelled = (state.label(label).label_types for label in dict.fromkeys(labels))
    for types in {id(types): types for types in labelled}.values():  # comparing long ones would take longer
        if len(types) != arity:
            raise Mismatch(f"{arity} values at each label", f"{len(types)}")
        operands.pop_vals(types)
    return state.unreachable()


def rule_br_on_null(state: State, label: int) -> State:
    reference, operands = state.operands.pop_ref()
    types = state.label(label).label_types
    return state.with_operands(operands.pop_vals(types).push_vals(types).push_val(non_null(reference)))


def rule_br_on_non_null(state: State, label: int) -> State:
    types, last = reference_at_label(state, label)
    return state.apply((*types, t.ReferenceType(True, last.heap)), types)


def rule_br_on_cast(state: State, cast: Cast) -> State:
    types, last = reference_at_label(state, cast.label)
    expect_match(cast.target, cast.source)
    expect_match(cast.target, last)
    return state.apply((*types, cast.source), (*types, t.difference(cast.source, cast.target)))


def rule_br_on_cast_fail(state: State, cast: Cast) -> State:
    types, last = reference_at_label(state, cast.label)
    expect_match(cast.target, cast.source)
    expect_match(t.difference(cast.source, cast.target), last)
    return state.apply((*types, cast.source), (*types, cast.target))


def reference_at_label(state: State, label: int) -> tuple[Types, t.ReferenceType]:
    """The types of a label whose last must be a reference: the others, and the last."""
    types = state.label(label).label_types
    last = types[-1] if types else None
    if not isinstance(last, t.ReferenceType):
        raise Mismatch("a reference", last, f" at label {label}")
    return types[:-1], last


def expect_match(sub: t.ReferenceType, sup: t.ReferenceType) -> None:
    if not matching.matches_value(sub, sup):
        raise Mismatch(sup, sub)


# Calls. Spec: valid/instructions#valid-call


def rule_return(state: State) -> State:
    state.operands.pop_vals(state.return_types)
    return state.unreachable()


def rule_call(state: State, function: t.DefinedType) -> State:
    callee = callable_type(function)
    return state.apply(callee.parameters, callee.results)


def rule_call_ref(state: State, function: t.DefinedType) -> State:
    callee = callable_type(function)
    return state.apply((*callee.parameters, t.ReferenceType(True, function)), callee.results)


def rule_call_indirect(state: State, function: t.DefinedType, table: t.TableType) -> State:
    callee = callable_type(function)
    return state.apply((*callee.parameters, index_type(table)), callee.results)


def rule_return_call(state: State, function: t.DefinedType) -> State:
    return tail_call(state, callable_type(function), state.operands)


def rule_return_call_ref(state: State, function: t.DefinedType) -> State:
    callee = callable_type(function)
    return tail_call(state, callee, state.operands.pop_val(t.ReferenceType(True, function)))


def rule_return_call_indirect(state: State, function: t.DefinedType, table: t.TableType) -> State:
    callee = callable_type(function)
    return tail_call(state, callee, state.operands.pop_val(index_type(table)))


def tail_call(state: State, callee: t.FunctionType, operands: Operands) -> State:
    operands.pop_vals(callee.parameters)
    if not matching.matches_all(callee.results, state.return_types):
        raise Mismatch(state.return_types, callee.results, " as results")
    return state.unreachable()


def callable_type(function: t.DefinedType) -> t.FunctionType:
    if not isinstance(function.composite, t.FunctionType):
        raise Mismatch("a function type", str(function))
    return function.composite


def index_type(table: t.TableType) -> t.NumberType:
    """The type of indices into a table of functions. Raises Invalid for other tables."""
    expect_match(table.reference, t.FUNCREF)
    return table.address_type


# Exceptions. Spec: valid/instructions#valid-throw


def rule_throw(state: State, tag: t.FunctionType) -> State:
    """The suite knows more of the text of this mismatch than of any other's."""
    found = state.operands.top(len(tag.parameters))
    try:
        state.operands.pop_vals(tag.parameters)
    except Invalid:
        needs, has = (" ".join(map(str, types)) for types in (tag.parameters, found))
        raise Invalid(f"{MISMATCH}: instruction requires [{needs}] but stack has [{has}]") from None
    return state.unreachable()


def rule_throw_ref(state: State) -> State:
    state.operands.pop_val(t.EXNREF)
    return state.unreachable()


RULES: Mapping[str, Rule] = MappingProxyType(
    {name.removeprefix("rule_"): rule for name, rule in globals().items() if name.startswith("rule_")}
)

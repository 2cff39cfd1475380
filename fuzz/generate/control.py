"""Control: blocks, branches, calls, exceptions, and the references that branches test.

A form makes code for a wanted type, or for a statement where the type is None, and answers whether it could: it decides
before it emits anything. Code behind a branch that is always taken lies inside a block, so that little of it is dead.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quire.engine import matching
from quire.engine import types as t
from quire.engine.immediates import Cast, Catch
from quire.fuzz.generate import features as f
from quire.fuzz.generate.plan import FUNCTION_TABLE, HOST_FUNCTION, function_type, matching_functions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quire.fuzz.generate.body import Body

Form = Callable[["Body", "t.ValueType | None"], bool]
Types = tuple[t.ValueType, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """Where a branch may go: the types that it takes along."""

    types: Types
    loop: bool = False


def value_form(body: Body, goal: t.ValueType) -> bool:
    """One of the forms, for a value."""
    return body.choices.pick(REFERENCE_FORMS if isinstance(goal, t.ReferenceType) else NUMBER_FORMS)(body, goal)


def statement_form(body: Body) -> bool:
    """One of the forms, for a statement."""
    return body.choices.pick(STATEMENT_FORMS)(body, None)


def types_of(goal: t.ValueType | None) -> Types:
    return () if goal is None else (goal,)


# Blocks


@contextmanager
def inside(body: Body, opener: str, parameters: Types, results: Types, *immediates: object) -> Iterator[None]:
    """Within a block of these types, up to its end."""
    body.emit(opener, block_type(body, parameters, results), *immediates)
    loop = opener == "loop"
    body.labels.append(Label(parameters if loop else results, loop))
    yield
    body.labels.pop()
    body.emit("end")


def block_type(body: Body, parameters: Types, results: Types) -> object:
    """As an immediate. Spec: syntax/instructions#control-instructions"""
    if not parameters and len(results) < 2:
        return body.written(results[0]) if results else None
    wanted = t.FunctionType(parameters, results)
    return next(index for index, each in enumerate(body.plan.context.types) if each.composite == wanted)


def finish(body: Body, results: Types) -> None:
    """Some statements, then the values that a block ends with."""
    for _ in range(body.choices.below(3)):
        body.statement()
    body.values(results)


def block(body: Body, goal: t.ValueType | None) -> bool:
    with inside(body, "block", (), types_of(goal)):
        finish(body, types_of(goal))
    return True


def loop(body: Body, goal: t.ValueType | None) -> bool:
    with inside(body, "loop", (), types_of(goal)):
        body.take_fuel()
        finish(body, types_of(goal))
    return True


def if_else(body: Body, goal: t.ValueType | None) -> bool:
    body.value(t.I32)
    with inside(body, "if", (), types_of(goal)):
        finish(body, types_of(goal))
        if goal is not None or body.choices.chance(50):
            body.emit("else")
            finish(body, types_of(goal))
    return True


def leaving_if(body: Body, goal: t.ValueType | None) -> bool:
    """An arm that is left in one of the ways that leave what is behind them dead."""
    body.value(t.I32)
    with inside(body, "if", (), types_of(goal)):
        body.choices.pick(WAYS_OUT)(body)
        if goal is not None:
            body.emit("else")
            finish(body, types_of(goal))
    return True


def block_with_types(body: Body, goal: t.ValueType | None) -> bool:
    """A block, loop or if whose type is a function type of the module; values go in and come out."""
    if goal is not None or f.MULTI_VALUE not in body.plan.features:
        return False
    leaves = body.plan.leaves
    known = [each.composite for each in body.plan.context.types if isinstance(each.composite, t.FunctionType)]
    fitting = [each for each in known if all(map(leaves.has_values, (*each.parameters, *each.results)))]
    chosen, opener = body.choices.pick(fitting), body.choices.pick(("block", "loop", "if"))
    body.values(chosen.parameters)
    if opener == "if":
        body.value(t.I32)
    with inside(body, opener, chosen.parameters, chosen.results):
        if opener == "loop":
            body.take_fuel()
        body.consume(chosen.parameters)
        finish(body, chosen.results)
        if opener == "if":
            body.emit("else")
            body.consume(chosen.parameters)
            body.values(chosen.results)
    body.consume(chosen.results)
    return True


# Branches


def targets(body: Body, types: Types) -> list[int]:
    """The labels that take just these types."""
    return [number for number, label in enumerate(reversed(body.labels)) if label.types == types]


def branch_if(body: Body, goal: t.ValueType | None) -> bool:
    labels = targets(body, types_of(goal))
    if not labels:
        return False
    if goal is not None:
        body.value(goal)
    body.value(t.I32)
    body.emit("br_if", body.choices.pick(labels))
    return True


def branch_table(body: Body, goal: t.ValueType | None) -> bool:
    """In a block of its own, so that there is a label."""
    with inside(body, "block", (), types_of(goal)):
        labels = targets(body, types_of(goal))
        body.values(types_of(goal))
        body.value(t.I32)
        body.emit("br_table", tuple(body.choices.pick(labels) for _ in range(body.choices.between(1, 5))))
    return True


def leave_by_branch(body: Body) -> None:
    has_values = body.plan.leaves.has_values
    takes = [number for number, label in enumerate(reversed(body.labels)) if all(map(has_values, label.types))]
    label = body.choices.pick(takes)
    leave_behind(body)
    body.values(body.labels[-1 - label].types)
    body.emit("br", label)


def leave_behind(body: Body) -> None:
    """Values on the stack that a way out has to drop, now and then."""
    for _ in range(body.choices.pick((0, 0, 1, 2))):
        body.constant(body.choices.pick((t.I32, t.I64)), body.choices.below(100))


def leave_by_return(body: Body) -> None:
    leave_behind(body)
    body.values(body.signature.results)
    body.emit("return")


def leave_by_trap(body: Body) -> None:
    if body.choices.below(1000) < max(body.risk, 100):
        body.emit("unreachable")
    else:
        leave_by_return(body)


def leave_by_throw(body: Body) -> None:
    tags = body.plan.context.tags
    if not tags:
        leave_by_return(body)
        return
    tag = body.choices.below(len(tags))
    body.values(body.plan.context.tag(tag).parameters)
    body.emit("throw", tag)


def leave_by_throw_ref(body: Body) -> None:
    if f.EXCEPTIONS not in body.plan.features or body.choices.below(1000) >= max(body.risk, 100):
        leave_by_throw(body)
        return
    body.value(t.EXNREF)
    body.emit("throw_ref")


def leave_by_tail_call(body: Body) -> None:
    callees = matching_functions(body.plan, body.signature.results)
    if f.TAIL_CALLS not in body.plan.features or not callees:
        leave_by_return(body)
        return
    callee = body.choices.pick(callees)
    how = body.choices.below(3)
    body.values(function_type(body.plan, callee).parameters)
    if how == 2 and f.REFERENCES in body.plan.features and callee != HOST_FUNCTION:
        body.emit("ref.func", callee)
        body.emit("return_call_ref", type_index(body, callee))
    elif how == 1 and (at := in_table(body, callee)) is not None:
        body.constant(body.plan.context.tables[FUNCTION_TABLE].address_type, at)
        body.emit("return_call_indirect", type_index(body, callee), FUNCTION_TABLE)
    else:
        body.emit("return_call", callee)


# Calls


def type_index(body: Body, function: int) -> int:
    """The index of a function's type."""
    written = body.plan.leaves.written(body.plan.context.functions[function])
    return written if isinstance(written, int) else 0


def in_table(body: Body, function: int) -> int | None:
    """Where a function stands in the function table when the module starts."""
    return next((at for at, each in enumerate(body.plan.table_functions) if each == function), None)


def callee_for(body: Body, goal: t.ValueType | None) -> int | None:
    """A function whose first result is good for the goal."""
    found = []
    for index in body.plan.callable:
        results = function_type(body.plan, index).results
        if goal is None or (results and matching.matches_value(results[0], goal)):
            found.append(index)
    return body.choices.pick(found) if found else None


def call(body: Body, goal: t.ValueType | None) -> bool:
    """Direct, through the table, or by reference."""
    callee = callee_for(body, goal)
    if callee is None:
        return False
    signature = function_type(body.plan, callee)
    how = body.choices.below(3)
    body.values(signature.parameters)
    if how == 2 and f.REFERENCES in body.plan.features:
        body.value(t.ReferenceType(body.choices.below(1000) < body.risk, body.plan.context.functions[callee]))
        body.emit("call_ref", type_index(body, callee))
    elif how == 1 and (at := in_table(body, callee)) is not None:
        table_index(body, at)
        body.emit("call_indirect", type_index(body, callee), FUNCTION_TABLE)
    else:
        body.emit("call", callee)
    if goal is None:
        body.consume(signature.results)
    for each in reversed(signature.results[1:] if goal is not None else ()):
        body.give_up(each)
    return True


def table_index(body: Body, at: int) -> None:
    address = body.plan.context.tables[FUNCTION_TABLE].address_type
    if body.choices.below(1000) < body.risk:
        body.value(address)
    else:
        body.constant(address, at)


# Parametric


def choose(body: Body, goal: t.ValueType | None) -> bool:
    if goal is None:
        return False
    typed = isinstance(goal, t.ReferenceType) or (f.REFERENCES in body.plan.features and body.choices.chance(40))
    body.values((goal, goal, t.I32))
    if typed:
        row = next(each for each in body.plan.instruction_set.by_mnemonic["select"] if each.immediates)
        body.append(body.plan.emitter.of(row, (body.written(goal),)))
    else:
        body.emit("select")
    return True


def drop(body: Body, goal: t.ValueType | None) -> bool:
    if goal is not None:
        return False
    if f.GC in body.plan.features and body.choices.chance(50):
        wanted: t.ValueType = body.choices.pick(
            (t.ANYREF, t.EXTERNREF, t.EQREF, t.STRUCTREF, t.ARRAYREF, any_reference(body))
        )
    else:
        wanted = body.choices.pick([t.I32, *(each.value for each in body.plan.context.globals)])
    body.value(wanted)
    body.give_up(wanted)
    return True


def tee(body: Body, goal: t.ValueType | None) -> bool:
    if goal is None or not t.is_defaultable(goal):
        return False
    body.value(goal)
    body.emit("local.tee", body.local(goal))
    return True


# Exceptions


def catching(body: Body, goal: t.ValueType | None) -> bool:
    """What the code in the try makes, or after an exception another value."""
    if f.EXCEPTIONS not in body.plan.features:
        return False
    results = types_of(goal)
    tag = body.choices.below(len(body.plan.context.tags) + 1)
    all_ = tag == len(body.plan.context.tags)
    reference = body.choices.chance(50)
    parameters = () if all_ else body.plan.context.tag(tag).parameters
    caught = (*parameters, t.ReferenceType(False, t.EXN)) if reference else parameters
    with inside(body, "block", (), results):
        with inside(body, "block", (), caught):
            with inside(body, "try_table", (), results, catches(body, None if all_ else tag, reference=reference)):
                finish(body, results)
            body.emit("br", 1)
        if reference:
            body.emit("local.set", body.local(t.EXNREF))
        body.consume(parameters)
        body.values(results)
    return True


def catches(body: Body, tag: int | None, *, reference: bool) -> tuple[Catch, ...]:
    """The clause, which leads to the block right outside, and sometimes others that take nothing along."""
    clause = Catch(tag, reference, 0)
    empty = [number for number in targets(body, ()) if body.choices.chance(20)]
    return (clause, *(Catch(None, False, number) for number in empty[:2]))


# References


def is_null(body: Body, goal: t.ValueType | None) -> bool:
    if goal is not t.I32 or f.REFERENCES not in body.plan.features:
        return False
    body.value(any_reference(body))
    body.emit("ref.is_null")
    return True


def any_reference(body: Body) -> t.ReferenceType:
    """A nullable reference type of the module."""
    heaps: list[t.HeapType] = [t.FUNC, t.EXTERN, *body.plan.context.types]
    return t.ReferenceType(True, body.choices.pick(heaps))


def converted(body: Body, goal: t.ValueType | None) -> bool:
    """Between the hierarchies of any and extern."""
    if f.GC not in body.plan.features or not isinstance(goal, t.ReferenceType) or goal.heap not in (t.ANY, t.EXTERN):
        return False
    source, mnemonic = (t.EXTERN, "any.convert_extern") if goal.heap is t.ANY else (t.ANY, "extern.convert_any")
    body.value(t.ReferenceType(goal.nullable, source))
    body.emit(mnemonic)
    return True


def as_non_null(body: Body, goal: t.ValueType | None) -> bool:
    if not isinstance(goal, t.ReferenceType) or not body.plan.leaves.has_values(t.ReferenceType(False, goal.heap)):
        return False
    body.value(t.ReferenceType(body.choices.below(1000) < body.risk, goal.heap))
    body.emit("ref.as_non_null")
    return True


def on_null(body: Body, goal: t.ValueType | None) -> bool:
    """Both branches that test for null."""
    if f.REFERENCES not in body.plan.features or (goal is not None and not isinstance(goal, t.ReferenceType)):
        return False
    tested = any_reference(body) if goal is None else t.ReferenceType(True, goal.heap)
    if goal is None:
        with inside(body, "block", (), ()):
            body.value(tested)
            body.emit("br_on_null", body.choices.pick(targets(body, ())))
            body.emit("drop")
            body.statement()
        return True
    if not body.plan.leaves.has_values(t.ReferenceType(False, goal.heap)):
        return False
    with inside(body, "block", (), (goal,)):
        body.value(tested)
        body.emit("br_on_non_null", 0)
        body.value(goal)
    return True


def on_cast(body: Body, goal: t.ValueType | None) -> bool:
    """Both branches that cast, in a block that takes what the cast lets pass, or what it does not."""
    if f.GC not in body.plan.features or not isinstance(goal, t.ReferenceType):
        return False
    source = t.ReferenceType(True, matching.top_of(goal.heap))
    fails = body.choices.chance(50) and goal == source
    lower = [each for each in body.plan.context.types if matching.matches_heap(each, goal.heap)]
    target = t.ReferenceType(goal.nullable, body.choices.pick([goal.heap, *lower]))
    written = Cast(0, source, t.ReferenceType(target.nullable, body.plan.leaves.written(target.heap)))
    with inside(body, "block", (), (goal,)):
        body.value(source)
        body.emit("br_on_cast_fail" if fails else "br_on_cast", written)
        body.emit("drop")
        body.value(goal)
    return True


WAYS_OUT: tuple[Callable[[Body], None], ...] = (
    leave_by_return, leave_by_branch, leave_by_branch, leave_by_trap, leave_by_throw, leave_by_throw_ref,
    leave_by_tail_call, leave_by_tail_call,
)  # fmt: skip
NUMBER_FORMS: tuple[Form, ...] = (
    block, loop, if_else, leaving_if, branch_if, branch_table, call, call, choose, tee, catching, is_null,
)  # fmt: skip
REFERENCE_FORMS: tuple[Form, ...] = (
    block, if_else, leaving_if, branch_if, call, call, choose, tee, catching, converted, converted, converted,
    as_non_null, on_null, on_cast, on_cast,
)  # fmt: skip
STATEMENT_FORMS: tuple[Form, ...] = (
    block, loop, if_else, leaving_if, block_with_types, branch_if, branch_table, call, call, drop, drop, catching,
    on_null,
)  # fmt: skip

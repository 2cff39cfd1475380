"""What an engine may choose must not decide a case: the bits of a NaN, or whether a multiply-add is rounded once.

A generated module makes up for every choice; taking code away must not open one. So reduction asks two things of what
it tries: that an engine all of whose NaNs are others would answer the same, which needs no knowledge of how a module
makes up for them; and that no multiply-add lost what it is held to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from quire.engine import types as t
from quire.engine.module import Expression, FunctionDefinition, Instruction
from quire.engine.validate.modules import make_context
from quire.fuzz.campaign.cases import request_of
from quire.fuzz.compare import compare
from quire.fuzz.generate.fused import fused_row, is_once, is_sound
from quire.fuzz.generate.generator import Generated
from quire.fuzz.generate.leaves import Emitter
from quire.fuzz.generate.nans import LANES, MAKING, VIOLATION, canonical
from quire.fuzz.legs.process import LegProcess
from quire.fuzz.legs.protocol import Answer

TYPES: dict[str, t.NumberType] = {"f32": t.F32, "f64": t.F64, "f32x4": t.V128, "f64x2": t.V128}


def open_choices(generated: Generated) -> int:
    """How many functions and calls leave it to an engine how a multiply-add is rounded."""
    functions, emitter = generated.module.functions, Emitter(generated.instruction_set)
    imported = len(generated.module.imports)
    calls = sum(not is_once_known(generated, call.function - imported, call.arguments) for call in generated.calls)
    return calls + sum(not is_sound(emitter, each) for each in functions)


def is_once_known(generated: Generated, number: int, arguments: Sequence[Instruction]) -> bool:
    """Whether a call hands in what rounding once gives, if the function wants to know it."""
    functions = generated.module.functions
    row = fused_row(functions[number]) if 0 <= number < len(functions) else None
    return row is None or is_once(row, arguments)


def depends_on_choice(generated: Generated, legs: Sequence[LegProcess], dissenting: Sequence[str]) -> bool:
    """Whether other NaNs would change what a leg answers: one that does not dissent, if there is one."""
    other = turned(generated)
    if other is None:
        return False
    leg = next((each for each in legs if each.leg.name not in dissenting), legs[0])
    plain, changed = (without_violations(leg.ask(request_of(each))) for each in (generated, other))
    return compare({"as it is": plain, "turned": changed}).difference is not None


def without_violations(answer: Answer) -> Answer:
    """The answer without what was noted of NaNs that may not be, as other ones hardly ever may."""
    return replace(answer, trace=tuple(each for each in answer.trace if each[0] != VIOLATION))


def turned(generated: Generated) -> Generated | None:
    """The case with a call behind each instruction that makes NaNs, which makes others of them; None without any."""
    if generated.broken:
        return None
    module, emitter = generated.module, Emitter(generated.instruction_set)
    shapes = [name for name in LANES if any(name in shapes_made(each.body.instructions) for each in module.functions)]
    if not shapes:
        return None
    first, groups = len(make_context(module, generated.instruction_set).functions), list(module.types)
    calls = {name: emitter.make("call", first + number) for number, name in enumerate(shapes)}
    functions = [replace(each, body=Expression(tuple(with_calls(each.body, calls)))) for each in module.functions]
    for name in shapes:
        body = emitter.expression(canonical(emitter, name, other=True))
        functions.append(FunctionDefinition(type_index(groups, TYPES[name]), (), body))
    return replace(generated, module=replace(module, types=tuple(groups), functions=tuple(functions)))


def type_index(groups: list[t.RecursiveType], type_: t.NumberType) -> int:
    """The index of the type of functions from a type to itself: an old one, for the shim tells which there are."""
    wanted = t.RecursiveType((t.SubType(t.FunctionType((type_,), (type_,))),))
    if wanted not in groups:
        groups.append(wanted)
    return sum(len(group.subtypes) for group in groups[: groups.index(wanted)])


def shapes_made(body: Sequence[Instruction]) -> set[str]:
    """The shapes of the NaNs that code makes."""
    return {made[1] for each in body if (made := MAKING.match(each.row.mnemonic))}


def with_calls(body: Expression, calls: dict[str, Instruction]) -> Iterator[Instruction]:
    """The code with a call behind each instruction that makes NaNs."""
    for each in body.instructions:
        yield each
        made = MAKING.match(each.row.mnemonic)
        if made:
            yield calls[made[1]]

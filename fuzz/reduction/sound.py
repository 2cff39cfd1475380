"""What an engine may choose must not decide a case: the bits of a NaN, or whether a multiply-add is rounded once.

A generated module makes up for every choice; taking code away must not open one. So reduction asks two things of what
it tries: that no instruction whose result may be chosen lost what makes up for it, and that an engine whose NaNs have
the other sign would answer the same. The second needs no knowledge of how a module makes up for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from quire.engine import types as t
from quire.engine.module import Expression, FunctionDefinition, Instruction
from quire.engine.validate.modules import make_context
from quire.fuzz.campaign.cases import request_of
from quire.fuzz.compare import compare
from quire.fuzz.generate.fused import fused_row, is_fused, is_once, is_sound
from quire.fuzz.generate.generator import Generated
from quire.fuzz.generate.leaves import Code, Emitter
from quire.fuzz.generate.nans import LANES, MAKING, canonical, checked, is_checked
from quire.fuzz.legs.process import LegProcess

TYPES: dict[str, t.NumberType] = {"f32": t.F32, "f64": t.F64, "f32x4": t.V128, "f64x2": t.V128}


def open_choices(generated: Generated) -> int:
    """How many instructions have a result that an engine may choose and nothing that makes up for it."""
    module, emitter = generated.module, Emitter(generated.instruction_set)
    imported = len(module.imports)
    closing = {
        imported + number: list(function.body.instructions[:-1]) for number, function in enumerate(module.functions)
    }
    count = sum(not is_once_known(generated, call.function - imported, call.arguments) for call in generated.calls)
    for function in module.functions:
        body = function.body.instructions
        if not any(MAKING.match(each.row.mnemonic) for each in body) or is_closed(emitter, body):
            continue
        if any(is_fused(each.row) for each in body) and is_sound(emitter, function):
            continue
        count += sum(not is_made_up_for(emitter, each, after, closing) for each, after in pairwise(body))
    return count


def is_once_known(generated: Generated, number: int, arguments: Sequence[Instruction]) -> bool:
    """Whether a call hands in what rounding once gives, if the function wants to know it."""
    functions = generated.module.functions
    row = fused_row(functions[number]) if 0 <= number < len(functions) else None
    return row is None or is_once(row, arguments)


def is_closed(emitter: Emitter, body: Sequence[Instruction]) -> bool:
    """Whether a body holds the NaN of one instruction to what is allowed, and makes it canonical."""
    rows = {each.row for each in body if is_checked(each.row)}
    return len(rows) == 1 and list(body[:-1]) == checked(emitter, next(iter(rows)))


def is_made_up_for(emitter: Emitter, each: Instruction, after: Instruction, bodies: dict[int, Code]) -> bool:
    """Whether an instruction has one result alone, or what comes behind makes its NaN canonical."""
    made = MAKING.match(each.row.mnemonic)
    if made is None or is_fused(each.row):
        return made is None
    return after.row.mnemonic == "call" and bodies.get(after.immediates[0]) == canonical(emitter, made[1])


def depends_on_choice(generated: Generated, legs: Sequence[LegProcess], dissenting: Sequence[str]) -> bool:
    """Whether NaNs of the other sign would change what a leg answers: one that does not dissent, if there is one."""
    other = turned(generated)
    if other is None:
        return False
    leg = next((each for each in legs if each.leg.name not in dissenting), legs[0])
    plain, changed = (leg.ask(request_of(each)) for each in (generated, other))
    difference = compare({"as it is": plain, "turned": changed}).difference
    return difference is not None and difference.phase != "nan"


def turned(generated: Generated) -> Generated | None:
    """The case with a call behind each instruction that makes NaNs, which makes them negative; None without any."""
    if generated.broken:
        return None
    module, emitter = generated.module, Emitter(generated.instruction_set)
    shapes = [name for name in LANES if any(name in shapes_made(each.body.instructions) for each in module.functions)]
    if not shapes:
        return None
    context = make_context(module, generated.instruction_set)
    first, types = len(context.functions), len(context.types)
    calls = {name: emitter.make("call", first + number) for number, name in enumerate(shapes)}
    functions = [replace(each, body=Expression(tuple(with_calls(each.body, calls)))) for each in module.functions]
    for number, name in enumerate(shapes):
        body = emitter.expression(canonical(emitter, name, negative=True))
        functions.append(FunctionDefinition(types + number, (), body))
    signatures = (t.FunctionType((TYPES[name],), (TYPES[name],)) for name in shapes)
    groups = (*module.types, *(t.RecursiveType((t.SubType(each),)) for each in signatures))
    return replace(generated, module=replace(module, types=groups, functions=tuple(functions)))


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

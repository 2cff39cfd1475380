"""Structural delta debugging: fewer calls, shorter code, simpler constants, as long as the same bucket comes out.

Every attempt is a valid module, so that legs are asked only what makes sense.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from types import MappingProxyType

from quire.engine.binary import encode
from quire.engine.errors import QuireError
from quire.engine.immediates import Bits, Integer, MemArgKind
from quire.engine.instruction_set import InstructionSet
from quire.engine.module import DataSegment, Expression, FunctionDefinition, Instruction
from quire.engine.validate import validate
from quire.fuzz.campaign.cases import request_of
from quire.fuzz.compare import Difference, compare
from quire.fuzz.generate.generator import Generated
from quire.fuzz.generate.leaves import Emitter
from quire.fuzz.generate.providers import NOTHING
from quire.fuzz.legs.process import LegProcess, ask_all
from quire.fuzz.legs.protocol import TEXT
from quire.fuzz.reduction.direct import direct_forms
from quire.fuzz.reduction.inline import inlined
from quire.fuzz.reduction.renumber import prune
from quire.fuzz.reduction.shrink import shrunk
from quire.fuzz.reduction.sound import depends_on_choice, open_choices
from quire.fuzz.reduction.special import fewer_bytes, fewer_parts, program_of, smaller_programs
from quire.fuzz.reduction.texts import fewer_tokens

Predicate = Callable[[Generated], bool]
Attempts = Iterator[Generated]
Strategy = Callable[[Generated], Attempts]
SECONDS = 60.0
OPENERS = frozenset({"block", "loop", "if", "try_table"})


def bucket_of(generated: Generated, legs: Sequence[LegProcess]) -> str | None:
    """The bucket of a case; None where the legs agree."""
    difference = difference_of(generated, legs)
    return None if difference is None else difference.bucket


def difference_of(generated: Generated, legs: Sequence[LegProcess]) -> Difference | None:
    """Where legs part."""
    return compare(ask_all(legs, request_of(generated))).difference


def same_bucket(bucket: str, legs: Sequence[LegProcess]) -> Predicate:
    """Whether a case falls into this bucket or, without the shim, shows the same in another way; and not because of
    what an engine may choose.
    """

    def holds(generated: Generated) -> bool:
        found = difference_of(generated, legs)
        if found is None:
            return False
        same = found.bucket == bucket or (generated.plain and shown(found.bucket) == shown(bucket))
        return same and not depends_on_choice(generated, legs, found.dissenting)

    return holds


def shown(bucket: str) -> str:
    """A bucket without what depends on whether the shim or a plain function tells values."""
    phase, _, rest = bucket.partition(" ")
    names, _, outcomes = rest.partition(" ")
    if phase in ("value", "memory", "trace"):
        return f"{names}: value / value"
    kinds = (each if each.startswith("trap") else "value" for each in outcomes.split(" / "))
    return f"{names}: {' / '.join(kinds)}" if phase == "call" else bucket


def size_of(generated: Generated) -> int:
    """The bytes of a case's module without the shim, and without what tells the model its program."""
    module = replace(generated.module, custom_sections=())
    return len(generated.binary or encode(module, generated.instruction_set))


def reduce(generated: Generated, predicate: Predicate, seconds: float = SECONDS) -> Generated:
    """The smallest case that was found in that time for which the predicate holds as it does for the one given."""
    reducer = Reducer(predicate, time.monotonic() + seconds)
    small = reducer.reduce(generated)
    choices = open_choices(small) if small.plain else 0

    def holds(each: Generated) -> bool:
        return open_choices(each) <= choices and reducer.holds(each)

    return shrunk(small, holds, encode(small.module, small.instruction_set), reducer.deadline)


@dataclass(slots=True)
class Reducer:
    """One reduction. `attempts` counts how often the predicate was asked."""

    predicate: Predicate
    deadline: float
    attempts: int = 0

    def reduce(self, best: Generated) -> Generated:
        before = None
        while before != weight(best) and time.monotonic() < self.deadline:
            before = weight(best)
            for strategy in strategies_for(best):
                best = self.improve(best, strategy)
        return best

    def improve(self, best: Generated, strategy: Strategy) -> Generated:
        """Apply one strategy as long as it helps."""
        attempts = strategy(best)
        while time.monotonic() < self.deadline:
            attempt = next(attempts, None)
            if attempt is None:
                break
            if weight(attempt) < weight(best) and open_choices(attempt) <= open_choices(best) and self.holds(attempt):
                best, attempts = attempt, strategy(attempt)
        return best

    def holds(self, generated: Generated) -> bool:
        try:
            if not generated.broken:
                validate(generated.module, generated.instruction_set)
        except QuireError:
            return False
        self.attempts += 1
        return self.predicate(generated)


def weight(generated: Generated) -> tuple[int, int, int]:
    """What is to become less: calls, instructions and parts, the size of constants."""
    module = generated.module
    if generated.binary:
        return 0, len(generated.binary), 0
    code = [each for function in module.functions for each in function.body.instructions]
    code += [each for call in generated.calls for each in call.arguments]
    parts = (
        module.types,
        module.functions,
        module.tables,
        module.memories,
        module.globals,
        module.tags,
        module.imports,
    )
    others = (
        sum(map(len, parts)) + len(module.exports) + len(module.elements) + sum(len(d.init) + 1 for d in module.data)
    )
    others += sum(astuple(generated.imported))
    others += sum(len(each.data) for each in module.custom_sections)
    runs = sum(run.count for function in module.functions for run in function.locals)
    return len(generated.calls), len(code) + others + runs, sum(len(str(each.immediates)) for each in code)


def fewer_calls(generated: Generated) -> Attempts:
    """Without halves, quarters, ... of the calls."""
    calls = generated.calls
    size = len(calls) // 2 or len(calls)
    while size:
        for start in range(0, len(calls), size):
            yield replace(generated, calls=calls[:start] + calls[start + size :])
        size //= 2


def without_shim(generated: Generated) -> Attempts:
    """With plain functions in place of calls, then with their bodies in place."""
    yield from direct_forms(generated)
    for number, code in inlined(generated):
        yield with_body(generated, number, code)


def pruned(generated: Generated) -> Attempts:
    """Without what the calls do not reach, some of it or all but one thing; and in one module."""
    yield prune(generated)
    module = generated.module
    counts = {
        "table": len(module.tables), "memory": len(module.memories), "global": len(module.globals),
        "tag": len(module.tags), "element": len(module.elements), "data": len(module.data),
        "function": len(module.imports) + len(module.functions),
    }  # fmt: skip
    everything = [(space, index) for space, count in counts.items() for index in range(count)]
    yield from (prune(generated, [each]) for each in everything)
    yield from (prune(generated, everything[:at] + everything[at + 1 :]) for at in range(len(everything)))
    yield replace(generated, imported=NOTHING)


def shorter_code(generated: Generated) -> Attempts:
    """With a stretch of a function gone, or a constant in its place; long stretches first."""
    replacements = constants(generated.instruction_set)
    lengths = [len(function.body) - 1 for function in generated.module.functions]
    size = max(lengths, default=0)
    while size:
        for number, length in enumerate(lengths):
            body = generated.module.functions[number].body.instructions
            for start in range(0, length - size + 1, max(1, size // 4)):
                if balanced(body[start : start + size]):
                    for each in replacements:
                        yield with_body(generated, number, (*body[:start], *each, *body[start + size :]))
        size = size * 2 // 3
    yield from without_wrappers(generated)


def without_wrappers(generated: Generated) -> Attempts:
    """Without a block's opener and its end."""
    for number, function in enumerate(generated.module.functions):
        body = function.body.instructions
        for start, each in enumerate(body):
            if each.row.mnemonic in OPENERS:
                end = next((at for at in range(start + 1, len(body)) if balanced(body[start : at + 1])), None)
                if end is not None:
                    yield with_body(generated, number, (*body[:start], *body[start + 1 : end], *body[end + 1 :]))


def constants(instruction_set: InstructionSet) -> list[tuple[Instruction, ...]]:
    """What may stand for a stretch of code: nothing, or a zero of some type, or a trap."""
    make = Emitter(instruction_set).make
    zeros = [(make(f"{name}.const", 0),) for name in ("i32", "i64", "f32", "f64", "v128")]
    return [(), *zeros, (make("unreachable"),), (make("drop"),)]


def balanced(code: Sequence[Instruction]) -> bool:
    """Whether each block that begins there ends there."""
    depth = 0
    for each in code:
        depth += (each.row.mnemonic in OPENERS) - (each.row.mnemonic == "end")
        if depth < 0 or (depth == 0 and each.row.mnemonic == "else"):
            return False
    return depth == 0


def with_body(generated: Generated, number: int, code: Sequence[Instruction]) -> Generated:
    """With other code in one function."""
    functions = list(generated.module.functions)
    functions[number] = replace(functions[number], body=Expression(tuple(code)))
    return replace(generated, module=replace(generated.module, functions=tuple(functions)))


def simpler_constants(generated: Generated) -> Attempts:
    """With a constant or an offset that is 0 or 1."""
    for number, function in enumerate(generated.module.functions):
        body = function.body.instructions
        for at, each in enumerate(body):
            for simpler in simpler_forms(each):
                yield with_body(generated, number, (*body[:at], simpler, *body[at + 1 :]))
    for number, call in enumerate(generated.calls):
        for at, each in enumerate(call.arguments):
            for simpler in simpler_forms(each):
                arguments = (*call.arguments[:at], simpler, *call.arguments[at + 1 :])
                calls = (*generated.calls[:number], replace(call, arguments=arguments), *generated.calls[number + 1 :])
                yield replace(generated, calls=calls)


def simpler_forms(instruction: Instruction) -> Iterator[Instruction]:
    """The instruction with simpler immediates."""
    for at, kind in enumerate(instruction.row.immediates):
        values: list[object] = []
        if isinstance(kind, Integer | Bits):
            values = [0, 1]
        elif isinstance(kind, MemArgKind):
            values = [instruction.immediates[at]._replace(offset=0), instruction.immediates[at]._replace(align=0)]
        for each in values:
            yield Instruction(instruction.row, (*instruction.immediates[:at], each, *instruction.immediates[at + 1 :]))


def smaller_parts(generated: Generated) -> Attempts:
    """Without locals, bytes of data, exports."""
    module = generated.module
    for number in range(len(module.exports)):
        exports = module.exports[:number] + module.exports[number + 1 :]
        yield replace(generated, module=replace(module, exports=exports))
    for number, function in enumerate(module.functions):
        for run in range(len(function.locals)):
            yield with_function(
                generated, number, replace(function, locals=function.locals[:run] + function.locals[run + 1 :])
            )
    for number, data in enumerate(module.data):
        for init in (b"", data.init[: len(data.init) // 2]):
            segments: list[DataSegment] = [*module.data]
            segments[number] = replace(data, init=init)
            yield replace(generated, module=replace(module, data=tuple(segments)))


def with_function(generated: Generated, number: int, function: FunctionDefinition) -> Generated:
    """With another function."""
    functions = (*generated.module.functions[:number], function, *generated.module.functions[number + 1 :])
    return replace(generated, module=replace(generated.module, functions=functions))


STRATEGIES: Mapping[str, tuple[Strategy, ...]] = MappingProxyType(
    {
        "valid": (
            fewer_calls, pruned, shorter_code, pruned, without_shim, pruned, simpler_constants, smaller_parts,
        ),
        "broken": (fewer_parts, shorter_code, smaller_parts),
        "bytes": (fewer_bytes,),
        "text": (fewer_tokens,),
        "program": (smaller_programs,),
    }
)  # fmt: skip
"""For each sort of case in this order, again and again as long as anything helps."""


def strategies_for(generated: Generated) -> tuple[Strategy, ...]:
    """Those that make sense for a case."""
    if generated.binary:
        return STRATEGIES["text" if TEXT in generated.features else "bytes"]
    if program_of(generated) is not None:
        return STRATEGIES["program"]
    return STRATEGIES["broken" if generated.broken else "valid"]

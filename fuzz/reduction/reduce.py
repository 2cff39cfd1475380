"""Structural delta debugging: fewer calls, shorter code, simpler constants, as long as the same bucket comes out.

Every attempt is a valid module, so that legs are asked only what makes sense.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace

from quire.engine.binary import encode
from quire.engine.errors import QuireError
from quire.engine.immediates import Bits, Integer, MemArgKind
from quire.engine.instruction_set import InstructionSet
from quire.engine.module import DataSegment, Expression, FunctionDefinition, Instruction
from quire.engine.validate import validate
from quire.fuzz.campaign.cases import request_of
from quire.fuzz.compare import compare
from quire.fuzz.generate.generator import Generated
from quire.fuzz.generate.leaves import Emitter
from quire.fuzz.generate.providers import NOTHING
from quire.fuzz.legs.process import LegProcess, ask_all
from quire.fuzz.reduction.renumber import prune

Predicate = Callable[[Generated], bool]
Attempts = Iterator[Generated]
SECONDS = 60.0
OPENERS = frozenset({"block", "loop", "if", "try_table"})


def bucket_of(generated: Generated, legs: Sequence[LegProcess]) -> str | None:
    """The bucket of a case; None where the legs agree."""
    difference = compare(ask_all(legs, request_of(generated))).difference
    return None if difference is None else difference.bucket


def same_bucket(bucket: str, legs: Sequence[LegProcess]) -> Predicate:
    """Whether a case falls into this bucket."""
    return lambda generated: bucket_of(generated, legs) == bucket


def size_of(generated: Generated) -> int:
    """The bytes of a case's module without the shim."""
    return len(encode(generated.module, generated.instruction_set))


def reduce(generated: Generated, predicate: Predicate, seconds: float = SECONDS) -> Generated:
    """The smallest case that was found in that time for which the predicate holds as it does for the one given."""
    return Reducer(predicate, time.monotonic() + seconds).reduce(generated)


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
            for strategy in (fewer_calls, pruned, shorter_code, pruned, simpler_constants, smaller_parts):
                best = self.improve(best, strategy)
        return best

    def improve(self, best: Generated, strategy: Callable[[Generated], Attempts]) -> Generated:
        """Apply one strategy as long as it helps."""
        attempts = strategy(best)
        while time.monotonic() < self.deadline:
            attempt = next(attempts, None)
            if attempt is None:
                break
            if weight(attempt) < weight(best) and self.holds(attempt):
                best, attempts = attempt, strategy(attempt)
        return best

    def holds(self, generated: Generated) -> bool:
        try:
            validate(generated.module, generated.instruction_set)
        except QuireError:
            return False
        self.attempts += 1
        return self.predicate(generated)


def weight(generated: Generated) -> tuple[int, int, int]:
    """What is to become less: calls, instructions and parts, the size of constants."""
    module = generated.module
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
    runs = sum(run.count for function in module.functions for run in function.locals)
    return len(generated.calls), len(code) + others + runs, sum(len(str(each.immediates)) for each in code)


def fewer_calls(generated: Generated) -> Attempts:
    """Without halves, quarters, ... of the calls."""
    calls = generated.calls
    size = max(1, len(calls) - 1)
    while size:
        for start in range(0, len(calls), size):
            yield replace(generated, calls=calls[:start] + calls[start + size :])
        size //= 2


def pruned(generated: Generated) -> Attempts:
    """Without what the calls do not reach, and in one module."""
    yield prune(generated)
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
    yield replace(generated, module=replace(module, exports=()))
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

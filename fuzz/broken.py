"""Modules that are valid no more, as a rule: one small change of one that was. Engines must agree on the verdict.

Nothing in them is called, since a change may have taken away what makes loops end.
"""

from __future__ import annotations

from dataclasses import replace

from quire.engine.immediates import Lane, MemArg, MemArgKind
from quire.engine.instruction_set import InstructionSet
from quire.engine.instructions.row import Row
from quire.engine.module import Expression, Instruction
from quire.fuzz.choices import Choices
from quire.fuzz.generate.generator import Generated


def break_module(generated: Generated, choices: Choices) -> Generated:
    """The module with one instruction exchanged, changed, doubled, swapped or taken away."""
    functions = list(generated.module.functions)
    number = choices.below(len(functions))
    code = functions[number].body.instructions
    at = choices.below(max(1, len(code) - 1))
    kind = choices.below(6)
    if kind == 0:
        changed = (*code[:at], *code[at + 1 :])
    elif kind == 1:
        changed = (*code[:at], code[at], *code[at:])
    elif kind == 2:
        changed = (*code[:at], *reversed(code[at : at + 2]), *code[at + 2 :])
    elif kind == 3:
        changed = (*code[:at], relative(code[at], generated.instruction_set, choices), *code[at + 1 :])
    else:
        changed = (*code[:at], nudged(code[at], choices), *code[at + 1 :])
    functions[number] = replace(functions[number], body=Expression(changed))
    module = replace(generated.module, functions=tuple(functions), start=None)
    return replace(generated, module=module, calls=(), broken=True)


def relative(instruction: Instruction, instruction_set: InstructionSet, choices: Choices) -> Instruction:
    """Another instruction with immediates of the same kinds."""
    wanted = likeness(instruction.row)
    others = [row for row in instruction_set.rows if likeness(row) == wanted]
    return Instruction(choices.pick(others), instruction.immediates)


def likeness(row: Row) -> list[object]:
    """What rows have in common that take each other's immediates."""
    return [type(kind) if isinstance(kind, Lane | MemArgKind) else kind for kind in row.immediates]


def nudged(instruction: Instruction, choices: Choices) -> Instruction:
    """The same with an immediate that is one more: an index, a lane, an alignment."""
    numbers = [at for at, value in enumerate(instruction.immediates) if isinstance(value, int | MemArg)]
    if not numbers:
        return instruction
    at = choices.pick(numbers)
    value = instruction.immediates[at]
    new = value._replace(align=value.align + 1) if isinstance(value, MemArg) else (value + 1) & 0x7FFFFFFF
    if isinstance(instruction.row.immediates[at], Lane):
        new = choices.pick((2, 4, 8, 16, 255))
    return Instruction(instruction.row, (*instruction.immediates[:at], new, *instruction.immediates[at + 1 :]))

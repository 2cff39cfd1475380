"""Modules that are valid no more, as a rule: one small change of one that was. Engines must agree on the verdict.

A change is one of an instruction in a function, or of anything else in the module: a type, a limit, an index, a
segment. Nothing in such a module is called, since a change may have taken away what makes loops end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from quire.engine import types as t
from quire.engine.immediates import (
    TYPE,
    Bits,
    Cast,
    CastKind,
    HeapTypeKind,
    Immediate,
    Index,
    Integer,
    LabelTable,
    Lane,
    MemArg,
    MemArgKind,
    ReferenceTypeKind,
    ResultTypes,
)
from quire.engine.instruction_set import InstructionSet
from quire.engine.instructions.row import Kind, Row
from quire.engine.module import Active, Declarative, Expression, Instruction, LocalRun, Module, Passive
from quire.fuzz.choices import Choices
from quire.fuzz.generate.generator import Generated
from quire.fuzz.generate.leaves import Emitter
from quire.fuzz.observe import Shim
from quire.fuzz.relatives import with_relatives

STAYING = ("imports", "custom_sections", "names")
"""The parts of a module that stay: a change of an import is one of the host's."""
KEPT = ("places", "shared", "page_size")
"""Fields that stay: the last two are not in every instruction set."""
HEAPS = (
    t.FUNC, t.EXTERN, t.ANY, t.EQ, t.I31, t.STRUCT, t.ARRAY, t.EXN, t.NONE, t.NOFUNC, t.NOEXTERN, t.NOEXN,
)  # fmt: skip
VALUES = (t.I32, t.I64, t.F32, t.F64, t.V128, t.FUNCREF, t.EXTERNREF, t.ReferenceType(False, t.FUNC))
STRUCTURED = ("block", "loop", "if", "else", "end", "try_table")
NAMING = (Index, HeapTypeKind, ReferenceTypeKind, CastKind, ResultTypes, LabelTable)
OPERANDS = ("i32.const", "i64.const", "f32.const", "f64.const", "v128.const")
TYPES = 2  # more times than other parts are types changed, which have most rules
LARGE = 1 << 31
NUMBERS = (0, 1, 65535, 65536, 65537, 0xFFFFFFFF)
SIZES = tuple(1 << bits for bits in (16, 17, 24, 31, 32, 33, 40, 48, 49, 56, 63))
"""At and beside these are the bounds of memories and tables of all sorts, and of what a number has room for."""


def break_module(generated: Generated, choices: Choices) -> Generated:
    """The module, with its shim or without, with one change."""
    module = generated.module if choices.below(4) else Shim(generated).finished()
    change = change_body if choices.below(2) and module.functions else change_part
    module = change(replace(module, start=None), generated.instruction_set, choices)
    return replace(generated, module=harmless(module), calls=(), fuel=False, broken=True)


def harmless(module: Module) -> Module:
    """The module without a start function, if that is one which could be started: it might never end."""
    startable = module.start is not None and module.start < len(module.imports) + len(module.functions)
    return replace(module, start=None) if startable and not _has_parameters(module) else module


def _has_parameters(module: Module) -> bool:
    """Whether validation must refuse the start function."""
    number = (module.start or 0) - len(module.imports)
    if number < 0:
        return True
    subtypes = [each for group in module.types for each in group.subtypes]
    index = module.functions[number].type_index
    composite = subtypes[index].composite if index < len(subtypes) else None
    return not isinstance(composite, t.FunctionType) or composite != t.FunctionType()


# Instructions


def change_body(module: Module, instruction_set: InstructionSet, choices: Choices) -> Module:
    """With one instruction of one function taken away, doubled, swapped, exchanged, or with other immediates."""
    number = choices.below(len(module.functions))
    if choices.below(8) == 0:
        return read_unset(module, number, Emitter(instruction_set), choices)
    body = module.functions[number].body
    changed = changed_expression(body, module, instruction_set, choices)
    functions = list(module.functions)
    functions[number] = replace(functions[number], body=changed)
    return replace(module, functions=tuple(functions))


def read_unset(module: Module, number: int, emitter: Emitter, choices: Choices) -> Module:
    """With locals without a default, one of them read where it may not be set. Spec: valid/conventions#local-types"""
    function = module.functions[number]
    subtypes = [each for group in module.types for each in group.subtypes]
    composite = subtypes[function.type_index].composite
    count = len(composite.parameters) if isinstance(composite, t.FunctionType) else 0
    first = count + sum(run.count for run in function.locals)
    make = emitter.make
    anything_, close = make("unreachable"), make("end")
    written, read = make("local.set", first + choices.below(2)), make("local.get", first + choices.below(2))
    code = choices.pick(
        (
            [anything_, read, anything_],
            [anything_, written, read, anything_],
            [make("block", None), anything_, written, close, read, anything_],
            [anything_, make("if", None), anything_, written, make("else"), read, anything_, close, anything_],
            [anything_, written, make("loop", None), read, anything_, close, anything_],
            [make("block", None), make("block", None), anything_, written, close, read, anything_, close, anything_],
        )
    )
    runs = (*function.locals, LocalRun(2, t.ReferenceType(False, choices.pick((t.FUNC, t.EXTERN)))))
    body = Expression((*code, *function.body.instructions))
    functions = list(module.functions)
    functions[number] = replace(function, locals=runs, body=body)
    return replace(module, functions=tuple(functions))


def changed_expression(
    body: Expression, module: Module, instruction_set: InstructionSet, choices: Choices
) -> Expression:
    """With one instruction taken away, doubled, swapped, exchanged, or with other immediates."""
    code = body.instructions
    at = choices.below(max(1, len(code) - 1))
    kind = choices.below(20)
    if kind > 6:
        changed = (*code[:at], *anything(module, instruction_set, choices), *code[at:])
    elif kind == 0:
        changed = (*code[:at], *code[at + 1 :])
    elif kind == 1:
        changed = (*code[:at], code[at], *code[at:])
    elif kind == 2:
        changed = (*code[:at], *reversed(code[at : at + 2]), *code[at + 2 :])
    elif kind < 5:
        changed = (*code[:at], relative(code[at], instruction_set, choices), *code[at + 1 :])
    else:
        changed = (*code[:at], nudged(code[at], choices), *code[at + 1 :])
    return Expression(changed)


def anything(module: Module, instruction_set: InstructionSet, choices: Choices) -> list[Instruction]:
    """An instruction where every operand fits, so that only its immediates matter; sometimes with wrong operands."""
    rows = [row for row in instruction_set.rows if row.mnemonic not in STRUCTURED]
    if choices.below(4):
        rows = [
            row for row in rows if row.kind is Kind.CONTROL or any(isinstance(kind, NAMING) for kind in row.immediates)
        ]
    row = choices.pick(rows)
    make = Emitter(instruction_set).make
    if choices.below(4) == 0:
        return [make("unreachable"), one_beyond(instruction_set, module, choices), make("unreachable")]
    operands = [make(choices.pick(OPERANDS), 0) for _ in range(choices.pick((0, 0, 0, 1, 2, 3)))]
    if row.mnemonic == "select":
        operands = [make(choices.pick(OPERANDS), 0) for _ in range(2)] + [make("i32.const", 0)]
    immediates = [draw_immediate(kind, module, choices) for kind in row.immediates]
    likely = types_for(row, module)
    if likely and choices.below(8):
        immediates[0] = choices.pick(likely)
    return [make("unreachable"), *operands, Instruction(row, tuple(immediates)), make("unreachable")]


def one_beyond(instruction_set: InstructionSet, module: Module, choices: Choices) -> Instruction:
    """An instruction with a lane or an alignment that is one more than the last there is, or with the last."""
    rows = [row for row in instruction_set.rows if any(isinstance(kind, Lane | MemArgKind) for kind in row.immediates)]
    row = choices.pick(rows)
    limited = [at for at, kind in enumerate(row.immediates) if isinstance(kind, Lane | MemArgKind)]
    chosen, more = choices.pick(limited), choices.below(4) > 0
    immediates: list[Any] = []
    for at, kind in enumerate(row.immediates):
        by = int(more and at == chosen)
        if isinstance(kind, Lane):
            immediates.append(kind.count - 1 + by)
        elif isinstance(kind, MemArgKind):
            immediates.append(MemArg(kind.natural.bit_length() - 1 + by, 0, 0))
        else:
            immediates.append(draw_immediate(kind, module, choices))
    return Instruction(row, tuple(immediates))


def draw_immediate(kind: Immediate, module: Module, choices: Choices) -> Any:
    """Any value of that kind, which may name nothing."""
    match kind:
        case Index(space):
            return choices.below(size_of_space(space, module) + (choices.below(8) == 0))
        case MemArgKind(natural):
            return MemArg(choices.below(natural.bit_length() + 1), choices.below(3), choices.pick((0, 8, 0xFFFFFFFF)))
        case HeapTypeKind():
            return draw_heap(module, choices)
        case ReferenceTypeKind():
            return draw_reference(module, choices)
        case CastKind():
            return Cast(choices.below(3), draw_reference(module, choices), draw_reference(module, choices))
        case ResultTypes():
            return tuple(choices.pick(VALUES) for _ in range(choices.pick((1, 1, 0, 2))))
        case LabelTable():
            return tuple(choices.below(3) for _ in range(choices.between(1, 3)))
        case Lane(count):
            return choices.below(count + 1)
    return 0


def types_for(row: Row, module: Module) -> list[int]:
    """The types that an instruction on structures or arrays could name first."""
    kinds = {"struct": t.StructType, "array": t.ArrayType}
    wanted = kinds.get(row.mnemonic.partition(".")[0])
    if wanted is None or not row.immediates or row.immediates[0] != TYPE:
        return []
    subtypes = [each for group in module.types for each in group.subtypes]
    return [index for index, each in enumerate(subtypes) if isinstance(each.composite, wanted)]


def size_of_space(space: str, module: Module) -> int:
    """How many indices of a space name something; a guess for those that functions have."""
    match space:
        case "type":
            return sum(len(group.subtypes) for group in module.types) or 1
        case "function":
            return len(module.imports) + len(module.functions)
        case "local":
            return 16
        case "label" | "field":
            return 3
        case "data":
            return len(module.data) or 1
    return len(getattr(module, f"{space}s", ())) or 1


def draw_heap(module: Module, choices: Choices) -> t.HeapType:
    """One with a name, or the index of a type."""
    return choices.pick(HEAPS) if choices.below(2) else choices.below(size_of_space("type", module))


def draw_reference(module: Module, choices: Choices) -> t.ReferenceType:
    """A reference to anything."""
    return t.ReferenceType(bool(choices.below(2)), draw_heap(module, choices))


def slim(generated: Generated, choices: Choices) -> Generated:
    """The case with the bodies of three functions at most: those of others only take time, since nothing is called."""
    functions = generated.module.functions
    make = Emitter(generated.instruction_set).make
    nothing = Expression((make("unreachable"), make("end")))
    kept = {choices.below(len(functions)) for _ in range(3)} if functions else ()
    left = tuple(
        each if number in kept else replace(each, locals=(), body=nothing) for number, each in enumerate(functions)
    )
    module = with_relatives(generated.module, Emitter(generated.instruction_set))
    return replace(generated, module=replace(module, functions=left), calls=())


def relative(instruction: Instruction, instruction_set: InstructionSet, choices: Choices) -> Instruction:
    """Another instruction with immediates of the same kinds."""
    wanted = likeness(instruction.row)
    others = [row for row in instruction_set.rows if likeness(row) == wanted]
    return Instruction(choices.pick(others), instruction.immediates)


def likeness(row: Row) -> list[object]:
    """What rows have in common that take each other's immediates."""
    return [type(kind) if isinstance(kind, Lane | MemArgKind) else kind for kind in row.immediates]


def nudged(instruction: Instruction, choices: Choices) -> Instruction:
    """The same with another immediate: an index, a lane, an alignment, a type."""
    kinds = instruction.row.immediates
    numbers = [at for at, kind in enumerate(kinds) if not isinstance(kind, Integer | Bits)]
    if not numbers:
        return instruction
    at = choices.pick(numbers)
    new = nudge(kinds[at], instruction.immediates[at], choices)
    return Instruction(instruction.row, (*instruction.immediates[:at], new, *instruction.immediates[at + 1 :]))


def nudge(kind: Immediate, value: Any, choices: Choices) -> Any:
    """Another value of an immediate."""
    if isinstance(kind, Lane):
        return choices.pick((2, 4, 8, 16, 255))
    if isinstance(value, MemArg):
        name = choices.pick(("align", "align", "memory"))
        return value._replace(**{name: getattr(value, name) + 1})
    if isinstance(kind, ReferenceTypeKind):  # which says by its opcode that it is a reference
        return replace(value, heap=choices.pick(HEAPS))
    if value is None:
        return choices.pick(VALUES)
    return value + 1 if isinstance(value, int) else changed_syntax(value, choices)


# Everything else


def change_part(module: Module, instruction_set: InstructionSet, choices: Choices) -> Module:
    """With something changed that stands outside function bodies."""
    names = [each.name for each in fields(module) if each.name not in STAYING and getattr(module, each.name) != ()]
    parts = [each for each in names if each != "functions"]
    name = choices.pick([*parts, *[each for each in parts if each == "types"] * TYPES] or names)
    if choices.below(4) == 0:
        return with_other_constant(module, Emitter(instruction_set), choices)
    if choices.below(30) == 0:
        return replace(module, types=(*module.types, *chain(module, choices.pick((62, 63, 64, 65)))))
    if name == "start":
        return replace(module, start=choices.below(len(module.imports) + len(module.functions) + 1))
    return replace(module, **{name: changed_syntax(getattr(module, name), choices)})


def chain(module: Module, length: int) -> Iterator[t.RecursiveType]:
    """Types of which each extends the one before: engines share a limit for that. Spec: appendix/implementation"""
    first = sum(len(group.subtypes) for group in module.types)
    for number in range(length):
        above = (first + number - 1,) if number else ()
        yield t.RecursiveType((t.SubType(t.StructType(()), above, False),))


def with_other_constant(module: Module, emitter: Emitter, choices: Choices) -> Module:
    """With another constant expression for a global, a table, or a segment's offset or items."""
    make = emitter.make
    globals_, functions = len(module.globals), len(module.imports) + len(module.functions)
    name = choices.pick(
        [each for each in ("globals", "globals", "tables", "elements", "data") if getattr(module, each)]
    )
    parts: list[Any] = list(getattr(module, name))
    at = choices.below(len(parts))
    expression = emitter.expression(
        choices.pick(
            (
                [make("global.get", choices.pick((choices.below(globals_ + 1), at, at + 1)))],
                [make("ref.func", choices.below(functions + 1))],
                [make(choices.pick(OPERANDS), 0)],
                [make("ref.null", draw_heap(module, choices))],
                [make("i32.const", 1), make("i32.const", 2), make(choices.pick(("i32.add", "i32.and")))],
                [],
            )
        )
    )
    part = parts[at]
    if name in ("globals", "tables"):
        parts[at] = replace(part, init=expression)
    elif isinstance(part.mode, Active) and (name == "data" or choices.below(2)):
        parts[at] = replace(part, mode=replace(part.mode, offset=expression))
    elif name == "elements":
        parts[at] = replace(part, init=(*part.init, expression))
    changes: dict[str, Any] = {name: tuple(parts)}
    return replace(module, **changes)


def changed_syntax(node: Any, choices: Choices) -> Any:
    """Any part of a module's syntax with one change somewhere in it."""
    if isinstance(node, Instruction):
        return nudged(node, choices)
    if isinstance(node, tuple) and not hasattr(node, "_replace"):
        return changed_tuple(node, choices)
    found = alternatives(node)
    if found and not (is_dataclass(node) and choices.below(2)):
        return choices.pick(found)
    if is_dataclass(node) and not isinstance(node, type):
        names = [each.name for each in fields(node) if each.name not in KEPT]
        if names and not isinstance(node, t.NumberType | t.PackedType | t.AbstractHeapType):
            name = choices.pick(names)
            return replace(node, **{name: changed_syntax(getattr(node, name), choices)})
    return node


def changed_tuple(node: tuple[Any, ...], choices: Choices) -> tuple[Any, ...]:
    """With one item changed, taken away, doubled or swapped with the next."""
    if not node:
        return node
    at = choices.below(len(node))
    match choices.below(8):
        case 0:
            return (*node[:at], *node[at + 1 :])
        case 1:
            return (*node[: at + 1], *node[at:])
        case 2:
            return (*node[:at], *reversed(node[at : at + 2]), *node[at + 2 :])
    return (*node[:at], changed_syntax(node[at], choices), *node[at + 1 :])


def alternatives(node: Any) -> Sequence[Any]:
    """What may stand in the place of a leaf of the syntax."""
    match node:
        case bool():
            return [not node]
        case int() if node < LARGE:
            return [node + 1, max(0, node - 1), *NUMBERS]
        case t.MemoryType(shared=False) | t.TableType():
            near = [size + by for size in SIZES for by in (-1, 0, 1)]
            return [replace(node, limits=replace(node.limits, maximum=each)) for each in (None, *near, (1 << 64) - 1)]
        case t.Limits(minimum):
            fewer = (minimum, max(0, minimum - 1))
            return [replace(node, maximum=each) for each in (*fewer, None, None, *NUMBERS)]
        case t.NumberType() | t.ReferenceType():
            return VALUES
        case t.PackedType():
            return (t.I8, t.I16)
        case t.AbstractHeapType():
            return (*HEAPS, 0, 1)
        case Passive() | Declarative() | Active():
            return [Passive(), Declarative()]
        case t.SubType():
            others = [replace(node, final=False, supertypes=(index,)) for index in range(0, 8, 2)]
            twice, other = replace(node, supertypes=node.supertypes * 2), replace(node, final=not node.final)
            return [other, other, replace(node, supertypes=()), twice, twice, twice, *others]
    return ()

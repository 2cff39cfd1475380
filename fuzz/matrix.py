"""Every instruction of the table on every edge value of its operands: one function for an instruction with its
immediates, one call for each choice of operands.

What there is to walk follows from the rows: signatures tell the operands, kinds of immediate tell the immediates.
Types, tables, memories and the like come from plans, which are drawn until every row has found a place in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, product
from math import prod
from typing import Any

from quire.engine import types as t
from quire.engine.immediates import Bits, Immediate, Index, Integer, Lane, Lanes, MemArgKind
from quire.engine.instructions.row import Kind, Row
from quire.engine.module import FunctionDefinition, Instruction, LocalRun
from quire.fuzz.choices import SeededChoices
from quire.fuzz.generate.body import CANONICAL, IDENTITY, TIMEOUTS, is_dropped, memory_of
from quire.fuzz.generate.catalogue import FUEL, Catalogue, Production
from quire.fuzz.generate.edges import EDGES
from quire.fuzz.generate.features import (
    ALL_FEATURES,
    MEMORY64,
    OWN,
    PROPOSALS,
    TABLE64,
    THREADS,
    WIDE,
    rows_of,
)
from quire.fuzz.generate.fused import HELD_LOCALS, HELD_TYPE, held, is_fused, once
from quire.fuzz.generate.generator import Call, Generated, heaps_of, helpers
from quire.fuzz.generate.leaves import Code
from quire.fuzz.generate.nans import MAKING, checked, is_checked, runs
from quire.fuzz.generate.operands import Role, role_of, safe_range
from quire.fuzz.generate.plan import Plan, draw_plan, function_type
from quire.fuzz.matrix_control import control_matrix
from quire.fuzz.matrix_coverage import LENGTHS, edge

PER_MODULE = 250  # calls
VARIANTS = 16  # of immediates
FEW = 8  # choices of operands for one of them, at least
PLANS = 200  # at most
PRODUCTIONS = 3  # of one row in one plan
_BITS = {32: t.I32, 64: t.I64}
_FLOATS = {32: t.F32, 64: t.F64, 128: t.V128}
_LANES = (tuple(range(16)), tuple(range(31, 15, -1)), (0,) * 16, (31, 0, 16, 15) * 4)


@dataclass(frozen=True, slots=True)
class Cell:
    """An instruction and code for its operands."""

    instruction: Instruction
    signature: t.FunctionType
    operands: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A row, the address types of the memories and tables that it names, and whether the memories are shared: what the
    matrix has once.
    """

    row: Row
    addresses: tuple[t.NumberType, ...]
    shared: tuple[bool, ...] = ()


def matrix_rows(features: Iterable[str] = ALL_FEATURES) -> list[Row]:
    """The rows whose operands are values; fuzz/matrix_control.py has the others."""
    rows = rows_of(features)
    return [row for row in rows if row.kind is not Kind.CONTROL and _is_walked(row)]


def _is_walked(row: Row) -> bool:
    """Locals live in a function and the typed select takes any type: generated bodies have these."""
    return not row.mnemonic.startswith("local.") and row.mnemonic != "select"


def matrix(limit: int = 1024, features: Sequence[str] = ALL_FEATURES) -> Iterator[Generated]:
    """Modules whose calls are the whole matrix, with at most `limit` choices of operands for each row in each plan.

    Each proposal has modules of its own, so that engines without it take part in all others; those that make other
    memories have all accesses to memories again.
    """
    yield from control_matrix(features)
    core = [each for each in features if each not in (*PROPOSALS, *OWN)]
    known = set(matrix_rows(core))
    yield from walk(limit, core, known)
    for proposal in (each for each in (*PROPOSALS, *OWN) if each in features):
        again = "none" if proposal == WIDE else "memory"
        rows = matrix_rows([*core, proposal])
        wanted = (row for row in rows if row not in known or again in map(space_of, row.immediates))
        yield from walk(limit, [*core, proposal], wanted)


def walk(limit: int, features: Sequence[str], wanted: Iterable[Row]) -> Iterator[Generated]:
    """The matrix of these rows, in modules with all of these features."""
    missing = {place for row in wanted for place in places_of(row, features)}
    for seed in range(PLANS):
        plan = draw_plan(SeededChoices(seed), frozenset(features))
        rows = [row for row in matrix_rows(features) if any(each.row is row for each in missing)]
        catalogue = Catalogue(plan.context, rows, heaps_of(plan), plan.leaves.written)
        groups = [
            (place, left)
            for place, group in grouped(plan, catalogue).items()
            if place in missing and (left := [each for each in group if not is_dropped(plan, each)])
        ]
        missing -= {place for place, _ in groups}
        cells = (cell for _, group in groups for each in chosen(group) for cell in cells_of(plan, each, limit))
        while chunk := list(islice(cells, PER_MODULE)):
            yield module_of(plan, chunk)
        if not missing:
            return


def places_of(row: Row, features: Sequence[str]) -> Iterator[Place]:
    """A row with every choice of address types for the memories and tables that it names."""
    wide = {"memory": MEMORY64, "table": TABLE64}
    spaces = [space for kind in row.immediates if (space := space_of(kind)) in wide]
    shared = [(False, True) if THREADS in features else (False,) for space in spaces if space == "memory"]
    types = [[t.I32, t.I64] if wide[space] in features else [t.I32] for space in spaces]
    yield from (Place(row, *each) for each in product(product(*types), product(*shared)))


def space_of(kind: Immediate) -> str:
    """The index space that an immediate is of."""
    return "memory" if isinstance(kind, MemArgKind) else kind.space if isinstance(kind, Index) else ""


def grouped(plan: Plan, catalogue: Catalogue) -> dict[Place, list[Production]]:
    """The productions by row and address types."""
    groups: dict[Place, list[Production]] = {}
    types = {"memory": plan.context.memories, "table": plan.context.tables}
    for each in catalogue.all:
        pairs = zip(map(space_of, each.row.immediates), each.immediates, strict=True)
        named = [types[space][getattr(value, "memory", value)] for space, value in pairs if space in types]
        shared = tuple(type_.shared for type_ in named if isinstance(type_, t.MemoryType))
        place = Place(each.row, tuple(type_.address_type for type_ in named), shared)
        groups.setdefault(place, []).append(each)
    return groups


def chosen(group: Sequence[Production]) -> Iterator[Production]:
    """Some of the productions: the first, the last, one between."""
    picks = {0, len(group) - 1, len(group) // 2}
    yield from (group[index] for index in sorted(picks)[:PRODUCTIONS])


def cells_of(plan: Plan, production: Production, limit: int) -> Iterator[Cell]:
    """The choices of immediates and operands for one production."""
    if not all(map(plan.leaves.has_values, production.signature.parameters)):
        return
    each_values = map(partial(values_of, plan), production.row.immediates, production.immediates)
    variants = list(islice(product(*each_values), 4096))
    columns = [alternatives(plan, production, index) for index in range(len(production.signature.parameters))]
    few = variants[:: max(1, len(variants) // VARIANTS)] if columns else variants
    for number, immediates in enumerate(few):
        instruction = Instruction(production.row, immediates)
        for operands in operand_choices(columns, max(FEW, limit // len(few)), whole=not number):
            yield Cell(instruction, production.signature, operands)


def values_of(plan: Plan, kind: Immediate, value: Any) -> Sequence[Any]:
    """The values of an immediate to try, given what stands for it in a production."""
    match kind:
        case Integer(bits):
            return EDGES[_BITS[bits]]
        case Bits(bits):
            return EDGES[_FLOATS[bits]]
        case Lane(count):
            return range(count)
        case Lanes():
            return _LANES
        case MemArgKind(natural):
            start, end = safe_range(plan.context.memories[value.memory])
            offsets = (start, 0, end - start - natural, end, 0xFFFFFFFF)
            return [value._replace(offset=each, align=natural.bit_length() - 1) for each in offsets]
    return [value]


def operand_choices(columns: Sequence[Sequence[Code]], limit: int, *, whole: bool) -> Iterator[tuple[Code, ...]]:
    """All choices of operands, or `limit` of them that are spread evenly; of a `whole` one, each value turns up."""
    total = prod(map(len, columns))
    if total <= limit:
        yield from product(*columns)
        return
    step = total / limit
    for number in range(limit):
        yield nth(columns, int(number * step) + number % 7)
    for number in range(max(map(len, columns)) if whole else 0):
        yield tuple(column[number % len(column)] for column in columns)


def nth(columns: Sequence[Sequence[Code]], number: int) -> tuple[Code, ...]:
    """The choice of that number, counting as digits do."""
    picked = []
    for column in reversed(columns):
        number, digit = divmod(number, len(column))
        picked.append(column[digit])
    return tuple(reversed(picked))


def alternatives(plan: Plan, production: Production, index: int) -> list[Code]:
    """Code for the edge values of an operand: constants; null and a few other references; addresses for memories."""
    type_ = production.signature.parameters[index]
    role = role_of(production.row, production.signature, index)
    if role is Role.LENGTH:
        return [[plan.leaves.constant(t.I32, each)] for each in LENGTHS]
    if role is Role.TIMEOUT and plan.context.memories[memory_of(production)].shared:
        return [[plan.leaves.constant(t.I64, each)] for each in TIMEOUTS]  # of others, some never end
    if isinstance(type_, t.NumberType):
        own = [bits for bits in edges_of_memory(plan, production) if bits >> 8 * type_.size == 0]
        bits = (*own, *EDGES[type_]) if type_ in (t.I32, t.I64) else EDGES[type_]
        return [[plan.leaves.constant(type_, each)] for each in dict.fromkeys(bits)]
    found: list[Code] = [[plan.leaves.null(type_.heap)]] if type_.nullable else []
    if plan.leaves.has_values(t.ReferenceType(False, type_.heap)):
        found += [plan.leaves.construct(SeededChoices(seed), type_.heap) for seed in range(4)]
    return found


def edges_of_memory(plan: Plan, production: Production) -> Iterator[int]:
    """Addresses at the edges of the memory that a production names."""
    for kind, value in zip(production.row.immediates, production.immediates, strict=True):
        is_index = isinstance(kind, Index) and kind.space == "memory"
        if is_index or isinstance(kind, MemArgKind):
            index = value if is_index else value.memory
            start, end = safe_range(plan.context.memories[index])
            yield from (start, end, max(0, end - 1), max(0, end - 8), max(0, end - 16), start + 1)


def module_of(plan: Plan, cells: Sequence[Cell]) -> Generated:
    """A module with a function for each instruction and a call for each cell."""
    groups, functions, calls = list(plan.module.types), list(stubs(plan)), []
    count = sum(len(group.subtypes) for group in groups)
    known: dict[Instruction, int] = {}
    for cell in cells:
        row = cell.instruction.row
        if cell.instruction not in known:
            signature = HELD_TYPE if is_fused(row) else written(plan, cell.signature)
            groups.append(t.RecursiveType((t.SubType(signature),)))
            functions.append(FunctionDefinition(count, locals_of(row), plan.emitter.expression(body_of(plan, cell))))
            known[cell.instruction], count = len(functions), count + 1
        calls.append(Call(known[cell.instruction], arguments_of(plan, cell), row.mnemonic, edges_of(plan, cell)))
    module = replace(plan.module, types=tuple(groups), functions=tuple(functions))
    return Generated(module, plan.instruction_set, plan.features, tuple(calls))


def written(plan: Plan, signature: t.FunctionType) -> t.FunctionType:
    """A closed function type as the module writes it."""
    return plan.context.written(signature)


def arguments_of(plan: Plan, cell: Cell) -> tuple[Instruction, ...]:
    """The operands, and what an instruction is to be held to if that follows from them."""
    arguments = tuple(each for operand in cell.operands for each in operand)
    row = cell.instruction.row
    if not is_fused(row):
        return arguments
    bits = [operand[0].immediates[0] for operand in cell.operands]
    return (*arguments, plan.leaves.constant(t.V128, once(row, bits)))


def edges_of(plan: Plan, cell: Cell) -> tuple[tuple[str, str], ...]:
    """Of each operand what kind of value it is, and which; of a constant, the same of what it makes."""
    row, types = cell.instruction.row, cell.signature.parameters
    if isinstance(row.immediates[:1] and row.immediates[0], Integer | Bits):
        return (edge(plan.leaves, cell.signature.results[0], [cell.instruction]),)
    lengths = [role_of(row, cell.signature, index) is Role.LENGTH for index in range(len(types))]
    operands = zip(types, cell.operands, lengths, strict=True)
    return tuple(edge(plan.leaves, type_, code, is_length=each) for type_, code, each in operands)


def locals_of(row: Row) -> tuple[LocalRun, ...]:
    """What the function of a row needs beside its parameters."""
    return HELD_LOCALS if is_fused(row) else runs(row) if is_checked(row) else ()


def body_of(plan: Plan, cell: Cell) -> Code:
    """The instruction on the function's parameters."""
    if is_fused(cell.instruction.row):
        return held(plan.emitter, cell.instruction.row)
    if is_checked(cell.instruction.row):
        return checked(plan.emitter, cell.instruction.row)
    code = [plan.emitter.make("local.get", index) for index in range(len(cell.signature.parameters))]
    code.append(cell.instruction)
    made = MAKING.match(cell.instruction.row.mnemonic)
    return [*code, plan.emitter.make("call", CANONICAL[made[1]])] if made else code


def stubs(plan: Plan) -> Iterator[FunctionDefinition]:
    """The plan's own functions, which only references and tables mention: helpers, and others that return at once."""
    yield from helpers(plan)
    for index in range(1 + plan.helpers, len(plan.context.functions)):
        results = function_type(plan, index).results
        code = [plan.emitter.make("i32.const", IDENTITY - index), plan.emitter.make("global.set", FUEL)]
        code += [each for type_ in results for each in plan.leaves.simple(SeededChoices(index), type_)]
        definition = plan.module.functions[index - 1]
        yield FunctionDefinition(definition.type_index, (), plan.emitter.expression(code))

"""Function bodies: code that makes a value of a wanted type, out of code that makes its operands, and so on.

Every loop and every function takes one from the fuel before it goes on, and returns at once when there is none left, so
that all code ends and nothing needs more stack than the fuel allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from types import MappingProxyType

from quire.engine import matching
from quire.engine import types as t
from quire.engine.immediates import DATA, ELEMENT
from quire.engine.module import Expression, FunctionDefinition, Instruction, LocalRun, Passive
from quire.fuzz.choices import Choices
from quire.fuzz.generate import control
from quire.fuzz.generate import features as f
from quire.fuzz.generate.catalogue import FUEL, Catalogue, Production
from quire.fuzz.generate.checks import Checks
from quire.fuzz.generate.control import Label
from quire.fuzz.generate.edges import draw_bits
from quire.fuzz.generate.fused import is_fused
from quire.fuzz.generate.leaves import Code
from quire.fuzz.generate.nans import MAKING, is_checked
from quire.fuzz.generate.operands import Role, edge_address, role_of, safe_range
from quire.fuzz.generate.plan import Plan, function_type
from quire.proposal_ops.threads.accesses import AtomicMemArgKind

DEEPEST = 12
LENGTHS = (0, 1, 3, 255, 4096)
"""Of new arrays, at their most: longer ones only show how long a host is willing to wait."""
TIMEOUTS = (0, 1, 1000)
ALWAYS_KEPT = (Role.LENGTH, Role.TIMEOUT)
IDENTITY = 0xFFFF0000
"""The fuel that function 0 leaves when it has none: others leave that much less their index, all of it negative."""
TO_I64: Mapping[t.NumberType, tuple[str, ...]] = MappingProxyType(
    {t.I32: ("i64.extend_i32_u",), t.I64: (), t.F32: ("i32.reinterpret_f32", "i64.extend_i32_u"),
     t.F64: ("i64.reinterpret_f64",)}
)  # fmt: skip
CANONICAL = {"f32": 1, "f64": 2, "f32x4": 3, "f64x2": 4}
"""The helpers that make a NaN of a shape canonical, by function index."""


@dataclass(slots=True)
class Body:
    """One function body being made. `risk` is how many operands in a thousand do not keep to their role.

    `checks` are functions that hold instructions to sets of results; where NaNs are not checked, they are only made
    canonical.
    """

    plan: Plan
    choices: Choices
    catalogue: Catalogue
    index: int
    risk: int
    budget: int
    checks: Checks
    are_nans_checked: bool = False
    code: Code = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    locals: list[t.ValueType] = field(default_factory=list)
    nesting: int = 0

    @property
    def signature(self) -> t.FunctionType:
        return function_type(self.plan, self.index)

    def definition(self) -> FunctionDefinition:
        """The function, finished."""
        self.locals = list(self.signature.parameters)
        self.labels = [Label(self.signature.results)]
        self.take_fuel()
        for _ in range(self.choices.below(6)):
            self.statement()
        for _ in range(self.choices.below(4)):
            self.show_local()
        self.values(self.signature.results)
        self.emit("end")
        own = map(self.written, self.locals[len(self.signature.parameters) :])
        runs = tuple(LocalRun(len(list(group)), type_) for type_, group in groupby(own))
        old = self.plan.module.functions[self.index - len(self.plan.module.imports)]
        return FunctionDefinition(old.type_index, runs, Expression(tuple(self.code)))

    # Parts

    def emit(self, mnemonic: str, *immediates: object) -> None:
        self.append(self.plan.emitter.make(mnemonic, *immediates))

    def append(self, instruction: Instruction) -> None:
        self.code.append(instruction)
        self.budget -= 1

    def constant(self, type_: t.NumberType, bits: int) -> None:
        self.append(self.plan.leaves.constant(type_, bits))

    def written(self, type_: t.ValueType) -> t.ValueType:
        """A closed type as the module writes it."""
        if isinstance(type_, t.NumberType):
            return type_
        return t.ReferenceType(type_.nullable, self.plan.leaves.written(type_.heap))

    def allows(self, feature: str) -> bool:
        return feature in self.plan.features

    def local(self, type_: t.ValueType) -> int:
        """A local of this very type, an old one or a new one; it must have a default."""
        known = [index for index, each in enumerate(self.locals) if each == type_]
        if known and (len(known) > 2 or self.choices.chance(50)):
            return self.choices.pick(known)
        self.locals.append(type_)
        return len(self.locals) - 1

    def take_fuel(self) -> None:
        """Return with simple values if there is no fuel, and tell by the fuel which function this is."""
        for mnemonic, immediate in (("global.get", FUEL), ("i32.const", 1), ("i32.sub", None), ("global.set", FUEL)):
            self.emit(mnemonic, *(() if immediate is None else (immediate,)))
        self.emit("global.get", FUEL)
        self.emit("i32.const", 0)
        self.emit("i32.le_s")
        self.emit("if", None)
        self.emit("i32.const", IDENTITY - self.index)
        self.emit("global.set", FUEL)
        for each in self.signature.results:
            self.code += self.plan.leaves.simple(self.choices, each)
        self.emit("return")
        self.emit("end")

    # Values

    def value(self, goal: t.ValueType) -> None:
        """Code for one value of a closed type."""
        self.nesting += 1
        kind = self.choices.below(100) if self.budget > 0 and self.nesting < DEEPEST else 0
        if kind < 30:
            self.simple(goal)
        elif kind < 74 or not control.value_form(self, goal):
            self.produce(goal)
        self.nesting -= 1

    def values(self, types: tuple[t.ValueType, ...]) -> None:
        for each in types:
            self.value(each)

    def simple(self, goal: t.ValueType) -> None:
        """A local or a leaf."""
        known = [index for index, each in enumerate(self.locals) if each == goal]
        if known and self.choices.chance(60):
            self.emit("local.get", self.choices.pick(known))
        else:
            for each in self.plan.leaves.leaf(self.choices, goal):
                self.append(each)

    def produce(self, goal: t.ValueType) -> None:
        """An instruction of the table that makes such a value, with its operands."""
        groups = self.catalogue.making(goal)
        production = self.choices.pick(self.choices.pick(groups)) if groups else None
        if production is None or not self.can_make(production):
            self.simple(goal)
            return
        self.use(production)
        for each in reversed(production.signature.results[1:]):
            self.give_up(each)

    def can_make(self, production: Production) -> bool:
        signature = production.signature
        return all(map(self.plan.leaves.has_values, (*signature.parameters, *signature.results)))

    def use(self, production: Production) -> None:
        """The operands and the instruction."""
        for index in range(len(production.signature.parameters)):
            self.operand(production, index)
        if is_fused(production.row) or (self.are_nans_checked and is_checked(production.row)):
            self.emit("call", self.checks.index(production.row))
            return
        instruction = production.instruction(self.choices)
        self.append(self.with_offset(instruction))
        made = MAKING.match(production.row.mnemonic)
        if made:
            self.emit("call", CANONICAL[made[1]])

    def with_offset(self, instruction: Instruction) -> Instruction:
        """A load or store whose offset leads to where its memory may be written."""
        immediates = instruction.immediates
        if not immediates or not hasattr(immediates[0], "offset"):
            return instruction
        memory = self.plan.context.memories[immediates[0].memory]
        start, _ = safe_range(memory)
        offset = self.choices.pick((start, start, start + 8, start + 255))
        if isinstance(instruction.row.immediates[0], AtomicMemArgKind):
            offset += -offset % 8
        if self.choices.below(1000) < self.risk:
            offset = self.choices.pick((0, edge_address(self.choices, memory), 0xFFFFFFFF))
        return Instruction(instruction.row, (immediates[0]._replace(offset=offset), *immediates[1:]))

    # Statements

    def statement(self) -> None:
        """Code that leaves the stack as it was."""
        self.nesting += 1
        kind = self.choices.below(100) if self.budget > 0 and self.nesting < DEEPEST else 0
        if kind < 10:
            self.emit("nop")
        elif kind < 35 and self.catalogue.statements:
            production = self.choices.pick(self.catalogue.statements)
            if self.can_make(production):
                self.use(production)
        elif kind < 60:
            self.set_something()
        else:
            control.statement_form(self)
        self.nesting -= 1

    def set_something(self) -> None:
        """Set a local, an old one or a new one."""
        types = [*self.locals, *(each.value for each in self.plan.context.globals)]
        wanted = self.choices.pick(types)
        if not t.is_defaultable(wanted):
            self.value(wanted)
            self.give_up(wanted)
            return
        self.value(wanted)
        local = self.local(wanted)
        if self.choices.chance(30):
            self.emit("local.tee", local)
            self.emit("drop")
        else:
            self.emit("local.set", local)

    def consume(self, types: tuple[t.ValueType, ...]) -> None:
        """Take values off the stack."""
        for each in reversed(types):
            if t.is_defaultable(each) and self.choices.chance(60):
                self.emit("local.set", self.local(each))
            else:
                self.give_up(each)

    def give_up(self, type_: t.ValueType) -> None:
        """Take a value of a closed type off the stack: into what is observed at the end, as a rule."""
        if self.choices.chance(75) and self.can_show(type_):
            self.show(type_)
        else:
            self.emit("drop")

    def can_show(self, type_: t.ValueType) -> bool:
        """Whether there is a global for it."""
        gc = self.allows(f.GC)
        return isinstance(type_, t.NumberType) or (gc and matching.top_of(type_.heap) in (t.ANY, t.EXTERN))

    def show(self, type_: t.ValueType) -> None:
        """Mix a number on the stack into a global, or set another one to a reference."""
        if not isinstance(type_, t.NumberType):
            if matching.top_of(type_.heap) is t.EXTERN:
                self.emit("any.convert_extern")
            self.emit("global.set", self.plan.mixed + 1)
        elif type_ is t.V128:
            local = self.local(type_)
            self.emit("local.tee", local)
            self.emit("i64x2.extract_lane", 0)
            self.mix()
            self.emit("local.get", local)
            self.emit("i64x2.extract_lane", 1)
            self.mix()
        else:
            for mnemonic in TO_I64[type_]:
                self.emit(mnemonic)
            self.mix()

    def mix(self) -> None:
        """Add up, so that neither the order nor a value is lost."""
        self.emit("global.get", self.plan.mixed)
        self.emit("i64.const", 7)
        self.emit("i64.rotl")
        self.emit("i64.add")
        self.emit("global.set", self.plan.mixed)

    def show_local(self) -> None:
        """Show the value of a local, of which nobody may ask any more."""
        known = [index for index, each in enumerate(self.locals) if self.can_show(each)]
        if known and self.budget > -20:
            local = self.choices.pick(known)
            self.emit("local.get", local)
            self.show(self.locals[local])

    # Operands

    def operand(self, production: Production, index: int) -> None:
        """An operand that keeps to its role, as a rule."""
        type_ = production.signature.parameters[index]
        role = role_of(production.row, production.signature, index)
        if role is Role.ANY or (role not in ALWAYS_KEPT and self.choices.below(1000) < self.risk):
            self.value(type_)
        elif isinstance(type_, t.ReferenceType):
            self.reference(production, type_, role)
        else:
            self.number(production, type_, role)

    def reference(self, production: Production, type_: t.ReferenceType, role: Role) -> None:
        wanted = production.signature.results[0] if role is Role.CASTABLE else t.ReferenceType(False, type_.heap)
        if wanted == production.signature.parameters[0]:
            wanted = type_
        self.value(wanted if self.plan.leaves.has_values(wanted) else type_)

    def number(self, production: Production, type_: t.NumberType, role: Role) -> None:
        if role in (Role.ADDRESS, Role.ALIGNED, Role.REGION):
            self.address(production, type_, role)
        elif role is Role.DIVISOR:
            self.value(type_)
            self.constant(type_, self.choices.pick((1, 1, 3, 8)))
            self.emit(f"{type_}.or")
        elif role is Role.CONVERTIBLE:
            self.value(t.I32)
            self.constant(t.I32, 0x7FFFFF)
            self.emit("i32.and")
            self.emit(f"{type_}.convert_i32_u")
        elif role is Role.GROWTH and self.choices.chance(10):
            self.constant(type_, draw_bits(self.choices, type_))
        elif role is Role.LENGTH:
            risky = self.choices.below(1000) < self.risk
            self.constant(type_, self.choices.pick(LENGTHS) if risky else 4 + self.choices.below(4))
        elif role is Role.TIMEOUT:
            self.constant(type_, self.choices.pick(TIMEOUTS))
        elif role is Role.SIZE:
            self.constant(type_, 1 + self.choices.below(3))
        else:
            gone = role is Role.TINY and is_dropped(self.plan, production)
            self.constant(type_, 0 if gone else self.choices.below(2 if role is Role.TINY else 3))

    def address(self, production: Production, type_: t.NumberType, role: Role) -> None:
        """Computed or constant, within bounds once the offset is added, often at an edge."""
        start, end = safe_range(self.plan.context.memories[memory_of(production)])
        base = start if role is Role.REGION else 0
        mask = -8 if role is Role.ALIGNED else -1
        kind = self.choices.below(10)
        if kind < 3:
            self.constant(type_, base + self.choices.below(64) & mask)
        elif kind < 6:
            last = end - start - (64 if role is Role.REGION else 16 + 255)
            self.constant(type_, base + last - self.choices.below(16) & mask)
        else:
            self.value(type_)
            self.constant(type_, 0x7FF & mask)
            self.emit(f"{type_}.and")
            if base:
                self.constant(type_, base)
                self.emit(f"{type_}.add")


def is_dropped(plan: Plan, production: Production) -> bool:
    """Whether it uses a segment that instantiation drops."""
    segments = {ELEMENT: plan.module.elements, DATA: plan.module.data}
    pairs = zip(production.row.immediates, production.immediates, strict=True)
    named = (segments[kind][index] for kind, index in pairs if kind in segments)
    return any(not isinstance(each.mode, Passive) for each in named)


def memory_of(production: Production) -> int:
    """The first memory that the immediates name."""
    for kind, value in zip(production.row.immediates, production.immediates, strict=True):
        if hasattr(value, "memory"):
            return int(value.memory)
        if getattr(kind, "space", None) == "memory":
            return int(value)
    return 0

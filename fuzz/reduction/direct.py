"""A case without the shim: plain exports that return the one i32 on which legs part.

A case of few calls is rewritten so that each call is a function of its own without parameters, of which the last takes
32 bits out of one result, or out of what is left behind. What such a module shows needs no memory of observations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from quire.engine import types as t
from quire.engine.immediates import MemArg
from quire.engine.module import Export, FunctionDefinition, Instruction, LocalRun, Module
from quire.engine.validate.contexts import ModuleContext
from quire.engine.validate.modules import make_context
from quire.fuzz.generate.catalogue import FUEL
from quire.fuzz.generate.generator import Call, Generated
from quire.fuzz.generate.leaves import Code, Emitter
from quire.fuzz.generate.providers import NOTHING
from quire.fuzz.observe import AMOUNT

MOST_CALLS = 8
LOCAL = LocalRun(1, t.I32)
LOCALS = (LocalRun(2, t.I32), LocalRun(1, t.I64))
SPREADING = 0x9E3779B97F4A7C15
"""Odd, and with bits everywhere: each bit of a factor has one in the upper half of the product."""


def direct_forms(generated: Generated) -> Iterator[Generated]:
    """The case without the shim, in all the ways in which a difference may show; none where there are many calls."""
    if generated.plain or generated.broken or generated.imported != NOTHING:
        return
    if 0 < len(generated.calls) <= MOST_CALLS:
        yield from DirectForms(generated).forms()


class DirectForms:
    """Makes the direct forms of one case."""

    def __init__(self, generated: Generated) -> None:
        self.generated = generated
        self.context: ModuleContext = make_context(generated.module, generated.instruction_set)
        self.emitter = Emitter(generated.instruction_set)
        self.make = self.emitter.make

    def forms(self) -> Iterator[Generated]:
        *first, last = (self.called(each) for each in self.generated.calls)
        before = [[*code, *self.dropped(results), self.zero()] for code, results in first]
        code, results = last
        for number in range(len(results)):
            rest = [*code, *self.dropped(results[number + 1 :])]
            for taken in self.words(results[number]):
                cleared = [self.make("local.set", 0), *self.dropped(results[:number]), self.make("local.get", 0)]
                yield self.form([*before, [*rest, *taken, *(cleared if number else [])]])
        plain = [*code, *self.dropped(results), self.zero()]
        yield self.form([*before, plain])
        for look in self.looks():
            yield self.form([*before, plain, look])

    def zero(self) -> Instruction:
        return self.make("i32.const", 0)

    def dropped(self, types: Sequence[t.ValueType]) -> Code:
        return [self.make("drop") for _ in types]

    def called(self, call: Call) -> tuple[Code, Sequence[t.ValueType]]:
        """Code that makes a call, and what it leaves on the stack."""
        fuel = [self.make("i32.const", AMOUNT), self.make("global.set", FUEL)] if self.generated.fuel else []
        results = t.function_type_of(self.context.functions[call.function]).results
        return [*fuel, *call.arguments, self.make("call", call.function)], results

    def words(self, type_: t.ValueType) -> Iterator[Code]:
        """Ways to make an i32 of a value of a closed type."""
        make = self.make
        if isinstance(type_, t.ReferenceType):
            yield [make("ref.is_null")]
            return
        wide = ([make("i32.wrap_i64")], [make("i64.const", 32), make("i64.shr_u"), make("i32.wrap_i64")])
        yield from {
            t.I32: ([],),
            t.F32: ([make("i32.reinterpret_f32")],),
            t.I64: wide,
            t.F64: tuple([make("i64.reinterpret_f64"), *each] for each in wide),
            t.V128: tuple([make("i32x4.extract_lane", lane)] for lane in range(4)),
        }[type_]

    def looks(self) -> Iterator[Code]:
        """What globals, tables and memories are after the calls."""
        for index, global_ in enumerate(self.context.globals):
            for taken in self.words(global_.value):
                yield [self.make("global.get", index), *taken]
        for index, table in enumerate(self.context.tables):
            yield [self.make("table.size", index), *next(self.words(table.address_type))]
            for element in range(4):
                address = self.make(f"{table.address_type}.const", element)
                yield [address, self.make("table.get", index), self.make("ref.is_null")]
        for index, memory in enumerate(self.context.memories):
            yield [self.make("memory.size", index), *next(self.words(memory.address_type))]
            if not memory.attributes:  # else some of it may not be read
                yield self.mixed(index, memory)

    def mixed(self, index: int, memory: t.MemoryType) -> Code:
        """A number that depends on every eight bytes of a memory; local 0 adds up, local 1 or 2 is the address."""
        make, address = self.make, memory.address_type
        local = 1 if address is t.I32 else 2
        load = make("i64.load", MemArg(0, index, 0))
        up = [make("local.get", local), make(f"{address}.const", 8), make(f"{address}.add"), make("local.tee", local)]
        end = [make("memory.size", index), make(f"{address}.const", memory.page_size), make(f"{address}.mul")]
        added = [make("local.get", 0), make("i64.extend_i32_u"), make("i64.const", 31), make("i64.mul")]
        added += [make("local.get", local), load, make("i64.add"), make("i64.const", SPREADING), make("i64.mul")]
        folded = [make("i64.const", 32), make("i64.shr_u"), make("i32.wrap_i64")]
        inside = [*added, *folded, make("local.set", 0), *up, make(f"{address}.const", 8), make(f"{address}.add")]
        return [
            make("loop", None), *inside, *end, make(f"{address}.le_u"), make("br_if", 0), make("end"),
            make("local.get", 0),
        ]  # fmt: skip

    def form(self, codes: Sequence[Code]) -> Generated:
        """The module with these functions, each of them exported."""
        module, known = self.generated.module, self.generated.instruction_set
        type_ = t.RecursiveType((t.SubType(t.FunctionType((), (t.I32,))),))
        types, functions = list(module.types), list(module.functions)
        index = sum(len(group.subtypes) for group in types)
        types.append(type_)
        first = len(self.context.functions)
        exports = [Export(f"call:{number}", "function", first + number) for number in range(len(codes))]
        exports += [Export(f"memory:{number}", "memory", number) for number in range(len(self.context.memories))]
        for code in codes:
            locals_ = {each.immediates[0] for each in code if each.row.mnemonic.startswith("local.")}
            runs = LOCALS if max(locals_, default=0) else (LOCAL,) if locals_ else ()
            functions.append(FunctionDefinition(index, runs, Emitter(known).expression(code)))
        changed: Module = replace(module, types=tuple(types), functions=tuple(functions), exports=tuple(exports))
        return replace(self.generated, module=changed, calls=(), fuel=False, plain=True)

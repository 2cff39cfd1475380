"""The observation shim: rewrites a module so that all that it does can be compared through i32 and one memory.

Engines' programming interfaces differ in what they can take and hand out: v128, signalling NaNs, i64, references. So
the module itself takes its values apart. To the ends of its index spaces, where no index changes, come

    observed      a memory of one page, into which values are written, 32 bits after 32 bits
    call:N        functions without parameters: each makes one call and writes its results, or the exception
    state         a function that writes globals, tables and sizes of memories
    word          a function that reads 32 bits of what was written
    memory:N      exports of the module's memories, whose bytes the engine's host hashes

Where an engine may lack several memories and the module has one, values go to host.note with WORD instead.

A structure or array is written with its type, a number and its fields, to a depth of three; what was met before in the
same call has the number that it had then, and its fields are not written again. A function is written with its types
and, where it is one of the module's, its index: called without fuel, it leaves that and returns. Before each call
stands a marker.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from quire.engine import matching
from quire.engine import types as t
from quire.engine.binary import encode
from quire.engine.immediates import Catch, MemArg
from quire.engine.module import (
    Export,
    FunctionDefinition,
    GlobalDefinition,
    Instruction,
    LocalRun,
    MemoryDefinition,
    Module,
    TableDefinition,
)
from quire.engine.validate.modules import make_context
from quire.fuzz.choices import ListedChoices
from quire.fuzz.generate.catalogue import FUEL
from quire.fuzz.generate.features import GC, MULTI_MEMORY, REFERENCES, TABLES
from quire.fuzz.generate.generator import Call, Generated
from quire.fuzz.generate.leaves import Code, Emitter, Leaves
from quire.fuzz.generate.plan import HOST_FUNCTION
from quire.fuzz.generate.providers import NOTHING, PROVIDER, split

AMOUNT = 60
"""The fuel of one call."""
MARKER = 0xC0DE0000
"""What stands before the results of call 0; call N has this and N."""
WORD = 0xC0DEC0DE
"""What host.note gets with a value, where there is no memory for it."""
EXCEPTION = 0xE0000000
"""What stands before the values of an exception of tag 0; 0xFFFF more is an exception of no tag of the module."""
DEPTH = 3
ELEMENTS = 4  # of each array that are written
SLOTS = 24  # of each table
MET = 16  # structures and arrays that are known again
KNOWN = 0x100
"""What is added to the number of one that was met before."""
LAST = 0xFFF0  # where the memory is full


@dataclass(frozen=True, slots=True)
class Observed:
    """A module that tells what it does: its bytes, the exports to call in this order, the exported memories."""

    binary: bytes
    calls: tuple[str, ...]
    memories: tuple[str, ...]
    features: tuple[str, ...]
    providers: tuple[tuple[str, bytes], ...]


def observe(generated: Generated) -> Observed:
    """The module with its shim."""
    return Shim(generated).observed()


def is_function(type_: t.DefinedType) -> bool:
    """Whether it is the type of functions."""
    return isinstance(type_.composite, t.FunctionType)


@dataclass(slots=True)
class Additions:
    """What comes to the ends of a module's index spaces."""

    types: list[t.RecursiveType]
    functions: list[FunctionDefinition] = field(default_factory=list)
    exports: list[Export] = field(default_factory=list)


class Shim:
    """Makes the shim of one module."""

    def __init__(self, generated: Generated) -> None:
        self.generated = generated
        self.module = generated.module
        self.emitter = Emitter(generated.instruction_set)
        self.context = make_context(self.module, generated.instruction_set)
        self.additions = Additions(list(self.module.types))
        self.types: dict[t.FunctionType, int] = {}
        self.imported = NOTHING if generated.broken else generated.imported
        self.gc = "gc" in generated.features
        self.tests = self.gc or (GC in generated.shim_features and bool({TABLES, REFERENCES} & generated.features))
        self.leaves = Leaves(self.emitter, self.context.types, self.context.functions)
        offered = generated.features | generated.shim_features
        self.by_host = MULTI_MEMORY not in offered and bool(self.context.memories and self.module.imports)
        self.cursor = len(self.context.globals)
        self.memory = len(self.context.memories)
        self.first = len(self.context.functions)
        self.note = self.add((t.I32,), (), self.note_code())
        self.note_i64 = self.add((t.I64,), (), self.note_i64_code())
        self.note_v128 = self.add((t.V128,), (), self.note_v128_code()) if "simd" in generated.features else 0
        self.note_function = self.add((t.FUNCREF,), (), self.note_function_code())
        self.met, self.count = len(self.context.tables), self.cursor + 1
        self.identify = self.first + len(self.additions.functions)
        if self.gc:
            self.add((t.EQREF, t.I32), (t.I32,), self.identify_code(), [LocalRun(1, t.I32)])
        self.walk = self.first + len(self.additions.functions)
        if self.gc:
            self.add((t.ANYREF, t.I32), (), self.walk_code(), [LocalRun(2, t.I32)])
        self.note_exception = self.first + len(self.additions.functions)
        if self.context.tags:
            self.add((t.ReferenceType(False, t.EXN),), (), self.note_exception_code())
        self.runners: dict[int, int] = {}

    def observed(self) -> Observed:
        for number, each in enumerate(self.generated.calls):
            self.export(f"call:{number}", self.add((), (t.I32,), self.call_code(number, each)))
        tables = [LocalRun(1, each.address_type) for each in self.context.tables]
        self.export("state", self.add((), (t.I32,), self.state_code(), tables))
        names = [f"memory:{index}" for index in range(self.memory)]
        self.additions.exports += [Export(name, "memory", index) for index, name in enumerate(names)]
        if not self.by_host:
            load = Instruction(self.make("i32.load").row, (MemArg(2, self.memory, 0),))
            self.export("word", self.add((t.I32,), (t.I32,), [self.make("local.get", 0), load]))
            self.additions.exports.append(Export("observed", "memory", self.memory))
        calls = (*(f"call:{number}" for number in range(len(self.generated.calls))), "state")
        known = self.generated.instruction_set
        module, provider = split(self.finished(), self.module, self.imported)
        providers = () if provider is None else ((PROVIDER, encode(provider, known)),)
        features = self.generated.features | ({GC} if self.tests else set())
        return Observed(encode(module, known), calls, tuple(names), tuple(sorted(features)), providers)

    def finished(self) -> Module:
        """The module with the additions."""
        module, added = self.module, self.additions
        memory = MemoryDefinition(t.MemoryType(t.Limits(1, 1)))
        zero = GlobalDefinition(t.GlobalType(t.I32, True), self.emitter.expression([self.i32(0)]))
        met = TableDefinition(t.TableType(t.EQREF, t.Limits(MET, MET)))
        return replace(
            module,
            types=tuple(added.types),
            functions=(*module.functions, *added.functions),
            memories=(*module.memories, *(() if self.by_host else (memory,))),
            globals=(*module.globals, zero, *((zero,) if self.gc else ())),
            tables=(*module.tables, *((met,) if self.gc else ())),
            exports=(*module.exports, *added.exports),
        )

    # Parts

    def make(self, mnemonic: str, *immediates: object) -> Instruction:
        return self.emitter.make(mnemonic, *immediates)

    def i32(self, value: int) -> Instruction:
        return self.make("i32.const", value)

    def type(self, parameters: Sequence[t.ValueType], results: Sequence[t.ValueType]) -> int:
        """The index of a function type of the shim's own."""
        wanted = t.FunctionType(tuple(parameters), tuple(results))
        if wanted not in self.types:
            self.types[wanted] = len(self.context.types) + len(self.types)
            self.additions.types.append(t.RecursiveType((t.SubType(wanted),)))
        return self.types[wanted]

    def add(
        self,
        parameters: Sequence[t.ValueType],
        results: Sequence[t.ValueType],
        code: Code,
        runs: Iterable[LocalRun] = (),
    ) -> int:
        """A function; its index."""
        body = self.emitter.expression(code)
        self.additions.functions.append(FunctionDefinition(self.type(parameters, results), tuple(runs), body))
        return self.first + len(self.additions.functions) - 1

    def export(self, name: str, function: int) -> None:
        self.additions.exports.append(Export(name, "function", function))

    def written(self, syntax: t.ValueType) -> t.ValueType:
        return self.context.written(syntax)

    # Writers

    def note_code(self) -> Code:
        """Write local 0 and go on, unless the memory is full. With more than 32 bits, others are written."""
        if self.by_host:
            host = self.make("call", HOST_FUNCTION)
            return [self.make("i32.const", WORD), self.make("local.get", 0), host, self.make("drop")]
        store = Instruction(self.make("i64.store32").row, (MemArg(2, self.memory, 0),))
        wide = [self.make("local.get", 0), self.make("i64.extend_i32_u")]
        folded = [*wide, *wide, self.make("i64.const", 32), self.make("i64.shr_u"), self.make("i64.xor")]
        return [
            self.make("global.get", self.cursor), self.i32(LAST), self.make("i32.lt_u"), self.make("if", None),
            self.make("global.get", self.cursor), *folded, store,
            self.make("global.get", self.cursor), self.i32(4), self.make("i32.add"),
            self.make("global.set", self.cursor), self.make("end"),
        ]  # fmt: skip

    def note_i64_code(self) -> Code:
        """Its halves; with more than 64 bits, others are written."""
        get, note, wrap = self.make("local.get", 0), self.make("call", self.note), self.make("i32.wrap_i64")
        half = [self.make("i64.const", 32), self.make("i64.shr_u")]
        return [get, wrap, note, get, *half, get, *half, *half, self.make("i64.xor"), wrap, note]

    def note_v128_code(self) -> Code:
        get, note = self.make("local.get", 0), self.make("call", self.note)
        return [each for lane in range(4) for each in (get, self.make("i32x4.extract_lane", lane), note)]

    def note_function_code(self) -> Code:
        """Null or not and, where references can be tested, which of the module's types it is of, and its index."""
        code = [self.make("local.get", 0), self.make("ref.is_null")]
        indices = [index for index, each in enumerate(self.context.types) if is_function(each)] if self.tests else []
        for index in indices[:31]:
            code += [*self.is_of(index), self.i32(index), self.make("i32.shl"), self.make("i32.or")]
        code.append(self.make("call", self.note))
        known = {self.leaves.written(each) for each in self.context.functions}
        asked = [each for index in indices if index in known for each in self.ask_index(index)]
        if not asked or not self.generated.fuel:
            return code
        read = [self.make("global.get", FUEL), self.make("call", self.note)]
        return [*code, self.i32(0), self.make("global.set", FUEL), *asked, *read]

    def is_of(self, index: int) -> Code:
        return [self.make("local.get", 0), self.make("ref.test", t.ReferenceType(False, index))]

    def ask_index(self, index: int) -> Code:
        """Call local 0 if it is of that type and none was called: without fuel, it leaves its index and returns."""
        signature = t.function_type_of(self.context.types[index])
        if not all(map(self.leaves.has_values, signature.parameters)):
            return []
        asked = [self.make("global.get", FUEL), self.make("i32.eqz"), self.make("i32.and"), self.make("if", None)]
        arguments = [each for type_ in signature.parameters for each in self.leaves.simple(ListedChoices(()), type_)]
        call = [self.make("local.get", 0), self.cast(index), self.make("call_ref", index)]
        dropped = [self.make("drop") for _ in signature.results]
        return [*self.is_of(index), *asked, *arguments, *call, *dropped, self.make("end")]

    def note_top(self, type_: t.ValueType, depth: Code) -> Code:
        """Code that takes a value of a closed type off the stack and writes it."""
        note = self.make("call", self.note)
        if isinstance(type_, t.NumberType):
            wide = self.make("call", self.note_i64)
            return {
                t.I32: [note], t.I64: [wide], t.F32: [self.make("i32.reinterpret_f32"), note],
                t.F64: [self.make("i64.reinterpret_f64"), wide], t.V128: [self.make("call", self.note_v128)],
            }[type_]  # fmt: skip
        top = matching.top_of(type_.heap)
        if top is t.FUNC:
            return [self.make("call", self.note_function)]
        if self.gc and top in (t.ANY, t.EXTERN):
            convert = [self.make("any.convert_extern")] if top is t.EXTERN else []
            return [*convert, *depth, self.make("call", self.walk)]
        return [self.make("ref.is_null"), note]

    # The graph of structures and arrays

    def walk_code(self) -> Code:
        """Write the reference in local 0, and what it refers to if local 1, the depth that is left, is above 0."""
        get = self.make("local.get", 0)
        null = [get, self.make("ref.is_null"), self.make("if", None), *self.leave([self.i32(0)])]
        read = [get, self.cast(t.I31), self.make("i31.get_u"), self.make("call", self.note)]
        scalar = self.case(t.ReferenceType(False, t.I31), [*self.noted(1), *read])
        code = [*null, *scalar]
        for index in reversed(range(len(self.context.types))):
            composite = self.context.types[index].composite
            if not isinstance(composite, t.FunctionType):
                if isinstance(composite, t.StructType):
                    parts = self.structure(index, composite)
                else:
                    parts = self.array(index, composite)
                inner = [*self.noted(2 + index), *self.number(), *self.if_deep(parts)]
                code += self.case(t.ReferenceType(False, index), inner)
        return [*code, *self.noted(0xFFFF)]

    def number(self) -> Code:
        """Write the number of local 0 and leave if it was met before."""
        ask = [self.make("local.get", 0), self.cast(t.EQ), self.make("local.get", 1), self.make("call", self.identify)]
        note = [self.make("local.tee", 3), self.make("call", self.note)]
        leave = [self.make("if", None), self.make("return"), self.make("end")]
        return [*ask, *note, self.make("local.get", 3), self.i32(KNOWN), self.make("i32.and"), *leave]

    def identify_code(self) -> Code:
        """The number of local 0, and KNOWN if it was met before; else it is now, if its fields are to be written."""
        get, count, at = self.make("local.get", 0), self.make("global.get", self.count), self.make("local.get", 2)
        same = [at, self.make("table.get", self.met), get, self.make("ref.eq"), self.make("if", None), at,
                self.i32(KNOWN), self.make("i32.or"), self.make("return"), self.make("end")]  # fmt: skip
        up = [at, self.i32(1), self.make("i32.add"), self.make("local.set", 2), self.make("br", 1)]
        search = [self.make("loop", None), at, count, self.make("i32.lt_u"), self.make("if", None), *same, *up]
        is_new = [count, self.i32(MET), self.make("i32.lt_u"), self.i32(0), self.make("local.get", 1)]
        keep = [at, get, self.make("table.set", self.met), at, self.i32(1), self.make("i32.add")]
        keep.append(self.make("global.set", self.count))
        closed = [self.make("end"), self.make("end")]
        return [*search, *closed, *is_new, self.make("select"), self.make("if", None), *keep, self.make("end"), at]

    def mark(self, number: int) -> Code:
        """Write a marker; from here on nothing is known yet."""
        forget = [self.i32(0), self.make("global.set", self.count)] if self.gc else []
        return [*self.noted(MARKER + number), *forget]

    def noted(self, value: int) -> Code:
        return [self.i32(value), self.make("call", self.note)]

    def leave(self, value: Code) -> Code:
        return [*value, self.make("call", self.note), self.make("return"), self.make("end")]

    def cast(self, heap: t.HeapType) -> Instruction:
        return self.make("ref.cast", t.ReferenceType(False, heap))

    def case(self, type_: t.ReferenceType, code: Code) -> Code:
        """What to do with references of a type."""
        test = [self.make("local.get", 0), self.make("ref.test", type_), self.make("if", None)]
        return [*test, *code, self.make("return"), self.make("end")]

    def if_deep(self, code: Code) -> Code:
        return [self.make("local.get", 1), self.make("if", None), *code, self.make("end")] if code else []

    def deeper(self) -> Code:
        return [self.make("local.get", 1), self.i32(1), self.make("i32.sub")]

    def get(self, name: str, storage: t.StorageType, *immediates: int) -> Instruction:
        packed = "_u" if isinstance(storage, t.PackedType) else ""
        return self.make(f"{name}.get{packed}", *immediates)

    def structure(self, index: int, composite: t.StructType) -> Code:
        code: Code = []
        for number, each in enumerate(composite.fields):
            access = self.get("struct", each.storage, index, number)
            code += [self.make("local.get", 0), self.cast(index), access, *self.note_top(each.value, self.deeper())]
        return code

    def array(self, index: int, composite: t.ArrayType) -> Code:
        """The length and the first elements, with local 2 to count."""
        array, counter, element = (
            [self.make("local.get", 0), self.cast(index)],
            self.make("local.get", 2),
            composite.field,
        )
        length = [*array, self.make("array.len")]
        note = [
            *array,
            counter,
            self.get("array", element.storage, index),
            *self.note_top(element.value, self.deeper()),
        ]
        reached = [counter, *length, self.make("i32.lt_u"), self.make("if", None)]
        up = [counter, self.i32(1), self.make("i32.add"), self.make("local.tee", 2)]
        few = [self.i32(ELEMENTS), self.make("i32.lt_u"), self.make("br_if", 1)]
        loop = [self.make("loop", None), *reached, *note, *up, *few, self.make("end"), self.make("end")]
        return [*length, self.make("call", self.note), *loop]

    # Calls and state

    def call_code(self, number: int, call: Call) -> Code:
        """Returns 0, or 1 after an exception."""
        fuel = [self.i32(AMOUNT), self.make("global.set", FUEL)] if self.generated.fuel else []
        runner = self.make("call", self.runner(call.function))
        return [*self.mark(number), *fuel, *call.arguments, runner]

    def runner(self, function: int) -> int:
        """A function that makes a call with its own parameters and writes the results; the same for all such calls."""
        if function not in self.runners:
            signature = t.function_type_of(self.context.functions[function])
            code = [self.make("local.get", index) for index in range(len(signature.parameters))]
            code.append(self.make("call", function))
            for each in reversed(signature.results):
                code += self.note_top(each, [self.i32(DEPTH)])
            code = self.caught([*code, self.i32(0), self.make("return")]) if self.context.tags else [*code, self.i32(0)]
            parameters = tuple(map(self.written, signature.parameters))
            self.runners[function] = self.add(parameters, (t.I32,), code)
        return self.runners[function]

    def caught(self, code: Code) -> Code:
        """The code, and what to do with an exception that comes out of it."""
        exception = t.ReferenceType(False, t.EXN)
        opened = [self.make("block", exception), self.make("try_table", None, (Catch(None, True, 0),))]
        closed = [self.make("end"), self.make("unreachable"), self.make("end")]
        return [*opened, *code, *closed, self.make("call", self.note_exception), self.i32(1)]

    def note_exception_code(self) -> Code:
        """Throws local 0 again within a block for each tag, and one for all others, and writes what comes along."""
        count = len(self.context.tags)
        parameters = [self.context.tag(index).parameters for index in range(count)]
        blocks = [self.make("block", self.type((), tuple(map(self.written, each)))) for each in reversed(parameters)]
        clauses = (*(Catch(index, False, index) for index in range(count)), Catch(None, False, count))
        opened = [self.make("block", None), *blocks, self.make("try_table", None, clauses)]
        rest: Code = [self.make("local.get", 0), self.make("throw_ref"), self.make("end"), self.make("unreachable")]
        for index, types in enumerate(parameters):
            noted = [each for type_ in reversed(types) for each in self.note_top(type_, [self.i32(DEPTH)])]
            rest += [self.make("end"), *noted, *self.noted(EXCEPTION + index), self.make("return")]
        return [*opened, *rest, self.make("end"), *self.noted(EXCEPTION + 0xFFFF)]

    def state_code(self) -> Code:
        code = self.mark(len(self.generated.calls))
        for index, type_ in enumerate(self.context.globals):
            code += [self.make("global.get", index), *self.note_top(type_.value, [self.i32(DEPTH)])]
        for index in range(len(self.context.tables)):
            code += self.table_code(index)
        for index, memory in enumerate(self.context.memories):
            code += [self.make("memory.size", index), *self.note_top(memory.address_type, [])]
        return [*code, self.i32(0)]

    def table_code(self, index: int) -> Code:
        """The size of a table and its first elements, with local `index` to count."""
        table = self.context.tables[index]
        address, get = table.address_type, self.make("local.get", index)
        size = self.make("table.size", index)
        up = [get, self.make(f"{address}.const", 1), self.make(f"{address}.add"), self.make("local.tee", index)]
        element = [get, self.make("table.get", index), *self.note_top(table.reference, [self.i32(DEPTH)])]
        few = [self.make(f"{address}.const", SLOTS), self.make(f"{address}.lt_u"), self.make("br_if", 0)]
        inside = [get, size, self.make(f"{address}.lt_u"), self.make("if", None)]
        loop = [self.make("loop", None), *inside, *element, self.make("end"), *up, *few, self.make("end")]
        return [size, *self.note_top(address, []), *loop]

"""The world of generated code: the namespace of an instance, in which its functions find each other and all else.

Functions are compiled when they are first called: until then, a stub stands in their place.
"""

from __future__ import annotations

import linecache
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property, partial
from importlib import import_module
from operator import length_hint
from struct import Struct
from time import perf_counter
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any
from weakref import ReferenceType, ref

from quire.engine import matching
from quire.engine.cache import Kept
from quire.engine.compile.interface import Options, identifier
from quire.engine.compile.loops.turns import turns
from quire.engine.compile.recursion import RECURSION
from quire.engine.compile.running.beginning import Beginners, Patience
from quire.engine.compile.running.record import Record, compiled, from_bytes, variant_of
from quire.engine.compile.running.sizes import greatest_sizes
from quire.engine.errors import Exhausted, Site, Trap
from quire.engine.instructions import CORE_ROWS
from quire.engine.instructions.row import Kind
from quire.engine.interpret import exits
from quire.engine.interpret.machine import EXHAUSTED
from quire.engine.interpret.prepare import Loop
from quire.engine.numeric.floats import CANONICAL_NAN, f32
from quire.engine.runtime.frame import Frame
from quire.engine.runtime.function import Function, HostFunction, WasmFunction
from quire.engine.runtime.instance import Instance
from quire.engine.runtime.limits import DEPTH
from quire.engine.runtime.memory import CHECKING, AccessCode, Memory
from quire.engine.runtime.objects import Array, ExceptionReference, GuestException, I31Reference, Structure, is_instance
from quire.engine.validate import ValidModule

if TYPE_CHECKING:
    from quire.engine.compile.code.generate import Generated

Code = Callable[..., Any]
IMPORTING = 500  # frames of Python, at most
MARK = "__world__"  # the name of the world itself in its namespace


class SiteFrame(Frame):
    """What the function of one instruction sees: the instance around it, and its place."""

    __slots__ = ("code", "index")

    def __init__(self, function: WasmFunction, index: int) -> None:
        super().__init__(function.instance, [])
        self.code = function
        self.index = index

    @property
    def site(self) -> Site:
        return site_of(self.code, self.index)


def site_of(function: WasmFunction, index: int) -> Site:
    """The site of an instruction."""
    body = function.definition.body
    return Site(function.index, function.name, body.instructions[index].row.mnemonic, body.places.place(index))


class Compiled:
    """A function that was compiled: where a line of its code came from."""

    __slots__ = ("at", "function")

    def __init__(self, function: WasmFunction, record: Record) -> None:
        self.function = function
        self.at = record.at


class World:
    """The code of one instance. `fueled` says that it counts function entries and iterations.

    `patience` says how long functions and loops run otherwise before they are written; None to write them at once.
    """

    def __init__(self, instance: Instance, patience: Patience | None) -> None:
        self.instance = instance
        self.patience = patience
        self.fueled = instance.store.fuel is not None
        self.compiled: dict[CodeType, Compiled] = {}
        self.done: set[int] = set()  # the functions that are compiled
        self.code: dict[str, Code] = {}  # what the names of functions of guests mean while nothing is interrupted
        self.importers: dict[
            int, list[tuple[ReferenceType[World], int]]
        ] = {}  # where each function is imported, as what
        self.namespace: dict[str, Any] = SHARED | self.own_names()
        sizes = greatest_sizes(instance.module)
        access = list(map(access_code_of, instance.memories))
        self.options = Options(access, sizes, self.fueled, instance.store.limits.depth < DEPTH)
        self.beginners = self.make_beginners()
        self.frames = instance.store.limits.depth * (1 + self.options.counted)  # of Python, at most
        for index, function in enumerate(instance.functions):
            self.place(index, function)
        instance.prepared = self
        instance.store.watchers.add(self)
        self.stop_calls()

    @cached_property
    def variant(self) -> str:
        """What code is made for, to find it again."""
        return variant_of(self.options, self.instance)

    def own_names(self) -> dict[str, Any]:
        instance = self.instance
        kinds: dict[str, Sequence[Any]] = {
            "M": instance.memories,
            "T": instance.tables,
            "G": instance.globals,
            "Y": instance.types,
        }
        numbered = {f"{kind}{at}": each for kind, items in kinds.items() for at, each in enumerate(items)}
        tags = {f"TAG{at}": tag for at, tag in enumerate(instance.tags)}
        cell = memoryview(bytearray(4)).cast("f")
        running = not instance.store.interrupted
        own = {
            "STORE": instance.store,
            "DEPTH": instance.store.limits.depth,
            "too_deep": self.too_deep,
            "F": cell,
            "RUN": running,
            "TICK": self.running_ticks(),
            "stop": self.stop,
            "turns": partial(turns, self.look),
            "__name__": "wasm",
            MARK: self,
        }
        return {**numbered, **tags, **own}

    def interrupt(self, *, now: bool) -> None:
        """Let loops and calls end, or run again.

        Loops look at RUN. For calls, there is nothing in code to pay for: all functions give way to one that stops.
        """
        self.namespace["RUN"] = not now
        self.show(self.code if not now else dict.fromkeys(self.code, self.stopped))

    def show(self, code: Mapping[str, Code]) -> None:
        """Let code find functions under their names and, unless there is a newer world, others this instance's own."""
        self.namespace.update(code)
        if self.instance.prepared is self:
            for function in self.instance.functions:
                if isinstance(function, WasmFunction) and function.instance is self.instance:
                    function.direct, function.tail = code[f"f{function.index}"], code[f"b{function.index}"]

    def stop_calls(self) -> None:
        """After names of functions got a meaning, perhaps while another thread interrupted the store."""
        if self.instance.store.interrupted:
            self.interrupt(now=True)

    def stopped(self, *arguments: Any) -> Any:
        """What every function is while the store is interrupted. Raises Exhausted."""
        self.stop()
        raise Exhausted("interrupted")

    def running_ticks(self) -> Any:
        """What counts the fuel of the call that is under way in the store; empty if there is none."""
        if not self.fueled:
            return ()
        worlds = (each for each in self.instance.store.watchers if isinstance(each, World))
        return next((each.namespace["TICK"] for each in worlds if each.namespace["TICK"] != ()), ())

    def stop(self) -> None:
        """Called where fuel or time has run out. Raises Exhausted."""
        if self.fueled:
            self.instance.store.fuel = length_hint(self.namespace["TICK"])
        self.instance.store.tick()

    def look(self) -> None:
        """Whether to go on. Raises Exhausted where not."""
        if not self.namespace["RUN"]:
            self.stop()

    def too_deep(self) -> None:
        """Called where as many calls are nested as the host allows. Raises Trap."""
        raise Trap(EXHAUSTED, f"{self.instance.store.depth} calls deep")

    # Functions

    def place(self, index: int, function: Function) -> None:
        """Put a function into the namespace: a stub until it is first called."""
        if isinstance(function, WasmFunction) and function.instance is self.instance:
            stub, tail = self.stub(function, "f"), self.stub(function, "b")
            function.direct_type = function.type
        else:
            stub = tail = outside(function, self.instance)
            if isinstance(function, WasmFunction) and function.instance.tier is self.instance.tier:
                world = world_of(function.instance, self.patience)
                stub, tail = (world.code[f"{kind}{function.index}"] for kind in "fb")  # not what stands in for it now
                world.importers.setdefault(function.index, []).append((ref(self), index))
        self.define(index, function, stub, tail)

    def define(self, index: int, function: Function, entry: Code, tail: Code) -> None:
        """Say what a function is to those who call it, and to those who do so last of all."""
        code = {f"f{index}": entry, f"b{index}": tail}
        self.namespace.update(code)
        if isinstance(function, WasmFunction):
            self.code.update(code)
            if function.instance is self.instance:
                function.direct, function.tail = entry, tail

    def stub(self, function: WasmFunction, kind: str) -> Code:
        """What stands in the place of a function's code until that is worth making."""

        def begin(*arguments: Any) -> Any:
            if function.index not in self.done:
                beginning = self.beginners.of(function) if self.beginners is not None else None
                if beginning is not None:
                    return beginning.run(arguments)
                self.compile(function)
            return self.namespace[f"{kind}{function.index}"](*arguments)

        return begin

    def make_beginners(self) -> Beginners | None:
        """None where code is written at once: as nobody has patience, or since fuel or depth is counted in it."""
        if self.patience is None or self.fueled or self.options.counted:
            return None
        return Beginners(self.patience, outside, self.loop, self.is_kept)

    def loop(self, function: WasmFunction, loop: Loop) -> Code:
        """The code of one loop of a function."""
        part = part_of(loop)
        title = title_of(function, part)
        record = self.record(function, part, lambda valid: passes().generate_loop(valid, function, loop, self.options))
        (code,) = self.bring_in(function, record, title).values()
        self.compiled[code.__code__] = Compiled(function, record)
        return code

    # Writing

    def compile(self, function: WasmFunction) -> None:
        """Put the code of a function in the place of its stub."""
        title = title_of(function)
        record = self.record(function, "", lambda valid: passes().generate(valid, function, self.options))
        made = self.bring_in(function, record, title)
        entry, tail = f"f{function.index}", f"b{function.index}"
        body = made.get(tail, made[entry])
        self.compiled[body.__code__] = Compiled(function, record)
        if body is not made[entry] and not self.options.counted:
            self.frames = 2 * self.instance.store.limits.depth  # calls of it take two
            RECURSION.allow(self.frames)
        self.define(function.index, function, made[entry], body)
        self.done.add(function.index)
        for importer, number in self.importers.pop(function.index, ()):
            world = importer()
            if world is not None:
                world.define(number, function, made[entry], body)
                world.stop_calls()
        self.stop_calls()

    def is_kept(self, function: WasmFunction, loop: Loop | None) -> bool:
        """Whether the code of a function, or of a loop of it, is known from an earlier run."""
        kept: Kept | None = self.instance.module.kept
        part = part_of(loop) if loop is not None else ""
        return kept is not None and kept.find(self.variant + part, function.index) is not None

    def record(self, function: WasmFunction, part: str, write: Callable[[ValidModule], Generated]) -> Record:
        """Code from an earlier run, or written now: of a function, or of a part of it."""
        kept: Kept | None = self.instance.module.kept
        found = None if kept is None else kept.find(self.variant + part, function.index)
        if found is not None:
            return from_bytes(found)
        start = perf_counter()
        record = compiled(write(self.instance.module), title_of(function, part))
        if kept is not None:
            kept.keep(self.variant + part, function.index, record.to_bytes(), perf_counter() - start)
        return record

    def bring_in(self, function: WasmFunction, record: Record, title: str) -> dict[str, FunctionType]:
        """The functions of a record, by their names."""
        linecache.cache[title] = (len(record.text), None, record.text.splitlines(True), title)
        for name, index in record.names.items():
            if name not in self.namespace:
                self.namespace[name] = self.bound(function, name, index)
        return {code.co_name: function_of(code, self.namespace) for code in record.functions}

    def bound(self, function: WasmFunction, name: str, index: int) -> Any:
        """What a name in the code of a function stands for: the function of an instruction, or its value."""
        row, immediates = function.definition.body.instructions[index]
        if name.startswith("constant"):
            return row.run(*immediates)
        if name.startswith("is_instance"):
            return partial(is_instance, target=self.instance.close(immediates[0].target))
        if name.startswith("resolve"):
            return partial(self.resolve, function, index)
        if row.kind is Kind.NUMERIC:
            return partial(row.run, *immediates) if immediates else row.run
        return partial(row.run, SiteFrame(function, index), *immediates)

    def resolve(self, caller: WasmFunction, index: int, function: Function) -> Code:
        """The code of a function from a table or a reference, where that is not at hand."""
        row, immediates = caller.definition.body.instructions[index]
        if row.mnemonic.endswith("call_indirect"):
            expected = self.instance.types[immediates[0]]
            if not matching.matches_defined(function.type, expected):
                raise IndexError("a function of another type")  # told in full when it is located
        if row.mnemonic.startswith("return_") and function.tail is not None:
            return function.tail
        return outside(function, self.instance)


@cache
def passes() -> ModuleType:
    """What writes code, imported when there is some to write."""
    with RECURSION.more(IMPORTING):
        return import_module("quire.engine.compile.code.generate")


def part_of(loop: Loop) -> str:
    """What a loop is called behind the name of its function."""
    return f", loop {loop.first}"


def title_of(function: WasmFunction, part: str = "") -> str:
    """What tracebacks call the source of a function."""
    return f"<wasm func {function.index}{f' ${function.name}' if function.name else ''}{part}>"


def function_of(code: CodeType, namespace: dict[str, Any]) -> FunctionType:
    """A function, made by Python's instruction for that: Python 3.13 calls what `FunctionType` gives more slowly."""
    constants = tuple(code if isinstance(each, CodeType) else each for each in _made.__code__.co_consts)
    made: FunctionType = FunctionType(_made.__code__.replace(co_consts=constants), namespace)()
    return made


def _made() -> Code:
    """Makes the function of the code that is put in the place of the inner one's."""
    return lambda: None


def callee(frame: SiteFrame, index: int, operand: Any) -> Function:
    """The function that an indirect call or one by reference means. Raises Trap."""
    row, immediates = frame.code.definition.body.instructions[index]
    if row.mnemonic.endswith("call_indirect"):
        return exits.indirect(*immediates)(frame, [operand])  # type: ignore[arg-type]
    return exits.referenced(frame, [operand])  # type: ignore[arg-type]


def world_of(instance: Instance, patience: Patience | None = None) -> World:
    """The world of an instance, made when it is first asked for."""
    world = instance.prepared
    if world is None or world.fueled is not (instance.store.fuel is not None):
        world = World(instance, patience)
    found: World = world
    return found


def patience_of(instance: Instance) -> Patience | None:
    """With which the code of an instance is written."""
    world = instance.prepared
    return world.patience if isinstance(world, World) else None


def outside(function: Function, caller: Instance) -> Code:
    """The code of a function that is not of the calling instance."""
    if isinstance(function, HostFunction):
        return partial(function.code, caller) if function.wants_caller else function.code
    if isinstance(function, WasmFunction) and function.instance.tier is caller.tier:
        world_of(function.instance, patience_of(caller))
        return function.direct or _called(function, caller)
    return _called(function, caller)


def _called(function: Function, caller: Instance) -> Code:
    def call(*arguments: Any) -> Any:
        results = function.call(caller, arguments)
        return results if len(results) > 1 else results[0] if results else None

    return call


# Memories


def access_code_of(memory: Memory) -> AccessCode | None:
    """How code accesses the bytes of a memory; None where it must ask the memory each time."""
    return memory.access_code() if speaks_for_itself(type(memory)) else None


def speaks_for_itself(kind: type[Memory]) -> bool:
    """Whether every layer of a memory that looks at accesses has a say in how generated code does."""
    order = kind.__mro__
    speaker = next(at for at, each in enumerate(order) if "access_code" in vars(each))
    return not any(name in vars(each) for each in order[:speaker] for name in CHECKING)


# What all worlds share


def _store_f32(data: memoryview, address: int, value: float) -> None:
    """A signalling NaN would become a quiet one on its way through a C float."""
    if value == value:
        PACK_F32(data, address, value)
    else:
        PACK_U32(data, address, f32.to_bits(value))


def _f32_bits_of(data: memoryview, address: int) -> float:
    return f32.from_bits(UNPACK_U32(data, address)[0])


def _f32x4_bytes(*lanes: float) -> bytes:
    try:
        return PACK_F32X4(*lanes)
    except OverflowError:  # struct refuses what rounds to an infinity
        return PACK_F32X4(*map(f32.round, lanes))


def _as_non_null(reference: Any) -> Any:
    if reference is None:
        raise Trap("null reference")
    return reference


def _thrown_again(reference: ExceptionReference | None) -> GuestException:
    if reference is None:
        raise Trap("null exception reference")
    return GuestException(reference)


PACK_F32X4 = Struct("<4f").pack
PACK_F32, PACK_U32, UNPACK_U32 = Struct("<f").pack_into, Struct("<I").pack_into, Struct("<I").unpack_from
LANES = (("i8x16", "16b"), ("i16x8", "8h"), ("i32x4", "4i"), ("i64x2", "2q"))
SHARED: dict[str, Any] = {
    **{f"{shape}_lanes": Struct(f"<{code.upper()}").unpack for shape, code in LANES},
    **{f"{shape}_bytes": Struct(f"<{code.upper()}").pack for shape, code in LANES},
    **{f"{shape}_signed": Struct(f"<{code}").unpack for shape, code in LANES},
    **{f"{shape}_signed_bytes": Struct(f"<{code}").pack for shape, code in LANES},
    **{identifier(row.mnemonic): row.run for row in CORE_ROWS if row.kind is Kind.NUMERIC and not row.immediates},
    "u16": Struct("<H").unpack_from, "u32": UNPACK_U32, "u64": Struct("<Q").unpack_from,
    "s16": Struct("<h").unpack_from, "s32": Struct("<i").unpack_from,
    "uf32": Struct("<f").unpack_from, "uf64": Struct("<d").unpack_from,
    "p16": Struct("<H").pack_into, "p32": PACK_U32, "p64": Struct("<Q").pack_into, "pf64": Struct("<d").pack_into,
    "from_bytes": int.from_bytes, "u128": Struct("16s").unpack_from, "p128": Struct("16s").pack_into,
    "f32x4_lanes": Struct("<4f").unpack, "f64x2_lanes": Struct("<2d").unpack, "f32x4_bytes": _f32x4_bytes,
    "f64x2_bytes": Struct("<2d").pack, "f32_bytes": Struct("<f").pack, "f64_bytes": Struct("<d").pack,
    "store_f32": _store_f32, "f32_bits_of": _f32_bits_of, "sqrt": math.sqrt, "copysign": math.copysign,
    "ceil": math.ceil, "floor": math.floor, "trunc": math.trunc, "NAN": CANONICAL_NAN,
    "as_non_null": _as_non_null, "thrown_again": _thrown_again,
    "Structure": Structure, "Array": Array, "I31": I31Reference,
    "Thrown": GuestException, "Exception_": ExceptionReference, "Trap": Trap, "Hop": list,
}  # fmt: skip

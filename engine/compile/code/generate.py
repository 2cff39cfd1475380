"""From a function to the source of a Python function, pass by pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from quire.engine.collector import without_collector
from quire.engine.compile.analysis.folding import fold_calls
from quire.engine.compile.analysis.intervals import analyse
from quire.engine.compile.analysis.keeping import Keeping
from quire.engine.compile.analysis.nans import find_loose
from quire.engine.compile.analysis.sums import find_waiting
from quire.engine.compile.code.dispatch import Dispatcher
from quire.engine.compile.code.emit import TICK, Emitter
from quire.engine.compile.code.source import Line, Lines, Source, Suite, render
from quire.engine.compile.code.write import Writer, default
from quire.engine.compile.expressions.special import special
from quire.engine.compile.expressions.translate import Translator, Use
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.graph.lift import lift
from quire.engine.compile.graph.outline import outline
from quire.engine.compile.graph.structure import DEEPEST_NESTING, structure
from quire.engine.compile.interface import Options
from quire.engine.compile.recursion import RECURSION
from quire.engine.interpret.prepare import Loop
from quire.engine.runtime.function import WasmFunction
from quire.engine.runtime.memory import AccessCode
from quire.engine.validate import ModuleContext, ValidModule

DEEPEST_INDENT = 90  # Python has 99 at most
FEW_ACCESSES = 2  # for which a view, which takes as long as a load to get, is not worth it
FRAMES, FEW = 6, 50  # of Python for a block that is nested, at most; and as many as for so many blocks at any rate


@dataclass(frozen=True, slots=True)
class Generated:
    """The source of a function named `f<index>`, and the instructions that its names are bound to."""

    source: Source
    names: Mapping[str, int]
    has_tail_calls: bool


def generate(valid: ValidModule, function: WasmFunction, options: Options) -> Generated:
    """The source of one function."""
    return generate_from(partial(lift, valid.context, function), valid.context, function, options)


def generate_loop(valid: ValidModule, function: WasmFunction, loop: Loop, options: Options) -> Generated:
    """The source of one loop as a function, which is called as `outline` says."""
    return generate_from(partial(outline, valid.context, function, loop), valid.context, function, options)


@without_collector
def generate_from(
    lifted: Callable[[], n.Graph], context: ModuleContext, function: WasmFunction, options: Options
) -> Generated:
    """The source of what is lifted, which is taken apart. The passes behind recurse as deep as blocks are nested."""
    graph = lifted()
    with RECURSION.more(FRAMES * (len(graph.blocks) + FEW)):
        generated = written(graph, context, function, options)
    graph.take_apart()
    return generated


def written(graph: n.Graph, context: ModuleContext, function: WasmFunction, options: Options) -> Generated:
    """The source of what is lifted, pass by pass."""
    views = bool(graph.loops) or has_accesses(function)
    translator = Translator(context, function.index, options.access, special, sizes=options.sizes, views=views)
    keeps = Keeping(function.instance, context, ranges=translator.has_ranges)
    fold_calls(graph.blocks, keeps)
    find_loose(graph, translator)
    find_waiting(graph, translator)
    writer = Writer(translator, analyse(graph, translator), keeps)
    source = structured(graph, writer, function, options)
    if source is None:
        body = Dispatcher(writer, graph, fueled=options.fueled).lines()
        source = assemble(function, graph, translator, body, options)
    return Generated(
        source,
        {use.name: use.number for use in translator.uses if use.kind == "name"},
        graph.has_tail_calls,
    )


def has_accesses(function: WasmFunction) -> bool:
    """Whether a function loads and stores so often that it is worth to have views."""
    found = (True for each in function.definition.body.instructions if each.row.access is not None)
    return len(list(islice(found, FEW_ACCESSES + 1))) > FEW_ACCESSES


def structured(graph: n.Graph, writer: Writer, function: WasmFunction, options: Options) -> Source | None:
    """With the loops and branches of Python, or None where it does not allow for as many within each other."""
    if graph.nesting > 2 * DEEPEST_NESTING:  # not all of them need be nested in Python
        return None
    for tree in structure(graph.region, graph.loops):
        for ranges in (False,) if options.fueled else (True, False):
            body = Emitter(writer, fueled=options.fueled, ranges=ranges).body(tree)
            source = assemble(function, graph, writer.translator, body, options)
            if source.nesting <= DEEPEST_NESTING and source.indents <= DEEPEST_INDENT:
                return source
            writer.translator.uses.clear()
    return None


def assemble(function: WasmFunction, graph: n.Graph, translator: Translator, body: Lines, options: Options) -> Source:
    """The head of the function before its body."""
    head: Lines = []
    if options.fueled:
        head += TICK
    memories = bindings(translator.uses, options.access)
    head += [each for memory in memories for each in memory.load()]
    head += first_values(graph)
    parameters = ", ".join(graph.parameters)
    wrapped = graph.has_tail_calls or options.counted
    name = f"{'b' if wrapped else 'f'}{function.index}"
    lines: Lines = [Line(f"def {name}({parameters}):"), Suite([*head, *body])]
    if wrapped:
        around = trampoline(function.index, parameters)
        around = counted(around) if options.counted else around
        lines += [Line(f"def f{function.index}({parameters}):"), Suite(around)]
    return render(lines, [each for memory in memories for each in memory.reload()])


@dataclass(frozen=True, slots=True)
class Binding:
    """The variables through which a function gets at one memory."""

    number: int
    bytes: str  # the attribute that has them
    views: tuple[str, ...]
    ranges: tuple[str, ...]  # the attributes that are asked for again after each call

    def views_loaded(self) -> list[Line]:
        return [Line(f'{view}{self.number} = M{self.number}.view("{view}")') for view in self.views]

    def ranges_loaded(self) -> list[Line]:
        at = self.number
        return [Line(f"{each[5]}{at}, {each[5]}e{at} = M{at}.{each}") for each in self.ranges]

    def load(self) -> Lines:
        return [Line(f"m{self.number} = M{self.number}.{self.bytes}"), *self.views_loaded(), *self.ranges_loaded()]

    def reload(self) -> Lines:
        """After what may have given the memory other bytes: growth does, and seldom happens."""
        at = self.number
        again = "; ".join(each.text for each in (Line(f"m{at} = M{at}.{self.bytes}"), *self.views_loaded()))
        return [Line(f"if M{at}.{self.bytes} is not m{at}: {again}"), *self.ranges_loaded()]


def bindings(uses: Iterable[Use], access: Sequence[AccessCode | None]) -> list[Binding]:
    """What a function needs of the memories that it uses."""
    wanted: dict[int, set[tuple[str, str]]] = {}
    for use in uses:
        if use.kind != "name":
            wanted.setdefault(use.number, set()).add((use.kind, use.name))
    found = []
    for number, kinds in sorted(wanted.items()):
        code = access[number]
        views = tuple(sorted(name for kind, name in kinds if kind == "view"))
        ranges = tuple(f"open_{kind}" for kind, _ in sorted(kinds) if kind in ("readable", "writable"))
        attribute = "open_bytes" if code is not None and code.ranges else "data"
        found.append(Binding(number, attribute, views, ranges))
    return found


def trampoline(index: int, parameters: str) -> Lines:
    """Around a function with tail calls: makes the calls that are handed to it."""
    hop: Lines = [
        Line("while result.__class__ is Hop:"),
        Suite([Line("result = result[0](*result[1])")]),
        Line("return result"),
    ]
    return [Line(f"result = b{index}({parameters})"), *hop]


def counted(lines: Lines) -> Lines:
    """Around a function whose calls are counted."""
    head: Lines = [Line("if STORE.depth >= DEPTH:"), Suite([Line("too_deep()")]), Line("STORE.depth += 1")]
    return [*head, Line("try:"), Suite(lines, nests=True), Line("finally:"), Suite([Line("STORE.depth -= 1")])]


def first_values(graph: n.Graph) -> Lines:
    """The locals that are no parameters start at zero."""
    by_default: dict[str, list[str]] = {}
    for name, type_ in graph.locals:
        by_default.setdefault(default(type_), []).append(name)
    return [
        Line(f"{' = '.join(names[at : at + 16])} = {value}")
        for value, names in by_default.items()
        for at in range(0, len(names), 16)
    ]

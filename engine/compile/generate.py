"""From a function to the source of a Python function, pass by pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from quire.engine.compile import nodes as n
from quire.engine.compile.analysis import analyse
from quire.engine.compile.dispatch import Dispatcher
from quire.engine.compile.emit import TICK, Emitter
from quire.engine.compile.lift import Graph, lift
from quire.engine.compile.source import Line, Lines, Source, Suite, render
from quire.engine.compile.structure import structure
from quire.engine.compile.translate import Translator
from quire.engine.compile.write import Writer, default
from quire.engine.runtime.function import WasmFunction
from quire.engine.runtime.memory import AccessCode
from quire.engine.validate import ValidModule

DEEPEST_NESTING = 18  # Python has 20 at most, loops and tries together
DEEPEST_INDENT = 90  # Python has 99 at most

RELOADS = {
    "bytes": "m{0.number} = M{0.number}.open_bytes",
    "readable": "r{0.number}, re{0.number} = M{0.number}.open_readable",
    "writable": "w{0.number}, we{0.number} = M{0.number}.open_writable",
    "view": '{0.name}{0.number} = M{0.number}.view("{0.name}")',
}
"""How a variable gets what a use of a memory needs."""


@dataclass(frozen=True, slots=True)
class Options:
    """What code is written for. `access` tells of a memory how its bytes are accessed."""

    access: Callable[[int], AccessCode | None]
    fueled: bool
    counted: bool  # whether each call is counted, for a limit that is lower than Python's may be set


@dataclass(frozen=True, slots=True)
class Generated:
    """The source of a function named `f<index>`, and the instructions that its names are bound to."""

    source: Source
    names: Mapping[str, int]
    has_tail_calls: bool


def generate(valid: ValidModule, function: WasmFunction, options: Options) -> Generated:
    """The source of one function."""
    graph = lift(valid, function)
    translator = Translator(valid.function_context(function.index), function.index, options.access)
    writer = Writer(translator, analyse(graph, translator))
    translator.spots.clear()
    translator.uses.clear()
    tree = structure(graph.region, graph.loops)
    body, _ = Emitter(writer, fueled=options.fueled).tree(tree)
    source = assemble(function, graph, translator, body, options)
    if source.nesting > DEEPEST_NESTING or source.indents > DEEPEST_INDENT:
        translator.uses.clear()
        body = Dispatcher(writer, graph, fueled=options.fueled).lines()
        source = assemble(function, graph, translator, body, options)
    return Generated(
        source, {use.name: use.number for use in translator.uses if use.kind == "name"}, graph.has_tail_calls
    )


def assemble(function: WasmFunction, graph: Graph, translator: Translator, body: Lines, options: Options) -> Source:
    """The head of the function before its body."""
    head: Lines = []
    if options.fueled:
        head += TICK
    elif calls(graph):
        head += [Line("if not RUN:"), Suite([Line("stop()")])]
    reload = [RELOADS[use.kind].format(use) for use in sorted(set(translator.uses)) if use.kind in RELOADS]
    head += [Line(text) for text in reload]
    head += first_values(graph)
    parameters = ", ".join(graph.parameters)
    wrapped = graph.has_tail_calls or options.counted
    name = f"{'b' if wrapped else 'f'}{function.index}"
    lines: Lines = [Line(f"def {name}({parameters}):"), Suite([*head, *body])]
    if wrapped:
        around = trampoline(function.index, parameters)
        around = counted(around) if options.counted else around
        lines += [Line(f"def f{function.index}({parameters}):"), Suite(around)]
    return render(lines, reload)


def trampoline(index: int, parameters: str) -> Lines:
    """Around a function with tail calls: makes the calls that are handed to it."""
    hop: Lines = [Line("while result.__class__ is Hop:"), Suite([Line("result = result()")]), Line("return result")]
    return [Line(f"result = b{index}({parameters})"), *hop]


def counted(lines: Lines) -> Lines:
    """Around a function whose calls are counted."""
    head: Lines = [Line("if STORE.depth >= DEPTH:"), Suite([Line("too_deep()")]), Line("STORE.depth += 1")]
    return [*head, Line("try:"), Suite(lines, nests=True), Line("finally:"), Suite([Line("STORE.depth -= 1")])]


def calls(graph: Graph) -> bool:
    """Whether a function may run others, and so without end."""
    found = (each.effects for block in graph.blocks for each in n.expressions(block))
    return any(effects & n.CALLS for effects in found)


def first_values(graph: Graph) -> Lines:
    """The locals that are no parameters start at zero."""
    by_default: dict[str, list[str]] = {}
    for name, type_ in graph.locals:
        by_default.setdefault(default(type_), []).append(name)
    return [
        Line(f"{' = '.join(names[at : at + 16])} = {value}")
        for value, names in by_default.items()
        for at in range(0, len(names), 16)
    ]

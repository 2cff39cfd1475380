"""Control flow as a loop around a number: for functions whose structure is deeper than Python allows."""

from __future__ import annotations

from collections.abc import Sequence

from quire.engine.compile.code.emit import TICK, Emitted, choose
from quire.engine.compile.code.source import Line, Lines, Suite
from quire.engine.compile.code.write import CAUGHT, Writer
from quire.engine.compile.graph import nodes as n

NUMBER = "k"  # of the block that runs


class Dispatcher:
    """Writes the blocks of one function, each as an arm."""

    def __init__(self, writer: Writer, graph: n.Graph, *, fueled: bool) -> None:
        self.writer = writer
        self.graph = graph
        self.fueled = fueled
        self.blocks = [block for block in graph.blocks if block in writer.states]
        self.number = {block: at for at, block in enumerate(self.blocks)}

    def lines(self) -> Lines:
        body, _ = choose(NUMBER, 0, len(self.blocks), self.arm)
        handlers = self.handlers()
        if handlers:
            body = [
                Line("try:"),
                Suite(body, nests=True),
                Line("except Thrown as thrown:"),
                Suite(handlers, nests=True),
            ]
        entry = self.graph.region.entry
        start = 0 if entry is None else self.number[entry]
        return [
            Line(f"{NUMBER} = {start}"),
            Line("while RUN:"),
            Suite(body, nests=True),
            Line("else:"),
            Suite([Line("stop()")]),
        ]

    def arm(self, at: int) -> Emitted:
        block = self.blocks[at]
        lines, state = self.writer.statements(block)
        match block.end:
            case n.Jump(target):
                lines += self.go(block, target)
            case n.Branch(condition, then, otherwise):
                text, _, spots = self.writer.condition(condition, state)
                lines += [Line(f"if {text}:", spots), Suite(self.go(block, then))]
                lines += [Line("else:"), Suite(self.go(block, otherwise))]
            case n.Switch(selector, targets):
                value = self.writer.translator.value(selector, state)
                text = self.writer.translator.canonical(selector, value)
                lines.append(Line(f"{NUMBER} = {text}", self.writer.spots()))
                lines += self.switch(block, targets)
            case n.Try(region):
                lines += [] if region.entry is None else self.go(block, region.entry)
            case _:
                lines += self.writer.end(block, state)
        return lines, True

    def go(self, source: n.Block, target: n.Block) -> Lines:
        tick = TICK if self.fueled and self.goes_back(source, target) else ()
        return [*tick, Line(f"{NUMBER} = {self.number[target]}")]

    def goes_back(self, source: n.Block, target: n.Block) -> bool:
        return target in self.graph.loops and self.number[target] <= self.number[source]

    def switch(self, block: n.Block, targets: tuple[n.Block, ...]) -> Lines:
        numbers = [self.number[target] for target in targets]
        last = len(numbers) - 1
        table = f"({', '.join(map(str, numbers))},)"
        lines: Lines = [Line(f"{NUMBER} = {table}[{NUMBER}] if {NUMBER} < {last} else {numbers[last]}")]
        back = sorted({self.number[target] for target in targets if self.goes_back(block, target)})
        if back and self.fueled:
            lines += [Line(f"if {NUMBER} in ({', '.join(map(str, back))},):"), Suite(list(TICK))]
        return lines

    def handlers(self) -> Lines:
        """The clauses of all tries, the inner before the outer."""
        regions = {block.end.region for block in self.blocks if isinstance(block.end, n.Try)}
        lines: Lines = [Line(f"{CAUGHT} = thrown.exception")] if regions else []
        inside = intervals(self.blocks)
        for region in sorted(regions, key=lambda region: region.number, reverse=True):
            first, end = inside[region]
            for handler in region.handlers:
                tag = handler.catch.tag
                test = f"{first} <= {NUMBER} < {end}"
                test = test if tag is None else f"{test} and {CAUGHT}.tag is TAG{tag}"
                go = [Line(f"{NUMBER} = {self.number[handler.block]}"), Line("continue")]
                lines += [Line(f"if {test}:"), Suite(list(go))]
        return [*lines, Line("raise")] if regions else []


def intervals(blocks: Sequence[n.Block]) -> dict[n.Region, tuple[int, int]]:
    """Which blocks are in each region, as the numbers of the first and of the one behind the last.

    Blocks in the order of the source: those of a region stand together, those of regions inside it among them.
    """
    found: dict[n.Region, tuple[int, int]] = {}
    for at, block in enumerate(blocks):
        first, _ = found.get(block.region, (at, at))
        found[block.region] = first, at + 1
    for region in sorted(found, key=lambda region: region.number, reverse=True):
        if region.parent is not None:
            inner, outer = found[region], found.get(region.parent, found[region])
            found[region.parent] = min(inner[0], outer[0]), max(inner[1], outer[1])
    return found

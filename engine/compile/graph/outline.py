"""A loop of a function as a function of its own: the instructions from a `loop` to its `end`, lifted alone.

It takes all locals, and the parameters of the loop; it returns which way the loop was left, and what comes out there:
the results of the function, or all locals and the operands that a branch carries. So whoever runs the code around the
loop can go on behind it. Of functions without handlers and tail calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from quire.engine import types as t
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.graph.lift import Control, Lifting
from quire.engine.compile.graph.operands import number
from quire.engine.compile.interface import RETURNED
from quire.engine.interpret.prepare import OPENERS, Loop
from quire.engine.runtime.function import WasmFunction
from quire.engine.validate import ModuleContext


def outline(context: ModuleContext, function: WasmFunction, loop: Loop) -> n.Graph:
    """The graph of a loop, given the context of its module.

    Ways out count from 1: to the labels around it, the function's first, then to its end.
    """
    return Outlining(context, function, loop).run()


class Outlining(Lifting):
    """The state of lifting one loop."""

    def __init__(self, context: ModuleContext, function: WasmFunction, loop: Loop) -> None:
        super().__init__(context, function)
        self.loop = loop
        self.type = self.context.block_type(self.instructions[loop.first].immediates[0])
        parameters = self.type.parameters
        self.stack.extend(n.Get(self.slot(at), t.BOTTOM) for at in range(loop.label.height))  # nobody reads these
        slots = self.push_slots(parameters)
        own = self.graph
        self.locals = tuple(zip(own.parameters, own.parameter_types, strict=True)) + own.locals
        self.graph = replace(
            own,
            parameters=(*(name for name, _ in self.locals), *slots),
            parameter_types=(*(type_ for _, type_ in self.locals), *parameters),
            locals=(),
        )
        heights = (label.height for label in loop.around)
        self.controls = [self.way_out(carried, at) for carried, at in zip(self.carried(), heights, strict=True)]
        self.ways_out = list(self.controls)

    def carried(self) -> Iterator[tuple[t.ValueType, ...]]:
        """What branches to the labels around the loop carry, the function's first."""
        open_ = []
        for row, immediates in self.instructions[: self.loop.first]:
            if row.mnemonic in OPENERS:
                type_ = self.context.block_type(immediates[0])
                open_.append(type_.parameters if row.mnemonic == "loop" else type_.results)
            elif row.mnemonic == "end":
                open_.pop()
        yield self.signature.results
        yield from open_

    def way_out(self, carried: tuple[t.ValueType, ...], height: int) -> Control:
        """A structured instruction around the loop, to which branches are ways out."""
        label = self.new_block()
        return Control(label, carried, label, carried, height, tuple(self.stack[:height]), self.region)

    def run(self) -> n.Graph:
        self.visit(self.loop.first, self.loop.last + 1)
        end = self.way_out(self.type.results, self.loop.end.height)
        if self.reachable:
            end.reached = True
            self.leave_to(end.label, end.carried, end.height)
        for way, control in enumerate([*self.ways_out, end], RETURNED + 1):
            if control.reached:
                self.come_out(way, control)
            else:
                self.blocks.remove(control.label)
        return self.finished()

    def come_out(self, way: int, control: Control) -> None:
        """Return the number of a way out, all locals, and what is carried."""
        self.start(control.label)
        self.stack[:] = control.below
        self.push_slots(control.carried)
        values = (n.Get(name, type_) for name, type_ in self.locals)
        self.finish(n.Return((number(way, self.index), *values, *self.pop(len(control.carried)))))

    def returned(self, values: tuple[n.Expression, ...]) -> tuple[n.Expression, ...]:
        """With which way out it is."""
        return (number(RETURNED, self.index), *values)

"""Lifting: from the body of a function to a graph of blocks, the operand stack folded into expressions.

An operand stays an expression until something comes that it must not be moved across; then it goes into the slot of its
height. What lies below the label of a structured instruction is always in slots, or constant, so that every way to a
label agrees. Code that cannot be reached is left out. Spec: exec/instructions
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import count
from operator import attrgetter
from typing import Any

from quire.engine import types as t
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.graph.effects import effects_in
from quire.engine.compile.graph.operands import NOTHING, Action, Operands, plain, zero
from quire.engine.compile.graph.reach import is_flat
from quire.engine.immediates import Cast, Catch
from quire.engine.instructions.row import Kind, Row
from quire.engine.interpret.prepare import OPENERS
from quire.engine.runtime.function import WasmFunction
from quire.engine.validate import ModuleContext

ENDS = ("else", "end")


@dataclass(eq=False, slots=True)
class Control:
    """A structured instruction that is open. `label` is where branches go, `carried` the types that they take along."""

    label: n.Block
    carried: tuple[t.ValueType, ...]
    end: n.Block
    results: tuple[t.ValueType, ...]
    height: int  # of the stack below the parameters
    below: tuple[n.Expression, ...]  # that stack, which stays as it is
    region: n.Region  # of the code around
    loop: bool = False
    parameters: tuple[t.ValueType, ...] = ()
    otherwise: n.Block | None = None
    reached: bool = False  # whether the end is branched to
    nesting: int = 0  # loops and tries inside, one within the other


def lift(context: ModuleContext, function: WasmFunction) -> n.Graph:
    """The graph of a function's body, given the context of its module."""
    return Lifting(context, function).run()


class Lifting(Operands):
    """The state of lifting one body."""

    def __init__(self, context: ModuleContext, function: WasmFunction) -> None:
        self.context = context
        self.function = function
        self.instructions = function.definition.body.instructions
        self.signature = function.signature
        self.region = n.Region(None)
        self.regions = [self.region]
        self.numbers = count()
        self.blocks: list[n.Block] = []
        self.reachable = True
        self.signatures: dict[int, t.FunctionType] = {}  # of instructions, by their identity
        self.block_types: dict[Any, t.FunctionType] = {}
        self.variables: dict[int, n.Get] = {}
        super().__init__(self.new_block(), self.instructions)
        self.region.entry = self.block
        self.graph = self.make_graph()
        body = self.new_block()
        self.controls = [Control(body, self.signature.results, body, self.signature.results, 0, (), self.region)]

    def make_graph(self) -> n.Graph:
        parameters = len(self.signature.parameters)
        own = [each for run in self.function.definition.locals for each in [self.context.close(run.type)] * run.count]
        self.types = [*self.signature.parameters, *own]  # of all locals
        return n.Graph(
            self.region,
            self.blocks,
            tuple(f"l{index}" for index in range(parameters)),
            self.signature.parameters,
            tuple((f"l{parameters + index}", each) for index, each in enumerate(own)),
            self.signature.results,
        )

    def run(self) -> n.Graph:
        self.visit(0, len(self.instructions))
        if self.blocks[0] in self.graph.loops:
            self.graph.loops[self.blocks[0]] = next(self.numbers)
            self.graph.nesting += 1
        return self.finished()

    def visit(self, first: int, end: int) -> None:
        """Lift instructions, from number `first` to before number `end`."""
        leaves, stack = self.leaves, self.stack
        skipped = 0  # structured instructions that are open in code that cannot be reached
        for index in range(first, end):
            instruction = self.instructions[index]
            if self.reachable:
                leaf = leaves.get(id(instruction))
                if leaf is not None:
                    stack.append(leaf)
                    continue
            else:
                mnemonic = instruction.row.mnemonic
                skipped += mnemonic in OPENERS
                if skipped or mnemonic not in ENDS:
                    skipped -= mnemonic == "end"
                    continue
            self.index = index
            action(instruction.row)(self, *instruction.immediates)

    def finished(self) -> n.Graph:
        """The graph, when all is lifted."""
        self.blocks.sort(key=attrgetter("number"))
        self.regions[0].end = len(self.regions)
        for region in reversed(self.regions[1:]):
            region.find_exits()
        return self.graph

    def apply_typed(self, *immediates: Any) -> None:
        """The present instruction, whose types depend on its immediates or on the module."""
        instruction = self.instructions[self.index]
        signature = self.signatures.get(id(instruction))
        if signature is None:
            signature = self.signatures[id(instruction)] = instruction.row.signature(self.context, *immediates)
        effects, results = effects_in(self.context, instruction), signature.results
        if effects == n.PURE and not signature.parameters and len(results) == 1:
            self.push_leaf(self.operation((), results[0], effects))
        elif instruction.row.naming:
            self.apply_named(len(signature.parameters), results, effects, instruction.row.naming)
        else:
            self.apply(len(signature.parameters), results, effects)

    # Blocks

    def new_block(self) -> n.Block:
        block = n.Block(next(self.numbers), self.region)
        self.blocks.append(block)
        return block

    def finish(self, end: n.End) -> None:
        self.block.end = end
        self.reachable = False

    def start(self, block: n.Block) -> None:
        block.number = next(self.numbers)  # in the order of the source
        self.block = block
        self.reachable = True

    # Structured instructions. Spec: exec/instructions#blocks

    def open(self, block_type: Any, *, loop: bool = False) -> Control:
        type_ = self.block_types.get(block_type)
        if type_ is None:
            type_ = self.block_types[block_type] = self.context.block_type(block_type)
        height = len(self.stack) - len(type_.parameters)
        self.settle_below()
        self.settle_from(height)
        end = self.new_block()
        label = self.new_block() if loop else end
        carried = type_.parameters if loop else type_.results
        below = tuple(self.stack[:height])
        control = Control(label, carried, end, type_.results, height, below, self.region, loop, type_.parameters)
        self.controls.append(control)
        return control

    def rule_block(self, block_type: Any) -> None:
        self.open(block_type)

    def rule_loop(self, block_type: Any) -> None:
        control = self.open(block_type, loop=True)
        self.graph.loops[control.label] = 0
        self.finish(n.Jump(control.label))
        self.start(control.label)

    def rule_if(self, block_type: Any) -> None:
        condition = self.shielded(self.stack.pop())
        control = self.open(block_type)
        then, control.otherwise = self.new_block(), self.new_block()
        self.finish(n.Branch(condition, then, control.otherwise))
        self.start(then)

    def shielded(self, condition: n.Expression) -> n.Expression:
        """A condition that may be evaluated after all that is on the stack: traps come in the order of the source."""
        if self.stack:
            self.settle(condition.effects, NOTHING)
        return condition

    def rule_else(self) -> None:
        control = self.controls[-1]
        if self.reachable:
            self.leave_to(control.end, control.results, control.height)
            control.reached = True
        self.stack[:] = control.below
        self.push_slots(control.parameters)
        if control.otherwise is not None:
            self.start(control.otherwise)
        control.otherwise = None

    def rule_try_table(self, block_type: Any, catches: tuple[Catch, ...]) -> None:
        outer = [self.controls[-1 - catch.label] for catch in catches]
        self.open(block_type)
        handlers = tuple(self.handler(catch, to) for catch, to in zip(catches, outer, strict=True))
        self.region = region = n.Region(self.region, None, handlers, len(self.regions))
        self.regions.append(region)
        self.finish(n.Try(region))
        region.entry = self.new_block()
        self.start(region.entry)

    def handler(self, catch: Catch, control: Control) -> n.Handler:
        """A block that takes the exception's values to a label."""
        block = self.new_block()
        types = () if catch.tag is None else self.context.tag(catch.tag).parameters
        names = tuple(self.slot(control.height + at) for at in range(len(control.carried)))
        reference = names[-1] if catch.reference else None
        block.statements.append(n.Catching(names[: len(types)], reference, control.carried))
        block.end = n.Jump(control.label)
        control.reached = True
        return n.Handler(catch, block)

    def rule_end(self) -> None:
        control = self.controls.pop()
        self.count_nesting(control)
        if control.loop:
            self.graph.loops[control.label] = next(self.numbers)
        if not self.controls:
            self.end_body(control)
            return
        if self.reachable and control.otherwise is None and not control.reached and control.region is self.region:
            return  # nobody branches here: the code goes on
        if self.reachable:
            self.leave_to(control.end, control.results, control.height)
            control.reached = True
        if self.region is not control.region:
            self.region.end = len(self.regions)
            self.region = control.region
        if control.otherwise is not None:  # an if without else
            control.otherwise.end = n.Jump(control.end)
            control.reached = True
        if control.reached:
            self.stack[:] = control.below
            self.push_slots(control.results)
            self.start(control.end)

    def count_nesting(self, control: Control) -> None:
        """How deep loops and tries are nested, seen from around a structured instruction that ends."""
        nests = self.region is not control.region or (control.loop and control.reached)
        outer = self.controls[-1] if self.controls else self.graph
        outer.nesting = max(outer.nesting, control.nesting + nests)

    def end_body(self, control: Control) -> None:
        """The end of the body returns, whether it is reached or branched to."""
        if self.reachable and not control.reached:
            self.rule_return()
            return
        if self.reachable:
            self.leave_to(control.end, control.results, 0)
        self.stack.clear()
        if control.reached:
            self.push_slots(control.results)
            self.start(control.end)
            self.rule_return()

    # Branches. Spec: exec/instructions#exec-br

    def leave_to(self, block: n.Block, types: tuple[t.ValueType, ...], height: int) -> None:
        """Take the topmost operands to the slots from `height` on, drop what is between, and jump."""
        self.carry(types, height)
        self.finish(n.Jump(block))

    def carry(self, types: tuple[t.ValueType, ...], height: int) -> None:
        values = self.pop(len(types))
        if len(self.stack) > height:
            for each in self.stack[height:]:
                self.discard(each)
            del self.stack[height:]
        for at, (value, type_) in enumerate(zip(values, types, strict=True), height):
            slot = self.slot(at)
            if not (isinstance(value, n.Get) and value.name == slot):
                self.block.statements.append(n.Assign((slot,), value, (type_,)))

    def discard(self, value: n.Expression) -> None:
        """An operand that nobody uses is still evaluated if it may trap."""
        if value.effects & n.TRAPS:
            self.block.statements.append(n.Assign((), value, ()))

    def target(self, depth: int) -> Control:
        control = self.controls[-1 - depth]
        control.reached = True
        return control

    def edge(self, depth: int) -> n.Block:
        """Where a conditional branch to a label goes: the label itself, or a block that moves the operands there.

        The operands that it carries are in slots already.
        """
        control = self.target(depth)
        top = len(self.stack) - len(control.carried)
        if top == control.height or not control.carried:
            return control.label
        block = self.new_block()
        for at, type_ in enumerate(control.carried):
            value = self.stack[top + at]
            block.statements.append(n.Assign((self.slot(control.height + at),), value, (type_,)))
        block.end = n.Jump(control.label)
        return block

    def prepare_branch(self, *depths: int) -> None:
        """Before a conditional branch: what it carries goes into slots, and what may trap does so now."""
        most = max(len(self.controls[-1 - depth].carried) for depth in depths)
        base = len(self.stack) - most
        self.settle(n.TRAPS, NOTHING)
        self.settle_from(base)

    def branch(self, condition: n.Expression, depth: int, *, on: bool = True) -> None:
        """Branch where the condition is as `on` says; its operands are popped, and it is evaluated last."""
        taken, following = self.edge(depth), self.new_block()
        self.finish(n.Branch(condition, taken, following) if on else n.Branch(condition, following, taken))
        self.start(following)

    def rule_br(self, depth: int) -> None:
        control = self.target(depth)
        self.leave_to(control.label, control.carried, control.height)

    def rule_br_if(self, depth: int) -> None:
        self.branch(self.kept(self.stack.pop(), depth), depth)

    def kept(self, condition: n.Expression, *depths: int) -> n.Expression:
        """The operand that decides, after the operands below are prepared for the branch."""
        self.prepare_branch(*depths)
        return condition

    def rule_br_table(self, depths: tuple[int, ...]) -> None:
        (selector,) = self.pop(1)
        selector = self.kept(selector, *depths)
        edges = {depth: self.edge(depth) for depth in dict.fromkeys(depths)}
        self.finish(n.Switch(selector, tuple(edges[depth] for depth in depths)))

    def rule_return(self) -> None:
        values = self.pop(len(self.signature.results))
        for each in self.stack:
            self.discard(each)
        self.finish(n.Return(self.returned(values)))

    def returned(self, values: tuple[n.Expression, ...]) -> tuple[n.Expression, ...]:
        """What a return gives, whose operands these are."""
        return values

    def rule_unreachable(self) -> None:
        self.stop(0)

    def stop(self, count: int) -> None:
        operands = self.pop(count)
        for each in self.stack:
            self.discard(each)
        self.finish(n.Stop(self.operation(operands, None, n.EVERYTHING)))

    def rule_br_on_null(self, depth: int) -> None:
        reference = self.reference()
        self.prepare_branch(depth)
        self.branch(self.test(reference), depth)
        self.stack.append(reference)

    def rule_br_on_non_null(self, depth: int) -> None:
        reference = self.reference()
        self.stack.append(reference)
        self.prepare_branch(depth)
        self.branch(self.test(self.stack[-1]), depth)
        self.stack.pop()

    def rule_br_on_cast(self, cast: Cast) -> None:
        self.cast(cast)

    def rule_br_on_cast_fail(self, cast: Cast) -> None:
        self.cast(cast)

    def cast(self, cast: Cast) -> None:
        self.prepare_branch(cast.label)
        self.branch(self.test(self.stack[-1]), cast.label)

    def reference(self) -> n.Expression:
        """The topmost reference, popped, in its slot, since it is used twice."""
        self.settle_from(len(self.stack) - 1)
        return self.pop(1)[0]

    def test(self, reference: n.Expression) -> n.Operation:
        """Whether the present branch on a reference is taken."""
        return self.operation((reference,), t.I32, n.PURE)

    # Calls

    def called(self, index: int) -> t.FunctionType:
        return t.function_type_of(self.context.functions[index])

    def call(self, type_: t.FunctionType, more: int = 0) -> None:
        if more:
            self.settle(n.TRAPS, NOTHING)  # Python evaluates what is called first
        self.apply(len(type_.parameters) + more, type_.results, n.EVERYTHING)

    def rule_call(self, index: int) -> None:
        self.call(self.called(index))

    def rule_call_ref(self, type_index: int) -> None:
        self.call(self.context.function_type(type_index), 1)

    def rule_call_indirect(self, type_index: int, table: int) -> None:
        self.call(self.context.function_type(type_index), 1)

    def tail_call(self, type_: t.FunctionType, more: int = 0) -> None:
        self.graph.has_tail_calls = True
        self.settle(n.TRAPS, NOTHING)
        self.stop(len(type_.parameters) + more)

    def rule_return_call(self, index: int) -> None:
        if index == self.function.index:
            self.start_again()
        elif self.region.parent is None and is_flat(self.function.instance.functions[index]):
            self.rule_call(index)  # which costs a frame of Python, but no more than one
            self.rule_return()
        else:
            self.tail_call(self.called(index))

    def start_again(self) -> None:
        """A function that calls itself in its own place does a turn of a loop around it."""
        self.settle(n.TRAPS, NOTHING)
        self.assign_all(self.graph.parameters, self.graph.parameter_types)
        for name, type_ in self.graph.locals:
            self.block.statements.append(n.Assign((name,), zero(type_, self.index), (type_,)))
        entry = self.regions[0].entry
        if entry is not None:
            self.graph.loops[entry] = 0
            self.finish(n.Jump(entry))

    def rule_return_call_ref(self, type_index: int) -> None:
        self.tail_call(self.context.function_type(type_index), 1)

    def rule_return_call_indirect(self, type_index: int, table: int) -> None:
        self.tail_call(self.context.function_type(type_index), 1)

    def rule_throw(self, tag: int) -> None:
        self.stop(len(self.context.tag(tag).parameters))

    def rule_throw_ref(self) -> None:
        self.stop(1)

    # Variables, and instructions whose types depend on their operands

    def variable(self, index: int) -> n.Get:
        known = self.variables.get(index)
        if known is None:
            known = self.variables[index] = n.Get(f"l{index}", self.types[index])
        return known

    def rule_local_get(self, index: int) -> None:
        self.push_leaf(self.variable(index))

    def rule_local_set(self, index: int) -> None:
        variable = self.variable(index)
        self.assign((variable.name,), self.stack.pop(), (variable.type,))

    def rule_local_tee(self, index: int) -> None:
        self.rule_local_set(index)
        self.stack.append(self.variable(index))

    def rule_drop(self) -> None:
        value = self.stack.pop()
        if value.effects & n.TRAPS:
            self.assign((), value, ())

    def rule_select(self, types: tuple[t.ValueType, ...] = ()) -> None:
        self.settle(n.TRAPS, NOTHING)  # only one of the two operands will be evaluated
        self.apply(3, (self.stack[-3].type or t.BOTTOM,), n.PURE)

    def rule_ref_is_null(self) -> None:
        self.apply(1, (t.I32,), n.PURE)

    def rule_ref_as_non_null(self) -> None:
        self.apply(1, (self.stack[-1].type or t.BOTTOM,), n.TRAPS)

    def rule_any_convert_extern(self) -> None:
        """External and internal references have one representation."""

    def rule_extern_convert_any(self) -> None:
        """External and internal references have one representation."""


VARIABLES = ("local.get", "local.set", "local.tee", "select")


@cache
def action(row: Row) -> Action:
    """What an instruction of a row does, given what is lifted and its immediates."""
    if row.kind is Kind.CONTROL or row.mnemonic in VARIABLES:
        rule: Action = getattr(Lifting, f"rule_{row.rule}")
        return rule
    return plain(row) or Lifting.apply_typed

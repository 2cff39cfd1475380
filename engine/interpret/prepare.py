"""Preparation: from the body of a function to basic blocks, with branch targets and stack heights resolved.

Validation has fixed the height of the operand stack at every instruction, so that a branch knows what to keep.
Code that cannot be reached is left out, and code that is perhaps never run is prepared when it is: what stands behind a
branch, up to the end of the block around it, or in a branch of an `if`. Of a large program most is never run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quire.engine import types as t
from quire.engine.errors import Trap
from quire.engine.immediates import Cast, Catch
from quire.engine.instructions.row import Kind
from quire.engine.interpret import exits, steps
from quire.engine.interpret.exits import Block, Exit, Handler, Label
from quire.engine.interpret.steps import Stack, Step
from quire.engine.module import Instruction
from quire.engine.runtime.frame import Frame
from quire.engine.runtime.function import WasmFunction
from quire.engine.validate import ValidModule

OPENERS = ("block", "loop", "if", "try_table")
PARTS = frozenset((*OPENERS, "else", "end"))
FEW = 4  # instructions that are prepared faster than remembered
DEEP = 400  # structured instructions around code, of which to remember them all would take too long


@dataclass(eq=False, slots=True)
class Loop:
    """A loop: the numbers of its first and last instruction; the labels around it, the function's first; its own label,
    and that of its end.
    """

    first: int
    last: int
    around: tuple[Label, ...]
    label: Label
    end: Label


@dataclass(frozen=True, slots=True)
class Code:
    """A function that is ready to run: its first block, the first values of its own locals, its number of results, and
    its loops by their first blocks.
    """

    entry: Block
    locals: tuple[Any, ...]
    results: int
    loops: Mapping[Block, Loop]  # as far as they are prepared


@dataclass(eq=False, slots=True)
class Control:
    """A block of the source that is open: its label, the stack around it, what holds again after it; `stop` is the
    number of its next `else` or `end`.
    """

    label: Label  # where branches to it go: for a loop its start, else its end
    end: Label
    height: int  # of the stack below its parameters
    parameters: int
    handlers: tuple[Handler, ...]  # of the code around it
    stop: int
    otherwise: Label | None = None  # the else branch of an if
    awaited: bool = False  # whether code that is not prepared yet may branch to its end, and to those around it


Steps = dict[int, tuple[Step, int]]
"""Of the plain instructions of one module, by their identity: the step, and by how much it leaves the stack higher."""


def prepare(function: WasmFunction, known: Steps | None = None) -> Code:
    """The code of a function; `function.instance` must be complete. Steps that are not `known` are added to that."""
    valid: ValidModule = function.instance.module
    own = tuple(_default(run.type) for run in function.definition.locals for _ in range(run.count))
    preparation = Preparation(Body(valid, function, {} if known is None else known))
    return Code(preparation.run_all(), own, len(function.signature.results), preparation.body.loops)


def _default(value: t.ValueType) -> Any:
    """Spec: exec/runtime#default-values"""
    return 0.0 if value in (t.F32, t.F64) else None if isinstance(value, t.ReferenceType) else 0


class Body:
    """What all code of one function has in common."""

    def __init__(self, valid: ValidModule, function: WasmFunction, known: Steps) -> None:
        self.known = known
        self.context = valid.function_context(function.index)
        self.instructions = function.definition.body.instructions
        self.results = len(function.signature.results)
        self.loops: dict[Block, Loop] = {}
        self.parts = find_parts(self.instructions)


def find_parts(instructions: Sequence[Instruction]) -> dict[int, int]:
    """Where each structured instruction, and each `else`, is followed by its next part: an `else` or an `end`."""
    parts: dict[int, int] = {}
    open_: list[int] = []
    for index, (row, _) in enumerate(instructions):
        mnemonic = row.mnemonic
        if mnemonic in PARTS:
            if mnemonic in ("else", "end") and open_:
                parts[open_.pop()] = index
            if mnemonic != "end":
                open_.append(index)
    return parts


class Preparation:
    """The state of preparing code of one body: what is open, the block being filled, the height of the stack."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.known = body.known
        self.context = body.context
        self.instructions = body.instructions
        self.results = body.results
        self.height = 0
        self.index = 0
        self.reachable = True
        self.handlers: tuple[Handler, ...] = ()
        self.block = Block(())
        self.steps: list[Step] = []
        self.indices: list[int] = []
        self.controls: list[Control] = []

    def run_all(self) -> Block:
        """Prepare the body; its first block."""
        entry, last = self.block, len(self.instructions) - 1
        label = Label(self.results, 0)
        self.controls.append(Control(label, label, 0, 0, (), last))
        self.run(0, last + 1)
        return entry

    def run(self, start: int, stop: int) -> None:
        """Prepare the instructions from one to before another. What cannot be reached, or is for later, is passed."""
        index, instructions, known = start, self.instructions, self.known
        while index < stop:
            instruction = instructions[index]
            self.index = index
            index += 1
            step = known.get(id(instruction))
            if step is not None:
                self.step(*step)
                continue
            self.visit(instruction)
            if not self.reachable and self.controls:
                index = self.controls[-1].stop

    # Code that is prepared when it is run

    def later(self, block: Block) -> None:
        """Start a block with the code behind the present instruction, to the end of what it is in, or let it wait."""
        start, control = self.index + 1, self.controls[-1]
        self.start(block)
        if control.stop - start <= FEW or len(self.controls) > DEEP:
            return
        self.reachable = False
        for each in reversed(self.controls):
            if each.awaited:
                break
            each.awaited = each.end.used = True
        block.exit, block.exit_index = self.preparing(block, start, control), start

    def preparing(self, block: Block, start: int, control: Control) -> Exit:
        """An exit of a block that is still empty: it fills it, and has it run again."""
        body, stop, height, handlers, controls = self.body, control.stop, self.height, self.handlers, [*self.controls]

        def exit_(machine: object, frame: object, stack: Stack) -> Block:
            rest = Preparation(body)
            rest.height, rest.handlers, rest.controls = height, handlers, [*controls]
            rest.fill(block, start, stop)
            return block

        return exit_

    def fill(self, block: Block, start: int, stop: int) -> None:
        """Prepare the code that a block waited for."""
        first = self.block
        self.run(start, stop)
        if self.reachable:
            self.index = stop
            self.finish(exits.br(exits.transfer(self.controls[-1].end, self.height)))
        block.steps, block.indices, block.exit_index = first.steps, first.indices, first.exit_index
        block.exit = first.exit

    def visit(self, instruction: Instruction) -> None:
        row, immediates = instruction
        if row.kind is Kind.CONTROL:
            getattr(self, f"rule_{row.rule}")(*immediates)
            return
        signature = self.context.signature(instruction)
        operands, results = len(signature.parameters), len(signature.results)
        step = steps.plain_step(instruction, operands, results)
        self.known[id(instruction)] = step, results - operands
        self.step(step, results - operands)

    def step(self, step: Step, growth: int) -> None:
        """Add a step that leaves the stack higher by `growth`."""
        self.steps.append(step)
        self.indices.append(self.index)
        self.height += growth

    def finish(self, exit_: Exit) -> None:
        """End the block being filled. Nothing is reachable until another is started."""
        self.block.steps, self.block.indices = tuple(self.steps), tuple(self.indices)
        self.block.exit, self.block.exit_index = exit_, self.index
        self.steps, self.indices = [], []
        self.reachable = False

    def start(self, block: Block) -> None:
        self.block = block
        self.reachable = True

    def follow(self) -> Block:
        """A block for the code behind the present instruction."""
        return Block(self.handlers)

    def transfer(self, depth: int) -> exits.Transfer:
        return exits.transfer(self.controls[-1 - depth].label, self.height)

    # Blocks. Spec: exec/instructions#blocks

    def open(self, block_type: Any, *, loop: bool = False) -> Control:
        """Enter a block of the source. A loop's label is its start."""
        type_ = self.context.block_type(block_type)
        below = self.height - len(type_.parameters)
        end = Label(len(type_.results), below)
        label = Label(len(type_.parameters), below, loop=True) if loop else end
        control = Control(label, end, below, len(type_.parameters), self.handlers, self.body.parts[self.index])
        self.controls.append(control)
        return control

    def split(self) -> Block:
        """Go on in a new block."""
        following = self.follow()
        self.finish(exits.fall_through(following))
        self.start(following)
        return following

    def rule_block(self, block_type: Any) -> None:
        self.open(block_type)

    def rule_loop(self, block_type: Any) -> None:
        around = tuple(control.label for control in self.controls)
        control = self.open(block_type, loop=True)
        control.label.block = start = self.split()
        control.end.used = True  # for who runs the loop in another way, and comes back behind it
        self.body.loops[start] = Loop(self.index, control.stop, around, control.label, control.end)

    def rule_if(self, block_type: Any) -> None:
        self.height -= 1
        control = self.open(block_type)
        control.otherwise = Label(control.parameters, control.height)
        then = self.follow()
        self.finish(exits.if_(then, control.otherwise))
        self.later(then)

    def rule_else(self) -> None:
        control = self.controls[-1]
        if self.reachable:
            self.finish(exits.br(exits.transfer(control.end, self.height)))
        otherwise = self.follow()
        if control.otherwise is not None:
            control.otherwise.block = otherwise
        control.otherwise = None
        control.stop = self.body.parts[self.index]
        self.height = control.height + control.parameters
        self.later(otherwise)

    def rule_try_table(self, block_type: Any, catches: tuple[Catch, ...]) -> None:
        labels = [self.controls[-1 - catch.label].label for catch in catches]
        for label in labels:
            label.used = True
        self.open(block_type)
        clauses = (Handler(catch.tag, catch.reference, label) for catch, label in zip(catches, labels, strict=True))
        self.handlers = (*clauses, *self.handlers)
        self.split()

    def rule_end(self) -> None:
        control = self.controls.pop()
        if not self.controls:
            self.end_body(control.end)
            return
        left_try = self.handlers is not control.handlers
        self.handlers = control.handlers
        if control.end.used or control.otherwise is not None or (left_try and self.reachable):
            self.join(control)
        if self.reachable:
            self.height = control.height + control.end.arity

    def join(self, control: Control) -> None:
        """Start the block behind an `end` that branches lead to, or that other handlers hold for."""
        following = self.follow()
        control.end.block = following
        if control.otherwise is not None:  # an if without else
            control.otherwise.block = following
        self.height = control.height + control.end.arity
        if self.reachable:
            self.finish(exits.fall_through(following))
            self.start(following)
        else:
            self.later(following)

    def end_body(self, end: Label) -> None:
        """The end of the body returns, whether it is reached or branched to."""
        last = Block((), exit=exits.return_(self.results), exit_index=self.index)
        end.block = last
        if self.reachable:
            self.finish(exits.fall_through(last))
        self.reachable = False

    # Branches

    def rule_unreachable(self) -> None:
        self.finish(exits.unreachable)

    def rule_br(self, depth: int) -> None:
        self.finish(exits.br(self.transfer(depth)))

    def rule_br_if(self, depth: int) -> None:
        self.height -= 1
        following = self.follow()
        self.finish(exits.br_if(self.transfer(depth), following))
        self.later(following)

    def rule_br_table(self, depths: tuple[int, ...]) -> None:
        self.height -= 1
        self.finish(exits.br_table([self.transfer(depth) for depth in depths]))

    def rule_return(self) -> None:
        self.finish(exits.return_(self.results))

    def rule_br_on_null(self, depth: int) -> None:
        following = self.follow()
        self.height -= 1
        self.finish(exits.br_on_null(self.transfer(depth), following))
        self.height += 1
        self.later(following)

    def rule_br_on_non_null(self, depth: int) -> None:
        following = self.follow()
        self.finish(exits.br_on_non_null(self.transfer(depth), following))
        self.height -= 1
        self.later(following)

    def rule_br_on_cast(self, cast: Cast) -> None:
        self.branch_on_cast(cast, on=True)

    def rule_br_on_cast_fail(self, cast: Cast) -> None:
        self.branch_on_cast(cast, on=False)

    def branch_on_cast(self, cast: Cast, *, on: bool) -> None:
        following = self.follow()
        self.finish(exits.br_on_cast(cast, self.transfer(cast.label), following, on=on))
        self.later(following)

    # Calls

    def call(self, callee: exits.Callee, type_: t.FunctionType, popped: int = 0) -> None:
        """`popped` operands say what is called."""
        following = self.follow()
        self.finish(exits.call(callee, len(type_.parameters), following))
        self.height += len(type_.results) - len(type_.parameters) - popped
        self.start(following)

    def function_type(self, type_index: int) -> t.FunctionType:
        return self.context.function_type(type_index)

    def called(self, index: int) -> t.FunctionType:
        return t.function_type_of(self.context.functions[index])

    def rule_call(self, index: int) -> None:
        self.call(exits.direct(index), self.called(index))

    def rule_call_ref(self, type_index: int) -> None:
        self.call(exits.referenced, self.function_type(type_index), popped=1)

    def rule_call_indirect(self, type_index: int, table: int) -> None:
        self.call(exits.indirect(type_index, table), self.function_type(type_index), popped=1)

    def rule_return_call(self, index: int) -> None:
        self.finish(exits.return_call(exits.direct(index), len(self.called(index).parameters)))

    def rule_return_call_ref(self, type_index: int) -> None:
        self.finish(exits.return_call(exits.referenced, len(self.function_type(type_index).parameters)))

    def rule_return_call_indirect(self, type_index: int, table: int) -> None:
        callee = exits.indirect(type_index, table)
        self.finish(exits.return_call(callee, len(self.function_type(type_index).parameters)))

    # Exceptions

    def rule_throw(self, tag: int) -> None:
        self.finish(exits.throw(tag, len(self.context.tag(tag).parameters)))

    def rule_throw_ref(self) -> None:
        self.finish(exits.throw_ref)

    # Instructions whose types depend on their operands

    def rule_drop(self) -> None:
        self.step(steps.drop, -1)

    def rule_select(self) -> None:
        self.step(steps.select, -2)

    def rule_ref_is_null(self) -> None:
        self.step(_ref_is_null, 0)

    def rule_ref_as_non_null(self) -> None:
        self.step(_ref_as_non_null, 0)

    def rule_any_convert_extern(self) -> None:
        """External and internal references have one representation. Spec: exec/instructions#exec-any-convert-extern"""

    def rule_extern_convert_any(self) -> None:
        """Spec: exec/instructions#exec-extern-convert-any"""


def _ref_is_null(stack: Stack, frame: Frame) -> None:
    """Spec: exec/instructions#exec-ref-is-null"""
    stack[-1] = int(stack[-1] is None)


def _ref_as_non_null(stack: Stack, frame: Frame) -> None:
    """Spec: exec/instructions#exec-ref-as-non-null"""
    if stack[-1] is None:
        raise Trap("null reference")

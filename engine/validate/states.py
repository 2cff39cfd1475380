"""The automaton of validation: what is known of the stacks before an instruction, and where each symbol leads.

A State is the specification's value stack and control stack at once, immutable and interned. It is also a dict:
`state[symbol]` is the state behind the next instruction, worked out by the symbol's rule when it is first asked for,
and remembered. So an instruction costs one look-up once its like was met before. The names are those of the algorithm
in the specification. Spec: appendix/algorithm. This module knows no instruction; their rules are in `rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from quire.engine import matching
from quire.engine import types as t
from quire.engine.errors import Invalid

Types = tuple[t.ValueType, ...]

MAXIMUM_OPERANDS = 1_000_000  # of a function: a limit of ours, or calls with many results could eat the host's memory
MEMO_SIZE = 200_000  # states and operands that are remembered before all of them are forgotten


Finding = t.OperandType | tuple[t.OperandType, ...] | str | None


class Mismatch(Invalid):
    """Operands of other types than expected. What was expected and found are types, words, or None for nothing."""

    def __init__(self, expected: Finding, found: Finding, where: str = "") -> None:
        super().__init__("type mismatch")
        self._expected, self._found, self._where = expected, found, where
        self.tell(lambda type_: type_)

    def tell(self, write: Callable[[t.OperandType], t.OperandType]) -> None:
        """Say it, with closed types as `write` has them."""
        self.detail = f"expects {_shown(self._expected, write)}{self._where}, found {_shown(self._found, write)}"


def _shown(finding: Finding, write: Callable[[t.OperandType], t.OperandType]) -> str:
    match finding:
        case None:
            return "nothing"
        case str():
            return finding
        case tuple():
            return f"[{' '.join(str(write(each)) for each in finding)}]"
    return str(write(finding))


class Operands:
    """The operand stack of a control frame: its topmost type and the stack below. Interned, so equal means identical.

    At the bottom stands one of two bases, which are their own `below`: the empty one, whose type is None, and the
    polymorphic one of unreachable code, from which bottoms can be popped forever.
    """

    __slots__ = ("below", "height", "pool", "type")

    def __init__(self, pool: Pool, below: Operands | None, type_: t.OperandType | None) -> None:
        self.pool = pool
        self.below: Operands = self if below is None else below
        self.height: int = 0 if below is None else below.height + 1
        self.type = type_

    @property
    def is_base(self) -> bool:
        return self.below is self

    def push_val(self, type_: t.OperandType) -> Operands:
        key = (self, type_)
        pushed = self.pool.get(key)
        if pushed is None:
            pushed = self.pool[key] = Operands(self.pool, self, type_)
        return pushed

    def push_vals(self, types: Iterable[t.OperandType]) -> Operands:
        operands = self
        for type_ in types:
            operands = operands.push_val(type_)
        return operands

    def pop(self) -> tuple[t.OperandType, Operands]:
        """The topmost type, whatever it is, and the rest. Raises Invalid on an empty stack."""
        if self.type is None:
            raise Mismatch("an operand", None)
        return self.type, self.below

    def pop_val(self, expected: t.OperandType) -> Operands:
        """Raises Invalid unless the topmost type matches."""
        actual = self.type
        if actual is not expected and (actual is None or not matching.matches_value(actual, expected)):
            raise Mismatch(expected, actual)
        return self.below

    def pop_vals(self, expected: Types) -> Operands:
        operands = self
        for type_ in reversed(expected):
            operands = operands.pop_val(type_)
            if operands.is_base and operands.type is t.BOTTOM:
                break  # it stays so, however many are popped
        return operands

    def pop_ref(self) -> tuple[t.ReferenceType, Operands]:
        """Raises Invalid unless the topmost type is a reference; the bottom type is one, to the bottom heap type."""
        actual, rest = self.pop()
        if actual is t.BOTTOM:
            return t.ReferenceType(False, t.BOTTOM_HEAP), rest
        if not isinstance(actual, t.ReferenceType):
            raise Mismatch("a reference", actual)
        return actual, rest

    def top(self, count: int) -> list[t.OperandType]:
        """The topmost `count` types, or as many as there are, the topmost last."""
        found: list[t.OperandType] = []
        operands = self
        while len(found) < count and operands.type is not None:
            found.append(operands.type)
            operands = operands.below
        return found[::-1]


Pool = dict[tuple[Operands, t.OperandType], Operands]


class ControlFrame:
    """A structured instruction that is open. Interned.

    `else_types` is None unless this is an `if` without `else` so far: the types that an `else` starts with. `outer` is
    the state that stood before the instruction, its operands taken; `height` counts the operands below. `jump` leads to
    a frame further out: label n is found in logarithmic time (Myers, "An applicative random-access stack").
    """

    __slots__ = ("depth", "else_types", "end_types", "height", "jump", "label_types", "outer")

    def __init__(self, outer: State, label_types: Types, end_types: Types, else_types: Types | None) -> None:
        self.outer = outer
        self.label_types = label_types
        self.end_types = end_types
        self.else_types = else_types
        around = outer.frame
        self.height: int = 0 if around is None else around.height + outer.operands.height
        self.depth: int = 0 if around is None else around.depth + 1
        self.jump: ControlFrame = self if around is None else _jump_above(around)

    def label(self, index: int) -> ControlFrame:
        """The frame whose label has this index. Raises Invalid where there is none."""
        depth = self.depth - index
        if depth < 0:
            raise Invalid(f"unknown label {index}", f"labels 0 to {self.depth} are in scope")
        frame = self
        while frame.depth > depth:
            around = frame.outer.frame
            frame = frame.jump if around is None or frame.jump.depth >= depth else around
        return frame


def _jump_above(frame: ControlFrame) -> ControlFrame:
    """Where the jump of the next frame inside `frame` leads."""
    near, far = frame.jump, frame.jump.jump
    return far if frame.depth - near.depth == near.depth - far.depth else frame


class State(dict["Symbol", "State"]):
    """What is known between two instructions, and the states behind each symbol that was met here.

    `initialised` is a set of locals as bits: those that have no default and were set.
    Spec: valid/conventions#local-types
    """

    __slots__ = ("automaton", "frame", "initialised", "operands")
    frame: ControlFrame | None

    def __init__(
        self, automaton: Automaton, frame: ControlFrame | None, operands: Operands, initialised: int = 0
    ) -> None:
        self.automaton = automaton
        self.frame = frame
        self.operands = operands
        self.initialised = initialised

    def __missing__(self, symbol: Symbol) -> State:
        state = self[symbol] = symbol.step(self)
        return state

    @property
    def control(self) -> ControlFrame:
        """The innermost frame. Raises Invalid behind the end of the function."""
        if self.frame is None:
            raise Invalid("unexpected instruction", "behind the end of the function")
        return self.frame

    def with_operands(self, operands: Operands) -> State:
        return self.automaton.state(self.frame or self.control, operands, self.initialised)

    def with_local(self, index: int) -> State:
        """This state with a local initialised."""
        return self.automaton.state(self.control, self.operands, self.initialised | 1 << index)

    def apply(self, parameters: Types, results: Types) -> State:
        """The state behind an instruction of this type."""
        return self.with_operands(self.operands.pop_vals(parameters).push_vals(results))

    def unreachable(self) -> State:
        """The state behind an instruction that never completes."""
        return self.with_operands(self.automaton.polymorphic)

    def label(self, index: int) -> ControlFrame:
        return self.control.label(index)

    @property
    def return_types(self) -> Types:
        """The results of the function."""
        return self.label(self.control.depth).label_types

    def push_ctrl(
        self, start_types: Types, end_types: Types, label_types: Types, else_types: Types | None = None
    ) -> State:
        """The first state inside a structured instruction; `self` has its parameters popped."""
        return self.automaton.enter(self, start_types, end_types, label_types, else_types)

    def pop_ctrl(self) -> ControlFrame:
        """The innermost frame, whose end is reached. Raises Invalid unless just its results are on the stack."""
        rest = self.operands.pop_vals(self.control.end_types)
        if not rest.is_base:
            raise Mismatch("nothing below its results", rest.type)
        return self.control

    def leave(self, results: Types) -> State:
        """This state, outside a structured instruction, behind the end of it."""
        return self if self.frame is None else self.apply((), results)


Rule = Callable[..., State]


class Symbol:
    """What the instructions share that lead from equal states to equal states: a rule and its arguments. Interned."""

    __slots__ = ("arguments", "rule")

    def __init__(self, rule: Rule, arguments: tuple[Any, ...]) -> None:
        self.rule = rule
        self.arguments = arguments

    def step(self, state: State) -> State:
        """The state behind the instruction. Raises Invalid."""
        return self.rule(state, *self.arguments)

    def forget(self) -> None:
        """Drop what was remembered."""


class PlainSymbol(Symbol):
    """The symbol of the instructions that take some operands and give others, whatever frame they stand in.

    It remembers what each operand stack becomes, since many states share one.
    """

    __slots__ = ("_memo",)

    def __init__(self, signature: t.FunctionType) -> None:
        super().__init__(State.apply, (signature.parameters, signature.results))
        self._memo: dict[Operands, Operands] = {}

    def step(self, state: State) -> State:
        before = state.operands
        behind = self._memo.get(before)
        if behind is None:
            parameters, results = self.arguments
            behind = self._memo[before] = before.pop_vals(parameters).push_vals(results)
        return state.with_operands(behind)

    def forget(self) -> None:
        self._memo.clear()


class Automaton:
    """The states of one module's functions, made when they are first reached.

    The memo is bounded: when it is full everything is forgotten but what the current state holds.
    """

    def __init__(self) -> None:
        self._pool: Pool = {}
        self._frames: dict[tuple[int, Types, Types, Types | None], ControlFrame] = {}
        self._states: dict[tuple[ControlFrame, Operands, int], State] = {}
        self._starts: dict[object, State] = {}
        self._symbols: dict[object, Symbol] = {}
        self._bits = 0  # of all the sets of initialised locals
        self.empty = Operands(self._pool, None, None)
        self.polymorphic = Operands(self._pool, None, t.BOTTOM)
        self.outside = State(self, None, self.empty)

    def state(self, frame: ControlFrame, operands: Operands, initialised: int) -> State:
        """Raises Invalid for more operands than our limit."""
        key = (frame, operands, initialised)
        state = self._states.get(key)
        if state is None:
            if frame.height + operands.height > MAXIMUM_OPERANDS:
                raise Invalid("too many operands", f"the limit is {MAXIMUM_OPERANDS}")
            self._bits += initialised.bit_length()
            if len(self._states) + len(self._pool) + self._bits // 1024 > MEMO_SIZE:
                self.forget()
            state = self._states[key] = State(self, frame, operands, initialised)
        return state

    def symbol(self, rule: Rule, *arguments: Any) -> Symbol:
        """The one symbol of a rule with these arguments."""
        key = (rule, arguments)
        symbol = self._symbols.get(key)
        if symbol is None:
            symbol = self._symbols[key] = Symbol(rule, arguments)
        return symbol

    def plain(self, signature: t.FunctionType) -> Symbol:
        """The one symbol of all plain instructions of a type."""
        symbol = self._symbols.get(signature)
        if symbol is None:
            symbol = self._symbols[signature] = PlainSymbol(signature)
        return symbol

    def enter(
        self, outer: State, start_types: Types, end_types: Types, label_types: Types, else_types: Types | None
    ) -> State:
        """The first state of a new frame inside `outer`."""
        key = (id(outer), end_types, label_types, else_types)  # the frame keeps `outer`, hence its id, alive
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = ControlFrame(outer, label_types, end_types, else_types)
        return self.state(frame, self.empty.push_vals(start_types), outer.initialised)

    def start(self, type_: t.DefinedType | t.ValueType, results: Types) -> State:
        """The first state of a function or expression of a type; its last `end` leads to `outside`."""
        state = self._starts.get(type_)
        if state is None:
            state = self._starts[type_] = self.enter(self.outside, (), results, results, None)
        return state

    def forget(self) -> None:
        """Drop all that was remembered. States that are still in use stay valid."""
        for state in self._states.values():
            state.clear()
        for symbol in self._symbols.values():
            symbol.forget()
        self._states.clear()
        self._starts.clear()
        self._frames.clear()
        self._pool.clear()
        self._bits = 0

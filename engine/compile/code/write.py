"""Statements and ends of blocks as lines of Python. What is the same however the control flow is written."""

from __future__ import annotations

from collections.abc import Callable

from quire.engine import types as t
from quire.engine.compile.analysis import facts
from quire.engine.compile.analysis.intervals import learn
from quire.engine.compile.code.source import Line, Lines, Reload, Suite
from quire.engine.compile.expressions.special import indirect, referenced
from quire.engine.compile.expressions.translate import Translator, condition_text
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.interface import Spot
from quire.engine.instructions.expressions import NAN, OFTEN, SUM, UNARY, Value, canon, number, opposite

CAUGHT = "caught"  # the exception that a handler got


class Writer:
    """Writes the blocks of one function. `keeps` tells what leaves the bytes of memories where they are."""

    def __init__(
        self, translator: Translator, states: dict[n.Block, facts.State], keeps: Callable[[n.Expression], bool]
    ) -> None:
        self.translator = translator
        self.states = states
        self.keeps = keeps

    def spots(self) -> tuple[Spot, ...]:
        """What the expressions translated since the last time may trap at."""
        spots = self.translator.spots
        if not spots:
            return ()
        self.translator.spots = []
        return tuple(spots)

    def statements(self, block: n.Block) -> tuple[Lines, facts.State]:
        """The lines of a block's statements, and the state behind them."""
        state = dict(self.states.get(block, {}))
        lines: Lines = []
        stale = False  # whether code ran that may have given memories other bytes
        for statement in block.statements:
            if isinstance(statement, n.Catching):
                value, stale = None, True
                lines += self.catching(statement)
            else:
                if stale and uses_memory(statement.value):
                    lines.append(Reload())
                    stale = False
                value = self.translator.value(statement.value, state)
                lines += self.assigned(statement, value)
                stale = stale or not self.keeps(statement.value)
            learn(state, statement, value, self.translator.sizes)
        if stale and not ends_without_memory(block):
            lines.append(Reload())
        return lines, state

    def catching(self, statement: n.Catching) -> Lines:
        lines: Lines = []
        if statement.values:
            lines.append(Line(f"{', '.join(statement.values)}, = {CAUGHT}.values"))
        if statement.reference is not None:
            lines.append(Line(f"{statement.reference} = {CAUGHT}"))
        return lines

    def assigned(self, statement: n.Assign, value: Value) -> Lines:
        spots = self.spots()
        if len(statement.targets) != 1:
            left = f"{', '.join(statement.targets)} = " if statement.targets else ""
            return [Line(text, spots) for text in (left + value.text).split("\n")]
        (name,), (type_,) = statement.targets, statement.types
        limits = facts.WHOLE.get(type_)
        if limits is not None:
            if self.waits(name, statement, value):
                return [Line(f"{name} = {number(value).text}", spots)]
            return self.integer(name, number(value), limits[1], spots)
        lines: Lines = [] if value.text == name else [Line(f"{name} = {value.text}", spots)]
        if rounds(statement.value):
            lines = [Line(f"F[0] = {value.text}", spots), Line(f"{name} = F[0]")]
        return lines + self.canonical(name) if value.loose and name not in self.translator.loose else lines

    def waits(self, name: str, statement: n.Assign, value: Value) -> bool:
        """Whether a variable may have a sum as it is: its own, which grows, or one that is where it is to be."""
        ends = self.translator.waiting.get(name)
        return ends is not None and (name in statement.value.reads or value.within(*ends))

    def canonical(self, name: str) -> Lines:
        """The NaN of a variable that cannot wait is made canonical."""
        return [Line(f"if {name} != {name}:"), Suite([Line(f"{name} = {NAN}")])]

    def integer(self, name: str, value: Value, mask: int, spots: tuple[Spot, ...]) -> Lines:
        """A variable gets the unsigned reading: by a test and a mask where the value is seldom out of range."""
        if value.within(0, mask):
            return [] if value.text == name else [Line(f"{name} = {value.text}", spots)]
        narrow = mask < 1 << 32
        often = value.addend is not None and abs(value.addend[1]) > mask >> 2  # out of range, that is
        if not often and value.binding in (SUM, UNARY) and value.within(-mask - 1, (OFTEN if narrow else 2) * mask + 1):
            if value.low < 0:
                test = f"{name} < 0" if value.high <= mask else f"not 0 <= {name} <= {mask:#x}"
            else:
                test = f"{name} > {0x3FFFFFFF if narrow else mask:#x}"
            return [Line(f"{name} = {value.text}", spots), Line(f"if {test}:"), Suite([Line(f"{name} &= {mask:#x}")])]
        return [Line(f"{name} = {canon(value, mask).text}", spots)]

    def end(self, block: n.Block, state: facts.State) -> Lines:
        """An end after which nothing comes."""
        match block.end:
            case n.Return(values):
                texts = [self.translator.canonical(each, self.translator.value(each, state)) for each in values]
                return [Line(f"return {', '.join(texts)}".rstrip(), self.spots())]
            case n.Stop(operation):
                return self.stop(operation, state)
        return []

    def stop(self, operation: n.Operation, state: facts.State) -> Lines:
        translator, name = self.translator, n.mnemonic(operation)
        values = [translator.value(each, state) for each in operation.operands]
        texts = translator.arguments(operation, values)
        if name in TAIL_CALLS:
            return self.tail_call(operation, values, texts)
        translator.spots.append(Spot(operation.index, None))
        if name == "throw":
            carried = f"({', '.join(texts)},)" if texts else "()"
            text = f"raise Thrown(Exception_(TAG{n.immediates(operation)[0]}, {carried}))"
        elif name == "throw_ref":
            text = f"raise thrown_again({texts[0]})"
        else:
            text = 'raise Trap("unreachable")'
        return [Line(text, self.spots())]

    def tail_call(self, operation: n.Operation, values: list[Value], texts: list[str]) -> Lines:
        """Hand the call to the trampoline around the function: what is called, and the arguments."""
        translator, name = self.translator, n.mnemonic(operation)
        if name == "return_call":
            translator.spots.append(Spot(operation.index, None))
            callee = f"b{n.immediates(operation)[0]}"
        else:
            texts.pop()
            find = indirect if name == "return_call_indirect" else referenced
            callee = find(translator, operation, values, "tail")
        arguments = f"{', '.join(texts)}," if texts else ""
        return [Line(f"return [{callee}, ({arguments})]", self.spots())]

    def condition(self, expression: n.Expression, state: facts.State) -> tuple[str, str, tuple[Spot, ...]]:
        """A condition and its opposite."""
        value = self.translator.value(expression, state)
        spots = self.spots()
        text = condition_text(value, expression)
        if value.truth:
            return value.text, opposite(value), spots
        return text, f"not ({text})" if " " in text else f"not {text}", spots


def uses_memory(expression: n.Expression) -> bool:
    """Whether the code of an expression may read or write the bytes of a memory by itself. What it calls looks anew."""
    if isinstance(expression, n.Operation) and expression.effects & n.CALLS:
        return expression.instruction.row.access is not None or any(map(uses_memory, expression.operands))
    return bool(expression.effects & n.MEMORY)


def ends_without_memory(block: n.Block) -> bool:
    """Whether a block leaves the function without a look at the bytes of a memory."""
    match block.end:
        case n.Return(values):
            return not any(map(uses_memory, values))
        case n.Stop(operation):
            return not uses_memory(operation)
    return False


TAIL_CALLS = ("return_call", "return_call_ref", "return_call_indirect")


def rounds(expression: n.Expression) -> bool:
    """Whether a value is still to be rounded to an f32."""
    if not isinstance(expression, n.Operation):
        return False
    template = expression.instruction.row.template
    return template is not None and template.rounds


def default(type_: t.ValueType) -> str:
    """The first value of a local, as a literal. Spec: exec/runtime#default-values"""
    if isinstance(type_, t.ReferenceType):
        return "None"
    return "0.0" if type_ in (t.F32, t.F64) else "0"

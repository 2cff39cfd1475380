"""Reading instructions, folded and flat, into expressions. Spec: text/instructions

Nesting costs no Python stack: what is open stands in a list. Knows the forms of immediates and the scope of a module;
no module fields.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from quire.engine import types as t
from quire.engine.errors import Malformed
from quire.engine.module import Expression, Instruction
from quire.wat.cursor import Cursor
from quire.wat.lexer import TokenPlaces
from quire.wat.literals import shortened
from quire.wat.names import identifier_key, key_name
from quire.wat.scope import SPACES, Scope
from quire.wat.type_reader import TypeReader

if TYPE_CHECKING:
    from quire.wat.text_format import InstructionForm, TextFormat

BlockType = t.ValueType | int | None


class Structure(Enum):
    """What an instruction does to the nesting. The value is its mnemonic, where only one does it."""

    PLAIN = auto()
    BLOCK = auto()
    IF = "if"
    ELSE = "else"
    END = "end"


class State(Enum):
    """What an open block consists of, and so what ends it."""

    FLAT = "`end`"
    FLAT_IF = "`else` or `end`"
    FOLDED = "`)`"
    CONDITION = "a folded instruction or `(then`"
    THEN = "`)` behind `(then`"
    ELSE = "`)` behind `(else`"


class Block:
    """A block that is open."""

    __slots__ = ("key", "name", "opening", "start", "state")

    def __init__(self, state: State, names: tuple[str | None, str | None], opening: Instruction, start: int) -> None:
        self.state = state
        self.key, self.name = names  # of its identifier; its name, where an annotation has it
        self.opening = opening
        self.start = start  # the number of its token


Operands = tuple[Instruction, int]  # a folded instruction that stands behind its operands, and the number of its token


class Labels:
    """The labels around an instruction, and the names of all that a function has. Spec: text/instructions#labels"""

    __slots__ = ("_around", "_count", "_depths", "names")

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self._around: list[str | None] = [None]  # keys of the identifiers; the outermost is the function's own
        self._depths: dict[str, list[int]] = {}
        self._count = 0

    def enter(self, key: str | None, name: str | None) -> None:
        if key is not None:
            self._depths.setdefault(key, []).append(len(self._around))
            self.names[self._count] = key_name(key)
        if name is not None:
            self.names[self._count] = name
        self._around.append(key)
        self._count += 1

    def leave(self) -> None:
        key = self._around.pop()
        if key is not None:
            self._depths[key].pop()

    def find(self, key: str) -> int | None:
        """How many labels stand between the instruction and that of the identifier."""
        depths = self._depths.get(key)
        return len(self._around) - 1 - depths[-1] if depths else None


class InstructionReader(TypeReader):
    """A cursor that reads expressions. Every reader raises Malformed."""

    __slots__ = ("_emitted", "_ends", "_forms", "_frames", "labels", "starts")

    def __init__(self, cursor: Cursor, scope: Scope, text_format: TextFormat) -> None:
        super().__init__(cursor, scope, text_format.memory_attributes)
        self._forms = text_format.instructions
        self._ends = text_format.ends
        self._frames: list[Block | Operands] = []
        self._emitted: list[Instruction] = []
        self.starts: list[int] = []  # the number of the token of each instruction of the last expression
        self.labels = Labels()

    # Immediates

    def label(self) -> int:
        """Takes the index of a label. Spec: text/instructions#labels"""
        token = self.tokens[self.position]
        key = identifier_key(token) if token.startswith("$") else None
        if key is None:
            return self.natural(32, "a label")
        depth = self.labels.find(key)
        if depth is None:
            raise self.malformed("unknown label", shortened(token))
        self.position += 1
        return depth

    def field(self, type_index: int) -> int:
        """Takes the index of a field of that type. Spec: text/modules#indices"""
        index = self.scope.field_space(type_index).find(self.tokens[self.position])
        if index is None:
            raise self.unexpected(f"the index of a {SPACES['field']}")
        self.position += 1
        return index

    def block_type(self) -> BlockType:
        """Spec: text/instructions#control-instructions"""
        if self.tokens[self.position] != "(":
            return None
        explicit = self.explicit_type_use()
        parameters = self.declarations("param", named=False)
        results = self.results()
        if explicit is None and not parameters and len(results) <= 1:
            return results[0] if results else None
        function = t.FunctionType(tuple(each.type for each in parameters), results)
        if explicit is None:
            return self.scope.function_type_index(function)
        self.check_inline(explicit, function)
        return explicit

    # Expressions

    def expression(self, *, single: bool = False) -> Expression:
        """Takes instructions up to a `)`; if `single`, one folded instruction. Spec: text/instructions#expressions"""
        self._emitted, self.starts, self._frames, self.labels = [], [], [], Labels()
        if single and self.peek != "(":
            raise self.unexpected("`(`")
        self._sequence(single)
        self._emit(self._ends[Structure.END])
        return Expression(tuple(self._emitted), TokenPlaces(self.source, self.starts))

    def _sequence(self, single: bool) -> None:
        tokens, forms, frames = self.tokens, self._forms, self._frames
        emit, start_at = self._emitted.append, self.starts.append
        while True:
            start = self.position
            token = tokens[start]
            if token == "(":
                form = forms.get(tokens[start + 1])
                if form is None or form.structure is not Structure.PLAIN:
                    self._open_folded(form)
                    continue
                self.position = start + 2
                instruction = form.plain or form.read(self)
                if tokens[self.position] != ")":
                    frames.append((instruction, start + 1))
                    continue
                self.position += 1
                emit(instruction)
                start_at(start + 1)
            elif token == ")":
                if not frames:
                    return
                self._close()
            else:
                form = forms.get(token)
                if frames and not self._flat_is_allowed():
                    raise self.unexpected("`(` or `)`")
                if form is None or form.structure is not Structure.PLAIN:
                    self._flat_structure(form)
                    continue
                self.position = start + 1
                emit(form.plain or form.read(self))
                start_at(start)
            if single and not frames:
                return

    def _emit(self, instruction: Instruction) -> None:
        self._emitted.append(instruction)
        self.starts.append(self.position)

    def _flat_is_allowed(self) -> bool:
        frame = self._frames[-1]
        return isinstance(frame, Block) and frame.state is not State.CONDITION

    def _close(self) -> None:
        """Takes the `)` of what is open."""
        frame = self._frames[-1]
        if isinstance(frame, Block):
            self._close_block(frame)
        else:
            self._frames.pop()
            self._emitted.append(frame[0])
            self.starts.append(frame[1])
            self.position += 1

    # Blocks

    def _read_opening(self, form: InstructionForm) -> tuple[tuple[str | None, str | None], Instruction]:
        """The identifier and name of a block, and its instruction; the cursor stands on its mnemonic."""
        self.position += 1
        names = self.named("label")
        return names, form.read(self)

    def _enter(self, block: Block) -> None:
        self._emitted.append(block.opening)
        self.starts.append(block.start)
        self.labels.enter(block.key, block.name)

    def _open_folded(self, form: InstructionForm | None) -> None:
        """Takes `(` and a block's immediates, or `(then`."""
        self.position += 1
        start, frame = self.position, self._frames[-1] if self._frames else None
        if isinstance(frame, Block) and frame.state is State.CONDITION and self.accept("then"):
            frame.state = State.THEN
            self._enter(frame)
        elif form is not None and form.structure is Structure.IF:
            self._frames.append(Block(State.CONDITION, *self._read_opening(form), start))
        elif form is not None and form.structure is Structure.BLOCK:
            block = Block(State.FOLDED, *self._read_opening(form), start)
            self._frames.append(block)
            self._enter(block)
        else:
            raise self.unexpected("an instruction")

    def _close_block(self, block: Block) -> None:
        if block.state is State.THEN and self.tokens[self.position + 1 : self.position + 3] == ["(", "else"]:
            self.position += 2
            self._emit(self._ends[Structure.ELSE])
            self.position += 1
            block.state = State.ELSE
            return
        if block.state in (State.THEN, State.ELSE):
            self.position += 1
        elif block.state is not State.FOLDED:
            raise self.unexpected(block.state.value)
        if self.peek != ")":
            raise self.unexpected("`)`")
        self._leave()

    def _leave(self) -> None:
        """Takes the token that ends the innermost block."""
        self._emit(self._ends[Structure.END])
        self.position += 1
        self.labels.leave()
        self._frames.pop()

    def _flat_structure(self, form: InstructionForm | None) -> None:
        """Takes the start of a block, an `else` or an `end`."""
        structure = None if form is None else form.structure
        frame = self._frames[-1] if self._frames else None
        if form is not None and structure in (Structure.BLOCK, Structure.IF):
            start, state = self.position, State.FLAT_IF if structure is Structure.IF else State.FLAT
            block = Block(state, *self._read_opening(form), start)
            self._frames.append(block)
            self._enter(block)
        elif structure is Structure.ELSE and isinstance(frame, Block) and frame.state is State.FLAT_IF:
            frame.state = State.FLAT
            self._emit(self._ends[Structure.ELSE])
            self.position += 1
            self._check_label(frame)
        elif structure is Structure.END and isinstance(frame, Block) and frame.state in (State.FLAT, State.FLAT_IF):
            self._leave()
            self._check_label(frame)
        else:
            raise self.unexpected("an instruction")

    def _check_label(self, block: Block) -> None:
        """Takes the identifier behind `else` or `end`, which is that of the block."""
        token, key = self.peek, self.identifier()
        if key not in (None, block.key):
            raise Malformed("mismatching label", shortened(token), self.source.place(self.position - 1))

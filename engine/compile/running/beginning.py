"""The first calls of a function, and the first turns of its loops: run as the reference tier runs them, while writing
them as Python would take longer.

A function that is called often is written whole; a loop that turns often is written alone (`outline.py`), and the code
around it goes on here. Calls out of such a function are those of the fast tier, so that each function may be at its
beginning or behind it. Fuel and depth are not counted here: code that must count them is written at once. Knows neither
how code is generated nor what names it has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, NoReturn

from quire.engine.compile.interface import RETURNED
from quire.engine.errors import Site
from quire.engine.interpret.exits import Block, Label, target
from quire.engine.interpret.machine import Activation, Machine
from quire.engine.interpret.prepare import Code, Loop, Steps, prepare
from quire.engine.runtime.function import Function, WasmFunction
from quire.engine.runtime.instance import Instance
from quire.engine.runtime.objects import ExceptionReference, GuestException

MOST = 64  # calls at a time: each takes several frames of Python, of which there are not many to spare
LONGER = 20  # times as many calls, of a function most of which is a loop that is written
LARGE = 3000  # instructions
CALL = 25  # instructions that take as long to run as a call itself
WIDER = 4  # times as long as a loop is one around it, or the function, that is written in its place, at most
AGAIN = 3  # calls of a function behind which another one is to be expected
WRITTEN_AT_ONCE = frozenset({"try_table", "return_call", "return_call_indirect", "return_call_ref"})
"""What needs to know of other frames."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How many calls of a function, and how many turns of a loop, are run before it is written.

    One instruction takes some 0.2 us to run and 15 us to write, and a call as long as to run CALL of them: so a short
    function is called less often. Of one that is LARGE most is never run: so it is called more often. One that has a
    loop and no more than `small` instructions is written at once: that hardly takes longer than the turns would, while
    to write one loop after the other does.
    """

    calls: int = 50
    turns: int = 150
    small: int = 100

    def allows(self, function: WasmFunction) -> bool:
        """Whether the first calls of a function are run at all."""
        body = function.definition.body
        mnemonics = {row.mnemonic for row in body.rows}
        return WRITTEN_AT_ONCE.isdisjoint(mnemonics) and ("loop" not in mnemonics or len(body) > self.small)

    def calls_of(self, function: WasmFunction) -> int:
        length = len(function.definition.body.instructions)
        return ceil(self.calls * length / (length + CALL)) * (1 + length // LARGE)

    def turns_of(self, loop: Loop) -> int:
        return self.turns * (1 + (loop.last - loop.first) // LARGE)


class Beginners:
    """The beginnings of the functions of one instance. `find` gives the code of a function as an instance calls it,
    `write` that of a loop; `has_code` says of a function, or of a loop, that its code is at hand without being written.
    """

    def __init__(self, patience: Patience, find: Find, write: Write, has_code: HasCode) -> None:
        self.patience = patience
        self.find = find
        self.write = write
        self.has_code = has_code
        self.steps: Steps = {}
        self.beginnings: dict[int, Beginning | None] = {}  # of the functions that were called, by index
        self.running = 0

    def of(self, function: WasmFunction) -> Beginning | None:
        """How a call of a function is run; None where its code is to be written."""
        if self.running >= MOST:
            return None
        index = function.index
        if index not in self.beginnings:
            begins = self.patience.allows(function) and not self.has_code(function, None)
            self.beginnings[index] = Beginning(function, self) if begins else None
        found = self.beginnings[index]
        if found is not None and found.is_over:
            found = self.beginnings[index] = None  # it is large
        return found


Find = Callable[[Function, Instance], Callable[..., Any]]
Write = Callable[[WasmFunction, Loop], Callable[..., Any]]
HasCode = Callable[[WasmFunction, "Loop | None"], bool]


class Beginning:
    """The first calls of one function."""

    __slots__ = ("beginners", "calls", "code", "deferred", "function", "most", "soon", "turns", "written")

    def __init__(self, function: WasmFunction, beginners: Beginners) -> None:
        self.function = function
        self.beginners = beginners
        self.code: Code = prepare(function, beginners.steps)
        self.calls = 0
        self.most = beginners.patience.calls_of(function)
        self.soon = False  # whether it is to be written at the next call, however few there were
        self.turns: dict[Block, int] = {}  # that are left of each loop that started
        self.deferred: set[Block] = set()  # the loops that are to be written with what is around them
        self.written: dict[Block, Callable[..., Any]] = {}

    @property
    def is_over(self) -> bool:
        """Whether the next call is of code that is to be written for it."""
        return self.soon or self.calls >= self.most

    def run(self, arguments: Sequence[Any]) -> Any:
        """One call: None, one value, or a tuple."""
        self.calls += 1
        self.beginners.running += 1
        try:
            results = Once(self).run_alone(Call(self.function, self.code, arguments, None))
        finally:
            self.beginners.running -= 1
        return tuple(results) if len(results) > 1 else results[0] if results else None

    def loop(self, start: Block) -> Callable[..., Any] | None:
        """The code of a loop that starts another turn, if it has some by now."""
        code = self.written.get(start)
        if code is None:
            left = self.turns.get(start)
            if left is None:
                left = self.patience_for(self.code.loops[start])
            if left:
                self.turns[start] = left - 1
                return None
            code = self.write(start, self.code.loops[start])
        return code

    def patience_for(self, loop: Loop) -> int:
        """How many turns a loop runs here."""
        beginners = self.beginners
        return 0 if beginners.has_code(self.function, loop) else beginners.patience.turns_of(loop)

    def write(self, start: Block, loop: Loop) -> Callable[..., Any] | None:
        """The code of a loop, unless that is not known yet and is to be written with what is around it."""
        known = self.beginners.has_code(self.function, loop)
        if not known and start not in self.deferred and self.defer(loop):
            self.deferred.add(start)
            self.turns[start] = self.beginners.patience.turns_of(loop)
            return None
        self.soon = self.soon and start not in self.deferred  # it turns too often to wait for the next call
        code = self.written[start] = self.beginners.write(self.function, loop)
        if 2 * (loop.last - loop.first) > len(self.function.definition.body.instructions):
            self.most *= LONGER
        return code

    def defer(self, loop: Loop) -> bool:
        """Leave a loop to what is around it, if that is to be written instead: a loop, when it turns once more, or the
        function, when it is called once more, if nothing of it is written. Whether it is so; then this one turns as
        often again.
        """
        around = self.around(loop)
        if around is not None:
            self.turns[around] = 0
            return True
        length = len(self.function.definition.body.instructions)
        again = self.calls >= AGAIN and not self.written and length <= WIDER * (loop.last - loop.first)
        self.soon = self.soon or again
        return again

    def around(self, loop: Loop) -> Block | None:
        """The start of the loop around a loop, if that turns, too, and is not much longer."""
        found: Block | None = None
        for start, each in self.code.loops.items():  # inner ones come later
            if each.first < loop.first and loop.last < each.last:
                found = start
        if found is None or found in self.written or found not in self.turns:
            return None
        outer = self.code.loops[found]
        turned = self.beginners.patience.turns_of(outer) - self.turns[found]
        return found if turned > 1 and outer.last - outer.first <= WIDER * (loop.last - loop.first) else None


class Call(Activation):
    """A call under way: the frame of a function which nobody else waits for.

    It is `leaving` while an exit of a block runs, thus also while it waits for what it called; `looping` while a loop
    of its own runs as Python, which then has a frame beside this one.
    """

    __slots__ = ("leaving", "looping")

    def __init__(self, function: WasmFunction, code: Code, arguments: Sequence[Any], caller: Activation | None) -> None:
        super().__init__(function, code, arguments, caller)
        self.leaving = self.looping = False

    @property
    def place(self) -> Site:
        """The instruction that runs now."""
        return self.exit_site if self.leaving else self.site


class Once(Machine):
    """One call of one function, whose own calls are calls of Python."""

    __slots__ = ("beginning", "turned")

    def __init__(self, beginning: Beginning) -> None:
        super().__init__(beginning.function.instance.store)
        self.beginning = beginning
        self.turned = False  # whether the block that is next starts a loop once more

    def run_alone(self, call: Call) -> Sequence[Any]:
        """The results. What is raised is explained by whoever was called by the host (`traps.py`)."""
        stack, written = call.stack, self.beginning.written
        block: Block | None = call.block
        while block is not None:
            call.block = block
            call.running = running = iter(block.steps)
            call.leaving = False
            for step in running:
                step(stack, call)
            call.leaving = True
            block = block.exit(self, call, stack)
            if self.turned or block in written:
                block = self.turn(call, block)
        return self.results

    # Loops

    def tick(self) -> None:
        """A branch leads back to the start of a loop. Raises Exhausted where the store is interrupted."""
        super().tick()
        self.turned = True

    def turn(self, call: Call, block: Block | None) -> Block | None:
        """From the start of a loop, which turns or is written, on to what is run here."""
        while block is not None:
            self.turned = False
            code = self.beginning.loop(block)
            if code is None:
                break
            block = self.run_loop(call, self.beginning.code.loops[block], code)
            if not self.turned and block not in self.beginning.written:
                break
        return block

    def run_loop(self, call: Call, loop: Loop, code: Callable[..., Any]) -> Block | None:
        """Run a loop as Python, and go the way that it is left by."""
        call.looping = True
        came = code(*call.locals, *call.stack[loop.label.height :])
        call.looping = False
        way, *values = came if came.__class__ is tuple else (came,)
        if way == RETURNED:
            self.results = values
            return None
        count = len(call.locals)
        call.locals, carried = values[:count], values[count:]
        return self.go(call, [*loop.around, loop.end][way - 1], carried)

    def go(self, call: Call, label: Label, carried: Sequence[Any]) -> Block:
        """To a label around a loop."""
        call.stack[label.height :] = carried
        if label.loop:
            self.tick()
        return target(label)

    # What the exits of blocks ask of a machine

    def enter(self, function: Function, arguments: Sequence[Any], frame: Activation) -> Block | None:
        result = (function.direct or self.beginning.beginners.find(function, frame.instance))(*arguments)
        count = len(function.signature.results)
        if count == 1:
            frame.stack.append(result)
        elif count:
            frame.stack.extend(result)
        return frame.resume

    def leave(self, frame: Activation, results: Sequence[Any]) -> None:
        self.results = results

    def throw(self, exception: ExceptionReference) -> NoReturn:
        raise GuestException(exception)


RUNNING = Once.run_alone.__code__
"""The code of the frames in which first calls run, each with its `Call` as `call`."""

"""The machine: a loop over blocks, and frames in a linked list. A wasm call does not eat Python's stack.

Spec: exec/runtime#stack, exec/instructions#function-calls, #exceptions
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import length_hint
from typing import Any

from quire.engine.errors import Exhausted, Site, Trap
from quire.engine.interpret.exits import Block, Handler, target
from quire.engine.interpret.prepare import Code, prepare
from quire.engine.interpret.steps import Stack, Step
from quire.engine.runtime.frame import Frame
from quire.engine.runtime.function import Function, WasmFunction
from quire.engine.runtime.objects import ExceptionReference, GuestException
from quire.engine.runtime.store import Store

EXHAUSTED = "call stack exhausted"


class Activation(Frame):
    """The frame of a running function: its operand stack, and where it stands."""

    __slots__ = ("block", "callee", "caller", "results", "resume", "running", "stack")

    def __init__(self, function: WasmFunction, code: Code, arguments: Sequence[Any], caller: Activation | None) -> None:
        super().__init__(function.instance, [*arguments, *code.locals])
        self.callee = function
        self.caller = caller
        self.results = code.results
        self.stack: Stack = []
        self.block = self.resume = code.entry  # the block that runs, the one to go on with
        self.running: Iterator[Step] = iter(())  # the steps of the block that are still to come

    @property
    def site(self) -> Site:
        return self.site_of(self.block.indices[len(self.block.steps) - length_hint(self.running) - 1])

    @property
    def exit_site(self) -> Site:
        """The instruction that ends the present block: of a frame that waits, the call."""
        return self.site_of(self.block.exit_index)

    def site_of(self, index: int) -> Site:
        body = self.callee.definition.body
        mnemonic = body.instructions[index].row.mnemonic
        return Site(self.callee.index, self.callee.name, mnemonic, body.places.place(index))


class Interpreter:
    """The reference tier. Has no state of its own: one is as good as another."""

    def invoke(self, function: WasmFunction, arguments: Sequence[Any]) -> tuple[Any, ...]:
        """Run a function of an instance. Raises Trap, Exhausted, GuestException; the host's errors pass through."""
        store = function.instance.store
        depth = store.depth
        try:
            return Machine(store).run(function, arguments)
        finally:
            store.depth = depth

    def entry(self, function: WasmFunction) -> Callable[..., Any]:
        """A function of Python that runs it and gives None, one value, or a tuple."""

        def enter(*arguments: Any) -> Any:
            results = self.invoke(function, arguments)
            return results if len(results) > 1 else results[0] if results else None

        return enter


class Machine:
    """One call from the host, and all that it calls in turn."""

    __slots__ = ("frame", "results", "store")

    def __init__(self, store: Store) -> None:
        self.store = store
        self.frame: Activation | None = None
        self.results: Sequence[Any] = ()

    def run(self, function: WasmFunction, arguments: Sequence[Any]) -> tuple[Any, ...]:
        self.push(function, arguments, None)
        while self.frame is not None:
            try:
                self.run_frame(self.frame, self.frame.resume)
            except GuestException as thrown:  # by a host function
                self.catch(thrown)
        return tuple(self.results)

    def catch(self, thrown: GuestException) -> None:
        """Go on where an exception that came through the host is handled."""
        following = self.throw(thrown.exception)
        if self.frame is not None and following is not None:
            self.frame.resume = following

    def run_frame(self, frame: Activation, block: Block | None) -> None:
        """Run blocks of one frame until another is to run."""
        stack = frame.stack
        while block is not None:
            frame.block = block
            frame.running = running = iter(block.steps)
            try:
                for step in running:
                    step(stack, frame)
            except Trap as trap:
                self.tell(trap, frame.site, frame)
                raise
            except MemoryError:
                raise Exhausted("out of memory", str(frame.site)) from None
            try:
                block = block.exit(self, frame, stack)
            except Trap as trap:
                self.tell(trap, frame.exit_site, frame)
                raise

    def tell(self, trap: Trap, site: Site, frame: Activation) -> None:
        """Write the stack into a trap; one that came through the host brings its own part of it along."""
        sites = [site]
        waiting = frame.caller
        while waiting is not None:
            sites.append(waiting.exit_site)
            waiting = waiting.caller
        if trap.operation and not trap.sites:
            trap.operation = site.mnemonic
        trap.sites = (*trap.sites, *sites)

    def tick(self) -> None:
        """One function entry or loop iteration."""
        store = self.store
        if store.fuel is not None or store.interrupted:
            store.tick()

    # Calls

    def push(self, function: WasmFunction, arguments: Sequence[Any], caller: Activation | None) -> None:
        """Make a frame the running one. Raises Trap when there are too many."""
        code: Code | None = function.prepared
        if code is None:
            code = function.prepared = prepare(function)
        if self.store.depth >= self.store.limits.depth:
            raise Trap(EXHAUSTED, f"{self.store.depth} calls deep")
        self.store.depth += 1
        self.tick()
        self.frame = Activation(function, code, arguments, caller)

    def enter(self, function: Function, arguments: Sequence[Any], frame: Activation) -> Block | None:
        """Call a function; functions of the host and of other tiers run to their end at once."""
        if isinstance(function, WasmFunction) and function.instance.tier is frame.instance.tier:
            self.push(function, arguments, frame)
            return None
        frame.stack.extend(self.call_out(function, arguments, frame))
        return frame.resume

    def call_out(self, function: Function, arguments: Sequence[Any], frame: Activation) -> Sequence[Any]:
        try:
            return function.call(frame.instance, arguments)
        except RecursionError:
            raise Trap(EXHAUSTED, "in a function of the host") from None

    def replace(self, frame: Activation, function: Function, arguments: Sequence[Any]) -> Block | None:
        """Call a function in place of the running one, whose handlers are gone before it starts."""
        self.store.depth -= 1
        if isinstance(function, WasmFunction) and function.instance.tier is frame.instance.tier:
            self.push(function, arguments, frame.caller)
            return None
        self.frame = frame.caller
        self.give_back(self.call_out(function, arguments, frame))
        return None

    def leave(self, frame: Activation, results: Sequence[Any]) -> None:
        """Return to the caller."""
        self.store.depth -= 1
        self.frame = frame.caller
        self.give_back(results)

    def give_back(self, results: Sequence[Any]) -> None:
        """To the frame that runs now or, if there is none, to the host."""
        if self.frame is None:
            self.results = results
        else:
            self.frame.stack.extend(results)

    # Exceptions

    def throw(self, exception: ExceptionReference) -> Block | None:
        """Unwind to the handler of an exception. Raises GuestException where there is none on this machine."""
        frame = started = self.frame
        while frame is not None:
            for handler in frame.block.handlers:
                if handler.tag is None or frame.instance.tags[handler.tag] is exception.tag:
                    return self.resume_at(frame, handler, exception, same=frame is started)
            self.store.depth -= 1
            frame = frame.caller
        self.frame = None
        raise GuestException(exception)

    def resume_at(
        self, frame: Activation, handler: Handler, exception: ExceptionReference, *, same: bool
    ) -> Block | None:
        """Go on in a handler with the values that it asks for; one at the start of a loop is an iteration."""
        if handler.label.loop:
            self.tick()
        del frame.stack[handler.label.height :]
        if handler.tag is not None:
            frame.stack.extend(exception.values)
        if handler.reference:
            frame.stack.append(exception)
        self.frame = frame
        if same:
            return target(handler.label)
        frame.resume = target(handler.label)
        return None

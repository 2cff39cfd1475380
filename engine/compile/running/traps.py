"""Traps of generated code: what an exception of Python on a line meant, told as the reference tier tells it.

A line that may trap lists its instructions with the text of their operands. To explain an exception, the functions of
these instructions are run on the same operands, in order: the first that traps is the one, and says why in full.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from types import CodeType, FrameType, FunctionType, TracebackType
from typing import Any, NamedTuple

from quire.engine.compile.interface import Spot
from quire.engine.compile.running.beginning import RUNNING, Call
from quire.engine.compile.running.world import MARK, Compiled, SiteFrame, callee, site_of
from quire.engine.errors import Crash, Exhausted, Site, Trap
from quire.engine.instructions.row import Kind
from quire.engine.interpret.machine import EXHAUSTED

FAULTS = (IndexError, struct.error, OverflowError, ZeroDivisionError, AttributeError, RecursionError, MemoryError)
"""What generated code raises where the guest traps."""


class Written(NamedTuple):
    """A frame of generated code, and the line that it is at."""

    compiled: Compiled
    frame: FrameType
    line: int

    def spots(self) -> Sequence[Spot]:
        """What may trap there."""
        return self.compiled.at(self.line)

    def calls(self) -> bool:
        """Whether a function is called there, which raises what it likes."""
        return any(spot.operands is None for spot in self.spots())

    def is_replaced(self) -> bool:
        """Whether what the frame calls runs in its place: to the guest, it is not there."""
        instructions = self.compiled.function.definition.body.instructions
        return any(instructions[spot.index].row.mnemonic == "return_call" for spot in self.spots())

    def site(self, spot: Spot | None) -> Site:
        """The site of a spot or, without one, of the call on the line."""
        if spot is None:
            spots = self.spots()
            spot = next((each for each in spots if each.operands is None), spots[-1] if spots else Spot(0, None))
        return site_of(self.compiled.function, spot.index)


class Begun(NamedTuple):
    """A frame in which one of the first calls of a function runs."""

    call: Call
    frame: FrameType

    def spots(self) -> Sequence[Spot]:
        return ()

    def calls(self) -> bool:
        return self.call.leaving

    def is_replaced(self) -> bool:
        return self.call.looping

    def site(self, spot: Spot | None) -> Site:
        return self.call.place


Place = Written | Begun


def places(traceback: TracebackType) -> tuple[list[Place], FrameType | None]:
    """The frames of the guest, outermost first, and the innermost frame of any kind.

    The first frame is that of who asks. What lies behind a further one of that code was explained there.
    """
    found: list[Place] = []
    innermost = None
    at = traceback.tb_next
    while at is not None and at.tb_frame.f_code is not traceback.tb_frame.f_code:
        innermost = at.tb_frame
        place = place_of(innermost, at.tb_lineno)
        if place is not None:
            found.append(place)
        at = at.tb_next
    return found, innermost


def place_of(frame: FrameType, line: int) -> Place | None:
    """Of a frame that is one of the guest's."""
    if frame.f_code is RUNNING:
        return Begun(frame.f_locals["call"], frame)
    world = frame.f_globals.get(MARK)
    compiled = None if world is None else world.compiled.get(frame.f_code)
    return None if compiled is None else Written(compiled, frame, line)


def explain(error: Exception, depth: int) -> Exception:
    """The trap that an exception stands for, with its stack; any other exception as it is.

    To be asked where the exception is caught. `depth` is how deep calls may be nested.
    """
    if error.__traceback__ is None:
        return error
    every, innermost = places(error.__traceback__)
    found = [place for place in every[:-1] if not place.is_replaced()] + every[-1:]
    if isinstance(error, RecursionError):
        ours = innermost is not None and is_ours(innermost)
        trap = Trap(EXHAUSTED, f"{depth} calls deep" if ours else "in a function of the host")
        return located(trap, [place.site(None) for place in reversed(found[:depth])])
    if isinstance(error, MemoryError):
        return Exhausted("out of memory") if is_ours(innermost) else error
    if not found:
        return error
    *outer, last = found
    waiting = [place.site(None) for place in reversed(outer)]
    if isinstance(error, Trap):
        return located(error, [last.site(culprit(last, error)), *waiting])
    if innermost is not last.frame and not is_ours(innermost):
        return error
    for spot in last.spots():
        replayed = replay(last, spot)
        if replayed is not None:
            return located(replayed, [last.site(spot), *waiting])
    if last.calls():
        return error  # of a function of the host that is not written in Python
    return Crash(f"{type(error).__name__}: {error}", f"in the code of {last.site(None)}")


def is_ours(frame: FrameType | None) -> bool:
    """Whether a frame is of generated code or of the engine, not of the host."""
    return frame is not None and (
        MARK in frame.f_globals or frame.f_globals.get("__name__", "").startswith("quire.engine.")
    )


def located(trap: Trap, sites: list[Site]) -> Trap:
    """The trap with the stack at it."""
    if trap.operation and not trap.sites and sites:
        trap.operation = sites[0].mnemonic
    trap.sites = (*trap.sites, *sites)
    return trap


def culprit(place: Place, trap: Trap) -> Spot | None:
    """The spot of a place that raised a trap."""
    spots = place.spots()
    if len(spots) == 1:
        return spots[0]
    for spot in spots:
        if spot.operands is not None and replay(place, spot) is not None:
            return spot
    return None


def replay(place: Place, spot: Spot) -> Trap | None:
    """The trap of an instruction with the operands that it has now, or None where it does not trap."""
    if spot.operands is None or isinstance(place, Begun):
        return None
    function, frame = place.compiled.function, place.frame
    row, immediates = function.definition.body.instructions[spot.index]
    try:
        operands = [evaluate(text, frame) for text in spot.operands]
        here = SiteFrame(function, spot.index)
        if row.mnemonic.endswith(("call_indirect", "call_ref")):
            callee(here, spot.index, operands[-1])
        elif row.mnemonic == "ref.as_non_null":
            return Trap("null reference") if operands[0] is None else None
        elif row.kind is Kind.NUMERIC:
            row.run(*immediates, *operands)
        else:
            row.run(here, *immediates, *operands)
    except Trap as trap:
        return trap
    except FAULTS:  # of an operand: another spot's
        return None
    return None


def evaluate(text: str, frame: FrameType) -> Any:
    """The value of an expression in a frame of generated code. It may assign the frame's variables, to no effect."""
    variables = {name: value for name, value in frame.f_locals.items() if name.isidentifier()}
    module = compile(f"lambda {', '.join(variables)}: ({text})", "<operand>", "eval", dont_inherit=True)
    code = next(each for each in module.co_consts if isinstance(each, CodeType))
    return FunctionType(code, frame.f_globals)(**variables)

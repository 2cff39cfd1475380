"""The errors of the engine, one class for each party at fault.

A message says the specification's reason first, then what, then where:

    out of bounds memory access: i32.load of 4 bytes at 0x10004 in memory 0: its size is 0x10000
      in func 3 $sum, i32.load at offset 0x4a
      in func 0 $main, call at offset 0x31

This module knows no types and no instructions, so that every room can raise these.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: in a binary, in a text, or both unknown.

    `offset` counts bytes from the start of the binary; `line` and `column` count from 1.
    """

    offset: int | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        if self.line is not None:
            return f"at line {self.line}, column {self.column}"
        return "" if self.offset is None else f"at offset {self.offset:#x}"


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Site:
    """An instruction of a function: where a trap happened, where a call was made, who set a page's protection."""

    function_index: int
    function_name: str | None
    mnemonic: str
    place: Place = NOWHERE

    def __str__(self) -> str:
        name = "" if self.function_name is None else f" ${self.function_name}"
        where = f" {self.place}" if str(self.place) else ""
        return f"in func {self.function_index}{name}, {self.mnemonic}{where}"


class QuireError(Exception):
    """What all errors of Quire have in common: a reason in the specification's words, a detail, a place.

    `reason` is what conformance scripts compare, by prefix; `detail` says what it was about.
    """

    def __init__(self, reason: str, detail: str = "", place: Place = NOWHERE, function: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
        self.place = place
        self.function = function

    def located(self, place: Place, function: str = "") -> QuireError:
        """This error, told where it happened unless it knows already; the same object, to be raised again."""
        if self.place == NOWHERE:
            self.place = place
        self.function = self.function or function
        return self

    def __str__(self) -> str:
        what = f"{self.reason}: {self.detail}" if self.detail else self.reason
        where = ", ".join(part for part in (self.function, str(self.place)) if part)
        return f"{what} ({where})" if where else what


class Malformed(QuireError):
    """Bytes or text that are no module. Spec: binary, text"""


class Invalid(QuireError):
    """A module that breaks a rule of validation. Spec: valid"""


class Unlinkable(QuireError):
    """An import that is missing or of another type. Spec: exec/modules#instantiation"""


class Trap(QuireError):
    """A fault of the guest: its execution is over. Spec: intro/overview#trap

    `sites` is the stack at the fault, innermost first; the tiers fill it in while they unwind. `operation` is what was
    attempted: memories and tables say "access", and the tier, which knows, names the instruction.
    """

    def __init__(self, reason: str, detail: str = "", *, operation: str = "") -> None:
        super().__init__(reason, detail)
        self.operation = operation
        self.sites: tuple[Site, ...] = ()

    def __str__(self) -> str:
        detail = f"{self.operation} of {self.detail}" if self.operation else self.detail
        first = f"{self.reason}: {detail}" if detail else self.reason
        return "\n".join([first, *(f"  {line}" for line in _fold(self.sites))])


class Exhausted(QuireError):
    """A limit of the host is reached: fuel, time or memory. The module is not at fault."""


class Crash(QuireError):
    """A defect of Quire itself; never raised by any guest's doing."""


def _fold(sites: tuple[Site, ...], shown: int = 16) -> list[str]:
    """The lines of a stack trace; the middle of a deep one is only counted."""
    lines = [str(site) for site in sites]
    if len(lines) <= 2 * shown:
        return lines
    return [*lines[:shown], f"... {len(lines) - 2 * shown} more ...", *lines[-shown:]]

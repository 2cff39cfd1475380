"""Exit statuses, and the message of a failure: what is wrong, in which file, and the line of the text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from quire.engine.errors import Crash, Exhausted, Invalid, Malformed, Place, QuireError, Site, Trap, Unlinkable

FAILED: Final = 1  # a module that is malformed, invalid or cannot be linked
WRONG_USAGE: Final = 2
DEFECT: Final = 70  # ours: EX_SOFTWARE of sysexits.h
LIMIT_REACHED: Final = 124  # as timeout(1) has it
INTERRUPTED: Final = 130  # 128 + SIGINT, as shells have it
TRAPPED: Final = 134  # 128 + SIGABRT
NO_READER: Final = 141  # 128 + SIGPIPE

_KINDS: Final[tuple[tuple[type[QuireError], str, int], ...]] = (
    (Malformed, "malformed", FAILED),
    (Invalid, "invalid", FAILED),
    (Unlinkable, "unlinkable", FAILED),
    (Trap, "trap", TRAPPED),
    (Exhausted, "exhausted", LIMIT_REACHED),
    (Crash, "crash", DEFECT),
)
_SITES_TOLD: Final = 64  # to programs; a guest may be thousands of calls deep
_UNCAUGHT: Final = ("exception", TRAPPED)
"""Of an exception that no guest caught: for a command, a trap."""


class Failure(Exception):
    """What ends a verb: a message for people, an exit status, and the cause for programs."""

    def __init__(self, message: str, *, status: int = FAILED, cause: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.cause = cause or {"kind": "usage", "message": message}

    def text(self) -> str:
        return f"quire: {printable(str(self))}\n"

    def as_json(self) -> str:
        """One line for programs."""
        return json.dumps({"status": self.status, "cause": dict(self.cause)})


def host_failure(error: OSError | ValueError, file: str = "") -> Failure:
    """What the operating system refuses, in its words but without Python's numbers."""
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    file = file or str(getattr(error, "filename", None) or "")
    message = f"{file}: {reason}" if file else reason
    return Failure(message, status=WRONG_USAGE, cause={"kind": "host", "message": message})


def kind_of(error: QuireError) -> tuple[str, int]:
    """The name of an error's class and its exit status."""
    return next(((name, status) for kind, name, status in _KINDS if isinstance(error, kind)), _UNCAUGHT)


def failure_of(error: QuireError, file: str, text: str | None = None) -> Failure:
    """The failure that an error of a file is. `text` is its source, if it is a text: the line in question is shown."""
    kind, status = kind_of(error)
    place = _place_of(error)
    lead = "trap: " if kind == "trap" else ""
    message = "\n".join([f"{file}: {lead}{error}", *_excerpt(text, place)])
    return Failure(message, status=status, cause=cause_of(error))


def _place_of(error: QuireError) -> Place:
    if isinstance(error, Trap) and error.sites:
        return error.sites[0].place
    return error.place


def _excerpt(text: str | None, place: Place, width: int = 100) -> list[str]:
    """The line of a place, with a caret below its column; of a long line, the part around it."""
    lines = [] if text is None else text.split("\n")
    if place.line is None or place.column is None or not 0 < place.line <= len(lines):
        return []
    line = lines[place.line - 1].rstrip("\r")
    start = max(0, place.column - 1 - width // 2) if len(line) > width else 0
    shown = line[start : start + width]
    margin = f"{place.line:>5} | "
    before = "".join("\t" if each == "\t" else " " for each in shown[: place.column - 1 - start])
    return [f"{margin}{printable(shown)}", f"{' ' * (len(margin) - 2)}| {before}^"]


def printable(text: str) -> str:
    """The names and the text of a guest may not speak to the terminal: one sign for each that is no printable one."""
    return "".join(each if each.isprintable() or each in "\t\n" else "\N{REPLACEMENT CHARACTER}" for each in text)


def cause_of(error: QuireError) -> Mapping[str, Any]:
    """An error for programs."""
    cause = {"kind": kind_of(error)[0], "reason": error.reason, "detail": error.detail, **_place(error.place)}
    if error.function:
        cause["function"] = error.function
    if isinstance(error, Trap):
        cause["depth"] = len(error.sites)
        cause["sites"] = [_site(each) for each in error.sites[:_SITES_TOLD]]
    return {**cause, "message": str(error)}


def _place(place: Place) -> dict[str, int]:
    fields = {"offset": place.offset, "line": place.line, "column": place.column}
    return {name: value for name, value in fields.items() if value is not None}


def _site(site: Site) -> dict[str, Any]:
    named = {} if site.function_name is None else {"name": site.function_name}
    return {"function": site.function_index, **named, "instruction": site.mnemonic, **_place(site.place)}

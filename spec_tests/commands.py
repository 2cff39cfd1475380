"""The commands of a script as values, each with the line that it begins on, counted from 1.

Knows what a script says; how it is read and how it is run is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from quire.engine import types as t
from quire.engine.errors import Invalid, Malformed, QuireError, Unlinkable
from quire.engine.module import Module
from quire.spec_tests.patterns import Pattern

# Modules


@dataclass(frozen=True, slots=True)
class Text:
    """A module written in the script itself, which was read with it."""

    module: Module


@dataclass(frozen=True, slots=True)
class Broken:
    """A module written in the script itself that could not be read, and why."""

    error: QuireError


@dataclass(frozen=True, slots=True)
class Binary:
    """A module in the binary format; it is decoded when its command runs."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Quote:
    """A module's text as bytes, which may be no text at all; it is parsed when its command runs."""

    text: bytes


Source = Text | Broken | Binary | Quote


@dataclass(frozen=True, slots=True)
class DefineModule:
    """`module` and `module definition`: `instantiated` tells them apart. `name` begins with `$`."""

    line: int
    name: str | None
    source: Source
    instantiated: bool = True

    @property
    def keyword(self) -> str:
        return "module" if self.instantiated else "module definition"


@dataclass(frozen=True, slots=True)
class InstantiateModule:
    """`module instance`: one more instance of a definition, the last one where it is not named."""

    line: int
    name: str | None
    definition: str | None
    keyword = "module instance"


@dataclass(frozen=True, slots=True)
class Register:
    """Makes an instance, the last one where it is not named, importable as the module `importable`."""

    line: int
    importable: str
    instance: str | None
    keyword = "register"


# Actions


@dataclass(frozen=True, slots=True)
class Argument:
    """A value for a function, and its type; that of a reference is a nullable one."""

    type: t.ValueType
    value: Any


@dataclass(frozen=True, slots=True)
class HostArgument:
    """The host's reference number `number`, `external` or as the guest sees it from within."""

    number: int
    external: bool


@dataclass(frozen=True, slots=True)
class Invoke:
    """Calls an exported function of an instance, the last one where it is not named."""

    line: int
    instance: str | None
    export: str
    arguments: tuple[Argument | HostArgument, ...]
    keyword = "invoke"


@dataclass(frozen=True, slots=True)
class Get:
    """Reads an exported global."""

    line: int
    instance: str | None
    export: str
    keyword = "get"


Action = Invoke | Get


# Assertions


@dataclass(frozen=True, slots=True)
class AssertReturn:
    """The action gives exactly these results."""

    line: int
    action: Action
    results: tuple[Pattern, ...]
    keyword = "assert_return"


@dataclass(frozen=True, slots=True)
class AssertTrap:
    """The action, or the instantiation of the module, traps, and the trap's reason begins with `reason`.

    `keyword` is assert_trap, assert_exhaustion or assert_uninstantiable.
    """

    line: int
    keyword: str
    subject: Action | Source
    reason: str


@dataclass(frozen=True, slots=True)
class AssertException:
    """The action ends with an exception that nobody caught."""

    line: int
    action: Action
    keyword = "assert_exception"


@dataclass(frozen=True, slots=True)
class AssertRejected:
    """The module is refused with the error that REJECTIONS has for `keyword`; its reason begins with `reason`."""

    line: int
    keyword: str
    source: Source
    reason: str


REJECTIONS: Mapping[str, type[QuireError]] = MappingProxyType({
    "assert_malformed": Malformed,
    "assert_malformed_custom": Malformed,
    "assert_invalid": Invalid,
    "assert_invalid_custom": Invalid,
    "assert_unlinkable": Unlinkable,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A command that is none: its failure is reported in its place, and the script goes on behind it."""

    line: int
    keyword: str
    error: QuireError


Command = (
    DefineModule
    | InstantiateModule
    | Register
    | Invoke
    | Get
    | AssertReturn
    | AssertTrap
    | AssertException
    | AssertRejected
    | Unreadable
)


def expectation(command: Command) -> str:
    """The text of the error that a command expects, or nothing: with the keyword, what a listed skip names."""
    return command.reason if isinstance(command, AssertTrap | AssertRejected) else ""

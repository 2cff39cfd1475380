"""Runs the commands of a script, each to its end, and says what of it did not come as it says.

A failing command does not stop the script. Knows commands, patterns and the engine as `Engine` shows it; how scripts
are read and how results are shown is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NoReturn

from quire.engine import matching
from quire.engine import types as t
from quire.engine.errors import Crash, Exhausted, Invalid, Malformed, QuireError, Trap, Unlinkable
from quire.engine.runtime.function import Function
from quire.engine.runtime.instance import Extern, Instance
from quire.engine.runtime.objects import GuestException, HostReference
from quire.engine.runtime.tag import Global
from quire.engine.validate import ValidModule
from quire.spec_tests import commands as c
from quire.spec_tests.patterns import Pattern, show
from quire.spec_tests.spectest import spectest
from quire.spec_tests.subject import Engine

DEFECTS = (
    ArithmeticError,
    AttributeError,
    BufferError,
    LookupError,
    MemoryError,
    NameError,
    OSError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
)
"""What Python raises where the engine has a mistake. It fails the command and no more."""

Results = tuple[tuple[t.ValueType, ...], tuple[Any, ...]]
"""The types and the values that an action gave."""


class Mismatch(Exception):
    """A command did not do as it says: what was expected, and what came, as texts for people."""

    def __init__(self, expected: str, came: str) -> None:
        super().__init__(expected, came)
        self.expected = expected
        self.came = came


class Runner:
    """The state of one script while it runs: its store, its modules by name, what it has registered."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.registered: dict[str, Mapping[str, Extern]] = {"spectest": spectest(engine.store, engine.instruction_set)}
        self.definitions: dict[str | None, ValidModule] = {}  # None is the last one
        self.instances: dict[str | None, Instance] = {}
        self.host_references: dict[int, HostReference] = {}

    def run(self, command: c.Command) -> Mismatch | None:
        """What is wrong with a command, None where nothing is."""
        try:
            self._handlers[type(command)](self, command)
        except Mismatch as mismatch:
            return mismatch
        except QuireError as error:
            return Mismatch("success", _describe(error))
        except DEFECTS as error:
            return Mismatch("success", f"a defect of the engine: {_describe(error)}{_innermost(error)}")
        return None

    # Modules

    def _define(self, command: c.DefineModule) -> None:
        for names in (self.definitions, self.instances):
            names.pop(None, None)  # should this one fail, what follows is not to speak to the one before
            names.pop(command.name, None)
        valid = self.engine.validate(self._module(command.source))
        self.definitions[None] = self.definitions[command.name] = valid
        if command.instantiated:
            self._instantiate(command.name, valid)

    def _instantiate_again(self, command: c.InstantiateModule) -> None:
        self._instantiate(command.name, _named(self.definitions, command.definition, "module definition"))

    def _instantiate(self, name: str | None, valid: ValidModule) -> None:
        self.instances[None] = self.instances[name] = self.engine.instantiate(valid, self.registered)

    def _register(self, command: c.Register) -> None:
        self.registered[command.importable] = _named(self.instances, command.instance, "instance").exports

    def _module(self, source: c.Source) -> Any:
        match source:
            case c.Text(module):
                return module
            case c.Binary(data):
                return self.engine.decode(data)
            case c.Quote(text):
                return self.engine.parse(text)
            case c.Broken(error):
                raise error

    # Actions

    def _act(self, action: c.Action) -> Results:
        instance = _named(self.instances, action.instance, "instance")
        extern = instance.exports.get(action.export)
        if isinstance(action, c.Get):
            if not isinstance(extern, Global):
                raise Mismatch(f'an exported global "{action.export}"', _kind_of(extern))
            return (extern.type.value,), (extern.value,)
        if not isinstance(extern, Function):
            raise Mismatch(f'an exported function "{action.export}"', _kind_of(extern))
        arguments = [self._argument(each) for each in action.arguments]
        _check_arguments(extern.signature.parameters, [each.type for each in arguments])
        return extern.signature.results, self.engine.call(extern, [each.value for each in arguments])

    def _argument(self, argument: c.Argument | c.HostArgument) -> c.Argument:
        if isinstance(argument, c.Argument):
            return argument
        value = self.host_references.setdefault(argument.number, HostReference(argument.number))
        return c.Argument(t.ReferenceType(False, t.EXTERN if argument.external else t.ANY), value)

    # Assertions

    def _assert_return(self, command: c.AssertReturn) -> None:
        types, values = self._act(command.action)
        if len(values) != len(types) or len(values) != len(command.results):
            raise _wrong_results(command.results, types, values)
        for pattern, value_type, value in zip(command.results, types, values, strict=True):
            if not pattern.accepts(value_type, value):
                raise _wrong_results(command.results, types, values)

    def _assert_trap(self, command: c.AssertTrap) -> None:
        try:
            came = self._attempt(command.subject)
        except Trap as trap:
            _check_reason(trap, command.reason)
        except QuireError as error:
            raise Mismatch(f'a trap "{command.reason}"', _describe(error)) from error
        else:
            raise Mismatch(f'a trap "{command.reason}"', came)

    def _attempt(self, subject: c.Action | c.Source) -> str:
        """What came of it, as a text."""
        if isinstance(subject, c.Invoke | c.Get):
            return _show_all(*self._act(subject))
        self.engine.instantiate(self.engine.validate(self._module(subject)), self.registered)
        return "an instance"

    def _assert_exception(self, command: c.AssertException) -> None:
        try:
            came = _show_all(*self._act(command.action))
        except GuestException:
            return
        except QuireError as error:
            came = _describe(error)
        raise Mismatch("an exception", came)

    def _assert_rejected(self, command: c.AssertRejected) -> None:
        wanted = c.REJECTIONS[command.keyword]
        expected = f'{wanted.__name__} "{command.reason}"'
        try:
            came = self._accept(command.source, wanted)
        except wanted as error:
            _check_reason(error, command.reason)
        except QuireError as error:
            raise Mismatch(expected, _describe(error)) from error
        else:
            raise Mismatch(expected, came)

    def _accept(self, source: c.Source, wanted: type[QuireError]) -> str:
        """Take the module as far as it takes to be refused; what became of it, as a text."""
        module = self._module(source)
        if wanted is Malformed:
            return "a module"
        valid = self.engine.validate(module)
        if wanted is not Unlinkable:
            return "a valid module"
        self.engine.instantiate(valid, self.registered)
        return "an instance"

    def _unreadable(self, command: c.Unreadable) -> NoReturn:
        raise Mismatch("a command", _describe(command.error))

    _handlers: Mapping[type, Callable[[Runner, Any], object]] = MappingProxyType({
        c.DefineModule: _define,
        c.InstantiateModule: _instantiate_again,
        c.Register: _register,
        c.Invoke: _act,
        c.Get: _act,
        c.AssertReturn: _assert_return,
        c.AssertTrap: _assert_trap,
        c.AssertException: _assert_exception,
        c.AssertRejected: _assert_rejected,
        c.Unreadable: _unreadable,
    })  # fmt: skip


def _named(names: Mapping[str | None, Any], name: str | None, what: str) -> Any:
    if name not in names:
        raise Mismatch(f"{what} {name}" if name else f"an {what} before it", "none: its module may have failed")
    return names[name]


def _check_arguments(parameters: tuple[t.ValueType, ...], arguments: list[t.ValueType]) -> None:
    """The engine takes checked values for granted."""
    if not matching.matches_all(arguments, parameters):
        raise Mismatch(f"arguments for ({' '.join(map(str, parameters))})", f"({' '.join(map(str, arguments))})")


def _check_reason(error: QuireError, expected: str) -> None:
    if not (error.reason.startswith(expected) or str(error).startswith(expected)):
        raise Mismatch(f'{_kind(error)} "{expected}"', _describe(error)) from error


def _wrong_results(patterns: Iterable[Pattern], types: tuple[t.ValueType, ...], values: tuple[Any, ...]) -> Mismatch:
    expected = list(patterns)
    return Mismatch(" ".join(map(str, expected)) or "nothing", _show_all(types, values, expected))


def _show_all(types: tuple[t.ValueType, ...], values: tuple[Any, ...], patterns: Iterable[Pattern] = ()) -> str:
    if len(types) != len(values):
        return f"{len(values)} values for {len(types)} results"
    like = [*patterns, *[None] * len(values)]
    return " ".join(show(*each) for each in zip(types, values, like, strict=False)) or "nothing"


def _kind_of(extern: Extern | None) -> str:
    return "no export of that name" if extern is None else f"an exported {type(extern).__name__}"


KINDS = (Malformed, Invalid, Unlinkable, Trap, Exhausted, Crash)


def _kind(error: BaseException) -> str:
    return next((each for each in KINDS if isinstance(error, each)), type(error)).__name__


def _describe(error: BaseException) -> str:
    return f"{_kind(error)}: {error}"


def _innermost(error: BaseException) -> str:
    """Where a Python error was raised."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""

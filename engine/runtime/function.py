"""Functions: of a module, and of the host. Spec: exec/runtime#function-instances"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from quire.engine import types as t

if TYPE_CHECKING:
    from quire.engine.module import FunctionDefinition
    from quire.engine.runtime.instance import Instance


class Tier(Protocol):
    """What runs functions: `invoke` calls one with plain values and returns its results as a tuple.

    `entry` is the same for who calls it often: it takes plain values and gives None, one value, or a tuple.
    """

    def invoke(self, function: WasmFunction, arguments: Sequence[Any]) -> tuple[Any, ...]: ...

    def entry(self, function: WasmFunction) -> Callable[..., Any]: ...


class Function:
    """A function with a closed type.

    `direct` belongs to the tier that runs it, if that calls functions of Python: it takes plain values and gives None,
    one value, or a tuple. `direct_type` is then the type, and `tail` what calls in place of another function call.
    """

    __slots__ = ("__weakref__", "direct", "direct_type", "name", "tail", "type")

    def __init__(self, type_: t.DefinedType, name: str | None = None) -> None:
        self.type = type_
        self.name = name
        self.direct: Callable[..., Any] | None = None
        self.tail: Callable[..., Any] | None = None
        self.direct_type: t.DefinedType | None = None

    @property
    def signature(self) -> t.FunctionType:
        return t.function_type_of(self.type)

    def call(self, caller: Instance | None, arguments: Sequence[Any]) -> tuple[Any, ...]:
        """Call it with plain values of the engine; `caller` is None for a call from the host.

        Raises Trap, Exhausted, GuestException. Spec: exec/modules#invocation
        """
        raise NotImplementedError

    def entry(self) -> Callable[..., Any]:
        """What the host calls with plain values; it gives None, one value, or a tuple. Raises as `call` does."""
        raise NotImplementedError


class WasmFunction(Function):
    """A function of an instance. `prepared` belongs to the tier that runs the instance."""

    __slots__ = ("definition", "index", "instance", "prepared")

    def __init__(
        self, type_: t.DefinedType, instance: Instance, definition: FunctionDefinition, index: int, name: str | None
    ) -> None:
        super().__init__(type_, name)
        self.instance = instance
        self.definition = definition
        self.index = index
        self.prepared: Any = None

    def call(self, caller: Instance | None, arguments: Sequence[Any]) -> tuple[Any, ...]:
        return self.instance.tier.invoke(self, arguments)

    def entry(self) -> Callable[..., Any]:
        return self.instance.tier.entry(self)

    def __repr__(self) -> str:
        return f"<func {self.index}{f' ${self.name}' if self.name else ''}>"


HostCallable = Callable[..., Any]


class HostFunction(Function):
    """A function of the host: `code(*arguments)` or, if `wants_caller`, `code(instance, *arguments)`.

    It gets and gives plain values of the engine: None for no result, one value, or a tuple for several.
    `instance` is the calling one, None for a call from the host.
    """

    __slots__ = ("code", "wants_caller")

    def __init__(
        self, type_: t.DefinedType, code: HostCallable, name: str | None = None, *, wants_caller: bool = False
    ) -> None:
        super().__init__(type_, name)
        self.code = code
        self.wants_caller = wants_caller

    def call(self, caller: Instance | None, arguments: Sequence[Any]) -> tuple[Any, ...]:
        """Errors of the host's code pass through untouched."""
        result = self.code(caller, *arguments) if self.wants_caller else self.code(*arguments)
        count = len(self.signature.results)
        if count == 1:
            return (result,)
        return tuple(result) if count else ()

    def entry(self) -> Callable[..., Any]:
        return partial(self.code, None) if self.wants_caller else self.code

    def __repr__(self) -> str:
        return f"<host func{f' ${self.name}' if self.name else ''}>"

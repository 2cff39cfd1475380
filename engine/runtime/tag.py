"""Tags, an identity with a type, and globals, a value with a type. Spec: exec/runtime#tag-instances"""

from __future__ import annotations

from typing import Any

from quire.engine import types as t


class Tag:
    """The identity of a kind of exception. `type` is closed."""

    __slots__ = ("__weakref__", "name", "type")

    def __init__(self, type_: t.TagType, name: str = "tag") -> None:
        self.type = type_
        self.name = name

    @property
    def function_type(self) -> t.FunctionType:
        """The type whose parameters are the values that an exception carries."""
        return t.function_type_of(self.type.function)


class Global:
    """A variable of a store. `type` is closed."""

    __slots__ = ("__weakref__", "type", "value")

    def __init__(self, type_: t.GlobalType, value: Any) -> None:
        self.type = type_
        self.value = value

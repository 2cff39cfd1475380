"""The frame: what the functions of stateful instructions see of the world. Spec: exec/runtime#frames

Each tier has its own frames below this one; an operand stack is in none of the instructions' sight.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from quire.engine import types as t
from quire.engine.errors import Crash, Site
from quire.engine.runtime.function import Function
from quire.engine.runtime.instance import Instance
from quire.engine.runtime.memory import Memory
from quire.engine.runtime.store import Store
from quire.engine.runtime.table import Table
from quire.engine.runtime.tag import Global

Syntax = TypeVar("Syntax")


class Frame:
    """Locals and the instance around them. Indices are valid, since only valid modules run."""

    __slots__ = ("instance", "locals")

    def __init__(self, instance: Instance, locals_: list[Any]) -> None:
        self.instance = instance
        self.locals = locals_

    @property
    def store(self) -> Store:
        return self.instance.store

    @property
    def site(self) -> Site:
        """The instruction that runs now; what changes a state that is reported later asks for it."""
        raise Crash("this frame does not know its place")

    def memory(self, index: int) -> Memory:
        return self.instance.memories[index]

    def table(self, index: int) -> Table:
        return self.instance.tables[index]

    def global_(self, index: int) -> Global:
        return self.instance.globals[index]

    def function(self, index: int) -> Function:
        return self.instance.functions[index]

    def type(self, index: int) -> t.DefinedType:
        return self.instance.types[index]

    def close(self, syntax: Syntax) -> Syntax:
        """A type as written in the module, closed."""
        return self.instance.close(syntax)

    def element(self, index: int) -> Sequence[Any]:
        """The references of an element segment; none once it is dropped."""
        return self.instance.elements[index]

    def drop_element(self, index: int) -> None:
        self.instance.elements[index] = ()

    def data(self, index: int) -> bytes:
        """The bytes of a data segment; none once it is dropped."""
        return self.instance.data[index]

    def drop_data(self, index: int) -> None:
        self.instance.data[index] = b""

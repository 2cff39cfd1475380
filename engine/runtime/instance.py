"""Instances of modules. Spec: exec/runtime#module-instances"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from quire.engine import types as t
from quire.engine.runtime.function import Function, Tier
from quire.engine.runtime.memory import Memory
from quire.engine.runtime.store import Store
from quire.engine.runtime.table import Table
from quire.engine.runtime.tag import Global, Tag

Extern = Function | Table | Memory | Global | Tag
Syntax = TypeVar("Syntax")


class Instance:
    """What the indices of a module mean at run time. Instantiation fills it in; later only segments are dropped."""

    def __init__(self, store: Store, tier: Tier, types: Sequence[t.DefinedType], module: Any) -> None:
        """`module` is the valid module that this is an instance of; `types` are its closed types."""
        self.store = store
        self.tier = tier
        self.types = types
        self.module = module
        self.functions: list[Function] = []
        self.tables: list[Table] = []
        self.memories: list[Memory] = []
        self.globals: list[Global] = []
        self.tags: list[Tag] = []
        self.elements: list[Sequence[Any]] = []
        self.data: list[bytes] = []
        self.exports: Mapping[str, Extern] = {}
        self.prepared: Any = None  # belongs to the tier
        self._closed: dict[Any, Any] = {}

    def close(self, syntax: Syntax) -> Syntax:
        """A type as written in the module, closed; remembered, since instructions ask again and again."""
        closed = self._closed.get(syntax)
        if closed is None:
            closed = self._closed[syntax] = t.close(syntax, self.types)
        return closed

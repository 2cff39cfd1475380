"""The functions that do one instruction whose result an engine may choose, so that nothing depends on the choice."""

from __future__ import annotations

from dataclasses import dataclass, field

from quire.engine import types as t
from quire.engine.instructions.row import Row
from quire.engine.module import FunctionDefinition
from quire.fuzz.generate.catalogue import plain_production
from quire.fuzz.generate.fused import exact, is_fused
from quire.fuzz.generate.leaves import Emitter
from quire.fuzz.generate.nans import checked, runs


@dataclass(slots=True)
class Checks:
    """The functions of one module, made when they are asked for: they stand behind its own, as their types do."""

    emitter: Emitter
    types: int
    functions: int
    rows: dict[Row, int] = field(default_factory=dict)

    def index(self, row: Row) -> int:
        """The function that does the row's instruction."""
        return self.rows.setdefault(row, self.functions + len(self.rows))

    def groups(self) -> tuple[t.RecursiveType, ...]:
        """Their types."""
        return tuple(t.RecursiveType((t.SubType(plain_production(row).signature),)) for row in self.rows)

    def definitions(self) -> tuple[FunctionDefinition, ...]:
        """All of them."""
        return tuple(self._definition(self.types + number, row) for number, row in enumerate(self.rows))

    def _definition(self, type_index: int, row: Row) -> FunctionDefinition:
        if is_fused(row):
            return FunctionDefinition(type_index, (), self.emitter.expression(exact(self.emitter, row)))
        return FunctionDefinition(type_index, runs(row), self.emitter.expression(checked(self.emitter, row)))

"""What a function was compiled to: all that an instance needs to run it and to explain it, and the same as bytes.

It is plain data, which Python can marshal. What it was made for is its variant: in equal circumstances, code is equal.
"""

from __future__ import annotations

import marshal
from collections.abc import Mapping, Sequence
from dataclasses import fields
from types import CodeType
from typing import TYPE_CHECKING, NamedTuple

from quire.engine.compile.interface import Options, Spot
from quire.engine.runtime.instance import Instance

if TYPE_CHECKING:
    from quire.engine.compile.code.generate import Generated


class Record(NamedTuple):
    """A function that was compiled. `spots` are those of each line, as tuples where they come from bytes."""

    functions: tuple[CodeType, ...]
    names: Mapping[str, int]
    text: str
    spots: Mapping[int, Sequence[Spot | tuple[int, tuple[str, ...] | None]]]

    def at(self, line: int) -> Sequence[Spot]:
        """The spots of a line."""
        return [each if isinstance(each, Spot) else Spot(*each) for each in self.spots.get(line, ())]

    def to_bytes(self) -> bytes:
        spots = {line: tuple((each.index, each.operands) for each in self.at(line)) for line in self.spots}
        return marshal.dumps((self.functions, dict(self.names), self.text, spots))


def from_bytes(data: bytes) -> Record:
    """What `to_bytes` gave in a Python of the same version."""
    return Record(*marshal.loads(data))


def compiled(generated: Generated, title: str) -> Record:
    """The code of a function, under the name that tracebacks call its source by."""
    source = generated.source
    module = compile(source.text, title, "exec", dont_inherit=True)
    functions = tuple([each for each in module.co_consts if isinstance(each, CodeType)])
    return Record(functions, generated.names, source.text, source.spots)


def variant_of(options: Options, instance: Instance) -> str:
    """The circumstances that code is made for, beside the module, on which alone sizes depend."""
    told = [(each.name, getattr(options, each.name)) for each in fields(options) if each.name != "sizes"]
    return repr((told, sorted(instance.store.settings.items())))

"""The engine under test: the few things that a script asks of one, for a choice of features and tier.

Everything else in this room speaks to the engine through here, so that another tier is another value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from quire.engine.binary.decode import decode
from quire.engine.errors import Unlinkable
from quire.engine.instantiate import instantiate
from quire.engine.module import Module
from quire.engine.runtime.function import Function
from quire.engine.runtime.instance import Extern, Instance
from quire.engine.runtime.store import Store
from quire.engine.tiers import make_tier
from quire.engine.validate import ValidModule, validate
from quire.spec_tests.features import Features
from quire.wat.parser import parse_module

FUEL: Final = 20_000_000
"""Function entries and loop iterations that one command may use: a guest that never ends fails its command alone."""


class Engine:
    """One store, with the features and the tier that run in it."""

    def __init__(self, features: Features, tier: str = "reference", alignment: str | None = None) -> None:
        """`alignment` is the profile of the store, None the default one."""
        self.features = features
        self.instruction_set = features.instruction_set
        self.store = Store(settings={"alignment": alignment} if alignment else None)
        self.tier = make_tier(tier)

    def parse(self, text: str | bytes) -> Module:
        """Raises Malformed."""
        return parse_module(text, self.features.text_format)

    def decode(self, data: bytes) -> Module:
        """Raises Malformed."""
        return decode(data, self.instruction_set)

    def validate(self, module: Module) -> ValidModule:
        """Raises Invalid."""
        return validate(module, self.instruction_set)

    def instantiate(self, valid: ValidModule, registered: Mapping[str, Mapping[str, Extern]]) -> Instance:
        """With imports from the modules registered under their names. Raises Unlinkable, Trap, Exhausted."""
        imports = [_find(registered, each.module, each.name) for each in valid.module.imports]
        self.store.fuel = FUEL
        return instantiate(self.store, valid, imports, self.tier)

    def call(self, function: Function, arguments: Sequence[Any]) -> tuple[Any, ...]:
        """With values that fit its type. Raises Trap, Exhausted, GuestException."""
        self.store.fuel = FUEL
        return function.call(None, arguments)


def _find(registered: Mapping[str, Mapping[str, Extern]], module: str, name: str) -> Extern:
    found = registered.get(module, {}).get(name)
    if found is None:
        raise Unlinkable("unknown import", f'"{module}" "{name}"')
    return found

"""The cases of a campaign: a configuration and a number give always the same one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from quire.engine.binary import encode
from quire.fuzz.broken import break_module, slim
from quire.fuzz.choices import SeededChoices
from quire.fuzz.generate.features import ALL_FEATURES, LOOPS, MEMORIES, OWN, RELAXED
from quire.fuzz.generate.generator import VERSION, Generated, generate
from quire.fuzz.generate.loops import loop_case
from quire.fuzz.legs.protocol import Request
from quire.fuzz.matrix import matrix
from quire.fuzz.observe import observe
from quire.fuzz.pages import program_case
from quire.fuzz.scramble import scrambled
from quire.fuzz.scribble import scribbled
from quire.fuzz.smith import Forge

BROKEN = 12
LOOPING, SCRIBBLED, PROGRAM, SCRAMBLED, MISMADE = 7, 8, 9, 10, 11
"""Of so many cases these are loops, a program for the states of pages, where legs have memory control, and three
modules with something wrong in them: in the text, in the bytes, in the syntax."""
DETERMINISTIC = ("wasmtime", "wasmtime-none", "pulley", "model")
"""The legs, beside our own, whose relaxed instructions are those of the deterministic profile."""
VARIANTS = 8  # broken modules that are made of one


@dataclass(frozen=True, slots=True)
class Configuration:
    """What decides on the cases and outcomes of a campaign. `matrix` is its limit of operands, 0 for random modules."""

    legs: tuple[str, ...]
    features: tuple[str, ...] = ALL_FEATURES
    seed: int = 0
    matrix: int = 0
    smith: str = ""  # the version of wasm-tools where it makes the modules
    version: int = VERSION

    @property
    def key(self) -> str:
        """A name for it: equal for equal ones."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


def configuration_from(raw: dict[str, Any]) -> Configuration:
    """From what asdict made of one."""
    return Configuration(
        tuple(raw["legs"]), tuple(raw["features"]), raw["seed"], raw["matrix"], raw["smith"], raw["version"]
    )


def usual_features(legs: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """The features that at least two of the legs have and all do alike; `own` are the names of this engine's tiers.

    Relaxed instructions may do what the machine likes: only legs that choose what is deterministic have them.
    """
    ours = sum(leg in own for leg in legs)
    left_out = (*(() if ours > 1 else OWN), *(() if {*own, *DETERMINISTIC}.issuperset(legs) else (RELAXED,)))
    return tuple(each for each in ALL_FEATURES if each not in left_out)


class Cases:
    """Makes the cases of one configuration."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self._forge = Forge()
        self._matrix: list[Generated] | None = None
        self._last: tuple[int, Generated] | None = None  # what broken modules are made of

    def __len__(self) -> int:
        """How many there are; 2**63 stands for as many as one likes."""
        return len(self._all()) if self.configuration.matrix else (1 << 63) - 1

    def case(self, number: int) -> Generated:
        """The case of that number."""
        configuration = self.configuration
        if configuration.matrix:
            return self._all()[number]
        seed = (configuration.seed << 40) + number
        if configuration.smith:
            return self._forge.case(seed)
        kind = number % BROKEN
        if kind == PROGRAM and set(OWN) <= set(configuration.features):
            return program_case(SeededChoices(seed))
        if kind == LOOPING and {LOOPS, MEMORIES} <= set(configuration.features):
            return loop_case(SeededChoices(seed))
        change = {SCRIBBLED: scribbled, SCRAMBLED: scrambled, MISMADE: break_module}.get(kind)
        if change is not None:
            return change(self._base(number // BROKEN // VARIANTS), SeededChoices(seed))
        return self._valid(seed, number)

    def _valid(self, seed: int, number: int) -> Generated:
        features = self.configuration.features
        if number % 4 and set(OWN) <= set(features):  # three in four are for the engines that lack memory control
            features = tuple(each for each in features if each not in OWN)
        return generate(SeededChoices(seed), features)

    def _base(self, number: int) -> Generated:
        """The module of that number of those that are to be broken."""
        if self._last is None or self._last[0] != number:
            seed = (self.configuration.seed << 40 | 1 << 39) + number
            self._last = number, slim(self._valid(seed, number), SeededChoices(seed))
        return self._last[1]

    def _all(self) -> list[Generated]:
        if self._matrix is None:
            self._matrix = list(matrix(self.configuration.matrix, self.configuration.features))
        return self._matrix


def request_of(generated: Generated) -> Request:
    """What to ask the legs. Broken modules have no shim but what they were made with."""
    if generated.plain:
        return plain_request(generated)
    if generated.broken:
        binary = generated.binary or encode(generated.module, generated.instruction_set)
        features = {*ALL_FEATURES} - {*OWN} | generated.features
        return Request(binary, (), (), tuple(sorted(features)))
    observed = observe(generated)
    return Request(observed.binary, observed.calls, observed.memories, observed.features, observed.providers)


def plain_request(generated: Generated) -> Request:
    """The request for a module without a shim: all its functions that are exported, all its memories."""
    exports = generated.module.exports
    calls, memories = (tuple(each.name for each in exports if each.kind == kind) for kind in ("function", "memory"))
    binary = encode(generated.module, generated.instruction_set)
    return Request(binary, calls, memories, tuple(sorted(generated.features | generated.shim_features)))

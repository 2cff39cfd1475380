"""Strategies for hypothesis: valid modules for users' own property tests. Needs the extra `fuzz`.

    from hypothesis import given
    from quire.fuzz.strategies import modules

    @given(modules())
    def test_my_tool_keeps_modules_valid(module): ...

Modules shrink with everything else: the simplest has one function that returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hypothesis import strategies as st

from quire.engine.binary import encode
from quire.engine.module import Module
from quire.fuzz.choices import DrawnChoices
from quire.fuzz.generate.features import CORE_FEATURES
from quire.fuzz.generate.generator import Generated, generate

MOST_DRAWS = 400
"""Choices that hypothesis makes for one module; what comes after them is the simplest."""


@st.composite
def generated_modules(draw: st.DrawFn, features: Iterable[str] = CORE_FEATURES) -> Generated:
    """A module with the calls to make of it. `features` are names of quire.fuzz.generate.features."""
    return generate(DrawnChoices(_limited(draw)), tuple(features))


def _limited(draw: st.DrawFn) -> Callable[[int], int]:
    count = 0

    def below(bound: int) -> int:
        nonlocal count
        count += 1
        return draw(st.integers(0, bound - 1)) if count <= MOST_DRAWS and bound > 1 else 0

    return below


def modules(features: Iterable[str] = CORE_FEATURES) -> st.SearchStrategy[Module]:
    """Valid modules. They import at most `host.note : [i32 i32] -> [i32]`."""
    return generated_modules(features).map(lambda generated: generated.module)


def binaries(features: Iterable[str] = CORE_FEATURES) -> st.SearchStrategy[bytes]:
    """The same as bytes."""
    return generated_modules(features).map(lambda generated: encode(generated.module, generated.instruction_set))

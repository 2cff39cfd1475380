"""What scripts say of themselves: their features and their alignment profile."""

from pathlib import Path

import pytest

from quire.spec_tests.features import features_for
from quire.spec_tests.files import Options, run_script
from quire.spec_tests.header import declared_features, declared_profile, profiles_of

ALIGNED = """
(module (memory 1) (func (export "discard") (memory.discard (i32.const 1) (i32.const 1))))
"""
ROUNDS = ALIGNED + '(assert_return (invoke "discard"))'
TRAPS = ALIGNED + '(assert_trap (invoke "discard") "unaligned memory access")'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b";; features: memory-control threads\n(module)", ("memory-control", "threads")),
        (b";; features: memory-control", ("memory-control",)),
        (b";; features:\n", ()),
        (b"\n;; features: threads\n", None),
        (b";; Features of memories\n", None),
        (b"(module) ;; features: threads", None),
        (b"", None),
    ],
)
def test_the_first_line_names_the_features(text: bytes, expected: tuple[str, ...] | None) -> None:
    assert declared_features(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ranges.trap.wast", "trap"),
        ("ranges.round.wast", "round"),
        ("ranges.wast", None),
        ("trap.wast", None),
        ("ranges.other.wast", None),
    ],
)
def test_the_name_ends_with_the_profile(name: str, expected: str | None) -> None:
    assert declared_profile(Path(name)) == expected
    assert profiles_of(Path("folder.trap") / name) == ((expected,) if expected else ("round", "trap"))


def test_a_script_has_the_features_that_it_names_and_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "proposals" / "threads"
    folder.mkdir(parents=True)
    for text, expected in [
        (";; features: memory-control\n", ("memory-control",)),
        (";; features:\n", ()),
        (";; features: memory-control unheard-of\n", ("memory-control",)),
        (";; a comment\n", ("wide-arithmetic", "threads")),
    ]:
        path = folder / "script.wast"
        path.write_text(text)
        assert features_for(path, ("wide-arithmetic",)).names == expected


@pytest.mark.parametrize(
    ("name", "alignment", "text"),
    [
        ("a.wast", None, ROUNDS),
        ("a.wast", "round", ROUNDS),
        ("a.wast", "trap", TRAPS),
        ("a.trap.wast", None, TRAPS),
        ("a.trap.wast", "round", TRAPS),
        ("a.round.wast", "trap", ROUNDS),
    ],
)
def test_the_name_of_a_script_goes_before_what_was_asked_for(
    name: str, alignment: str | None, text: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(f";; features: memory-control{text}")
    result = run_script(path, Options(alignment=alignment))
    assert (result.passed, result.failures) == (2, ())

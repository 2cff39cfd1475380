"""The conformance suite of memory control: every script, under the profile of its name or under each, on each tier."""

from pathlib import Path

import pytest

from quire.engine.tiers import TIERS
from quire.proposal_ops import FEATURES
from quire.spec_tests.files import Options, run_script
from quire.spec_tests.header import declared_features, profiles_of
from quire.spec_tests.memory_control import coverage

SCRIPTS = sorted(coverage.FOLDER.glob("*.wast"))
RUNS = [(path, profile) for path in SCRIPTS for profile in profiles_of(path)]


@pytest.mark.parametrize("tier", sorted(TIERS))
@pytest.mark.parametrize(("path", "profile"), RUNS, ids=lambda value: getattr(value, "stem", value))
def test_script(path: Path, profile: str, tier: str) -> None:
    result = run_script(path, Options(tier=tier, alignment=profile))
    assert not result.failures, "\n".join(map(str, result.failures))
    assert result.passed


ABOUT_ABSENCE = ("alone.wast", "off.wast")  # assert that what other features have, or this one, is malformed
WITH_OTHERS = [run for run in RUNS if run[0].name not in ABOUT_ABSENCE]


@pytest.mark.parametrize(("path", "profile"), WITH_OTHERS, ids=lambda value: getattr(value, "stem", value))
def test_script_with_all_features_on(path: Path, profile: str, tmp_path: Path) -> None:
    _, rest = path.read_bytes().split(b"\n", 1)
    nameless = tmp_path / path.name  # a script that names no features runs with those asked for
    nameless.write_bytes(b"\n" + rest)
    result = run_script(nameless, Options(enabled=FEATURES, alignment=profile))
    assert not result.failures, "\n".join(map(str, result.failures))
    assert result.passed


def test_each_script_says_which_features_it_needs() -> None:
    for path in SCRIPTS:
        features = declared_features(path.read_bytes())
        assert features is not None, path.name
        assert features == () or "memory-control" in features, path.name


def test_each_assertion_says_what_it_tests() -> None:
    for path in SCRIPTS:
        found = list(coverage.assertions(path.read_text("utf-8")))
        assert found, path.name
        assert all(steps for steps, _ in found), f"{path.name} begins with assertions of no step"


def test_each_step_is_tested() -> None:
    counts = coverage.count()
    missing = [step for step, files in counts.items() if not files and step not in coverage.BEYOND_SCRIPTS]
    needless = [step for step in coverage.BEYOND_SCRIPTS if counts[step]]
    assert (missing, needless) == ([], [])


def test_the_readme_has_the_table_as_it_is() -> None:
    readme = coverage.README.read_text("utf-8")
    assert coverage.with_table(readme) == readme, "python -m quire.spec_tests.memory_control.coverage --write"


def test_an_unknown_step_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.wast").write_text(";; [6.99] Something.\n(assert_return (invoke))\n")
    with pytest.raises(coverage.UnknownStep, match="6.99"):
        coverage.count(tmp_path)


def test_assertions_are_counted_for_the_steps_above_them() -> None:
    text = """;; features: memory-control
(module)
;; [6.3] [6.4] Both.
(assert_return (invoke "f"))
(invoke "g")
;; More of the same.
(assert_trap (invoke "f") "invalid memory range")

;; [5.2] A long one.
(assert_trap
  (module)
  "unaligned memory access"
)
(assert_invalid
  (module)
  "unaligned memory access"
)
"""
    assert list(coverage.assertions(text)) == [
        (("6.3", "6.4"), ""),
        (("6.3", "6.4"), "invalid memory range"),
        (("5.2",), "unaligned memory access"),
        (("5.2",), ""),
    ]

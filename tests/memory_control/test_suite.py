"""The conformance suite of memory control: every script, under the profile of its name or under each, on each tier."""

from pathlib import Path

import pytest

from quire.engine.tiers import TIERS
from quire.spec_tests.features import features, known_features
from quire.spec_tests.files import Options, run_script
from quire.spec_tests.header import declared_features, profiles_of
from quire.spec_tests.memory_control import coverage
from quire.spec_tests.runner import Runner
from quire.spec_tests.script import read_script
from quire.spec_tests.subject import TIERS, Engine

SCRIPTS = sorted(coverage.FOLDER.glob("*.wast"))
ALONE = ("alone", "off")  # they assert that features are off
RUNS = [(path, profile) for path in SCRIPTS for profile in profiles_of(path)]


@pytest.mark.parametrize("tier", sorted(TIERS))
@pytest.mark.parametrize(("path", "profile"), RUNS, ids=lambda value: getattr(value, "stem", value))
def test_script(path: Path, profile: str, tier: str) -> None:
    result = run_script(path, Options(tier=tier, alignment=profile))
    assert not result.failures, "\n".join(map(str, result.failures))
    assert result.passed


WITH_OTHERS = [(path, profile) for path, profile in RUNS if path.stem not in ALONE]


@pytest.mark.parametrize(("path", "profile"), WITH_OTHERS, ids=lambda value: getattr(value, "stem", value))
def test_script_with_every_feature_on(path: Path, profile: str) -> None:
    every = features(known_features())
    runner = Runner(Engine(every, alignment=profile))
    for command in read_script(path.read_bytes(), every.text_format):
        mismatch = runner.run(command)
        assert mismatch is None, f"line {command.line}: expected {mismatch.expected}, came {mismatch.came}"


def test_each_script_says_which_features_it_needs() -> None:
    for path in SCRIPTS:
        named = declared_features(path.read_bytes())
        assert named is not None, path.name
        assert named == () or "memory-control" in named, path.name


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

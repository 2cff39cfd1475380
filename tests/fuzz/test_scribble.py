"""Texts with a mistake are refused as a rule, and by every engine; a case of one stands alone."""

from collections import Counter
from pathlib import Path

import pytest

from quire.cli.command import run_command
from quire.fuzz.broken import slim
from quire.fuzz.campaign.cases import SCRIBBLED, Cases, Configuration, request_of
from quire.fuzz.choices import SeededChoices
from quire.fuzz.compare import compare, verdict_of
from quire.fuzz.generate.generator import Generated, generate
from quire.fuzz.legs import quire_leg
from quire.fuzz.legs.process import LegProcess, known_legs
from quire.fuzz.legs.protocol import TEXT
from quire.fuzz.reduction.reproduce import write_case
from quire.fuzz.scribble import scribbled

REFERENCE = quire_leg.leg("reference")
FEATURES = ("memories", "globals", "multi-value", "loops", "references", "gc", "simd", "tables")


@pytest.fixture(scope="module")
def texts() -> list[Generated]:
    bases = [slim(generate(SeededChoices(seed), FEATURES), SeededChoices(seed)) for seed in range(4)]
    return [scribbled(bases[seed % 4], SeededChoices(seed)) for seed in range(60)]


def test_most_are_refused(texts: list[Generated]) -> None:
    verdicts = Counter(verdict_of(REFERENCE(request_of(each))) for each in texts)
    assert verdicts["ok"] > 0
    assert verdicts["refused"] > 30
    assert [each.binary for each in texts[:9]] != [texts[0].binary] * 9


def test_by_another_engine_too(texts: list[Generated]) -> None:
    leg = known_legs().get("wasmtime")
    if leg is None:
        pytest.skip("wasmtime is not there")
    with LegProcess(leg) as process:
        for each in texts:
            request = request_of(each)
            answers = {"reference": REFERENCE(request), "wasmtime": process.ask(request)}
            found = compare(answers)
            assert (found.legs, found.difference) == (2, None), each.binary.decode()


def test_a_campaign_has_some() -> None:
    case = Cases(Configuration(("reference",), FEATURES)).case(SCRIBBLED)
    assert case.binary
    assert TEXT in request_of(case).features


def test_a_case_stands_alone(texts: list[Generated], tmp_path: Path) -> None:
    for number, each in enumerate(texts[:12]):
        request = request_of(each)
        folder = write_case(tmp_path / str(number), request, {"reference": REFERENCE(request)}, "none")
        assert run_command(["wast", str(folder / "repro.wast")]) == 0

"""What an engine may choose decides no case, before reduction and after it, and no script that is written of one."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from quire.cli import run_command
from quire.engine.instruction_set import CORE
from quire.engine.validate import validate
from quire.fuzz.campaign.cases import request_of
from quire.fuzz.choices import SeededChoices
from quire.fuzz.compare import compare
from quire.fuzz.generate.features import ALL_FEATURES, OWN
from quire.fuzz.generate.generator import Call, Generated, generate
from quire.fuzz.legs import quire_leg
from quire.fuzz.legs.process import LegProcess, known_legs, leg_command
from quire.fuzz.legs.protocol import Answer, Request
from quire.fuzz.reduction.reduce import Reducer, same_bucket
from quire.fuzz.reduction.reproduce import write_case
from quire.fuzz.reduction.sound import depends_on_choice, open_choices, turned, without_violations
from quire.wat.parser import parse_module
from quire.wat.text_format import TextFormat

REFERENCE = quire_leg.leg("reference")
ENDLESS = float("inf")
FLOATS = ("floats", "simd", "memories", "multi-memory")
CANONICAL = "(select (local.get 0) (f32.const nan) (f32.eq (local.get 0) (local.get 0)))"
DIVISION = """(module
  (func $canonical (param f32) (result f32) {helper})
  (func (result i32) (i32.reinterpret_f32 {result})))"""


def case(helper: str, result: str) -> Generated:
    module = parse_module(DIVISION.format(helper=helper, result=result), TextFormat(CORE))
    return Generated(module, CORE, frozenset({"floats"}), (Call(1, ()),), fuel=False)


@pytest.fixture
def legs() -> Iterator[list[LegProcess]]:
    with LegProcess(leg_command("reference")) as leg:
        yield [leg]


@pytest.mark.parametrize(
    ("helper", "result", "expected"),
    [
        (CANONICAL, "(call $canonical (f32.div (f32.const 0) (f32.const 0)))", 0),
        (CANONICAL, "(f32.div (f32.const 0) (f32.const 0))", 1),
        ("(local.get 0)", "(call $canonical (f32.div (f32.const 0) (f32.const 0)))", 1),
        (CANONICAL, "(f32.abs (f32.div (f32.const 0) (f32.const 0)))", 1),
        (CANONICAL, "(f32.div (f32.const 1) (f32.const 0))", 0),
        (CANONICAL, "(f32.const 0)", 0),
    ],
)
def test_a_nan_that_is_left_as_it_is_is_a_choice(
    helper: str, result: str, expected: int, legs: list[LegProcess]
) -> None:
    generated = case(helper, result)
    assert depends_on_choice(generated, legs, ()) == bool(expected)


def test_generated_modules_leave_no_choice() -> None:
    features = [each for each in ALL_FEATURES if each not in OWN]
    for seed in range(60):
        generated = generate(SeededChoices(seed), features if seed % 2 else (*FLOATS, "relaxed-simd"))
        other = turned(generated)
        assert open_choices(generated) == 0
        if other is not None:
            validate(other.module, other.instruction_set)
            answers = {
                "a": without_violations(REFERENCE(request_of(generated))),
                "b": without_violations(REFERENCE(request_of(other))),
            }
            assert compare(answers).difference is None, seed


class Other(LegProcess):
    """A leg in this process that answers as an engine with other NaNs does, or with wrong quotients."""

    def __init__(self, name: str, *, wrong: bool = False) -> None:
        super().__init__(replace(leg_command("reference"), name=name))
        self.wrong = wrong
        self.request: Request | None = None

    def send(self, request: Request) -> str | None:
        self.request = request
        return None

    def receive(self) -> Answer:
        assert self.request is not None
        answer = REFERENCE(self.request)
        divides = b"\x43\x00\x00\x00\x00\x95" in self.request.binary  # f32.const 0, f32.div
        return replace(answer, observed=answer.observed[:-1] + b"\x77") if self.wrong and divides else answer


def test_reduction_keeps_what_makes_nans_canonical() -> None:
    text = "(call $canonical (f32.div (f32.const 0) (f32.const 0)))"
    generated = replace(case(CANONICAL, text), calls=(Call(1, ()),) * 3)
    legs = [Other("right"), Other("wrong", wrong=True)]
    difference = compare({each.leg.name: each.ask(request_of(generated)) for each in legs}).difference
    assert difference is not None
    small = Reducer(same_bucket(difference.bucket, legs), ENDLESS).reduce(generated)
    assert len(small.calls) == 1
    assert open_choices(small) == 0
    assert not depends_on_choice(small, legs, difference.dissenting)


TRACE = """(module
  (import "host" "note" (func $note (param i32 i32) (result i32)))
  (func (export "call:0") (result i32) (call $note (i32.const {first}) (i32.const 7))))"""


def script(folder: Path, first: int, said: int) -> Path:
    """The script of a case that hands the host `first`, where most legs say that it is `said`."""
    generated = parse_module(TRACE.format(first=first), TextFormat(CORE))
    request = request_of(Generated(generated, CORE, frozenset(), (), fuel=False, plain=True))
    answer = replace(REFERENCE(request), trace=((said, 7),))
    return write_case(folder, request, {"a": answer, "b": answer}, "trace a") / "repro.wast"


def test_a_script_tells_what_the_host_was_called_with(tmp_path: Path) -> None:
    assert run_command(["wast", str(script(tmp_path, 5, 5))]) == 0
    shutil.rmtree(tmp_path)
    assert run_command(["wast", str(script(tmp_path, 5, 6))]) == 1


def test_a_script_tells_of_results_outside_of_what_is_allowed(tmp_path: Path) -> None:
    assert run_command(["wast", str(script(tmp_path, 0xBAD00000, 0xBAD00000))]) == 1


@pytest.mark.parametrize("name", ["wasmtime", "node"])
def test_scripts_of_generated_modules_hold_for_engines_with_other_nans(name: str, tmp_path: Path) -> None:
    if name not in known_legs():
        pytest.skip(f"{name} is not there")
    with LegProcess(leg_command(name)) as leg:
        for seed in range(8):
            request = request_of(generate(SeededChoices(seed), FLOATS))
            write_case(tmp_path, request, {name: leg.ask(request)}, "value")
    assert run_command(["wast", *map(str, tmp_path.glob("*/repro.wast"))]) == 0

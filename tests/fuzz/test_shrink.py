"""wasm-tools shrink goes on where our own reduction stops, if it is installed; if not, nothing is lost."""

import time
from pathlib import Path

import pytest

from quire.engine.binary import encode
from quire.engine.instruction_set import CORE
from quire.fuzz.campaign.cases import request_of
from quire.fuzz.generate.generator import Generated
from quire.fuzz.legs import quire_leg
from quire.fuzz.reduction import shrink
from quire.fuzz.reduction.shrink import Shrinking, of_binary, shrunk
from quire.fuzz.smith import NoSmith, smith_command
from quire.wat.parser import parse_module
from quire.wat.text_format import TextFormat

REFERENCE = quire_leg.leg("reference")
TEXT = """(module
  (memory 1) (global i32 (i32.const 4)) (func (param i64) (result i64) (i64.mul (local.get 0) (i64.const 3)))
  (func (export "call:0") (result i32) (local i32 i64) (local.set 0 (i32.const 7))
    (drop (call 0 (i64.const 5))) (i32.div_u (i32.mul (local.get 0) (i32.const 6)) (i32.const 0))))"""


@pytest.fixture
def case() -> Generated:
    return Generated(parse_module(TEXT, TextFormat(CORE)), CORE, frozenset(), (), fuel=False, plain=True)


def divides_by_zero(generated: Generated) -> bool:
    return REFERENCE(request_of(generated)).calls == ("trap divide",)


def test_a_case_becomes_smaller(case: Generated) -> None:
    try:
        smith_command()
    except NoSmith as error:
        pytest.skip(str(error))
    binary = encode(case.module, CORE)
    small = shrunk(case, divides_by_zero, binary, time.monotonic() + 60)
    assert divides_by_zero(small)
    assert len(encode(small.module, CORE)) < len(binary)


def test_without_the_program_or_for_other_cases_nothing_changes(
    case: Generated, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> tuple[str, str]:
        raise NoSmith("wasm-tools is not installed")

    monkeypatch.setattr(shrink, "smith_command", missing)
    assert shrunk(case, divides_by_zero, b"", time.monotonic() + 60) is case


def test_it_is_stopped_when_the_time_is_over(case: Generated, tmp_path: Path) -> None:
    program = tmp_path / "slow"
    program.write_text(f'#!/bin/sh\n"$2" "$3" && sleep 60\ntouch {tmp_path}/ended\n')
    program.chmod(0o700)
    binary = encode(case.module, CORE)
    shrinking = Shrinking(case, binary, divides_by_zero)
    shrinking.run(str(program), tmp_path, time.monotonic() + 2)
    assert not (tmp_path / "ended").exists()
    assert shrinking.binary == binary


def test_only_smaller_modules_that_show_the_case_are_kept(case: Generated) -> None:
    small = encode(
        parse_module('(module (func (export "call:0") (result i32) (i32.div_u (i32.const 1) (i32.const 0))))')
    )
    other = encode(parse_module('(module (func (export "call:0") (result i32) (i32.const 1)))'))
    shrinking = Shrinking(case, encode(case.module, CORE), divides_by_zero)
    assert not shrinking.is_interesting(other)
    assert not shrinking.is_interesting(b"nothing")
    assert of_binary(case, b"nothing") is None
    assert shrinking.is_interesting(small)
    assert shrinking.binary == small

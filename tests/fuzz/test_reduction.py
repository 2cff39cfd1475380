"""Reduction: what is left is small, still valid, and shows the same without the shim."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from quire.engine.binary import encode
from quire.engine.instruction_set import CORE
from quire.engine.validate import validate
from quire.fuzz.broken import break_module, slim
from quire.fuzz.campaign.cases import request_of
from quire.fuzz.choices import SeededChoices
from quire.fuzz.generate.generator import Call, Generated, generate
from quire.fuzz.legs.quire_leg import leg
from quire.fuzz.pages import program_case
from quire.fuzz.reduction.direct import direct_forms
from quire.fuzz.reduction.inline import inlined
from quire.fuzz.reduction.reduce import Reducer, shown, size_of, strategies_for, with_body
from quire.fuzz.reduction.renumber import prune
from quire.fuzz.reduction.special import program_of
from quire.fuzz.scramble import scrambled
from quire.fuzz.scribble import scribbled
from quire.wat.parser import parse_module
from quire.wat.text_format import TextFormat

REFERENCE = leg("reference")
ENDLESS = float("inf")
TEXT = """
(module
  (type $unused (func (param f64)))
  (memory 1) (memory $other 1) (table 2 funcref) (global $unused i32 (i32.const 3))
  (func $divide (param i32 i32) (result i32) (i32.div_u (i32.add (local.get 0) (i32.const 1)) (local.get 1)))
  (func $more (result i64) (i64.load $other (i32.const 8)))
  (func $noise (param i32) (result i32) (block (result i32) (i32.mul (local.get 0) (i32.const 7)))))
"""


@pytest.fixture
def case() -> Generated:
    module = parse_module(TEXT, TextFormat(CORE))
    make = {row.mnemonic: row for row in CORE.rows}["i32.const"]
    number = [type(module.functions[0].body.instructions[0])(make, (value,)) for value in (5, 6, 12)]
    calls = (Call(2, (number[2],)), Call(0, (number[0], number[1])), Call(1, ()))
    return Generated(module, CORE, frozenset(), calls, fuel=False)


def executes(mnemonic: str) -> Callable[[Generated], bool]:
    """Stands for a bug of an instruction: holds where a module has it and has calls."""

    def holds(generated: Generated) -> bool:
        request = request_of(generated)
        bodies = (each.body.instructions for each in generated.module.functions)
        has = any(each.row.mnemonic == mnemonic for body in bodies for each in body)
        return has and "call:0" in request.calls and REFERENCE(request).calls[0] == "0"

    return holds


def test_all_that_is_not_needed_goes(case: Generated) -> None:
    small = Reducer(executes("i32.div_u"), ENDLESS).reduce(case)
    assert small.plain
    assert size_of(small) <= 60
    assert (small.module.memories, small.module.tables, small.module.globals) == ((), (), ())
    assert [each.row.mnemonic for each in small.module.functions[0].body.instructions].count("i32.div_u") == 1


def test_direct_forms_show_what_calls_do(case: Generated) -> None:
    forms = list(direct_forms(replace(case, calls=case.calls[1:2])))
    for each in forms:
        validate(each.module, each.instruction_set)
    assert "1" in {REFERENCE(request_of(each)).calls[0] for each in forms}  # (5 + 1) / 6


def test_calls_are_replaced_by_what_they_call(case: Generated) -> None:
    form = next(direct_forms(replace(case, calls=case.calls[1:2])))
    number, code = next(inlined(form))
    changed = prune(with_body(form, number, code))
    validate(changed.module, changed.instruction_set)
    assert len(changed.module.functions) == 1
    assert REFERENCE(request_of(changed)).calls == REFERENCE(request_of(form)).calls


def others() -> Iterator[Generated]:
    base = slim(generate(SeededChoices(3)), SeededChoices(0))
    yield break_module(base, SeededChoices(1))
    yield scrambled(base, SeededChoices(2))
    yield program_case(SeededChoices(5))
    yield next(each for seed in range(20) if REFERENCE(request_of(each := scribbled(base, SeededChoices(seed)))).detail)


@pytest.mark.parametrize("generated", list(others()), ids=["syntax", "bytes", "program", "text"])
def test_cases_of_other_sorts_become_less(generated: Generated) -> None:
    verdict = REFERENCE(request_of(generated)).verdict
    small = Reducer(lambda each: REFERENCE(request_of(each)).verdict == verdict, ENDLESS).reduce(generated)
    assert strategies_for(small) == strategies_for(generated)
    assert size_of(small) < size_of(generated) / 3
    program = program_of(small)
    assert program is None or not program.operations


def test_pruning_keeps_what_it_is_told_to(case: Generated) -> None:
    left = prune(replace(case, calls=()), [("memory", 1), ("global", 0)])
    assert (len(left.module.memories), len(left.module.globals), len(left.module.functions)) == (1, 1, 0)
    assert len(encode(left.module, CORE)) < 40


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [
        ("value mine", "mine: value / value"),
        ("call mine 0 / 1", "mine: value / value"),
        ("call mine 0 / trap divide", "mine: value / trap divide"),
        ("verdict mine ok / refused", "verdict mine ok / refused"),
    ],
)
def test_a_bucket_is_the_same_with_and_without_the_shim(bucket: str, expected: str) -> None:
    assert shown(bucket) == expected


@pytest.mark.parametrize("memory", ["1", "i64 1", "2 3"])
def test_a_byte_anywhere_in_a_memory_shows(memory: str) -> None:
    """What is left in a memory is read by a loop, since nobody knows where it differs."""
    address = "i64" if memory.startswith("i64") else "i32"
    seen = set()
    for at in (None, 0, 7, 8, 4095, 65535):
        store = "" if at is None else f"(i32.store8 ({address}.const {at}) (i32.const 1))"
        module = parse_module(f"(module (memory {memory}) (func {store}))", TextFormat(CORE))
        *_, look = direct_forms(Generated(module, CORE, frozenset(), (Call(0, ()),), fuel=False))
        validate(look.module, look.instruction_set)
        seen.add(REFERENCE(request_of(look)).calls)
    assert len(seen) == 6


def test_texts_lose_what_is_not_needed() -> None:
    """A module on whose text engines differ, inside a long one with an unclosed parenthesis."""
    text = f'(module {TEXT.strip()[8:-1]} (type (func (param i32))) (func (type 0) (param)) (export "long" (memory +1))'
    generated = replace(broken_text(), binary=text.encode())
    small = Reducer(lambda each: "+1" in each.binary.decode() and b"memory" in each.binary, ENDLESS).reduce(generated)
    assert small.binary == b"memory+1"


def broken_text() -> Generated:
    return scribbled(slim(generate(SeededChoices(3)), SeededChoices(0)), SeededChoices(1))

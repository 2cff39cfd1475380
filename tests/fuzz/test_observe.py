"""The shim changes no behaviour, tells everything, and runs alike in this engine and another."""

import struct
from collections import defaultdict

import pytest

from quire.engine.binary import decode
from quire.engine.instruction_set import CORE
from quire.engine.instructions.row import Kind
from quire.engine.validate import validate
from quire.fuzz.broken import break_module
from quire.fuzz.campaign.cases import request_of
from quire.fuzz.choices import SeededChoices
from quire.fuzz.compare import Verdict, compare, values_by_call
from quire.fuzz.generate.catalogue import plain_production
from quire.fuzz.generate.edges import EDGES
from quire.fuzz.generate.features import ALL_FEATURES, OWN, rows_of
from quire.fuzz.generate.generator import Call, Generated, generate
from quire.fuzz.legs import quire_leg
from quire.fuzz.legs.protocol import Answer, decode_answer, decode_request, encode_answer, encode_request
from quire.fuzz.matrix import matrix, matrix_rows
from quire.fuzz.matrix_coverage import edge_names, edges_told
from quire.fuzz.observe import MARKER, observe
from quire.wat.parser import parse_module
from quire.wat.text_format import TextFormat

SHARED = tuple(each for each in ALL_FEATURES if each not in OWN)
REFERENCE = quire_leg.leg("reference")


def words(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)


@pytest.mark.parametrize("seed", range(24))
def test_a_module_with_its_shim_is_valid_and_its_calls_run(seed: int) -> None:
    generated = generate(SeededChoices(seed))
    observed = observe(generated)
    validate(decode(observed.binary, generated.instruction_set), generated.instruction_set)
    answer = REFERENCE(request_of(generated))
    assert (answer.verdict, len(answer.calls)) == ("ok", len(generated.calls) + 1)
    assert len(answer.memories) == len(generated.module.memories)
    assert set(values_by_call(answer)) == set(range(len(generated.calls) + 1))


def test_few_calls_trap() -> None:
    answers = [REFERENCE(request_of(generate(SeededChoices(seed), SHARED))) for seed in range(40)]
    calls = [call for answer in answers for call in answer.calls]
    trapped = [call for call in calls if call.startswith("trap")]
    assert 0 < len(trapped) <= 0.1 * len(calls)


def test_other_engines_do_the_same() -> None:
    pytest.importorskip("wasmtime", reason="the extra oracle is not installed")
    from quire.fuzz.legs.wasmtime_leg import WasmtimeLeg

    wasmtime = WasmtimeLeg("optimised")
    for seed in range(110, 134):
        request = request_of(generate(SeededChoices(seed), SHARED))
        verdict = compare({"reference": REFERENCE(request), "wasmtime": wasmtime.run(request)})
        assert verdict.difference is None, (seed, verdict.difference)
        assert verdict.calls


ALIASES = """(module
  (type $box (struct (field (mut i32)))) (type $pair (struct (field (ref null $box)) (field (ref null $box))))
  (global $fuel (mut i32) (i32.const 0))
  (func (result anyref) (local $box (ref null $box)) (local.set $box (struct.new $box (i32.const 5)))
    (struct.new $pair (local.get $box) {second}))
  (func (result anyref anyref) (local $box (ref null $box)) (local.set $box (struct.new $box (i32.const 5)))
    (local.get $box) {second}))"""


def test_references_to_the_same_object_are_told_from_references_to_equal_ones() -> None:
    observed = []
    for second in ("(local.get $box)", "(struct.new $box (i32.const 5))", "(struct.new $box (i32.const 6))"):
        module = parse_module(ALIASES.format(second=second), TextFormat(CORE))
        for function in (0, 1):
            generated = Generated(module, CORE, frozenset({"gc", "references"}), (Call(function, ()),), fuel=False)
            answer = REFERENCE(request_of(generated))
            assert answer.calls == ("0", "0")
            observed.append((function, answer.observed))
    assert len(set(observed)) == len(observed)


def test_memories_are_shared_now_and_then_and_waited_on() -> None:
    modules = [generate(SeededChoices(seed), ("memories", "threads")) for seed in range(60)]
    shared = [each for each in modules if any(memory.type.shared for memory in each.module.memories)]
    used = {instruction.row.mnemonic for each in shared for body in each.module.functions for instruction in body.body}
    assert 10 < len(shared) < 50
    assert {"memory.atomic.wait32", "memory.atomic.wait64", "memory.atomic.notify"} <= used


def test_the_matrix_walks_every_row_and_every_edge_value_of_its_operands() -> None:
    walked = defaultdict[str, set[tuple[int, int]]](set)
    names = set[str]()
    for generated in matrix(8):
        validate(generated.module, generated.instruction_set)
        for call in generated.calls:
            constants = (bits for each in call.arguments for bits in (each.immediates or (-1,)))
            walked[call.of] |= {(at, bits) for at, bits in enumerate(constants) if isinstance(bits, int)}
            names.update(edge_names(call.of, call.edges))
    assert set(walked) == {row.mnemonic for row in rows_of(ALL_FEATURES)}
    listed = edges_told(names)
    assert not [line for line in listed.values() if "without" in line]
    assert listed["i32.load8_s"] == "i32 27/27 or i64 37/37"
    assert listed["i64.const"] == "i64 37/37"
    assert "without 0x0" in edges_told(names - {"i32.add 1 i32 0x0"})["i32.add"]
    for row in matrix_rows():
        parameters = plain_production(row).signature.parameters if row.kind is Kind.NUMERIC else ()
        wanted = {(at, bits) for at, type_ in enumerate(parameters) for bits in EDGES.get(type_, ())}
        assert walked[row.mnemonic] >= wanted


@pytest.mark.parametrize("profile", ["optimised", "none", "pulley"])
def test_each_profile_of_wasmtime_runs(profile: str) -> None:
    pytest.importorskip("wasmtime", reason="the extra oracle is not installed")
    from quire.fuzz.legs.wasmtime_leg import WasmtimeLeg

    request = request_of(generate(SeededChoices(0), ("memories", "floats", "simd", "gc", "references", "multi-memory")))
    answers = {"reference": REFERENCE(request), profile: WasmtimeLeg(profile).run(request)}
    assert compare(answers).calls == len(request.calls)


def answer(*calls: str, observed: bytes = b"", **more: object) -> Answer:
    return Answer("ok", "", calls, observed, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "second", "phase"),
    [
        (answer("0"), answer("0"), None),
        (answer("0"), answer("trap table"), "call"),
        (answer("0", observed=words(MARKER, 1)), answer("0", observed=words(MARKER, 2)), "value"),
        (answer("0", memories=((1, "a"),)), answer("0", memories=((1, "b"),)), "memory"),
        (answer("0", trace=((1, 2),)), answer("0", trace=()), "trace"),
        (answer("0"), Answer("invalid"), "verdict"),
        (Answer("malformed"), Answer("invalid"), None),
        (answer("0"), Answer("unsupported"), None),
        (answer("0"), Answer("died"), "process"),
        (answer("trap null"), answer("trap array"), None),
        (answer("trap allocation", "0"), answer("0", "1"), None),
        (answer("0", "trap allocation"), answer("1", "0"), "call"),
    ],
)
def test_what_counts_as_a_difference(first: Answer, second: Answer, phase: str | None) -> None:
    found = compare({"a": first, "b": second}).difference
    assert (found and found.phase) == phase


def test_the_majority_is_taken_for_right() -> None:
    found = compare({"a": answer("1"), "b": answer("0"), "c": answer("0")}).difference
    assert found is not None
    assert (found.dissenting, found.outcomes, found.call) == (("a",), ("1", "0"), 0)
    assert compare({}) == Verdict(None, 0, 0, 0)


def test_requests_and_answers_survive_the_pipe() -> None:
    request = request_of(generate(SeededChoices(3)))
    assert decode_request(encode_request(request)[4:]) == request
    given = REFERENCE(request)
    assert decode_answer(encode_answer(given)[4:]) == given


def test_broken_modules_are_refused_as_a_rule_and_alike() -> None:
    pytest.importorskip("wasmtime", reason="the extra oracle is not installed")
    from quire.fuzz.legs.wasmtime_leg import WasmtimeLeg

    wasmtime, verdicts = WasmtimeLeg("optimised"), []
    for seed in range(100):
        choices = SeededChoices(seed)
        request = request_of(break_module(generate(choices, SHARED), choices))
        answers = {"reference": REFERENCE(request), "wasmtime": wasmtime.run(request)}
        assert compare(answers).difference is None, seed
        verdicts.append(answers["reference"].verdict)
    assert 20 < sum(verdict != "ok" for verdict in verdicts) < 100

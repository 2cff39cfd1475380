"""The passes of the fast tier one by one: effects, operands, dominators, structure, facts."""

import pytest

from quire.engine import types as t
from quire.engine.compile.analysis import facts
from quire.engine.compile.analysis.intervals import analyse
from quire.engine.compile.code.source import Line, Suite, render
from quire.engine.compile.expressions.special import special
from quire.engine.compile.expressions.translate import Translator
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.graph import structure as s
from quire.engine.compile.graph.dominators import order
from quire.engine.compile.graph.effects import EXCLUDED, effects_of
from quire.engine.compile.graph.lift import lift
from quire.engine.instantiate import instantiate
from quire.engine.instruction_set import CORE
from quire.engine.instructions.expressions import PRIMARY, Value
from quire.engine.interpret import Interpreter
from quire.engine.runtime.memory import AccessCode
from quire.engine.runtime.store import Store
from quire.engine.validate import validate
from quire.wat.parser import parse_module


def graph_of(body, head="(param i32 i32) (result i32) (local i32 i32)"):
    valid = validate(parse_module(f"(module (memory 1) (func {head} {body}))"))
    function = instantiate(Store(), valid, [], Interpreter()).functions[0]
    context = valid.function_context(0)
    return lift(context, function), Translator(context, 0, [AccessCode()] * len(context.memories), special)


def row(mnemonic):
    return CORE.by_mnemonic[mnemonic][0]


@pytest.mark.parametrize(
    ("mnemonic", "effects"),
    [
        ("i32.add", n.PURE),
        ("i32.const", n.PURE),
        ("i32.div_s", n.TRAPS),
        ("i32.load", n.TRAPS | n.READS_MEMORY),
        ("f64.store", n.TRAPS | n.WRITES_MEMORY),
        ("global.set", n.WRITES_STATE),
        ("memory.grow", n.EVERYTHING),
    ],
)
def test_effects(mnemonic, effects):
    assert effects_of(row(mnemonic)) == effects


def test_what_must_not_be_moved_across_what():
    assert n.READS_MEMORY & EXCLUDED[n.WRITES_MEMORY]
    assert n.TRAPS & EXCLUDED[n.TRAPS]
    assert n.TRAPS & EXCLUDED[n.WRITES_STATE]
    assert not n.READS_MEMORY & EXCLUDED[n.WRITES_STATE]
    assert not n.PURE & EXCLUDED[n.EVERYTHING]
    assert n.READS_STATE & EXCLUDED[n.EVERYTHING]


def statements(graph):
    return [each.targets for block in graph.blocks for each in block.statements if isinstance(each, n.Assign)]


def test_operands_wait_in_expressions():
    graph, _ = graph_of("(i32.add (i32.mul (local.get 0) (local.get 1)) (i32.load (local.get 0)))")
    assert statements(graph) == []


def test_an_operand_does_not_wait_for_a_change_of_what_it_reads():
    graph, _ = graph_of("(local.get 0) (local.set 0 (i32.const 1)) (i32.add (local.get 0))")
    assert statements(graph) == [("s0",), ("l0",)]
    graph, _ = graph_of("(i32.load (local.get 0)) (i32.store (local.get 1) (i32.const 1))")
    assert statements(graph) == [("s0",), ()]
    graph, _ = graph_of("(local.get 0) (i32.store (local.get 1) (i32.const 1))")
    assert statements(graph) == [()]


def test_a_result_goes_to_its_variable_at_once():
    graph, _ = graph_of("(local.set 2 (memory.grow (local.get 0))) (local.get 2)")
    assert statements(graph) == [("l2",)]


def test_dominators():
    graph, _ = graph_of("(if (local.get 0) (then (nop)) (else (nop))) (local.get 1)")
    found = order(graph.region)
    entry = found.blocks[0]
    assert len(found.blocks) == 4
    assert {each.number for each in found.children[entry]} == {each.number for each in found.blocks[1:]}
    assert len(found.predecessors[found.blocks[-1]]) == 2
    assert not found.back


def shape(tree):
    """The tree in words."""
    words = []
    for each in tree:
        match each:
            case s.Loop(_, body):
                words.append(f"loop[{shape(body)}]")
            case s.Once(_, body, used):
                words.append(f"once[{shape(body)}]" if used else shape(body))
            case s.If(_, _, then, otherwise):
                words.append(f"if[{shape(then)}|{shape(otherwise)}]")
            case s.Exit():
                frames = "" if each.way is None else "again" if each.way.again else "break" * len(each.way.frames)
                words.append(frames or "falls")
            case _:
                words.append("code")
    return " ".join(words)


def structure_of(body):
    graph, _ = graph_of(body)
    trees = s.structure(graph.region, graph.loops)  # to be kept as long as its tree is looked at
    return shape(next(trees))


def test_branches_that_meet():
    text = "(if (local.get 0) (then (local.set 0 (i32.const 1))) (else (local.set 0 (i32.const 2))))"
    more = "(local.set 1 (i32.const 3)) (local.set 2 (i32.const 3)) (local.set 3 (i32.const 3)) (local.get 0)"
    assert structure_of(f"{text} {more}") == "code if[code falls|code falls] code"


def test_what_a_loop_leads_to_stands_behind_it():
    after = "(local.set 1 (i32.const 3)) (local.set 2 (i32.const 3)) (local.set 3 (i32.const 3)) (local.get 1)"
    found = structure_of(f"(loop (br_if 0 (local.get 0))) {after}")
    assert found == "code loop[code if[falls|break]] code code"


def test_an_exit_of_two_levels():
    inner = "(loop (br_if 2 (local.get 0)) (br_if 1 (local.get 1)) (br 0))"
    after = "(local.set 1 (i32.const 3)) (local.set 2 (i32.const 3)) (local.set 3 (i32.const 3)) (local.get 1)"
    found = structure_of(f"(block (loop {inner} )) {after}")
    assert "breakbreak" in found or "once" in found
    assert found.count("loop[") == 2


def value(low, high):
    return Value("x", PRIMARY, low, high)


def get(name):
    return n.Get(name, t.I32)


def compare(mnemonic, first, second):
    return n.Operation(0, n.Instruction(row(mnemonic)), (first, second), t.I32, n.PURE, 1, frozenset())


@pytest.mark.parametrize(
    ("mnemonic", "taken", "expected"),
    [
        ("i32.lt_u", True, (0, 9)),
        ("i32.lt_u", False, (10, 100)),
        ("i32.eq", True, (10, 10)),
        ("i32.ge_u", True, (10, 100)),
        ("i32.gt_s", True, (11, 100)),
        ("i32.le_s", True, (0, 10)),
    ],
)
def test_a_branch_tells_of_its_operands(mnemonic, taken, expected):
    state = {"l0": (0, 100, 0)}
    condition = compare(mnemonic, get("l0"), get("l1"))
    refined = facts.refine(state, condition, value(0, 100), value(10, 10), taken=taken)
    assert refined["l0"][:2] == expected


def test_a_signed_comparison_tells_nothing_of_what_may_be_negative():
    state = {"l0": (0, (1 << 32) - 1, 0)}
    condition = compare("i32.lt_s", get("l0"), get("l1"))
    assert facts.refine(state, condition, value(0, (1 << 32) - 1), value(10, 10), taken=True) == state


def test_joins_hold_in_both():
    assert facts.join({"a": (1, 2, 4), "b": (0, 0, 0)}, {"a": (5, 9, 2)}) == {"a": (1, 9, 2)}


def test_a_counter_stays_below_its_bound():
    body = """(loop (local.set 2 (i32.add (local.get 2) (i32.const 1)))
                    (br_if 0 (i32.lt_u (local.get 2) (i32.const 1000)))) (local.get 2)"""
    graph, translator = graph_of(body)
    states = analyse(graph, translator)
    (header,) = graph.loops
    assert states[header]["l2"][:2] == (0, 999)


def test_lines_know_their_depth():
    inner = Suite([Line("while a:"), Suite([Line("b()")], nests=True)], nests=True)
    source = render([Line("try:"), inner, Line("else:"), Suite()], [])
    assert source.text == "try:\n    while a:\n        b()\nelse:\n    pass\n"
    assert (source.indents, source.nesting) == (2, 2)

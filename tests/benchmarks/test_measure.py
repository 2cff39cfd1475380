"""The harness of the benchmarks: who is measured, what counts as wrong, how a duration reads. None looks at a clock."""

import importlib.util
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).resolve().parents[2] / "benchmarks" / "measure.py"


@pytest.fixture(scope="module")
def measure():
    spec = importlib.util.spec_from_file_location("benchmark_measure", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_every_contender_is_measured_and_compared_with_the_first(measure):
    contest = measure.Contest("sum", 6, [measure.Contender(name, lambda: sum((1, 2, 3))) for name in ("one", "other")])
    outcomes = measure.hold(contest, rounds=2)
    assert [outcome.contender for outcome in outcomes] == ["one", "other"]
    assert outcomes[0].ratio == 1
    assert all(0 < outcome.best <= outcome.median for outcome in outcomes)


def test_a_contender_with_a_wrong_result_stops_the_contest(measure):
    contest = measure.Contest("sum", 6, [measure.Contender("right", lambda: 6), measure.Contender("wrong", lambda: 7)])
    with pytest.raises(measure.WrongResult, match="sum: wrong gives 7, not 6"):
        measure.hold(contest, rounds=1)


def test_fresh_work_is_made_anew_for_each_measure(measure):
    made = []

    def make():
        made.append(list(range(3)))
        return made[-1].pop

    measure.hold(measure.Contest("first", 2, [measure.Contender("one", make, fresh=True)]), rounds=4)
    assert len(made) >= 5
    assert all(each == [0, 1] for each in made)


def test_the_mean_is_of_those_who_were_in_every_contest(measure):
    found = [("a", "one", 4.0), ("a", "other", 1.0), ("b", "one", 9.0)]
    outcomes = [measure.Outcome(contest, name, each, each, each / 2) for contest, name, each in found]
    (mean,) = measure.means("of two", outcomes)
    assert (mean.contest, mean.contender) == ("of two", "one")
    assert (mean.best, mean.median, mean.ratio) == pytest.approx((6, 6, 3))


@pytest.mark.parametrize(
    ("seconds", "text"), [(12.34, "12.3 s"), (0.5, "500 ms"), (0.0021, "2.1 ms"), (3.5e-6, "3.5 µs"), (4e-8, "40 ns")]
)
def test_a_duration_reads_well(measure, seconds, text):
    assert measure.duration(seconds) == text


def test_the_table_has_a_line_an_outcome(measure):
    lines = measure.table([measure.Outcome("fib(9)", "quire", 0.25, 0.5, 1.0)]).splitlines()
    assert len(lines) == 3
    assert lines[2] == "| fib(9)  | quire     | 250 ms | 500 ms | 1x       |"


@pytest.mark.parametrize(
    ("ratio", "text"), [(1.0, "1x"), (6.2345, "6.23x"), (0.57, "0.57x"), (1 / 1083, "1/1,083"), (0.026, "1/38")]
)
def test_a_ratio_reads_well(measure, ratio, text):
    assert measure.relation(ratio) == text

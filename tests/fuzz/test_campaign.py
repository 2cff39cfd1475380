"""Campaigns: the same outcome however they are run, nothing lost when a process is killed, planted bugs are found."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from quire.fuzz.campaign.batch import BatchResult, Finding, result_from
from quire.fuzz.campaign.cases import Cases, Configuration, request_of
from quire.fuzz.campaign.store import Store
from quire.fuzz.campaign.supervisor import Goal, Supervisor
from quire.fuzz.campaign.worker import running
from quire.fuzz.choices import SeededChoices
from quire.fuzz.compare import compare
from quire.fuzz.generate.generator import generate
from quire.fuzz.legs.process import LegCommand, LegProcess, ask_all, leg_command
from quire.fuzz.planted.catalogue import catalogue, mutants_of, named
from quire.fuzz.planted.score import planted_leg
from quire.fuzz.reduction.reduce import bucket_of, reduce, same_bucket, size_of
from quire.fuzz.reduction.reproduce import request_from, write_case
from quire.fuzz.triage import report, summary, table

BATCH = 16
FEATURES = ("memories", "floats", "loops", "globals")
MUTANT = next(each for each in mutants_of("quire.engine.numeric.integers") if each.what == "Mult -> Add")
LEGS = ("reference", f"planted={sys.executable} -m quire.fuzz.planted.plant {MUTANT.name} --tier reference")


def configuration(**changes: object) -> Configuration:
    return Configuration(**{"legs": LEGS, "features": FEATURES, **changes})  # type: ignore[arg-type]


def run(folder: Path, goal: Goal, workers: int = 1) -> Store:
    store = Store(folder)
    store.begin(configuration())
    Supervisor(store, Cases(configuration()), workers, goal, lambda result: None).run()
    return store


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with run(tmp_path_factory.mktemp("campaign"), Goal(cases=2 * BATCH, batch=BATCH)) as store:
        yield store


def test_a_campaign_finds_a_planted_bug(finished: Store) -> None:
    totals = finished.totals()
    assert (totals.modules, totals.batches) == (2 * BATCH, 2)
    assert totals.reached == totals.modules
    assert totals.findings > 0
    assert table(finished)
    assert "findings" in "\n".join(summary(totals))


def test_it_comes_to_the_same_with_more_workers_and_after_a_pause(finished: Store, tmp_path: Path) -> None:
    with run(tmp_path, Goal(cases=BATCH, batch=BATCH)) as first:
        assert first.totals().batches == 1
    with run(tmp_path, Goal(cases=2 * BATCH, batch=BATCH), workers=2) as second:
        assert second.outcome() == finished.outcome()
        assert list(second.findings()) == list(finished.findings())


def test_a_killed_supervisor_loses_nothing_that_was_written(finished: Store, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "quire", "fuzz", "run", str(tmp_path), "--legs", ",".join(LEGS)]
    options = ["--features", ",".join(FEATURES), "--modules", "100000", "--batch", str(BATCH)]
    process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_for_a_batch(tmp_path)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    with run(tmp_path, Goal(cases=2 * BATCH, batch=BATCH)) as store:
        mine, others = store.outcome().split(), finished.outcome().split()
        assert mine[: len(others)] == others


def wait_for_a_batch(folder: Path) -> None:
    from time import monotonic, sleep

    deadline = monotonic() + 60
    while monotonic() < deadline:
        if (folder / "campaign.sqlite").exists():
            with Store(folder) as store:
                if store.done():
                    return
        sleep(0.1)
    pytest.fail("no batch was finished")


def test_a_folder_holds_one_campaign(finished: Store) -> None:
    with pytest.raises(ValueError, match="another configuration"):
        finished.begin(configuration(seed=1))


def test_a_batch_is_written_once(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        result = BatchResult(
            0, 50, modules=50, calls=7, findings=[Finding(3, "b", 1, ("x", "y"), {})], coverage={"nop": 2}
        )
        store.write(result)
        store.write(result_from(result.as_json()))
        assert (store.totals().calls, store.coverage(), store.done()) == (7, {"nop": 2}, {0: 50})


def test_the_page_stands_alone(finished: Store) -> None:
    page = report(finished, configuration(), {})
    assert "<svg" in page
    assert "src=" not in page
    assert "href=" not in page


def test_a_reduced_case_is_small_and_stands_alone(finished: Store, tmp_path: Path) -> None:
    bucket, found = next(iter(finished.buckets().items()))
    generated = Cases(configuration()).case(found[0].number)
    with running(LEGS) as legs:
        assert bucket_of(generated, legs) == bucket
        small = reduce(generated, same_bucket(bucket, legs), 6)
        assert bucket_of(small, legs) == bucket
        assert size_of(small) < size_of(generated) / 3
        request = request_of(small)
        folder = write_case(tmp_path, request, ask_all(legs, request), bucket)
    assert request_from(folder) == request
    again = subprocess.run([sys.executable, folder / "repro.py", *LEGS], check=False, capture_output=True, timeout=60)
    assert again.returncode == 1
    assert b"no difference" not in again.stdout


def test_a_leg_that_dies_or_hangs_is_an_answer() -> None:
    request = request_of(generate(SeededChoices(0), ()))
    for code, verdict in (("import os; os.abort()", "died"), ("while True: pass", "hung")):
        command = LegCommand("bad", (sys.executable, "-c", code))
        with LegProcess(command, patience=0.5) as bad, LegProcess(leg_command("reference")) as good:
            answers = ask_all((bad, good), request)
            assert answers["bad"].verdict == verdict
            found = compare(answers).difference
            assert found is not None
            assert (found.phase, found.dissenting) == ("process", ("bad",))


def test_the_catalogue_of_planted_bugs_is_long_and_stays_the_same() -> None:
    mutants = catalogue(200)
    assert len(mutants) >= 200
    assert mutants == catalogue(200)
    assert len({each.name for each in mutants}) == len(mutants)
    assert named(mutants[0].name) == mutants[0]


def test_a_planted_leg_has_the_bug() -> None:
    """A product that is a sum: the matrix finds it at once."""
    cases = Cases(configuration(matrix=8))
    with LegProcess(planted_leg(MUTANT)) as planted, running(["reference"]) as others:
        answers = (ask_all((planted, *others), request_of(cases.case(number))) for number in range(len(cases)))
        found = next(difference for each in answers if (difference := compare(each).difference))
    assert found.dissenting == ("planted",)

"""`quire fuzz`: run, resume, status, triage, reduce, repro, export-wast, corpus, ci, worker, planted.

Exit status: 0 clean, 1 findings, 2 wrong usage or infrastructure.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from quire.engine.binary import encode
from quire.engine.tiers import TIERS
from quire.fuzz.campaign.cases import Cases, Configuration, request_of, usual_features
from quire.fuzz.campaign.cluster import ClusterSupervisor
from quire.fuzz.campaign.store import Store
from quire.fuzz.campaign.supervisor import BATCH, Goal, Progress, Supervisor, WorkersDie
from quire.fuzz.campaign.worker import running, work
from quire.fuzz.generate.features import ALL_FEATURES
from quire.fuzz.generate.generator import Generated
from quire.fuzz.legs.process import LegProcess, ask_all, known_legs, leg_command
from quire.fuzz.matrix_coverage import edges_told
from quire.fuzz.planted.catalogue import catalogue, equivalents, named
from quire.fuzz.planted.questions import Questions
from quire.fuzz.planted.score import ScoreBook, Scorer, score_all, told
from quire.fuzz.progress import Display
from quire.fuzz.reduction.reduce import SECONDS, bucket_of, reduce, same_bucket, size_of
from quire.fuzz.reduction.reproduce import ask_again, request_from, wast, write_case
from quire.fuzz.smith import smith_command
from quire.fuzz.triage import coverage, report, summary, table
from quire.proposal_ops import text_extensions
from quire.wat.printer import print_module
from quire.wat.text_format import TextFormat

CLEAN, FINDINGS, INFRASTRUCTURE = 0, 1, 2
FOLDER = Path("fuzz-campaign")
SCORES = Path("fuzz-planted")
USUAL_LEGS = ("reference", "fast", "auto", "wasmtime", "model")


class Unusable(Exception):
    """Something that the user can put right; the message says what."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `quire fuzz`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    run_ = verbs.add_parser("run", help="start a campaign, or go on with it")
    _campaign_arguments(run_)
    _goal_arguments(run_)
    resume_ = verbs.add_parser("resume", help="go on with a campaign as it was configured")
    _folder_argument(resume_)
    _goal_arguments(resume_)
    for name, help_ in (("status", "what a campaign has done so far"), ("triage", "the findings by bucket")):
        _folder_argument(verbs.add_parser(name, help=help_))
    verbs.choices["status"].add_argument(
        "--coverage", action="store_true", help="list every instruction, the rarest first"
    )
    verbs.choices["triage"].add_argument("--html", type=Path, metavar="FILE", help="write a page with plots, too")
    reduce_ = verbs.add_parser("reduce", help="make the first case of each bucket small")
    _folder_argument(reduce_)
    reduce_.add_argument("--seconds", type=_seconds, default=SECONDS, help="for one case (default: %(default)s)")
    reduce_.add_argument("--bucket", help="only this one")
    repro = verbs.add_parser("repro", help="ask the legs about a case again")
    repro.add_argument("case", type=Path, help="the folder of a case")
    repro.add_argument("--legs", default=None, help="names, with commas (default: all that there are)")
    export = verbs.add_parser("export-wast", help="write a case as a script for .wast runners")
    export.add_argument("case", type=Path, help="the folder of a case")
    corpus = verbs.add_parser("corpus", help="write generated modules, without shims, into a folder")
    corpus.add_argument("folder", type=Path)
    corpus.add_argument("--count", type=_positive, default=100)
    corpus.add_argument("--text", action="store_true", help="as text, for parsers")
    corpus.add_argument("--seed", type=int, default=0)
    ci = verbs.add_parser("ci", help="a short campaign in a folder that is thrown away")
    _campaign_arguments(ci, folder=False)
    _goal_arguments(ci, seconds=60.0)
    verbs.add_parser("worker", help="run batches for a supervisor on another machine: frames in, frames out")
    planted = verbs.add_parser("planted", help="plant bugs in this engine and score how many are found")
    planted.add_argument("folder", type=Path, nargs="?", default=SCORES, help="of the results (default: %(default)s)")
    planted.add_argument("--count", type=_positive, default=200, help="at least so many bugs (default: %(default)s)")
    planted.add_argument(
        "--seconds", type=_seconds, default=600.0, help="of processor time for one bug (default: %(default)s)"
    )
    planted.add_argument("-j", "--jobs", type=_positive, default=1, help="bugs that are searched for at a time")
    planted.add_argument(
        "--reduce", action="store_true", help="make the case small that shows a bug, and tell its size"
    )
    planted.add_argument("--only", metavar="NAME", help="one mutant, by its name")
    planted.add_argument("--list", action="store_true", help="only list the catalogue")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError("must be above 0")
    return number


def _folder_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER, help="of the campaign (default: %(default)s)")


def _campaign_arguments(parser: argparse.ArgumentParser, *, folder: bool = True) -> None:
    if folder:
        _folder_argument(parser)
    parser.add_argument(
        "--legs", help="names, or NAME=COMMAND, with commas (default: this engine's tiers and wasmtime)"
    )
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other modules")
    parser.add_argument(
        "--matrix", type=_positive, metavar="N", help="every instruction on up to N choices of operands"
    )
    parser.add_argument("--smith", action="store_true", help="modules from wasm-tools smith, which must be installed")
    parser.add_argument("--features", help="names, with commas (default: all that the legs share)")


def _goal_arguments(parser: argparse.ArgumentParser, seconds: float | None = None) -> None:
    parser.add_argument("--seconds", type=_seconds, default=seconds, help="stop after that long")
    parser.add_argument("--modules", type=_positive, help="stop after so many in all")
    parser.add_argument(
        "--batch", type=_positive, default=BATCH, help="cases that are run in one go (default: %(default)s)"
    )
    parser.add_argument("--cluster", metavar="ADDRESS", help="of a Dask scheduler, whose workers run the batches")
    parser.add_argument("-j", "--jobs", type=_positive, default=1, help="worker processes")


def run(arguments: argparse.Namespace) -> int:
    """`quire fuzz VERB`."""
    verbs: dict[str, Callable[[argparse.Namespace], int]] = {
        "run": _run, "resume": _resume, "status": _status, "triage": _triage, "reduce": _reduce, "repro": _repro,
        "export-wast": _export, "corpus": _corpus, "ci": _ci, "worker": _worker, "planted": _planted,
    }  # fmt: skip
    try:
        return verbs[arguments.verb](arguments)
    except (Unusable, WorkersDie, OSError, sqlite3.Error, ValueError, KeyError) as error:
        sys.stderr.write(f"quire fuzz: {error}\n")
        return INFRASTRUCTURE


def _say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


# Campaigns


def _configuration(arguments: argparse.Namespace) -> Configuration:
    known = known_legs()
    legs = tuple(arguments.legs.split(",")) if arguments.legs else tuple(each for each in USUAL_LEGS if each in known)
    for each in legs:
        leg_command(each)
    if len(legs) < 2:
        raise Unusable(f"one leg has nothing to be compared with: {', '.join(legs)}; pip install 'quire[oracle]'")
    own = [name for name in known if name in TIERS]
    features = tuple(arguments.features.split(",")) if arguments.features else usual_features(legs, own)
    unknown = [each for each in features if each not in ALL_FEATURES]
    if unknown:
        raise Unusable(f"unknown feature {unknown[0]}: there are {', '.join(ALL_FEATURES)}")
    smith = smith_command()[1] if arguments.smith else ""
    return Configuration(legs, features, arguments.seed, arguments.matrix or 0, smith)


def _run(arguments: argparse.Namespace) -> int:
    with Store(arguments.folder) as store:
        store.begin(_configuration(arguments))
        return _go_on(store, arguments)


def _resume(arguments: argparse.Namespace) -> int:
    with _existing(arguments.folder) as store:
        return _go_on(store, arguments)


def _existing(folder: Path) -> Store:
    if not (folder / "campaign.sqlite").exists():
        raise Unusable(f"there is no campaign in {folder}")
    return Store(folder)


def _configured(store: Store) -> Configuration:
    configuration = store.configuration
    if configuration is None:
        raise Unusable(f"the campaign in {store.folder} was never started")
    return configuration


def _go_on(store: Store, arguments: argparse.Namespace) -> int:
    """Run a campaign and write the first case of each new bucket into a folder."""
    cases = Cases(_configured(store))
    goal = Goal(arguments.seconds, arguments.modules, arguments.batch)

    try:
        with Display(store, goal) as display:
            if arguments.cluster:
                _run_on_cluster(store, cases, arguments.cluster, goal, display)
            else:
                Supervisor(store, cases, arguments.jobs, goal, display).run()
    except KeyboardInterrupt:
        sys.stderr.write("\nquire fuzz: interrupted; `quire fuzz resume` goes on\n")
    _save_cases(store, cases)
    _say(*summary(store.totals()), *table(store))
    return FINDINGS if store.totals().findings else CLEAN


def _run_on_cluster(store: Store, cases: Cases, address: str, goal: Goal, progress: Progress) -> None:
    if not find_spec("distributed"):
        raise Unusable("campaigns on a cluster need Dask: pip install 'quire[cluster]'")
    ClusterSupervisor(store, cases, address, goal, progress).run()


def _save_cases(store: Store, cases: Cases) -> None:
    """A folder for the first case of each bucket."""
    buckets = store.buckets()
    if not buckets:
        return
    with running(cases.configuration.legs) as legs:
        for bucket, found in buckets.items():
            _save(store.folder / "cases", cases.case(found[0].number), bucket, legs)


def _save(folder: Path, generated: Generated, bucket: str, legs: list[LegProcess]) -> Path:
    request = request_of(generated)
    return write_case(folder, request, ask_all(legs, request), bucket)


def _status(arguments: argparse.Namespace) -> int:
    with _existing(arguments.folder) as store:
        totals = store.totals()
        configuration = _configured(store)
        _say(f"legs       {', '.join(configuration.legs)}", *summary(totals))
        if arguments.coverage:
            edges = edges_told(store.edges())
            counts = coverage(store, configuration).items()
            _say(*(f"{count:>8}  {name:<28}  {edges.get(name, '')}".rstrip() for name, count in counts))
        return FINDINGS if totals.findings else CLEAN


def _triage(arguments: argparse.Namespace) -> int:
    with _existing(arguments.folder) as store:
        _say(*summary(store.totals()), *table(store))
        if arguments.html:
            arguments.html.write_text(report(store, _configured(store), _reduced(store)))
        return FINDINGS if store.totals().findings else CLEAN


def _reduced(store: Store) -> dict[str, Path]:
    """The folders of reduced cases, by bucket."""
    folders = sorted((store.folder / "reduced").glob("*/case.json"))
    told = ((path.parent, path.read_text()) for path in folders)
    return {bucket: folder for folder, text in told for bucket in store.buckets() if f'"{bucket}"' in text}


def _reduce(arguments: argparse.Namespace) -> int:
    with _existing(arguments.folder) as store:
        configuration = _configured(store)
        cases, buckets = Cases(configuration), store.buckets()
        wanted = {name: found for name, found in buckets.items() if arguments.bucket in (None, name)}
        if arguments.bucket and not wanted:
            raise Unusable(f"there is no bucket {arguments.bucket!r}; `quire fuzz triage` lists them")
        with running(configuration.legs) as legs:
            for bucket, found in wanted.items():
                generated = cases.case(found[0].number)
                if bucket_of(generated, legs) != bucket:
                    _say(f"{bucket}: case {found[0].number} does not show it again")
                    continue
                small = reduce(generated, same_bucket(bucket, legs), arguments.seconds)
                folder = _save(store.folder / "reduced", small, bucket, legs)
                _say(f"{bucket}: {size_of(generated)} -> {size_of(small)} bytes, {folder}")
        return FINDINGS if wanted else CLEAN


# Cases


def _repro(arguments: argparse.Namespace) -> int:
    request = request_from(arguments.case)
    legs = arguments.legs.split(",") if arguments.legs else list(known_legs())
    return ask_again(request.binary, request.calls, request.memories, request.features, request.providers, legs)


def _export(arguments: argparse.Namespace) -> int:
    request = request_from(arguments.case)
    with running(list(known_legs())) as legs:
        sys.stdout.write(wast(request, ask_all(legs, request), arguments.case.name))
    return CLEAN


def _corpus(arguments: argparse.Namespace) -> int:
    arguments.folder.mkdir(parents=True, exist_ok=True)
    cases = Cases(Configuration((), seed=arguments.seed))
    for number in range(arguments.count):
        generated = cases.case(number)
        path = arguments.folder / f"{arguments.seed}-{number}.{'wat' if arguments.text else 'wasm'}"
        if arguments.text:
            path.write_text(print_module(generated.module, TextFormat(generated.instruction_set, text_extensions())))
        else:
            path.write_bytes(generated.binary or encode(generated.module, generated.instruction_set))
    return CLEAN


def _ci(arguments: argparse.Namespace) -> int:
    """Like run, with a fresh folder that stays only if there are findings."""
    arguments.folder = FOLDER.with_name("fuzz-ci")
    shutil.rmtree(arguments.folder, ignore_errors=True)
    status = _run(arguments)
    if status == CLEAN:
        shutil.rmtree(arguments.folder, ignore_errors=True)
    return status


def _worker(arguments: argparse.Namespace) -> int:
    return work(sys.stdin.buffer, sys.stdout.buffer)


def _planted(arguments: argparse.Namespace) -> int:
    """Lists or scores; 1 where bugs were missed."""
    if arguments.list:
        _say(*(f"{each.name}  {each.kind}, line {each.line}  {each.what}" for each in catalogue(arguments.count)))
        _say(*(f"left out: {pattern}  {reason}" for pattern, reason in equivalents().items()))
        return CLEAN
    if "wasmtime" not in known_legs():
        raise Unusable("planted bugs are searched with wasmtime: pip install 'quire[oracle]'")
    with Questions() as questions:
        reduced = arguments.folder / "reduced" if arguments.reduce else None
        scorer, book = Scorer(arguments.seconds, questions, reduced), ScoreBook(arguments.folder)
        if arguments.only:
            scores = [scorer.score(named(arguments.only))]
            _say(str(scores[0]))
        else:
            scores = score_all(arguments.count, arguments.jobs, scorer, book, _say_at_once)
    _say(*told(scores))
    return CLEAN if all(each.found or each.stillborn for each in scores) else FINDINGS


def _say_at_once(line: object) -> None:
    _say(str(line))
    sys.stdout.flush()

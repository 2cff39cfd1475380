"""Writes docs/status.md: what is there of each feature, found by looking and by trying, never by hand.

    python docs/status.py

The instructions of a feature are rows of the table; what is asked of each is a rule or a form for it. Beside that, a
program of the feature goes all the way: it is parsed, encoded and decoded, printed and parsed again, validated and run.
The scripts that use a feature are counted where the core test suite is there; elsewhere that column stays as it is.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import quire
from quire.engine.binary import decode, encode
from quire.engine.errors import QuireError
from quire.engine.instructions.row import Kind, Row
from quire.engine.interpret.prepare import Preparation
from quire.engine.tiers import TIERS
from quire.engine.validate import rules, validate
from quire.proposal_ops import FEATURES as PROPOSALS
from quire.spec_tests.skips import listed_skips, skips_of
from quire.spec_tests.suite import scripts, suite_folder
from quire.wat.parser import parse_module
from quire.wat.printer import print_module

ROOT = Path(__file__).parent.parent
STATUS = Path(__file__).with_name("status.md")
HEAD = """\
# Status

Written by `docs/status.py` (`make status`), which looks and tries; a test holds it up to date. *Instructions* are
rows of the table. *Decode*, *validate*, *text* and the tiers say whether all of them, and a program of the feature,
get through. *Scripts* counts the conformance scripts that use it and are expected to pass, each of them a test.
"""
COLUMNS = ("feature", "instructions", "decode", "validate", "text", "reference", "fast", "native", "scripts")
MNEMONIC = re.compile(r"[a-z][a-z0-9_.]+")


@dataclass(frozen=True, slots=True)
class Feature:
    """`rows` is a pattern of its mnemonics; `uses` one of the texts that use it, where it has none of its own.

    `program` exports `f`, which returns 1.
    """

    name: str
    program: str
    rows: str = ""
    uses: str = ""
    proposal: str = ""


def body(code: str, rest: str = "") -> str:
    """A module whose `f` is `code`."""
    return f'{rest} (func (export "f") (result i32) {code})'


CORE_FEATURES = (
    Feature(
        "exceptions",
        body(
            "(block $h (result i32) (try_table (catch $e $h) (throw $e (i32.const 1))) (i32.const 0))",
            "(tag $e (param i32))",
        ),
        r"throw|throw_ref|try_table",
    ),
    Feature("tail calls", body("(return_call $g)", "(func $g (result i32) (i32.const 1))"), r"return_call.*"),
    Feature(
        "typed function references",
        body(
            "(call_ref $t (ref.func $g))",
            "(type $t (func (result i32))) (func $g (type $t) (i32.const 1)) (elem declare func $g)",
        ),
        r"call_ref|ref\.as_non_null|br_on_null|br_on_non_null",
    ),
    Feature(
        "garbage collection",
        body("(struct.get $s 0 (struct.new $s (i32.const 1)))", "(type $s (struct (field i32)))"),
        r"struct\..*|array\..*|i31\..*|ref\.(i31|test|cast|eq)|br_on_cast.*|any\..*|extern\..*",
    ),
    Feature(
        "relaxed SIMD",
        body("(i32x4.extract_lane 0 (i32x4.relaxed_trunc_f32x4_s (v128.const f32x4 1 1 1 1)))"),
        r".*relaxed.*",
    ),
    Feature("SIMD", body("(i32x4.extract_lane 3 (i32x4.splat (i32.const 1)))"), r"(v128|[if]\d+x\d+)\..*"),
    Feature(
        "bulk memory and tables",
        body("(memory.fill (i32.const 0) (i32.const 1) (i32.const 9)) (i32.load8_u (i32.const 8))", "(memory 1)"),
        r"(memory|table)\.(copy|fill|init)|(data|elem)\.drop",
    ),
    Feature(
        "references and tables",
        body("(table.set (i32.const 0) (ref.null func)) (ref.is_null (table.get (i32.const 0)))", "(table 1 funcref)"),
        r"ref\..*|table\..*",
    ),
    Feature("saturating conversions", body("(i32.trunc_sat_f64_s (f64.const 1.5))"), r".*trunc_sat.*"),
    Feature("sign extension", body("(i32.extend8_s (i32.const 0x101))"), r"i(32|64)\.extend(8|16|32)_s"),
    Feature("WebAssembly 1.0", body("(i32.const 1)"), r".*"),
    Feature(
        "several values",
        body("(i32.const 1) (i32.const 1) (block (param i32 i32) (result i32 i32)) (i32.sub (i32.const 1)) (i32.or)"),
        uses=r"\(result \w+ \w+",
    ),
    Feature(
        "several memories",
        body("(i32.store8 $b (i32.const 0) (i32.const 1)) (i32.load8_u $b (i32.const 0))", "(memory 1) (memory $b 1)"),
        uses=r"\(memory \$\w+ .*\n? *\(memory \$",
    ),
    Feature(
        "64-bit memories and tables",
        body("(i32.store8 (i64.const 0) (i32.const 1)) (i32.load8_u (i64.const 0))", "(memory i64 1)"),
        uses=r"\((memory|table) (\$\w+ )?(\(export[^)]*\) ?)*i64\b",
    ),
    Feature(
        "extended constants",
        body("(global.get $g)", "(global $g i32 (i32.sub (i32.const 3) (i32.const 2)))"),
        uses=r"\((global|offset|data|elem) [^\n]*\(i(32|64)\.(add|sub|mul)",
    ),
)
PROGRAMS = {
    "memory-control": body(
        "(drop (memory.map readwrite (i32.const 0) (i32.const 1)))"
        "(i32.store8 (i32.const 0) (i32.const 1)) (i32.load8_u (i32.const 0))",
        "(memory virtual 1)",
    ),
    "threads": body(
        "(drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1))) (i32.atomic.load (i32.const 0))",
        "(memory 1 1 shared)",
    ),
    "custom-page-sizes": body("(memory.size)", "(memory 1 (pagesize 1))"),
    "wide-arithmetic": body(
        "(i64.mul_wide_u (i64.const -1) (i64.const 2)) (i32.wrap_i64) (return)",
    ),
}


def all_features() -> list[Feature]:
    """Those of 3.0, then the proposals beside it."""
    return [*CORE_FEATURES, *(Feature(name, PROGRAMS[name], proposal=name) for name in PROPOSALS)]


def rows_of(feature: Feature) -> list[Row]:
    """Its rows of the table; each row of the core is of the first feature whose pattern fits."""
    engine = quire.Engine(features=[])
    if feature.proposal:
        with_it = quire.Engine(features=[feature.proposal]).instruction_set.rows
        return [row for row in with_it if row not in set(engine.instruction_set.rows)]
    patterns = [each for each in CORE_FEATURES if each.rows]
    rows = (
        (row, next(each for each in patterns if re.fullmatch(each.rows, row.mnemonic)))
        for row in engine.instruction_set.rows
    )
    return [row for row, owner in rows if owner is feature]


def ruled(rows: Iterable[Row], owner: object) -> bool:
    """Whether a validator or tier has a rule for each control row among these."""
    return all(hasattr(owner, f"rule_{row.rule}") for row in rows if row.kind is Kind.CONTROL)


def works(trial: Callable[[], object]) -> bool:
    """Whether something is true, and raises no error of ours."""
    try:
        return bool(trial())
    except QuireError:
        return False


def look(feature: Feature) -> list[str]:
    """The cells of its line, but for the scripts."""
    engine = quire.Engine(features=[feature.proposal] if feature.proposal else [])
    instructions, text_format, rows = engine.instruction_set, engine.text_format, rows_of(feature)
    module = parse_module(feature.program, text_format)
    decodes = works(lambda: decode(encode(module, instructions), instructions) == module)
    validates = works(lambda: validate(module, instructions)) and ruled(rows, rules)
    prints = works(lambda: parse_module(print_module(module, text_format), text_format) == module)
    known = all(instructions.by_opcode[row.opcode] is row and row in text_format.rows for row in rows)
    reference = ruled(rows, Preparation) and runs(feature, "reference")
    tiers = [runs(feature, tier) for tier in ("fast", "native")]
    cells = [decodes and known, validates, prints and known, reference, *tiers]
    return [feature.name, str(len(rows) or ""), *("yes" if cell else "" for cell in cells)]


def runs(feature: Feature, tier: str) -> bool:
    """Whether a tier that there is runs its program."""
    if tier not in TIERS:
        return False
    features = [feature.proposal] if feature.proposal else []
    return works(lambda: quire.instantiate(feature.program, tier=tier, features=features).exports.f() == 1)


def texts_for(feature: Feature, suite: Path) -> list[str]:
    """The scripts that a feature could be in: the core's, or the proposal's own; none that is listed to be skipped."""
    ours = ROOT / "spec_tests" / feature.proposal.replace("-", "_")
    found = scripts([suite, *([ours] if feature.proposal and ours.is_dir() else [])])
    skips = listed_skips()
    wanted = [path for path in found if not any(skip.whole_file for skip in skips_of(path, skips))]
    if feature.proposal:
        wanted = [path for path in wanted if ours in path.parents or f"/{feature.proposal}/" in str(path)]
    else:
        wanted = [path for path in wanted if not {"proposals", "legacy"} & set(path.parts)]
    return [path.read_text("utf-8", "replace") for path in wanted]


def count_scripts(feature: Feature, suite: Path) -> str:
    """How many of them use it."""
    texts = texts_for(feature, suite)
    if feature.proposal:
        return str(len(texts))
    if feature.uses:
        return str(sum(bool(re.search(feature.uses, text)) for text in texts))
    mnemonics = {row.mnemonic for row in rows_of(feature)}
    return str(sum(not mnemonics.isdisjoint(MNEMONIC.findall(text)) for text in texts))


def present_counts() -> dict[str, str]:
    """What the file says of scripts now."""
    lines = STATUS.read_text().splitlines() if STATUS.exists() else []
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return {row[0]: row[-1] for row in cells if len(row) == len(COLUMNS)}


def render() -> str:
    """The whole file."""
    suite, counts = suite_folder(), present_counts()
    lines = [COLUMNS, ["---"] * len(COLUMNS)]
    for feature in all_features():
        count = counts.get(feature.name, "") if suite is None else count_scripts(feature, suite)
        lines.append([*look(feature), count])
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{HEAD}\n{table}\n"


if __name__ == "__main__":
    STATUS.write_text(render(), encoding="utf-8")

"""docs/memory-control.md: what code refers to is there, and what it shows is true."""

import re
from pathlib import Path

import pytest

import quire
from quire.proposal_ops import FEATURES
from quire.proposal_ops.memory_control import EXTENSION, traps
from quire.proposal_ops.memory_control.protection import WORDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "memory-control.md").read_text()
HEADINGS = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
EXAMPLES = re.findall(r"^    (\((?:memory(?:\.\w+)?|import|data) .*\))$", PAGE, re.MULTILINE)


def sources() -> list[Path]:
    rooms = (path.parent for path in ROOT.glob("*/__init__.py"))
    return [path for room in [*rooms, ROOT / "tests"] for path in room.rglob("*.py")]


def test_every_section_that_code_refers_to_is_there():
    numbers = {int(heading.split(".")[0]) for heading in HEADINGS if heading[0].isdigit()}
    assert numbers == set(range(1, 11))
    texts = [" ".join(path.read_text().split()) for path in sources()]
    referred = [found for text in texts for found in re.findall(r"memory-control\.md, sections? (\d+)", text)]
    named = [found for text in texts for found in re.findall(r'memory-control\.md, "([^"]+)"', text)]
    assert len(referred) > 8
    assert {int(each) for each in referred} <= numbers
    assert set(named) <= set(HEADINGS)


@pytest.mark.parametrize("form", EXAMPLES)
def test_what_it_shows_is_read(form):
    if form.startswith("(memory."):
        before, after = "(func (param $start i32) (param $length i32) ", ")"
        form = f"(memory 1) {before}{form}{after}"
    elif form.startswith("(data"):
        form = f"(memory $heap virtual 2) {form}"
    quire.Module(quire.Engine(), f"(module {form})")


def test_its_tables_have_the_codes():
    for row in EXTENSION.rows:
        prefix, number = row.opcode
        assert re.search(rf"`{row.mnemonic} [^|]*\|[^|]*\| {prefix:#04X} {number:#04x} ".replace("0X", "0x"), PAGE)
    for word, code in WORDS:
        assert f"`{word}` {code:#04x}" in PAGE
    for reason in (traps.PROTECTION, traps.ALIGNMENT, traps.RANGE, traps.MAPPED, traps.HOST):
        assert f"| `{reason}` |" in PAGE


def test_every_setting_of_the_feature_is_named():
    assert EXTENSION.name in FEATURES
    for setting in EXTENSION.settings:
        assert f'settings={{"{setting.name}"' in PAGE
        assert all(f'"{choice}"' in PAGE for choice in setting.choices)


def test_files_that_it_points_to_exist():
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", PAGE) if "://" not in target]
    assert targets
    assert all((ROOT / "docs" / target).exists() for target in targets)
    anchors = re.findall(r"\]\(#([^)]+)\)", PAGE)
    slugs = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in HEADINGS}
    assert set(anchors) <= slugs

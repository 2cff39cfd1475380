from pathlib import PurePath

import pytest

from quire.engine.errors import Malformed
from quire.spec_tests.commands import AssertRejected, Broken, Register
from quire.spec_tests.skips import Skip, listed_skips, read_skips, skips_of

ENTRY = '[[skip]]\nreason = "why"\nfiles = ["a/b.wast", "c.wast"]\n'


def rejected(reason: str) -> AssertRejected:
    return AssertRejected(1, "assert_invalid", Broken(Malformed("")), reason)


def test_an_entry_is_a_skip_for_each_file():
    assert read_skips(ENTRY) == (Skip("why", "a/b.wast"), Skip("why", "c.wast"))


def test_a_skip_covers_a_whole_file_or_what_it_names():
    whole = Skip("why", "b.wast")
    single = Skip("why", "b.wast", "assert_invalid", "multiple tables")
    assert whole.covers(Register(1, "M", None))
    assert single.covers(rejected("multiple tables"))
    assert not single.covers(rejected("multiple memories"))
    assert not single.covers(Register(1, "M", None))


def test_a_skip_speaks_of_files_by_the_end_of_their_path():
    skips = read_skips(ENTRY)
    assert skips_of(PurePath("/x/a/b.wast"), skips) == skips[:1]
    assert skips_of(PurePath("/x/b.wast"), skips) == ()
    assert skips_of(PurePath("/x/a/c.wast"), skips) == skips[1:]


@pytest.mark.parametrize(
    "text",
    [
        '[[skip]]\nfiles = ["a.wast"]\n',
        '[[skip]]\nreason = "why"\n',
        '[[skip]]\nreason = "why"\nfiles = "a.wast"\n',
        ENTRY + 'keyord = "assert_invalid"\n',
        "[[skip]\n",
    ],
)
def test_a_misspelt_entry_is_an_error(text):
    with pytest.raises(ValueError):  # noqa: PT011 - of TOML or of ours
        read_skips(text)


def test_only_two_folders_and_assertions_of_threads_are_listed():
    skips = listed_skips()
    assert all(skip.reason for skip in skips)
    assert {skip.file.rpartition("/")[0] for skip in skips if skip.whole_file} == {
        "legacy",
        "proposals/custom-descriptors",
    }
    assert {skip.file.rpartition("/")[0] for skip in skips if not skip.whole_file} == {"proposals/threads"}

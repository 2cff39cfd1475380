import argparse
import gzip
import io
import tarfile

import pytest

from quire.spec_tests import fetch
from quire.spec_tests.suite import SuiteError

SCRIPT = b"(module)\n"
PLAIN = {"testsuite-1/": None, "testsuite-1/a.wast": SCRIPT, "testsuite-1/proposals/threads/b.wast": SCRIPT}


def member(name: str, data: bytes | None) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name.rstrip("/"))
    entry.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
    entry.size = len(data or b"")
    return entry


def archive(files: dict[str, bytes | None], *extra: tarfile.TarInfo, comment: str | None = fetch.COMMIT) -> io.BytesIO:
    out = io.BytesIO()
    headers = {} if comment is None else {"comment": comment}
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT, pax_headers=headers) as tar:
        for name, data in files.items():
            tar.addfile(member(name, data), io.BytesIO(data or b""))
        for entry in extra:
            tar.addfile(entry)
    out.seek(0)
    return out


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_scripts_and_licence_are_unpacked_without_the_outer_folder(tmp_path):
    files = {**PLAIN, "testsuite-1/LICENSE": b"terms", "testsuite-1/update.py": b"code", "testsuite-1/x/LICENSE": b"no"}
    assert fetch.unpack(archive(files), tmp_path / "suite") == 2
    assert contents(tmp_path / "suite") == {
        "a.wast": SCRIPT,
        "proposals/threads/b.wast": SCRIPT,
        "LICENSE": b"terms",
        fetch.MARK: f"{fetch.COMMIT}\n".encode(),
    }
    assert [path.name for path in tmp_path.iterdir()] == ["suite"]


def test_an_older_copy_is_replaced(tmp_path):
    fetch.unpack(archive({"t/old.wast": SCRIPT}), tmp_path / "suite")
    fetch.unpack(archive({"t/new.wast": SCRIPT}), tmp_path / "suite")
    assert set(contents(tmp_path / "suite")) == {"new.wast", fetch.MARK}


@pytest.mark.parametrize("name", ["/tmp/x.wast", "t/../../x.wast", "../x.wast", "t/a\\..\\x.wast", "C:/x.wast"])
def test_a_path_that_leaves_the_folder_is_refused(tmp_path, name):
    entry = member("t/placeholder", b"")
    entry.name = name
    with pytest.raises(SuiteError, match="tries to leave its folder"):
        fetch.unpack(archive(PLAIN, entry), tmp_path / "suite")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_what_is_no_file_is_refused(tmp_path, kind):
    entry = member("t/link.wast", b"")
    entry.type, entry.linkname = kind, "/etc/passwd"
    with pytest.raises(SuiteError, match=r"no file: 't/link\.wast'"):
        fetch.unpack(archive(PLAIN, entry), tmp_path / "suite")


def test_a_linked_folder_leads_nowhere(tmp_path):
    entry = member("t/way", b"")
    entry.type, entry.linkname = tarfile.SYMTYPE, str(tmp_path)
    files = io.BytesIO()
    with tarfile.open(fileobj=files, mode="w:gz", pax_headers={"comment": fetch.COMMIT}) as tar:
        tar.addfile(entry)
        tar.addfile(member("t/way/a.wast", SCRIPT), io.BytesIO(SCRIPT))
    files.seek(0)
    fetch.unpack(files, tmp_path / "suite")
    assert not (tmp_path / "a.wast").exists()
    assert (tmp_path / "suite" / "way" / "a.wast").is_file()


@pytest.mark.parametrize("comment", [None, "0" * 40])
def test_another_commit_is_refused(tmp_path, comment):
    with pytest.raises(SuiteError, match="another commit"):
        fetch.unpack(archive(PLAIN, comment=comment), tmp_path / "suite")


def test_limits(tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "MOST_FILES", 2)
    with pytest.raises(SuiteError, match="more than 2 files"):
        fetch.unpack(archive(PLAIN), tmp_path / "suite")
    monkeypatch.setattr(fetch, "MOST_BYTES", 100_000)
    with pytest.raises(SuiteError, match="more than 100000 bytes"):
        fetch.unpack(archive({"t/zeros.wast": bytes(200_000)}), tmp_path / "suite")


def test_a_header_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "MOST_BYTES", 100_000)
    header = tarfile.TarInfo("huge")
    header.type, header.size = tarfile.XHDTYPE, 1 << 32
    data = gzip.compress(header.tobuf() + bytes(1 << 20))
    with pytest.raises(SuiteError, match="more than 100000 bytes"):
        fetch.unpack(io.BytesIO(data), tmp_path / "suite")


@pytest.mark.parametrize("cut", [0, 10, 100])
def test_a_damaged_archive_is_refused_and_leaves_what_was_there(tmp_path, cut):
    fetch.unpack(archive(PLAIN), tmp_path / "suite")
    before = contents(tmp_path / "suite")
    with pytest.raises(SuiteError):
        fetch.unpack(io.BytesIO(archive(PLAIN).getvalue()[:cut]), tmp_path / "suite")
    assert contents(tmp_path / "suite") == before


def test_an_archive_without_scripts_is_refused(tmp_path):
    with pytest.raises(SuiteError, match="holds no scripts"):
        fetch.unpack(archive({"t/README.md": b"nothing"}), tmp_path / "suite")


def test_a_folder_of_others_is_left_alone(tmp_path):
    (tmp_path / "a.wast").write_bytes(SCRIPT)
    with pytest.raises(SuiteError, match="not made by this command"):
        fetch.fetch(tmp_path)


def test_plain_http_is_refused(tmp_path):
    with pytest.raises(SuiteError, match="https alone"):
        fetch.fetch(tmp_path / "suite", "http://localhost/suite.tar.gz")


def test_an_unreachable_address_is_told(tmp_path):
    with pytest.raises(SuiteError, match=r"cannot be fetched: https://localhost:9/suite\.tar\.gz"):
        fetch.fetch(tmp_path / "suite", "https://localhost:9/suite.tar.gz")


def command(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    fetch.add_arguments(parser)
    return fetch.run(parser.parse_args(arguments))


def test_the_command_tells_what_it_did(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(fetch, "urlopen", lambda address, timeout: Answer(archive(PLAIN).getvalue(), address))
    assert command("--into", str(tmp_path / "suite")) == 0
    assert capsys.readouterr().out == f"2 scripts in {tmp_path / 'suite'}\n"
    assert (tmp_path / "suite" / "a.wast").read_bytes() == SCRIPT


def test_an_answer_from_elsewhere_is_refused(tmp_path, monkeypatch, capsys):
    moved = "http://example.com/suite.tar.gz"
    monkeypatch.setattr(fetch, "urlopen", lambda address, timeout: Answer(archive(PLAIN).getvalue(), moved))
    assert command("--into", str(tmp_path / "suite")) == 1
    assert "https alone: http://example.com" in capsys.readouterr().err
    assert not (tmp_path / "suite").exists()


def test_the_command_complains(tmp_path, capsys):
    assert command("--into", str(tmp_path)) == 1
    assert capsys.readouterr().err.startswith("quire fetch-suite: the folder exists, and was not made by this command")


class Answer(io.BytesIO):
    """What an address answers with, after redirections."""

    def __init__(self, data: bytes, address: str) -> None:
        super().__init__(data)
        self.address = address

    def geturl(self) -> str:
        return self.address

"""Gets the core test suite: one commit of github.com/WebAssembly/testsuite, as an archive over HTTPS.

The archive is not trusted: nothing of it lands outside the folder, only scripts and their licence are kept, and sizes
have limits. The folder appears whole or not at all. Knows nothing of scripts but their suffix.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast
from urllib.request import urlopen

from quire.spec_tests.suite import SuiteError, fetched_folder

COMMIT: Final = "193e551ff22663995b1ac95dc62344133669e14b"
ADDRESS: Final = f"https://github.com/WebAssembly/testsuite/archive/{COMMIT}.tar.gz"
MARK: Final = "FETCHED"
"""The file that says which commit a folder holds, and that the folder is ours to replace."""

MOST_FILES: Final = 10_000
MOST_BYTES: Final = 256 << 20  # of the archive and of what it unpacks to; the suite has 13 million
TIMEOUT: Final = 60.0  # seconds without a byte

_KEPT_NAMES: Final = frozenset({"LICENSE", "README.md"})
_NO_FOLDER_OF_OURS: Final = "the folder exists, and was not made by this command"


def fetch(folder: Path, address: str = ADDRESS, commit: str = COMMIT) -> int:
    """Fill `folder` with the suite; the number of its scripts.

    Raises SuiteError, and leaves the folder as it was, if that fails.
    """
    if folder.exists() and not (folder / MARK).is_file():
        raise SuiteError(_NO_FOLDER_OF_OURS, str(folder))
    if not address.startswith("https:"):
        raise SuiteError("the suite comes over https alone", address)
    try:
        with urlopen(address, timeout=TIMEOUT) as answer:
            if not answer.geturl().startswith("https:"):
                raise SuiteError("the suite comes over https alone", answer.geturl())
            return unpack(answer, folder, commit)
    except (OSError, HTTPException) as error:  # URLError and time-outs are OSErrors
        raise SuiteError("the suite cannot be fetched", f"{address}: {error}") from error


def unpack(archive: IO[bytes], folder: Path, commit: str = COMMIT) -> int:
    """Put the scripts of a .tar.gz in place of `folder`; their number.

    Raises SuiteError for an archive of another commit, or one that is damaged, too large or tries to leave the folder;
    OSError where the folder cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".testsuite-", dir=folder.parent) as scratch:
        fresh = Path(scratch) / "fresh"
        fresh.mkdir()
        count = _unpack_into(archive, fresh, commit)
        (fresh / MARK).write_text(f"{commit}\n")
        _put_in_place(fresh, folder, Path(scratch) / "old")
    return count


def _put_in_place(fresh: Path, folder: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise


def _unpack_into(archive: IO[bytes], folder: Path, commit: str) -> int:
    count = 0
    with _opened(archive) as tar:
        for number, member in enumerate(tar):
            _check_member(tar, member, number, commit)
            path = PurePosixPath(*PurePosixPath(member.name).parts[1:])  # the archive's own folder goes
            if path.suffix == ".wast" or (path.name in _KEPT_NAMES and len(path.parts) == 1):
                _keep(tar, member, folder / path)
                count += path.suffix == ".wast"
    if not count:
        raise SuiteError("the archive holds no scripts")
    return count


@contextmanager
def _opened(archive: IO[bytes]) -> Iterator[tarfile.TarFile]:
    """The archive as a stream, which is read once and forwards; its damages raise SuiteError."""
    try:
        with gzip.GzipFile(fileobj=_limited(archive)) as plain, tarfile.open(fileobj=_limited(plain), mode="r|") as tar:
            yield tar
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError) as error:
        raise SuiteError("the archive is damaged", str(error)) from error


def _check_member(tar: tarfile.TarFile, member: tarfile.TarInfo, number: int, commit: str) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or "\\" in member.name or ":" in member.name:
        raise SuiteError("the archive tries to leave its folder", repr(member.name))
    if number >= MOST_FILES:
        raise SuiteError("the archive is too large", f"it has more than {MOST_FILES} files")
    found = tar.pax_headers.get("comment")  # `git archive` writes the commit there
    if found != commit:
        raise SuiteError("the archive is of another commit", f"{found}, not {commit}")


def _keep(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    content = tar.extractfile(member) if member.isreg() else None
    if content is None:
        raise SuiteError("the archive holds something that is no file", repr(member.name))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        shutil.copyfileobj(content, file)


def _limited(stream: IO[bytes] | gzip.GzipFile) -> IO[bytes]:
    return cast(IO[bytes], _Limited(stream))


class _Limited:
    """A stream that ends with an error when it has given too much: headers are read whole, so this bounds them too."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile) -> None:
        self.stream = stream
        self.left = MOST_BYTES

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(min(size, self.left + 1) if size >= 0 else self.left + 1)
        self.left -= len(data)
        if self.left < 0:
            raise SuiteError("the archive is too large", f"it has more than {MOST_BYTES} bytes")
        return data


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `quire fetch-suite`."""
    parser.add_argument(
        "--into",
        type=Path,
        default=None,
        metavar="FOLDER",
        help="where to put it (default: the folder of the package, where `quire wast` finds it)",
    )


def run(arguments: argparse.Namespace) -> int:
    """`quire fetch-suite`: 0 when the suite is there, else 1."""
    folder = arguments.into or fetched_folder()
    try:
        count = fetch(folder)
    except (SuiteError, OSError) as error:
        sys.stderr.write(f"quire fetch-suite: {error}\n")
        return 1
    sys.stdout.write(f"{count} scripts in {folder}\n")
    return 0

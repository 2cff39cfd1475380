"""The folder of the cache: what is damaged, foreign or open to others is not there; nothing goes wrong aloud."""

import errno
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from quire.engine.cache import Folder, NotSafe, folder

NAME = "a" * 64 + folder.SUFFIX
HEAD = len(folder.MAGIC) + 32
needs_owners = pytest.mark.skipif(not folder.HAS_OWNERS, reason="the system does not tell who owns a file")


@pytest.fixture
def place(tmp_path):
    """With one file in it."""
    made = Folder(tmp_path / "some" / "cache", 1 << 20)
    assert made.write(NAME, b"data")
    return made


def names(place):
    return sorted(each.name for each in place.path.iterdir())


def test_a_file_is_read_as_it_was_written(place):
    assert place.read(NAME) == b"data"
    assert place.write(NAME, b"other")
    assert place.read(NAME) == b"other"
    assert place.read(f"b{NAME}") is None
    assert names(place) == [NAME]


def test_only_the_user_may_look(place):
    assert stat.S_IMODE(place.path.stat().st_mode) == 0o700
    assert stat.S_IMODE((place.path / NAME).stat().st_mode) == 0o600


def test_no_folder_is_made_to_look(tmp_path):
    place = Folder(tmp_path / "cache", 100)
    assert place.read(NAME) is None
    assert place.entries() == []
    assert place.clear() == []
    assert not place.path.exists()


@pytest.mark.parametrize("at", [0, len(folder.MAGIC) - 2, len(folder.MAGIC), HEAD - 1, HEAD, HEAD + 3])
def test_a_changed_byte_is_noticed(place, at):
    whole = bytearray((place.path / NAME).read_bytes())
    whole[at] ^= 1
    (place.path / NAME).write_bytes(whole)
    assert place.read(NAME) is None
    assert place.write(NAME, b"again")
    assert place.read(NAME) == b"again"


@pytest.mark.parametrize("size", range(HEAD + 4))
def test_a_part_of_a_file_is_noticed(place, size):
    os.truncate(place.path / NAME, size)
    assert place.read(NAME) is None


def test_more_than_a_file_is_noticed(place):
    with (place.path / NAME).open("ab") as file:
        file.write(b"\0")
    assert place.read(NAME) is None


# Other users


@needs_owners
@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777, 0o1777])
def test_a_folder_that_others_may_write_is_refused(place, mode):
    place.path.chmod(mode)
    assert place.read(NAME) is None
    assert not place.write(NAME, b"other")
    for each in (place.entries, place.clear):
        with pytest.raises(NotSafe, match="another user may write it"):
            each()
    assert (place.path / NAME).read_bytes().endswith(b"data")


@needs_owners
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_refused(place, mode):
    (place.path / NAME).chmod(mode)
    assert place.read(NAME) is None


@needs_owners
@pytest.mark.parametrize("mode", [0o755, 0o750])
def test_others_may_look(place, mode):
    place.path.chmod(mode)
    (place.path / NAME).chmod(0o644)
    assert place.read(NAME) == b"data"


@needs_owners
def test_the_folder_of_another_user_is_refused(place, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: place.path.stat().st_uid + 1)
    assert place.read(NAME) is None
    assert not place.write(NAME, b"other")
    with pytest.raises(NotSafe):
        place.entries()


@needs_owners
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_the_file_of_another_user_is_refused(place):
    os.chown(place.path / NAME, 12345, -1)
    assert place.read(NAME) is None
    os.chown(place.path / NAME, 0, -1)
    assert place.read(NAME) == b"data"
    os.chown(place.path, 12345, -1)
    assert place.read(NAME) is None


@needs_owners
def test_root_leaves_the_homes_of_others_alone(tmp_path, monkeypatch):
    status = os.stat_result([0o40700, *range(3), 12345, *range(5)])
    usual = Path.stat

    def stat_of(path, **options):
        return status if path == tmp_path else usual(path, **options)

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(Path, "stat", stat_of)
    assert not Folder(tmp_path / "some" / "cache", 1 << 20).write(NAME, b"data")
    assert not list(tmp_path.iterdir())


@needs_owners
def test_links_are_not_followed(place, tmp_path):
    link = Folder(tmp_path / "link", 1 << 20)
    link.path.symlink_to(place.path)
    assert link.read(NAME) is None
    assert not link.write(NAME, b"other")
    (place.path / f"b{NAME}").symlink_to(place.path / NAME)
    assert place.read(f"b{NAME}") is None
    assert place.write(f"b{NAME}", b"instead")  # of the link, not where it leads
    assert (place.read(NAME), place.read(f"b{NAME}")) == (b"data", b"instead")


def test_what_is_no_file_is_not_read(place):
    (place.path / f"b{NAME}").mkdir()
    assert place.read(f"b{NAME}") is None
    assert not place.write(f"b{NAME}", b"data")
    assert len(names(place)) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_nobody_waits_for_a_pipe(place):
    os.mkfifo(place.path / f"b{NAME}", 0o600)
    assert place.read(f"b{NAME}") is None


def test_a_file_in_the_place_of_the_folder(tmp_path):
    place = Folder(tmp_path / "file", 100)
    place.path.write_bytes(b"")
    assert place.read(NAME) is None
    assert not place.write(NAME, b"")


# What the system refuses


@pytest.mark.parametrize("call", ["open", "fdopen", "replace", "fstat", "listdir"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EDQUOT, errno.EIO])
def test_a_system_that_refuses_is_no_error(place, monkeypatch, call, number):
    def refuse(*arguments, **options):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, refuse)
        assert not place.write(NAME, b"other")
        assert place.read(NAME) in (None, b"data")
    assert place.read(NAME) == b"data"
    assert names(place) == [NAME] if call != "listdir" else NAME in names(place)


def test_a_disk_that_is_full_half_way_leaves_nothing(place, monkeypatch):
    usual = os.fdopen

    def full(number, mode="r", **options):
        file = usual(number, mode, **options)
        if "w" not in mode:
            return file
        file.close()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    assert not place.write(NAME, b"other")
    assert place.read(NAME) == b"data"
    assert names(place) == [NAME]


LIMITED = """
import resource
import sys
from pathlib import Path
from quire.engine.cache import Folder
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
place = Folder(Path(sys.argv[1]), 1 << 20)
assert not place.write(sys.argv[2], bytes(100_000))
assert place.write(sys.argv[2], bytes(100))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the system has no such limits")
def test_a_file_that_does_not_fit_leaves_nothing(tmp_path):
    place = Folder(tmp_path / "cache", 1 << 20)
    subprocess.run([sys.executable, "-c", LIMITED, str(place.path), NAME], check=True)
    assert place.read(NAME) == bytes(100)
    assert names(place) == [NAME]


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    place = Folder(tmp_path / "file" / "cache", 1000)
    assert not place.write(NAME, b"data")
    assert place.read(NAME) is None


@needs_owners
def test_no_file_stays_open(place):
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(5):
        place.read(NAME)
        place.read("missing")
        place.write(NAME, b"data")
        place.entries()
    assert len(list(Path("/dev/fd").iterdir())) == before


# Its size


def filled(place, *sizes):
    """Files of so many bytes, the first one used longest ago."""
    now = time.time()
    for number, size in enumerate(sizes):
        name = f"{number}{folder.SUFFIX}"
        assert place.write(name, bytes(size - HEAD))
        os.utime(place.path / name, (now, now - 100 + number))
    return place


def test_the_least_recently_used_make_room(tmp_path):
    place = filled(Folder(tmp_path, 1000), 300, 300, 300)
    assert place.write(NAME, bytes(350 - HEAD))
    assert names(place) == ["1.quire", "2.quire", NAME]
    assert sum(each.size for each in place.entries()) == 950


def test_a_file_makes_room_for_itself(tmp_path):
    place = filled(Folder(tmp_path, 1000), 300, 600)
    assert place.write("1.quire", bytes(700 - HEAD))
    assert names(place) == ["0.quire", "1.quire"]


def test_what_is_too_large_is_not_written(tmp_path):
    place = filled(Folder(tmp_path, 1000), 300)
    assert place.write("1.quire", bytes(1000 - HEAD))
    assert not place.write("2.quire", bytes(1001 - HEAD))
    assert names(place) == ["1.quire"]


def test_use_counts(tmp_path, monkeypatch):
    place = filled(Folder(tmp_path, 1000), 400, 400)
    monkeypatch.setattr(folder, "STALE", 0)
    assert place.read("0.quire") is not None
    assert [each.name for each in place.entries()] == ["1.quire", "0.quire"]
    assert place.write(NAME, bytes(400 - HEAD))
    assert names(place) == ["0.quire", NAME]


def test_what_is_unfinished_goes_when_it_is_old(place):
    for name, age in (("old", 2 * folder.STALE), ("new", 0)):
        (place.path / f"{name}.part").write_bytes(b"")
        os.utime(place.path / f"{name}.part", (time.time() - age, time.time() - age))
    (place.path / "something else").write_bytes(bytes(2000))
    assert place.write(NAME, b"data")
    assert names(place) == [NAME, "new.part", "something else"]
    assert [each.name for each in place.clear()] == [NAME]
    assert names(place) == ["something else"]


# Several at once

WRITER = """
import sys
from pathlib import Path
from quire.engine.cache import Folder
place = Folder(Path(sys.argv[1]), 1 << 20)
for number in range(60):
    assert place.write(sys.argv[2], bytes([number]) * (1 << 12 + number % 3))
"""


def test_readers_see_whole_files_while_several_processes_write(tmp_path):
    place = Folder(tmp_path / "cache", 1 << 20)
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(place.path), NAME]) for _ in range(3)]
    seen = 0
    while any(each.poll() is None for each in writers):
        expected = (place.path / NAME).exists()
        data = place.read(NAME)
        if data is not None:
            seen += 1
            assert len(set(data)) == 1
        assert data is not None or not expected
    assert [each.wait() for each in writers] == [0, 0, 0]
    assert seen
    assert names(place) == [NAME]


def test_threads_may_share_a_folder(place):
    wrong = []

    def work(number):
        done = (place.write(f"{number % 2}.quire", bytes(100)) and place.read(NAME) == b"data" for _ in range(30))
        wrong.extend(number for each in done if not each)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not wrong
    assert names(place) == ["0.quire", "1.quire", NAME]

"""Attacks on the sandbox: whatever a guest or somebody beside it does, nothing outside is read, made or changed."""

import itertools
import os
import threading
from pathlib import Path

import pytest

from quire.wasi import Errno, Wasi
from quire.wasi.errors import WasiError
from quire.wasi.layout import Rights
from quire.wasi.sandbox import MOST_LINKS, locate

ROOT = 3
CREAT, DIRECTORY, EXCL, TRUNC = 1, 2, 4, 8
FOLLOW = 1
REFUSED = {Errno.PERM, Errno.NOTDIR, Errno.LOOP, Errno.NOENT, Errno.INVAL, Errno.EXIST}


@pytest.fixture
def untouched(inside):
    """Fails if anything beside the guest's folder was made, removed or changed."""
    parent = inside.parent

    def picture():
        paths = [path for path in parent.rglob("*") if not path.is_relative_to(inside)]
        return {
            path: (path.lstat()[:5], path.lstat().st_mtime_ns, path.is_file() and path.read_bytes()) for path in paths
        }

    before = picture()
    yield
    assert picture() == before


def everything(guest, path):
    """Each operation on a path; none may reach what lies outside."""
    rights = Rights.FD_READ | Rights.FD_WRITE
    yield from (guest.open(path, flags, rights, follow=FOLLOW) for flags in (0, CREAT, CREAT | EXCL, TRUNC))
    yield guest.open(path, DIRECTORY, 0, follow=FOLLOW)
    yield guest.stat(path, FOLLOW)
    yield guest.mkdir(path)
    yield guest.rmdir(path)
    yield guest.unlink(path)
    yield guest.readlink(path)
    yield guest.symlink("x", path)
    yield guest.link(path, "stolen", FOLLOW)
    yield guest.rename(path, "stolen")
    guest.create("mine", b"mine")
    yield guest.link("mine", path)
    yield guest.rename("mine", path)
    yield guest.call("path_filestat_set_times", ROOT, FOLLOW, *guest.text(path), 1, 1, 5)


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "../",
        "../secret",
        "../outside/file",
        "./../secret",
        "sub/../../secret",
        "sub/../sub/../../secret",
        "sub//..//..//secret",
        "sub/deep/../../../secret",
        "../inside/../secret",
        "/",
        "//",
        "/etc/passwd",
        "/../secret",
        "sub/../../inside/sub",
        "../" * 500 + "etc/passwd",
    ],
)
def test_paths_that_lead_outside(guest, untouched, path):
    guest.mkdir("sub")
    guest.mkdir("sub/deep")
    assert set(everything(guest, path)) == {Errno.PERM}


@pytest.mark.parametrize(
    "target", ["../secret", "../outside", "../outside/file", "..", "sub/../../secret", "ABSOLUTE", "/"]
)
@pytest.mark.parametrize(
    "path", ["escape", "escape/", "escape/file", "escape/.", "sub/../escape/file", "again", "again/", "again/file"]
)
def test_links_that_lead_outside(guest, inside, outside, untouched, target, path):
    """The links are the host's, since a guest cannot make those that are absolute."""
    (inside / "sub").mkdir()
    (inside / "escape").symlink_to(str(outside) if target == "ABSOLUTE" else target)
    (inside / "again").symlink_to("sub/../escape")
    assert guest.contents(path) is guest.stat(path, FOLLOW) is Errno.PERM
    assert guest.opendir(path) in (Errno.PERM, Errno.NOTDIR)
    assert set(everything(guest, path)) <= REFUSED | {
        Errno.SUCCESS,
        Errno.ISDIR,
    }  # a link itself can be removed or replaced
    assert guest.contents("stolen") in REFUSED


def test_a_guest_s_own_links_lead_nowhere(guest, untouched):
    for number, target in enumerate(["..", "../secret", "../outside/file", "a/../../secret", "./../secret"]):
        assert guest.symlink(target, f"link{number}") is Errno.SUCCESS
        assert guest.contents(f"link{number}") in (Errno.PERM, Errno.NOENT)
        assert guest.open(f"link{number}", CREAT, follow=FOLLOW) in (Errno.PERM, Errno.NOENT)
    for target in ("/", "//", "/etc/passwd"):
        assert guest.symlink(target, "absolute") is Errno.PERM


def test_a_link_that_becomes_an_escape_when_it_is_moved(guest, inside, untouched):
    guest.mkdir("a")
    guest.mkdir("a/b")
    guest.create("secret", b"mine")
    guest.symlink("../../secret", "a/b/link")
    assert guest.contents("a/b/link") == b"mine"
    assert guest.rename("a/b/link", "a/link") is Errno.SUCCESS
    assert guest.contents("a/link") is Errno.PERM
    assert guest.contents("a/b/../link") is Errno.PERM


def test_a_directory_s_descriptor_is_a_root_of_its_own(guest, inside, untouched):
    guest.create("file", b"content")
    guest.mkdir("sub")
    guest.symlink("../file", "sub/link")
    below = guest.opendir("sub")
    assert guest.contents("sub/link") == b"content"
    assert guest.contents("link", fd=below) is Errno.PERM
    assert guest.contents("../file", fd=below) is Errno.PERM
    assert guest.opendir("..", fd=below) is Errno.PERM
    assert guest.rename("../file", "x", fd=below, new_fd=below) is Errno.PERM
    assert guest.link("file", "../x", new_fd=below) is Errno.PERM


def test_the_parent_s_inode_is_not_told(guest, inside):
    entries = guest.readdir(ROOT)[0]
    assert inside.parent.stat().st_ino not in {entry.ino for entry in entries}


def test_where_an_absolute_link_leads_is_not_told(guest, inside, outside):
    (inside / "link").symlink_to(outside)
    assert guest.readlink("link") is Errno.PERM
    assert guest.stat("link").size == len(str(outside))


@pytest.mark.parametrize("length", [1, 2, 3, 10])
def test_circles_of_links(guest, length):
    for number in range(length):
        guest.symlink(f"link{(number + 1) % length}", f"link{number}")
    for path in ("link0", "link0/x", "link0/"):
        assert guest.stat(path, FOLLOW) is Errno.LOOP


def test_links_multiply_no_work(guest):
    """Each link doubles the path; without a limit this would take 2**60 steps."""
    guest.mkdir("link0")
    for number in range(60):
        guest.symlink(f"link{number}/../link{number}", f"link{number + 1}")
    assert guest.stat("link60", FOLLOW) is Errno.LOOP
    assert guest.stat("link4", FOLLOW).type == guest.stat("link0").type


def test_chains_of_links_up_to_the_limit(guest):
    guest.create("link0", b"end")
    for number in range(MOST_LINKS + 1):
        guest.symlink(f"link{number}", f"link{number + 1}")
    assert guest.contents(f"link{MOST_LINKS}") == b"end"
    assert guest.contents(f"link{MOST_LINKS + 1}") is Errno.LOOP


def test_the_deepest_path_does_not_exhaust_the_host(guest, open_descriptors):
    before = open_descriptors()
    guest.mkdir("a")
    assert guest.stat("a/../" * 800 + "a").type == guest.stat("a").type
    assert guest.stat("./" * 2000 + "a").type == guest.stat("a").type
    assert guest.stat("a/" * 2000) is Errno.NOENT
    assert open_descriptors() == before


def test_hard_links_stay_what_they_are(guest, inside, outside, untouched):
    """Somebody else's hard link to a file outside is a file of the guest's; it can make none itself."""
    assert guest.link("../outside/file", "mine") is Errno.PERM
    (inside / "link").symlink_to("../outside/file")
    assert guest.link("link", "mine") is Errno.SUCCESS
    assert guest.contents("mine") is Errno.PERM
    assert guest.link("link", "other", FOLLOW) is Errno.PERM


def test_two_folders_are_two_worlds(make, inside, outside):
    (inside / "to").symlink_to("../outside/file")
    guest = make(preopens=[(inside, "/in"), (outside, "/out")])
    assert guest.contents("file", fd=4) == b"secret"
    assert guest.contents("to") is Errno.PERM
    assert guest.contents("../outside/file") is Errno.PERM
    assert guest.contents("/out/file") is Errno.PERM


def test_a_guest_without_folders_has_nothing(make, untouched):
    guest = make()
    for fd in range(8):
        assert guest.open("secret", fd=fd) in (Errno.NOTDIR, Errno.BADF)
        assert guest.open("/etc/passwd", fd=fd) in (Errno.NOTDIR, Errno.BADF)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="this host has no links that lead past their text")
def test_magic_links_are_not_followed(make, outside):
    with (outside / "file").open() as file:
        guest = make(preopens=[("/proc/self", "/")])
        for path in (f"fd/{file.fileno()}", "cwd/x", "root/etc/passwd", "exe", "fd/../cwd/.", "cwd/"):
            assert guest.contents(path) is Errno.PERM
            assert guest.stat(path, FOLLOW) is Errno.PERM


# Races: somebody exchanges files between two steps of a walk.


@pytest.fixture
def meanwhile(monkeypatch):
    """Runs an action before or after the given call of a function of `os`, counted from 0."""

    def arrange(name, turn, action, *, after=False):
        real, turns = getattr(os, name), itertools.count()

        def wrapped(*args, **named):
            mine = next(turns) == turn
            if mine and not after:
                action()
            try:
                return real(*args, **named)
            finally:
                if mine and after:
                    action()

        monkeypatch.setattr(os, name, wrapped)

    return arrange


def exchange(path, target):
    """A function that puts a link where a directory or file was."""

    def act():
        path.rename(path.with_name(path.name + ".old"))
        path.symlink_to(target)

    return act


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("turn", [0, 1])
def test_a_directory_is_exchanged_for_a_link(guest, inside, outside, untouched, meanwhile, turn, after):
    (inside / "a" / "b").mkdir(parents=True)
    (inside / "a" / "b" / "file").write_bytes(b"mine")
    victim = inside / "a" / "b" if turn else inside / "a"
    meanwhile("open", turn, exchange(victim, outside), after=after)
    found = guest.contents("a/b/file")
    assert found == b"mine" if after else found in REFUSED


@pytest.mark.parametrize("name", ["open", "stat", "utime", "unlink", "rename", "link", "readlink", "mkdir", "rmdir"])
def test_the_last_name_is_exchanged_for_a_link(guest, inside, outside, untouched, meanwhile, name):
    (inside / "file").write_bytes(b"mine")
    before = (outside / "file").stat()
    actions = {
        "open": lambda: guest.open("file", CREAT | TRUNC, follow=FOLLOW),
        "stat": lambda: guest.stat("file", FOLLOW),
        "utime": lambda: guest.call("path_filestat_set_times", ROOT, FOLLOW, *guest.text("file"), 1, 1, 5),
        "unlink": lambda: guest.unlink("file"),
        "rename": lambda: guest.rename("file", "new"),
        "link": lambda: guest.link("file", "new", FOLLOW),
        "readlink": lambda: guest.readlink("file"),
        "mkdir": lambda: guest.mkdir("file"),
        "rmdir": lambda: guest.rmdir("file"),
    }
    meanwhile(name, 0, exchange(inside / "file", outside / "file"))
    result = actions[name]()
    assert (outside / "file").stat() == before
    if name == "stat":
        assert result.ino != before.st_ino
    if name in ("open", "readlink"):
        assert result in REFUSED


def test_a_directory_is_moved_out_while_it_is_walked(guest, inside, outside, meanwhile):
    """`..` of a directory that now lies outside would be outside too; the walk goes back the way it came."""
    (inside / "a" / "b").mkdir(parents=True)
    (inside / "file").write_bytes(b"mine")
    meanwhile("open", 1, lambda: (inside / "a" / "b").rename(outside / "b"), after=True)
    assert guest.contents("a/b/../../file") == b"mine"
    assert (outside / "b").is_dir()


def test_a_moved_directory_s_descriptor_has_no_parent(guest, inside, outside):
    (inside / "sub").mkdir()
    (inside / "sub" / "own").write_bytes(b"own")
    below = guest.opendir("sub")
    (inside / "sub").rename(outside / "sub")
    assert guest.contents("../file", fd=below) is Errno.PERM
    assert guest.contents("own", fd=below) == b"own"


def test_links_that_come_and_go_all_the_time(inside, outside):
    """A walk beside a thread that exchanges a directory and a link to the outside as fast as it can."""
    (inside / "a").mkdir()
    (inside / "a" / "file").write_bytes(b"mine")
    (inside / "b").symlink_to(outside)
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            for old, new in ("ac", "ba", "ab", "ca"):
                (inside / old).rename(inside / new)

    thread = threading.Thread(target=swap)
    root = os.open(inside, os.O_RDONLY)
    thread.start()
    try:
        seen = {attempt(root, b"a/file") for _ in range(1500)}
    finally:
        stop.set()
        thread.join()
        os.close(root)
    assert b"secret" not in seen
    assert seen <= {b"mine", Errno.PERM, Errno.NOENT, Errno.NOTDIR}


def attempt(root, path):
    try:
        with locate(root, path, follow=True) as location:
            file = os.open(location.name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=location.directory)
            try:
                return os.read(file, 100)
            finally:
                os.close(file)
    except WasiError as error:
        return error.errno
    except FileNotFoundError:
        return Errno.NOENT


# Platforms


@pytest.mark.parametrize("lacking", ["supports_dir_fd", "supports_fd"])
def test_hosts_that_cannot_walk_refuse_to_preopen(monkeypatch, inside, lacking):
    monkeypatch.setattr(os, lacking, frozenset())
    with pytest.raises(OSError, match="cannot open files relative to a directory"):
        Wasi(preopens=[(inside, "/")])
    with Wasi(["no folders"]):
        pass


@pytest.mark.parametrize("name", ["O_NOFOLLOW", "O_DIRECTORY"])
def test_hosts_without_the_flags_refuse_to_preopen(monkeypatch, inside, name):
    monkeypatch.delattr(os, name)
    with pytest.raises(OSError, match="cannot open files relative to a directory"):
        Wasi(preopens=[(inside, "/")])


def test_what_cannot_be_preopened(inside, open_descriptors):
    (inside / "file").touch()
    before = open_descriptors()
    with pytest.raises(FileNotFoundError):
        Wasi(preopens=[(inside, "/"), (inside / "none", "/none")])
    with pytest.raises(NotADirectoryError):
        Wasi(preopens=[(inside, "/"), (inside / "file", "/file")])
    with pytest.raises(ValueError, match="NUL"):
        Wasi(preopens=[(inside, "a\0b")])
    assert open_descriptors() == before


def test_a_system_without_o_path_walks_as_well(monkeypatch, guest):
    monkeypatch.delattr(os, "O_PATH", raising=False)
    guest.mkdir("a")
    guest.create("a/file", b"content")
    assert guest.contents("a/../a/file") == b"content"

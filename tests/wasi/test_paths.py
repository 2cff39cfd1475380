"""The functions on paths: what they do, and the exact number where they fail."""

import errno
import os
import stat

import pytest

from quire.wasi import Errno
from quire.wasi.layout import (
    DIRECTORY_RIGHTS,
    FILE_RIGHTS,
    INHERITABLE_RIGHTS,
    DescriptorFlags,
    FileType,
    Rights,
    TimeFlags,
)

ROOT = 3
CREAT, DIRECTORY, EXCL, TRUNC = 1, 2, 4, 8
FOLLOW = 1
READ_WRITE = Rights.FD_READ | Rights.FD_WRITE


@pytest.fixture
def tree(guest):
    """file, sub/, sub/file, full/ with an entry, link -> file, sublink -> sub, dangling -> nothing, loop -> loop."""
    guest.create("file", b"content")
    guest.mkdir("sub")
    guest.create("sub/file", b"below")
    guest.mkdir("empty")
    for target, name in [("file", "link"), ("sub", "sublink"), ("nothing", "dangling"), ("loop", "loop")]:
        guest.symlink(target, name)
    return guest


NOT_A_PATH = [
    ("", Errno.NOENT),
    (b"a\0b", Errno.INVAL),
    (b"file\0", Errno.INVAL),
    (b"\xff", Errno.ILSEQ),
    ("a" * 256, Errno.NAMETOOLONG),
    ("a/" * 2048, Errno.NAMETOOLONG),
    ("/", Errno.PERM),
    ("/file", Errno.PERM),
    ("..", Errno.PERM),
    ("sub/../..", Errno.PERM),
    ("none/x", Errno.NOENT),
    ("file/x", Errno.NOTDIR),
    ("file/.", Errno.NOTDIR),
    ("file/..", Errno.NOTDIR),
    ("link/x", Errno.NOTDIR),
    ("dangling/x", Errno.NOENT),
    ("loop/x", Errno.LOOP),
]
BY_PATH = {
    "open": lambda guest, path: guest.open(path, CREAT),
    "stat": lambda guest, path: guest.stat(path),
    "mkdir": lambda guest, path: guest.mkdir(path),
    "rmdir": lambda guest, path: guest.rmdir(path),
    "unlink": lambda guest, path: guest.unlink(path),
    "readlink": lambda guest, path: guest.readlink(path),
    "symlink": lambda guest, path: guest.symlink("file", path),
    "link from": lambda guest, path: guest.link(path, "new"),
    "link to": lambda guest, path: guest.link("file", path),
    "rename from": lambda guest, path: guest.rename(path, "new"),
    "rename to": lambda guest, path: guest.rename("file", path),
    "set times": lambda guest, path: guest.call("path_filestat_set_times", ROOT, 0, *guest.text(path), 0, 0, 0),
}


@pytest.mark.parametrize("operation", BY_PATH)
@pytest.mark.parametrize(("path", "expected"), NOT_A_PATH)
def test_what_is_no_path_for_anybody(tree, inside, operation, path, expected):
    before = sorted(path.name for path in inside.rglob("*"))
    assert BY_PATH[operation](tree, path) is expected
    assert sorted(path.name for path in inside.rglob("*")) == before


@pytest.mark.parametrize("operation", BY_PATH)
def test_descriptors_that_are_no_directories(tree, operation):
    tree.call("fd_renumber", tree.open("file", 0, FILE_RIGHTS), ROOT)
    assert BY_PATH[operation](tree, "x") is Errno.NOTDIR
    tree.call("fd_renumber", 1, ROOT)
    assert BY_PATH[operation](tree, "x") is Errno.NOTDIR
    tree.close(ROOT)
    assert BY_PATH[operation](tree, "x") is Errno.BADF


# Opening


def test_open_to_read_or_write(tree):
    for rights, mode in [(Rights.FD_READ, "r"), (Rights.FD_WRITE, "w"), (READ_WRITE, "rw")]:
        fd = tree.open("file", 0, rights)
        assert tree.fdstat(fd).rights == rights
        assert tree.read(fd, 1) == (b"c" if "r" in mode else Errno.BADF)
        assert tree.write(fd, b"c") == (1 if "w" in mode else Errno.BADF)


def test_open_with_no_rights_at_all(tree):
    fd = tree.open("file", 0, 0)
    assert tree.fdstat(fd) == (FileType.REGULAR_FILE, 0, 0, 0)
    assert tree.read(fd, 1) is tree.write(fd, b"a") is Errno.BADF


def test_create(tree, inside):
    assert tree.open("new") is Errno.NOENT
    tree.close(tree.open("new", CREAT))
    assert (inside / "new").read_bytes() == b""
    assert tree.contents("file") == b"content"
    tree.close(tree.open("file", CREAT))
    assert tree.contents("file") == b"content"
    assert tree.open("file", CREAT | EXCL) is Errno.EXIST
    assert tree.open("sub", CREAT | EXCL) is Errno.EXIST
    assert tree.open("dangling", CREAT | EXCL, follow=FOLLOW) is Errno.EXIST
    assert tree.open("new/", CREAT) is tree.open("more/", CREAT) is tree.open(".", CREAT) is Errno.ISDIR
    assert tree.open(".", CREAT | EXCL) is tree.open("sub/..", CREAT | EXCL) is Errno.EXIST
    assert tree.open("none/new", CREAT) is Errno.NOENT
    assert not stat.S_IMODE((inside / "new").stat().st_mode) & 0o111


def test_truncate(tree):
    fd = tree.open("file", TRUNC, 0)
    assert tree.fdstat(fd).rights == 0
    assert tree.contents("file") == b""
    assert tree.open("sub", TRUNC, 0) is Errno.ISDIR


@pytest.mark.parametrize(
    ("oflags", "follow", "flags"), [(16, 0, 0), (0xFFFF, 0, 0), (CREAT | DIRECTORY, 0, 0), (0, 2, 0), (0, 0, 32)]
)
def test_flags_that_are_none(tree, oflags, follow, flags):
    assert tree.open("new", oflags, follow=follow, flags=flags) is Errno.INVAL


def test_links_at_the_end(tree):
    assert tree.open("link") is tree.open("dangling") is tree.open("loop") is Errno.LOOP
    assert tree.open("sublink", DIRECTORY, 0) in (Errno.LOOP, Errno.NOTDIR)
    assert tree.contents("link", follow=FOLLOW) == b"content"
    assert tree.open("dangling", follow=FOLLOW) is Errno.NOENT
    assert tree.open("loop", follow=FOLLOW) is Errno.LOOP
    assert tree.open("link", DIRECTORY, 0, follow=FOLLOW) is Errno.NOTDIR
    assert tree.fdstat(tree.open("sublink", DIRECTORY, 0, follow=FOLLOW)).type == FileType.DIRECTORY
    assert tree.fdstat(tree.open("sublink/", 0, 0)).type == FileType.DIRECTORY
    assert tree.open("link/", 0, 0) is Errno.NOTDIR


def test_creation_through_a_dangling_link(tree, inside):
    assert tree.open("dangling", CREAT) is Errno.LOOP
    tree.close(tree.open("dangling", CREAT, follow=FOLLOW))
    assert (inside / "nothing").is_file()


def test_slashes_and_dots(tree):
    assert tree.contents("sub/.//../sub/./..///./file") == b"content"
    assert tree.contents("sublink/../sublink/file") == b"below"
    assert tree.open("file/") is tree.open("file///") is Errno.NOTDIR
    assert tree.open("none/") is Errno.NOENT
    for path in ("sub/", "sub//", ".", "./", "sub/.", "sub/..", "sublink/."):
        assert tree.fdstat(tree.open(path, 0, 0)).type == FileType.DIRECTORY


def test_directories(tree):
    assert tree.open("sub") is Errno.ISDIR
    assert tree.open(".", DIRECTORY, READ_WRITE) is Errno.ISDIR
    assert tree.open("file", DIRECTORY, 0) is Errno.NOTDIR
    fd = tree.open("sub", 0, DIRECTORY_RIGHTS | Rights.FD_SEEK | Rights.FD_READ, inheriting=Rights.FD_READ)
    assert tree.fdstat(fd) == (FileType.DIRECTORY, 0, DIRECTORY_RIGHTS, Rights.FD_READ)
    assert tree.seek(fd, 0, 1) is Errno.ISDIR
    assert tree.fdstat(tree.open(".", 0, 0, flags=DescriptorFlags.NONBLOCK)).flags == DescriptorFlags.NONBLOCK
    same = tree.fdstat(ROOT)
    assert tree.fdstat(tree.open(".", 0, same.rights, inheriting=same.inheriting)) == same


def test_rights_to_open(tree):
    below = tree.open("sub", DIRECTORY, Rights.PATH_OPEN, inheriting=Rights.FD_READ)
    assert tree.contents("file", fd=below) == b"below"
    assert tree.open("file", 0, READ_WRITE, fd=below) is Errno.NOTCAPABLE
    assert tree.open("file", 0, 0, fd=below, inheriting=Rights.FD_WRITE) is Errno.NOTCAPABLE
    assert tree.open("new", CREAT, 0, fd=below) is Errno.NOTCAPABLE
    assert tree.open("file", TRUNC, 0, fd=below) is Errno.NOTCAPABLE
    assert tree.open("file", 0, 0, fd=below, flags=DescriptorFlags.SYNC) is Errno.NOTCAPABLE
    assert tree.open("file", 0, 0, fd=below, flags=DescriptorFlags.DSYNC) is Errno.NOTCAPABLE
    deeper = tree.open(".", DIRECTORY, 0, fd=below)
    assert not isinstance(deeper, Errno)
    assert tree.open("file", 0, 0, fd=deeper) is Errno.NOTCAPABLE


def test_rights_that_neither_files_nor_directories_have_are_dropped(tree):
    everything = (1 << 64) - 1
    assert tree.fdstat(tree.open("file", 0, everything, inheriting=everything)).rights == FILE_RIGHTS


@pytest.mark.parametrize(
    ("operation", "right"),
    [
        ("open", Rights.PATH_OPEN),
        ("open", Rights.PATH_CREATE_FILE),
        ("stat", Rights.PATH_FILESTAT_GET),
        ("mkdir", Rights.PATH_CREATE_DIRECTORY),
        ("rmdir", Rights.PATH_REMOVE_DIRECTORY),
        ("unlink", Rights.PATH_UNLINK_FILE),
        ("readlink", Rights.PATH_READLINK),
        ("symlink", Rights.PATH_SYMLINK),
        ("link from", Rights.PATH_LINK_SOURCE),
        ("link to", Rights.PATH_LINK_TARGET),
        ("rename from", Rights.PATH_RENAME_SOURCE),
        ("rename to", Rights.PATH_RENAME_TARGET),
        ("set times", Rights.PATH_FILESTAT_SET_TIMES),
    ],
)
def test_each_function_needs_its_right(tree, operation, right):
    assert BY_PATH[operation](tree, "x") is not Errno.NOTCAPABLE
    tree.call("fd_fdstat_set_rights", ROOT, DIRECTORY_RIGHTS & ~right, INHERITABLE_RIGHTS)
    assert BY_PATH[operation](tree, "x") is Errno.NOTCAPABLE


def test_a_bad_place_for_the_result_opens_nothing(tree, inside):
    end = len(tree.memory.data)
    assert tree.call("path_open", ROOT, 0, *tree.text("new"), CREAT, 0, 0, 0, end - 3) is Errno.FAULT
    assert not (inside / "new").exists()
    assert tree.call("path_open", ROOT, 0, end - 1, 2, CREAT, 0, 0, 0, 0) is Errno.FAULT
    assert tree.call("path_open", ROOT, 0, 0xFFFFFFFF, 2, CREAT, 0, 0, 0, 0) is Errno.FAULT
    assert tree.call("path_open", ROOT, 0, 0, 0xFFFFFFFF, CREAT, 0, 0, 0, 0) is Errno.NAMETOOLONG


def test_a_file_can_be_used_after_it_is_gone(tree):
    fd = tree.open("file")
    assert tree.unlink("file") is Errno.SUCCESS
    assert tree.read(fd, 9) == b"content"
    assert tree.open("file") is Errno.NOENT


# Making and removing


def test_directories_are_made_and_removed(guest):
    assert guest.mkdir("a") is guest.mkdir("a/b/") is guest.mkdir("a/b/../c") is Errno.SUCCESS
    assert guest.mkdir("a") is guest.mkdir("a/") is guest.mkdir(".") is guest.mkdir("a/..") is Errno.EXIST
    assert guest.rmdir("a") is Errno.NOTEMPTY
    assert guest.rmdir("a/b/") is guest.rmdir("a/c") is guest.rmdir("a") is Errno.SUCCESS
    assert guest.rmdir("a") is guest.rmdir("a/") is Errno.NOENT


def test_only_directories_are_removed_as_such(tree):
    for path in ("file", "file/", "link", "link/", "sublink", "sublink/", "dangling", "dangling/"):
        assert tree.rmdir(path) is Errno.NOTDIR
    assert tree.rmdir(".") is Errno.INVAL
    assert tree.mkdir("file") is tree.mkdir("link") is tree.mkdir("dangling") is Errno.EXIST


def test_unlink(tree, inside):
    assert tree.unlink("sub") is tree.unlink("sub/") is tree.unlink(".") is Errno.ISDIR
    assert tree.unlink("file/") is tree.unlink("link/") is tree.unlink("sublink/") is Errno.NOTDIR
    assert tree.unlink("none") is tree.unlink("none/") is Errno.NOENT
    for path in ("link", "sublink", "dangling", "loop", "file"):
        assert tree.unlink(path) is Errno.SUCCESS
    assert sorted(path.name for path in inside.iterdir()) == ["empty", "sub"]


def test_symbolic_links(guest):
    assert guest.symlink("target", "link") is Errno.SUCCESS
    assert guest.readlink("link") == b"target"
    assert guest.readlink("link", 4) == b"targ"
    assert guest.readlink("link", 0) == b""
    assert guest.stat("link").type == FileType.SYMBOLIC_LINK
    assert guest.symlink("target", "link") is guest.symlink("target", ".") is Errno.EXIST
    assert guest.symlink("", "empty") is guest.symlink("a", "") is Errno.NOENT
    assert guest.symlink("/", "absolute") is guest.symlink("/etc/passwd", "absolute") is Errno.PERM


def test_slashes_behind_new_links(tree):
    for make in (tree.symlink, tree.link):
        assert make("file", "new/") is Errno.NOENT
        assert make("file", "sub/") is make("file", "sub") is Errno.EXIST
        assert make("file", "file/") is Errno.NOTDIR
        assert make("file", "link/") is Errno.NOTDIR
        assert make("file", "dangling") is Errno.EXIST


def test_readlink_of_what_is_no_link(tree):
    assert tree.readlink("file") is tree.readlink("sub") is tree.readlink("sublink/") is Errno.INVAL
    assert tree.readlink("file/") is tree.readlink("link/") is Errno.NOTDIR
    assert tree.readlink("none") is Errno.NOENT
    end = len(tree.memory.data)
    assert tree.call("path_readlink", ROOT, *tree.text("link"), end - 1, 2, 0) is Errno.FAULT
    assert tree.call("path_readlink", ROOT, *tree.text("link"), 0, 2, end - 3) is Errno.FAULT


def test_hard_links(tree):
    assert tree.link("file", "second") is Errno.SUCCESS
    assert tree.stat("second") == tree.stat("file")
    assert tree.stat("second").nlink == 2
    assert tree.link("file", "second") is tree.link("file", "file") is Errno.EXIST
    assert tree.link("sub", "new") in (Errno.PERM, Errno.ACCES)
    assert tree.link("file/", "new") is Errno.NOTDIR
    assert tree.link("none", "new") is Errno.NOENT
    below = tree.opendir("sub")
    assert tree.link("file", "other", new_fd=below) is Errno.SUCCESS
    assert tree.contents("sub/other") == b"content"


def test_hard_links_to_symbolic_links(tree):
    for name in ("link", "dangling", "loop"):
        assert tree.link(name, f"hard {name}") is Errno.SUCCESS
        assert tree.stat(f"hard {name}").type == FileType.SYMBOLIC_LINK
    assert tree.link("link", "followed", FOLLOW) is Errno.SUCCESS
    assert tree.stat("followed").ino == tree.stat("file").ino
    assert tree.link("dangling", "followed more", FOLLOW) is Errno.NOENT
    assert tree.link("link", "new", 2) is Errno.INVAL


# Renaming


def test_rename_files(tree):
    assert tree.rename("file", "new") is Errno.SUCCESS
    assert tree.open("file") is Errno.NOENT
    assert tree.contents("new") == b"content"
    assert tree.rename("new", "sub/file") is Errno.SUCCESS
    assert tree.contents("sub/file") == b"content"
    assert tree.rename("none", "other") is Errno.NOENT
    below = tree.opendir("sub")
    assert tree.rename("file", "back", fd=below) is Errno.SUCCESS
    assert tree.contents("back") == b"content"


def test_rename_directories(tree):
    assert tree.rename("sub", "new") is Errno.SUCCESS
    assert tree.rename("empty", "new") is Errno.NOTEMPTY
    assert tree.rename("empty", "new/file") is Errno.NOTDIR
    assert tree.rename("file", "empty") is Errno.ISDIR
    assert tree.rename("new", "empty") is Errno.SUCCESS
    assert tree.contents("empty/file") == b"below"
    assert tree.rename("empty", "empty/below") is Errno.INVAL
    assert tree.rename(".", "new") is tree.rename("empty", ".") is Errno.BUSY


def test_slashes_in_renaming(tree):
    assert tree.rename("file/", "new") is tree.rename("file", "new/") is tree.rename("link/", "new") is Errno.NOTDIR
    assert tree.rename("sublink/", "new") is Errno.NOTDIR
    assert tree.rename("sub/", "a") is tree.rename("a", "b/") is tree.rename("b/", "c/") is Errno.SUCCESS
    assert tree.contents("c/file") == b"below"
    assert tree.rename("none/", "new") is Errno.NOENT
    assert tree.rename("file", ".") is tree.rename("file", "empty/..") is Errno.BUSY


def test_renaming_moves_links_and_not_what_they_lead_to(tree):
    assert tree.rename("link", "moved") is Errno.SUCCESS
    assert tree.readlink("moved") == b"file"
    assert tree.rename("file", "dangling") is Errno.SUCCESS
    assert tree.stat("dangling").type == FileType.REGULAR_FILE


# Status


def test_filestat(tree, inside):
    assert tree.stat("file").size == 7
    assert tree.stat("link").type == FileType.SYMBOLIC_LINK
    assert tree.stat("link").size == len("file")
    assert tree.stat("link", FOLLOW) == tree.stat("file")
    assert tree.stat("sublink/").type == tree.stat(".").type == tree.stat("sub/..").type == FileType.DIRECTORY
    assert tree.stat(".").ino == inside.stat().st_ino
    assert tree.stat("file/") is tree.stat("link/") is Errno.NOTDIR
    assert tree.stat("dangling", FOLLOW) is Errno.NOENT
    assert tree.stat("loop", FOLLOW) is Errno.LOOP
    assert tree.stat("file", 2) is Errno.INVAL
    end = len(tree.memory.data)
    assert tree.call("path_filestat_get", ROOT, 0, *tree.text("file"), end - 63) is Errno.FAULT


def set_times(guest, path, access, modification, flags, follow=0):
    operands = (*guest.text(path), access, modification, flags)
    return guest.call("path_filestat_set_times", ROOT, follow, *operands)


def test_set_times(tree, clock):
    old = tree.stat("file")
    assert set_times(tree, "link", 11, 22, TimeFlags.MTIM) is Errno.SUCCESS
    assert tree.stat("link").mtim == 22
    assert tree.stat("file")[5:7] == old[5:7]
    assert set_times(tree, "link", 33, 44, TimeFlags.ATIM | TimeFlags.MTIM, FOLLOW) is Errno.SUCCESS
    assert tree.stat("file")[5:7] == (33, 44)
    assert set_times(tree, "sub/", 0, 0, TimeFlags.MTIM_NOW) is Errno.SUCCESS
    assert tree.stat("sub").mtim == clock.time
    assert set_times(tree, "file/", 0, 0, TimeFlags.MTIM) is Errno.NOTDIR
    assert set_times(tree, "file", 0, 0, TimeFlags.MTIM | TimeFlags.MTIM_NOW) is Errno.INVAL
    assert set_times(tree, "file", 1 << 63, 0, TimeFlags.ATIM) is Errno.OVERFLOW
    assert tree.stat("file")[5:7] == (33, 44)


def test_no_call_leaves_a_descriptor_behind(tree, open_descriptors):
    tree.mkdir("sub/deep")
    before = open_descriptors()
    for path in ("sub/deep/x", "sub/deep/../../none/x", "sublink/deep/y/z", "loop/x", "sub/../../x", "file"):
        for operation in BY_PATH.values():
            opened = operation(tree, path)
            if not isinstance(opened, Errno) and isinstance(opened, int):
                tree.close(opened)
    assert open_descriptors() == before


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.EACCES, Errno.ACCES),
        (errno.E2BIG, Errno.TOOBIG),
        (errno.EDQUOT, Errno.DQUOT),
        (errno.EMFILE, Errno.MFILE),
        (errno.ENOSPC, Errno.NOSPC),
        (errno.EOPNOTSUPP, Errno.NOTSUP),
        (errno.EROFS, Errno.ROFS),
        (errno.EXDEV, Errno.XDEV),
        (99999, Errno.IO),
    ],
)
def test_the_host_s_refusal_is_the_guest_s(guest, monkeypatch, number, expected):
    def refuse(*operands, **named):
        raise OSError(number, "refused")

    monkeypatch.setattr(os, "mkdir", refuse)
    assert guest.mkdir("new") is expected

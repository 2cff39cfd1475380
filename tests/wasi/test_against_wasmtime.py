"""The same calls on the same files under wasmtime: the same numbers, but for differences that have a reason."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from quire.wasi import FUNCTIONS, MODULE, Errno
from quire.wasi.layout import Rights

wasmtime = pytest.importorskip("wasmtime", reason="the oracle, wasmtime, is not installed")

CREAT, DIRECTORY, EXCL, TRUNC = 1, 2, 4, 8
FOLLOW = 1
READ = Rights.FD_READ | Rights.FD_SEEK | Rights.FD_READDIR
WRITE = READ | Rights.FD_WRITE
DIRECTORIES = ("sub", "sub/deep", "empty")
LINKS = {
    "link": "file",
    "sublink": "sub",
    "dangling": "nothing",
    "loop": "loop",
    "sub/link": "../file",
    "escape": "../../x",
    "sub/escape": "../../x",
}
ENDINGS = ["", "/", "//", "/.", "/..", "/x", "/../file"]
NAMES = ["file", "sub", "sub/file", "sub/deep", "empty", "none", *LINKS]
PATHS = [name + ending for name in NAMES for ending in ENDINGS]
PATHS += [
    ".",
    "./",
    "./file",
    "..",
    "../",
    "../x",
    "sub/../..",
    "sub/../../x",
    "/",
    "//",
    "/file",
    "",
    b"\xff",
    b"file\0",
]


def trampolines():
    """A module whose exports call the functions of WASI, since wasmtime wants a caller with a memory."""
    lines = []
    for row in FUNCTIONS.values():
        count = len(row.type.composite.parameters)
        kind = str(row.type)[len("(func") : -1]
        lines.append(f'(import "{MODULE}" "{row.name}" (func ${row.name}{kind}))')
        gets = " ".join(f"(local.get {index})" for index in range(count))
        lines.append(f'(func (export "{row.name}"){kind} (call ${row.name} {gets}))')
    imports, functions = lines[::2], lines[1::2]
    return '(module {} (memory (export "memory") 16) {})'.format("\n".join(imports), "\n".join(functions))


class OracleMemory:
    def __init__(self, store, memory):
        self.store_, self.memory = store, memory

    def load(self, address, count):
        return bytes(self.memory.read(self.store_, address, address + count))

    def store(self, address, data):
        self.memory.write(self.store_, data, address)


class OracleWasi:
    """wasmtime's WASI, to be called as ours."""

    def __init__(self, folder):
        configuration = wasmtime.WasiConfig()
        configuration.preopen_dir(str(folder), "/")
        engine = wasmtime.Engine()
        self.store = wasmtime.Store(engine)
        self.store.set_wasi(configuration)
        linker = wasmtime.Linker(engine)
        linker.define_wasi()
        self.exports = linker.instantiate(self.store, wasmtime.Module(engine, trampolines())).exports(self.store)
        self.memory = OracleMemory(self.store, self.exports["memory"])

    def call(self, name, memory, *operands):
        return self.exports[name](self.store, *operands)


@pytest.fixture(scope="module")
def oracle_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("oracle") / "inside"


def build(folder):
    """The files that every call finds. Directories that are still there are kept, since they take the longest."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif str(path.relative_to(folder)) not in DIRECTORIES:
            path.rmdir()
    for name in DIRECTORIES:
        (folder / name).mkdir(exist_ok=True)
    (folder / "file").write_bytes(b"content")
    (folder / "sub" / "file").write_bytes(b"below")
    for name, target in LINKS.items():
        (folder / name).symlink_to(target)
    return picture(folder)


def picture(folder):
    """What is there, below each name: a link's target, a directory's entries, a file's contents and number of links."""
    found = {}
    for entry in os.scandir(folder):
        if entry.is_symlink():
            found[entry.name] = Path(entry.path).readlink()
        elif entry.is_dir():
            found[entry.name] = picture(entry.path)
        else:
            found[entry.name] = (Path(entry.path).read_bytes(), entry.stat().st_nlink)
    return found


def opening(oflags, rights, follow=0):
    """Open, then tell type, flags and what a read and a write yield."""

    def run(guest, path):
        fd = guest.open(path, oflags, rights, follow=follow)
        if isinstance(fd, Errno):
            return fd
        stat = guest.fdstat(fd)
        result = (stat.type, stat.flags)
        if stat.type != 3:
            result += (guest.read(fd, 100), guest.write(fd, b"new"), guest.seek(fd, 0, 1))
        guest.close(fd)
        return result

    return run


def status(follow):
    def run(guest, path):
        found = guest.stat(path, follow)
        return found if isinstance(found, Errno) else (found.type, found.nlink, found.type == 3 or found.size)

    return run


OPERATIONS = {
    "open to read": opening(0, READ),
    "open to write": opening(0, WRITE),
    "open following": opening(0, READ, FOLLOW),
    "open to write following": opening(0, WRITE, FOLLOW),
    "create": opening(CREAT, WRITE),
    "create following": opening(CREAT, WRITE, FOLLOW),
    "create exclusively": opening(CREAT | EXCL, WRITE),
    "open a directory": opening(DIRECTORY, READ),
    "open a directory following": opening(DIRECTORY, READ, FOLLOW),
    "truncate following": opening(TRUNC, WRITE, FOLLOW),
    "create a directory by open": opening(CREAT | DIRECTORY, READ),
    "stat": status(0),
    "stat following": status(FOLLOW),
    "mkdir": lambda guest, path: guest.mkdir(path),
    "rmdir": lambda guest, path: guest.rmdir(path),
    "unlink": lambda guest, path: guest.unlink(path),
    "readlink": lambda guest, path: guest.readlink(path),
    "symlink": lambda guest, path: guest.symlink("file", path),
    "symlink to": lambda guest, path: guest.symlink(path, "new"),
    "link from": lambda guest, path: guest.link(path, "new"),
    "link to": lambda guest, path: guest.link("file", path),
    "rename from": lambda guest, path: guest.rename(path, "new"),
    "rename a file to": lambda guest, path: guest.rename("file", path),
    "rename a directory to": lambda guest, path: guest.rename("empty", path),
}


@dataclass(frozen=True)
class Difference:
    """Operations and results of both that may differ, and why."""

    operations: set
    ours: set
    theirs: set
    reason: str


DIFFERENCES = [
    Difference(
        {"rmdir", "unlink", "symlink", "link to", "rename from"},
        {Errno.NOTDIR},
        {Errno.NOENT, Errno.LOOP, Errno.PERM, Errno.EXIST, Errno.ISDIR, Errno.INVAL},
        "a link with a slash behind it is no directory to these, on Linux; wasmtime follows it",
    ),
    Difference({"rmdir"}, {Errno.SUCCESS, Errno.NOTEMPTY}, {Errno.INVAL}, "POSIX allows a slash behind a directory"),
    Difference({"open a directory"}, {Errno.NOTDIR}, {Errno.LOOP}, "what Linux says of O_DIRECTORY and O_NOFOLLOW"),
    Difference({"create a directory by open"}, {Errno.INVAL}, {Errno.ILSEQ}, "the flags are looked at first"),
    Difference({"create", "create following"}, {Errno.LOOP, Errno.PERM}, {Errno.ISDIR}, "the link is looked at first"),
]


@pytest.fixture(scope="module")
def oracle(oracle_folder, guest_class):
    oracle_folder.mkdir()
    guest = guest_class(OracleWasi(oracle_folder))
    guest.memory = guest.wasi.memory
    return guest


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_path(guest, oracle, inside, oracle_folder, operation):
    sides = [(guest, inside), (oracle, oracle_folder)]
    pristine = [build(folder) for _, folder in sides]
    disagreements = []
    for path in PATHS:
        ours, theirs = (OPERATIONS[operation](each, path) for each, _ in sides)
        after = [picture(folder) for _, folder in sides]
        if not explained(operation, ours, theirs) and (ours, after[0]) != (theirs, after[1]):
            disagreements.append((path, ours, theirs))
        for (_, folder), before, now in zip(sides, pristine, after, strict=True):
            if now != before:
                build(folder)
    assert not disagreements


def explained(operation, ours, theirs):
    return any(operation in each.operations and ours in each.ours and theirs in each.theirs for each in DIFFERENCES)

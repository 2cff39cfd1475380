"""Builds real C programs for wasm32-wasi with Debian's clang and prints where each one is.

    python tests/programs/build.py tour minigzip

What is built stays in tests/programs/built/. Exit status 0: the paths, one a line. 77: it cannot be done here, and the
last line of standard error says what is missing. Sources of others are fetched (by apt-get, npm and pip)
and never committed.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = HERE / "built"
CANNOT_BUILD_HERE = 77
FETCH_SECONDS = 120
CLANGS = ["clang", *(f"clang-{version}" for version in range(24, 13, -1))]
ALWAYS = ["--target=wasm32-wasi", "-O2", "-w", "-Wl,--strip-debug"]


class CannotBuildHere(Exception):
    """A tool or a source is missing on this machine: a reason to skip, not a failure."""


@dataclass(frozen=True, slots=True)
class Program:
    """How one program is built: where its source comes from, which files of it, and with which options."""

    source: Callable[[Path], Path]
    """Fills a folder, and returns the one that the names in `files` and `options` start from."""
    files: str
    options: str = ""
    """{here} is the folder of this script."""
    driver: str = ""
    """A file of ours beside those of others."""


def ours(folder: Path) -> Path:
    return HERE


def debian_source(package: str) -> Callable[[Path], Path]:
    """The upstream archive of a Debian source package, as it was released, without Debian's patches: of the newest
    version that a mirror has, which may lag behind what it lists.
    """

    def fetch(folder: Path) -> Path:
        for tool in ("apt-get", "apt-cache"):
            need(tool)
        failures = []
        for each in (package, *listed_versions(package)):
            try:
                attempt(["apt-get", "source", "--download-only", each], folder, f"no Debian source of {package}")
            except CannotBuildHere as error:
                failures.append(error)
            else:
                return unpack(next(folder.glob("*.orig.tar.*")), folder)
        raise failures[0]

    return fetch


def listed_versions(package: str) -> Iterator[str]:
    """The versions of a Debian source package, as apt-get takes them, those listed last first."""
    command = ["apt-cache", "showsrc", "--only-source", package]
    listed = subprocess.run(command, check=False, capture_output=True, text=True).stdout.splitlines()
    versions = [line.partition(": ")[2] for line in listed if line.startswith("Version: ")]
    yield from dict.fromkeys(f"{package}={each}" for each in reversed(versions))


def npm_package(name: str, inside: str) -> Callable[[Path], Path]:
    def fetch(folder: Path) -> Path:
        need("npm")
        attempt(["npm", "pack", "--silent", "--fetch-retries=1", name], folder, f"npm has no {name} for us")
        return unpack(next(folder.glob("*.tgz")), folder) / inside

    return fetch


def pypi_package(name: str, inside: str) -> Callable[[Path], Path]:
    def fetch(folder: Path) -> Path:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--retries", "1", name]
        attempt(command, folder, f"pip has no source of {name}")
        return unpack(next(folder.glob("*.tar.gz")), folder) / inside

    return fetch


def unpack(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as tar:
        tar.extractall(folder / "unpacked", filter="data")
    return next((folder / "unpacked").iterdir())


LUA = (
    "lapi lauxlib lbaselib lcode lctype ldebug ldo ldump lfunc lgc llex lmathlib lmem lobject lopcodes lparser lstate "
    "lstring lstrlib ltable ltablib ltm lundump lutf8lib lvm lzio"
).split()
BROTLI = (
    "common/constants common/context common/dictionary common/platform common/shared_dictionary common/transform "
    "dec/bit_reader dec/decode dec/huffman dec/state enc/backward_references enc/backward_references_hq enc/bit_cost "
    "enc/block_splitter enc/brotli_bit_stream enc/cluster enc/command enc/compound_dictionary enc/compress_fragment "
    "enc/compress_fragment_two_pass enc/dictionary_hash enc/encode enc/encoder_dict enc/entropy_encode enc/fast_log "
    "enc/histogram enc/literal_cost enc/memory enc/metablock enc/static_dict enc/utf8_util"
).split()
PROGRAMS = {
    "tour": Program(ours, "tour.c"),
    "minigzip": Program(
        debian_source("zlib"),
        "adler32.c crc32.c deflate.c inffast.c inflate.c inftrees.c trees.c zutil.c "
        "gzclose.c gzlib.c gzread.c gzwrite.c test/minigzip.c",
        "-I. -DHAVE_UNISTD_H",
    ),
    "sqlite": Program(
        npm_package("better-sqlite3@12.11.1", "deps/sqlite3"),
        "sqlite3.c",
        "-I. -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_WAL -DSQLITE_MAX_MMAP_SIZE=0 "
        "-D_WASI_EMULATED_GETPID -D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_MMAN "
        "-lwasi-emulated-getpid -lwasi-emulated-signal -lwasi-emulated-mman",
        driver="sqlite_driver.c",
    ),
    "lua": Program(
        debian_source("lua5.4"),
        " ".join(f"src/{name}.c" for name in LUA),
        "-Isrc -I{here}/missing -DLUAI_THROW(L,c)=abort() -DLUAI_TRY(L,c,a)=a -Dluai_jmpbuf=int "
        "-Dluai_makeseed(L)=0 -Dl_randomizePivot()=0 -D_WASI_EMULATED_SIGNAL -lwasi-emulated-signal",
        driver="lua_driver.c",
    ),
    "quickjs": Program(
        pypi_package("quickjs==1.19.4", "upstream-quickjs"),
        "quickjs.c cutils.c libregexp.c libunicode.c",
        '-I. -D_GNU_SOURCE -DCONFIG_VERSION="" -DFE_DOWNWARD=0 -DFE_UPWARD=0 -Wl,-z,stack-size=1048576 '
        "-DCONFIG_STACK_CHECK -DEMSCRIPTEN",  # the other system without threads that it knows
        driver="quickjs_driver.c",
    ),
    "brotli": Program(
        pypi_package("Brotli==1.1.0", "c"),
        " ".join(f"{name}.c" for name in BROTLI),
        "-Iinclude",
        driver="brotli_driver.c",
    ),
}


def need(tool: str) -> None:
    if shutil.which(tool) is None:
        raise CannotBuildHere(f"{tool} is not installed")


def attempt(command: list[str], folder: Path, reason: str) -> None:
    try:
        done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=FETCH_SECONDS)
    except subprocess.TimeoutExpired:
        raise CannotBuildHere(f"{reason}: no answer in {FETCH_SECONDS} s") from None
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise CannotBuildHere(f"{reason}: {last}")


def find_clang(folder: Path) -> str:
    """The first clang that links a program: its version needs wasm-ld and compiler-rt of its own beside wasi-libc."""
    probe = folder / "probe.c"
    probe.write_text("#include <stdio.h>\nint main(void) { return puts(__VERSION__); }\n")
    for clang in filter(shutil.which, CLANGS):
        command = [clang, "--target=wasm32-wasi", probe.name, "-o", "probe.wasm"]
        if subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0:
            return clang
    raise CannotBuildHere("no clang that builds for wasm32-wasi (Debian: clang lld wasi-libc libclang-rt-dev-wasm32)")


def build(name: str) -> Path:
    """Build one of PROGRAMS, or find it built by the same recipe. Errors: `CannotBuildHere`."""
    program = PROGRAMS[name]
    target = BUILT / f"{name}-{recipe(program)}.wasm"
    with alone():
        if not target.exists():
            compile_into(target, program, BUILT / f"{name}.source")
    return target


def recipe(program: Program) -> str:
    """A short name of all that decides what is built, the versions of the tools aside."""
    own = [path.read_text() for name in (*program.files.split(), program.driver) if (path := HERE / name).is_file()]
    return hashlib.sha256(repr((ALWAYS, program.files, program.options, own)).encode()).hexdigest()[:12]


def compile_into(target: Path, program: Program, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    clang = find_clang(folder)
    root = program.source(folder)
    partial = target.with_suffix(".partial")
    driver = [str(HERE / program.driver)] if program.driver else []
    command = [clang, *ALWAYS, *program.files.split(), *driver, *program.options.format(here=HERE).split()]
    subprocess.run([*command, "-o", str(partial)], cwd=root, check=True, timeout=600)
    partial.rename(target)
    shutil.rmtree(folder)


@contextmanager
def alone() -> Iterator[None]:
    """Tests run in several processes: only one of them builds at a time."""
    BUILT.mkdir(exist_ok=True)
    with (BUILT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(names: list[str]) -> int:
    try:
        for name in names or PROGRAMS:
            print(build(name))
    except CannotBuildHere as reason:
        print(reason, file=sys.stderr)
        return CANNOT_BUILD_HERE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

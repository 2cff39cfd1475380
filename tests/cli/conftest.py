"""What the tests of the command share: a folder with modules, and the command run in it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from quire.cli.command import run_command

MODULES = {
    "sum.wat": """\
(module $sum
  (func $add (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func $div (export "div") (param i32 i32) (result i32)
    (call $divide (local.get 0) (local.get 1)))
  (func $divide (param i32 i32) (result i32)
    (i32.div_s (local.get 0) (local.get 1)))
  (memory (export "memory") 1)
  (func (export "peek") (param i32) (result i32)
    (i32.load offset=4 (local.get 0)))
  (func $forever (export "forever") (loop (br 0)))
  (func $deeper (export "deeper") (call $deeper))
  (tag $wrong (param i32 f64))
  (func (export "throw") (throw $wrong (i32.const -1) (f64.const 0.5)))
  (func (export "many") (result i32 i64 f32 f64 v128 externref funcref i31ref)
    (i32.const -1) (i64.const -1) (f32.const 0.1) (f64.const -inf) (v128.const i32x4 1 2 3 4)
    (ref.null extern) (ref.func $add) (ref.i31 (i32.const -7)))
  (func (export "same") (param i32 i64 f32 f64 v128 externref funcref)
    (result i32 i64 f32 f64 v128 externref funcref)
    (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6))
)
""",
    "unknown.wat": "(module\n  (func (result i32)\n    i32.ad 1 2))\n",
    "open.wat": "(module\n  (func\n",
    "invalid.wat": "(module\n  (func $f (result i32)\n    (i64.const 1)))\n",
    "wants.wat": '(module (import "env" "f" (func)) (import "env" "m" (memory 1)))\n',
    "start.wat": "(module (func $f (unreachable)) (start $f))\n",
    "nothing.wat": "(module)\n",
    "shared.wat": "(module (memory 1 1 shared))\n",
    "virtual.wat": """\
(module (memory virtual 1)
  (func (export "map") (result i32) (memory.map read (i32.const 5) (i32.const 1))))
""",
    "hello.wat": """\
(module $hello
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00")
  (data (i32.const 16) "hello\\n")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.const 7))))
""",
}
BINARIES = {
    "empty.wasm": b"",
    "cut.wasm": b"\0asm\1\0\0\0\1\5\1",
    "no.wasm": b"\x7fELF",
    "latin.wat": b'(module ;; "\xe9"\n)',
}


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    status: int
    output: str
    errors: str

    def transcript(self, *arguments: str) -> str:
        """As it would look in a terminal."""
        return f"$ quire {' '.join(arguments)}\n{self.output}{self.errors}=> {self.status}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in MODULES.items():
        (tmp_path / name).write_text(text)
    for name, data in BINARIES.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def quire(folder: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    def run(*arguments: str) -> Done:
        status = run_command(arguments)
        output, errors = capfd.readouterr()
        return Done(status, output, errors)

    return run

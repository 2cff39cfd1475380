"""The command as a process: how it is started, standard input, signals, closed pipes, and defects of our own."""

import os
import signal
import subprocess
import sys

import pytest

QUIRE = [sys.executable, "-m", "quire"]
FOREVER = '(func (export "_start") (loop (br 0)))'


def run(*arguments, command=QUIRE, **options):
    return subprocess.run([*command, *arguments], capture_output=True, check=False, timeout=60, **options)


@pytest.mark.parametrize("command", [QUIRE, [sys.executable, "-m", "quire.cli"]])
def test_it_starts_as_a_module(command):
    done = run("--version", command=command)
    assert (done.returncode, done.stdout.split()[0]) == (0, b"quire")


def test_the_exit_status_is_the_guests(folder):
    done = run("run", "hello.wat")
    assert (done.returncode, done.stdout, done.stderr) == (7, b"hello\n", b"")


def test_standard_input():
    assert run("validate", "-", input=b"(module)").returncode == 0
    binary = run("parse", "-", input=b'(func (export "f") (result i32) (i32.const 42))').stdout
    assert binary[:4] == b"\0asm"
    assert run("run", "--invoke", "f", "-", input=binary).stdout == b"42\n"
    failed = run("validate", "-", input=b"(module\n  (fun))")
    assert failed.stderr.startswith(b"quire: <stdin>: ")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_empty_ones(folder, closed):
    command = f"{sys.executable} -m quire run --dir . hello.wat {closed}"
    done = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (7, b"")


def test_closed_input_is_empty(folder):
    done = subprocess.run(f"{sys.executable} -m quire print - <&-", shell=True, capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(b"quire: <stdin>: unexpected end")


def test_names_are_written_whatever_the_encoding(folder):
    (folder / "name.wat").write_text('(func (export "f\u00e9"))', encoding="utf-8")
    done = run("objdump", "name.wat", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert b'"f\\xe9"' in done.stdout


def test_an_interrupt_ends_a_guest_without_a_word(folder):
    (folder / "forever.wat").write_text(FOREVER.replace("_start", "f"))
    script = """
import sys, _thread, threading
from quire.cli import main
threading.Timer(0.5, _thread.interrupt_main).start()
sys.exit(main(["run", "--invoke", "f", "--timeout", "50", "forever.wat"]))
"""
    done = run("-c", script, command=[sys.executable])
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="this system has no SIGPIPE")
def test_a_closed_pipe_is_no_reason_for_a_word(folder):
    (folder / "big.wat").write_text(f'(data "{"x" * 4_000_000}")')
    reader, writer = os.pipe()
    process = subprocess.Popen([*QUIRE, "print", "big.wat"], stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    os.read(reader, 1)
    os.close(reader)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (141, b"")


def test_a_defect_of_our_own_is_told_in_one_line(folder):
    script = """
import sys, quire.cli.verbs.validate as verb
from quire.cli import main
verb.run = lambda arguments: 1 / 0
sys.exit(main(["validate", "sum.wat"]))
"""
    done = run("-c", script, command=[sys.executable], env={**os.environ, "QUIRE_TRACEBACK": ""})
    assert done.returncode == 70
    assert done.stderr.startswith(b"quire: internal error: ZeroDivisionError: division by zero (")
    assert done.stderr.count(b"\n") == 1
    traced = run("-c", script, command=[sys.executable], env={**os.environ, "QUIRE_TRACEBACK": "1"})
    assert traced.returncode == 70
    assert b"Traceback" in traced.stderr


def test_a_binary_stays_off_the_terminal(folder):
    pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [*QUIRE, "parse", "sum.wat"], stdout=theirs, stderr=subprocess.PIPE, check=False, timeout=60
        )
    finally:
        os.close(theirs)
        os.close(ours)
    assert done.returncode == 2
    assert done.stderr == b"quire: a binary is not written to a terminal: name a file with -o\n"


@pytest.mark.parametrize("room", ["quire.wat", "quire.wasi", "quire.spec_tests", "quire.engine.validate"])
def test_the_command_starts_without_what_no_verb_needs(room):
    script = f"import sys; from quire.cli import main; main(['--version']); print({room!r} in sys.modules)"
    assert run("-c", script, command=[sys.executable]).stdout.splitlines()[-1] == b"False"


def test_a_binary_is_run_without_the_text_format(folder):
    binary = run("parse", "hello.wat").stdout
    (folder / "hello.wasm").write_bytes(binary)
    script = (
        "import sys; from quire.cli import main; main(['run', 'hello.wasm']); print('quire.wat.lexer' in sys.modules)"
    )
    assert run("-c", script, command=[sys.executable]).stdout.splitlines() == [b"hello", b"False"]

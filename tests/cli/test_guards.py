"""The options of `quire run` that guard a module which has no guards of its own."""

import pytest

PROGRAM = """\
(module
  (memory 1)
  (data $.rodata (i32.const 0x400) "constant")
  (func $peek (export "peek") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func $poke (export "poke") (param i32) (i32.store8 (local.get 0) (i32.const 1))))
"""


@pytest.fixture(autouse=True)
def program(folder):
    (folder / "program.wat").write_text(PROGRAM)


@pytest.mark.parametrize("address", ["1024", "0x400", "0X400", "1k", "1K"])
def test_an_address_may_be_written_in_several_ways(quire, address):
    assert quire("run", "--noaccess-below", address, "--invoke", "peek", "program.wat", "0x3ff").status == 134
    assert quire("run", "--noaccess-below", address, "--invoke", "peek", "program.wat", "0x400").output == "99\n"


@pytest.mark.parametrize("address", ["", "-1", "0x", "1G", "1.5K", "0x1K", "one", "1_000"])
def test_what_is_no_address_is_refused(quire, address):
    done = quire("run", f"--noaccess-below={address}", "program.wat")
    assert done.status == 2
    assert "not an address like 1024, 0x400, 64K or 1M" in done.errors


def test_what_the_guards_say(quire, golden):
    commands = """
        run --invoke poke program.wat 0x400
        run --noaccess-below 1K --invoke peek program.wat 0
        run --noaccess-below 1K --invoke poke program.wat 0x3ff
        run --noaccess-below 1K --invoke poke program.wat 0x400
        run --readonly-sections --invoke peek program.wat 0x400
        run --readonly-sections --invoke poke program.wat 0x407
        run --readonly-sections --invoke poke program.wat 0x408
        run --noaccess-below 1M program.wat
        run --readonly-sections hello.wat
        run --readonly-sections nothing.wat
        run --noaccess-below 4K wants.wat
    """
    lines = [line.split() for line in commands.strip().splitlines()]
    golden("guards.txt", "\n".join(quire(*line).transcript(*line) for line in lines))

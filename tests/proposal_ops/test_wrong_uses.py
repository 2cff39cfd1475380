"""What is told of wrong uses of memory control, held against golden files; `make golden` renews them."""

import pytest

import quire

MAP = "(drop (memory.map{} (i32.const 0) (i32.const 1)))"

MEMORY_TYPES = """
(memory 1 (noaccess 1) (noaccess 1))
(memory virtual virtual 1)
(memory 1 virtual)
(memory virtual i64 1)
(memory 1 (virtual))
(memory (noaccess 1) 1)
(memory 1 (noaccess 1) 2)
(memory 1 noaccess 1)
(memory 1 (noaccess))
(memory 1 (noaccess one))
(memory 1 (noacess 1))
(memory 1 2 3 4)
(memory virtual)
(memory virtual (data "a"))
(memory (data "a") (noaccess 1))
(import "env" "memory" (memory 1 (readonly 1) (readonly 2)))
(table virtual 1 funcref)
(table 1 (noaccess 1) funcref)
(table 1 funcref (readonly 1))
(memory 65536 (noaccess 1))
(memory 2 1 (readonly 1))
"""
INSTRUCTIONS = f"""
(memory $heap 1) (func $f {MAP.format(" $heap read")})
(memory 1 (noaccess 1)) (func (memory.unmap (i32.const 0) (i32.const 1)))
(memory virtual 1) (memory $two 1) (func (memory.protect $two none (i32.const 0) (i32.const 1)))
(func {MAP.format(" read")})
(memory virtual 1) (func {MAP.format("")})
(memory virtual 1) (func {MAP.format(" raed")})
(memory virtual 1) (func (memory.protect 0 write (i32.const 0) (i32.const 1)))
(memory $m virtual 1) (func (memory.protect read $m (i32.const 0) (i32.const 1)))
(memory $m virtual 1) (func (memory.unmap $m none (i32.const 0) (i32.const 1)))
(memory virtual 1) (func (memory.unmap (i32.const 0)))
(memory i64 virtual 1) (func (memory.unmap (i32.const 0) (i32.const 1)))
(memory virtual 1) (global i32 (memory.map read (i32.const 0) (i32.const 1)))
"""
SEGMENTS = """
(memory 1) (data $d (i32.const 0) (prot read) "a")
(memory virtual 1) (data (i32.const 0) (prot readonly) "a")
(memory virtual 1) (data (i32.const 0) (prot) "a")
(memory virtual 1) (data (i32.const 0) (prot read) (prot read) "a")
(memory virtual 1) (data (prot read) (i32.const 0) "a")
(memory virtual 1) (data (prot read) "a")
(memory virtual 1) (data (i32.const 0) "a" (prot read))
"""
SWITCHED_OFF = f"""
(memory 1) (func {MAP.format(" read")})
(memory 1) (func (memory.discard (i32.const 0) (i32.const 1)))
(memory virtual 1)
(memory 1 (noaccess 1))
(memory 1) (data (i32.const 0) (prot read) "a")
"""
HEADER = bytes.fromhex("0061736d 01000000")
BINARIES = {
    "a table with static protection": "0404 01 70 20 01",
    "a table with a mode": "0404 01 70 40 01",
    "bit 4 of a memory's flags": "0503 01 10 01",
    "bit 7 of a memory's flags": "0504 01 8001 01",
    "a mode that there is not": "0504 01 40 01 01",
    "a protection that there is not": "0104 01 600000 0302 0100 0504 01 40 01 00 0a0c 01 0a 00 4100 4101 fc4200 02 0b",
    "no protection": "0104 01 600000 0302 0100 0504 01 40 01 00 0a06 01 04 00 fc4200",
    "a protection of a passive segment": "0b05 01 11 01 01 61",
    "an opcode of the family that means nothing": "0104 01 600000 0302 0100 0a06 01 04 00 fc43 0b",
}  # fmt: skip


def message(source: str | bytes, features: tuple[str, ...] | None = None) -> str:
    with pytest.raises((quire.Malformed, quire.Invalid)) as raised:
        quire.Module(quire.Engine(features=features), source)
    kind = "Invalid" if isinstance(raised.value, quire.Invalid) else "Malformed"
    return f"{kind}: {raised.value}"


def told(texts: str, features: tuple[str, ...] | None = None) -> str:
    return "\n".join(f"{line}\n{message(f'(module {line})', features)}\n" for line in texts.strip().splitlines())


@pytest.mark.parametrize("name", ["MEMORY_TYPES", "INSTRUCTIONS", "SEGMENTS"])
def test_texts(name, golden):
    golden(f"wrong_{name.lower()}.txt", told(globals()[name]))


def test_what_is_switched_off(golden):
    golden("wrong_switched_off.txt", told(SWITCHED_OFF, ("threads", "custom-page-sizes")))


def test_binaries(golden):
    lines = (f"{what}\n{message(HEADER + bytes.fromhex(rest))}\n" for what, rest in BINARIES.items())
    golden("wrong_binaries.txt", "\n".join(lines))


def test_a_feature_that_is_off_is_named_for_binaries_too():
    binary = quire.Module(quire.Engine(), "(module (memory 1 (noaccess 1)))").to_bytes()
    assert "it is of memory-control, which is off" in message(binary, ())


def test_no_feature_is_blamed_for_what_none_would_mend():
    assert "off" not in message("(module (memory 1 (noaccess 1)) (bogus))", ())

"""Guards of modules that know nothing of memory control: which bytes, which accesses, from when on."""

import pytest

import quire
from quire.engine.binary import decode, encode
from quire.proposal_ops import FEATURES
from quire.proposal_ops.memory_control.retrofit import CannotGuard, retrofit
from quire.wat.parser import parse_module

PROGRAM = """
(module
  (memory $heap (export "memory") 1 3)
  (data $.rodata (i32.const 0x400) "constant")
  (data $.data (i32.const 0x408) "variable")
  (data $.rodata.late (i32.const 0x500) "also constant")
  (data $passive "12345678")
  (table funcref (elem $started))
  (global $seen (mut i32) (i32.const 0))
  (func $started (global.set $seen (i32.load8_u (i32.const 0x400))))
  (start $started)
  (func (export "seen") (result i32) (global.get $seen))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "load8") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32) (i32.store (local.get 0) (i32.const -1)))
  (func (export "store8") (param i32) (i32.store8 (local.get 0) (i32.const -1)))
  (func (export "store_vector") (param i32) (v128.store (local.get 0) (v128.const i64x2 -1 -1)))
  (func (export "fill") (param i32 i32) (memory.fill (local.get 0) (i32.const 7) (local.get 1)))
  (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "init") (param i32 i32) (memory.init $passive (local.get 0) (i32.const 0) (local.get 1)))
  (func (export "grow") (result i32) (memory.grow (i32.const 1))))
"""
VIOLATION = "memory protection violation"
BOUNDS = "out of bounds memory access"


def guarded(text: str, below: int = 0, *, readonly: bool = False, features=FEATURES, tier="auto") -> quire.Instance:
    extension = retrofit(parse_module(text), below, readonly_sections=readonly)
    engine = quire.Engine(features=features, extensions=[extension], tier=tier)
    return quire.Instance(quire.Store(engine), quire.Module(engine, text))


@pytest.fixture
def instance() -> quire.Instance:
    return guarded(PROGRAM, 0x400, readonly=True)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("load", [0x400]),
        ("load8", [0xFFFF]),
        ("store8", [0x408]),
        ("store", [0x40C]),
        ("store", [0x4FC]),
        ("store8", [0x50D]),
        ("fill", [0x408, 0xF8]),
        ("fill", [0, 0]),
        ("fill", [0x400, 0]),
        ("copy", [0x408, 0x400, 8]),
        ("copy", [0x400, 0, 0]),
        ("init", [0x410, 8]),
        ("init", [0x3FF, 0]),
    ],
)
def test_what_lies_beside_the_guarded_bytes_is_free(instance, name, arguments):
    getattr(instance.exports, name)(*arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("load", [0], "i32.load of 4 bytes at 0x0 in memory 0 $heap: 0x0-0x3ff is noaccess by --noaccess-below"),
        ("load8", [0x3FF], "i32.load8_u of 1 byte at 0x3ff in memory 0 $heap: 0x0-0x3ff is noaccess"),
        ("load", [0x3FF], "i32.load of 4 bytes at 0x3ff"),
        ("store8", [0], "0x0-0x3ff is noaccess"),
        ("store", [0x3FD], "0x0-0x3ff is noaccess"),
        ("store8", [0x400], "0x400-0x407 is .rodata, read-only by --readonly-sections"),
        ("store8", [0x407], "0x400-0x407 is .rodata, read-only by --readonly-sections"),
        ("store", [0x4FD], "0x500-0x50c is .rodata.late, read-only by --readonly-sections"),
        ("store8", [0x50C], "0x500-0x50c is .rodata.late"),
        ("store_vector", [0x4F1], "0x500-0x50c is .rodata.late"),
        ("fill", [0x408, 0xF9], "memory.fill of 249 bytes at 0x408 in memory 0 $heap: 0x500-0x50c is .rodata.late"),
        ("copy", [0x400, 0x600, 1], "0x400-0x407 is .rodata"),
        ("copy", [0x600, 0x3FF, 1], "0x0-0x3ff is noaccess"),
        ("init", [0x406, 8], "0x400-0x407 is .rodata"),
    ],
)
def test_what_touches_them_traps_and_tells_why(instance, name, arguments, told):
    before = instance.exports.memory.read(0x400, 0x200)
    with pytest.raises(quire.Trap) as raised:
        getattr(instance.exports, name)(*arguments)
    assert str(raised.value).startswith(f"{VIOLATION}: ")
    assert told in str(raised.value)
    assert instance.exports.memory.read(0x400, 0x200) == before


@pytest.mark.parametrize(("name", "arguments"), [("load", [0xFFFD]), ("store8", [0x10000]), ("fill", [0, 0x10001])])
def test_bounds_come_first(instance, name, arguments):
    with pytest.raises(quire.Trap, match=BOUNDS):
        getattr(instance.exports, name)(*arguments)


@pytest.mark.parametrize(("below", "readonly"), [(0x400, False), (0, True)])
def test_each_guard_stands_alone(below, readonly):
    exports = guarded(PROGRAM, below, readonly=readonly).exports
    for call, is_guarded in ((exports.load8, below > 0), (exports.store8, below > 0)):
        refused(call, 0) if is_guarded else call(0)
    refused(exports.store8, 0x400) if readonly else exports.store8(0x400)


def refused(call, *arguments) -> None:
    with pytest.raises(quire.Trap, match=VIOLATION):
        call(*arguments)


@pytest.mark.parametrize("tier", ["reference", "auto"])
def test_they_hold_in_every_tier_and_after_growth(tier):
    exports = guarded(PROGRAM, 0x400, readonly=True, tier=tier).exports
    assert exports.grow() == 1
    for address in range(0x3F8, 0x520):
        beside = [address + at for at in range(4)]
        constant = any(0x400 <= at < 0x408 or 0x500 <= at < 0x50D for at in beside)
        call = refused if constant or address < 0x400 else lambda store, at: store(at)
        call(exports.store, address)


def test_the_start_function_sees_the_data_in_place_and_guarded(instance):
    assert instance.exports.seen() == ord("c")
    writer = PROGRAM.replace("(global.set $seen", "(i32.store8 (i32.const 0x400) (i32.const 1)) (global.set $seen")
    with pytest.raises(quire.Trap, match=VIOLATION):
        guarded(writer, readonly=True)


def test_the_host_is_refused_too(instance):
    memory = instance.exports.memory
    for call in (lambda: memory.read(0x3FF, 1), lambda: memory.write(0x407, b"x"), lambda: memory.write(0, b"x")):
        with pytest.raises(quire.MemoryAccessError, match=VIOLATION):
            call()
    with pytest.raises(quire.MemoryAccessError, match="no view of this memory"):
        memory.view()


def test_functions_of_wasi_answer_with_an_error():
    text = """
    (module
      (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data $.rodata (i32.const 0x400) "constant")
      (func (export "get") (param i32) (result i32) (call $random_get (local.get 0) (i32.const 4))))
    """
    engine = quire.Engine(extensions=[retrofit(parse_module(text), 0x400, readonly_sections=True)])
    linker = quire.Linker(engine)
    with quire.Wasi() as wasi:
        linker.define_wasi(wasi)
        get = linker.instantiate(quire.Store(engine), quire.Module(engine, text)).exports.get
        assert [get(at) for at in (0, 0x3FE, 0x3FC, 0x400, 0x407, 0x408)] == [21, 21, 21, 21, 21, 0]


@pytest.mark.parametrize("features", [(), ("memory-control",), FEATURES])
def test_they_go_with_any_features(features):
    exports = guarded(PROGRAM, 0x400, readonly=True, features=features).exports
    refused(exports.load, 0)
    refused(exports.store8, 0x400)


def test_they_go_with_a_memory_that_has_guards_of_its_own():
    text = """
    (module (memory virtual 2 (noaccess 1))
      (data $.rodata (i32.const 0x10010) (prot readwrite) "constant")
      (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
      (func (export "store") (param i32) (i32.store8 (local.get 0) (i32.const 1)))
      (func (export "discard") (param i32 i32) (memory.discard (local.get 0) (local.get 1))))
    """
    engine = quire.Engine()
    raw = quire.Module(engine, text).raw
    engine = quire.Engine(extensions=[retrofit(raw, 0x10008, readonly_sections=True)])
    exports = quire.Instance(quire.Store(engine), quire.Module(engine, text)).exports
    exports.store(0x10008)
    for address, told in ((0, BOUNDS), (0x10007, "--noaccess-below"), (0x10010, ".rodata"), (0x20000, "unmapped")):
        with pytest.raises(quire.Trap, match=told):
            exports.store(address)
    with pytest.raises(quire.Trap, match=f"{VIOLATION}.*--noaccess-below"):
        exports.discard(0x10018, 8)


def test_sleeping_and_waking_are_checked_like_reading():
    text = """
    (module (memory 1)
      (func (export "notify") (param i32) (drop (memory.atomic.notify (local.get 0) (i32.const 1))))
      (func (export "wait") (param i32)
        (drop (memory.atomic.wait32 (local.get 0) (i32.const 0) (i64.const 0)))))
    """
    raw = quire.Module(quire.Engine(), text).raw
    engine = quire.Engine(extensions=[retrofit(raw, 0x400)])
    exports = quire.Instance(quire.Store(engine), quire.Module(engine, text)).exports
    refused(exports.notify, 0x3FC)
    exports.notify(0x400)
    refused(exports.wait, 0x3FC)
    with pytest.raises(quire.Trap, match="expected shared memory"):
        exports.wait(0x400)


def test_a_memory_of_64_bits_is_guarded_alike():
    text = """
    (module (memory i64 1) (data $.rodata (i64.const 0x400) "constant")
      (func (export "store") (param i64) (i32.store8 (local.get 0) (i32.const 1))))
    """
    store = guarded(text, 0x400, readonly=True).exports.store
    for address in (0, 0x3FF, 0x400, 0x407):
        refused(store, address)
    store(0x408)


def test_names_survive_the_binary():
    raw = decode(encode(parse_module(PROGRAM)))
    engine = quire.Engine(extensions=[retrofit(raw, readonly_sections=True)])
    instance = quire.Instance(quire.Store(engine), quire.Module(engine, encode(raw)))
    refused(instance.exports.store8, 0x400)


def test_a_segment_of_no_bytes_is_nowhere():
    text = """
    (module (memory 1) (data $.rodata (i32.const 0) "") (data $.rodata.a (i32.const 8) "a")
      (func (export "store") (param i32) (i32.store8 (local.get 0) (i32.const 1))))
    """
    store = guarded(text, 4, readonly=True).exports.store
    store(4)
    refused(store, 8)


def test_sections_that_overlap_are_told_apart():
    text = """
    (module (memory 1)
      (data $.rodata.b (i32.const 4) "bbbb") (data $.rodata.a (i32.const 0) "aaaaaa")
      (data $.rodata.c (i32.const 1) "c")
      (func (export "store") (param i32) (i32.store8 (local.get 0) (i32.const 1))))
    """
    store = guarded(text, readonly=True).exports.store
    told = []
    for address in range(8):
        with pytest.raises(quire.Trap, match=VIOLATION) as raised:
            store(address)
        told.append(str(raised.value).split(".rodata.")[1][0])
    assert "".join(told) == "aaaaaabb"
    store(8)


@pytest.mark.parametrize(
    ("text", "below", "readonly", "told"),
    [
        ("(module)", 1, False, "only a module with one memory of its own can be guarded, this one has none"),
        ("(module (memory 1) (memory 1))", 1, False, "this one has 2"),
        ('(module (import "" "" (memory 1)))', 1, False, "this one imports 1"),
        ('(module (import "" "" (memory 1)) (memory 1))', 1, False, "this one imports 1"),
        (PROGRAM, 0x401, False, "there is data below 0x401: 0x400-0x407 is .rodata"),
        (
            '(module (memory 1) (data (i32.const 0) "a"))',
            1,
            False,
            "there is data below 0x1: 0x0-0x0 is data segment 0",
        ),
        (
            '(module (memory 1) (data (i32.const 0) "a"))',
            0,
            True,
            "no data segment has a name that begins with .rodata",
        ),
        ('(module (memory 1) (data $.rodata "a"))', 0, True, "where .rodata is to be cannot be told"),
        (
            '(module (memory 1) (data $.rodata (i32.add (i32.const 8) (i32.const 8)) "a"))',
            0,
            True,
            "where .rodata is to be cannot be told",
        ),
        (
            '(module (global $at (import "" "") i32) (memory 1) (data $.rodata (global.get $at) "a"))',
            0,
            True,
            "where .rodata is to be cannot be told before the module runs",
        ),
    ],
)
def test_what_is_missing_is_told(text, below, readonly, told):
    with pytest.raises(CannotGuard) as raised:
        retrofit(parse_module(text), below, readonly_sections=readonly)
    assert told in str(raised.value)

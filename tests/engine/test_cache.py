"""What is kept of modules: that it gives the same as what is made anew, and is found only where that is so."""

import gc
import linecache
import traceback
from dataclasses import fields, replace
from functools import partial

import pytest

from quire.engine import types as t
from quire.engine.binary import encode
from quire.engine.cache import Cache, Folder, kept, keys, load
from quire.engine.compile import Compiler, Patience
from quire.engine.compile.interface import Options
from quire.engine.compile.running import world
from quire.engine.errors import Exhausted, Invalid, Malformed, Trap
from quire.engine.extension import Extension, MemoryLayer, Setting
from quire.engine.instantiate import instantiate
from quire.engine.instruction_set import CORE
from quire.engine.interpret import Interpreter
from quire.engine.runtime.function import HostFunction
from quire.engine.runtime.limits import HostLimits
from quire.engine.runtime.memory import Memory
from quire.engine.runtime.store import Store
from quire.proposal_ops import instruction_set
from quire.wat.parser import parse_module

pytestmark = pytest.mark.usefixtures("steady_sources")

TEXT = """
(module $sample
  (import "host" "log" (func $log (param i32)))
  (type $unary (func (param i32) (result i32)))
  (memory 1)
  (table 4 funcref) (elem (i32.const 0) $double $sum)
  (global $count (mut i64) (i64.const 0))
  (func $double (export "double") (param i32) (result i32) (i32.add (local.get 0) (local.get 0)))
  (func $sum (export "sum") (param i32) (result i32) (local i32)
    (loop $more
      (local.set 1 (i32.add (local.get 1) (i32.load8_u (local.get 0))))
      (global.set $count (i64.add (global.get $count) (i64.const 1)))
      (br_if $more (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1))
  (func $peek (export "peek") (param i32) (result i32)
    (i32.add (i32.load offset=4 (local.get 0)) (i32.div_u (i32.const 8) (i32.load (local.get 0)))))
  (func $far (export "far") (param i32) (result i32) (call $peek (local.get 0)))
  (func $pick (export "pick") (param i32 i32) (result i32)
    (call_indirect (type $unary) (local.get 1) (local.get 0)))
  (func $tail (export "tail") (param i32) (result i32) (return_call $double (local.get 0)))
  (func $other (export "other") (param i32) (result i32)
    (return_call_indirect (type $unary) (local.get 0) (i32.const 0)))
  (func $tell (export "tell") (param i32) (result i32) (call $log (local.get 0)) (local.get 0))
  (func $cast (export "cast") (param i32) (result i32)
    (ref.test (ref i31) (ref.i31 (local.get 0))) (i32.trunc_f32_s (f32.const nan)) drop)
  (func $deep (export "deep") (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (call $deep (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 7))))
  (func $bits (export "bits") (param i32) (result i32) (i32.reinterpret_f32 (f32.const nan:0x200001)))
  (func $lanes (export "lanes") (param i32) (result i32)
    (i32x4.extract_lane 2 (i32x4.mul (i32x4.splat (local.get 0)) (v128.const i32x4 1 2 3 4))))
)
"""
CALLS = [
    ("double", 21), ("sum", 100), ("sum", 70_000), ("peek", 0), ("peek", 1 << 16), ("far", -1 & 0xFFFFFFFF),
    ("pick", 0, 4), ("pick", 1, 3), ("pick", 2, 1), ("pick", 9, 9), ("tail", 4), ("other", 5), ("tell", 6), ("cast", 1),
    ("deep", 50), ("deep", 1_000_000), ("bits", 0), ("lanes", 7), ("tell", 13),
]  # fmt: skip


@pytest.fixture
def data():
    return encode(parse_module(TEXT))


@pytest.fixture
def cache(tmp_path):
    return Cache(Folder(tmp_path / "cache", 1 << 20), least=0)


class Unlucky(Exception):
    """What the host's function raises."""


def log(number):
    if number == 13:
        raise Unlucky("13")


def start(data, cache, *, tier=Compiler, limits=None, settings=None, instructions=CORE):
    valid = load(data, instructions, cache)
    return instantiate(Store(limits, settings), valid, [HostFunction(valid.context.functions[0], log)], tier())


def told(instance, name, *arguments):
    """All that can be told of a call."""
    try:
        return instance.exports[name].call(None, arguments)
    except (Trap, Exhausted) as error:
        return type(error), str(error), getattr(error, "sites", None)
    except Unlucky as error:
        return "".join(traceback.format_exception(error)[-3:])


def all_told(instance):
    return [told(instance, *each) for each in CALLS]


def finish(instance):
    """As if the process ended."""
    instance.module.kept.save()


def refuse(*arguments):
    raise AssertionError("this was to be found")


@pytest.fixture
def nothing_new(monkeypatch):
    """From now on, code is found or the test fails."""
    return lambda: monkeypatch.setattr(world.passes(), "generate", refuse)


@pytest.fixture
def made(monkeypatch):
    """The functions of which code was generated."""
    found, passes = [], world.passes()
    usual = passes.generate
    monkeypatch.setattr(passes, "generate", lambda valid, function, options: [
        found.append(function.name), usual(valid, function, options)][1])  # fmt: skip
    return found


# The same as without


def test_all_is_the_same_from_the_cache(data, cache, nothing_new, monkeypatch):
    expected = all_told(start(data, None))
    first = start(data, cache)
    assert all_told(first) == expected
    finish(first)
    nothing_new()
    monkeypatch.setattr(linecache, "cache", {})
    again = start(data, cache)
    assert again.module.kept.is_known
    assert all_told(again) == expected
    assert any("$tell" in each and "log" in each for each in expected if isinstance(each, str))


def test_bodies_that_are_not_run_are_not_read(data, cache):
    first = start(data, cache)
    told(first, "double", 1)
    finish(first)
    again = start(data, cache)
    assert told(again, "double", 2) == (4,)
    read = []
    for each in again.module.module.functions:
        try:
            read.append(object.__getattribute__(each.body, "instructions"))
        except AttributeError:
            continue
    assert len(read) <= 1


def test_what_was_not_run_is_added(data, cache, made):
    first = start(data, cache)
    told(first, "double", 1)
    finish(first)
    second = start(data, cache)
    told(second, "double", 1)
    told(second, "tail", 1)
    finish(second)
    assert made == ["double", "tail"]
    third = start(data, cache)
    assert [told(third, "double", 1), told(third, "tail", 1)] == [(2,), (2,)]
    assert made == ["double", "tail"]


@pytest.mark.parametrize("calls", [0, 5])
def test_a_loop_that_is_known_does_not_wait(data, cache, monkeypatch, calls):
    written, usual = [], world.World.loop
    monkeypatch.setattr(world.World, "loop", lambda *of: [written.append(of[1].name), usual(*of)][1])
    patient = partial(start, tier=lambda: Compiler(Patience(calls=100, turns=50, small=0)))
    first = patient(data, cache)
    told(first, "sum", 40)
    assert not written
    told(first, "sum", 100)
    assert written == ["sum"]
    finish(first)
    again = patient(data, cache)
    for _ in range(calls):
        told(again, "sum", 1)
    assert told(again, "sum", 3) == told(start(data, None), "sum", 3)
    assert written == ["sum", "sum"]


def test_what_two_processes_add_is_all_there(data, cache, made):
    both = [start(data, cache), start(data, cache)]
    told(both[0], "double", 1)
    told(both[1], "sum", 1)
    finish(both[0])
    finish(both[1])
    third = start(data, cache)
    told(third, "double", 1)
    told(third, "sum", 1)
    assert made == ["double", "sum"]


def test_instances_of_one_module_share_code(data, cache, made):
    valid = load(data, CORE, cache)
    for _ in range(2):
        store = Store()
        instance = instantiate(store, valid, [HostFunction(valid.context.functions[0], log)], Compiler())
        assert told(instance, "double", 4) == (8,)
    assert made == ["double"]


def test_it_is_written_when_the_module_is_dropped(data, cache):
    instance = start(data, cache)
    told(instance, "double", 1)
    assert not cache.folder.entries()
    del instance
    gc.collect()
    assert len(cache.folder.entries()) == 1


def test_long_work_is_written_at_once(data, cache):
    entry = cache.look_up(data, CORE)
    entry.keep("a", 1, b"one", kept.SOON / 2)
    assert not cache.folder.entries()
    entry.keep("a", 2, b"two", kept.SOON)
    again = cache.look_up(data, CORE)
    assert [again.find("a", 1), again.find("a", 2), again.find("a", 3), again.find("b", 1)] == [
        b"one", b"two", None, None]  # fmt: skip


def test_the_reference_tier_profits_too(data, cache):
    expected = all_told(start(data, None, tier=Interpreter))
    finish(start(data, cache, tier=Interpreter))
    again = start(data, cache, tier=Interpreter)
    assert again.module.kept.is_known
    assert all_told(again) == expected


def test_small_modules_are_not_kept(data, tmp_path):
    assert load(data, CORE, Cache(Folder(tmp_path, 1 << 20), least=len(data) + 1)).kept is None
    assert load(data, CORE, Cache(Folder(tmp_path, 1 << 20), least=len(data))).kept is not None


@pytest.mark.parametrize("text", ["(func (result i32))", '(func (export "a")) (func (export "a"))'])
def test_what_is_not_valid_is_not_kept(cache, text):
    for _ in range(2):
        with pytest.raises(Invalid):
            load(encode(parse_module(f"(module {text})")), CORE, cache)
    gc.collect()
    assert not cache.folder.entries()


def test_what_is_malformed_is_not_kept(data, cache):
    for _ in range(2):
        with pytest.raises(Malformed):
            load(data + b"\0", CORE, cache)
    gc.collect()
    assert not cache.folder.entries()


# Other circumstances


def circumstances(cache, **changes):
    text = '(module (memory 1) (func $f (export "f") (param i32) (result i32) (i32.load (local.get 0))))'
    data = encode(parse_module(text))
    instructions = changes.pop("instructions", CORE)
    valid = load(data, instructions, cache)
    instance = instantiate(Store(**changes), valid, [], Compiler())
    told(instance, "f", 1)
    finish(instance)


@pytest.mark.parametrize(
    "changes",
    [
        {"limits": HostLimits(fuel=1000)},
        {"limits": HostLimits(depth=100)},
        {"settings": {"alignment": "trap"}},
        {"instructions": instruction_set(["threads"])},
        {"instructions": instruction_set()},
    ],
)
def test_other_circumstances_find_nothing(cache, made, changes):
    circumstances(cache)
    circumstances(cache, **changes)
    assert made == ["f", "f"]
    circumstances(cache)
    circumstances(cache, **changes)
    assert made == ["f", "f"]


def test_limits_that_do_not_change_code_find_it(cache, made):
    circumstances(cache)
    circumstances(cache, limits=HostLimits(memory=1 << 20, timeout=10.0, table=5))
    assert made == ["f"]


def test_variants_tell_all_options_and_how_memories_are_accessed():
    assert {each.name for each in fields(Options)} == {
        "access",
        "sizes",
        "fueled",
        "counted",
    }  # `variant_of` tells them apart


def test_a_memory_that_is_accessed_in_another_way_finds_nothing(cache, made):
    text = '(module (import "" "m" (memory 0)) (func $f (export "f") (result i32) (i32.load (i32.const 0))))'
    data = encode(parse_module(text))

    class Watched(Memory):
        def check_read(self, address, count):
            raise Trap("watched")

    def run(kind):
        store = Store()
        memory = kind(store, t.MemoryType(t.Limits(1, 1)))
        instance = instantiate(store, load(data, CORE, cache), [memory], Compiler())
        result = told(instance, "f")
        finish(instance)
        return result[0]

    assert [run(Memory), run(Watched), run(Memory), run(Watched)] == [0, Trap, 0, Trap]
    assert made == ["f", "f"]


def test_another_python_finds_nothing(monkeypatch):
    usual = keys.fingerprint.__wrapped__(CORE)
    assert usual == keys.fingerprint.__wrapped__(CORE)
    monkeypatch.setattr(keys, "_python", lambda: ("another",))
    assert keys.fingerprint.__wrapped__(CORE) not in (usual, None)


def test_other_sources_find_nothing(monkeypatch, tmp_path):
    found = set()
    monkeypatch.setattr(keys, "ENGINE", tmp_path)
    monkeypatch.setattr(keys, "LOADED", float("inf"))
    assert keys.fingerprint.__wrapped__(CORE) is None  # there are no sources
    for name, text in [("a.py", "1"), ("a.py", "2"), ("b.py", "2"), ("c.txt", "2"), ("inner/a.py", "2")]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        found.add(keys.fingerprint.__wrapped__(CORE))
    assert len(found) == 4
    (tmp_path / "inner").rename(tmp_path / "other")
    assert keys.fingerprint.__wrapped__(CORE) not in found
    monkeypatch.setattr(keys, "LOADED", 0.0)
    assert keys.fingerprint.__wrapped__(CORE) is None  # they were changed since they were loaded


def test_python_is_told_by_all_that_code_depends_on():
    import importlib.util
    import sys

    assert {sys.version, importlib.util.MAGIC_NUMBER, sys.byteorder, sys.implementation.cache_tag} < set(keys._python())


def test_extensions_count_by_their_sources(data, cache):
    usual = instruction_set(["threads"])
    assert keys.fingerprint(usual) not in (None, keys.fingerprint(CORE))
    assert keys.fingerprint(instruction_set()) not in (None, keys.fingerprint(usual))
    renamed = CORE.extend(*(replace(each, name="other") for each in usual.extensions))
    assert keys.fingerprint(renamed) not in (None, keys.fingerprint(usual))
    homeless = CORE.extend(*(replace(each, home=None) for each in usual.extensions))
    assert cache.look_up(data, homeless) is None
    assert load(data, homeless, cache).kept is None
    layers = Extension(
        "layers", memory_layers=(MemoryLayer(lambda memory: False, Memory),), settings=(Setting("a", ()),)
    )
    assert cache.look_up(data, CORE.extend(layers)) is not None


def test_other_sources_of_an_extension_find_nothing(monkeypatch, tmp_path):
    found = set()
    monkeypatch.setattr(keys, "_folder_of", lambda module: tmp_path)
    for text in ("1", "2"):
        (tmp_path / "a.py").write_text(text)
        found.add(keys.fingerprint.__wrapped__(instruction_set(["threads"])))
    assert len(found - {None}) == 2


@pytest.mark.parametrize("extension", instruction_set().extensions, ids=lambda each: each.name)
def test_each_extension_of_ours_has_its_home(extension):
    assert extension.home is not None
    made_of = [extension.rows, extension.memory_flags, extension.memory_layers, extension.segment_attributes]
    modules = {type(each).__module__ for part in made_of for each in part}
    modules |= {row.run.__module__ for row in extension.rows}
    assert all(each.startswith((extension.home, "quire.engine.")) for each in modules)


def test_another_module_finds_nothing(data, cache):
    finish(start(data, cache))
    other = encode(parse_module(TEXT.replace("$double", "$twice")))
    assert not cache.look_up(other, CORE).is_known
    assert cache.look_up(data, CORE).is_known

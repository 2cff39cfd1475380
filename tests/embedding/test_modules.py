"""Modules, linkers and instances: the full way; and the quick one, which stands on it."""

import threading

import pytest

import quire

ADD = '(module $sum (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))'


@pytest.fixture
def engine():
    return quire.Engine()


@pytest.fixture
def store(engine):
    return quire.Store(engine)


def test_a_module_from_text_bytes_and_files(engine, tmp_path):
    module = quire.Module(engine, ADD)
    (tmp_path / "text.wasm").write_text(ADD)
    (tmp_path / "binary.wat").write_bytes(module.to_bytes())
    others = [
        quire.Module(engine, ADD.encode()),
        quire.Module(engine, module.to_bytes()),
        quire.Module(engine, memoryview(module.to_bytes())),
        quire.Module(engine, module.to_text()),
        quire.Module.from_file(engine, tmp_path / "text.wasm"),
        quire.Module.from_file(engine, str(tmp_path / "binary.wat")),
    ]
    assert [each.raw == module.raw for each in others] == [True] * len(others)
    assert module.name == "sum"
    assert repr(module) == "<Module $sum>"


def test_what_a_module_wants_and_offers(engine):
    text = """
      (import "env" "f" (func (param i32) (result externref)))
      (import "env" "m" (memory 1 2))
      (global (export "g") (mut i64) (i64.const 0)) (table (export "t") 1 funcref) (memory (export "n") 3)
      (tag (export "e") (param f32)) (func (export "h"))
      (@custom "note" "first") (@custom "note" "second")"""
    module = quire.Module(engine, text)
    wants = [(each.module, each.name, str(each.type)) for each in module.imports]
    assert wants == [("env", "f", "(func (param i32) (result externref))"), ("env", "m", "(memory 1 2)")]
    offers = {each.name: each.type for each in module.exports}
    assert {name: str(type_) for name, type_ in offers.items()} == {
        "g": "(global (mut i64))",
        "t": "(table 1 funcref)",
        "n": "(memory 3)",
        "e": "(tag (func (param f32)))",
        "h": "(func)",
    }
    assert offers["e"] == quire.TagType(quire.FuncType([quire.ValType.f32()]))
    assert module.custom_sections("note") == [b"first", b"second"]


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("(module", quire.Malformed),
        (b"\0asm\1\0\0\0\xff", quire.Malformed),
        (b"", quire.Malformed),
        (b"\x7fELF", quire.Malformed),
        (8, TypeError),
        (None, TypeError),
        ("(func (result i32))", quire.Invalid),
    ],
)
def test_what_is_no_module(engine, source, error):
    with pytest.raises(error):
        quire.Module(engine, source)


def test_features_are_on_unless_they_are_left_out():
    text = "(memory 1 1 shared)"
    quire.Module(quire.Engine(), text)
    quire.Module(quire.Engine(features=["threads"]), text)
    with pytest.raises(quire.Malformed):
        quire.Module(quire.Engine(features=[]), text)
    with pytest.raises(ValueError, match="unknown feature"):
        quire.Engine(features=["bogus"])
    with pytest.raises(ValueError, match="unknown tier"):
        quire.Engine(tier="bogus")


def test_instances_take_imports_in_order(store, engine):
    module = quire.Module(engine, '(import "a" "b" (func)) (export "f" (func 0))')
    got = []
    function = quire.Func(store, quire.FuncType(), lambda: got.append(1))
    quire.Instance(store, module, [function]).exports.f()
    assert got == [1]
    with pytest.raises(quire.Unlinkable):
        quire.Instance(store, module)
    with pytest.raises(ValueError, match="another store"):
        quire.Instance(quire.Store(engine), module, [function])


def test_exports_are_attributes_and_items():
    text = """
      (func (export "add")) (func (export "two words")) (func (export "_inner")) (func (export "keys"))
      (memory (export "memory") 1)"""
    exports = quire.instantiate(text).exports
    assert list(exports) == ["add", "two words", "_inner", "keys", "memory"]
    assert len(exports) == 5
    assert exports.add is exports["add"]
    assert exports.keys() is None
    assert isinstance(exports.memory, quire.Memory)
    assert "two words" in exports
    assert "more" not in exports
    assert {"add", "two words"} <= set(dir(exports))
    with pytest.raises(KeyError):
        exports["more"]
    with pytest.raises(AttributeError, match="exports no 'more'"):
        exports.more  # noqa: B018
    assert exports["_inner"]() is None


@pytest.mark.parametrize("import_", [5, print, None])
def test_an_import_is_an_external(store, engine, import_):
    with pytest.raises(TypeError, match="^a function, memory, table, global or tag is wanted, not "):
        quire.Instance(store, quire.Module(engine, '(import "env" "f" (func))'), [import_])


def test_a_linker_finds_by_name(engine, store):
    linker = quire.Linker(engine)
    linker.define_func("env", "double", quire.FuncType([quire.ValType.i32()], [quire.ValType.i32()]), lambda x: 2 * x)
    linker.define(store, "env", "base", quire.Global(store, quire.GlobalType(quire.ValType.i32()), 100))
    first = linker.instantiate(
        store,
        quire.Module(
            engine,
            """(import "env" "double" (func $d (param i32) (result i32))) (import "env" "base" (global $b i32))
               (func (export "f") (param i32) (result i32) (i32.add (global.get $b) (call $d (local.get 0))))""",
        ),
    )
    assert first.exports.f(5) == 110
    linker.define_instance(store, "first", first)
    second = linker.instantiate(
        store, quire.Module(engine, '(import "first" "f" (func (param i32) (result i32))) (export "g" (func 0))')
    )
    assert second.exports.g(1) == 102
    with pytest.raises(ValueError, match="defined twice: first.f"):
        linker.define_instance(store, "first", first)
    linker.allow_shadowing = True
    linker.define_instance(store, "first", first)


def test_a_linker_names_all_that_is_missing(engine, store):
    module = quire.Module(engine, '(import "a" "f" (func)) (import "a" "m" (memory 1)) (import "a" "f" (func))')
    with pytest.raises(quire.Unlinkable) as caught:
        quire.Linker(engine).instantiate(store, module)
    assert str(caught.value) == 'unknown import: function "a" "f", memory "a" "m"'


def test_a_function_without_a_type_is_linked_to_functions_only(engine, store):
    linker = quire.Linker(engine)
    linker.define_func("a", "m", None, print)
    with pytest.raises(quire.Unlinkable, match="incompatible import type: a.m must be "):
        linker.instantiate(store, quire.Module(engine, '(import "a" "m" (memory 1))'))


def test_unknown_imports_may_trap_when_called(engine, store):
    module = quire.Module(engine, '(import "a" "f" (func (result i32))) (export "g" (func 0))')
    linker = quire.Linker(engine)
    linker.define_unknown_imports_as_traps(module)
    exports = linker.instantiate(store, module).exports
    with pytest.raises(quire.Trap, match=r"unknown import: a\.f was called"):
        exports.g()


def test_a_linker_serves_many_stores_but_not_with_objects_of_one(engine, store):
    linker = quire.Linker(engine)
    linker.define_func("a", "f", None, lambda: 5)
    module = quire.Module(engine, '(import "a" "f" (func (result i32))) (export "g" (func 0))')
    other = quire.Store(engine)
    assert [linker.instantiate(each, module).exports.g() for each in (store, other)] == [5, 5]
    linker.define(store, "a", "m", quire.Memory(store, quire.MemoryType(1)))
    with pytest.raises(ValueError, match="another store"):
        linker.instantiate(other, quire.Module(engine, '(import "a" "m" (memory 1))'))
    with pytest.raises(ValueError, match="another store"):
        linker.define(other, "a", "n", quire.Memory(store, quire.MemoryType(1)))


def test_wasi_is_linked_by_its_own_names(engine, store, tmp_path):
    text = """
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1) (func (export "_start") (call $exit (i32.const 3)))"""
    with quire.Wasi(args=["p"]) as wasi:
        linker = quire.Linker(engine)
        linker.define_wasi(wasi)
        with pytest.raises(quire.Exit) as caught:
            linker.instantiate(store, quire.Module(engine, text)).exports["_start"]()
        with pytest.raises(quire.Exit):
            quire.instantiate(text, {"wasi_snapshot_preview1": wasi}).exports["_start"]()
    assert caught.value.status == 3


# The quick way


def test_from_a_path_bytes_or_text(tmp_path):
    path = tmp_path / "(add).wat"
    path.write_text(ADD)
    binary = quire.Module(quire.Engine(), ADD).to_bytes()
    for source in (path, str(path), ADD, f"\n ;; a comment\n{ADD}", ADD.encode(), binary, bytearray(binary)):
        assert quire.instantiate(source).exports.add(2, 3) == 5
    assert len(quire.instantiate("").exports) == 0
    with pytest.raises(FileNotFoundError):
        quire.instantiate("no such file.wat")


def test_imports_from_an_instance_join_its_store():
    first = quire.instantiate('(func (export "five") (result i32) (i32.const 5)) (memory (export "memory") 1)')
    text = '(import "a" "five" (func (result i32))) (export "f" (func 0))'
    for offers in (first, first.exports, {"five": first.exports.five}):
        second = quire.instantiate(text, {"a": offers})
        assert second.exports.f() == 5
        assert second.store is first.store
    with pytest.raises(ValueError, match="has a store"):
        quire.instantiate(text, {"a": first}, limits=quire.Limits(fuel=1))
    with pytest.raises(ValueError, match="several stores"):
        quire.instantiate(text, {"a": first, "b": quire.instantiate(ADD)})


def test_a_number_is_a_global_that_does_not_change():
    exports = quire.instantiate('(import "env" "base" (global $b i64)) (export "b" (global $b))', {"env": {"base": -3}})
    assert exports.exports.b.value == -3
    with pytest.raises(TypeError):
        quire.instantiate('(import "env" "base" (global (mut i64)))', {"env": {"base": -3}})


@pytest.mark.parametrize(
    ("imports", "error", "message"),
    [
        (None, quire.Unlinkable, 'unknown import: function "env" "f"'),
        ({}, quire.Unlinkable, 'unknown import: function "env" "f"'),
        ({"env": {"g": print}}, quire.Unlinkable, 'unknown import: function "env" "f"'),
        ({"env": {"f": 5}}, TypeError, "env.f must be function (func), not int"),
        ({"env": 5}, TypeError, "imports from 'env' are looked up by name, not in int"),
        ({"env": {"f": quire.instantiate("")}}, TypeError, "env.f must be function (func), not Instance"),
        ([print], TypeError, "imports are a mapping from names of modules, not list"),
    ],
)
def test_imports_that_do_not_fit(imports, error, message):
    with pytest.raises(error) as caught:
        quire.instantiate('(import "env" "f" (func))', imports)
    assert str(caught.value) == message


def test_a_function_does_not_stand_for_a_memory():
    with pytest.raises(quire.Unlinkable, match="incompatible import type"):
        quire.instantiate('(import "env" "m" (memory 1))', {"env": {"m": print}})


def test_the_start_function_runs():
    got = []
    quire.instantiate('(import "env" "f" (func $f)) (start $f)', {"env": {"f": lambda: got.append(1)}})
    assert got == [1]


def test_threads_share_a_memory_and_have_a_store_each():
    text = """
      (memory (import "env" "memory") 1 1 shared)
      (func (export "add") (param i32)
        (loop $next
          (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
          (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))"""
    memory = quire.Memory(quire.Store(), quire.MemoryType(1, 1, shared=True))
    instances = [quire.instantiate(text, {"env": {"memory": memory}}) for _ in range(3)]
    assert len({id(each.store) for each in instances}) == 3
    threads = [threading.Thread(target=each.exports.add, args=[500]) for each in instances]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert int.from_bytes(memory.read(0, 4), "little") == 1500

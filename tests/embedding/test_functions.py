"""Functions of the host: their types, their results, their exceptions, their caller; and exceptions of guests."""

import traceback

import pytest

import quire

I32 = quire.ValType.i32()


def test_a_function_takes_its_type_from_the_import():
    got = []
    text = """
      (import "env" "log" (func $log (param i32 f64 externref)))
      (func (export "f") (param externref) (call $log (i32.const -1) (f64.const 0.5) (local.get 0)))"""
    exports = quire.instantiate(text, {"env": {"log": lambda *values: got.append(values)}}).exports
    item = object()
    exports.f(item)
    assert got == [(-1, 0.5, item)]


def calling(result_types: str, function):
    text = f"""
      (import "env" "g" (func $g (result {result_types})))
      (func (export "f") (result {result_types}) (call $g))"""
    return quire.instantiate(text, {"env": {"g": function}}).exports.f


def test_results_of_the_host():
    assert calling("i32", lambda: 0xFFFFFFFF)() == -1
    assert calling("i32 f32", lambda: (1, 2))() == (1, 2.0)
    assert calling("i32 f32", lambda: [1, 2])() == (1, 2.0)
    assert calling("", lambda: None)() is None


@pytest.mark.parametrize(
    ("types", "result", "message"),
    [
        ("i32", "x", "env.g: result 1: i32 wanted, str given"),
        ("i32", None, "env.g: result 1: i32 wanted, NoneType given"),
        ("i32 i32", (1, 2.5), "env.g: result 2: i32 wanted, float given"),
        ("i32 i32", (1,), "env.g: results: 2 wanted, 1 given"),
        ("i32 i32", 5, "env.g: 2 results wanted, int given"),
        ("", 5, "env.g: no result wanted, int given"),
    ],
)
def test_wrong_results_of_the_host(types, result, message):
    with pytest.raises(TypeError) as caught:
        calling(types, lambda: result)()
    assert str(caught.value) == message


class Mine(Exception):
    pass


def test_exceptions_of_the_host_pass_through_untouched():
    error = Mine("mine")

    def fail():
        raise error

    with pytest.raises(Mine) as caught:
        calling("i32", fail)()
    assert caught.value is error


def test_guests_do_not_catch_what_the_host_raises():
    text = """
      (import "env" "g" (func $g))
      (func (export "f") (result i32)
        (block $handler (try_table (catch_all $handler) (call $g)) (return (i32.const 0)))
        (i32.const 1))"""

    def fail():
        raise Mine

    with pytest.raises(Mine):
        quire.instantiate(text, {"env": {"g": fail}}).exports.f()


def test_a_store_can_be_used_after_an_exception():
    store = quire.Store()
    fails = [True]

    def g():
        if fails.pop():
            raise Mine

    linker = quire.Linker(store.engine)
    linker.define_func("env", "g", None, g)
    text = """(import "env" "g" (func $g)) (func (export "f") (call $g))"""
    f = linker.instantiate(store, quire.Module(store.engine, text)).exports.f
    with pytest.raises(Mine):
        f()
    fails.append(False)
    assert f() is None
    assert store.raw.depth == 0


def test_a_typed_function():
    store = quire.Store()
    add = quire.Func(store, quire.FuncType([I32, I32], [I32]), lambda a, b: a + b)
    assert add(2, 3) == 5
    assert str(add.type) == "(func (param i32 i32) (result i32))"
    assert [str(each) for each in add.type.params] == ["i32", "i32"]
    with pytest.raises(TypeError):
        add(2)
    with pytest.raises(TypeError):
        add(2, "3")


def test_a_function_of_another_type_is_not_linked():
    store = quire.Store()
    wrong = quire.Func(store, quire.FuncType([I32]), print)
    with pytest.raises(quire.Unlinkable, match="incompatible import type"):
        quire.instantiate('(import "m" "f" (func))', {"m": {"f": wrong}})


def test_the_caller_shows_its_exports():
    seen = []

    @quire.access_caller
    def log(caller, address, length):
        seen.append(caller["memory"].read(address, length))
        assert caller.get("nothing") is None
        with pytest.raises(KeyError):
            caller["nothing"]

    text = """
      (import "env" "log" (func $log (param i32 i32)))
      (memory (export "memory") 1) (data (i32.const 8) "hello")
      (func (export "f") (call $log (i32.const 8) (i32.const 5)))"""
    quire.instantiate(text, {"env": {"log": log}}).exports.f()
    assert seen == [b"hello"]


def test_an_instance_calls_its_start_function():
    seen = []
    start = quire.access_caller(lambda caller: seen.append(caller["memory"].size))
    quire.instantiate('(import "env" "f" (func $f)) (memory (export "memory") 3) (start $f)', {"env": {"f": start}})
    assert seen == [3]


def test_a_host_has_no_exports():
    store = quire.Store()
    function = quire.Func(store, quire.FuncType(), lambda caller: seen.append(caller.get("memory")), access_caller=True)
    seen = []
    function()
    assert seen == [None]


THROWS = """
  (import "env" "g" (func $g))
  (tag $e (export "e") (param i32))
  (func (export "throw") (throw $e (i32.const -5)))
  (func (export "catch") (result i32)
    (block $handler (result i32) (try_table (catch $e $handler) (call $g)) (i32.const 0)))
  (func (export "rethrow") (param exnref) (throw_ref (local.get 0)))
  (func (export "grab") (result exnref)
    (block $handler (result exnref) (try_table (catch_all_ref $handler) (call $g)) (ref.null exn)))"""


def throwing(action):
    return quire.instantiate(THROWS, {"env": {"g": lambda: action[0]()}}).exports


def test_an_uncaught_exception_carries_its_values():
    exports = throwing([])
    with pytest.raises(quire.GuestException, match="^uncaught exception: .* with -5$") as caught:
        exports.throw()
    assert caught.value.tag == exports.e
    assert caught.value.values == (-5,)


def test_a_host_throws_and_a_guest_catches():
    action = []
    exports = throwing(action)

    def g():
        raise quire.GuestException(exports.e, [7])

    action.append(g)
    assert exports.catch() == 7
    with pytest.raises(TypeError, match="^value 1: i32 wanted, str given$"):
        quire.GuestException(exports.e, ["x"])


@pytest.mark.parametrize("tier", ["reference", "fast"])
def test_a_tail_call_of_the_host_leaves_its_handlers_behind(tier):
    store = quire.Store(quire.Engine(tier=tier))
    tag = quire.Tag(store, quire.TagType(quire.FuncType()))

    def throw():
        raise quire.GuestException(tag)

    text = """
      (import "env" "throw" (func $throw))
      (func $inner (export "inner") (block $caught (try_table (catch_all $caught) (return_call $throw))))
      (func (export "outer") (result i32)
        (block $caught (try_table (catch_all $caught) (call $inner)) (return (i32.const 1)))
        (i32.const 2))"""
    function = quire.Func(store, quire.FuncType(), throw)
    exports = quire.Instance(store, quire.Module(store.engine, text), [function]).exports
    assert exports.outer() == 2
    with pytest.raises(quire.GuestException):
        exports.inner()


def test_an_exception_passes_through_the_host():
    action = []
    exports = throwing(action)
    action.append(exports.throw)
    assert exports.catch() == -5


def test_an_exception_is_a_value():
    action = []
    exports = throwing(action)
    action.append(exports.throw)
    grabbed = exports.grab()
    assert (grabbed.tag, grabbed.values) == (exports.e, (-5,))
    with pytest.raises(quire.GuestException) as caught:
        exports.rethrow(grabbed)
    assert caught.value.exn_ref == grabbed


def test_a_trap_tells_its_sites():
    text = '(func $f (export "f") (call $g)) (func $g (unreachable))'
    with pytest.raises(quire.Trap, match="^unreachable") as caught:
        quire.instantiate(text).exports.f()
    assert [site.function_name for site in caught.value.sites] == ["g", "f"]
    assert caught.value.sites[0].mnemonic == "unreachable"


def test_deep_recursion_through_the_host_is_a_trap():
    action = []
    exports = quire.instantiate(
        '(import "env" "g" (func $g)) (func (export "f") (call $g))', {"env": {"g": lambda: action[0]()}}
    ).exports
    action.append(exports.f)
    with pytest.raises(quire.Trap, match="^call stack exhausted"):
        exports.f()


SEVERAL = """
  (func (export "f") (param i32 i64 f32 f64 v128 externref) (result i32 i64 f32 f64 v128 externref)
    (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5))"""


@pytest.mark.parametrize("tier", ["reference", "fast"])
def test_values_of_all_kinds_cross_at_once(tier):
    f = quire.instantiate(SEVERAL, tier=tier).exports.f
    item = object()
    assert f(0xFFFFFFFF, 1 << 63, 0.1, 0.1, (1 << 128) - 1, item) == (
        -1, -1 << 63, 0.10000000149011612, 0.1, (1 << 128) - 1, item,
    )  # fmt: skip
    assert f(True, -5, 1, 2, bytes(16), None) == (1, -5, 1.0, 2.0, 0, None)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((1, 2), TypeError, "f: arguments: 6 wanted, 2 given"),
        ((), TypeError, "f: arguments: 6 wanted, 0 given"),
        ((1 << 32, 0, 0, 0, 0, None), OverflowError, "f: argument 1: 4294967296 does not fit i32"),
        ((0, (-1 << 63) - 1, 0, 0, 0, None), OverflowError, "f: argument 2: -9223372036854775809 does not fit i64"),
        ((0, 0, "x", 0, 0, None), TypeError, "f: argument 3: f32 wanted, str given"),
        ((0, 0, 0, None, 0, None), TypeError, "f: argument 4: f64 wanted, NoneType given"),
        ((0, 0, 0, 0, bytes(15), None), TypeError, "f: argument 5: a v128 is 16 bytes, not 15"),
    ],
)
def test_wrong_arguments_are_told_before_anything_runs(arguments, error, message):
    f = quire.instantiate(SEVERAL).exports.f
    with pytest.raises(error) as caught:
        f(*arguments)
    assert str(caught.value) == message
    assert caught.value.__cause__ is None
    assert f.store.calls == 0


@pytest.mark.parametrize("tier", ["reference", "fast"])
def test_a_store_counts_the_calls_that_run(tier):
    seen, action = [], []

    def note():
        seen.append(instance.store.calls)
        action.pop()()

    text = """
      (import "env" "note" (func $note)) (tag $e)
      (func (export "note") (call $note)) (func (export "trap") (unreachable)) (func (export "throw") (throw $e))"""
    instance = quire.instantiate(text, {"env": {"note": note}}, tier=tier)
    exports = instance.exports
    action += [int, exports.note]
    exports.note()
    assert seen == [1, 2]
    for name, error in (("trap", quire.Trap), ("throw", quire.GuestException)):
        for again in (False, True):
            action.append(exports[name])
            with pytest.raises(error):
                exports.note() if again else exports[name]()
            assert instance.store.calls == 0


def test_tracebacks_show_how_a_call_got_across():
    def fail():
        raise Mine

    with pytest.raises(Mine) as caught:
        calling("i32", fail)()
    shown = "".join(traceback.format_exception(caught.value))
    assert "result = enter()" in shown
    assert "result = code()" in shown


def test_exports_are_attributes_that_stay():
    exports = quire.instantiate('(func (export "f")) (func (export "_g")) (func (export "keys"))').exports
    assert exports.f is exports["f"]
    assert exports.keys is exports["keys"]
    assert exports["_g"].name == "_g"
    assert not hasattr(exports, "_g")
    with pytest.raises(AttributeError, match="the instance exports no 'h'"):
        exports.h  # noqa: B018
    with pytest.raises(AttributeError, match="'f' is not set"):
        exports.f = None
    assert {"f", "_g", "keys"} <= set(dir(exports))

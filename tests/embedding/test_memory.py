"""Memories, tables, globals and tags in the hands of the host."""

import pytest

import quire

PAGE = 65536
I32 = quire.ValType.i32()


@pytest.fixture
def store():
    return quire.Store()


@pytest.fixture
def memory(store):
    return quire.Memory(store, quire.MemoryType(1, 3))


def test_a_memory_is_read_and_written(memory):
    memory.write(10, b"hello")
    assert memory.read(10, 5) == b"hello"
    assert memory.read(PAGE, 0) == b""
    memory.write(PAGE - 2, bytearray(b"ab"))
    memory.write(0, memoryview(b"xy"))
    assert memory.read(PAGE - 2, 2) + memory.read(0, 2) == b"abxy"
    assert (memory.size, memory.data_len) == (1, PAGE)


@pytest.mark.parametrize(
    ("address", "length", "message"),
    [
        (PAGE - 1, 2, "out of bounds memory access: read of 2 bytes at 0xffff in memory: its size is 0x10000"),
        (-1, 2, "out of bounds memory access: read of 2 bytes at -1 in memory"),
        (0, -1, "out of bounds memory access: read of -1 bytes at 0 in memory"),
    ],
)
def test_reading_beyond_a_memory(memory, address, length, message):
    with pytest.raises(quire.MemoryAccessError) as caught:
        memory.read(address, length)
    assert str(caught.value) == message
    assert not isinstance(caught.value, quire.Trap)


def test_writing_beyond_a_memory_writes_nothing(memory):
    with pytest.raises(quire.MemoryAccessError, match="write of 3 bytes at 0xfffe"):
        memory.write(PAGE - 2, b"abc")
    assert memory.read(PAGE - 2, 2) == b"\0\0"
    with pytest.raises(TypeError):
        memory.write(0, "text")
    with pytest.raises(TypeError):
        memory.read("0", 1)


def test_a_memory_grows_to_its_maximum(memory):
    assert memory.grow(2) == 1
    assert memory.size == 3
    assert str(memory.type) == "(memory 3 3)"
    for delta in (1, -1):
        with pytest.raises(quire.MemoryAccessError, match="^memory cannot grow: by "):
            memory.grow(delta)


def test_a_view_shows_the_memory_and_does_not_keep_it_from_growing(memory):
    view = memory.view()
    view[3] = 7
    assert memory.read(3, 1) == b"\7"
    memory.grow(1)
    assert (memory.data_len, memory.read(3, 1)) == (2 * PAGE, b"\7")


def test_a_memory_is_shared_between_host_and_guest(store, memory):
    text = """
      (memory (import "env" "memory") 1 3)
      (func (export "peek") (param i32) (result i32) (i32.load8_u (local.get 0)))
      (func (export "grow") (result i32) (memory.grow (i32.const 1)))"""
    exports = quire.instantiate(text, {"env": {"memory": memory}}).exports
    memory.write(5, b"\x2a")
    assert exports.peek(5) == 42
    assert exports.grow() == 1
    assert memory.size == 2


@pytest.mark.parametrize(
    ("type_", "error", "message"),
    [
        (quire.MemoryType(2, 1), quire.Invalid, "size minimum must not be greater than maximum"),
        (quire.MemoryType(65537), quire.Invalid, "memory size must be at most 65536 pages"),
        (quire.MemoryType(1, shared=True), quire.Invalid, "shared memory must have maximum"),
        (quire.MemoryType(1, page_size=3), quire.Invalid, "invalid custom page size"),
    ],
)
def test_a_memory_that_no_module_could_declare(store, type_, error, message):
    with pytest.raises(error, match=f"^{message}"):
        quire.Memory(store, type_)


@pytest.mark.parametrize("type_", [quire.MemoryType(1, 1, shared=True), quire.MemoryType(1, page_size=1)])
def test_a_memory_needs_its_feature(type_):
    quire.Memory(quire.Store(), type_)
    with pytest.raises(ValueError, match="no feature of this engine"):
        quire.Memory(quire.Store(quire.Engine(features=[])), type_)


def test_sizes_below_zero():
    with pytest.raises(ValueError, match="not below zero"):
        quire.MemoryType(-1)
    with pytest.raises(ValueError, match="not below zero"):
        quire.TableType(quire.ValType.funcref(), 1, -1)


def test_memory_types():
    type_ = quire.MemoryType(1, 2, is_64=True, page_size=1)
    assert (type_.minimum, type_.maximum, type_.is_64, type_.is_shared, type_.page_size) == (1, 2, True, False, 1)
    assert type_ == quire.MemoryType(1, 2, is_64=True, page_size=1)
    assert type_ != quire.MemoryType(1, 2)


def test_tables(store):
    table = quire.Table(store, quire.TableType(quire.ValType.externref(), 2, 3), "first")
    assert (table.size, table.get(0), table.get(1)) == (2, "first", "first")
    table.set(1, None)
    assert table.get(1) is None
    assert table.grow(1, "new") == 2
    assert table.get(2) == "new"
    for element in (3, -1):
        with pytest.raises(quire.TableAccessError, match="^out of bounds table access"):
            table.get(element)
        with pytest.raises(IndexError):
            table.set(element, None)
    with pytest.raises(quire.TableAccessError, match="^table cannot grow"):
        table.grow(1)
    assert str(table.type) == "(table 3 3 externref)"


def test_tables_of_functions(store):
    seven = quire.Func(store, quire.FuncType([], [I32]), lambda: 7)
    table = quire.Table(store, quire.TableType(quire.ValType.funcref(), 1), seven)
    text = """
      (table (import "env" "table") 1 funcref)
      (func (export "f") (result i32) (call_indirect (result i32) (i32.const 0)))"""
    exports = quire.instantiate(text, {"env": {"table": table}}).exports
    assert exports.f() == 7
    table.set(0, exports.f)
    assert table.get(0) == exports.f
    with pytest.raises(TypeError, match="funcref wanted, str given"):
        table.set(0, "x")
    with pytest.raises(TypeError):
        quire.TableType(I32, 1)


def test_globals(store):
    counter = quire.Global(store, quire.GlobalType(I32, True), 5)
    text = """
      (global $g (import "env" "counter") (mut i32))
      (global (export "fixed") i64 (i64.const -1))
      (func (export "step") (global.set $g (i32.sub (global.get $g) (i32.const 10))))"""
    exports = quire.instantiate(text, {"env": {"counter": counter}}).exports
    exports.step()
    assert counter.value == -5
    counter.value = 0xFFFFFFFF
    assert counter.value == -1
    with pytest.raises(TypeError):
        counter.value = "x"
    with pytest.raises(TypeError, match="immutable"):
        exports.fixed.value = 1
    assert (exports.fixed.value, exports.fixed.type.mutable, exports.fixed.type.content) == (
        -1,
        False,
        quire.ValType.i64(),
    )


def test_tags(store):
    tag = quire.Tag(store, quire.TagType(quire.FuncType([I32])))
    text = """(tag $e (import "env" "e") (param i32)) (func (export "f") (throw $e (i32.const 3)))"""
    with pytest.raises(quire.GuestException) as caught:
        quire.instantiate(text, {"env": {"e": tag}}).exports.f()
    assert (caught.value.tag, caught.value.values) == (tag, (3,))
    assert tag.type == quire.TagType(quire.FuncType([I32]))

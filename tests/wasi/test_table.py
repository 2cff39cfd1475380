"""The table of functions agrees with the functions, and binds to the engine."""

import inspect

import pytest

from quire.engine.errors import Unlinkable
from quire.engine.runtime.function import HostFunction
from quire.wasi import FUNCTIONS, MODULE, Errno, Exit, Wasi


@pytest.mark.parametrize("name", FUNCTIONS)
def test_rows_fit_their_functions(name):
    row = FUNCTIONS[name]
    assert row.run.__name__ == name == row.name
    assert len(inspect.signature(row.run).parameters) == 2 + len(row.type.composite.parameters)
    results = [str(each) for each in row.type.composite.results]
    assert results == ([] if name == "proc_exit" else ["i32"])
    assert row.run.__doc__.startswith(f"WASI: {name}.")


def test_all_of_preview_1_is_there():
    assert len(FUNCTIONS) == 46


def test_imports_are_host_functions_by_both_names():
    with Wasi(["program"]) as wasi:
        imports = wasi.imports()
        assert set(imports) == {(MODULE, name) for name in FUNCTIONS}
        for (_, name), function in imports.items():
            assert isinstance(function, HostFunction)
            assert function.type is FUNCTIONS[name].type
            assert function.name == name


class Caller:
    """What a host function sees of an instance."""

    store = None

    def __init__(self, **exports):
        self.exports = exports


def test_a_function_without_pointers_needs_no_memory():
    with Wasi() as wasi:
        assert wasi.imports()[MODULE, "sched_yield"].call(Caller(), ()) == (Errno.SUCCESS,)
        assert wasi.imports()[MODULE, "fd_close"].call(None, (9,)) == (Errno.BADF,)


def test_a_pointer_needs_an_exported_memory():
    with Wasi() as wasi, pytest.raises(Unlinkable, match=r'exported as "memory"'):
        wasi.imports()[MODULE, "args_sizes_get"].call(Caller(memory="no memory"), (0, 4))


def test_exit_passes_through():
    with Wasi() as wasi, pytest.raises(Exit) as raised:
        wasi.imports()[MODULE, "proc_exit"].call(Caller(), (4_000_000_000,))
    assert raised.value.status == 4_000_000_000

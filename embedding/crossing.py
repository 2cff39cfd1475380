"""Functions of Python that take calls across between host and guest, written out for each function type.

A call whose values are converted in loops takes several times as long as one that does just what its type asks for. So
the text of a function is generated, once for all function types of the same kinds of values, and compiled. What it does
not know itself, it asks the converters, which also have the words for all that is wrong. Knows no stores.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import CodeType, FunctionType, MappingProxyType
from typing import Any

from quire.engine import types as t

Maker = Callable[..., Callable[..., Any]]
Kinds = tuple[str, ...]
INTEGERS: Mapping[str, int] = MappingProxyType({"i32": 32, "i64": 64})  # kinds -> bits
PLAIN = ("f32", "f64", "v128")  # the host sees them as they are


def kinds(types: Sequence[t.ValueType]) -> Kinds:
    """Of values: the names of number types, and one for all references."""
    return tuple("ref" if isinstance(each, t.ReferenceType) else str(each) for each in types)


@lru_cache(256)
def to_guest(parameters: Kinds, results: Kinds) -> Maker:
    """Makes `call(arguments)` for a function of the guest.

    The maker takes `running`, whose `calls` it counts, and `store` of the engine, whose interruption ends with the
    outermost call; `enter`, which takes and gives plain values; `take(arguments)`, which converts all and raises what
    is wrong with them; a class of exceptions, and `thrown(error)` for what is raised instead; the converters of each
    parameter and result.
    """
    names = [f"a{at}" for at in range(len(parameters))]
    unpacked = f"{', '.join(names)}," if names else "()"
    asked = [at for at, each in enumerate(parameters) if each not in INTEGERS and each != "f64"]
    tests = [test for name, each in zip(names, parameters, strict=True) for test in _tests(name, each)]
    body = [
        "try:",
        f"    {unpacked} = arguments",
        *(f"    a{at} = to_guest[{at}](a{at})" for at in asked),
        "except (TypeError, OverflowError, ValueError):",
        "    take(arguments)",
        "    raise",
        *([f"if {' or '.join(tests)}:", f"    {unpacked} = take(arguments)"] if tests else []),
        "running.calls += 1",
        "try:",
        f"    result = enter({', '.join(map(_unsigned, names, parameters))})",
        "except Thrown as error:",
        "    raise thrown(error) from None",
        "finally:",
        "    running.calls -= 1",
        "    if store.interrupted and not running.calls:",
        "        store.interrupt(now=False)",
        *_returned(results),
    ]
    title = f"<call of {_told(parameters, results)}>"
    return _compiled(title, "running, store, enter, take, Thrown, thrown, to_guest, to_host", "arguments", body)


@lru_cache(256)
def to_host(parameters: Kinds, results: Kinds, *, wants_caller: bool) -> Maker:
    """Makes the code of a function of the host, which takes and gives plain values.

    The maker takes that function, `caller(instance)` for its first argument, `give(result)`, which converts all and
    raises what is wrong with it, and the converters of each parameter.
    """
    names = [f"a{at}" for at in range(len(parameters))]
    given = ["caller(instance)"] if wants_caller else []
    given += [_for_host(f"a{at}", each, at) for at, each in enumerate(parameters)]
    body = [f"result = code({', '.join(given)})"]
    tests = _tests("result", results[0]) if len(results) == 1 else ()
    if tests:
        body += [f"if {' or '.join(tests)}:", "    return give(result)", f"return {_unsigned('result', results[0])}"]
    else:
        body += ["return give(result)"] if results else ["if result is not None:", "    give(result)"]
    title = f"<call of the host, {_told(parameters, results)}>"
    return _compiled(title, "code, caller, give, to_host", ", ".join(["instance"] * wants_caller + names), body)


def _told(parameters: Kinds, results: Kinds) -> str:
    return f"{' '.join(parameters)} -> {' '.join(results)}".strip()


def _tests(name: str, kind: str) -> Sequence[str]:
    """What says that a value is not to be taken as it is; nothing for a kind that is always converted."""
    bits = INTEGERS.get(kind)
    if bits is not None:
        return f"{name}.__class__ is not int", f"not {-1 << bits - 1:#x} <= {name} <= {(1 << bits) - 1:#x}"
    return (f"{name}.__class__ is not float",) if kind == "f64" else ()


def _unsigned(name: str, kind: str) -> str:
    bits = INTEGERS.get(kind)
    return name if bits is None else f"{name} & {(1 << bits) - 1:#x}"


def _for_host(name: str, kind: str, at: int) -> str:
    """A value of the guest, as an expression that the host sees."""
    bits = INTEGERS.get(kind)
    if bits is not None:
        return f"({name} ^ {1 << bits - 1:#x}) - {1 << bits - 1:#x}"
    return name if kind in PLAIN else f"to_host[{at}]({name})"


def _returned(results: Kinds) -> Sequence[str]:
    if len(results) < 2:
        return [f"return {_for_host('result', each, 0)}" for each in results]
    names = [f"r{at}" for at in range(len(results))]
    values = map(_for_host, names, results, range(len(results)))
    return f"{', '.join(names)} = result", f"return {', '.join(values)}"


def _compiled(title: str, given: str, arguments: str, body: Sequence[str]) -> Maker:
    """A function that takes what is given once and returns the function `call` of the arguments."""
    lines = [f"def make({given}):", f"    def call({arguments}):", *(f"        {line}" for line in body)]
    text = "\n".join([*lines, "    return call"]) + "\n"
    module = compile(text, title, "exec", dont_inherit=True)
    linecache.cache[title] = (len(text), None, text.splitlines(keepends=True), title)
    code = next(each for each in module.co_consts if isinstance(each, CodeType))
    return FunctionType(code, {"__name__": __name__})

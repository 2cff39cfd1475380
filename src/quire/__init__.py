"""Quire, a WebAssembly engine in pure Python: the public face.

Its one job is to say which names are public and where each lives. It imports nothing until a name is asked for
(PEP 562): every room below is imported as `quire.<room>` and so passes through this file first.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOMES: dict[str, str] = {}
"""Public name -> the module that defines it."""

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

"""Quire, a WebAssembly engine in pure Python: the public face.

    >>> import quire
    >>> text = '(func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))'
    >>> quire.instantiate(text).exports.add(2, 3)
    5

Its one job is to say which names are public and where each lives. It imports nothing until a name is asked for
(PEP 562): every room below is imported as `quire.<room>` and so passes through this file first.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what type checkers see; a test holds it equal to the names below
    from quire.embedding.caching import Cache as Cache
    from quire.embedding.function import Caller as Caller
    from quire.embedding.function import Func as Func
    from quire.embedding.instance import Instance as Instance
    from quire.embedding.instance import InstanceExports as InstanceExports
    from quire.embedding.linker import Linker as Linker
    from quire.embedding.memory import Memory as Memory
    from quire.embedding.module import Module as Module
    from quire.embedding.paging import MemoryAccessError as MemoryAccessError
    from quire.embedding.paging import MemoryStats as MemoryStats
    from quire.embedding.paging import Region as Region
    from quire.embedding.quick import access_caller as access_caller
    from quire.embedding.quick import instantiate as instantiate
    from quire.embedding.references import ArrayRef as ArrayRef
    from quire.embedding.references import ExnRef as ExnRef
    from quire.embedding.references import GuestException as GuestException
    from quire.embedding.references import I31Ref as I31Ref
    from quire.embedding.references import StructRef as StructRef
    from quire.embedding.store import Engine as Engine
    from quire.embedding.store import Limits as Limits
    from quire.embedding.store import Store as Store
    from quire.embedding.table import Global as Global
    from quire.embedding.table import Table as Table
    from quire.embedding.table import TableAccessError as TableAccessError
    from quire.embedding.table import Tag as Tag
    from quire.embedding.types import ExportType as ExportType
    from quire.embedding.types import FuncType as FuncType
    from quire.embedding.types import GlobalType as GlobalType
    from quire.embedding.types import ImportType as ImportType
    from quire.embedding.types import MemoryType as MemoryType
    from quire.embedding.types import TableType as TableType
    from quire.embedding.types import TagType as TagType
    from quire.embedding.types import ValType as ValType
    from quire.engine.errors import Crash as Crash
    from quire.engine.errors import Exhausted as Exhausted
    from quire.engine.errors import Invalid as Invalid
    from quire.engine.errors import Malformed as Malformed
    from quire.engine.errors import QuireError as QuireError
    from quire.engine.errors import Trap as Trap
    from quire.engine.errors import Unlinkable as Unlinkable
    from quire.wasi import Exit as Exit
    from quire.wasi import Wasi as Wasi

__version__ = "0.1.0"

_PUBLIC = {
    "quire.embedding.caching": "Cache",
    "quire.embedding.function": "Caller Func",
    "quire.embedding.instance": "Instance InstanceExports",
    "quire.embedding.linker": "Linker",
    "quire.embedding.memory": "Memory",
    "quire.embedding.module": "Module",
    "quire.embedding.paging": "MemoryAccessError MemoryStats Region",
    "quire.embedding.quick": "access_caller instantiate",
    "quire.embedding.references": "ArrayRef ExnRef GuestException I31Ref StructRef",
    "quire.embedding.store": "Engine Limits Store",
    "quire.embedding.table": "Global Table TableAccessError Tag",
    "quire.embedding.types": ("ExportType FuncType GlobalType ImportType MemoryType TableType TagType ValType"),
    "quire.engine.errors": "Crash Exhausted Invalid Malformed QuireError Trap Unlinkable",
    "quire.wasi": "Exit Wasi",
}
"""The modules that define public names -> these names."""

_HOMES = {name: module for module, names in _PUBLIC.items() for name in names.split()}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

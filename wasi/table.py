"""The table of all functions of preview 1: name, type, meaning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from quire.engine.types import I32, I64, DefinedType, function_type
from quire.wasi import clocks, descriptor_functions, path_functions, polling, process_functions, socket_functions

MODULE = "wasi_snapshot_preview1"
"""The name of the module that guests import the functions from."""

_TYPES = {"i32": I32, "i64": I64}


@dataclass(frozen=True, slots=True)
class Row:
    """A function: its type, and what it does with a Process, a GuestMemory and its operands, unsigned."""

    name: str
    type: DefinedType
    run: Callable[..., None]


def _row(name: str, signature: str, run: Callable[..., None]) -> Row:
    parameters, results = (tuple(_TYPES[word] for word in side.split()) for side in signature.split("->"))
    return Row(name, function_type(parameters, results), run)


_ROWS = (
    _row("args_get", "i32 i32 -> i32", process_functions.args_get),
    _row("args_sizes_get", "i32 i32 -> i32", process_functions.args_sizes_get),
    _row("clock_res_get", "i32 i32 -> i32", clocks.clock_res_get),
    _row("clock_time_get", "i32 i64 i32 -> i32", clocks.clock_time_get),
    _row("environ_get", "i32 i32 -> i32", process_functions.environ_get),
    _row("environ_sizes_get", "i32 i32 -> i32", process_functions.environ_sizes_get),
    _row("fd_advise", "i32 i64 i64 i32 -> i32", descriptor_functions.fd_advise),
    _row("fd_allocate", "i32 i64 i64 -> i32", descriptor_functions.fd_allocate),
    _row("fd_close", "i32 -> i32", descriptor_functions.fd_close),
    _row("fd_datasync", "i32 -> i32", descriptor_functions.fd_datasync),
    _row("fd_fdstat_get", "i32 i32 -> i32", descriptor_functions.fd_fdstat_get),
    _row("fd_fdstat_set_flags", "i32 i32 -> i32", descriptor_functions.fd_fdstat_set_flags),
    _row("fd_fdstat_set_rights", "i32 i64 i64 -> i32", descriptor_functions.fd_fdstat_set_rights),
    _row("fd_filestat_get", "i32 i32 -> i32", descriptor_functions.fd_filestat_get),
    _row("fd_filestat_set_size", "i32 i64 -> i32", descriptor_functions.fd_filestat_set_size),
    _row("fd_filestat_set_times", "i32 i64 i64 i32 -> i32", descriptor_functions.fd_filestat_set_times),
    _row("fd_pread", "i32 i32 i32 i64 i32 -> i32", descriptor_functions.fd_pread),
    _row("fd_prestat_dir_name", "i32 i32 i32 -> i32", descriptor_functions.fd_prestat_dir_name),
    _row("fd_prestat_get", "i32 i32 -> i32", descriptor_functions.fd_prestat_get),
    _row("fd_pwrite", "i32 i32 i32 i64 i32 -> i32", descriptor_functions.fd_pwrite),
    _row("fd_read", "i32 i32 i32 i32 -> i32", descriptor_functions.fd_read),
    _row("fd_readdir", "i32 i32 i32 i64 i32 -> i32", descriptor_functions.fd_readdir),
    _row("fd_renumber", "i32 i32 -> i32", descriptor_functions.fd_renumber),
    _row("fd_seek", "i32 i64 i32 i32 -> i32", descriptor_functions.fd_seek),
    _row("fd_sync", "i32 -> i32", descriptor_functions.fd_sync),
    _row("fd_tell", "i32 i32 -> i32", descriptor_functions.fd_tell),
    _row("fd_write", "i32 i32 i32 i32 -> i32", descriptor_functions.fd_write),
    _row("path_create_directory", "i32 i32 i32 -> i32", path_functions.path_create_directory),
    _row("path_filestat_get", "i32 i32 i32 i32 i32 -> i32", path_functions.path_filestat_get),
    _row("path_filestat_set_times", "i32 i32 i32 i32 i64 i64 i32 -> i32", path_functions.path_filestat_set_times),
    _row("path_link", "i32 i32 i32 i32 i32 i32 i32 -> i32", path_functions.path_link),
    _row("path_open", "i32 i32 i32 i32 i32 i64 i64 i32 i32 -> i32", path_functions.path_open),
    _row("path_readlink", "i32 i32 i32 i32 i32 i32 -> i32", path_functions.path_readlink),
    _row("path_remove_directory", "i32 i32 i32 -> i32", path_functions.path_remove_directory),
    _row("path_rename", "i32 i32 i32 i32 i32 i32 -> i32", path_functions.path_rename),
    _row("path_symlink", "i32 i32 i32 i32 i32 -> i32", path_functions.path_symlink),
    _row("path_unlink_file", "i32 i32 i32 -> i32", path_functions.path_unlink_file),
    _row("poll_oneoff", "i32 i32 i32 i32 -> i32", polling.poll_oneoff),
    _row("proc_exit", "i32 ->", process_functions.proc_exit),
    _row("proc_raise", "i32 -> i32", process_functions.proc_raise),
    _row("random_get", "i32 i32 -> i32", process_functions.random_get),
    _row("sched_yield", "-> i32", process_functions.sched_yield),
    _row("sock_accept", "i32 i32 i32 -> i32", socket_functions.sock_accept),
    _row("sock_recv", "i32 i32 i32 i32 i32 i32 -> i32", socket_functions.sock_recv),
    _row("sock_send", "i32 i32 i32 i32 i32 -> i32", socket_functions.sock_send),
    _row("sock_shutdown", "i32 i32 -> i32", socket_functions.sock_shutdown),
)

FUNCTIONS: Mapping[str, Row] = MappingProxyType({row.name: row for row in _ROWS})

"""`quire wast-export`: scripts as JSON and binaries, for engines that do not read their text format.

The format is that of wabt's `wast2json`, with `features` and `profile` beside `commands`, and with the commands, kinds
of reference and alternatives that scripts have since: `spec_tests/memory_control/README.md` has it. Nothing is run.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from quire.engine import types as t
from quire.engine.binary.encode import encode
from quire.engine.errors import Malformed, QuireError
from quire.engine.matching import top_of
from quire.engine.module import Module
from quire.spec_tests import commands as c
from quire.spec_tests import patterns as p
from quire.spec_tests.features import Features, features_for
from quire.spec_tests.header import declared_profile
from quire.spec_tests.script import read_script
from quire.spec_tests.suite import SuiteError, scripts
from quire.wat.parser import parse_module

FAILED, WRONG_USAGE = 1, 2
Json = dict[str, Any]

_HEAPS: Mapping[str, str] = MappingProxyType({each.name: each.shorthand for each in t.ABSTRACT_HEAP_TYPES})
_HOST: Final[Mapping[str, str]] = MappingProxyType({"ref.extern": "externref", "ref.host": "anyref"})
_NANS: Final = MappingProxyType({(mask.mask, mask.bits, size): word for (word, size), mask in p.NAN_MASKS.items()})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `quire wast-export`."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE|FOLDER", help="scripts (.wast), folders of them")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the files go; made if need be")


def run(arguments: argparse.Namespace) -> int:
    """`quire wast-export`: 0, or 1 for a script that cannot be written, 2 for one that there is not."""
    try:
        found = scripts(arguments.paths)
        _check_names(found)
    except (SuiteError, OSError) as error:
        return _complain(str(error), WRONG_USAGE)
    for path in found:
        try:
            count = export(path, arguments.out)
        except (QuireError, OSError) as error:
            return _complain(f"{path}: {error}", FAILED)
        sys.stdout.write(f"{path}: {count} commands\n")
    return 0


def _complain(message: str, status: int) -> int:
    sys.stderr.write(f"quire wast-export: {message}\n")
    return status


def _check_names(paths: list[Path]) -> None:
    if not paths:
        raise SuiteError("there are no scripts")
    known: dict[str, Path] = {}
    for path in paths:
        if path.stem in known:
            raise SuiteError("two scripts of one name go to one place", f"{known[path.stem]}, {path}")
        known[path.stem] = path


def export(path: Path, folder: Path) -> int:
    """Write NAME.json and its modules for a script; the number of its commands.

    Raises QuireError for a script that cannot be read or has a module that cannot, OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    features = features_for(path)
    exporter = Exporter(path.stem, folder, features)
    commands = [exporter.command(each) for each in read_script(path.read_bytes(), features.text_format)]
    head = {"source_filename": path.name, "features": list(features.names), "profile": declared_profile(path)}
    text = json.dumps(head)[1:-1]
    lines = ",\n  ".join(map(json.dumps, commands))
    (folder / f"{path.stem}.json").write_text(f'{{{text},\n "commands": [\n  {lines}]}}\n', "utf-8")
    return len(commands)


class Exporter:
    """Writes the modules of one script, numbered, and makes each command an object of JSON."""

    def __init__(self, name: str, folder: Path, features: Features) -> None:
        self.name = name
        self.folder = folder
        self.features = features
        self.written = 0

    def command(self, command: c.Command) -> Json:
        """Raises QuireError for what cannot be read, OSError."""
        return self._writers[type(command)](self, command)

    # Modules

    def _file(self, data: bytes, kind: str = "binary") -> Json:
        name = f"{self.name}.{self.written}.{'wasm' if kind == 'binary' else 'wat'}"
        self.written += 1
        (self.folder / name).write_bytes(data)
        return {"filename": name, "module_type": kind}

    def _source(self, source: c.Source) -> Json:
        """A module that has a binary form: what is text is read for it."""
        match source:
            case c.Binary(data):
                return self._file(data)
            case c.Text(module):
                return self._file(self._encoded(module))
            case c.Quote(text):
                return self._file(self._encoded(parse_module(text, self.features.text_format)))
            case c.Broken(error):
                raise error

    def _encoded(self, module: Module) -> bytes:
        return encode(module, self.features.instruction_set)

    def _define(self, command: c.DefineModule) -> Json:
        kind = "module" if command.instantiated else "module_definition"
        return {**_head(kind, command.line, name=command.name), **self._source(command.source)}

    def _instantiate(self, command: c.InstantiateModule) -> Json:
        return _head("module_instance", command.line, instance=command.name, module=command.definition)

    def _register(self, command: c.Register) -> Json:
        return {**_head("register", command.line, name=command.instance), "as": command.importable}

    # Actions and assertions

    def _act(self, command: c.Action) -> Json:
        return {**_head("action", command.line), "action": action(command)}

    def _assert_return(self, command: c.AssertReturn) -> Json:
        expected = [pattern(each) for each in command.results]
        return {**_head("assert_return", command.line), "action": action(command.action), "expected": expected}

    def _assert_trap(self, command: c.AssertTrap) -> Json:
        if isinstance(command.subject, c.Invoke | c.Get):
            subject = {"action": action(command.subject)}
            return {**_head(command.keyword, command.line), **subject, "text": command.reason}
        head = _head("assert_uninstantiable", command.line)
        return {**head, **self._source(command.subject), "text": command.reason}

    def _assert_exception(self, command: c.AssertException) -> Json:
        return {**_head("assert_exception", command.line), "action": action(command.action)}

    def _assert_rejected(self, command: c.AssertRejected) -> Json:
        if isinstance(command.source, c.Quote) and c.REJECTIONS[command.keyword] is Malformed:
            module = self._file(command.source.text, "text")
        else:
            module = self._source(command.source)
        return {**_head(command.keyword, command.line), **module, "text": command.reason}

    def _unreadable(self, command: c.Unreadable) -> Json:
        raise command.error

    _writers: Mapping[type, Callable[[Exporter, Any], Json]] = MappingProxyType({
        c.DefineModule: _define,
        c.InstantiateModule: _instantiate,
        c.Register: _register,
        c.Invoke: _act,
        c.Get: _act,
        c.AssertReturn: _assert_return,
        c.AssertTrap: _assert_trap,
        c.AssertException: _assert_exception,
        c.AssertRejected: _assert_rejected,
        c.Unreadable: _unreadable,
    })  # fmt: skip


def _head(kind: str, line: int, **names: str | None) -> Json:
    return {"type": kind, "line": line, **{key: name for key, name in names.items() if name is not None}}


def action(command: c.Action) -> Json:
    """A call, or the reading of a global."""
    instance = {} if command.instance is None else {"module": command.instance}
    head: Json = {"type": command.keyword, **instance, "field": command.export}
    return {**head, "args": [argument(each) for each in command.arguments]} if isinstance(command, c.Invoke) else head


def argument(value: c.Argument | c.HostArgument) -> Json:
    """A value for a function."""
    match value:
        case c.HostArgument(number, external):
            return {"type": "externref" if external else "anyref", "value": str(number)}
        case c.Argument(t.ReferenceType(_, heap), _):
            return {"type": str(t.ReferenceType(True, top_of(heap))), "value": "null"}
        case c.Argument(t.NumberType() as kind, number):
            bits = p.bits_of(kind, number)
            return pattern(p.Number(kind, (1 << 8 * kind.size) - 1, bits, "i32x4" if kind is t.V128 else ""))
    raise SuiteError("no such argument", str(value))


def pattern(expected: p.Pattern) -> Json:
    """What a result is expected to be."""
    match expected:
        case p.Number():
            return _number(expected)
        case p.Null(heap):
            return {"type": _HEAPS[heap], "value": "null"} if heap in _HEAPS else {"type": "refnull"}
        case p.Host(word, number):
            return {"type": _HOST[word], "value": str(number)}
        case p.Reference(word):
            return {"type": _HOST.get(word) or f"{word.removeprefix('ref.')}ref"}
        case p.Either(alternatives):
            return {"type": "either", "values": [pattern(each) for each in alternatives]}


def _number(number: p.Number) -> Json:
    if not number.shape:
        return {"type": number.type.name, "value": next(_lanes(number, number.type.size, 1))}
    lane, count = p.SHAPES[number.shape]
    return {"type": "v128", "lane_type": number.shape.split("x")[0], "value": list(_lanes(number, lane.size, count))}


def _lanes(number: p.Number, size: int, count: int) -> Iterator[str]:
    """The lanes as strings: their bits as an unsigned decimal, or the kind of NaN."""
    low = (1 << 8 * size) - 1
    for at in range(0, 8 * size * count, 8 * size):
        mask, bits = number.mask >> at & low, number.bits >> at & low
        yield _NANS.get((mask, bits, size)) or str(bits)

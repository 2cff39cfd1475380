"""What all that is kept depends on beside the module: Python, the sources of this engine, and the features.

A change of any of these gives another key, so nothing that another program made is ever found.
"""

from __future__ import annotations

import sys
import time
from functools import lru_cache
from hashlib import sha256
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import Final

from quire.engine.extension import Extension
from quire.engine.instruction_set import InstructionSet

ENGINE: Final = Path(__file__).parents[1]
LOADED: Final = time.time()
"""What was changed since is not what runs."""


def key_of(data: bytes, instruction_set: InstructionSet) -> str | None:
    """The key of a binary, as hexadecimal digits; None where nothing can be kept of it."""
    surroundings = fingerprint(instruction_set)
    return None if surroundings is None else sha256(sha256(data).digest() + surroundings).hexdigest()


@lru_cache(maxsize=16)
def fingerprint(instruction_set: InstructionSet) -> bytes | None:
    """Of Python, the sources of the engine, and the features; None where one of them cannot be told."""
    folders = [ENGINE]
    for each in instruction_set.extensions:
        if each.home is not None:
            folders.append(_folder_of(each.home))
        elif not _is_layers_alone(each):
            return None
    digest = sha256(repr((_python(), instruction_set.features)).encode())
    for folder in folders:
        sources = _digest(folder)
        if sources is None:
            return None
        digest.update(sources)
    return digest.digest()


def _python() -> tuple[object, ...]:
    """What code of Python depends on."""
    kind = sys.implementation
    return (kind.name, kind.cache_tag, sys.version, MAGIC_NUMBER, sys.byteorder, sys.maxsize, sys.flags.optimize)


def _is_layers_alone(extension: Extension) -> bool:
    """Layers of memories change neither what is valid nor, but for what they say themselves, generated code."""
    return not (extension.rows or extension.memory_flags or extension.segment_attributes)


def _folder_of(module: str) -> Path:
    """Where a module and those beside it have their sources."""
    return Path(sys.modules[module].__file__ or "").parent


def _digest(folder: Path) -> bytes | None:
    """Of the sources in a folder; None where there are none, or others than those that were loaded."""
    digest, found = sha256(), False
    try:
        for path in sorted(folder.rglob("*.py")):
            if path.stat().st_mtime >= LOADED:
                return None
            digest.update(sha256(path.relative_to(folder).as_posix().encode()).digest())
            digest.update(sha256(path.read_bytes()).digest())
            found = True
    except OSError:
        return None
    return digest.digest() if found else None

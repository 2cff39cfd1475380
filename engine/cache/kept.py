"""What is kept of one module: that it is valid, and records of its functions, which are bytes that a tier understands.

A record belongs to a function and to a variant: the circumstances for which a tier made it, as a string.
"""

from __future__ import annotations

import marshal
from threading import Lock
from time import perf_counter
from typing import Final
from weakref import finalize

from quire.engine.cache.folder import SUFFIX, Folder
from quire.engine.cache.keys import key_of
from quire.engine.instruction_set import InstructionSet

LEAST: Final = 4096  # bytes of a module that is worth a file; a smaller one is made anew in no time
SOON: Final = 1.0  # seconds of work that are not left unwritten
SHARE: Final = 20  # of the time that work takes, writing takes at most one part in so many

Records = dict[str, dict[int, bytes]]  # variant -> function index -> record


class Cache:
    """Where modules are kept. `least` is the size in bytes from which on that is done."""

    def __init__(self, folder: Folder, least: int = LEAST) -> None:
        self.folder = folder
        self.least = least

    def look_up(self, data: bytes, instruction_set: InstructionSet) -> Kept | None:
        """What is kept of a binary; None where nothing ever will be."""
        key = key_of(data, instruction_set) if len(data) >= self.least else None
        return None if key is None else Kept(self.folder, key + SUFFIX)


class Kept:
    """What is kept of one module, and what is new: that is written now and then, at the end of this object's life, or
    when Python ends.

    `is_known` says that the module is valid, and was when it was kept.
    """

    def __init__(self, folder: Folder, name: str) -> None:
        found = read(folder, name)
        self.is_known = found is not None
        self._records: Records = found or {}
        self._news = News(folder, name)
        finalize(self, self._news.write)

    def find(self, variant: str, function: int) -> bytes | None:
        """A record, if there is one."""
        return self._records.get(variant, {}).get(function)

    def keep(self, variant: str, function: int, record: bytes, seconds: float) -> None:
        """Add a record, to be found from now on; `seconds` is how long it took to make."""
        self._records.setdefault(variant, {})[function] = record
        self._news.add(variant, function, record)
        self._news.worked(seconds)

    def keep_known(self, seconds: float) -> None:
        """The module was found valid, in so many seconds."""
        self._news.worked(seconds)

    def save(self) -> None:
        """Write what is new."""
        self._news.write()


class News:
    """What is not written yet."""

    def __init__(self, folder: Folder, name: str) -> None:
        self.folder = folder
        self.name = name
        self.records: Records = {}
        self.is_empty = True
        self.seconds = 0.0  # that it took to make
        self.patience = SOON
        self.lock = Lock()

    def add(self, variant: str, function: int, record: bytes) -> None:
        with self.lock:
            self.records.setdefault(variant, {})[function] = record

    def worked(self, seconds: float) -> None:
        self.is_empty = False
        self.seconds += seconds
        if self.seconds > self.patience:
            self.write()

    def write(self) -> None:
        """Add it to what the file holds by now: another process may have added to it, too."""
        if self.is_empty or not self.lock.acquire(blocking=False):
            return
        try:
            start = perf_counter()
            records, self.records = self.records, {}
            self.is_empty, self.seconds = True, 0.0
            merged = read(self.folder, self.name) or {}
            for variant, functions in records.items():
                merged.setdefault(variant, {}).update(functions)
            self.folder.write(self.name, marshal.dumps(merged))
            self.patience = max(SOON, SHARE * (perf_counter() - start))
        except (MemoryError, RecursionError):  # whoever made this happen, it is not the guest's affair
            return
        finally:
            self.lock.release()


def read(folder: Folder, name: str) -> Records | None:
    """What a file holds, if it is whole."""
    data = folder.read(name)
    if data is None:
        return None
    records: Records = marshal.loads(data)  # nobody but this user could have written it
    return records

"""Where the host lets modules be kept between runs: its word, the environment, or the user's folder for such things.

`QUIRE_CACHE_DIR` names the folder; `QUIRE_CACHE_SIZE` is how many bytes it may hold, and 0 is no cache.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Final

from quire.engine.cache import Cache as RawCache
from quire.engine.cache import Entry, Folder

DIRECTORY, SIZE = "QUIRE_CACHE_DIR", "QUIRE_CACHE_SIZE"
LIMIT: Final = 256 << 20
_AMOUNT: Final = re.compile(r"([0-9]{1,30})([KMG]?)", re.IGNORECASE)
_UNITS: Final = ("", "K", "M", "G")


class Cache:
    """A folder in which modules are kept between runs: that they are valid, and the code that the fast tier made."""

    def __init__(self, path: str | PathLike[str] | None = None, *, limit: int | None = None) -> None:
        """`path` is by default what the environment says, or a folder of the user's; `limit` is in bytes, 0 for none.

        Nothing is kept in a folder that another user may write. Raises ValueError where the environment says nonsense.
        """
        if limit is not None and limit < 0:
            raise ValueError(f"the limit of the cache is a number from zero on, not {limit}")
        folder = _folder() if path is None else Path(path)
        self.limit = _limit() if limit is None else limit
        self.path = None if folder is None else folder.absolute()
        self.raw = None if self.path is None or not self.limit else RawCache(Folder(self.path, self.limit))

    def usage(self) -> tuple[int, int]:
        """How many modules are kept, and in how many bytes. Raises OSError, also for a folder that may not be used."""
        return _counted([] if self.raw is None else self.raw.folder.entries())

    def clear(self) -> tuple[int, int]:
        """Remove them: how many there were, and in how many bytes. Raises OSError."""
        return _counted([] if self.raw is None else self.raw.folder.clear())

    def __repr__(self) -> str:
        return f"<Cache of up to {self.limit} bytes in {self.path}>"


def _counted(entries: Sequence[Entry]) -> tuple[int, int]:
    return len(entries), sum(each.size for each in entries)


def _folder() -> Path | None:
    """None where the user has none."""
    named = os.environ.get(DIRECTORY)
    if named:
        return Path(named)
    folder = _of_the_user()
    return folder / "quire" if folder is not None and folder.is_absolute() else None


def _of_the_user() -> Path | None:
    """Where the programs of a user keep what they can make again."""
    try:
        if sys.platform == "win32":
            local = os.environ.get("LOCALAPPDATA")
            return Path(local) if local else Path.home() / "AppData" / "Local"
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches"
        named = Path(os.environ.get("XDG_CACHE_HOME", ""))  # one that is not absolute is to be ignored
        return named if named.is_absolute() else Path.home() / ".cache"
    except RuntimeError:  # the user has no home
        return None


def _limit() -> int:
    """In bytes. Raises ValueError."""
    text = os.environ.get(SIZE)
    if not text:
        return LIMIT
    amount = _AMOUNT.fullmatch(text)
    if amount is None:
        raise ValueError(f"{SIZE} is a number of bytes, with or without K, M or G, not {text!r}")
    return int(amount[1]) << 10 * _UNITS.index(amount[2].upper())

"""Makes this process import one module of the engine with a planted bug, and then be a leg:

python -m quire.fuzz.planted.plant engine.numeric.integers:Integers.mul:0 --tier reference
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from importlib import import_module
from types import CodeType, ModuleType

from quire.fuzz.planted.catalogue import mutated, source_of


class PlantedLoader(importlib.abc.InspectLoader):
    """Loads one module from changed source."""

    def __init__(self, name: str, source: str, path: str) -> None:
        self._name = name
        self._source = source
        self._path = path

    def get_source(self, fullname: str) -> str:
        return self._source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self._path, "exec")

    def is_package(self, fullname: str) -> bool:
        return False


class PlantedFinder(importlib.abc.MetaPathFinder):
    """Finds the changed module before any other finder does."""

    def __init__(self, mutant: str) -> None:
        self.name, self._source = mutated(mutant)
        self._path = str(source_of(self.name))

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        loader = PlantedLoader(fullname, self._source, self._path)
        return importlib.util.spec_from_loader(fullname, loader, origin=self._path)


def plant(mutant: str) -> None:
    """Plant a bug in this process. Raises ValueError where there is no such mutant or its module is imported."""
    finder = PlantedFinder(mutant)
    if finder.name in sys.modules:
        raise ValueError(f"{finder.name} is imported already")
    sys.meta_path.insert(0, finder)


def main(arguments: list[str]) -> int:
    """The process of a leg with a planted bug."""
    plant(arguments[0])
    status: int = import_module("quire.fuzz.legs.quire_leg").main(arguments[1:])
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Where decisions come from: a stream of numbers, each below a bound that the taker says.

The same code is driven by a seed, by bytes that a coverage-guided fuzzer mutates, and by hypothesis. By convention the
choice 0 is the simplest, so that a stream of zeros makes the smallest thing and shrinking comes free.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


class Choices(ABC):
    """A stream of choices."""

    @abstractmethod
    def below(self, bound: int) -> int:
        """A number from 0 to bound - 1; `bound` is at least 1."""

    def between(self, least: int, most: int) -> int:
        """A number from `least` to `most`, both included."""
        return least + self.below(most - least + 1)

    def pick(self, items: Sequence[Item]) -> Item:
        """One of the items, the first being the simplest. Raises IndexError where there is none."""
        if not items:
            raise IndexError("there is nothing to pick from")
        return items[self.below(len(items))]

    def chance(self, percent: float) -> bool:
        """True that often; the simplest is False."""
        return self.below(1000) >= 1000 - 10 * percent

    def bits(self, count: int) -> int:
        """A number of `count` bits, put together from parts that every stream can give."""
        value = 0
        for _ in range(0, count, 32):
            value = value << 32 | self.below(1 << 32)
        return value & (1 << count) - 1

    def some(self, items: Iterable[Item], percent: float) -> list[Item]:
        """Each of the items that often."""
        return [item for item in items if self.chance(percent)]


class SeededChoices(Choices):
    """The choices that a seed stands for: the same for the same seed, on every machine and version of Python."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random

    def below(self, bound: int) -> int:
        return int(self._random() * bound)


class ByteChoices(Choices):
    """The choices that bytes stand for; when they are used up, the simplest."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def below(self, bound: int) -> int:
        size = ((bound - 1).bit_length() + 7) // 8
        part = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(part, "little") % bound


class ListedChoices(Choices):
    """Given numbers, each taken modulo its bound; when they are used up, the simplest."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = numbers
        self._at = 0

    def below(self, bound: int) -> int:
        self._at += 1
        return self._numbers[self._at - 1] % bound if self._at <= len(self._numbers) else 0


class DrawnChoices(Choices):
    """Choices made by a function of the bound, as hypothesis offers one."""

    def __init__(self, draw: Callable[[int], int]) -> None:
        self._draw = draw

    def below(self, bound: int) -> int:
        return self._draw(bound)

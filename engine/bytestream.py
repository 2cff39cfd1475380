"""Reading and writing the primitives of the binary format: bytes, LEB128 integers, names, vectors.

A reader knows where it stands, and says so in every error. Spec: binary/conventions, binary/values.
This module knows neither types nor instructions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from quire.engine.errors import Malformed, Place

Item = TypeVar("Item")
UNEXPECTED_END = "unexpected end of section or function"


class ByteReader:
    """Reads `data` from `position` up to `end`, both counted in bytes from the start of the data."""

    __slots__ = ("data", "end", "position")

    def __init__(self, data: bytes, position: int = 0, end: int | None = None) -> None:
        self.data = data
        self.position = position
        self.end = len(data) if end is None else end

    @property
    def at_end(self) -> bool:
        return self.position >= self.end

    def malformed(self, reason: str, detail: str = "", position: int | None = None) -> Malformed:
        """An error at `position`, by default where the reader stands; to be raised by the caller."""
        return Malformed(reason, detail, Place(self.position if position is None else position))

    def peek(self) -> int | None:
        """The next byte, or None at the end."""
        return None if self.at_end else self.data[self.position]

    def byte(self) -> int:
        if self.position >= self.end:
            raise self.malformed(UNEXPECTED_END)
        self.position += 1
        return self.data[self.position - 1]

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count > self.end - self.position:
            raise self.lacking(f"{count} bytes are said, {self.end - self.position} are left")
        self.position += count
        return bytes(self.data[self.position - count : self.position])

    def part(self, size: int) -> ByteReader:
        """A reader of the next `size` bytes, which this one steps over."""
        start = self.position
        if size > self.end - start:
            detail = f"{size} bytes are said, {self.end - start} are left"
            raise self.malformed("length out of bounds", detail, start)
        self.position += size
        return ByteReader(self.data, start, self.position)

    def lacking(self, detail: str, position: int | None = None) -> Malformed:
        """The error for a length that this reader's bytes do not reach.

        The suite tells a file that ends too early from a part of one that says too much.
        """
        reason = UNEXPECTED_END if self.end == len(self.data) else "length out of bounds"
        return self.malformed(reason, detail, position)

    def unsigned(self, bits: int) -> int:
        """An unsigned LEB128 integer below 2**bits, which are 14 at least. Spec: binary/values#integers"""
        data, start = self.data, self.position
        if start < self.end and data[start] < 0x80:
            self.position += 1
            return data[start]
        if start + 1 < self.end and data[start + 1] < 0x80:
            self.position += 2
            return data[start] & 0x7F | data[start + 1] << 7
        result, _ = self._digits(bits)
        return self._in_range(result, 0, 1 << bits, start)

    def signed(self, bits: int) -> int:
        """A signed LEB128 integer of `bits` bits. Spec: binary/values#integers"""
        start = self.position
        result, width = self._digits(bits)
        if result >> (width - 1):
            result -= 1 << width
        return self._in_range(result, -(1 << bits - 1), 1 << bits - 1, start)

    def _digits(self, bits: int) -> tuple[int, int]:
        """The digits of a LEB128 integer, without its sign, and how many bits they are.

        Reads on behind the reader's end, because the suite wants to hear that an integer is malformed in itself before
        that it is cut off.
        """
        data, start = self.data, self.position
        result = width = 0
        for byte in data[start : start + (bits + 6) // 7]:
            result |= (byte & 0x7F) << width
            width += 7
            if byte < 0x80:
                self.position = start + width // 7
                return result, width
        raise self.malformed(UNEXPECTED_END if width < bits else "integer representation too long")

    def _in_range(self, value: int, least: int, beyond: int, start: int) -> int:
        if not least <= value < beyond:
            raise self.malformed("integer too large", position=start)
        if self.position > self.end:
            raise self.malformed(UNEXPECTED_END, position=start)
        return value

    def u32(self) -> int:
        return self.unsigned(32)

    def u64(self) -> int:
        return self.unsigned(64)

    def name(self) -> str:
        """A vector of bytes that is UTF-8. Spec: binary/values#names"""
        start = self.position
        raw = self.take(self.u32())
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            raise self.malformed("malformed UTF-8 encoding", position=start) from None

    def vector(self, read: Callable[[], Item]) -> tuple[Item, ...]:
        """A count and as many items, each of one byte at least. Spec: binary/conventions#vectors"""
        start, count = self.position, self.u32()
        if count > self.end - self.position:
            raise self.lacking(f"{count} items are said, {self.end - self.position} bytes are left", start)
        items: list[Item] = []
        while len(items) < count:
            if self.position >= self.end:
                raise self.lacking(f"{count} items are said, {len(items)} are there", start)
            items.append(read())
        return tuple(items)


class ByteWriter:
    """Collects the bytes of a binary."""

    __slots__ = ("data",)

    def __init__(self) -> None:
        self.data = bytearray()

    def byte(self, value: int) -> None:
        self.data.append(value)

    def raw(self, data: bytes | bytearray) -> None:
        self.data += data

    def unsigned(self, value: int) -> None:
        """LEB128 in the fewest bytes. Spec: binary/values#integers"""
        while value > 0x7F:
            self.data.append(value & 0x7F | 0x80)
            value >>= 7
        self.data.append(value)

    def signed(self, value: int) -> None:
        """LEB128 in the fewest bytes. Spec: binary/values#integers"""
        while not -0x40 <= value < 0x40:
            self.data.append(value & 0x7F | 0x80)
            value >>= 7
        self.data.append(value & 0x7F)

    def name(self, text: str) -> None:
        self.sized(text.encode("utf-8"))

    def sized(self, data: bytes | bytearray) -> None:
        """A vector of bytes: their number, then they themselves."""
        self.unsigned(len(data))
        self.data += data

    def vector(self, items: tuple[Item, ...], write: Callable[[Item], None]) -> None:
        self.unsigned(len(items))
        for item in items:
            write(item)

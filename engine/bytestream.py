"""Reading and writing the primitives of the binary format: bytes, LEB128 integers, names, vectors.

A reader knows where it stands, and says so in every error. Spec: binary/conventions, binary/values.
This module knows neither types nor instructions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from quire.engine.errors import Malformed, Place

Item = TypeVar("Item")


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
            raise self.malformed("unexpected end")
        self.position += 1
        return self.data[self.position - 1]

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count > self.end - self.position:
            raise self.malformed("length out of bounds", f"{count} bytes are said, {self.end - self.position} are left")
        self.position += count
        return bytes(self.data[self.position - count : self.position])

    def unsigned(self, bits: int) -> int:
        """An unsigned LEB128 integer below 2**bits. Spec: binary/values#integers"""
        start, result, shift = self.position, 0, 0
        while True:
            byte = self._leb_byte(start, shift, bits)
            result |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        if result >> bits:
            raise self.malformed("integer too large", position=start)
        return result

    def signed(self, bits: int) -> int:
        """A signed LEB128 integer of `bits` bits. Spec: binary/values#integers"""
        start, result, shift = self.position, 0, 0
        while True:
            byte = self._leb_byte(start, shift, bits)
            result |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        if byte & 0x40:
            result -= 1 << shift
        if not -(1 << (bits - 1)) <= result < 1 << (bits - 1):
            raise self.malformed("integer too large", position=start)
        return result

    def _leb_byte(self, start: int, shift: int, bits: int) -> int:
        byte = self.byte()
        if byte >= 0x80 and shift + 7 >= bits:
            raise self.malformed("integer representation too long", position=start)
        return byte

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
            detail = f"{count} items are said, {self.end - self.position} bytes are left"
            raise self.malformed("length out of bounds", detail, start)
        return tuple(read() for _ in range(count))


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

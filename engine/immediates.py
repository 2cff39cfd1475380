"""The kinds of immediate: how each is read, written and checked.

A kind is a frozen value; rows of the instruction table name kinds, and decoder, encoder and validator ask them. Values
of immediates are plain and hashable: ints, tuples, types. Floats are kept as their bits. The text forms of the kinds
are in `wat`. Spec: binary/instructions, valid/instructions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from quire.engine import types as t
from quire.engine.bytestream import ByteReader, ByteWriter
from quire.engine.errors import Invalid
from quire.engine.type_encoding import (
    read_block_type,
    read_heap_type,
    read_value_type,
    write_block_type,
    write_heap_type,
    write_value_type,
)

Syntax = TypeVar("Syntax")


class Context(Protocol):
    """What an instruction may ask of the module and function around it; the validator's context is one.

    Every look-up raises Invalid ("unknown memory" and the like) for an index that names nothing; the types are closed.
    Spec: valid/conventions#contexts
    """

    def type(self, index: int) -> t.DefinedType: ...
    def function(self, index: int) -> t.DefinedType: ...
    def declared_function(self, index: int) -> t.DefinedType: ...
    def table(self, index: int) -> t.TableType: ...
    def memory(self, index: int) -> t.MemoryType: ...
    def global_(self, index: int) -> t.GlobalType: ...
    def tag(self, index: int) -> t.FunctionType: ...
    def element(self, index: int) -> t.ReferenceType: ...
    def data(self, index: int) -> None: ...
    def local(self, index: int) -> t.ValueType: ...
    def close(self, syntax: Syntax) -> Syntax: ...


# Regular expressions of the shortest-first kind that recognise an immediate without decoding it. They need not find
# every legal spelling: what they miss is read step by step.
SHORT = rb"[\x00-\x7f]"  # an integer in LEB128 that is one byte
LEB = rb"[\x80-\xff]{0,9}+" + SHORT  # the `+`: there is no way back to keep


def _counted(item: bytes, *, more: int = 0, most: int) -> bytes:
    """A vector of up to `most` items, and `more` behind it. A regular expression cannot count: each length is said."""
    return rb"(?:" + rb"|".join(rb"\x%02x(?:%b){%d}" % (count, item, count + more) for count in range(most + 1)) + rb")"


class Immediate:
    """A kind of immediate. `pattern` is a regular expression for its bytes; None where only reading tells the end."""

    __slots__ = ()
    pattern: bytes | None = None

    def read(self, reader: ByteReader) -> Any:
        """The value at the reader. Raises Malformed."""
        raise NotImplementedError

    def write(self, writer: ByteWriter, value: Any) -> None:
        raise NotImplementedError

    def check(self, context: Context, value: Any) -> None:
        """Raises Invalid where `value` names nothing or is out of range."""

    def address_type(self, context: Context, value: Any) -> t.NumberType | None:
        """The address type of the memory that the value names, for the kinds that name one."""
        return None


@dataclass(frozen=True, slots=True)
class Index(Immediate):
    """An index into one of the index spaces of a module or function. Spec: syntax/modules#indices

    `space` is the Context's name for it: type, function, table, memory, global, tag, element, data, local, label,
    field.
    """

    space: str
    pattern = LEB

    def read(self, reader: ByteReader) -> int:
        return reader.u32()

    def write(self, writer: ByteWriter, value: int) -> None:
        writer.unsigned(value)

    def check(self, context: Context, value: int) -> None:
        if self.space not in ("label", "field"):  # what these index depends on the operands
            getattr(context, "global_" if self.space == "global" else self.space)(value)

    def address_type(self, context: Context, value: int) -> t.NumberType | None:
        return context.memory(value).address_type if self.space == "memory" else None


TYPE, FUNCTION, TABLE, MEMORY = Index("type"), Index("function"), Index("table"), Index("memory")
GLOBAL, TAG, ELEMENT, DATA = Index("global"), Index("tag"), Index("element"), Index("data")
LOCAL, LABEL, FIELD = Index("local"), Index("label"), Index("field")


@dataclass(frozen=True, slots=True)
class Integer(Immediate):
    """The constant of i32.const and i64.const: signed LEB128 in the binary, here canonical unsigned."""

    bits: int
    pattern = LEB

    def read(self, reader: ByteReader) -> int:
        return reader.signed(self.bits) & ((1 << self.bits) - 1)

    def write(self, writer: ByteWriter, value: int) -> None:
        writer.signed(value - (1 << self.bits) if value >> (self.bits - 1) else value)


@dataclass(frozen=True, slots=True)
class Bits(Immediate):
    """The constant of f32.const, f64.const and v128.const: its bits, unsigned; little-endian in the binary."""

    bits: int

    @property
    def pattern(self) -> bytes:  # type: ignore[override]
        return rb"[\x00-\xff]{%d}" % (self.bits // 8)

    def read(self, reader: ByteReader) -> int:
        return int.from_bytes(reader.take(self.bits // 8), "little")

    def write(self, writer: ByteWriter, value: int) -> None:
        writer.raw(value.to_bytes(self.bits // 8, "little"))


I32, I64 = Integer(32), Integer(64)
F32, F64, V128 = Bits(32), Bits(64), Bits(128)


@dataclass(frozen=True, slots=True)
class U32(Immediate):
    """A plain number, as array.new_fixed has for its length."""

    pattern = LEB

    def read(self, reader: ByteReader) -> int:
        return reader.u32()

    def write(self, writer: ByteWriter, value: int) -> None:
        writer.unsigned(value)


COUNT = U32()


@dataclass(frozen=True, slots=True)
class Zero(Immediate):
    """A byte that is reserved and must be zero. Its value is 0 and stands in no text."""

    pattern = rb"\x00"

    def read(self, reader: ByteReader) -> int:
        if reader.byte():
            raise reader.malformed("zero byte expected", position=reader.position - 1)
        return 0

    def write(self, writer: ByteWriter, value: int) -> None:
        writer.byte(0)


@dataclass(frozen=True, slots=True)
class Lane(Immediate):
    """The number of a lane, below `count`. Spec: syntax/instructions#vector-instructions"""

    count: int
    pattern = rb"[\x00-\xff]"

    def read(self, reader: ByteReader) -> int:
        return reader.byte()

    def write(self, writer: ByteWriter, value: int) -> None:
        writer.byte(value)

    def check(self, context: Context, value: int) -> None:
        if value >= self.count:
            raise Invalid("invalid lane index", f"{value} of {self.count} lanes")


@dataclass(frozen=True, slots=True)
class Lanes(Immediate):
    """The 16 lane numbers of i8x16.shuffle, each below 32; a tuple."""

    pattern = rb"[\x00-\xff]{16}"

    def read(self, reader: ByteReader) -> tuple[int, ...]:
        return tuple(reader.take(16))

    def write(self, writer: ByteWriter, value: tuple[int, ...]) -> None:
        writer.raw(bytes(value))

    def check(self, context: Context, value: tuple[int, ...]) -> None:
        if max(value) >= 32:
            raise Invalid("invalid lane index", f"{max(value)} of 32 lanes")


LANES = Lanes()


class MemArg(NamedTuple):
    """Where in which memory, and how aligned, an access is. Spec: syntax/instructions#memory-instructions"""

    align: int  # the exponent of a power of two, in bytes
    memory: int  # index
    offset: int  # in bytes


@dataclass(frozen=True, slots=True)
class MemArgKind(Immediate):
    """The immediate of loads and stores; `natural` is the number of bytes accessed."""

    natural: int
    pattern = rb"(?:[\x00-\x3f]|[\x40-\x7f]" + LEB + rb")" + LEB

    def read(self, reader: ByteReader) -> MemArg:
        start = reader.position
        flags = reader.u32()
        if flags >= 0x80:
            raise reader.malformed("malformed memop flags", position=start)
        memory = reader.u32() if flags & 0x40 else 0
        offset = reader.u64()
        return MemArg(flags & 0x3F, memory, offset)

    def write(self, writer: ByteWriter, value: MemArg) -> None:
        writer.byte(value.align | (0x40 if value.memory else 0))
        if value.memory:
            writer.unsigned(value.memory)
        writer.unsigned(value.offset)

    def check(self, context: Context, value: MemArg) -> None:
        memory = context.memory(value.memory)
        self.check_alignment(value)
        if value.offset >> (8 * memory.address_type.size):
            raise Invalid("offset out of range", f"{value.offset:#x} for an {memory.address_type} memory")

    def check_alignment(self, value: MemArg) -> None:
        if 1 << value.align > self.natural:
            raise Invalid("alignment must not be larger than natural", f"2**{value.align} of {self.natural} bytes")

    def address_type(self, context: Context, value: MemArg) -> t.NumberType:
        return context.memory(value.memory).address_type


def memarg(natural: int) -> MemArgKind:
    """The kind for accesses of `natural` bytes."""
    return MemArgKind(natural)


_TYPE = rb"(?:[\x63\x64]" + LEB + rb"|[\x65-\x7f])"


@dataclass(frozen=True, slots=True)
class BlockTypeKind(Immediate):
    """None, a value type, or the index of a function type. Spec: syntax/instructions#control-instructions"""

    pattern = rb"(?:" + _TYPE + rb"|" + LEB + rb")"

    def read(self, reader: ByteReader) -> t.ValueType | int | None:
        return read_block_type(reader)

    def write(self, writer: ByteWriter, value: t.ValueType | int | None) -> None:
        write_block_type(writer, value)


BLOCK_TYPE = BlockTypeKind()


@dataclass(frozen=True, slots=True)
class ResultTypes(Immediate):
    """The types that a select with types names; a tuple."""

    pattern = rb"\x01" + _TYPE

    def read(self, reader: ByteReader) -> tuple[t.ValueType, ...]:
        return reader.vector(lambda: read_value_type(reader))

    def write(self, writer: ByteWriter, value: tuple[t.ValueType, ...]) -> None:
        writer.vector(value, lambda each: write_value_type(writer, each))

    def check(self, context: Context, value: tuple[t.ValueType, ...]) -> None:
        if len(value) != 1:
            raise Invalid("invalid result arity", f"select names {len(value)} types")
        context.close(value[0])


RESULT_TYPES = ResultTypes()


@dataclass(frozen=True, slots=True)
class HeapTypeKind(Immediate):
    """The heap type of ref.null."""

    pattern = LEB

    def read(self, reader: ByteReader) -> t.HeapType:
        return read_heap_type(reader)

    def write(self, writer: ByteWriter, value: t.HeapType) -> None:
        write_heap_type(writer, value)

    def check(self, context: Context, value: t.HeapType) -> None:
        context.close(t.ReferenceType(True, value))


@dataclass(frozen=True, slots=True)
class ReferenceTypeKind(Immediate):
    """The type that ref.test and ref.cast name: the opcode tells if it is nullable, the immediate its heap type."""

    nullable: bool
    pattern = LEB

    def read(self, reader: ByteReader) -> t.ReferenceType:
        return t.ReferenceType(self.nullable, read_heap_type(reader))

    def write(self, writer: ByteWriter, value: t.ReferenceType) -> None:
        write_heap_type(writer, value.heap)

    def check(self, context: Context, value: t.ReferenceType) -> None:
        context.close(value)


HEAP_TYPE = HeapTypeKind()
REFERENCE_TYPE, REFERENCE_TYPE_NULL = ReferenceTypeKind(False), ReferenceTypeKind(True)


class Cast(NamedTuple):
    """The immediates of br_on_cast and br_on_cast_fail."""

    label: int
    source: t.ReferenceType
    target: t.ReferenceType


@dataclass(frozen=True, slots=True)
class CastKind(Immediate):
    """Flags (bit 0: the source is nullable, bit 1: the target is), a label, two heap types."""

    pattern = rb"[\x00-\x03]" + LEB + LEB + LEB

    def read(self, reader: ByteReader) -> Cast:
        flags = reader.byte()
        if flags > 3:
            raise reader.malformed("malformed br_on_cast flags", position=reader.position - 1)
        label = reader.u32()
        source = t.ReferenceType(bool(flags & 1), read_heap_type(reader))
        target = t.ReferenceType(bool(flags & 2), read_heap_type(reader))
        return Cast(label, source, target)

    def write(self, writer: ByteWriter, value: Cast) -> None:
        writer.byte(value.source.nullable | value.target.nullable << 1)
        writer.unsigned(value.label)
        write_heap_type(writer, value.source.heap)
        write_heap_type(writer, value.target.heap)


CAST = CastKind()


@dataclass(frozen=True, slots=True)
class LabelTable(Immediate):
    """The labels of br_table; a tuple whose last is the default."""

    pattern = _counted(LEB, more=1, most=63)

    def read(self, reader: ByteReader) -> tuple[int, ...]:
        return (*reader.vector(reader.u32), reader.u32())

    def write(self, writer: ByteWriter, value: tuple[int, ...]) -> None:
        writer.vector(value[:-1], writer.unsigned)
        writer.unsigned(value[-1])


LABEL_TABLE = LabelTable()


class Catch(NamedTuple):
    """A clause of try_table. `tag` is None in catch_all and catch_all_ref; `reference` is true for the _ref forms."""

    tag: int | None
    reference: bool
    label: int


@dataclass(frozen=True, slots=True)
class Catches(Immediate):
    """The clauses of try_table; a tuple. Spec: binary/instructions#control-instructions"""

    pattern = _counted(rb"(?:[\x00\x01]" + LEB + rb"|[\x02\x03])" + LEB, most=7)

    def read(self, reader: ByteReader) -> tuple[Catch, ...]:
        return reader.vector(lambda: self._read_catch(reader))

    def _read_catch(self, reader: ByteReader) -> Catch:
        kind = reader.byte()
        if kind > 3:
            raise reader.malformed("malformed catch clause", position=reader.position - 1)
        tag = reader.u32() if kind < 2 else None
        label = reader.u32()
        return Catch(tag, bool(kind & 1), label)

    def write(self, writer: ByteWriter, value: tuple[Catch, ...]) -> None:
        writer.vector(value, lambda catch: self._write_catch(writer, catch))

    def _write_catch(self, writer: ByteWriter, catch: Catch) -> None:
        writer.byte((0 if catch.tag is not None else 2) | catch.reference)
        if catch.tag is not None:
            writer.unsigned(catch.tag)
        writer.unsigned(catch.label)


CATCHES = Catches()

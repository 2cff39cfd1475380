"""Types: of values, references, composites, functions, limits, memories, tables, globals and tags.

Two forms of every type exist. As *written* in a module, a heap type names another type by its index (an int).
*Closed*, it names a `DefinedType`, which is interned: two closed types that are equal by the rules of the specification
are the same object, in whichever module they were defined. `close` leads from the first form to the second.
Spec: syntax/types. This module knows no instructions and no modules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from weakref import WeakValueDictionary


@dataclass(frozen=True, eq=False, slots=True)
class NumberType:
    """i32, i64, f32, f64 and v128: the types whose values are plain bits. Spec: syntax/types#number-types"""

    name: str
    size: int  # in bytes

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return self.name


I32 = NumberType("i32", 4)
I64 = NumberType("i64", 8)
F32 = NumberType("f32", 4)
F64 = NumberType("f64", 8)
V128 = NumberType("v128", 16)
NUMBER_TYPES = (I32, I64, F32, F64, V128)


@dataclass(frozen=True, eq=False, slots=True)
class PackedType:
    """i8 and i16, which only fields have. Spec: syntax/types#aggregate-types"""

    name: str
    size: int  # in bytes

    def __str__(self) -> str:
        return self.name


I8 = PackedType("i8", 1)
I16 = PackedType("i16", 2)


@dataclass(frozen=True, eq=False, slots=True)
class AbstractHeapType:
    """A heap type that the specification names. Spec: syntax/types#heap-types"""

    name: str  # as after `ref null`
    shorthand: str  # of the nullable reference to it, e.g. funcref

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return self.name


ANY = AbstractHeapType("any", "anyref")
EQ = AbstractHeapType("eq", "eqref")
I31 = AbstractHeapType("i31", "i31ref")
STRUCT = AbstractHeapType("struct", "structref")
ARRAY = AbstractHeapType("array", "arrayref")
NONE = AbstractHeapType("none", "nullref")
FUNC = AbstractHeapType("func", "funcref")
NOFUNC = AbstractHeapType("nofunc", "nullfuncref")
EXTERN = AbstractHeapType("extern", "externref")
NOEXTERN = AbstractHeapType("noextern", "nullexternref")
EXN = AbstractHeapType("exn", "exnref")
NOEXN = AbstractHeapType("noexn", "nullexnref")
ABSTRACT_HEAP_TYPES = (ANY, EQ, I31, STRUCT, ARRAY, NONE, FUNC, NOFUNC, EXTERN, NOEXTERN, EXN, NOEXN)
BOTTOM_HEAP = AbstractHeapType("bot", "(ref bot)")  # below every heap type; only validation makes it


@dataclass(frozen=True, slots=True)
class RecursiveIndex:
    """Inside a recursive group: its member number `index`. Spec: valid/conventions#rolling-and-unrolling"""

    index: int

    def __str__(self) -> str:
        return f"rec.{self.index}"


@dataclass(frozen=True, slots=True)
class ReferenceType:
    """A reference, nullable or not, to a heap type. Spec: syntax/types#reference-types"""

    nullable: bool
    heap: HeapType

    def __str__(self) -> str:
        if self.nullable and isinstance(self.heap, AbstractHeapType):
            return self.heap.shorthand
        return f"(ref {'null ' if self.nullable else ''}{self.heap})"

    __repr__ = __str__


@dataclass(frozen=True, eq=False, slots=True)
class BottomType:
    """The type of an operand that unreachable code makes up. Spec: valid/instructions#stack-polymorphism"""

    def __str__(self) -> str:
        return "bot"


BOTTOM = BottomType()
FUNCREF = ReferenceType(True, FUNC)
EXTERNREF = ReferenceType(True, EXTERN)
EXNREF = ReferenceType(True, EXN)
ANYREF = ReferenceType(True, ANY)
EQREF = ReferenceType(True, EQ)
I31REF = ReferenceType(True, I31)
STRUCTREF = ReferenceType(True, STRUCT)
ARRAYREF = ReferenceType(True, ARRAY)


@dataclass(frozen=True, slots=True)
class FunctionType:
    """Spec: syntax/types#function-types"""

    parameters: tuple[ValueType, ...] = ()
    results: tuple[ValueType, ...] = ()

    def __str__(self) -> str:
        parts = [
            f"({word} {' '.join(map(str, types))})"
            for word, types in (("param", self.parameters), ("result", self.results))
            if types
        ]
        return " ".join(["(func", *parts]) + ")"


@dataclass(frozen=True, slots=True)
class FieldType:
    """Spec: syntax/types#aggregate-types"""

    storage: StorageType
    mutable: bool = False

    @property
    def value(self) -> ValueType:
        """The type of the value that an access yields: packed fields unpack to i32."""
        return I32 if isinstance(self.storage, PackedType) else self.storage

    def __str__(self) -> str:
        return f"(mut {self.storage})" if self.mutable else str(self.storage)


@dataclass(frozen=True, slots=True)
class StructType:
    """Spec: syntax/types#aggregate-types"""

    fields: tuple[FieldType, ...] = ()

    def __str__(self) -> str:
        return " ".join(["(struct", *(f"(field {each})" for each in self.fields)]) + ")"


@dataclass(frozen=True, slots=True)
class ArrayType:
    """Spec: syntax/types#aggregate-types"""

    field: FieldType

    def __str__(self) -> str:
        return f"(array {self.field})"


CompositeType = FunctionType | StructType | ArrayType


@dataclass(frozen=True, slots=True)
class SubType:
    """A composite type and the types it declares itself a subtype of. Spec: syntax/types#recursive-types"""

    composite: CompositeType
    supertypes: tuple[HeapType, ...] = ()
    final: bool = True


@dataclass(frozen=True, slots=True)
class RecursiveType:
    """A group of types that may refer to each other. Spec: syntax/types#recursive-types"""

    subtypes: tuple[SubType, ...]


class DefinedType:
    """Member `index` of a closed recursive group. Interned: equal means identical. Spec:
    valid/conventions#defined-types

    Make these with `define`, never directly.
    """

    __slots__ = ("__weakref__", "composite", "final", "group", "index", "siblings", "supertype")

    def __init__(self, group: RecursiveType, index: int) -> None:
        self.group = group
        self.index = index
        self.final = group.subtypes[index].final
        self.composite: CompositeType
        self.supertype: DefinedType | None = None
        self.siblings: tuple[DefinedType, ...] = (self,)

    def __str__(self) -> str:
        return str(substitute(self.composite, _brief))

    __repr__ = __str__


def _brief(heap: HeapType) -> HeapType:
    """What stands for a defined type inside another, since types may be recursive, or huge once all are written out."""
    if not isinstance(heap, DefinedType):
        return heap
    name = f"({abstract_of(heap.composite)} ...)"
    return AbstractHeapType(name, f"(ref null {name})")


HeapType = AbstractHeapType | DefinedType | RecursiveIndex | int
ValueType = NumberType | ReferenceType
StorageType = ValueType | PackedType
OperandType = ValueType | BottomType


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in the unit of what they limit: pages or elements. Spec: syntax/types#limits"""

    minimum: int
    maximum: int | None = None

    def __str__(self) -> str:
        return f"{self.minimum}" if self.maximum is None else f"{self.minimum} {self.maximum}"


PAGE_SIZE = 65536  # bytes
_CORE_ATTRIBUTES = ("shared", "page_size")


@dataclass(frozen=True, slots=True)
class MemoryType:
    """Spec: syntax/types#memory-types

    `page_size` (bytes, a power of two) and `shared` are inert in the core: only extensions let them be anything but the
    default. `attributes` holds what an extension adds: name and value, sorted by name; the default, 0, is left out.
    """

    limits: Limits
    address_type: NumberType = I32
    shared: bool = False
    page_size: int = PAGE_SIZE
    attributes: tuple[tuple[str, int], ...] = ()

    def attribute(self, name: str) -> int:
        """The value of an attribute: "shared", "page_size", or one of an extension, 0 by default."""
        if name in _CORE_ATTRIBUTES:
            return int(getattr(self, name))
        return next((value for key, value in self.attributes if key == name), 0)

    def with_attribute(self, name: str, value: int) -> MemoryType:
        """This type with another value of an attribute."""
        if name == "shared":
            return replace(self, shared=bool(value))
        if name == "page_size":
            return replace(self, page_size=value)
        others = {key: each for key, each in self.attributes if key != name}
        return replace(self, attributes=tuple(sorted({**others, **({name: value} if value else {})}.items())))

    def __str__(self) -> str:
        address = "" if self.address_type is I32 else "i64 "
        attributes = "".join(f" ({name} {value})" for name, value in self.attributes)
        size = "" if self.page_size == PAGE_SIZE else f" (pagesize {self.page_size:#x})"
        return f"(memory {address}{self.limits}{' shared' if self.shared else ''}{size}{attributes})"


@dataclass(frozen=True, slots=True)
class TableType:
    """Spec: syntax/types#table-types"""

    reference: ReferenceType
    limits: Limits
    address_type: NumberType = I32

    def __str__(self) -> str:
        return f"(table {'' if self.address_type is I32 else 'i64 '}{self.limits} {self.reference})"


@dataclass(frozen=True, slots=True)
class GlobalType:
    """Spec: syntax/types#global-types"""

    value: ValueType
    mutable: bool = False

    def __str__(self) -> str:
        return f"(global {f'(mut {self.value})' if self.mutable else self.value})"


@dataclass(frozen=True, slots=True)
class TagType:
    """The type of a tag is that of a function without results. Spec: syntax/types#tag-types"""

    function: HeapType

    def __str__(self) -> str:
        return f"(tag {self.function})"


@dataclass(frozen=True, slots=True)
class ExternFunctionType:
    """The type of an imported or exported function. Spec: syntax/types#external-types"""

    function: HeapType

    def __str__(self) -> str:
        return str(self.function)


ExternType = ExternFunctionType | TableType | MemoryType | GlobalType | TagType

Syntax = TypeVar("Syntax")
Renaming = Callable[[HeapType], HeapType]


def substitute(syntax: Syntax, rename: Renaming) -> Syntax:
    """The same type with every heap type in it replaced by `rename` of it. Spec: valid/conventions#substitution"""
    return _substitute(syntax, rename)  # type: ignore[no-any-return]


def _substitute(syntax: Any, rename: Renaming) -> Any:
    match syntax:
        case ReferenceType(nullable, heap):
            return ReferenceType(nullable, rename(heap))
        case FunctionType(parameters, results):
            return FunctionType(_each(parameters, rename), _each(results, rename))
        case FieldType(storage, mutable):
            return FieldType(_substitute(storage, rename), mutable)
        case StructType(fields):
            return StructType(_each(fields, rename))
        case ArrayType(element):
            return ArrayType(_substitute(element, rename))
        case SubType(composite, supertypes, final):
            return SubType(_substitute(composite, rename), tuple(map(rename, supertypes)), final)
        case TableType(reference, limits, address_type):
            return TableType(_substitute(reference, rename), limits, address_type)
        case GlobalType(value, mutable):
            return GlobalType(_substitute(value, rename), mutable)
        case TagType(function):
            return TagType(rename(function))
        case ExternFunctionType(function):
            return ExternFunctionType(rename(function))
    return syntax


def _each(types: tuple[Any, ...], rename: Renaming) -> tuple[Any, ...]:
    return tuple(_substitute(each, rename) for each in types)


def close(syntax: Syntax, types: Sequence[DefinedType]) -> Syntax:
    """A type as written in a module, closed under the module's types. Raises IndexError for an index beyond them."""
    return substitute(syntax, lambda heap: types[heap] if isinstance(heap, int) else heap)


# A cache and nothing more: it lets equal types of several modules be one object. A group lives as long as a member.
_interned: WeakValueDictionary[RecursiveType, DefinedType] = WeakValueDictionary()


def define(group: RecursiveType, types: Sequence[DefinedType]) -> tuple[DefinedType, ...]:
    """The defined types of a group as written, whose own members have the indices from len(types) on.

    Spec: valid/conventions#rolling-and-unrolling. Raises IndexError for an index beyond the group.
    """
    first, count = len(types), len(group.subtypes)

    def roll(heap: HeapType) -> HeapType:
        if not isinstance(heap, int):
            return heap
        if heap < first:
            return types[heap]
        if heap >= first + count:
            raise IndexError(heap)
        return RecursiveIndex(heap - first)

    return intern(RecursiveType(tuple(substitute(subtype, roll) for subtype in group.subtypes)))


def intern(group: RecursiveType) -> tuple[DefinedType, ...]:
    """The defined types of a closed group: the same objects whenever the group is equal."""
    known = _interned.get(group)
    if known is not None:
        return known.siblings
    members = tuple(DefinedType(group, index) for index in range(len(group.subtypes)))
    for member in members:
        _unroll(member, members)
    return _interned.setdefault(group, members[0]).siblings if members else ()


def _unroll(member: DefinedType, members: Sequence[DefinedType]) -> None:
    def unroll(heap: HeapType) -> HeapType:
        return members[heap.index] if isinstance(heap, RecursiveIndex) else heap

    subtype = substitute(member.group.subtypes[member.index], unroll)
    member.siblings = tuple(members)
    member.composite = subtype.composite
    member.supertype = next((each for each in subtype.supertypes if isinstance(each, DefinedType)), None)


def function_type(parameters: Sequence[ValueType] = (), results: Sequence[ValueType] = ()) -> DefinedType:
    """The defined type of a function whose type stands alone, as hosts make them."""
    return intern(RecursiveType((SubType(FunctionType(tuple(parameters), tuple(results))),)))[0]


def function_type_of(heap: HeapType) -> FunctionType:
    """The function type that a closed heap type of a function stands for. Raises TypeError for any other."""
    if isinstance(heap, DefinedType) and isinstance(heap.composite, FunctionType):
        return heap.composite
    raise TypeError(f"{heap} is no function type")


def abstract_of(composite: CompositeType) -> AbstractHeapType:
    """The abstract heap type right above a composite type."""
    if isinstance(composite, FunctionType):
        return FUNC
    return STRUCT if isinstance(composite, StructType) else ARRAY


def is_defaultable(value: OperandType) -> bool:
    """Whether a local of this type has a value before it is set. Spec: valid/conventions#defaultable-types"""
    return not (isinstance(value, ReferenceType) and not value.nullable)


def difference(first: ReferenceType, second: ReferenceType) -> ReferenceType:
    """What is left of `first` after a cast to `second` failed. Spec: valid/conventions#type-difference"""
    return ReferenceType(False, first.heap) if second.nullable else first

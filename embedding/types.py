"""Types as a host sees them: of values, functions, tables, memories, globals and tags, imports and exports.

Each is a frozen value around the closed type of the engine, so that a type which a module declares keeps its identity.
Spec: syntax/types
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from quire.engine import types as t
from quire.engine.numeric.floats import Floats, f32, f64

Raw = TypeVar("Raw")


@dataclass(frozen=True, slots=True)
class _Type(Generic[Raw]):
    """A closed type of the engine, `raw`. `str` of it is its text form."""

    raw: Raw

    @classmethod
    def of(cls, raw: Raw) -> Self:
        """Around a closed type of the engine."""
        made = cls.__new__(cls)
        _Type.__init__(made, raw)
        return made

    def __str__(self) -> str:
        return str(self.raw)

    __repr__ = __str__


class ValType(_Type[t.ValueType]):
    """The type of a value, as `ValType.i32()`."""

    __slots__ = ()

    @classmethod
    def i32(cls) -> ValType:
        return cls(t.I32)

    @classmethod
    def i64(cls) -> ValType:
        return cls(t.I64)

    @classmethod
    def f32(cls) -> ValType:
        return cls(t.F32)

    @classmethod
    def f64(cls) -> ValType:
        return cls(t.F64)

    @classmethod
    def v128(cls) -> ValType:
        return cls(t.V128)

    @classmethod
    def funcref(cls) -> ValType:
        return cls(t.FUNCREF)

    @classmethod
    def externref(cls) -> ValType:
        return cls(t.EXTERNREF)

    @classmethod
    def anyref(cls) -> ValType:
        return cls(t.ANYREF)

    @classmethod
    def eqref(cls) -> ValType:
        return cls(t.EQREF)

    @classmethod
    def i31ref(cls) -> ValType:
        return cls(t.I31REF)

    @classmethod
    def structref(cls) -> ValType:
        return cls(t.STRUCTREF)

    @classmethod
    def arrayref(cls) -> ValType:
        return cls(t.ARRAYREF)

    @classmethod
    def exnref(cls) -> ValType:
        return cls(t.EXNREF)

    @property
    def is_ref(self) -> bool:
        """Whether its values are references."""
        return isinstance(self.raw, t.ReferenceType)

    def bits(self, value: float) -> int:
        """The bits of an f32 or f64, NaNs included, as an unsigned int. Raises TypeError for other types."""
        return self._floats().to_bits(value)

    def from_bits(self, bits: int) -> float:
        """The f32 or f64 of these bits, NaNs included. Raises TypeError for other types, OverflowError out of range."""
        floats = self._floats()
        if not 0 <= bits < 1 << floats.width:
            raise OverflowError(f"{bits:#x} are no bits of an {self}")
        return floats.from_bits(bits)

    def _floats(self) -> Floats:
        if self.raw is t.F32:
            return f32
        if self.raw is t.F64:
            return f64
        raise TypeError(f"the values of {self} are no floats")


def _closed(type_: ValType) -> t.ValueType:
    """The engine's own type. Raises TypeError for what is none, such as `ValType.i32` without parentheses."""
    if not isinstance(type_, ValType):
        raise TypeError(f"a type is wanted, such as ValType.i32(), not {type_!r}")
    return type_.raw


class FuncType(_Type[t.DefinedType]):
    """The type of a function, `FuncType([ValType.i32()], [ValType.i64()])`; one of a module is that module's own.

    Raises TypeError for what is no ValType.
    """

    __slots__ = ()

    def __init__(self, params: Iterable[ValType] = (), results: Iterable[ValType] = ()) -> None:
        types = [[_closed(each) for each in side] for side in (params, results)]
        super().__init__(t.function_type(*types))

    @property
    def params(self) -> tuple[ValType, ...]:
        return tuple(map(ValType, t.function_type_of(self.raw).parameters))

    @property
    def results(self) -> tuple[ValType, ...]:
        return tuple(map(ValType, t.function_type_of(self.raw).results))


class TableType(_Type[t.TableType]):
    """The type of a table: `minimum` and `maximum` count elements."""

    __slots__ = ()

    def __init__(self, element: ValType, minimum: int, maximum: int | None = None, *, is_64: bool = False) -> None:
        """Raises TypeError unless the elements are references, ValueError for sizes below zero."""
        reference = _closed(element)
        if not isinstance(reference, t.ReferenceType):
            raise TypeError(f"the elements of a table are references, not {element}")
        limits = _limits(minimum, maximum)
        super().__init__(t.TableType(reference, limits, t.I64 if is_64 else t.I32))

    @property
    def element(self) -> ValType:
        return ValType(self.raw.reference)

    @property
    def minimum(self) -> int:
        return self.raw.limits.minimum

    @property
    def maximum(self) -> int | None:
        return self.raw.limits.maximum

    @property
    def is_64(self) -> bool:
        """Whether its indices are i64."""
        return self.raw.address_type is t.I64


class MemoryType(_Type[t.MemoryType]):
    """The type of a memory: `minimum` and `maximum` count pages of `page_size` bytes.

    `shared` and a page size other than 65536 need their features, "threads" and "custom-page-sizes".
    """

    __slots__ = ()

    def __init__(
        self,
        minimum: int,
        maximum: int | None = None,
        *,
        is_64: bool = False,
        shared: bool = False,
        page_size: int = t.PAGE_SIZE,
    ) -> None:
        """Raises ValueError for sizes below zero; a memory checks the rest."""
        limits = _limits(minimum, maximum)
        super().__init__(t.MemoryType(limits, t.I64 if is_64 else t.I32, shared, page_size))

    @property
    def minimum(self) -> int:
        return self.raw.limits.minimum

    @property
    def maximum(self) -> int | None:
        return self.raw.limits.maximum

    @property
    def is_64(self) -> bool:
        """Whether its addresses are i64."""
        return self.raw.address_type is t.I64

    @property
    def is_shared(self) -> bool:
        return self.raw.shared

    @property
    def page_size(self) -> int:
        """In bytes."""
        return self.raw.page_size


def _limits(minimum: int, maximum: int | None) -> t.Limits:
    if minimum < 0 or (maximum or 0) < 0:
        raise ValueError(f"a size is not below zero: {minimum}, {maximum}")
    return t.Limits(minimum, maximum)


class GlobalType(_Type[t.GlobalType]):
    """The type of a global: that of its value, and whether it is mutable."""

    __slots__ = ()

    def __init__(self, content: ValType, mutable: bool = False) -> None:
        super().__init__(t.GlobalType(_closed(content), mutable))

    @property
    def content(self) -> ValType:
        return ValType(self.raw.value)

    @property
    def mutable(self) -> bool:
        return self.raw.mutable


@dataclass(frozen=True, slots=True)
class TagType:
    """The type of a tag: the function type whose parameters are what an exception carries."""

    functype: FuncType

    @property
    def raw(self) -> t.TagType:
        return t.TagType(self.functype.raw)

    def __str__(self) -> str:
        return str(self.raw)


ExternType = FuncType | TableType | MemoryType | GlobalType | TagType


def extern_type(raw: t.ExternType) -> ExternType:
    """A closed external type of the engine as a host sees it."""
    match raw:
        case t.TableType():
            return TableType.of(raw)
        case t.MemoryType():
            return MemoryType.of(raw)
        case t.GlobalType():
            return GlobalType.of(raw)
        case t.TagType(function) | t.ExternFunctionType(function):
            if not isinstance(function, t.DefinedType):
                raise TypeError(f"{function} is no closed type")
            functype = FuncType.of(function)
            return TagType(functype) if isinstance(raw, t.TagType) else functype


@dataclass(frozen=True, slots=True)
class ImportType:
    """What a module wants from `module` under `name`."""

    module: str
    name: str
    type: ExternType


@dataclass(frozen=True, slots=True)
class ExportType:
    """What a module offers under `name`."""

    name: str
    type: ExternType

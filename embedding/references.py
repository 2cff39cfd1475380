"""What references refer to, as a host sees it: i31, structures, arrays, exceptions.

They are made where a value crosses to the host; two of the same object are equal. Spec: exec/runtime#values
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import index
from typing import TYPE_CHECKING, Any

from quire.embedding.handle import Handle
from quire.engine import types as t
from quire.engine.runtime.objects import Array, ExceptionReference, Structure
from quire.engine.runtime.objects import GuestException as RawGuestException

if TYPE_CHECKING:
    from quire.embedding.table import Tag


@dataclass(frozen=True, slots=True)
class I31Ref:
    """An i31. `value` is signed; it is accepted signed or unsigned, and OverflowError is raised beyond both."""

    value: int

    def __post_init__(self) -> None:
        value = index(self.value)
        if not -(1 << 30) <= value < 1 << 31:
            raise OverflowError(f"{value} does not fit an i31")
        object.__setattr__(self, "value", value - (1 << 31) if value >> 30 == 1 else value)


class StructRef(Handle[Structure]):
    """A structure of the guest's; its fields are read and, where they are mutable, written by their index."""

    __slots__ = ()

    @property
    def type(self) -> str:
        """The text form of its type."""
        return str(self.raw.type)

    def __len__(self) -> int:
        return len(self.raw.fields)

    def __getitem__(self, field: int) -> Any:
        """Raises IndexError."""
        return self._field(field)[0](self.raw.fields[field])

    def __setitem__(self, field: int, value: Any) -> None:
        """Raises IndexError; TypeError for a field that is immutable or a value of the wrong type."""
        self.raw.fields[field] = _writable(self._field(field)[1])(value)

    def _field(self, field: int) -> tuple[Callable[[Any], Any], Callable[[Any], Any] | None]:
        composite = self.raw.type.composite
        fields = composite.fields if isinstance(composite, t.StructType) else ()
        return self.store.converters.field(fields[index(field)])

    def __repr__(self) -> str:
        return f"<StructRef {self.type}>"


class ArrayRef(Handle[Array]):
    """An array of the guest's; its elements are read and, where they are mutable, written by their index."""

    __slots__ = ()

    @property
    def type(self) -> str:
        """The text form of its type."""
        return str(self.raw.type)

    def __len__(self) -> int:
        return len(self.raw.elements)

    def __getitem__(self, element: int) -> Any:
        """Raises IndexError."""
        return self._field()[0](self.raw.elements[index(element)])

    def __setitem__(self, element: int, value: Any) -> None:
        """Raises IndexError; TypeError for an array that is immutable or a value of the wrong type."""
        self.raw.elements[index(element)] = _writable(self._field()[1])(value)

    def __iter__(self) -> Iterator[Any]:
        return map(self._field()[0], self.raw.elements)

    def _field(self) -> tuple[Callable[[Any], Any], Callable[[Any], Any] | None]:
        composite = self.raw.type.composite
        field = composite.field if isinstance(composite, t.ArrayType) else t.FieldType(t.I32)
        return self.store.converters.field(field)

    def __repr__(self) -> str:
        return f"<ArrayRef {self.type} of {len(self)}>"


def _writable(write: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    if write is None:
        raise TypeError("it is immutable")
    return write


class ExnRef(Handle[ExceptionReference]):
    """An exception of the guest's."""

    __slots__ = ()

    @property
    def tag(self) -> Tag:
        return self.store.wrap_tag(self.raw.tag)

    @property
    def values(self) -> tuple[Any, ...]:
        """What it carries."""
        return self.store.converters.carried(self.raw)

    def __repr__(self) -> str:
        return f"<ExnRef {self.raw.tag.name}>"


class GuestException(RawGuestException):
    """An exception of the guest's that no guest caught. A host function may raise one too, and guests may catch it."""

    def __init__(self, tag: Tag, values: Sequence[Any] = ()) -> None:
        """Raises TypeError for values that are not of the tag's types."""
        raw = tag.store.converters.carrying(tag.raw, values)
        self._tell(ExnRef.of(tag.store, raw))

    def _tell(self, exn_ref: ExnRef) -> None:
        super().__init__(exn_ref.raw)
        self.exn_ref = exn_ref
        if exn_ref.values:
            self.detail = f"{self.detail} with {', '.join(map(repr, exn_ref.values))}"

    @classmethod
    def of(cls, exn_ref: ExnRef) -> GuestException:
        """To throw an exception again."""
        made = cls.__new__(cls)
        made._tell(exn_ref)
        return made

    @property
    def tag(self) -> Tag:
        return self.exn_ref.tag

    @property
    def values(self) -> tuple[Any, ...]:
        """What it carries."""
        return self.exn_ref.values

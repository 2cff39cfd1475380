"""The type section of a module: structures and arrays, some of them recursive or subtypes, and functions.

A field or parameter that may not be null names only what stands before it, so that every type has values.
"""

from __future__ import annotations

from dataclasses import replace

from quire.engine import types as t
from quire.fuzz.choices import Choices
from quire.fuzz.generate.features import EXCEPTIONS, FLOATS, GC, MULTI_VALUE, REFERENCES, SIMD

HOST, NOTHING, CANONICAL_F32, CANONICAL_F64, CANONICAL_V128 = range(5)
"""Indices of the types that every module has (the last with vectors only)."""


class TypeSection:
    """Draws types one after another; `groups` is the section so far."""

    def __init__(self, choices: Choices, features: frozenset[str]) -> None:
        self.choices = choices
        self.features = features
        self.groups: list[t.RecursiveType] = []
        self.flat: list[t.SubType] = []
        self._numbers: list[t.ValueType] = [t.I32, t.I64, *((t.F32, t.F64) if FLOATS in features else ())]
        self._numbers += [t.V128] if SIMD in features else []
        for function in self._fixed():
            self.add(t.SubType(function))

    def _fixed(self) -> list[t.FunctionType]:
        same = [t.F32, t.F64, *([t.V128] if SIMD in self.features else [])]
        host = t.FunctionType((t.I32, t.I32), (t.I32,))
        return [host, t.FunctionType(), *(t.FunctionType((each,), (each,)) for each in same)]

    def add(self, *subtypes: t.SubType) -> int:
        """A group; the index of its first type."""
        first = len(self.flat)
        self.groups.append(t.RecursiveType(subtypes))
        self.flat += subtypes
        return first

    def function(self, parameters: tuple[t.ValueType, ...], results: tuple[t.ValueType, ...]) -> int:
        """The index of a function type, which is made if there is none yet."""
        wanted = t.SubType(t.FunctionType(parameters, results))
        alone = [
            group.subtypes[0] if len(group.subtypes) == 1 else None for group in self.groups for _ in group.subtypes
        ]
        return alone.index(wanted) if wanted in alone else self.add(wanted)

    def draw(self) -> None:
        """All types but those that a later part of the module asks for."""
        if GC in self.features:
            for _ in range(self.choices.between(1, 6)):
                self._draw_aggregate()
        for _ in range(self.choices.between(1, 5)):
            parameters, results = self.values(4), self.values(3 if MULTI_VALUE in self.features else 1)
            self._draw_function(t.FunctionType(parameters, results))

    def values(self, most: int) -> tuple[t.ValueType, ...]:
        """Up to that many types of values."""
        return tuple(self.value() for _ in range(self.choices.below(most + 1)))

    def value(self) -> t.ValueType:
        """The type of a parameter, result, local or global; one that every function can make a value of."""
        if REFERENCES not in self.features or self.choices.chance(55):
            return self.choices.pick(self._numbers)
        return self.choices.pick(self._references())

    def _references(self) -> list[t.ReferenceType]:
        found = [t.FUNCREF, t.EXTERNREF]
        if GC in self.features:
            found += [t.ANYREF, t.EQREF, t.I31REF, t.STRUCTREF, t.ARRAYREF]
            found += [t.ReferenceType(False, heap) for heap in (t.I31, t.ANY, t.EQ)]
            found += [t.ReferenceType(True, heap) for heap in (t.NONE, t.NOFUNC, t.NOEXTERN)]
        if EXCEPTIONS in self.features:
            found += [t.EXNREF]
        for index, subtype in enumerate(self.flat):
            found.append(t.ReferenceType(True, index))
            if not isinstance(subtype.composite, t.FunctionType):
                found.append(t.ReferenceType(False, index))
        return found

    def _draw_function(self, function: t.FunctionType) -> None:
        """Plain as a rule; sometimes with a subtype below it."""
        if GC in self.features and self.choices.chance(25):
            base = self.add(t.SubType(function, final=False))
            self.add(t.SubType(function, (base,), final=self.choices.chance(50)))
        else:
            self.add(t.SubType(function))

    def _draw_aggregate(self) -> None:
        kind = self.choices.below(4)
        supertypes = [index for index, each in enumerate(self.flat) if not each.final and _is_aggregate(each)]
        if kind == 3 and supertypes:
            self._draw_subtype(self.choices.pick(supertypes))
        elif kind == 2:
            self._draw_pair()
        else:
            self.add(t.SubType(self._aggregate(), final=not self.choices.chance(50)))

    def _aggregate(self, own: int | None = None) -> t.CompositeType:
        if self.choices.chance(50):
            return t.ArrayType(self._field(own))
        return t.StructType(tuple(self._field(own) for _ in range(self.choices.below(5))))

    def _field(self, own: int | None) -> t.FieldType:
        """`own` is a type of the group being made, which may only be referred to by nullable references."""
        storage: t.StorageType = self.value()
        if own is not None and self.choices.chance(40):
            storage = t.ReferenceType(True, own)
        elif self.choices.chance(25):
            storage = self.choices.pick((t.I8, t.I16))
        return t.FieldType(storage, self.choices.chance(75))

    def _draw_pair(self) -> None:
        """Two types that refer to each other."""
        first = len(self.flat)
        parts = [t.SubType(self._aggregate(first + 1 - side), final=not self.choices.chance(50)) for side in (0, 1)]
        self.add(*parts)

    def _draw_subtype(self, supertype: int) -> None:
        above = self.flat[supertype]
        composite = above.composite
        if isinstance(composite, t.StructType) and self.choices.chance(75):
            composite = replace(composite, fields=(*composite.fields, self._field(None)))
        self.add(t.SubType(composite, (supertype,), final=self.choices.chance(50)))


def _is_aggregate(subtype: t.SubType) -> bool:
    return not isinstance(subtype.composite, t.FunctionType)

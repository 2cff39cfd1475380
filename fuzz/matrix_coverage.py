"""Which edge values of its operands each instruction of the matrix has been run on, and which there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import starmap

from quire.engine import types as t
from quire.fuzz.generate.edges import EDGES
from quire.fuzz.generate.leaves import Code, Leaves

LENGTHS = (0, 1, 2, 7, 31, 255)
"""Of arrays: very long ones only show how long a host is willing to wait."""
LENGTH, REFERENCE, NOT_NULL, ALWAYS_NULL = "length", "reference", "non-null", "null"
NULL, OTHER = "null", "other"
WANTED: Mapping[str, frozenset[str]] = {
    **{str(type_): frozenset(map(hex, edges)) for type_, edges in EDGES.items()},
    LENGTH: frozenset(map(hex, LENGTHS)),
    REFERENCE: frozenset((NULL, OTHER)),
    NOT_NULL: frozenset((OTHER,)),
    ALWAYS_NULL: frozenset((NULL,)),
}
"""The values of each kind of operand."""
Edge = tuple[str, str]


def edge(leaves: Leaves, type_: t.ValueType, code: Code, *, is_length: bool = False) -> Edge:
    """The kind and the value of an operand of a closed type, which is a constant or makes a reference."""
    last = code[-1]
    if isinstance(type_, t.NumberType):
        return LENGTH if is_length else str(type_), hex(last.immediates[0])
    has_others = leaves.has_values(t.ReferenceType(False, type_.heap))
    kind = (REFERENCE if has_others else ALWAYS_NULL) if type_.nullable else NOT_NULL
    return kind, NULL if last.row.mnemonic == "ref.null" else OTHER


def edge_names(mnemonic: str, edges: Sequence[Edge]) -> Iterator[str]:
    """What stands for the edges of one call in the store of a campaign."""
    for at, (kind, value) in enumerate(edges):
        yield f"{mnemonic} {at} {kind} {value}"


def edges_told(names: Iterable[str]) -> dict[str, str]:
    """Of each instruction its operands, of each the types that it had, with how many of the edge values were met and
    which were not.
    """
    seen: dict[str, dict[int, dict[str, set[str]]]] = {}
    for name in names:
        mnemonic, at, kind, value = name.split()
        seen.setdefault(mnemonic, {}).setdefault(int(at), {}).setdefault(kind, set()).add(value)
    return {
        mnemonic: ", ".join(" or ".join(starmap(told, sorted(types.items()))) for _, types in sorted(operands.items()))
        for mnemonic, operands in seen.items()
    }


def told(kind: str, values: set[str]) -> str:
    """One operand."""
    wanted = WANTED[kind]
    missing = sorted(wanted - values)
    return f"{kind} {len(wanted & values)}/{len(wanted)}" + (f" without {' '.join(missing)}" if missing else "")

"""The classes of traps that legs tell apart, and which of Quire's reasons is of which. Engines share no texts."""

from __future__ import annotations

CLASSES = (
    "memory", "table", "null", "signature", "divide", "overflow", "conversion", "unreachable", "cast", "array",
    "unaligned", "shared", "protection", "range", "mapped", "host", "exception", "stack", "allocation",
    "callee", "float",
)  # fmt: skip
UNTOLD = (("callee", ("null", "signature")), ("float", ("conversion", "overflow")))
"""Classes of engines that do not tell apart what others do."""

_REASONS = (
    ("out of bounds memory access", "memory"),
    ("out of bounds table access", "table"),
    ("undefined element", "table"),
    ("uninitialized element", "null"),
    ("null ", "null"),
    ("indirect call type mismatch", "signature"),
    ("integer divide by zero", "divide"),
    ("integer overflow", "overflow"),
    ("invalid conversion to integer", "conversion"),
    ("unreachable", "unreachable"),
    ("cast failure", "cast"),
    ("out of bounds array access", "array"),
    ("unaligned", "unaligned"),
    ("expected shared memory", "shared"),
    ("memory protection violation", "protection"),
    ("invalid memory range", "range"),
    ("memory already mapped", "mapped"),
    ("memory mapping failed", "host"),
    ("call stack exhausted", "stack"),
    ("array limit exceeded", "allocation"),
)


def class_of(reason: str) -> str:
    """The class of a reason in the specification's words; the reason itself where it is of none."""
    return next((class_ for prefix, class_ in _REASONS if reason.startswith(prefix)), reason)

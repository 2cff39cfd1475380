"""The annotations that say something: `@name`, `@custom` and branch hints.

Each reader takes an annotation's tokens; the reason of a Malformed starts with the annotation's id.
Spec: appendix/custom. This module knows no module fields and no cursor.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quire.engine.binary.sections import CUSTOM, ORDER, Section
from quire.engine.errors import Malformed
from quire.engine.module import CustomSection
from quire.wat.lexer import END, Annotation
from quire.wat.literals import format_bytes, format_name, is_literal, string_bytes, string_text

NAME, CUSTOM_SECTION, BRANCH_HINT = "name", "custom", "metadata.code.branch_hint"
KNOWN = (NAME, CUSTOM_SECTION, BRANCH_HINT)

_WORDS: Mapping[str, Section] = MappingProxyType({
    "type": Section.TYPE, "import": Section.IMPORT, "func": Section.FUNCTION, "table": Section.TABLE,
    "memory": Section.MEMORY, "tag": Section.TAG, "global": Section.GLOBAL, "export": Section.EXPORT,
    "start": Section.START, "elem": Section.ELEMENT, "datacount": Section.DATA_COUNT, "code": Section.CODE,
    "data": Section.DATA,
})  # fmt: skip
_FIRST, _LAST = "first", "last"


def _malformed(annotation: Annotation, reason: str) -> Malformed:
    return Malformed(f"@{annotation.id} annotation: {reason}")


def _is_string(token: str) -> bool:
    return token.startswith('"') and is_literal(token)


def _text(annotation: Annotation, token: str) -> str:
    try:
        return string_text(token)
    except Malformed as error:
        raise _malformed(annotation, error.reason) from None


def _bytes(annotation: Annotation, tokens: tuple[str, ...]) -> bytes:
    if not all(map(_is_string, tokens)):
        raise _malformed(annotation, "unexpected token")
    return b"".join(map(string_bytes, tokens))


def read_name(annotation: Annotation) -> str:
    """`(@name "...")`. Spec: appendix/custom#name-annotations"""
    if len(annotation.tokens) != 1 or not _is_string(annotation.tokens[0]):
        raise _malformed(annotation, "unexpected token")
    return _text(annotation, annotation.tokens[0])


def read_custom(annotation: Annotation) -> CustomSection:
    """`(@custom "name" (before|after section)? "..."*)`. Spec: appendix/custom#custom-annotations"""
    tokens = (*annotation.tokens, END)
    if not _is_string(tokens[0]):
        raise _malformed(annotation, "missing section name")
    name, after, rest = _text(annotation, tokens[0]), int(ORDER[-1]), tokens[1:-1]
    if rest and rest[0] == "(":
        end = rest.index(")")
        after, rest = _read_placement(annotation, rest[1:end]), rest[end + 1 :]
    return CustomSection(name, _bytes(annotation, rest), after)


def _read_placement(annotation: Annotation, words: tuple[str, ...]) -> int:
    """The number of the section behind which the custom section is to stand."""
    if not words or words[0] not in ("before", "after"):
        raise _malformed(annotation, "malformed placement")
    if words in (("before", _FIRST), ("after", _LAST)):
        return CUSTOM if words[1] == _FIRST else int(ORDER[-1])
    section = _WORDS.get(words[1]) if len(words) == 2 else None
    if section is None:
        raise _malformed(annotation, "malformed section kind")
    if words[0] == "after":
        return int(section)
    return int((CUSTOM, *ORDER)[ORDER.index(section)])


def misplaced(annotation: Annotation) -> str:
    """The reason where an annotation stands in no place that it may have."""
    if annotation.id == BRANCH_HINT:
        return f"@{annotation.id} annotation: not in a function"
    return f"misplaced @{annotation.id} annotation"


def read_branch_hint(annotation: Annotation) -> int:
    """`(@metadata.code.branch_hint "...")`: 0 where the branch is unlikely, 1 where it is likely."""
    data = _bytes(annotation, annotation.tokens)
    if data not in (b"\0", b"\1"):
        raise _malformed(annotation, "invalid value")
    return data[0]


def in_order(sections: list[CustomSection]) -> tuple[CustomSection, ...]:
    """Custom sections in the order in which they stand in a module."""
    order = [CUSTOM, *ORDER]
    return tuple(sorted(sections, key=lambda section: order.index(section.after)))


def format_custom(section: CustomSection) -> str:
    """The annotation of a custom section."""
    word = next((word for word, each in _WORDS.items() if each == section.after), None)
    placement = f"(before {_FIRST})" if word is None else f"(after {word})"
    data = f" {format_bytes(section.data)}" if section.data else ""
    return f"(@{CUSTOM_SECTION} {format_name(section.name)} {placement}{data})"


def format_name_annotation(name: str) -> str:
    """The annotation that gives a name where an identifier cannot."""
    return f"(@{NAME} {format_name(name)})"

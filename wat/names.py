"""Identifiers: how they are spelled, and the index spaces that they stand for.

In an index space, an identifier is known by its key: `$` and the name, or `$ ` and the name where only quotes let it be
an identifier, so that no other token can be mistaken for it. Spec: text/values#indices, text/conventions#contexts.
"""

from __future__ import annotations

import re

from quire.engine.errors import Malformed
from quire.wat.literals import format_name, natural, shortened, string_text

_PLAIN = re.compile(r"[0-9A-Za-z!#$%&'*+\-./:<=>?@\\^_`|~]+")
_QUOTED = re.compile(r'\$"[^"\\]*+(?:\\.[^"\\]*+)*+("?+)', re.DOTALL)


def identifier_key(token: str) -> str | None:
    """The key of an identifier, or None for a token that only starts like one. Raises Malformed.

    Spec: text/values#text-id
    """
    if '"' not in token:
        if token == "$":
            raise Malformed("empty identifier")
        return token
    quoted = _QUOTED.fullmatch(token)
    if quoted is None:
        return None
    name = string_text(token[1:]) if quoted[1] else ""
    if not name:
        raise Malformed("empty identifier")
    return f"${name}" if _PLAIN.fullmatch(name) else f"$ {name}"


def key_name(key: str) -> str:
    """The name that a key stands for."""
    return key[2:] if key.startswith("$ ") else key[1:]


def format_identifier(name: str) -> str:
    """A name that is not empty as an identifier."""
    return f"${name}" if _PLAIN.fullmatch(name) else f"${format_name(name)}"


class IndexSpace:
    """The indices of one kind and the identifiers bound to them. Spec: text/modules#indices"""

    __slots__ = ("_indices", "count", "names", "noun")

    def __init__(self, noun: str) -> None:
        self.noun = noun  # as in `unknown label`
        self.count = 0
        self.names: dict[int, str] = {}
        self._indices: dict[str, int] = {}  # by key, and by numeral once it was seen

    def bind(self, key: str | None = None, name: str | None = None) -> int:
        """The next index, bound to an identifier; `name` is what an annotation calls it. Raises Malformed."""
        index = self.count
        self.count += 1
        if key is not None:
            if key in self._indices:
                raise Malformed(f"duplicate {self.noun}", format_identifier(key_name(key)))
            self._indices[key] = index
            self.names[index] = key_name(key)
        if name is not None:
            self.names[index] = name
        return index

    def find(self, token: str) -> int | None:
        """The index that a token names, or None where it is no index. Raises Malformed for an unknown identifier."""
        known = self._indices.get(token)
        return self._find(token) if known is None else known

    def _find(self, token: str) -> int | None:
        if not token.startswith("$"):
            index = natural(token, 32)
            if index is not None:
                self._indices[token] = index
            return index
        key = identifier_key(token)
        if key is not None and key not in self._indices:
            raise Malformed(f"unknown {self.noun}", shortened(token))
        return None if key is None else self._indices[key]

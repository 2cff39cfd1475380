"""Smaller forms of cases that are text: without what stands between parentheses, without tokens, with simpler ones.

The text need not be well-formed: parentheses that have no partner are tokens like others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from quire.fuzz.generate.generator import Generated
from quire.fuzz.scribble import NUMBER, TOKEN

Group = tuple[int, int]  # the tokens from an opening parenthesis up to its partner, which is included


def fewer_tokens(generated: Generated) -> Iterator[Generated]:
    """The longest groups go first."""
    tokens = TOKEN.findall(generated.binary.decode())
    for shorter in (*without_groups(tokens), *without_tokens(tokens), *simpler_tokens(tokens)):
        yield replace(generated, binary="".join(shorter).encode())


def without_groups(tokens: Sequence[str]) -> Iterator[list[str]]:
    """Without all between two parentheses, or only without these."""
    for start, end in sorted(groups(tokens), key=lambda group: group[0] - group[1]):
        yield [*tokens[:start], *tokens[end:]]
    for start, end in groups(tokens):
        yield [*tokens[:start], *tokens[start + 1 : end - 1], *tokens[end:]]


def groups(tokens: Sequence[str]) -> list[Group]:
    """Those that have both of their parentheses."""
    found, opened = list[Group](), list[int]()
    for at, token in enumerate(tokens):
        if token == "(":
            opened.append(at)
        elif token == ")" and opened:
            found.append((opened.pop(), at + 1))
    return found


def without_tokens(tokens: Sequence[str]) -> Iterator[list[str]]:
    """Without halves, quarters, ... down to single tokens."""
    size = len(tokens) // 2
    while size:
        for start in range(0, len(tokens), size):
            yield [*tokens[:start], *tokens[start + size :]]
        size //= 2


def simpler_tokens(tokens: Sequence[str]) -> Iterator[list[str]]:
    """With a shorter token of the same kind in the place of one."""
    for at, token in enumerate(tokens):
        short = '""' if token.startswith('"') else " " if token.isspace() else "0" if NUMBER.match(token) else "$a"
        if len(short) < len(token) and (token.startswith("$") or short != "$a"):
            yield [*tokens[:at], short, *tokens[at + 1 :]]

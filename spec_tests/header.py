"""What a script says of itself: the features that it needs, in its first line; its alignment profile, in its name.

    ;; features: memory-control threads

A script that says so runs with these features and no other, whatever was asked for; `;; features:` alone is 3.0. One
named `name.round.wast` or `name.trap.wast` runs under that profile; any other one is to pass under each.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

PROFILES: Final = ("round", "trap")
"""The alignment profiles. Spec: docs/memory-control.md, section 5"""

_FEATURES: Final = b";; features:"


def declared_features(text: bytes) -> tuple[str, ...] | None:
    """The features that the first line names; None where it names none at all."""
    first, _, _ = text.partition(b"\n")
    if not first.startswith(_FEATURES):
        return None
    return tuple(first[len(_FEATURES) :].decode("utf-8", "replace").split())


def declared_profile(path: PurePath) -> str | None:
    """The profile that a script's name ends with, if any."""
    ending = PurePath(path.stem).suffix[1:]
    return ending if ending in PROFILES else None


def profiles_of(path: PurePath) -> tuple[str, ...]:
    """The profiles that a script is to pass under."""
    profile = declared_profile(path)
    return PROFILES if profile is None else (profile,)

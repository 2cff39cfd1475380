"""The frame of a binary: its magic, its version, and the sections with their order.

This module knows nothing of what stands in a section. Spec: binary/modules#sections
"""

from __future__ import annotations

from enum import IntEnum

MAGIC = b"\0asm"
VERSION = b"\1\0\0\0"


class Section(IntEnum):
    """The id of each section, in the order in which sections stand."""

    TYPE = 1
    IMPORT = 2
    FUNCTION = 3
    TABLE = 4
    MEMORY = 5
    TAG = 13
    GLOBAL = 6
    EXPORT = 7
    START = 8
    ELEMENT = 9
    DATA_COUNT = 12
    CODE = 10
    DATA = 11

    @property
    def label(self) -> str:
        """Its name in messages."""
        return self.name.lower().replace("_", " ")


CUSTOM = 0  # stands anywhere
ORDER = tuple(Section)
INITIALISED_TABLE = 0x40  # stands before a table that has an initialiser

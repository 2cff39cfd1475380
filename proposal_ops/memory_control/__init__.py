"""Memory control: pages that are mapped, unmapped, protected and discarded. The reason for Quire.

Every module is written from docs/memory-control.md, which is normative, and says which section it implements.

    attributes.py         memory types: noaccess, readonly, virtual
    protection.py         protections as immediates and of data segments
    sectioned_memory.py   the layer for static sections
    pages.py              page states as runs
    virtual_memory.py     the layer for pages with states, built on both
    host_mappings.py      bytes of the host in a virtual memory
    alignment.py          the profiles round and trap
    operations.py         what the instructions do
    retrofit.py           guards for modules that know nothing of all this
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quire.engine.extension import Extension, MemoryLayer
from quire.engine.immediates import MEMORY
from quire.engine.instructions.row import stateful
from quire.proposal_ops.memory_control.alignment import PROFILE
from quire.proposal_ops.memory_control.attributes import MODE, STATIC_PROTECTION, static_pages
from quire.proposal_ops.memory_control.operations import memory_discard, memory_map, memory_protect, memory_unmap
from quire.proposal_ops.memory_control.protection import (
    PROTECTION,
    SEGMENT_PROTECTION,
    VIRTUAL_MEMORY,
    WORDS,
    ProtectionKind,
)
from quire.proposal_ops.memory_control.sectioned_memory import SectionedMemory
from quire.proposal_ops.memory_control.virtual_memory import VirtualMemory
from quire.wat.extension import (
    MemoryAttributeForm,
    Position,
    SegmentAttributeForm,
    TextExtension,
    alternatives,
    keyword_form,
)

if TYPE_CHECKING:
    from quire.wat.cursor import Cursor

EXTENSION = Extension(
    name="memory-control",
    rows=(
        stateful((0xFC, 0x12), "memory.discard", [MEMORY], "addr addr ->", memory_discard),
        stateful((0xFC, 0x40), "memory.map", [VIRTUAL_MEMORY, PROTECTION], "addr addr -> addr", memory_map),
        stateful((0xFC, 0x41), "memory.unmap", [VIRTUAL_MEMORY], "addr addr ->", memory_unmap),
        stateful((0xFC, 0x42), "memory.protect", [VIRTUAL_MEMORY, PROTECTION], "addr addr ->", memory_protect),
    ),
    memory_flags=(STATIC_PROTECTION, MODE),
    memory_layers=(
        MemoryLayer(lambda memory: not memory.attribute("virtual") and static_pages(memory) > 0, SectionedMemory),
        MemoryLayer(lambda memory: bool(memory.attribute("virtual")), VirtualMemory),
    ),
    segment_attributes=(SEGMENT_PROTECTION,),
    settings=(PROFILE,),
    home=__name__,
)


def read_protection_word(cursor: Cursor) -> int:
    """One of none, read and readwrite."""
    words = dict(WORDS)
    if cursor.peek not in words:
        raise cursor.unexpected_token(alternatives(words))
    return words[cursor.next()]


def write_protection_word(value: int) -> str:
    """One of none, read and readwrite."""
    return {code: word for word, code in WORDS}[value]


TEXT = TextExtension(
    name="memory-control",
    immediates=((ProtectionKind, keyword_form(WORDS)),),
    memory_attributes=(
        MemoryAttributeForm("virtual", "virtual", Position.BEFORE_LIMITS),
        MemoryAttributeForm("noaccess", "noaccess", Position.PARENTHESISED),
        MemoryAttributeForm("readonly", "readonly", Position.PARENTHESISED),
    ),
    keywords=tuple(word for word, _ in WORDS),
    segment_attributes=(SegmentAttributeForm("prot", "prot", read_protection_word, write_protection_word),),
)

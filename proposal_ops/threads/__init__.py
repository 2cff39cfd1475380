"""Threads: shared memories, atomic accesses, wait and notify. Source: the proposal WebAssembly/threads, Overview.

    shared_memory.py   the type's attribute, and the layer: a lock for single steps
    waiting.py         where threads sleep
    accesses.py        what atomic accesses do
    rows.py            the rows

A thread is a Python thread with a store and an instance of its own; they share the Memory object that they import.
"""

from quire.engine.extension import Extension
from quire.proposal_ops.threads.rows import ROWS
from quire.proposal_ops.threads.shared_memory import SHARED_FLAG, SHARED_LAYER
from quire.wat.extension import MemoryAttributeForm, Position, TextExtension

EXTENSION = Extension(
    name="threads", rows=ROWS, memory_flags=(SHARED_FLAG,), memory_layers=(SHARED_LAYER,), home=__name__
)
TEXT = TextExtension(
    name="threads", memory_attributes=(MemoryAttributeForm("shared", "shared", Position.AFTER_LIMITS),)
)

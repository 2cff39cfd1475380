"""Control instructions: blocks, branches, calls, exceptions. Spec: syntax/instructions#control-instructions

Only rows: the rules are methods of the validator and of each tier.
"""

from __future__ import annotations

from quire.engine.immediates import BLOCK_TYPE, CAST, CATCHES, FUNCTION, LABEL, LABEL_TABLE, TABLE, TAG, TYPE
from quire.engine.instructions.row import control, numeric


def nop() -> None:
    """Do nothing. Spec: exec/instructions#exec-nop"""


ROWS = (
    control(0x00, "unreachable"),
    numeric(0x01, "nop", "->", nop),
    control(0x02, "block", [BLOCK_TYPE]),
    control(0x03, "loop", [BLOCK_TYPE]),
    control(0x04, "if", [BLOCK_TYPE]),
    control(0x05, "else"),
    control(0x08, "throw", [TAG]),
    control(0x0A, "throw_ref"),
    control(0x0B, "end"),
    control(0x0C, "br", [LABEL]),
    control(0x0D, "br_if", [LABEL]),
    control(0x0E, "br_table", [LABEL_TABLE]),
    control(0x0F, "return"),
    control(0x10, "call", [FUNCTION]),
    control(0x11, "call_indirect", [TYPE, TABLE]),
    control(0x12, "return_call", [FUNCTION]),
    control(0x13, "return_call_indirect", [TYPE, TABLE]),
    control(0x14, "call_ref", [TYPE]),
    control(0x15, "return_call_ref", [TYPE]),
    control(0x1F, "try_table", [BLOCK_TYPE, CATCHES]),
    control(0xD5, "br_on_null", [LABEL]),
    control(0xD6, "br_on_non_null", [LABEL]),
    control((0xFB, 0x18), "br_on_cast", [CAST]),
    control((0xFB, 0x19), "br_on_cast_fail", [CAST]),
)

"""How blocks nest in code: which opcodes open, divide and close them. Spec: binary/instructions#control-instructions

The opcodes are found in the instruction set, by the immediate that all openers have; each is one byte.
"""

from __future__ import annotations

from quire.engine.errors import Crash
from quire.engine.immediates import BLOCK_TYPE
from quire.engine.instruction_set import InstructionSet
from quire.engine.instructions.row import Row


class Blocks:
    """The opcodes of an instruction set that give code its structure. Immutable."""

    def __init__(self, instruction_set: InstructionSet) -> None:
        (self.end,) = map(_code, instruction_set.by_mnemonic["end"])
        (self.else_,) = map(_code, instruction_set.by_mnemonic["else"])
        (self.if_,) = map(_code, instruction_set.by_mnemonic["if"])
        openers = {_code(row) for row in instruction_set.rows if BLOCK_TYPE in row.immediates}
        self.structural = openers | {self.else_, self.end}
        self.others = bytes(code for code in range(256) if code not in self.structural)

    def code(self, row: Row) -> bytes:
        """The opcode of an instruction that opens, divides or closes a block; nothing for another."""
        return bytes([row.opcode]) if isinstance(row.opcode, int) and row.opcode in self.structural else b""

    def enter(self, codes: bytes, open_: list[int]) -> int:
        """Steps through structural opcodes; `open_` has those of the open blocks, outermost first. The number of steps.

        Stops behind the `end` that closes the outermost block, and before an `else` that is not in an `if`.
        """
        end, else_, if_ = self.end, self.else_, self.if_
        for steps, code in enumerate(codes):
            if code == end:
                open_.pop()
                if not open_:
                    return steps + 1
            elif code != else_:
                open_.append(code)
            elif open_[-1] == if_:
                open_[-1] = code
            else:
                return steps
        return len(codes)


def _code(row: Row) -> int:
    if isinstance(row.opcode, tuple):
        raise Crash("the opcode of a block has a prefix", row.mnemonic)
    return row.opcode

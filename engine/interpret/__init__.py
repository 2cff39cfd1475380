"""The reference tier: runs the functions of the instruction table, one instruction at a time.

It is written to be read against the specification; the fast tier is held equal to it.

    prepare.py   a function body -> basic blocks of steps when they are reached, branch targets and heights resolved
    steps.py     how a plain instruction becomes a step on the operand stack
    exits.py     how a block ends: branches, calls, returns, throws
    machine.py   the loop, the frames, traps with their stack, exceptions
"""

from quire.engine.interpret.machine import Interpreter

__all__ = ["Interpreter"]

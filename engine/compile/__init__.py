"""The fast tier: compiles functions and loops to Python, at once or when they have run for a while.

It derives from the instruction table as the reference tier does: a row with a template is written out, any other is
called. Room by room, each of which may import those before it:

    graph/         a body -> a graph of blocks -> nested loops and branches
    analysis/      what is known of variables and calls
    expressions/   expressions -> Python
    loops/         loops that Python counts, and pointers that walk in these
    code/          statements and control flow -> Python; generate.py: all of it in its order
    running/       the namespace in which code runs, calls from the host, traps; what runs until there is code

    interface.py   what those who write code and those who run it agree on
    recursion.py   as much of Python's stack as guests, and the passes, may use
"""

from quire.engine.compile.running.beginning import Patience
from quire.engine.compile.running.tier import Compiler

__all__ = ["Compiler", "Patience"]

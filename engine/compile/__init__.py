"""The fast tier: compiles functions and loops to Python, at once or when they have run for a while.

It derives from the instruction table as the reference tier does: a row with a template is written out, any other is
called. Pass by pass:

    lift.py        a body -> a graph of blocks (nodes.py), the operand stack folded into expressions (operands.py), as
                   far as these may be moved (effects.py); outline.py: a loop of it alone
    folding.py     calls as operands; keeping.py: which calls leave memories where they are
    nans.py        which variables hold NaNs that are still to be made canonical; sums.py: which hold sums that are
                   still to be reduced
    analysis.py    what is known of variables, in intervals (facts.py)
    structure.py   the graph -> nested loops and branches, exits resolved (dominators.py)
    counted.py     loops that Python counts (turns.py); induction.py: pointers as elements (pointers.py, building.py),
                   streams.py: over which Python iterates; opened.py: accesses that are checked before a loop
    translate.py   expressions -> Python; accesses.py: loads and stores; aggregates.py: structures, arrays, tables;
                   special.py: what else is more than a template
    write.py       statements -> Python; emit.py: control flow, or dispatch.py where that is deeper than Python nests
    generate.py    all of these in their order; source.py: lines, and what may trap on each; listing.py: for people

What was written runs in a world:

    world.py       the namespace of an instance, in which functions find each other; record.py: what is kept of them
    beginning.py   what runs until code is worth the writing
    tier.py        calls from the host; reach.py: which guests may go deep; recursion.py: as much stack as these may use
    traps.py       from an exception of Python to the trap that it stands for
"""

from quire.engine.compile.beginning import Patience
from quire.engine.compile.tier import Compiler

__all__ = ["Compiler", "Patience"]

"""The fast tier: compiles each function to Python at its first call.

It derives from the instruction table as the reference tier does: a row with a template is written out, any other is
called. Pass by pass:

    lift.py        a body -> a graph of blocks, the operand stack folded into expressions (nodes.py, effects.py)
    analysis.py    what is known of variables: intervals, exact NaNs (facts.py)
    structure.py   the graph -> nested loops and branches, exits resolved (dominators.py)
    translate.py   expressions -> Python (accesses.py: loads and stores; aggregates.py: structures, arrays, tables;
                   special.py: what else is more than a template);
                   write.py: statements; emit.py: control flow, or dispatch.py where that is deep
    counted.py     loops that Python counts (turns.py); induction.py: pointers as elements (pointers.py, building.py),
                   streams.py: over which Python iterates; opened.py: accesses that are checked before a loop
    generate.py    all of these in their order; source.py: lines, and what may trap on each
    world.py       the namespace of an instance, in which the code runs
    traps.py       from an exception of Python to the trap that it stands for
    tier.py        the tier
"""

from quire.engine.compile.tier import Compiler

__all__ = ["Compiler"]

"""Modules from choices: typed, so that each is valid; out of the instruction table, so that none is forgotten.

    features.py     what a module may use: drawn for each
    edges.py        the values that instructions trip over
    type_section.py types
    plan.py         a module without its function bodies
    leaves.py       constants and constructors: the simplest code for a type
    catalogue.py    which instructions make a value of a type, with which immediates
    operands.py     what an operand is good for, so that few calls trap
    nans.py         float instructions whose NaNs are held to what is allowed
    fused.py        multiply-adds that are rounded once or twice, as an engine likes
    checks.py       the functions of a module that do such instructions
    noting.py       functions such as hosts offer
    providers.py    what of a module stands in another one
    control.py      blocks, branches, calls, exceptions
    body.py         function bodies
    loops.py        modules of another kind: loops that walk through a memory
    generator.py    all of it: generate(choices) -> Generated

Nothing here runs a module or knows an engine.
"""

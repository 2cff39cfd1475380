"""The numerics of WebAssembly: pure functions of plain values, written once for every width. Spec: exec/numerics

Where the specification leaves a choice, Quire takes the one of the deterministic profile: a NaN that an arithmetic
operation produces is the positive canonical NaN, and a relaxed operation takes the first of its allowed results.
Spec: appendix/profiles#deterministic

Nothing in here knows instructions, modules or memories.
"""

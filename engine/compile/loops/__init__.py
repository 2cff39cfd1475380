"""Loops that Python counts: `counted` recognises them, and `turns` counts where `range` cannot.

In these, `pointers` that walk through a memory become numbers of elements (`induction`), of which Python iterates over
slices (`streams`); and accesses are checked before the loop, once for all turns (`opened`). Of some loops, nothing but
an assignment is left (`fills`).
"""

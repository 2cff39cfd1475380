"""The objects that exist while a program runs: memories, tables, globals, tags, functions, stores, instances, frames.

Spec: exec/runtime. These know no instructions and no tiers: a tier is handed to an instance.
"""

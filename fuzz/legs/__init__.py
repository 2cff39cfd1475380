"""Legs: processes that run modules and tell what they did, over pipes. docs/fuzzing.md has the protocol.

    protocol.py        frames, requests, answers
    traps.py           the classes of traps
    quire_leg.py       this engine, by tier
    wasmtime_leg.py    wasmtime: optimised, not optimised, Pulley
    node_leg.mjs       V8 in node
    model_leg.py       the model of memory control
    process.py         the supervisor's end: starts, limits, kills and replaces such processes

A leg knows nothing of generators, campaigns or other legs.
"""

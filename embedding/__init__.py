"""The Python interface: engines, stores, modules, linkers, instances, and the values that cross between host and guest.

Names are wasmtime-py's where the thing is the same, with one rule of its own: objects know their store, so what
wasmtime-py asks with `thing(store)` is a property here, `memory.size`, and no other call takes the store again.
Users find all of it in `quire`. This room knows no command and no WASI.
"""

if not __name__.startswith("quire."):
    raise ImportError(f"import quire.{__name__}: under its bare name this package would be loaded twice")

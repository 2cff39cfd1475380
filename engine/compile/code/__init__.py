"""Code as lines of Python: `write` has statements, `emit` control flow, with loops of `ranges` that Python counts, or
`dispatch` where that is deeper than Python nests; `source` keeps lines with what may trap on each. `generate` is all
passes in their order.
"""

"""Code as lines of Python: `write` has statements, `emit` control flow, or `dispatch` where that is deeper than Python
nests; `source` keeps lines with what may trap on each. `generate` is all passes in their order.
"""

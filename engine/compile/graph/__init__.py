"""From the body of a function to a graph of blocks, and from that to nested loops and branches.

`lift` makes blocks (`nodes`) of instructions, the operand stack folded into expressions (`operands`) as far as these
may be moved (`effects`); `outline` does so for one loop alone. `structure` nests them again, by what dominates what
(`dominators`). `reach` says how far the calls of a function go. Knows no Python.
"""

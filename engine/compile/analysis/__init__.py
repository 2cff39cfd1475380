"""What is known of the variables and calls of a graph.

`facts` are intervals and lowest bits that are 0; `intervals` finds them. `nans` says which variables hold NaNs that are
still to be made canonical, `sums` which are still to be reduced; `keeping` which calls leave the bytes of memories
where they are. `folding` puts calls where their results are used; `building` asks of and makes anew single expressions.
"""

"""Planted bugs: mutants of the engine, to score how well the fuzzer finds what is wrong.

    catalogue.py   which mutants there are: one small change of the source each
    plant.py       makes a process import the changed source
    score.py       runs legs with planted bugs against another engine until they are found

This package must import nothing of the engine, or a process would have the right one before the wrong one is planted.
"""

"""Smaller cases with the same difference, and what makes one stand alone.

renumber.py    a module without some of its parts, all indices made right
reduce.py      structural delta debugging
special.py     smaller forms of broken modules, bytes and programs for page states
texts.py       smaller forms of texts
sound.py       what engines may choose must not decide
shrink.py      wasm-tools shrink, where it is installed
reproduce.py   case.json, repro.py and repro.wast
"""

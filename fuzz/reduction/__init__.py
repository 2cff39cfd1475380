"""Smaller cases with the same difference, and what makes one stand alone.

renumber.py    a module without some of its parts, all indices made right
reduce.py      structural delta debugging
sound.py       what engines may choose must not decide
reproduce.py   case.json, repro.py and repro.wast
"""

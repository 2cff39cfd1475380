"""Smaller cases with the same difference, and what makes one stand alone.

renumber.py    a module without some of its parts, all indices made right
reduce.py      structural delta debugging
reproduce.py   case.json, repro.py and repro.wast
"""

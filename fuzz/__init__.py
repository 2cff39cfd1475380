"""Differential fuzzing: modules are generated, run by several engines, and what they do is compared. docs/fuzzing.md

    choices.py     where decisions come from: a seed, bytes, hypothesis
    generate/      modules from choices
    matrix.py      every instruction on every edge value

Nothing here is needed to run a module.
"""

if not __name__.startswith("quire."):
    raise ImportError(f"import quire.{__name__}: under its bare name this package would be loaded twice")

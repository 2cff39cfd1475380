"""Differential fuzzing: modules are generated, run by several engines, and what they do is compared. docs/fuzzing.md

    choices.py     where decisions come from: a seed, bytes, hypothesis
    generate/      modules from choices
    matrix.py      every instruction on every edge value; matrix_control.py those whose operands are code
    broken.py      modules with something wrong in them; scramble.py in their bytes, scribble.py in their text
    pages.py       programs for the states of pages
    smith.py       modules of wasm-tools
    observe.py     the shim that lets everything be compared
    legs/          engines as processes
    compare.py     answers of several legs
    campaign/      batches, workers, the store
    reduction/     small cases that stand alone
    triage.py      what a campaign found
    metamorphic.py relations for memory control, which no other engine has
    planted/       bugs on purpose, to score the whole
    strategies.py, coverage_guided.py    for hypothesis and atheris

Nothing here is needed to run a module.
"""

if not __name__.startswith("quire."):
    raise ImportError(f"import quire.{__name__}: under its bare name this package would be loaded twice")

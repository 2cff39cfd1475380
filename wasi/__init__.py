"""WASI preview 1 for command-line programs: host functions behind a sandbox. Knows the runtime, not the text."""

if not __name__.startswith("quire."):
    raise ImportError(f"import quire.{__name__}: under its bare name this package would be loaded twice")

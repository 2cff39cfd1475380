"""The specification's conformance scripts (.wast): runner, pytest plugin, listed skips."""

if not __name__.startswith("quire."):
    raise ImportError(f"import quire.{__name__}: under its bare name this package would be loaded twice")

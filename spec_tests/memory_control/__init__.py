"""The conformance suite of memory control, for this engine and for others, and the model that it is held against."""

if not __name__.startswith("quire."):
    raise ImportError(f"import quire.{__name__}: under its bare name this package would be loaded twice")

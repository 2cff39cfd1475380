"""Standard WebAssembly 3.0: decoding, validation, running. Knows no text, no proposal and no WASI."""

if not __name__.startswith("quire."):
    raise ImportError(f"import quire.{__name__}: under its bare name this package would be loaded twice")

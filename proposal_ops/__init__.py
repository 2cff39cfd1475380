"""Proposals beyond WebAssembly 3.0, a folder each, as extensions of engine and wat: neither knows of them."""

if not __name__.startswith("quire."):
    raise ImportError(f"import quire.{__name__}: under its bare name this package would be loaded twice")

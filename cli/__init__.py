"""The command `quire`: arguments, limits, exit statuses and messages made for people."""

if not __name__.startswith("quire."):
    raise ImportError(f"import quire.{__name__}: under its bare name this package would be loaded twice")

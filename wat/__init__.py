"""The text format: lexer, parser and printer. Knows modules and the instruction table, and nothing of running."""

if not __name__.startswith("quire."):
    raise ImportError(f"import quire.{__name__}: under its bare name this package would be loaded twice")

"""The text format: lexer, parser and printer. Knows modules and the instruction table, and nothing of running.

    parse_module(text) -> Module        print_module(module) -> str

take a TextFormat where extensions are on: `TextFormat(instruction_set, text_extensions)`; CORE_TEXT is the default.

A script (.wast) is read with one Cursor over all its tokens: `cursor = text_format.cursor(script_text)`. A token is a
str: "(", ")", a string with its quotes and escapes, "$id", a keyword or a number; lexer.END is behind the last one.

    cursor.peek, cursor.next(), cursor.at("(", "module"), cursor.accept(...), cursor.expect(...)
    cursor.string_bytes(), cursor.name(), cursor.identifier()
    cursor.place() -> Place, cursor.unexpected("what was expected") -> Malformed, to be raised
    text_format.read_fields(cursor, name) -> Module     from behind `(module $id?` to its `)`, which it takes

and literals.py reads constants: integer(token, bits), float_bits(token, bits), v128 by cursor.vector_constant().
"""

if not __name__.startswith("quire."):
    raise ImportError(f"import quire.{__name__}: under its bare name this package would be loaded twice")

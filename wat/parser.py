"""From text to Module. Spec: text/modules"""

from __future__ import annotations

from quire.engine.module import Module
from quire.wat.text_format import CORE_TEXT, TextFormat


def parse_module(text: str | bytes, text_format: TextFormat = CORE_TEXT) -> Module:
    """The module that a text describes, `(module ...)` or its fields alone.

    Raises Malformed, with the line and the column. Bytes must be UTF-8.
    """
    return text_format.read_text(text_format.cursor(text))

"""Text that is a module no more, as a rule: one small change of the text of one. Engines must agree on the verdict.

A change is one of tokens, so that what is wrong is found behind the lexer, or of what stands between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from quire.engine.instruction_set import CORE
from quire.fuzz.choices import Choices
from quire.fuzz.generate.generator import Generated
from quire.fuzz.legs.protocol import TEXT
from quire.proposal_ops import FEATURES, text_extensions
from quire.wat.printer import print_module
from quire.wat.text_format import TextFormat

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+|\s+')
EMPTY = re.compile(r"\((?:param|result)\s*\)")
"""On which engines differ: docs/findings.md"""
NUMBER = re.compile(r"[-+]?(?:\d|inf|nan)")
NUMBERS = (
    "0", "1", "-1", "0x", "0x1", "0X1", "1_000", "1__0", "_1", "1_", "0x1_0", "0x7fff_ffff", "4294967295",
    "4294967296", "-2147483648", "-2147483649", "18446744073709551615", "18446744073709551616", "1.0", "1.", ".5",
    "0x1.", "0x1p4", "0x1.8p-1", "0x1p", "1e", "1e1_0", "1e39", "1e400", "-0.0", "0x1p1024", "nan", "-nan", "nan:0x1",
    "nan:0x0", "nan:0x800000", "nan:canonical", "inf", "-inf", "infinity", "0x0.0000001p-149", "340282356779733661637",
    "3.4028235677973366e38", "3.4028234663852886e38",
)  # fmt: skip
STRINGS = (
    '""', '"a"', '"\\00"', '"\\g"', '"\\u{41}"', '"\\u{110000}"', '"\\u{d800}"', '"\\u{}"', '"\\u{1_0}"',
    '"\\1"', '"\\ff"', '"\\c3\\a9"', '"\u00e9"', '"\\t\\n\\r\\"\\\'\\\\"', '"a\nb"', '"\t"', '"\x7f"', '"memory"',
)  # fmt: skip
BETWEEN = (
    " ", "\t", "\r", "\n", "\f", "\u00a0", ";; x\n", ";; x", "(; x ;)", "(; (; ;) ;)", "(; (; ;)", ";)", ";", ",",
    "[", "{", "#", "(@a)", '(@a (b) "c")', "(@a", "(@)", '(@"a")', "@a", '"', "$", "0$", 'a"b"', '""', "\ufeff", "\0",
)  # fmt: skip
WORDS = (
    "func", "param", "result", "local", "type", "memory", "table", "global", "elem", "data", "import", "export", "mut",
    "ref", "null", "then", "else", "end", "offset", "item", "declare", "rec", "sub", "final", "struct", "array",
    "field", "tag", "i8", "i31ref", "funcref", "externref", "shared", "pagesize", "module", "i32", "v128", "catch", "=",
    "offset=1", "offset=0x10", "offset=-1", "align=1", "align=3", "align=8", "i32x4", "0xff",
)  # fmt: skip


def scribbled(generated: Generated, choices: Choices) -> Generated:
    """The case as text with one change; nothing in it is called."""
    names = [name for name in FEATURES if name in generated.features]
    module = replace(generated.module, start=None)
    text = print_module(module, TextFormat(generated.instruction_set, text_extensions(names)))
    data = scribble(text, choices).encode()
    return replace(generated, calls=(), fuel=False, broken=True, binary=data, features=generated.features | {TEXT})


def scribble(text: str, choices: Choices) -> str:
    """Text of the text format with one change; now and then with two."""
    tokens = TOKEN.findall(text)
    for _ in range(1 + (choices.below(4) == 0)):
        at = choices.below(len(tokens))
        if tokens[at].isspace() and choices.below(4):
            at = (at + 1) % len(tokens)
        tokens = changed(tokens, at, choices)
    made = "".join(tokens)
    return text if EMPTY.search(made) else made


def changed(tokens: Sequence[str], at: int, choices: Choices) -> list[str]:
    """With a token taken away, doubled, swapped with the next, replaced, or something before it."""
    before, token, after = list(tokens[:at]), tokens[at], list(tokens[at + 1 :])
    match choices.below(8):
        case 0:
            return [*before, *after]
        case 1:
            return [*before, token, " ", token, *after]
        case 2:
            return [*before, *after[:2], " ", token, *after[2:]]
        case 3:
            return [*before, choices.pick(BETWEEN), token, *after]
        case 4:
            return [*before, " ", choices.pick((*WORDS, *NUMBERS, choices.pick(tokens))), " ", token, *after]
    return [*before, another(token, tokens, choices), *after]


def another(token: str, tokens: Sequence[str], choices: Choices) -> str:
    """A token of the same kind."""
    if token.startswith('"'):
        return choices.pick(STRINGS)
    if NUMBER.match(token):
        return choices.pick(NUMBERS)
    if token.startswith("$"):
        return choices.pick(("$", "$other", '$"a"', '$""', token + "x", "0", "99"))
    if token in "()" or token.isspace():
        return choices.pick(("", "(", ")", " ", "\n"))
    words = [each for each in tokens if each[:1].isalpha()]
    return choices.pick((choices.pick(words), choices.pick(WORDS), choices.pick(CORE.rows).mnemonic))

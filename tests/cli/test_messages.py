"""What the command says when something is wrong, held against golden files; `make golden` renews them."""

import pytest

MESSAGES = {
    "modules": """
        validate unknown.wat
        validate open.wat
        validate invalid.wat
        validate cut.wasm
        validate empty.wasm
        validate no.wasm
        validate latin.wat
        validate missing.wat
        validate sum.wat open.wat nothing.wat cut.wasm
        validate --disable threads shared.wat
        parse unknown.wat
        print cut.wasm
        objdump cut.wasm
    """,
    "runs": """
        run wants.wat
        run start.wat
        run unknown.wat
        run --invoke div sum.wat 1 0
        run --invoke peek sum.wat 0xffff
        run --invoke throw sum.wat
        run --invoke forever --fuel 1k sum.wat
        run --invoke forever --timeout 0.01 sum.wat
        run --invoke deeper --max-depth 3 sum.wat
        run --max-memory 60K sum.wat
    """,
    "usage": """
        bogus
        run missing.wat
        run .
        run --invoke none sum.wat
        run --invoke none nothing.wat
        run --invoke memory sum.wat
        run --invoke add sum.wat 1
        run --invoke add sum.wat 1 2 3
        run --invoke add sum.wat 1 x
        run --invoke add sum.wat 1 0x100000000
        run --invoke same sum.wat 1 2 3.5 x 5 6 null
        run --invoke same sum.wat 1 2 3.5 4 v 6 null
        run --invoke same sum.wat 1 2 3.5 4 5 6 func
        run --dir nowhere hello.wat
        parse sum.wat -o nowhere/sum.wasm
        compile --function none sum.wat
        compile --function 0 wants.wat
        compile invalid.wat
    """,
}


@pytest.mark.parametrize("name", MESSAGES)
def test_messages(name, quire, golden):
    lines = [line.split() for line in MESSAGES[name].strip().splitlines()]
    golden(f"{name}.txt", "\n".join(quire(*line).transcript(*line) for line in lines))


def test_an_unknown_feature_is_told_with_those_that_there_are(quire):
    done = quire("validate", "--disable", "bogus", "sum.wat")
    assert done.status == 2
    assert done.errors.startswith("quire: unknown feature: bogus: there are ")
    assert "threads" in done.errors


def test_the_line_is_shown_around_the_place_when_it_is_long(quire, folder):
    (folder / "long.wat").write_text(f"(module {'(func) ' * 100}\t(fun) {'(func) ' * 100})")
    shown, caret = quire("validate", "long.wat").errors.splitlines()[1:]
    assert len(shown) < 120
    assert shown[caret.index("^") :].startswith("fun)")


def test_a_text_does_not_speak_to_the_terminal(quire, folder):
    (folder / "text.wat").write_text('(module "\x1b[2J" \x1b]0;x\x07)')
    (folder / "import.wat").write_text(r'(import "\1b[2J" "x" (func))')
    (folder / "names.wat").write_text(r"""
      (import "\1b[2J" "\1b[2J" (func))
      (func $"\1b[2J" (export "f") (unreachable))
      (func (export "\1b[2J") (result funcref) (ref.func $"\1b[2J"))
      (@custom "\1b[2J" "x")""")
    for arguments in (
        ["validate", "text.wat"],
        ["run", "import.wat"],
        ["objdump", "-d", "names.wat"],
        ["compile", "names.wat"],
        ["run", "names.wat"],
        ["run", "--invoke", "f", "names.wat"],
        ["run", "--invoke", "x", "names.wat"],
    ):
        done = quire(*arguments)
        assert "\x1b" not in done.output + done.errors

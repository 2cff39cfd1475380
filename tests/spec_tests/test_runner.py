"""The runner itself: what is right passes, what is wrong fails, and says so."""

import pytest

NUMBERS = """
(module
  (func (export "i32") (param i32) (result i32) (local.get 0))
  (func (export "i64") (param i64) (result i64) (local.get 0))
  (func (export "f32") (param f32) (result f32) (local.get 0))
  (func (export "f64") (param f64) (result f64) (local.get 0))
  (func (export "v128") (param v128) (result v128) (local.get 0))
  (func (export "extern") (param externref) (result externref) (local.get 0))
  (func (export "func") (param funcref) (result funcref) (local.get 0))
  (func (export "two") (result i32 i64) (i32.const 1) (i64.const 2))
  (func (export "none"))
  (func $self (export "self") (result funcref) (ref.func $self))
  (global (export "global") i32 (i32.const 7)))
"""


def failures(result) -> list[str]:
    return [f"{each.line}: {each.keyword}: expected {each.expected} came {each.came}" for each in result.failures]


@pytest.mark.parametrize(
    "assertion",
    [
        '(assert_return (invoke "i32" (i32.const -1)) (i32.const 0xffffffff))',
        '(assert_return (invoke "i64" (i64.const -1)) (i64.const 0xffffffffffffffff))',
        '(assert_return (invoke "f32" (f32.const nan:0x200000)) (f32.const nan:0x200000))',
        '(assert_return (invoke "f32" (f32.const -nan)) (f32.const nan:canonical))',
        '(assert_return (invoke "f32" (f32.const nan:0x400001)) (f32.const nan:arithmetic))',
        '(assert_return (invoke "f64" (f64.const -0)) (f64.const -0))',
        """(assert_return (invoke "v128" (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15))
             (v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c))""",
        """(assert_return (invoke "v128" (v128.const f32x4 1 nan nan:0x600000 -0))
             (v128.const f32x4 1 nan:canonical nan:arithmetic -0))""",
        '(assert_return (invoke "extern" (ref.extern 3)) (ref.extern 3))',
        '(assert_return (invoke "extern" (ref.extern 3)) (ref.extern))',
        '(assert_return (invoke "extern" (ref.null extern)) (ref.null extern))',
        '(assert_return (invoke "extern" (ref.null extern)) (ref.null))',
        '(assert_return (invoke "func" (ref.null func)) (ref.null func))',
        '(assert_return (invoke "self") (ref.func))',
        '(assert_return (invoke "two") (i32.const 1) (i64.const 2))',
        '(assert_return (invoke "none"))',
        '(assert_return (get "global") (i32.const 7))',
        '(assert_return (invoke "i32" (i32.const 2)) (either (i32.const 1) (i32.const 2)))',
        '(invoke "none")',
    ],
)
def test_what_is_right_passes(run, assertion):
    result = run(NUMBERS + assertion)
    assert failures(result) == []
    assert (result.passed, result.skipped) == (2, 0)


@pytest.mark.parametrize(
    ("assertion", "expected", "came"),
    [
        ('(assert_return (invoke "i32" (i32.const 1)) (i32.const 2))', "(i32.const 2)", "(i32.const 1)"),
        ('(assert_return (invoke "i32" (i32.const 1)) (i64.const 1))', "(i64.const 1)", "(i32.const 1)"),
        ('(assert_return (invoke "f64" (f64.const -0)) (f64.const 0))', "(f64.const 0.0)", "(f64.const -0.0)"),
        (
            '(assert_return (invoke "f32" (f32.const nan:0x200000)) (f32.const nan:arithmetic))',
            "(f32.const nan:arithmetic)",
            "(f32.const nan:0x200000)",
        ),
        (
            '(assert_return (invoke "f32" (f32.const nan:0x400001)) (f32.const nan:canonical))',
            "(f32.const nan:canonical)",
            "(f32.const nan:0x400001)",
        ),
        (
            '(assert_return (invoke "f32" (f32.const nan:0x200001)) (f32.const nan:0x200000))',
            "(f32.const nan:0x200000)",
            "(f32.const nan:0x200001)",
        ),
        (
            '(assert_return (invoke "v128" (v128.const i64x2 1 2)) (v128.const i64x2 1 3))',
            "(v128.const i64x2 1 3)",
            "(v128.const i64x2 1 2)",
        ),
        ('(assert_return (invoke "extern" (ref.extern 3)) (ref.extern 4))', "(ref.extern 4)", "(ref.extern 3)"),
        ('(assert_return (invoke "self") (ref.null func))', "(ref.null func)", "(ref.func <func 9 $self>)"),
        ('(assert_return (invoke "two") (i32.const 1))', "(i32.const 1)", "(i32.const 1) (i64.const 2)"),
        ('(assert_return (invoke "none") (i32.const 1))', "(i32.const 1)", "nothing"),
        ('(assert_return (get "global") (i32.const 8))', "(i32.const 8)", "(i32.const 7)"),
        (
            '(assert_return (invoke "i32" (i32.const 3)) (either (i32.const 1) (i32.const 2)))',
            "(either (i32.const 1) (i32.const 2))",
            "(i32.const 3)",
        ),
        ('(assert_return (invoke "nothing"))', 'an exported function "nothing"', "no export of that name"),
        ('(assert_return (invoke "global"))', 'an exported function "global"', "an exported Global"),
        ('(assert_return (get "i32"))', 'an exported global "i32"', "an exported WasmFunction"),
        ('(assert_return (invoke $M "i32"))', "instance $M", "none: its module may have failed"),
        ('(assert_return (invoke "i32" (i64.const 1)) (i32.const 1))', "arguments for (i32)", "(i64)"),
        ('(assert_return (invoke "i32") (i32.const 1))', "arguments for (i32)", "()"),
        ('(invoke "i32")', "arguments for (i32)", "()"),
        ('(assert_trap (invoke "none") "unreachable")', 'a trap "unreachable"', "nothing"),
        ('(assert_exhaustion (invoke "none") "call stack exhausted")', 'a trap "call stack exhausted"', "nothing"),
        ('(assert_exception (invoke "none"))', "an exception", "nothing"),
    ],
)
def test_what_is_wrong_fails_and_says_so(run, assertion, expected, came):
    result = run(f"{NUMBERS}\n{assertion}")
    keyword = assertion.split()[0].removeprefix("(")
    assert failures(result) == [f"15: {keyword}: expected {expected} came {came}"]
    assert result.passed == 1


FAULTS = """
(module
  (tag $e)
  (memory 1)
  (func (export "trap") (unreachable))
  (func (export "load") (result i32) (i32.load (i32.const 65536)))
  (func (export "loop") (call 2))
  (func (export "throw") (throw $e))
  (func (export "catch") (block $b (try_table (catch $e $b) (throw $e)))))
"""


@pytest.mark.parametrize(
    "assertion",
    [
        '(assert_trap (invoke "trap") "unreachable")',
        '(assert_trap (invoke "load") "out of bounds memory access")',
        '(assert_trap (invoke "load") "out of bounds")',
        '(assert_exhaustion (invoke "loop") "call stack exhausted")',
        '(assert_exception (invoke "throw"))',
        '(assert_return (invoke "catch"))',
        '(assert_trap (module (func $f (unreachable)) (start $f)) "unreachable")',
    ],
)
def test_faults_that_are_expected_pass(run, assertion):
    assert failures(run(FAULTS + assertion)) == []


@pytest.mark.parametrize(
    ("assertion", "expected", "came"),
    [
        ('(assert_trap (invoke "trap") "integer overflow")', 'Trap "integer overflow"', "Trap: unreachable"),
        ('(assert_trap (invoke "trap") "unreachable code")', 'Trap "unreachable code"', "Trap: unreachable"),
        ('(assert_trap (invoke "throw") "unreachable")', 'a trap "unreachable"', "GuestException: uncaught exception"),
        ('(assert_return (invoke "trap"))', "success", "Trap: unreachable"),
        ('(assert_return (invoke "throw"))', "success", "GuestException: uncaught exception"),
        ('(invoke "trap")', "success", "Trap: unreachable"),
        ('(assert_exception (invoke "trap"))', "an exception", "Trap: unreachable"),
        ('(assert_trap (module (func)) "unreachable")', 'a trap "unreachable"', "an instance"),
        ('(assert_exhaustion (invoke "trap") "call stack exhausted")', 'Trap "call stack exhausted"', "Trap: unr"),
    ],
)
def test_faults_of_another_kind_fail(run, assertion, expected, came):
    (failure,) = run(f"{FAULTS}\n{assertion}").failures
    assert (failure.line, failure.expected) == (11, expected)
    assert failure.came.startswith(came)


BINARY = r'(module binary "\00asm\01\00\00\00"'


@pytest.mark.parametrize(
    "assertion",
    [
        '(assert_malformed (module quote "(func") "unexpected token")',
        '(assert_malformed (module binary "\\00asn") "magic header not detected")',
        '(assert_invalid (module (func (result i32))) "type mismatch")',
        '(assert_invalid (module quote "(func (result i32))") "type mismatch")',
        '(assert_unlinkable (module (import "spectest" "nothing" (func))) "unknown import")',
        '(assert_unlinkable (module (import "spectest" "print" (func (param f64)))) "incompatible import type")',
        f"{BINARY})",
        '(module quote "(func)")',
        "(module $M (func))",
    ],
)
def test_modules_are_taken_and_refused_as_expected(run, assertion):
    assert failures(run(assertion)) == []


@pytest.mark.parametrize(
    ("assertion", "expected", "came"),
    [
        (f'(assert_malformed {BINARY}) "x")', 'Malformed "x"', "a module"),
        ('(assert_malformed (module quote "(func (result i32))") "x")', 'Malformed "x"', "a module"),
        ('(assert_malformed (module quote "(func") "unexpected end")', 'Malformed "unexpected end"', "Malformed: "),
        ('(assert_invalid (module (func)) "type mismatch")', 'Invalid "type mismatch"', "a valid module"),
        ('(assert_invalid (module quote "(func") "unexpected token")', 'Invalid "unexpected token"', "Malformed: un"),
        ('(assert_invalid (module (func (drop))) "unknown local")', 'Invalid "unknown local"', "Invalid: type mis"),
        ('(assert_unlinkable (module (func)) "unknown import")', 'Unlinkable "unknown import"', "an instance"),
        ('(assert_unlinkable (module (func (drop))) "unknown import")', 'Unlinkable "unknown import"', "Invalid: "),
        (
            '(assert_unlinkable (module (import "spectest" "none" (func))) "incompatible")',
            'Unlinkable "incompatible"',
            "Unlinkable: unknown import",
        ),
        ("(module (func (drop)))", "success", "Invalid: type mismatch"),
        ('(module (import "spectest" "nothing" (func)))', "success", "Unlinkable: unknown import"),
        ('(module quote "(func")', "success", "Malformed: "),
        ('(register "M")', "an instance before it", "none"),
    ],
)
def test_modules_that_are_refused_for_another_reason_or_not_at_all_fail(run, assertion, expected, came):
    (failure,) = run(assertion).failures
    assert failure.expected == expected
    assert failure.came.startswith(came)


def test_modules_speak_to_each_other(run):
    result = run("""
      (module $A (global (export "g") (mut i32) (i32.const 1)) (func (export "f") (result i32) (i32.const 5)))
      (register "A" $A)
      (module $B
        (import "A" "f" (func $f (result i32)))
        (import "A" "g" (global $g (mut i32)))
        (func (export "set") (global.set $g (call $f))))
      (assert_return (invoke $B "set"))
      (assert_return (get $A "g") (i32.const 5))
      (assert_return (invoke "set"))
      (assert_return (invoke $A "f") (i32.const 5))
    """)
    assert failures(result) == []


def test_each_instance_of_a_definition_is_its_own(run):
    result = run("""
      (module definition $D
        (global $g (mut i32) (i32.const 1))
        (func (export "add") (result i32) (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g)))
      (module instance $I $D)
      (module instance $J $D)
      (assert_return (invoke $I "add") (i32.const 2))
      (assert_return (invoke $I "add") (i32.const 3))
      (assert_return (invoke $J "add") (i32.const 2))
      (module instance)
      (assert_return (invoke "add") (i32.const 2))
    """)
    assert failures(result) == []


def test_a_definition_is_no_instance(run):
    (failure,) = run('(module definition $D (func (export "f"))) (invoke "f")').failures
    assert failure.expected == "an instance before it"


def test_spectest(run):
    result = run("""
      (module
        (import "spectest" "print" (func $print))
        (import "spectest" "print_i32" (func $print_i32 (param i32)))
        (import "spectest" "print_f64_f64" (func $print_f64_f64 (param f64 f64)))
        (import "spectest" "global_i32" (global $i32 i32))
        (import "spectest" "global_i64" (global $i64 i64))
        (import "spectest" "global_f32" (global $f32 f32))
        (import "spectest" "global_f64" (global $f64 f64))
        (import "spectest" "table" (table 10 20 funcref))
        (import "spectest" "table64" (table i64 10 20 funcref))
        (import "spectest" "memory" (memory 1 2))
        (func (export "print") (call $print) (call $print_i32 (i32.const 1))
          (call $print_f64_f64 (f64.const 1) (f64.const 2)))
        (func (export "i32") (result i32) (global.get $i32))
        (func (export "i64") (result i64) (global.get $i64))
        (func (export "f32") (result f32) (global.get $f32))
        (func (export "f64") (result f64) (global.get $f64)))
      (invoke "print")
      (assert_return (invoke "i32") (i32.const 666))
      (assert_return (invoke "i64") (i64.const 666))
      (assert_return (invoke "f32") (f32.const 666.6))
      (assert_return (invoke "f64") (f64.const 666.6))
      (assert_unlinkable (module (import "spectest" "shared_memory" (memory 1 2))) "unknown import")
    """)
    assert failures(result) == []


def test_a_failing_module_takes_the_one_before_away(run):
    result = run("""(module (func (export "f") (result i32) (i32.const 1)))
      (assert_return (invoke "f") (i32.const 1))
      (module (func (export "f") (drop)))
      (assert_return (invoke "f") (i32.const 1))
      (module (func (export "f") (result i32) (i32.const 1)))
      (assert_return (invoke "f") (i32.const 1))""")
    assert [each.line for each in result.failures] == [3, 4]
    assert result.passed == 4


@pytest.mark.parametrize(
    "command",
    [
        "(nonsense 1 (2 3))",
        "(assert_return)",
        '(assert_return (invoke "f") (i32.const 4294967296))',
        '(assert_return (invoke "f") (i32.const 1.5))',
        '(assert_return (invoke "f") (v128.const i32x4 1 2 3))',
        '(assert_return (invoke "f" (f32.const nan:canonical)))',
        '(assert_return (invoke "f" (either (i32.const 1))))',
        '(assert_return (invoke "f") (ref.nothing))',
        '(assert_return (invoke "f") (ref.func 1))',
        '(assert_trap (invoke "f"))',
        '(assert_invalid (module quote "(func)") reason)',
        '(register "\\ff")',
        "(module (func (nonsense)))",
        "(module (func (call $nobody)))",
        "nonsense",
    ],
)
def test_a_command_that_cannot_be_read_fails_and_the_script_goes_on(run, command):
    result = run(f'(module (func (export "f")))\n{command}\n(module (func (export "f")))\n(assert_return (invoke "f"))')
    assert [(each.line, each.came.split(":")[0]) for each in result.failures] == [(2, "Malformed")]
    assert result.passed == 3


@pytest.mark.parametrize("text", [b"\xff", "(; no end", '(module (@ "x"))', "(module", '(assert_return (invoke "f")'])
def test_a_script_that_cannot_be_read_fails(run, text):
    result = run(text)
    assert len(result.failures) == 1
    assert result.failures[0].came.startswith("Malformed: ")


def test_a_script_may_be_one_module(run):
    result = run('(func) (memory 0) (func (export "f"))')
    assert (result.passed, failures(result)) == (1, [])


def test_an_empty_script_passes(run):
    result = run(";; nothing\n")
    assert (result.passed, failures(result)) == (0, [])


def test_a_guest_without_end_fails_its_command_alone(run, monkeypatch):
    monkeypatch.setattr("quire.spec_tests.subject.FUEL", 1000)
    result = run("""(module (func (export "loop") (loop (br 0))) (func (export "f")))
      (invoke "loop")
      (assert_return (invoke "f"))""")
    assert [(each.line, each.came.split(":")[0]) for each in result.failures] == [(2, "Exhausted")]


def test_a_defect_of_the_engine_fails_its_command_alone(run, monkeypatch):
    def broken(self, data):
        return {}["nothing"]

    monkeypatch.setattr("quire.spec_tests.subject.Engine.decode", broken)
    result = run(f'{BINARY})\n(module (func (export "f")))\n(assert_return (invoke "f"))')
    (failure,) = result.failures
    assert failure.line == 1
    assert failure.came.startswith("a defect of the engine: KeyError: 'nothing' (")
    assert result.passed == 2

import pytest

pytest_plugins = ["pytester"]

PASSES = "(module)\n"
FAILS = '(module)\n(assert_invalid (module) "type mismatch")\n'


@pytest.fixture
def pytest_run(pytester):
    """Runs pytest in a folder of its own with two scripts and the plugin, as an installation has it."""
    (pytester.path / "good.wast").write_text(PASSES)
    (pytester.path / "sub").mkdir()
    (pytester.path / "sub" / "bad.wast").write_text(FAILS)

    def run(*arguments: str):
        plugin = [] if _installed() else ["-p", "quire.spec_tests.plugin"]
        return pytester.runpytest_subprocess(*plugin, "-p", "no:cacheprovider", *arguments)

    return run


def _installed() -> bool:
    from importlib.metadata import entry_points

    return "quire" in entry_points(group="pytest11").names


def test_a_script_that_is_named_is_a_test(pytest_run):
    pytest_run("good.wast").assert_outcomes(passed=1)


def test_a_failure_tells_the_line_in_the_script(pytest_run):
    result = pytest_run("sub/bad.wast")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ['*bad.wast:2: assert_invalid: expected Invalid "type mismatch"', "*came a valid module"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_nobody_asked(pytest_run):
    pytest_run().assert_outcomes()
    pytest_run(".").assert_outcomes()


def test_all_are_asked_for(pytest_run):
    pytest_run("--wast").assert_outcomes(passed=1, failed=1)
    pytest_run("--wast", "sub").assert_outcomes(failed=1)


def test_folders_of_the_ini_file(pytest_run, pytester):
    pytester.makeini("[pytest]\nquire_wast = sub\n")
    pytest_run().assert_outcomes(failed=1)


def test_features(pytest_run, pytester):
    (pytester.path / "good.wast").write_text("(module (memory 1 1 shared))")
    pytest_run("good.wast").assert_outcomes(failed=1)
    pytest_run("good.wast", "--wast-enable", "threads").assert_outcomes(passed=1)

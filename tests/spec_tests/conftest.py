from pathlib import Path

import pytest

from quire.spec_tests.files import Options, run_script
from quire.spec_tests.results import FileResult


@pytest.fixture
def run(tmp_path):
    """Runs a script written as text."""

    def run(text: str | bytes, name: str = "test.wast", **options) -> FileResult:
        path: Path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return run_script(path, Options(**options))

    return run

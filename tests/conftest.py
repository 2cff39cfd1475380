"""What all tests share."""

import math
import os
from collections.abc import Callable

import pytest

from quire.engine.cache import keys

os.environ["QUIRE_CACHE_SIZE"] = "0"  # tests find nothing that was made before, and leave nothing; processes inherit it


@pytest.fixture
def steady_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sources count as unchanged, even where somebody edits them while the tests run."""
    monkeypatch.setattr(keys, "LOADED", math.inf)
    keys.fingerprint.cache_clear()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Hold a text against the file of that name in the folder `golden` beside the test; `make golden` renews it."""

    def compare(name: str, actual: str) -> None:
        path = request.path.parent / "golden" / name
        if os.environ.get("QUIRE_GOLDEN") == "renew":
            path.parent.mkdir(exist_ok=True)
            path.write_text(actual, encoding="utf-8")
        assert path.exists(), f"no golden file {path}: make golden writes it"
        assert actual == path.read_text(encoding="utf-8")

    return compare

"""The kernels of the benchmarks: as WebAssembly and by hand they compute the same, and what is known elsewhere."""

import hashlib
import importlib.util
from pathlib import Path

import pytest

import quire
from quire.engine.tiers import TIERS

KERNELS = Path(__file__).resolve().parents[2] / "benchmarks" / "kernels"
ARGUMENTS = {
    "fib": 10,
    "sieve": 400,
    "matrix": 5,
    "sha256": 100,
    "mix": 50,
    "histogram": 300,
    "scan": 2,
    "simd": 20,
    "protected": 300,
}


@pytest.fixture(scope="module")
def by_hand():
    spec = importlib.util.spec_from_file_location("benchmark_by_hand", KERNELS / "by_hand.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_kernel_is_tested(by_hand):
    assert set(by_hand.KERNELS) == set(ARGUMENTS) == {path.stem for path in KERNELS.glob("*.wat")}


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_kernel_does_what_is_done_by_hand(name, tier, by_hand):
    argument = ARGUMENTS[name]
    run = quire.instantiate((KERNELS / f"{name}.wat").read_text(), tier=tier).exports.run
    expected = by_hand.KERNELS[name](argument)
    assert run(argument) & 0xFFFFFFFF == expected
    assert run(argument) & 0xFFFFFFFF == expected  # nothing is left behind by the first call


@pytest.mark.parametrize("length", [1, 55, 56, 63, 64, 200])
def test_sha256_is_the_one_of_the_standard(by_hand, length):
    digest = hashlib.sha256(bytes(at * 7 & 255 for at in range(length))).digest()
    assert by_hand.sha256(length) == int.from_bytes(digest[:4], "big")
    run = quire.instantiate((KERNELS / "sha256.wat").read_text()).exports.run
    assert run(length) & 0xFFFFFFFF == by_hand.sha256(length)


def test_the_text_to_scan_has_what_its_readers_count(by_hand):
    assert by_hand.scan(1) % 1000 == 2
    assert by_hand.scan(3) // 1000 == 3 * len(by_hand.PARAGRAPH.replace(b"(", b" ").split())

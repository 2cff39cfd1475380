"""Work during which Python's collector rests leaves it as it was."""

import gc

import pytest

from quire.engine import collector
from quire.engine.binary import decode, encode
from quire.engine.collector import without_collector
from quire.engine.compile.running.listing import listing
from quire.engine.validate import validate
from quire.wat.parser import parse_module


@pytest.fixture(params=[True, False], ids=["collecting", "resting"])
def collects(request):
    """Whether the collector works before."""
    before = gc.isenabled()
    set_collector(on=request.param)
    yield request.param
    set_collector(on=before)


def set_collector(*, on):
    if on:
        gc.enable()
    else:
        gc.disable()


@without_collector
def divided(number, *, by):
    """A quotient, and whether the collector works."""
    return number // by, gc.isenabled()


def test_the_collector_rests_only_meanwhile(collects):
    assert divided(6, by=2) == (3, False)
    assert gc.isenabled() is collects


def test_an_error_leaves_the_collector_as_it_was(collects):
    with pytest.raises(ZeroDivisionError):
        divided(6, by=0)
    assert gc.isenabled() is collects


@pytest.fixture
def rests(monkeypatch):
    """How often the collector was stopped."""
    stopped = []
    monkeypatch.setattr(collector.gc, "disable", lambda: stopped.append(True))
    return stopped


def test_it_rests_while_a_module_is_loaded_and_while_each_function_is_written(rests):
    data = encode(parse_module("(module (func) (func))"))
    module = decode(data)
    assert len(rests) == 1
    valid = validate(module)
    assert len(rests) == 2
    assert len(list(listing(valid))) == 2
    assert len(rests) == 4


def test_the_work_keeps_its_name():
    assert divided.__name__ == "divided"
    assert divided.__doc__ == "A quotient, and whether the collector works."

"""Page states as runs, held equal to a dictionary of pages."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from quire.proposal_ops.memory_control.pages import PageStates, Run

PAGES = 24
CHANGES = st.tuples(
    st.integers(0, PAGES - 1), st.integers(1, 8), st.sampled_from([None, 0, 1, 3]), st.sampled_from(["a", "b"])
)


@given(st.lists(CHANGES, max_size=30))
def test_runs_say_of_each_page_what_was_said_last(changes: list[tuple[int, int, int | None, str]]) -> None:
    states, model = PageStates(), {page: Run(page, page + 1) for page in range(PAGES + 8)}
    for start, count, protection, origin in changes:
        states.put(Run(start, start + count, protection, origin))
        model.update({page: Run(page, page + 1, protection, origin) for page in range(start, start + count)})
    for page, expected in model.items():
        assert list(states.within(page, page + 1)) == [expected]
        around = states.around(page)
        assert around.start <= page
        assert page < around.end or around.end == -1
        assert (around.protection, around.origin) == (expected.protection, expected.origin)


@given(st.lists(CHANGES, max_size=30), st.integers(0, PAGES), st.integers(1, PAGES))
def test_runs_are_in_order_without_gaps_and_no_two_neighbours_are_equal(
    changes: list[tuple[int, int, int | None, str]], start: int, count: int
) -> None:
    states = PageStates()
    for first, length, protection, origin in changes:
        states.put(Run(first, first + length, protection, origin))
    runs = list(states.within(start, start + count))
    assert (runs[0].start, runs[-1].end) == (start, start + count)
    assert all(one.end == two.start for one, two in pairwise(runs))
    whole = list(states)
    assert not any(one.joins(two) for one, two in pairwise(whole))

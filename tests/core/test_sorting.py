"""Sorting as ever."""

from hypothesis import given
from hypothesis import strategies as st

from crackstudio.core.sorting import sorted_gently

PAIRS = st.lists(st.tuples(st.integers(0, 5), st.text(max_size=3)), max_size=60)


@given(PAIRS)
def test_it_sorts_and_keeps_the_order_of_equals(pairs: list[tuple[int, str]]) -> None:
    assert sorted_gently(pairs, key=lambda pair: pair[0]) == sorted(pairs, key=lambda pair: pair[0])


def test_many_runs_are_merged_in_order() -> None:
    items = [(at * 7919) % 20_011 for at in range(20_011)]
    assert sorted_gently(items, key=lambda item: (item % 10, "x")) == sorted(items, key=lambda item: item % 10)

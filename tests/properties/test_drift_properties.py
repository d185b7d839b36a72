"""Drift is none between equals, does not grow with the number of customers, and has its bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkt_pipeline.modelling.drift import distance, stability_index

counts = st.lists(st.integers(0, 500), min_size=2, max_size=12).filter(sum)
pairs = (
    st.integers(2, 12)
    .flatmap(
        lambda bins: st.tuples(*(st.lists(st.integers(0, 500), min_size=bins, max_size=bins),) * 2)
    )
    .filter(lambda pair: all(map(sum, pair)))
)


def shares(counted: list[int]) -> np.ndarray:
    return np.array(counted) / sum(counted)


@given(counts)
def test_equal_distributions_have_none(counted: list[int]):
    assert stability_index(shares(counted), shares(counted)) == 0
    assert distance(shares(counted), shares(counted)) == 0


@given(pairs, st.integers(2, 1000))
def test_it_does_not_grow_with_the_number_of_customers(pair, times: int):
    expected, found = pair
    more = [count * times for count in found]
    for measure in (stability_index, distance):
        once = measure(shares(expected), shares(found))
        assert measure(shares(expected), shares(more)) == pytest.approx(once, abs=1e-9)


@given(pairs)
def test_they_are_never_negative_the_same_both_ways_and_finite(pair):
    p, q = map(shares, pair)
    assert 0 <= stability_index(p, q) < 20
    assert -1e-12 <= distance(p, q) <= 1 + 1e-12
    assert stability_index(p, q) == pytest.approx(stability_index(q, p))
    assert distance(p, q) == pytest.approx(distance(q, p))

"""Capacity is exact, the order of customers does not matter, and better is never lower."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mkt_pipeline.contracts.segment_names import SEGMENTS
from mkt_pipeline.contracts.use_case import Capacity, Thresholds
from mkt_pipeline.segments.rule import assign

customers = st.dictionaries(
    st.text("abc0123456789", min_size=1, max_size=4),
    st.sampled_from([0.0, 0.1, 0.5, 0.5000001, 1.0]) | st.floats(0, 1),
    min_size=1,
    max_size=30,
)
capacities = st.builds(
    Capacity, rule=st.just("capacity"), high=st.integers(1, 20), medium=st.integers(1, 20)
)
rules = capacities | st.just(Thresholds(high=0.5, medium=0.1))


def assigned(scores: dict[str, float], rule: Capacity | Thresholds) -> dict[str, str]:
    ids = np.array(list(scores), dtype=object)
    found = assign(propensities=np.array(list(scores.values())), customer_ids=ids, rule=rule)
    return dict(zip(ids, found, strict=True))


@given(customers, capacities)
def test_capacity_is_exact(scores: dict[str, float], rule: Capacity):
    found = list(assigned(scores, rule).values())
    high = min(rule.high, len(scores))
    assert found.count("high") == high
    assert found.count("medium") == min(rule.medium, len(scores) - high)


@given(customers, rules, st.randoms())
def test_the_order_of_the_customers_does_not_matter(scores, rule, random):
    shuffled = list(scores.items())
    random.shuffle(shuffled)
    assert assigned(dict(shuffled), rule) == assigned(scores, rule)


@given(customers, rules)
def test_a_higher_propensity_is_never_in_a_lower_segment(scores, rule):
    found = assigned(scores, rule)
    by_score = sorted(scores, key=lambda customer: -scores[customer])
    places = [SEGMENTS.index(found[customer]) for customer in by_score]
    strict = [
        (places[i], places[i + 1])
        for i in range(len(places) - 1)
        if scores[by_score[i]] > scores[by_score[i + 1]]
    ]
    assert all(better <= worse for better, worse in strict)

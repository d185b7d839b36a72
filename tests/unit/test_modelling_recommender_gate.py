"""Which method is the simplest that is not beaten, and when it takes over."""

import numpy as np
import pytest

from mkt_pipeline.contracts.promotion import PromotionRules
from mkt_pipeline.modelling.recommender_gate import (
    RecommenderEvidence,
    decide_recommender,
    interval,
    simplest_not_beaten,
)
from mkt_pipeline.modelling.resampled_figures import mean_of, resample_figures
from mkt_pipeline.modelling.resampling import Interval

CUSTOMERS = 400
ORDER = ["plain", "middle", "complex"]


def drawn(**gains):
    """Figures of methods whose customers have a hit with these shares, customer by customer."""
    luck = (np.random.default_rng(3).permutation(CUSTOMERS) + 0.5) / CUSTOMERS
    figures = {}
    for name, share in gains.items():
        hits = (luck < share).astype(float)
        for measure in ("ndcg", "recall", "coverage"):
            figures[name, measure] = mean_of(hits)
    return resample_figures(figures, customers=CUSTOMERS, seed=7)


def evidence(found, **changes):
    given = {
        "chosen": "complex",
        "in_use": None,
        "baselines": ["plain", "middle"],
        "seconds_per_million": 10.0,
        **changes,
    }
    return RecommenderEvidence(drawn=found, **given)


def decided(found, **changes):
    return decide_recommender(evidence(found, **changes), PromotionRules())


@pytest.mark.parametrize(
    ("gains", "expected"),
    [
        ({"plain": 0.3, "middle": 0.3, "complex": 0.3}, "plain"),
        ({"plain": 0.3, "middle": 0.3025, "complex": 0.3}, "plain"),
        ({"plain": 0.3, "middle": 0.4, "complex": 0.4}, "middle"),
        ({"plain": 0.3, "middle": 0.4, "complex": 0.5}, "complex"),
        ({"plain": 0.5, "middle": 0.4, "complex": 0.3}, "plain"),
        ({"plain": 0.2, "middle": 0.4, "complex": 0.3}, "middle"),
    ],
)
def test_the_simplest_that_no_other_surely_beats_is_chosen(gains, expected):
    assert simplest_not_beaten(drawn(**gains), ORDER, probability=0.95) == expected


def test_a_first_choice_passes_without_one_in_use():
    decision = decided(drawn(plain=0.3, middle=0.35, complex=0.5))
    assert decision.promote
    assert decision.sentence == "Promoted: NDCG of complex is 0.5, above 0."


def test_what_is_better_than_the_one_in_use_takes_over():
    found = drawn(plain=0.3, middle=0.35, complex=0.5)
    decision = decided(found, in_use="middle")
    assert decision.promote
    assert "higher than that of middle, in use, is 1, at least 0.95" in decision.sentence


def test_what_is_not_surely_better_than_the_one_in_use_does_not():
    found = drawn(plain=0.3, middle=0.497, complex=0.5)
    decision = decided(found, in_use="middle")
    assert not decision.promote
    assert "not at least 0.95" in decision.sentence


def test_the_method_in_use_does_not_take_over_from_itself():
    decision = decided(drawn(plain=0.3, middle=0.35, complex=0.5), in_use="complex")
    assert not decision.promote
    assert "is 0.5, not at least 0.95" in decision.sentence


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"seconds_per_million": 301.0},
            "processor seconds for a million customers is 301, not at most 300",
        ),
        ({"chosen": "plain"}, "the NDCG of middle is higher is 1, not at most 0.95"),
    ],
)
def test_what_a_baseline_beats_or_what_is_slow_is_refused(changes, says):
    decision = decided(drawn(plain=0.3, middle=0.45, complex=0.5), **changes)
    assert not decision.promote
    assert says in decision.sentence


def test_what_finds_nothing_is_refused():
    decision = decided(drawn(plain=0.0, middle=0.0, complex=0.0))
    assert not decision.promote
    assert "NDCG of complex is 0, not above 0" in decision.sentence


def test_the_interval_of_a_mean_holds_what_theory_says():
    found = interval(drawn(plain=0.3), "plain", "ndcg")
    half = 1.96 * np.sqrt(found.value * (1 - found.value) / CUSTOMERS)
    assert found.high - found.value == pytest.approx(half, rel=0.2)
    assert found.value - found.low == pytest.approx(half, rel=0.2)


def test_the_interval_of_a_count_lies_around_it_though_every_draw_counts_less():
    numbers = np.arange(100)

    def different(weight):
        return len(np.unique(numbers[weight > 0])) / 200

    found = resample_figures({("m", "coverage"): different}, customers=100, seed=1)
    assert found.draws["m", "coverage"].max() < found.values["m", "coverage"] == 0.5
    around = interval(found, "m", "coverage")
    assert around.low < 0.5 < around.high
    whole = resample_figures({("m", "coverage"): lambda _: 1.0}, customers=100, seed=1)
    assert interval(whole, "m", "coverage") == Interval(1.0, 1.0, 1.0)

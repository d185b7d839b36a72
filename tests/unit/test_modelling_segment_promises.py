"""What segments were promised beside what happened."""

import numpy as np
import pytest

from mkt_pipeline.modelling.drift import score_stability
from mkt_pipeline.modelling.segment_promises import segment_promises

NAMES = ("high", "medium", "low")
ROWS = 20_000


def window(seed=1):
    random = np.random.default_rng(seed)
    truth = random.beta(1, 8, ROWS)
    segment = np.where(truth > 0.3, "high", np.where(truth > 0.15, "medium", "low"))
    return truth, random.random(ROWS) < truth, segment.astype(object)


def promises(label, propensity, segment):
    found = segment_promises(label=label, propensity=propensity, segment=segment, names=NAMES)
    return {one.segment: one for one in found}


def test_a_promise_that_is_kept_is_not_off():
    truth, label, segment = window()
    found = promises(label, truth, segment)
    assert list(found) == list(NAMES)
    for name, one in found.items():
        rows = segment == name
        assert (one.rows, one.happened.value) == (rows.sum(), label[rows].mean())
        assert one.promised == pytest.approx(truth[rows].mean())
        assert one.happened.low < one.promised < one.happened.high
        assert one.off == 0


def test_only_the_segment_that_is_promised_twice_is_off():
    truth, label, segment = window()
    found = promises(label, np.where(segment == "high", truth * 2, truth), segment)
    assert found["high"].off == pytest.approx(1, abs=0.15)
    assert found["medium"].off == found["low"].off == 0


def test_a_few_customers_are_not_off_by_chance():
    truth, label, segment = window()
    few = np.r_[np.flatnonzero(segment == "high")[:8], np.flatnonzero(segment == "low")]
    found = promises(label[few], np.where(segment == "high", truth * 1.5, truth)[few], segment[few])
    assert found["high"].off == 0
    assert "medium" not in found, "nobody is in it"


@pytest.mark.parametrize("happened", [False, True])
def test_a_segment_where_nobody_or_everybody_had_the_event_has_an_interval(happened):
    found = promises(np.full(50, happened), np.full(50, 0.5), np.full(50, "high", dtype=object))
    interval = found["high"].happened
    assert 0 <= interval.low < interval.high <= 1
    assert interval.high - interval.low == pytest.approx(0.0713, abs=1e-3), "by hand: z^2/(n+z^2)"


def test_scores_of_another_population_are_unstable_and_those_of_the_same_are_not():
    random = np.random.default_rng(1)
    before = random.normal(size=ROWS)
    assert score_stability(before, random.normal(size=ROWS)) < 0.01
    assert score_stability(before, random.normal(0.3, 1, ROWS)) == pytest.approx(0.09, abs=0.02)
    assert score_stability(before, random.normal(1, 1, ROWS)) > 0.25


def test_scores_of_a_rule_with_few_values_are_compared_by_value():
    before = np.repeat([0.0, 1.0], [900, 100])
    assert score_stability(before, before) == 0
    assert score_stability(before, np.repeat([0.0, 1.0], [500, 500])) > 0.25

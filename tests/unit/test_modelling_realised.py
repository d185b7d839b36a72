"""What came true of a publication, held against numbers worked by hand."""

import numpy as np
import pytest

from mkt_pipeline.modelling.health_words import against_rule, by_segment, health_markdown
from mkt_pipeline.modelling.metrics import evaluate
from mkt_pipeline.modelling.realised import Outcome, realised
from mkt_pipeline.modelling.realised_figures import realised_figures

PROMISED = {"roc_auc": 0.9, "baseline_roc_auc": 0.7, "lift_at_10": 3.0, "calibration_error": 0.01}

# Twenty customers: the two best of each tenth stand together.
PROPENSITY = np.repeat(np.arange(1.0, 0.0, -0.1), 2) - 0.05
LABEL = np.array([1, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], dtype=bool)
SEGMENT = np.array(["high"] * 4 + ["medium"] * 6 + ["low"] * 10, dtype=object)


def found(rule=None, segment=SEGMENT, label=LABEL, propensity=PROPENSITY, promised=PROMISED):
    figures = realised(Outcome(label, propensity, rule, segment), promised=promised, seed=7)
    return {(one.measure, one.part): one for one in figures}


def crowd(rows=4000, seed=1):
    random = np.random.default_rng(seed)
    truth = random.beta(1, 6, rows)
    return truth, random.random(rows) < truth


def test_rates_of_segments_and_tenths_are_those_counted_by_hand():
    figures = found()
    high, low = figures["event_rate", "high"], figures["event_rate", "low"]
    assert (high.value, high.customers, high.positives) == (0.75, 4, 3)
    assert high.promised == pytest.approx((0.95 * 2 + 0.85 * 2) / 4)
    assert (low.value, low.customers, low.positives) == (0.1, 10, 1)
    assert figures["event_rate", "all"].value == 6 / 20
    assert figures["event_rate", "all"].promised == pytest.approx(0.5)
    assert figures["event_rate", "decile 1"].value == 1.0
    assert figures["event_rate", "decile 2"].value == 0.5
    assert figures["event_rate", "decile 10"].value == 0.0
    assert figures["lift", "decile 1"].value == pytest.approx(1 / 0.3)
    assert figures["lift", "decile 1"].promised == pytest.approx(0.95 / 0.5)
    assert figures["lift", "high"].value == pytest.approx(0.75 / 0.3)


def test_ranking_measures_are_those_of_a_training_and_beside_what_it_promised():
    figures, expected = found(), evaluate(label=LABEL, propensity=PROPENSITY)
    for measure in ("roc_auc", "average_precision", "lift_at_10", "calibration_error"):
        assert figures[measure, "all"].value == pytest.approx(expected[measure]), measure
    assert figures["roc_auc", "all"].promised == 0.9
    assert figures["average_precision", "all"].promised is None


def test_intervals_hold_the_figure_and_shrink_with_more_customers():
    wide = found(label=crowd(500)[1], propensity=crowd(500)[0], segment=None)
    truth, label = crowd(20_000)
    narrow = found(label=label, propensity=truth, segment=None)
    for name, one in narrow.items():
        assert one.low <= one.value <= one.high, name
    for name in (("roc_auc", "all"), ("event_rate", "all"), ("calibration_error", "all")):
        assert narrow[name].high - narrow[name].low < wide[name].high - wide[name].low


def test_a_rule_that_ranks_better_is_told_plainly():
    truth, label = crowd()
    noise = np.random.default_rng(3).normal(size=len(truth))
    lost = found(rule=truth, label=label, propensity=np.clip(truth + noise, 0, 1), segment=None)
    assert lost["average_precision_over_rule", "all"].high < 0
    assert against_rule(list(lost.values())).startswith(
        "the champion ranked worse than recency-frequency-money: average precision"
    )
    won = found(rule=noise, label=label, propensity=truth, segment=None)
    assert "ranked better than recency-frequency-money: " in against_rule(list(won.values()))
    same = found(rule=truth, label=label, propensity=truth, segment=None)
    assert "though not surely" in against_rule(list(same.values()))


def test_by_how_much_a_training_was_above_the_rule_is_what_was_promised():
    truth, label = crowd()
    figures = found(rule=truth, label=label, propensity=truth, segment=None)
    assert figures["roc_auc_over_rule", "all"].promised == pytest.approx(0.2)
    assert figures["roc_auc_over_rule", "all"].value == 0
    assert figures["roc_auc", "all"].rule_of_thumb == figures["roc_auc", "all"].value


def test_where_nobody_had_the_event_there_are_rates_alone():
    figures = found(label=np.zeros(20, dtype=bool), rule=PROPENSITY)
    assert {measure for measure, _ in figures} == {"event_rate"}
    one = figures["event_rate", "all"]
    assert (one.value, one.low, one.high) == (0.0, None, None)
    assert "could not be compared" in against_rule(list(figures.values()))
    assert realised_figures(list(figures.values())) == {}


def test_the_order_of_equals_is_that_of_the_rows():
    flat = Outcome(LABEL, np.full(20, 0.3))
    assert flat.deciles.tolist() == [n // 2 for n in range(20)]


def test_a_page_and_charts_are_made_of_the_same_figures():
    figures = list(found(rule=PROPENSITY).values())
    page = health_markdown("Title", figures)
    assert "| event_rate | high | 0.7500 |" in page
    assert "high 75.0% (promised 90.0%)" in by_segment(figures)
    drawn = realised_figures(figures)
    assert set(drawn) == {"reliability", "lift_by_decile"}
    heights = [bar.get_height() for bar in drawn["lift_by_decile"].axes[0].patches]
    assert heights[0] == pytest.approx(1 / 0.3)

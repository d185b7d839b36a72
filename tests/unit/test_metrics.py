"""The measures, against values worked out by hand."""

import numpy as np
import pytest

from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.modelling.metrics import (
    METRIC_NAMES,
    calibration_error,
    evaluate,
    gain_at,
)


def labels(*values):
    return np.array(values, dtype=bool)


def test_every_name_is_there_and_nothing_else():
    found = evaluate(label=labels(0, 1, 0, 1), propensity=np.array([0.1, 0.9, 0.2, 0.4]))
    assert tuple(found) == METRIC_NAMES
    assert found["rows"] == 4
    assert found["positives"] == 2
    assert found["base_rate"] == 0.5


def test_a_perfect_order():
    found = evaluate(label=labels(0, 0, 1, 1), propensity=np.array([0.1, 0.2, 0.8, 0.9]))
    assert found["roc_auc"] == 1
    assert found["average_precision"] == 1


def test_an_order_with_one_mistake():
    found = evaluate(label=labels(1, 0, 1, 0), propensity=np.array([0.9, 0.8, 0.7, 0.1]))
    assert found["roc_auc"] == 0.75
    assert found["average_precision"] == pytest.approx((1 + 2 / 3) / 2)


def test_log_loss_and_brier():
    found = evaluate(label=labels(1, 0), propensity=np.array([0.8, 0.4]))
    assert found["log_loss"] == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2)
    assert found["brier"] == pytest.approx((0.04 + 0.16) / 2)


def test_gain_and_lift_among_the_best():
    label = np.zeros(100, dtype=bool)
    label[[0, 1, 2, 50]] = True
    found = evaluate(label=label, propensity=np.linspace(0.99, 0.01, 100))
    assert found["gain_at_1"] == 0.25
    assert found["gain_at_5"] == 0.75
    assert found["lift_at_5"] == 15
    assert found["lift_at_20"] == pytest.approx(3.75)


def test_tied_customers_are_expected_to_buy_evenly_in_whatever_order_they_lie():
    label = labels(1, 1, 0, 0, 0, 0, 0, 0, 0, 0)
    tied = np.full(10, 0.2)
    for order in (label, label[::-1]):
        assert gain_at(order, tied, share=0.1) == pytest.approx(0.1)
        assert gain_at(order, tied, share=0.35) == pytest.approx(0.35)


def test_a_share_within_a_group_of_ties_takes_its_part_of_the_group():
    label = labels(1, 1, 0, 0)
    ranking = np.array([0.9, 0.5, 0.5, 0.1])
    assert gain_at(label, ranking, share=0.5) == pytest.approx((1 + 0.5) / 2)


def test_calibration_error_is_the_mean_distance_of_the_bins():
    label = np.repeat([True, False, True, False], [30, 70, 60, 40])
    propensity = np.repeat([0.2, 0.6], 100)
    assert calibration_error(label, propensity) == pytest.approx(0.05)


def test_calibration_error_does_not_depend_on_the_order_of_rows():
    random = np.random.default_rng(3)
    propensity = np.round(random.random(500), 1)
    label = random.random(500) < propensity
    order = random.permutation(500)
    assert calibration_error(label, propensity) == pytest.approx(
        calibration_error(label[order], propensity[order])
    )


def test_a_ranking_of_its_own_changes_the_order_and_not_the_probabilities():
    label, propensity = labels(0, 1, 0, 1), np.array([0.5, 0.5, 0.5, 0.5])
    found = evaluate(label=label, propensity=propensity, ranking=np.array([1.0, 3.0, 2.0, 4.0]))
    assert found["roc_auc"] == 1
    assert found["brier"] == 0.25


@pytest.mark.parametrize("value", [True, False])
def test_one_class_only_is_refused_with_the_counts(value):
    with pytest.raises(TrainingRefusedError, match="of 3 rows have the event"):
        evaluate(label=np.full(3, value), propensity=np.full(3, 0.5))

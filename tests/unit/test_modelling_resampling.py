"""Intervals hold what they promise, and the same draws decide between two models."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.modelling.metrics import evaluate
from mkt_pipeline.modelling.resampling import MEASURES, Ranked, resample

REFERENCE = {"average_precision": average_precision_score, "roc_auc": roc_auc_score}


def population(seed, rows=800, signal=1.0):
    random = np.random.default_rng(seed)
    score = random.normal(size=rows)
    label = random.random(rows) < 1 / (1 + np.exp(2 - signal * score))
    return label, score


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("digits", [0, 6])
def test_a_row_of_weight_two_counts_like_two_rows(measure, digits):
    label, score = population(1)
    propensity = 1 / (1 + np.exp(-score.round(digits)))
    weight = np.random.default_rng(2).poisson(1, len(label))
    rows = np.repeat(np.arange(len(label)), weight)
    whole = evaluate(label=label[rows], propensity=propensity[rows])
    found = MEASURES[measure](Ranked(propensity, label), weight.astype(float))
    assert found == pytest.approx(whole[measure], abs=1e-12)


@pytest.mark.parametrize("measure", REFERENCE)
@pytest.mark.parametrize("digits", [0, 6])
def test_weighted_measures_are_those_of_scikit_learn(measure, digits):
    label, score = population(1)
    tied = score.round(digits)
    weight = np.random.default_rng(2).poisson(1, len(label)).astype(float)
    assert MEASURES[measure](Ranked(tied, label), weight) == pytest.approx(
        REFERENCE[measure](label, tied, sample_weight=weight), abs=1e-12
    )


def test_an_interval_holds_the_truth_about_as_often_as_it_says():
    label, score = population(0, 400_000)
    truth = roc_auc_score(label, score)
    inside = 0
    for seed in range(60):
        label, score = population(seed + 1, 500)
        found = resample(label=label, rankings={"m": score}, seed=seed, replicates=200)
        interval = found.interval("m", "roc_auc")
        inside += interval.low <= truth <= interval.high
    # Of 60 with 95 % each: fewer than 50 happen once in ten million times.
    assert inside >= 50


def test_a_better_model_is_seen_as_better_and_an_equal_one_is_not():
    label, score = population(3, 4000)
    noise = np.random.default_rng(4).normal(size=len(score))
    rankings = {"good": score, "same": score * 2, "blurred": score + noise}
    found = resample(label=label, rankings=rankings, seed=5)
    assert found.probability_better("good", "blurred", "average_precision") > 0.99
    assert found.probability_better("good", "same", "average_precision") == 0.5
    difference = found.difference("good", "blurred", "average_precision")
    assert 0 < difference.low < difference.value < difference.high


def test_pairs_are_surer_than_two_intervals_beside_each_other():
    label, score = population(6, 3000)
    blurred = score + 0.5 * np.random.default_rng(7).normal(size=len(score))
    found = resample(label=label, rankings={"a": score, "b": blurred}, seed=8)
    own = found.interval("a", "roc_auc")
    pair = found.difference("a", "b", "roc_auc")
    assert pair.high - pair.low < 0.7 * (own.high - own.low)


def test_rows_of_one_customer_are_drawn_together():
    label, score = population(9, 1000)
    once = resample(label=label, rankings={"m": score}, seed=1).interval("m", "roc_auc")
    four = {"label": np.tile(label, 4), "rankings": {"m": np.tile(score, 4)}, "seed": 1}
    together = resample(**four, customer=np.tile(np.arange(1000), 4)).interval("m", "roc_auc")
    alone = resample(**four).interval("m", "roc_auc")
    width = once.high - once.low
    assert together.high - together.low == pytest.approx(width, rel=0.01)
    assert alone.high - alone.low < 0.6 * width


def test_the_same_seed_draws_the_same():
    label, score = population(10)
    found = [resample(label=label, rankings={"m": score}, seed=3, replicates=50) for _ in "ab"]
    assert found[0].interval("m", "roc_auc") == found[1].interval("m", "roc_auc")


def test_a_draw_without_any_buyer_is_drawn_again():
    label = np.zeros(50, dtype=bool)
    label[0] = True
    found = resample(label=label, rankings={"m": np.arange(50.0)}, seed=2, replicates=100)
    assert np.isfinite(found.draws["m", "average_precision"]).all()


@pytest.mark.parametrize("value", [True, False])
def test_labels_of_one_class_are_refused(value):
    with pytest.raises(TrainingRefusedError, match="of 5 rows have the event"):
        resample(label=np.full(5, value), rankings={"m": np.arange(5.0)}, seed=1)

"""Fit, calibrate, choose, and test once."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.modelling.baseline import Roles
from mkt_pipeline.modelling.calibration import Calibrator, choose_method, cross_fitted
from mkt_pipeline.modelling.candidates import CANDIDATES
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.metrics import METRIC_NAMES, evaluate
from mkt_pipeline.modelling.propensity import propensity_of
from mkt_pipeline.modelling.rolling_origin import Fold
from mkt_pipeline.modelling.training import train
from mkt_pipeline.modelling.tuning import Budget, Tuning

FEATURES = (
    Feature("days_since_last_order", "orders", "number", "", ""),
    Feature("orders_90d", "orders", "number", "", ""),
    Feature("amount_90d", "orders", "number", "", ""),
    Feature("never_known", "orders", "number", "", ""),
    Feature("is_new", "profile", "flag", "", ""),
    Feature("region", "profile", "category", "", ""),
)
ROLES = Roles.of_window(90)


def labelled(day, seed, rows=800, text="str"):
    """Customers whose propensity depends on orders and region in a known way."""
    random = np.random.default_rng(seed)
    orders = random.poisson(1.0, rows).astype(float)
    region = random.choice(["north", "south", "west"], rows)
    frame = pd.DataFrame(
        {
            "days_since_last_order": np.where(orders > 0, random.exponential(40, rows), np.nan),
            "orders_90d": orders,
            "amount_90d": orders * random.lognormal(3, 1, rows),
            "never_known": np.full(rows, np.nan),
            "is_new": np.where(random.random(rows) < 0.1, np.nan, random.random(rows) < 0.2),
            "region": pd.Series(region, dtype=text),
        }
    )
    frame.loc[::11, "region"] = None
    log_odds = -3 + np.minimum(orders, 3) + 1.5 * (region == "north")
    label = random.random(rows) < 1 / (1 + np.exp(-log_odds))
    return Labelled(frame, label, np.full(rows, np.datetime64(day)))


def trained(**changes):
    arguments = {
        "features": FEATURES,
        "train": labelled("2026-01-01", 1, 3000),
        "validation": labelled("2026-03-01", 2),
        "test": labelled("2026-05-01", 3),
        "roles": ROLES,
        "last_period": "orders_90d",
    }
    arguments |= changes
    folds = (Fold(arguments["train"], arguments["validation"]),)
    return train(tuning=Tuning(arguments["features"], folds, 7, Budget(1, 0)), **arguments)


@pytest.fixture(scope="module")
def outcome():
    return trained()


def test_the_candidate_of_best_average_precision_on_validation_is_chosen(outcome):
    best = max(t.validation["average_precision"] for t in outcome.candidates)
    assert [t.name for t in outcome.candidates] == [c.name for c in CANDIDATES]
    assert outcome.chosen.validation["average_precision"] == best


def test_a_model_that_knows_the_region_beats_the_rule_on_the_later_window(outcome):
    assert outcome.test["average_precision"] > outcome.baseline_test["average_precision"]
    assert 0.75 < outcome.test["roc_auc"] < 0.9
    assert outcome.test["calibration_error"] < 0.08
    assert set(METRIC_NAMES) <= set(outcome.test)
    assert set(outcome.test) == set(outcome.baseline_test)


def test_the_test_figures_are_those_of_the_test_window(outcome):
    test = labelled("2026-05-01", 3)
    np.testing.assert_array_equal(
        propensity_of(outcome.chosen.model, test.frame), outcome.test_propensity
    )
    assert outcome.test["positives"] == test.positives
    assert [(w.name, w.dates, w.rows) for w in outcome.windows] == [
        ("train", 1, 3000),
        ("validation", 1, 800),
        ("test", 1, 800),
    ]


def test_every_candidate_and_the_baseline_are_measured_on_the_test_window(outcome):
    test = labelled("2026-05-01", 3)
    assert list(outcome.tests) == [*(c.name for c in CANDIDATES), "baseline", "last_period"]
    for one in (*outcome.candidates, *outcome.baselines):
        expected = evaluate(label=test.label, propensity=propensity_of(one.model, test.frame))
        found = outcome.tests[one.name]
        assert {name: found[name] for name in expected} == expected
        for measure in ("average_precision", "roc_auc", "lift_at_10"):
            assert found[f"{measure}_low"] < found[measure] < found[f"{measure}_high"]
    assert outcome.test == outcome.tests[outcome.chosen.name]
    assert outcome.baseline_test == outcome.tests["baseline"]


def test_the_test_window_does_not_influence_the_choice(outcome):
    """With its labels turned round the other candidate is the better one there."""
    test = labelled("2026-05-01", 3)
    turned = trained(test=replace(test, label=~test.label))
    others = [name for name in turned.tests if name not in (turned.chosen.name, "baseline")]
    assert turned.chosen.name == outcome.chosen.name
    assert any(
        turned.tests[name]["average_precision"] > turned.test["average_precision"]
        for name in others
    )


def test_training_twice_gives_the_same_model(outcome):
    np.testing.assert_array_equal(trained().test_propensity, outcome.test_propensity)


def test_the_reference_is_the_median_and_the_most_frequent(outcome):
    frame = labelled("2026-01-01", 1, 3000).frame
    assert outcome.reference["orders_90d"] == frame["orders_90d"].median()
    assert outcome.reference["region"] == frame["region"].mode()[0]
    assert outcome.reference["is_new"] == 0
    assert np.isnan(outcome.reference["never_known"])


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda c: c.name)
def test_unknown_categories_count_the_same_however_they_are_written(candidate):
    fitted = candidate.pipeline(FEATURES, 7)
    data = labelled("2026-01-01", 1, text="str")
    fitted.fit(data.frame, data.label)
    other = labelled("2026-01-01", 1, text="object").frame
    assert other["region"].dtype == object
    np.testing.assert_array_equal(
        fitted.decision_function(other), fitted.decision_function(data.frame)
    )


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda c: c.name)
def test_a_category_never_seen_and_other_column_order_are_scored(candidate):
    data = labelled("2026-01-01", 1)
    fitted = candidate.pipeline(FEATURES, 7).fit(data.frame, data.label)
    new = data.frame.assign(region="atlantis")[list(data.frame.columns[::-1])]
    assert np.isfinite(fitted.decision_function(new)).all()


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize("window", ["train", "validation", "test"])
def test_one_class_only_is_refused_with_counts_and_remedy(window, value):
    days = {"train": "2026-01-01", "validation": "2026-03-01", "test": "2026-05-01"}
    data = labelled(days[window], 4, 50)
    single = replace(data, label=np.full(50, value))
    with pytest.raises(TrainingRefusedError, match="of 50 rows with the target event") as raised:
        trained(**{window: single})
    assert "target" in raised.value.remedy


def test_a_window_without_customers_is_refused():
    with pytest.raises(TrainingRefusedError, match="no eligible customer"):
        trained(train=labelled("2026-01-01", 1, 0))


def test_windows_out_of_time_order_are_refused():
    with pytest.raises(TrainingRefusedError, match="not in time order"):
        trained(validation=labelled("2026-06-01", 2))


def test_a_column_that_is_no_feature_is_refused():
    data = labelled("2026-03-01", 2)
    with_id = replace(data, frame=data.frame.assign(customer_id="x"))
    with pytest.raises(TrainingRefusedError, match="customer_id is not a feature"):
        trained(validation=with_id)


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_a_calibrator_keeps_the_order_and_stays_within_zero_and_one(method):
    random = np.random.default_rng(5)
    score = random.normal(size=400)
    label = random.random(400) < 1 / (1 + np.exp(2 - 2 * score))
    mapped = Calibrator(method).fit(score, label).predict(np.sort(score))
    assert (np.diff(mapped) > 0).all()
    assert mapped.min() > 0
    assert mapped.max() < 1


def test_a_step_is_calibrated_better_by_isotonic_and_a_slope_by_sigmoid():
    random = np.random.default_rng(6)
    score = random.uniform(-4, 4, 4000)
    step = random.random(4000) < np.where(score > 0, 0.6, 0.05)
    slope = random.random(4000) < 1 / (1 + np.exp(-score))
    assert choose_method(score, step, seed=1)[0] == "isotonic"
    assert choose_method(score, slope, seed=1)[0] == "sigmoid"


def test_cross_fitting_does_not_flatter_a_score_that_knows_nothing():
    random = np.random.default_rng(8)
    score, label = random.normal(size=200), random.random(200) < 0.3
    seen = Calibrator("isotonic").fit(score, label).predict(score)
    unseen = cross_fitted("isotonic", score, label, seed=1)
    ignorant = label.mean() * (1 - label.mean())
    assert np.mean((seen - label) ** 2) < ignorant < np.mean((unseen - label) ** 2)

"""Contributions are Shapley values: exactly, or as near as a model that must be asked allows."""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.asked_parts import AskedParts
from mkt_pipeline.modelling.boosted_parts import BoostedParts
from mkt_pipeline.modelling.boosting import BOOSTING
from mkt_pipeline.modelling.calibration import Calibrated, Calibrator
from mkt_pipeline.modelling.candidates import CANDIDATES
from mkt_pipeline.modelling.contributions import Explainer
from mkt_pipeline.modelling.families import families
from mkt_pipeline.modelling.linear_parts import LinearParts
from mkt_pipeline.modelling.linear_svm import LINEAR_SVM
from mkt_pipeline.modelling.logistic import LOGISTIC
from mkt_pipeline.modelling.online_logistic import ONLINE_LOGISTIC
from mkt_pipeline.modelling.reference import reference_of
from mkt_pipeline.modelling.single_tree_parts import SingleTreeParts
from mkt_pipeline.modelling.tree import TREE

FEATURES = (
    Feature("region", "profile", "category", "Region.", "lives in {value}"),
    Feature("visits_90d", "visits", "number", "Visits.", "{value} visits in the last 90 days"),
    Feature("has_quote", "quotes", "flag", "Open quote.", "has an open quote"),
    Feature("visits_30d", "visits", "number", "Visits.", "{value} visits in the last 30 days"),
    Feature("channel", "profile", "category", "Channel.", "came by {value}"),
)


@pytest.fixture(scope="module")
def customers():
    rng = np.random.default_rng(4)
    rows = 3_000
    frame = pd.DataFrame(
        {
            "region": rng.choice(["north", "south", None], rows),
            "visits_90d": rng.poisson(2, rows).astype(float),
            "has_quote": rng.integers(0, 2, rows).astype(float),
            "visits_30d": rng.poisson(1, rows).astype(float),
            "channel": rng.choice(["web", "shop", "seldom"], rows, p=[0.6, 0.39, 0.01]),
        }
    )
    frame.loc[rng.random(rows) < 0.2, "visits_30d"] = np.nan
    score = frame["visits_90d"] + 2 * (frame["region"] == "north") - frame["has_quote"]
    return frame, (score + rng.normal(0, 1, rows) > 3).to_numpy()


def fitted(candidate, customers):
    frame, label = customers
    pipeline = candidate.pipeline(FEATURES, 1).fit(frame, label)
    return Calibrated(
        pipeline, Calibrator("isotonic").fit(pipeline.decision_function(frame), label)
    )


def strange(frame):
    """Customers as they come: unseen categories, missing values, infinities where trees bear it."""
    return frame.assign(
        region=frame["region"].where(frame.index % 7 > 0, "never seen"),
        channel=frame["channel"].where(frame.index % 5 > 0, None),
        visits_90d=frame["visits_90d"].where(frame.index % 3 > 0, np.nan),
    )


def explainer(candidate, customers):
    frame, _ = customers
    return Explainer(fitted(candidate, customers), reference_of(frame, FEATURES), FEATURES)


def by_family(contributions):
    """A family's contribution stands at one of its features."""
    return np.column_stack([contributions[:, list(f)].sum(axis=1) for f in families(FEATURES)])


def by_every_coalition(asked, frame):
    """The definition itself: each family's move, over all orders in which families could come."""
    related, slope = families(FEATURES), asked.model.calibrator.slope
    players = range(len(related))

    def score(coalition):
        usual = [FEATURES[m].name for p in players if p not in coalition for m in related[p]]
        changed = {
            name: pd.Series([asked.reference[name]] * len(frame), dtype=frame[name].dtype)
            for name in usual
        }
        return asked.model.decision_function(frame.assign(**changed))

    result = np.zeros((len(frame), len(related)))
    for player in players:
        others = [p for p in players if p != player]
        for size in range(len(related)):
            share = factorial(size) * factorial(len(others) - size) / factorial(len(related))
            for coalition in map(set, combinations(others, size)):
                moved = score(coalition | {player}) - score(coalition)
                result[:, player] += share * moved * slope
    return result


@pytest.mark.parametrize(
    ("candidate", "parts"),
    [
        (BOOSTING, BoostedParts),
        (LOGISTIC, LinearParts),
        (ONLINE_LOGISTIC, LinearParts),
        (LINEAR_SVM, LinearParts),
        (TREE, SingleTreeParts),
    ],
    ids=lambda given: getattr(given, "name", ""),
)
def test_trees_and_linear_models_have_exact_shapley_values(candidate, parts, customers):
    asked = explainer(candidate, customers)
    assert isinstance(asked.parts, parts)
    some = strange(customers[0].head(400))
    found = by_family(asked.explained(some).contributions)
    assert np.abs(found).max() > 1
    np.testing.assert_allclose(found, by_every_coalition(asked, some), atol=1e-6)


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda candidate: candidate.name)
def test_contributions_of_every_candidate_add_up(candidate, customers):
    asked = explainer(candidate, customers)
    some = strange(customers[0].head(300))
    told = asked.explained(some)
    usual = asked.model.decision_function(pd.DataFrame([asked.reference]))
    distance = asked.model.decision_function(some) - usual
    np.testing.assert_allclose(
        told.contributions.sum(axis=1), distance * asked.model.calibrator.slope, atol=1e-6
    )
    np.testing.assert_array_equal(told.propensity, asked.model.predict_proba(some)[:, 1])


def test_a_model_that_is_asked_is_nearly_right_too(customers):
    asked = explainer(BOOSTING, customers)
    some = customers[0].head(400)
    asking = AskedParts(asked.model, asked.reference, FEATURES, families(FEATURES))
    differs = np.column_stack([some[f.name] != asked.reference[f.name] for f in FEATURES])
    _, moved = asking.of(some, differs)
    exact = by_every_coalition(asked, some)
    off = np.abs(moved * asked.model.calibrator.slope - exact)
    assert off.mean() < 0.1 * np.abs(exact).mean()


class TwoTogether:
    """Visits count for more with an open quote; nothing else acts together."""

    def decision_function(self, frame):
        north = (frame["region"] == "north").fillna(value=False).astype(float)
        return (frame["visits_90d"] * (1 + frame["has_quote"]) + 0.5 * north).to_numpy()


def test_a_model_that_is_asked_is_exact_where_two_act_together():
    reference = {
        "region": None,
        "visits_90d": 0.0,
        "visits_30d": 0.0,
        "has_quote": 0.0,
        "channel": None,
    }
    rows = pd.DataFrame(
        {
            "region": ["north", None],
            "visits_90d": [3.0, 4.0],
            "has_quote": [1.0, 1.0],
            "visits_30d": [0.0, 0.0],
            "channel": [None, None],
        }
    )
    differs = np.array([[True, True, True, False, False], [False, True, True, False, False]])
    asking = AskedParts(TwoTogether(), reference, FEATURES, families(FEATURES))
    # Of the three visits' second half, one half is the quote's: nobody came first.
    np.testing.assert_allclose(
        asking.of(rows, differs)[1], [[0.5, 4.5, 1.5, 0.0], [0.0, 6.0, 2.0, 0.0]]
    )


def test_log_odds_of_a_sigmoid_are_what_contributions_add_up_to(customers):
    frame, label = customers
    pipeline = LOGISTIC.pipeline(FEATURES, 1).fit(frame, label)
    calibrator = Calibrator("sigmoid").fit(pipeline.decision_function(frame), label)
    asked = Explainer(Calibrated(pipeline, calibrator), reference_of(frame, FEATURES), FEATURES)
    told = asked.explained(frame.head(50))

    def odds(propensity):
        return np.log(propensity / (1 - propensity))

    np.testing.assert_allclose(
        odds(told.propensity), odds(asked.usual_propensity) + told.contributions.sum(axis=1)
    )


def test_what_is_unknown_for_one_reason_is_told_once_and_adds_up():
    """Who has no order has neither a last nor a first one."""
    said = "days | no order known"
    features = (
        Feature("days_since_last_order", "orders", "number", "Last.", f"last {{value}} {said}"),
        Feature("days_since_first_order", "orders", "number", "First.", f"first {{value}} {said}"),
        Feature("age_years", "age", "number", "Age.", "{value} years | no age known"),
    )
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({one.name: rng.exponential(50, 3000) for one in features})
    never = rng.random(3000) < 0.2
    frame.loc[never, ["days_since_last_order", "days_since_first_order"]] = np.nan
    frame.loc[::7, "age_years"] = np.nan
    label = rng.random(3000) < np.where(never, 0.1, 0.4)
    pipeline = LOGISTIC.pipeline(features, 1).fit(frame, label)
    model = Calibrated(
        pipeline, Calibrator("sigmoid").fit(pipeline.decision_function(frame), label)
    )
    asked = Explainer(model, reference_of(frame, features), features)
    told = asked.explained(frame)
    of_orders = np.count_nonzero(told.contributions[:, :2], axis=1)
    assert (of_orders[never] == 1).all()
    assert (of_orders[~never] == 2).all()
    log_odds = model.calibrator.log_odds(model.decision_function(frame))
    np.testing.assert_allclose(asked.usual_log_odds + told.contributions.sum(axis=1), log_odds)


def test_propensities_are_those_of_the_model_bit_for_bit(customers):
    asked = explainer(BOOSTING, customers)
    some = strange(customers[0])
    some["has_quote"] = some["has_quote"].where(some.index % 11 > 0, np.inf)
    expected = asked.model.predict_proba(some)[:, 1]
    np.testing.assert_array_equal(asked.explained(some).propensity, expected)


def test_values_on_a_threshold_go_where_the_model_sends_them(customers):
    trees = fitted(BOOSTING, customers).model[1]
    tables = trees.tables
    rng = np.random.default_rng(2)
    near = {
        (split.column, split.threshold + step)
        for split in tables.splits
        for step in (-1e-9, 0.0, 1e-9)
        if split.left is None
    }
    rows = rng.integers(0, 3, (len(near), trees.n_features_in_)).astype(float)
    for row, (column, value) in zip(rows, sorted(near), strict=True):
        row[column] = value
    expected = np.full(len(rows), tables.baseline)
    for (predictor,) in trees._predictors:
        known = trees._bin_mapper.make_known_categories_bitsets()
        expected += predictor.predict(rows, *known, n_threads=1)
    np.testing.assert_array_equal(tables.score(tables.codes(np.asfortranarray(rows))), expected)


def test_other_values_in_one_column_give_the_score_of_the_changed_rows(customers):
    trees = fitted(BOOSTING, customers).model[1]
    tables, rng = trees.tables, np.random.default_rng(5)
    rows = np.asfortranarray(rng.integers(0, 4, (300, trees.n_features_in_)).astype(float))
    codes = tables.codes(rows)
    for column in range(rows.shape[1]):
        changed = rows.copy(order="F")
        changed[:, column] = rng.permutation(changed[:, column])
        told = tables.score_with(codes, tables.score(codes), column, changed[:, column])
        np.testing.assert_allclose(told, tables.score(tables.codes(changed)), atol=1e-9)
        assert not np.array_equal(told, tables.score(codes))


def test_the_tables_are_no_part_of_what_is_kept(customers):
    trees = fitted(BOOSTING, customers).model[1]
    before = set(trees.__getstate__())
    assert trees.tables
    assert set(trees.__getstate__()) == before


def test_trees_with_many_splits_are_asked_as_a_whole(customers):
    frame, label = customers
    pipeline = BOOSTING.pipeline(FEATURES, 1)
    pipeline[1].set_params(max_leaf_nodes=64, min_samples_leaf=2)
    pipeline.fit(frame, label)
    model = Calibrated(pipeline, Calibrator().fit(pipeline.decision_function(frame), label))
    assert pipeline[1].tables is None
    assert isinstance(Explainer(model, reference_of(frame, FEATURES), FEATURES).parts, AskedParts)

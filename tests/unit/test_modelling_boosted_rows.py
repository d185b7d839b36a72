"""Tables of leaves give what the trees give, bit for bit, and the same contributions."""

import numpy as np
import pandas as pd
import pytest

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling import contributions as module
from mkt_pipeline.modelling.boosted_rows import boosted_rows
from mkt_pipeline.modelling.boosting import BOOSTING
from mkt_pipeline.modelling.calibration import Calibrated, Calibrator
from mkt_pipeline.modelling.contributions import explained
from mkt_pipeline.modelling.logistic import LOGISTIC
from mkt_pipeline.modelling.reference import reference_of

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


def test_both_ways_give_the_same_contributions(customers, monkeypatch):
    frame, _ = customers
    asked = {
        "model": fitted(BOOSTING, customers),
        "frame": frame.head(500),
        "reference": reference_of(frame, FEATURES),
        "features": FEATURES,
        "pairs_per_call": 300,
    }
    once = explained(**asked).contributions
    assert np.abs(once).max() > 0.5
    monkeypatch.setattr(module, "boosted_rows", lambda *_: None)
    np.testing.assert_allclose(once, explained(**asked).contributions, atol=1e-9)


def test_propensities_are_those_of_the_model_bit_for_bit(customers):
    frame, _ = customers
    model = fitted(BOOSTING, customers)
    strange = frame.assign(
        region=frame["region"].where(frame.index % 7 > 0, "never seen"),
        channel=frame["channel"].where(frame.index % 5 > 0, None),
        visits_90d=frame["visits_90d"].where(frame.index % 3 > 0, np.nan),
        has_quote=frame["has_quote"].where(frame.index % 11 > 0, np.inf),
    )
    told = explained(
        model=model, frame=strange, reference=reference_of(frame, FEATURES), features=FEATURES
    )
    np.testing.assert_array_equal(told.propensity, model.predict_proba(strange)[:, 1])


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
    assert boosted_rows(model, frame, reference_of(frame, FEATURES), FEATURES) is None


def test_any_other_model_is_asked_as_a_whole(customers):
    frame, _ = customers
    reference = reference_of(frame, FEATURES)
    assert boosted_rows(fitted(BOOSTING, customers), frame, reference, FEATURES)
    assert boosted_rows(fitted(LOGISTIC, customers), frame, reference, FEATURES) is None
    assert boosted_rows(object(), frame, reference, FEATURES) is None

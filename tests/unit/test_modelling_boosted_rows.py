"""Walking few trees gives the contributions that asking the whole model gives."""

import numpy as np
import pandas as pd
import pytest

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling import contributions as module
from mkt_pipeline.modelling.boosted_rows import boosted_rows
from mkt_pipeline.modelling.boosting import build_boosting
from mkt_pipeline.modelling.calibration import Calibrated, Calibrator
from mkt_pipeline.modelling.contributions import contributions
from mkt_pipeline.modelling.logistic import build_logistic
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


def fitted(build, customers):
    frame, label = customers
    pipeline = build(FEATURES, 1).fit(frame, label)
    return Calibrated(
        pipeline, Calibrator("isotonic").fit(pipeline.decision_function(frame), label)
    )


def test_both_ways_give_the_same_contributions(customers, monkeypatch):
    frame, _ = customers
    asked = {
        "model": fitted(build_boosting, customers),
        "frame": frame.head(500),
        "reference": reference_of(frame, FEATURES),
        "features": FEATURES,
        "pairs_per_call": 300,
    }
    once = contributions(**asked)
    assert np.abs(once).max() > 0.5
    monkeypatch.setattr(module, "boosted_rows", lambda *_: None)
    np.testing.assert_allclose(once, contributions(**asked), atol=1e-9)


def test_any_other_model_is_asked_as_a_whole(customers):
    frame, _ = customers
    reference = reference_of(frame, FEATURES)
    assert boosted_rows(fitted(build_boosting, customers), frame, reference, FEATURES)
    assert boosted_rows(fitted(build_logistic, customers), frame, reference, FEATURES) is None
    assert boosted_rows(object(), frame, reference, FEATURES) is None

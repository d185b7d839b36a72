"""Attributes that a model may not use, and whether others give them away."""

import numpy as np
import pandas as pd
import pytest

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.stand_ins import stand_ins

ROWS = 4000
FEATURES = (
    Feature("region", "profile", "category", "Region.", "{value}"),
    Feature("orders_90d", "frequency", "number", "Orders.", "{value}"),
    Feature("noise", "frequency", "number", "Nothing.", "{value}"),
)


@pytest.fixture(scope="module")
def people():
    random = np.random.default_rng(1)
    gender = random.choice(["f", "m"], ROWS)
    region = np.where(random.random(ROWS) < 0.85, np.where(gender == "f", "a", "b"), "c")
    frame = pd.DataFrame(
        {
            "region": region.astype(object),
            "orders_90d": random.poisson(2, ROWS).astype(float),
            "noise": np.where(random.random(ROWS) < 0.1, np.nan, random.random(ROWS)),
        }
    )
    frame.loc[::30, "region"] = None
    age = 20 + 5 * frame["orders_90d"] + random.normal(0, 2, ROWS)
    attributes = pd.DataFrame({"gender": gender.astype(object), "age_years": age})
    return frame, attributes


def told(frame, attributes):
    found = stand_ins(frame=frame, features=FEATURES, attributes=attributes, seed=7)
    return {one.attribute: one for one in found}


def test_what_gives_an_attribute_away_is_named(people):
    found = told(*people)
    assert found["gender"].is_given_away
    assert found["gender"].by[0][0] == "region"
    assert found["age_years"].is_given_away
    assert found["age_years"].by[0][0] == "orders_90d"
    assert "region (0.9" in found["gender"].words


def test_an_attribute_that_nothing_tells_is_not_given_away(people):
    frame, attributes = people
    random = np.random.default_rng(3)
    attributes = attributes.assign(gender=random.permutation(attributes["gender"].to_numpy()))
    found = told(frame, attributes)["gender"]
    assert not found.is_given_away
    assert found.roc_auc == pytest.approx(0.5, abs=0.06)


def test_with_too_few_of_a_kind_nothing_is_said(people):
    frame, attributes = people
    rare = np.where(np.arange(ROWS) < ROWS - 10, "f", "m").astype(object)
    assert "gender" not in told(frame, attributes.assign(gender=rare))
    assert "gender" not in told(frame, attributes.assign(gender=None))

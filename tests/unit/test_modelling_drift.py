"""Drift: measures worked by hand, bins that tell nobody, and what is only unusual."""

import json

import numpy as np
import pandas as pd
import pytest

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.monitoring import MonitoringRules
from mkt_pipeline.errors import ModelRefusedError
from mkt_pipeline.modelling.drift import distance, drift_signs, freshness_sign, stability_index
from mkt_pipeline.modelling.reference_distribution import (
    FEWEST,
    ReferenceDistribution,
    reference_distribution,
)

RULES = MonitoringRules()
FEATURES = (
    Feature("orders", "orders", "number", "", ""),
    Feature("is_new", "profile", "flag", "", ""),
    Feature("region", "profile", "category", "", ""),
)


def customers(rows=3000, seed=1, shift=0.0, regions=("north", "south")):
    random = np.random.default_rng(seed)
    region = pd.Series(random.choice(list(regions), rows), dtype=object)
    region[::10] = None
    return pd.DataFrame(
        {
            "orders": random.poisson(2, rows) + shift,
            "is_new": (random.random(rows) < 0.3).astype(float),
            "region": region,
        }
    )


def reference(frame=None, score=None):
    return reference_distribution(
        frame=customers() if frame is None else frame,
        features=FEATURES,
        as_of=np.zeros(len(customers() if frame is None else frame), dtype="datetime64[D]"),
        score=np.random.default_rng(2).beta(1, 9, 3000) if score is None else score,
    )


def signs(frame, learned=None, score=None):
    learned = learned or reference()
    score = np.random.default_rng(3).beta(1, 9, 3000) if score is None else score
    found = drift_signs(
        reference=learned,
        features={one.name: one.counts(frame[one.name]) for one in learned.features},
        score=learned.score.counts(pd.Series(score)),
        rules=RULES,
    )
    return {one.name: one for one in found}


def test_the_stability_index_is_the_one_worked_by_hand():
    expected, found = np.array([0.5, 0.5]), np.array([0.8, 0.2])
    by_hand = 0.3 * np.log(0.8 / 0.5) + -0.3 * np.log(0.2 / 0.5)
    assert stability_index(expected, found) == pytest.approx(by_hand)


def test_the_distance_is_0_for_equal_1_for_disjoint_and_by_hand_between():
    assert distance(np.array([0.2, 0.8]), np.array([0.2, 0.8])) == 0
    assert distance(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == 1
    middle = np.array([0.75, 0.25])
    by_hand = (np.log2(1 / 0.75) + 0.5 * np.log2(0.5 / 0.75) + 0.5 * np.log2(0.5 / 0.25)) / 2
    assert middle.sum() == 1
    assert distance(np.array([1.0, 0.0]), np.array([0.5, 0.5])) == pytest.approx(np.sqrt(by_hand))


def test_other_customers_of_the_same_kind_are_no_drift():
    assert {one.level for one in signs(customers(seed=9)).values()} == {"ok"}


def test_what_moved_is_told_and_what_stayed_is_not():
    found = signs(customers(seed=9, shift=2))
    assert found["feature orders"].level == "alarm"
    assert found["feature region"].level == found["score propensity"].level == "ok"


def test_scores_have_a_sign_of_their_own():
    found = signs(customers(seed=9), score=np.random.default_rng(3).beta(3, 9, 3000))
    assert found["score propensity"].level == "alarm"


def test_missing_is_a_bin_and_so_is_what_was_never_seen():
    missing = customers(seed=9)
    missing["region"] = None
    assert signs(missing)["feature region"].level == "alarm"
    assert signs(missing)["unknown region"].value == 0
    moved = signs(customers(seed=9, regions=("north", "west", "east")))
    assert moved["unknown region"].value == pytest.approx(0.6, abs=0.05)
    assert moved["unknown region"].level == "alarm"


def test_a_bin_that_was_nearly_empty_does_not_cry_wolf():
    """The index alone would warn of three customers in a hundred where there were none."""
    learned = reference(customers(rows=3000))
    night = customers(seed=9)
    night.loc[night.index % 16 == 0, "region"] = "new"
    found = signs(night, learned)["feature region"]
    assert found.value > RULES.stability_index.alarm
    assert found.level != "alarm"


def test_a_rare_category_is_neither_unseen_nor_named():
    frame = customers()
    frame.loc[1:5, "region"] = "hamlet"
    learned = reference(frame)
    text = json.dumps(learned.document())
    assert "hamlet" not in text
    night = customers(seed=9)
    night.loc[1:5, "region"] = "hamlet"
    assert signs(night, learned)["unknown region"].value == 0
    night.loc[11:15, "region"] = "new town"
    assert signs(night, learned)["unknown region"].value == 5 / 3000


def test_no_bin_is_of_few_customers():
    frame = customers()
    frame["orders"] = np.where(np.arange(3000) < FEWEST - 1, 1e6 + 1, np.arange(3000) % 3)
    learned = reference(frame)
    for one in learned.features:
        told = np.array(one.shares) * len(frame)
        assert all(count == 0 or count >= FEWEST - 0.1 for count in told), one.name
    assert "1000001" not in json.dumps(learned.document())


def test_a_bin_counts_once_for_each_date():
    frame = customers(rows=1000)
    days = np.arange(1000) % 10
    by_date = reference_distribution(
        frame=frame, features=FEATURES, as_of=days.astype("datetime64[D]"), score=np.ones(9)
    )
    assert len(by_date.features[0].shares) < len(reference(frame).features[0].shares)


def test_what_differs_from_date_to_date_anyway_is_no_drift():
    """Orders are other ones at each of the dates; a night like one of them is usual."""
    dates = [customers(seed=seed, shift=3 * seed) for seed in range(3)]
    days = np.repeat(np.arange(3), 3000).astype("datetime64[D]")
    learned = reference_distribution(
        frame=pd.concat(dates, ignore_index=True),
        features=FEATURES,
        as_of=days,
        score=np.random.default_rng(2).beta(1, 9, 3000),
    )
    found = signs(customers(seed=9, shift=6), learned)["feature orders"]
    assert found.value > RULES.stability_index.alarm
    assert found.distance > RULES.distance.alarm
    assert (found.level, found.distance) == ("ok", pytest.approx(found.usual, abs=0.03))
    assert signs(customers(seed=9, shift=60), learned)["feature orders"].level == "alarm"


def test_it_is_the_same_read_back():
    learned = reference()
    again = ReferenceDistribution.from_document(json.loads(json.dumps(learned.document())))
    assert again == learned
    with pytest.raises(ModelRefusedError, match="train anew"):
        ReferenceDistribution.from_document({"rows": 1})


def test_a_pause_is_old_beside_the_pauses_before_it():
    every_day = list(range(60))
    assert freshness_sign(entity="orders", days_before=every_day, rules=RULES).level == "ok"
    late = freshness_sign(entity="orders", days_before=[d + 3 for d in every_day], rules=RULES)
    assert (late.value, late.usual, late.level) == (4, 1, "alarm")
    weekly = [day * 7 + 6 for day in range(20)]
    usual = freshness_sign(entity="orders", days_before=weekly, rules=RULES)
    assert (usual.value, usual.usual, usual.level) == (7, 7, "ok")
    assert freshness_sign(entity="orders", days_before=[3, 4], rules=RULES) is None

"""Training dates of different base rates, and what must not be learned from that."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.boosting import BlockwiseBoosting
from mkt_pipeline.modelling.candidates import candidates_named
from mkt_pipeline.modelling.date_weights import date_weights
from mkt_pipeline.modelling.informative import informative
from mkt_pipeline.modelling.labelled import Labelled

FEATURES = tuple(
    Feature(name, "orders", "number", "One.", "{value}") for name in ("worth", "tenure", "season")
)
ROWS = 2000


def dates(months, *, seed=1):
    """Fewer buy from month to month while everybody's tenure grows; among the customers of one
    date, those of long tenure buy more.
    """
    random, parts, labels, days = np.random.default_rng(seed), [], [], []
    for month in range(months):
        worth, own = random.normal(size=ROWS), random.normal(size=ROWS)
        log_odds = 0.5 - 0.5 * month + worth + 0.7 * own
        labels.append(random.random(ROWS) < 1 / (1 + np.exp(-log_odds)))
        parts.append(
            pd.DataFrame({"worth": worth, "tenure": own + month, "season": float(month % 12)})
        )
        day = np.datetime64("2025-01-01") + 30 * month
        days.append(np.full(ROWS, day, "datetime64[D]"))
    return Labelled(pd.concat(parts, ignore_index=True), np.concatenate(labels), np.hstack(days))


def only(data, day):
    rows = data.as_of == day
    return Labelled(data.frame[rows], data.label[rows], data.as_of[rows])


def test_every_date_has_the_base_rate_of_all_and_counts_alike():
    data = dates(4)
    weights = date_weights(data)
    for day in np.unique(data.as_of):
        rows = data.as_of == day
        assert weights[rows].mean() == pytest.approx(1)
        assert np.average(data.label[rows], weights=weights[rows]) == pytest.approx(
            data.label.mean()
        )


def test_a_date_with_one_class_weighs_one():
    data = dates(2)
    data.label[:ROWS] = False
    assert set(date_weights(data)[:ROWS]) == {1.0}


@pytest.mark.parametrize("name", ["logistic", "boosting"])
def test_what_moves_with_the_date_does_not_turn_the_order_within_one(name):
    everything = dates(6)
    days = np.unique(everything.as_of)
    earlier = everything.as_of < days[-1]
    train = Labelled(
        everything.frame[earlier], everything.label[earlier], everything.as_of[earlier]
    )
    later, features = only(everything, days[-1]), FEATURES[:2]
    (candidate,) = candidates_named((name,))
    weighted = candidate.fitted(features, train, 7)
    plain = candidate.pipeline(features, 7).fit(train.frame, train.label)
    found, before = (
        roc_auc_score(later.label, model.decision_function(later.frame))
        for model in (weighted, plain)
    )
    assert found > before + 0.004


def test_the_season_is_left_out_until_every_season_was_seen():
    assert [f.name for f in informative(FEATURES, dates(11))] == ["worth", "tenure"]
    assert [f.name for f in informative(FEATURES, dates(13))] == ["worth", "tenure", "season"]


def test_a_column_of_one_value_is_left_out_and_one_that_is_sometimes_unknown_is_not():
    data = dates(3)
    data.frame["worth"] = np.where(np.arange(len(data.frame)) % 7 == 0, np.nan, 1.0)
    data.frame["tenure"] = np.nan
    assert [f.name for f in informative(FEATURES, data)] == ["worth"]


def test_the_bins_of_the_trees_do_not_depend_on_the_weights_and_the_trees_do():
    """Weighted bins cost more than all trees together, for edges a hair's breadth away."""
    random = np.random.default_rng(3)
    rows = random.normal(size=(2000, 2))
    label = random.random(2000) < 1 / (1 + np.exp(-rows[:, 0]))
    weights = np.where(label, 1.0, 5.0)
    plain, weighted = (
        BlockwiseBoosting(max_iter=5, early_stopping=False).fit(rows, label, given)
        for given in (None, weights)
    )
    for one, other in zip(
        plain._bin_mapper.bin_thresholds_, weighted._bin_mapper.bin_thresholds_, strict=True
    ):
        np.testing.assert_array_equal(one, other)
    assert weighted.predict_proba(rows)[:, 1].mean() < plain.predict_proba(rows)[:, 1].mean() / 2

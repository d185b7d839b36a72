"""The search for parameters, and the folds in time that it is measured on."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from small_training import FEATURES, labelled

from mkt_pipeline.contracts.trial import Trial
from mkt_pipeline.modelling.candidates import candidates_named
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.random_split import random_split
from mkt_pipeline.modelling.rolling_origin import Fold, rolling_folds
from mkt_pipeline.modelling.tuning import Budget, Tuning, best_of

(TREE,) = candidates_named(("tree",))
FIRST = np.datetime64("2026-01-01")


def dates(count, *, step=30):
    """Some rows of every date, and a validation date 60 days after the last."""
    parts = [labelled(str(FIRST + step * n), n, 200) for n in range(count)]
    train = Labelled(
        pd.concat([one.frame for one in parts], ignore_index=True),
        np.concatenate([one.label for one in parts]),
        np.concatenate([one.as_of for one in parts]),
    )
    return train, labelled(str(FIRST + step * (count - 1) + 60), 99, 200)


def days_of(data):
    return [int((day - FIRST) / np.timedelta64(1, "D")) for day in np.unique(data.as_of)]


def test_every_fold_learns_only_from_label_windows_that_had_closed():
    train, validation = dates(6)
    folds = rolling_folds(train=train, validation=validation, span_days=60, folds=4)
    assert [(days_of(f.train), days_of(f.validation)) for f in folds] == [
        ([0, 30], [90]),
        ([0, 30, 60], [120]),
        ([0, 30, 60, 90], [150]),
        ([0, 30, 60, 90, 120, 150], [210]),
    ]
    for fold in folds:
        assert fold.train.as_of.max() + np.timedelta64(60, "D") <= fold.validation.as_of.min()


@pytest.mark.parametrize(("count", "asked", "made"), [(6, 1, 1), (2, 3, 1), (4, 3, 2), (9, 3, 3)])
def test_a_short_history_has_fewer_folds_and_always_the_last(count, asked, made):
    train, validation = dates(count)
    folds = rolling_folds(train=train, validation=validation, span_days=60, folds=asked)
    assert len(folds) == made
    assert folds[-1] == Fold(train, validation)


@pytest.fixture(scope="module")
def tuning():
    train, validation = dates(6)
    folds = rolling_folds(train=train, validation=validation, span_days=60, folds=3)
    return Tuning(FEATURES, folds, 7, Budget(10, 600))


@pytest.fixture(scope="module")
def trials(tuning):
    return tuning.run(TREE)


def same(trials):
    return [dataclasses.replace(one, seconds=0.0) for one in trials]


def test_the_first_trial_has_the_defaults_and_the_others_lie_in_their_ranges(trials):
    assert dict(trials[0].parameters) == dict(TREE.defaults)
    assert [one.number for one in trials] == list(range(10))
    assert len({one.parameters["rows_per_leaf"] for one in trials}) > 5
    for one in trials:
        for name, found in TREE.space.items():
            assert found.low <= one.parameters[name] <= found.high


def test_a_trial_that_is_behind_ends_early_and_is_not_chosen(trials):
    pruned = [one for one in trials if one.pruned]
    assert pruned
    assert all(len(one.figures) < 3 for one in pruned)
    assert all(len(one.figures) == 3 for one in trials if not one.pruned)
    assert not any(one.pruned for one in trials[:4])
    best = best_of(trials)
    assert best.mean == max(one.mean for one in trials if not one.pruned)
    assert best.mean >= trials[0].mean


@pytest.mark.parametrize("killed_after", [1, 5, 9])
def test_a_search_that_is_taken_up_again_goes_the_same_way(tuning, trials, killed_after):
    heard = []
    again = tuning.run(TREE, known=trials[:killed_after], on_trial=heard.append)
    assert same(again) == same(trials)
    assert [one.number for one in heard] == list(range(killed_after, 10))


def test_a_budget_of_one_trial_is_the_defaults_whatever_others_tried(tuning, trials):
    small = dataclasses.replace(tuning, budget=Budget(1, 60))
    assert same(small.run(TREE, known=trials)) == same(trials[:1])


def test_without_time_the_defaults_are_tried_and_nothing_else(tuning):
    (only,) = dataclasses.replace(tuning, budget=Budget(10, 0)).run(TREE)
    assert dict(only.parameters) == dict(TREE.defaults)
    assert not only.pruned


def test_the_best_of_equals_is_the_earliest():
    made = [Trial("tree", n, {}, (0.5, 0.5), pruned=False, seconds=0.0) for n in range(3)]
    worse = Trial("tree", 3, {}, (0.9,), pruned=True, seconds=0.0)
    assert best_of([*made, worse]).number == 0


def test_a_random_split_flatters_where_customers_come_back_at_every_date():
    """The same customers with the same outcome at every date: nothing can be learned but them."""
    random, own = np.random.default_rng(1), labelled("2026-01-01", 5, 400)
    frame = own.frame.assign(amount_90d=random.normal(size=400))  # as good as a name
    label = random.random(400) < 0.3
    data = Labelled(
        pd.concat([frame] * 6, ignore_index=True),
        np.tile(label, 6),
        np.repeat(FIRST + 30 * np.arange(6), 400),
    )
    (boosting,) = candidates_named(("boosting",))
    told = random_split(boosting, FEATURES, data, seed=1, parameters={"rows_per_leaf": 5})
    assert told["roc_auc"] > 0.9, "although nobody's future can be told"

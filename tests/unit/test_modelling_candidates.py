"""What the kinds of model have in common, and what is particular to some."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.errors import BadInputError, TrainingRefusedError
from mkt_pipeline.modelling.candidate import Options
from mkt_pipeline.modelling.candidates import CANDIDATES, candidates_named
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.online_logistic import ONLINE_LOGISTIC, fit_in_parts
from mkt_pipeline.modelling.tree import TREE, rules

FEATURES = (
    Feature("visits", "visits", "number", "", ""),
    Feature("has_quote", "quotes", "flag", "", ""),
    Feature("postcode", "profile", "category", "", ""),
)
EVERY = pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda one: one.name)


def customers(seed, rows=4000):
    """Buyers come with visits and quotes; every tenth postcode buys more, none is frequent."""
    random = np.random.default_rng(seed)
    visits = random.poisson(2, rows).astype(float)
    quote = (random.random(rows) < 0.3).astype(float)
    postcode = random.integers(0, 100, rows)
    log_odds = -3.5 + 0.7 * visits + 1.2 * quote + 1.5 * (postcode % 10 == 0)
    label = random.random(rows) < 1 / (1 + np.exp(-log_odds))
    frame = pd.DataFrame(
        {
            "visits": np.where(random.random(rows) < 0.1, np.nan, visits),
            "has_quote": quote,
            "postcode": pd.Series([f"z{code:02}" for code in postcode], dtype="str"),
        }
    )
    return Labelled(frame, label, np.full(rows, np.datetime64("2026-01-01")))


@EVERY
def test_every_candidate_learns_what_is_there(candidate):
    seen, later = customers(1), customers(2)
    fitted = candidate.pipeline(FEATURES, 7).fit(seen.frame, seen.label)
    assert roc_auc_score(later.label, fitted.decision_function(later.frame)) > 0.74


@EVERY
def test_the_same_seed_gives_the_same_scores(candidate):
    seen, later = customers(1, 1500), customers(2, 500)
    scores = [
        candidate.pipeline(FEATURES, 7)
        .fit(seen.frame, seen.label)
        .decision_function(later.frame)
        .tobytes()
        for _ in range(2)
    ]
    assert scores[0] == scores[1]


@EVERY
def test_what_may_be_tuned_has_a_default_within_its_range(candidate):
    assert set(candidate.space) == set(candidate.defaults)
    for name, where in candidate.space.items():
        default = candidate.defaults[name]
        if isinstance(where, Options):
            assert default in where.values
        else:
            assert where.low <= default <= where.high
            assert isinstance(default, int) or not where.whole


@EVERY
def test_both_ends_of_every_range_can_be_fitted(candidate):
    seen = customers(1, 600)
    for end in (0, -1):
        parameters = {
            name: where.values[end] if isinstance(where, Options) else (where.low, where.high)[end]
            for name, where in candidate.space.items()
        }
        fitted = candidate.pipeline(FEATURES, 7, parameters).fit(seen.frame, seen.label)
        assert np.isfinite(fitted.decision_function(seen.frame)).all()


def test_a_parameter_that_is_none_is_refused_by_name():
    with pytest.raises(BadInputError, match="tree has no parameter leafs") as refused:
        TREE.pipeline(FEATURES, 7, {"leafs": 3})
    assert "levels" in refused.value.remedy


def test_candidates_are_found_by_name_in_the_order_of_preference():
    assert [one.name for one in candidates_named(("boosting", "logistic"))] == [
        "logistic",
        "boosting",
    ]
    with pytest.raises(BadInputError, match="no candidate oracle") as refused:
        candidates_named(("logistic", "oracle"))
    assert "rbf_svm" in refused.value.remedy


def test_a_tree_can_be_read():
    seen = customers(1)
    fitted = TREE.pipeline(FEATURES, 7).fit(seen.frame, seen.label)
    told = rules(fitted, FEATURES)
    assert "visits <=" in told
    assert told.count("class: ") <= 16


def test_many_categories_of_few_rows_say_what_they_know_and_do_not_leak():
    """Had the rows learned from told their own outcome, nothing else would be looked at."""
    random = np.random.default_rng(3)

    def quality(postcodes):
        seen, later = (
            replace(part, frame=part.frame.assign(postcode=postcodes(part)))
            for part in (customers(1), customers(2))
        )
        fitted = TREE.pipeline(FEATURES, 7, {"levels": 5}).fit(seen.frame, seen.label)
        return roc_auc_score(later.label, fitted.decision_function(later.frame))

    said = quality(lambda part: part.frame["postcode"])
    silent = quality(lambda part: pd.Series(["z"] * part.rows, dtype="str"))
    noisy = quality(
        lambda part: pd.Series([f"n{n}" for n in random.integers(0, 1500, part.rows)], dtype="str")
    )
    assert said > silent + 0.01
    assert noisy > silent - 0.01


def test_learning_in_parts_is_as_good_as_learning_at_once():
    seen, later = customers(1, 12_000), customers(2)
    parts = [
        Labelled(seen.frame[start::6], seen.label[start::6], seen.as_of[start::6])
        for start in range(6)
    ]
    at_once = ONLINE_LOGISTIC.pipeline(FEATURES, 7).fit(seen.frame, seen.label)
    in_parts = fit_in_parts(ONLINE_LOGISTIC.pipeline(FEATURES, 7), lambda: iter(parts))
    measured = [
        roc_auc_score(later.label, one.decision_function(later.frame))
        for one in (at_once, in_parts)
    ]
    assert measured[1] > measured[0] - 0.005


def test_parts_that_teach_nothing_are_refused():
    with pytest.raises(TrainingRefusedError, match="no part"):
        fit_in_parts(ONLINE_LOGISTIC.pipeline(FEATURES, 7), list)
    seen = customers(1, 100)
    nobody = replace(seen, label=np.zeros(100, dtype=bool))
    with pytest.raises(TrainingRefusedError, match="0 of 100 rows"):
        fit_in_parts(ONLINE_LOGISTIC.pipeline(FEATURES, 7), lambda: [nobody])

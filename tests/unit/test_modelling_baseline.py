"""The rule of thumb that every model must beat."""

import numpy as np
import pandas as pd
import pytest

from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.modelling.baseline import Roles, calibrated_rule, fit_rule
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.metrics import evaluate
from mkt_pipeline.modelling.propensity import propensity_of

ROLES = Roles.of_window(90)


def customers(*, seed=1, rows=2000, never=0.3, chance):
    """Recency, frequency and money; ``chance(frame)`` is how likely each has the event."""
    random = np.random.default_rng(seed)
    bought = random.random(rows) >= never
    orders = np.where(bought, 1.0 + random.poisson(1.0, rows), 0.0)
    frame = pd.DataFrame(
        {
            "days_since_last_order": np.where(bought, random.uniform(0, 90, rows), np.nan),
            "orders_90d": orders,
            "amount_90d": orders * random.lognormal(3, 1, rows),
        }
    )
    label = random.random(rows) < chance(frame)
    return Labelled(frame, label, np.full(rows, np.datetime64("2026-01-01")))


def bought_lately_and_often():
    return customers(
        chance=lambda f: (
            0.02
            + 0.004 * (90 - f["days_since_last_order"].fillna(90))
            + 0.05 * f["orders_90d"].clip(upper=3)
        )
    )


def comes_back_late(**changes):
    """Like a workshop: the longer ago, the likelier; who never came does not come."""
    return customers(
        chance=lambda f: 0.01 + 0.004 * f["days_since_last_order"].fillna(0), **changes
    )


def first_orders():
    """Like a welcome offer: who never bought takes it."""
    return customers(chance=lambda f: np.where(f["days_since_last_order"].isna(), 0.4, 0.1))


def test_the_rule_ranks_recent_frequent_and_rich_first_and_never_last():
    data = bought_lately_and_often()
    rule = calibrated_rule(fit_rule(data, ROLES), data)
    rows = pd.DataFrame(
        {
            "days_since_last_order": [1.0, 90.0, np.nan],
            "orders_90d": [5.0, 1.0, 0.0],
            "amount_90d": [500.0, 5.0, 0.0],
        }
    )
    first, second, third = propensity_of(rule, rows)
    assert first > second > third
    assert propensity_of(rule, data.frame).mean() == pytest.approx(data.label.mean(), abs=0.005)


@pytest.mark.parametrize(
    ("name", "better", "worse"),
    [
        ("days_since_last_order", 5.0, 60.0),
        ("days_since_last_order", 60.0, np.nan),
        ("orders_90d", 2.0, 1.0),
        ("amount_90d", 50.0, 5.0),
    ],
)
def test_each_of_the_three_counts_in_the_rule(name, better, worse):
    rule = fit_rule(bought_lately_and_often(), ROLES)
    usual = {"days_since_last_order": 30.0, "orders_90d": 1.0, "amount_90d": 20.0}
    rows = pd.DataFrame([{**usual, name: better}, {**usual, name: worse}])
    first, second = rule.decision_function(rows)
    assert first > second


def test_the_rule_refuses_features_that_are_not_there():
    with pytest.raises(TrainingRefusedError, match="orders_7d, amount_7d"):
        fit_rule(bought_lately_and_often(), Roles.of_window(7))


def test_an_event_that_comes_late_turns_recency_and_the_rule_beats_chance_on_other_rows():
    data, later = comes_back_late(), comes_back_late(seed=2)
    rule = fit_rule(data, ROLES)
    assert rule.learned["recency_first"] == "long ago"
    figures = evaluate(
        label=later.label, propensity=propensity_of(calibrated_rule(rule, data), later.frame)
    )
    assert figures["average_precision"] > 1.4 * figures["base_rate"]
    assert figures["roc_auc"] > 0.6


@pytest.mark.parametrize(
    ("data", "place"), [(comes_back_late(), "last"), (first_orders(), "first")]
)
def test_who_never_bought_comes_together_on_the_side_that_the_event_says(data, place):
    rule = fit_rule(data, ROLES)
    assert rule.learned["never_bought"] == place
    ranks = rule.decision_function(data.frame)
    never = data.frame["days_since_last_order"].isna()
    assert len(set(ranks[never])) == 1
    if place == "last":
        assert ranks[never].max() < ranks[~never].min()
    else:
        assert ranks[never].min() > ranks[~never].max()


def test_the_zeros_of_who_never_bought_do_not_turn_frequency():
    """They have few orders and no event; among those who bought, few orders are good."""
    data = customers(
        never=0.6,
        chance=lambda f: np.where(f["orders_90d"] == 0, 0.0, 0.6 / f["orders_90d"].clip(lower=1)),
    )
    whole = np.corrcoef(data.frame["orders_90d"], data.label)[0, 1]
    assert whole > 0
    assert fit_rule(data, ROLES).learned["frequency_first"] == "seldom"


USUAL = {
    "recency_first": "lately",
    "frequency_first": "often",
    "money_first": "much",
    "never_bought": "last",
}


@pytest.mark.parametrize("seed", range(5))
def test_an_event_that_goes_with_nothing_leaves_the_usual_directions(seed):
    assert fit_rule(customers(seed=seed, chance=lambda _: 0.2), ROLES).learned == USUAL


@pytest.mark.parametrize("constant", [0.0, np.nan])
def test_parts_that_say_the_same_of_everybody_are_left_as_they_are(constant):
    data = comes_back_late()
    data.frame.loc[:, :] = constant
    assert fit_rule(data, ROLES).learned == USUAL
    assert len(set(fit_rule(data, ROLES).decision_function(data.frame))) == 1

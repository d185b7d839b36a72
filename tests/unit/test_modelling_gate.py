"""Who becomes champion: every rule of the gate can say no, and says why."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from mkt_pipeline.contracts.promotion import PromotionRules
from mkt_pipeline.modelling.calibration_luck import calibration_error_by_chance
from mkt_pipeline.modelling.gate import Evidence, Model, decide
from mkt_pipeline.modelling.metrics import calibration_error

TODAY = date(2026, 6, 1)
ROWS = 4000
RULE = "the rule of thumb"
RULES = PromotionRules()


def world(seed=1, rows=ROWS):
    """True propensities, and what happened."""
    random = np.random.default_rng(seed)
    truth = random.beta(1, 12, rows)
    return truth, random.random(rows) < truth


TRUTH, LABEL = world()


def blurred(noise, seed=2):
    """A model that knows the truth more or less, calibrated by its tenths."""
    rank = TRUTH + np.random.default_rng(seed).normal(0, noise, ROWS)
    groups = np.array_split(np.argsort(rank), 40)
    propensity = np.empty(ROWS)
    for group in groups:
        propensity[group] = LABEL[group].mean()
    return np.clip(propensity + rank * 1e-6, 0, 1)


def evidence(challenger=None, champion=None, *, weeks=0, rule=None, **changes):
    given = {
        "label": LABEL,
        "challenger": Model(blurred(0.02) if challenger is None else challenger, TODAY),
        "champion": None if champion is None else Model(champion, TODAY - timedelta(weeks=weeks)),
        "rules": {RULE: Model(blurred(0.5) if rule is None else rule)},
        "calibrated_on": 1_000_000,
        "score_stability": 0.01,
        "model_bytes": 1_000_000,
        "seconds_per_million": 5.0,
        "seed": 7,
    }
    return Evidence(**{**given, **changes})


def decision(*arguments, rules=None, **changes):
    return decide(evidence(*arguments, **changes), PromotionRules(**(rules or {})))


def given(challenger, champion=None):
    return decide(replace(evidence(), challenger=challenger, champion=champion), RULES)


def test_a_challenger_that_is_surely_better_is_promoted():
    found = decision(blurred(0.01), blurred(0.2))
    assert found.promote
    assert found.sentence.startswith(
        "Promoted: probability that its average precision is higher than the champion's is 1,"
        " at least 0.95"
    )


def test_a_better_figure_that_may_be_chance_is_not_enough():
    """A coin flip between two models of the same worth, of which one is always ahead."""
    models = [blurred(0.05, seed) for seed in range(2, 10)]
    first = {n: decision(models[n], models[n + 1]) for n in range(0, 8, 2)}
    second = {n: decision(models[n + 1], models[n]) for n in range(0, 8, 2)}
    both = [(first[n].promote, second[n].promote) for n in first]
    assert (True, True) not in both
    assert both.count((False, False)) >= 3, "one in ten pairs may go wrong by chance"
    refused = next(one for one in first.values() if not one.promote)
    assert "is higher than the champion's is" in refused.sentence
    assert "not at least 0.95" in refused.sentence


def test_the_same_model_is_no_better_however_old_the_champion_is_unless_fresher_counts():
    same = blurred(0.02)
    assert not decision(same, same, weeks=12).promote
    fresher = decision(same, same, weeks=13)
    assert fresher.promote
    assert "weeks between the champion's training and its own is 13" in fresher.sentence


def test_fresher_and_surely_worse_is_refused_by_its_margin():
    refused = decision(blurred(0.2), blurred(0.01), weeks=100)
    assert not refused.promote
    assert "below the champion's is 0, not at least 0.95" in refused.sentence


@pytest.mark.parametrize("champion", [None, blurred(0.6)])
def test_who_does_not_beat_the_rules_of_thumb_is_refused_also_against_a_worse_champion(champion):
    refused = decision(blurred(0.3), champion, rule=blurred(0.01))
    assert not refused.promote
    assert "average precision against the rule of thumb is" in refused.sentence


def test_a_first_champion_that_beats_every_bar_is_promoted_and_says_over_what():
    found = decision()
    assert found.promote
    assert "against chance is" in found.sentence
    assert "against the rule of thumb is" in found.sentence


def test_who_is_no_better_than_chance_is_refused_where_the_rule_is_worse():
    constant = np.full(ROWS, LABEL.mean())
    refused = decision(constant, rule=1 - TRUTH)
    assert not refused.promote
    assert "against chance is" in refused.sentence


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"model_bytes": 60_000_000}, "size of the model in MB is 60, not at most 50"),
        ({"seconds_per_million": 400.0}, "seconds for a million customers is 400, not at most 300"),
        ({"challenger": blurred(0.02) ** 0.5}, "calibration error is"),
    ],
)
def test_each_absolute_limit_refuses_alone(changes, told):
    refused = decision(**changes)
    assert not refused.promote
    assert told in refused.sentence
    assert [check.passed for check in refused.checks].count(False) == 1


def test_few_rows_have_a_calibration_error_without_anybody_being_wrong():
    truth, label = world(seed=5, rows=300)
    error = calibration_error(label, truth)
    luck = calibration_error_by_chance(truth, seed=1)
    assert 0.02 < luck < 0.08
    assert error < luck
    beyond = sum(
        calibration_error(happened, propensity) > calibration_error_by_chance(propensity, seed=1)
        for propensity, happened in (world(seed, 300) for seed in range(100))
    )
    assert 0 < beyond < 13, "five in a hundred by construction"
    both = calibration_error_by_chance(truth, calibrated_on=300, seed=1)
    assert both == pytest.approx(luck * 2**0.5)
    many, _ = world(rows=100_000)
    assert calibration_error_by_chance(many, seed=1) < 0.003


def test_the_measure_of_the_use_case_decides():
    rules = {"measure": "roc_auc"}
    found = decision(blurred(0.01), blurred(0.2), rules=rules)
    assert found.promote
    assert all("ROC AUC" in check.name for check in found.checks if check.route == "better")
    (chance,) = [c for c in found.checks if c.name.endswith("chance")]
    assert chance.limit == 0.5


def test_the_document_has_every_check_and_every_figure_with_its_interval():
    document = json.loads(json.dumps(decision(blurred(0.01), blurred(0.2)).document()))
    assert document["promote"] is True
    assert {check["route"] for check in document["checks"]} == {
        None,
        "better",
        "as good and fresher",
    }
    assert set(document["figures"]) == {"challenger", "champion", RULE}
    figure = document["figures"]["challenger"]["average_precision"]
    assert figure["low"] < figure["value"] < figure["high"]


def test_a_decision_does_not_depend_on_anything_but_its_evidence():
    assert decision(blurred(0.1), blurred(0.12)) == decision(blurred(0.1), blurred(0.12))


PARTS = [
    ("promise_off", "promise that is off, as a share of the buyers, of the worst part", 0.75),
    ("ranking_off", "ROC AUC below that of all, of the worst part", 0.2),
]


@pytest.mark.parametrize(("measure", "words", "limit"), PARTS)
def test_a_part_that_nobody_would_defend_is_refused_by_its_name(measure, words, limit):
    good = blurred(0.02)

    def parts(worst):
        return Model(good, TODAY, **{measure: {"region north": 0.0, "region south": worst}})

    assert given(parts(limit)).promote
    refused = given(parts(limit + 0.01))
    assert not refused.promote
    assert f"{words} (region south) is {limit + 0.01:g}, not at most {limit:g}" in refused.sentence


@pytest.mark.parametrize(("measure", "words", "limit"), PARTS)
def test_a_champion_that_is_as_bad_in_a_part_is_no_better_to_keep(measure, words, limit):
    challenger = Model(blurred(0.01), TODAY, **{measure: {"region south": limit + 0.1}})
    before = TODAY - timedelta(weeks=4)
    bad = Model(blurred(0.2), before, **{measure: {"region east": limit + 0.1}})
    fair = Model(blurred(0.2), before, **{measure: {"region east": limit}})
    assert given(challenger, bad).promote
    refused = given(challenger, fair)
    assert not refused.promote
    assert words in refused.sentence


def test_scores_that_have_moved_since_calibration_are_refused():
    assert decision(score_stability=0.25).promote
    refused = decision(score_stability=0.26)
    assert not refused.promote
    assert "stability index of the scores since calibration is 0.26" in refused.sentence


def test_a_use_case_that_reaches_few_customers_can_decide_by_them_alone():
    """The challenger knows 90 buyers and nothing else, the champion all customers a little."""
    sharp = np.random.default_rng(5).uniform(0, 0.1, ROWS)
    sharp[np.flatnonzero(LABEL)[:90]] = 0.9

    def better(measure):
        found = decision(sharp, TRUTH, rules={"measure": measure})
        chance = next(one for one in found.checks if one.name.endswith("against chance"))
        return next(one for one in found.checks if one.route == "better"), chance.limit

    check, chance = better("gain_at_5")
    assert "share of buyers among the best 5 % is higher" in check.name
    assert check.passed
    assert chance == 0.05
    check, chance = better("roc_auc")
    assert not check.passed
    assert chance == 0.5


def test_every_figure_that_is_told_has_its_interval():
    found = decision(blurred(0.02), blurred(0.05))
    assert set(found.figures) == {"challenger", "champion", RULE}
    for figures in found.figures.values():
        assert list(figures) == ["average_precision", "roc_auc", "lift_at_10", "calibration_error"]
        assert all(one.low <= one.value <= one.high for one in figures.values())
    error = found.figures["challenger"]["calibration_error"].value
    assert error == calibration_error(LABEL, evidence().challenger.propensity)

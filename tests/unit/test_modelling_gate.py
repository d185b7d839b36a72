"""Who becomes champion."""

import json

import pytest

from mkt_pipeline.modelling.gate import decide


def figures(value, base_rate=0.05):
    return {"average_precision": value, "roc_auc": 0.5, "base_rate": base_rate}


@pytest.mark.parametrize(
    ("challenger", "baseline", "champion", "promote"),
    [
        (0.30, 0.20, None, True),
        (0.20, 0.20, None, False),
        (0.10, 0.20, None, False),
        (0.30, 0.20, 0.29, True),
        (0.30, 0.20, 0.30, False),
        (0.30, 0.20, 0.31, False),
        (0.15, 0.20, 0.10, True),
    ],
)
def test_better_than_what_is_there(challenger, baseline, champion, promote):
    decision = decide(
        challenger=figures(challenger),
        baseline=figures(baseline),
        champion=None if champion is None else figures(champion),
    )
    assert decision.promote is promote


def test_every_check_is_told_with_value_and_limit():
    decision = decide(challenger=figures(0.3), baseline=figures(0.2), champion=figures(0.25))
    document = json.loads(json.dumps(decision.document()))
    assert [(c["name"], c["value"], c["limit"], c["passed"]) for c in document["checks"]] == [
        ("beats the base rate", 0.3, 0.05, True),
        ("beats the baseline", 0.3, 0.2, True),
        ("beats the champion", 0.3, 0.25, True),
    ]
    assert [c["decides"] for c in document["checks"]] == [False, False, True]
    assert document["sentence"] == (
        "Promoted: average precision 0.3000 is above the champion (0.2500) on the same test window."
    )


def test_a_refusal_says_what_was_not_reached():
    decision = decide(challenger=figures(0.1), baseline=figures(0.2), champion=None)
    assert decision.sentence == (
        "Not promoted: average precision 0.1000 is not above the baseline (0.2000) on the same "
        "test window."
    )


def test_a_first_champion_is_told_with_both_limits():
    decision = decide(challenger=figures(0.3), baseline=figures(0.2), champion=None)
    assert [(c.name, c.decides) for c in decision.checks] == [
        ("beats the base rate", True),
        ("beats the baseline", True),
    ]
    assert decision.sentence == (
        "Promoted: average precision 0.3000 is above the base rate (0.0500) and the baseline "
        "(0.2000) on the same test window."
    )


@pytest.mark.parametrize("base_rate", [0.10, 0.11])
def test_a_first_champion_must_beat_chance_even_where_the_baseline_does_not(base_rate):
    decision = decide(challenger=figures(0.10, base_rate), baseline=figures(0.09), champion=None)
    assert not decision.promote
    assert decision.sentence == (
        f"Not promoted: average precision 0.1000 is not above the base rate ({base_rate:.4f}) on "
        "the same test window."
    )


def test_a_first_challenger_that_beats_neither_is_told_both():
    decision = decide(challenger=figures(0.1, 0.12), baseline=figures(0.2), champion=None)
    assert "not above the base rate (0.1200) or the baseline (0.2000) on" in decision.sentence


def test_with_a_champion_the_base_rate_is_shown_and_does_not_decide():
    decision = decide(challenger=figures(0.1, 0.12), baseline=figures(0.09), champion=figures(0.08))
    assert decision.promote
    assert decision.sentence.endswith("window, but not above the base rate (0.1200).")


def test_a_promotion_below_the_baseline_says_so():
    decision = decide(challenger=figures(0.15), baseline=figures(0.2), champion=figures(0.1))
    assert decision.sentence.endswith("but not above the baseline (0.2000).")


def test_a_refusal_below_the_baseline_says_so():
    decision = decide(challenger=figures(0.15), baseline=figures(0.2), champion=figures(0.3))
    assert decision.sentence == (
        "Not promoted: average precision 0.1500 is not above the champion (0.3000) on the same "
        "test window, nor above the baseline (0.2000)."
    )

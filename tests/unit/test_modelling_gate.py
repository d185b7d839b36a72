"""Who becomes champion."""

import json

import pytest

from mkt_pipeline.modelling.gate import decide


def figures(value):
    return {"average_precision": value, "roc_auc": 0.5}


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
        ("beats the baseline", 0.3, 0.2, True),
        ("beats the champion", 0.3, 0.25, True),
    ]
    assert document["sentence"] == (
        "Promoted: average precision 0.3000 is above 0.2500 of the champion on the same test "
        "window."
    )


def test_a_refusal_says_what_was_not_reached():
    decision = decide(challenger=figures(0.1), baseline=figures(0.2), champion=None)
    assert decision.sentence == (
        "Not promoted: average precision 0.1000 is not above 0.2000 of the baseline on the same "
        "test window."
    )


def test_a_promotion_below_the_baseline_says_so():
    decision = decide(challenger=figures(0.15), baseline=figures(0.2), champion=figures(0.1))
    assert decision.sentence.endswith("but not above 0.2000 of the baseline.")

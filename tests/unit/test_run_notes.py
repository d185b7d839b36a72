"""What a run says of itself."""

from datetime import date
from types import SimpleNamespace

import numpy as np

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.steps.run_notes import scoring_note, training_note

AS_OF = AsOf(date(2026, 6, 1))
CASE = UseCase.model_validate(
    {
        "name": "visit",
        "title": "Comes to the workshop",
        "owner": "aftersales",
        "sources": ["shop"],
        "target": {},
        "horizon_days": 30,
        "segments": {"rule": "thresholds", "high": 0.3, "medium": 0.1},
    }
)


def figures(value):
    return {"average_precision": value, "base_rate": 0.1, "roc_auc": 0.75, "gain_at_10": 0.4}


def test_a_training_is_told_by_the_rows_learned_from_and_by_no_buyers():
    sizes = {"train": 12000, "validation": 3000, "test": 4000}
    outcome = SimpleNamespace(
        windows=[SimpleNamespace(name=name, rows=rows) for name, rows in sizes.items()],
        candidates=[object(), object()],
        features=[object()] * 5,
        chosen=SimpleNamespace(title="Boosting"),
        test=figures(0.3),
        baseline_test={**figures(0.2), "roc_auc": 0.6},
    )
    decision = SimpleNamespace(sentence="Promoted: better than everything.")
    assert training_note(CASE, AS_OF, outcome, decision) == (
        "Comes to the workshop: 2 candidates were trained as of 2026-06-01 on 12,000 rows of the"
        " training window with 5 features, and Boosting was chosen by the folds. On"
        " the later test window its ROC AUC is 0.750 (0.600 by the rule of thumb) and the best"
        " tenth of customers holds 40% of all customers with the event. Promoted: better"
        " than everything."
    )


def test_a_scoring_is_told_by_who_was_scored_with_what():
    champion = SimpleNamespace(
        name="propensity-visit", version=3, tags={"as_of": "2026-05-25"}, metrics=figures(0.3)
    )
    propensity = np.linspace(0, 0.5, 1001)
    assert scoring_note(CASE, AS_OF, champion, propensity) == (
        "Comes to the workshop: 1,001 customers were scored as of 2026-06-01 with"
        " propensity-visit version 3, which was trained as of 2026-05-25. Their mean propensity"
        " is 25.0%, and one in ten has 45.0% or more. In the test window of that training 10.0%"
        " had the event."
    )

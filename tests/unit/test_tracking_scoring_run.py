"""What a scoring run says of its settings."""

from datetime import date
from types import SimpleNamespace

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.tracking.scoring_run import scoring_parameters

CHAMPION = SimpleNamespace(name="propensity-visit", version=3, features=(object(), object()))
PLAIN = {
    "name": "visit",
    "title": "Comes to the workshop",
    "owner": "aftersales",
    "sources": ["shop"],
    "target": {},
    "horizon_days": 30,
    "segments": {"rule": "thresholds", "high": 0.3, "medium": 0.1},
}


def parameters(**changes):
    case = UseCase.model_validate({**PLAIN, **changes})
    return dict(scoring_parameters(case, AsOf(date(2026, 6, 1)), CHAMPION))


def test_the_model_the_day_and_the_settings_that_matter_are_told():
    told = parameters()
    assert str(told.pop("as_of")) == "2026-06-01"
    assert told == {
        "model": "propensity-visit",
        "model_version": 3,
        "features": 2,
        "horizon_days": 30,
        "gap_days": 0,
        "min_tenure_days": 0,
        "ordered_within_days": "any",
        "segment_rule": "thresholds",
        "segment_high": 0.3,
        "segment_medium": 0.1,
        "recommend_count": 3,
        "recommend_categories": "any",
    }


def test_what_a_use_case_narrows_down_is_told():
    told = parameters(
        segments={"rule": "capacity", "high": 50, "medium": 100},
        eligibility={"ordered_within_days": 365},
        recommend={"categories": ["service", "parts"]},
    )
    assert (told["segment_rule"], told["segment_high"], told["segment_medium"]) == (
        "capacity",
        50,
        100,
    )
    assert told["ordered_within_days"] == 365
    assert told["recommend_categories"] == "service, parts"

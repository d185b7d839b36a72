"""`mkt explain`: every use case is looked in, and the segment is the published one."""

import json
from datetime import date
from types import SimpleNamespace

import pyarrow as pa
import pytest

from mkt_pipeline.cli.breakdown import headline
from mkt_pipeline.cli.explain import beside_published, explanations, refuse_untold
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.settings import Settings
from mkt_pipeline.wiring.pipeline import wire

DAY = "2026-11-01"
CASE = """
name: {name}
title: {name}
owner: marketing
sources: [shop]
target: {{}}
horizon_days: 30
segments: {rule}
"""
RULES = {
    "by_rank": "{rule: capacity, high: 1, medium: 1}",
    "by_value": "{rule: thresholds, high: 0.5, medium: 0.2}",
    "not_scored": "{rule: thresholds, high: 0.5, medium: 0.2}",
}


@pytest.fixture
def steps(tmp_path):
    (tmp_path / "sources" / "shop").mkdir(parents=True)
    (tmp_path / "use_cases").mkdir()
    for name, rule in RULES.items():
        (tmp_path / "use_cases" / f"{name}.yaml").write_text(CASE.format(name=name, rule=rule))
    settings = Settings(project=tmp_path, home=tmp_path, source="shop", today=DAY, _env_file=None)
    made = wire(settings, crm="", campaign="", mlflow="")
    scored(made, "by_rank", {"a": 0.9, "b": 0.8, "c": 0.7})
    scored(made, "by_value", {"a": 0.1, "b": 0.6})
    return made


def scored(steps, name, propensities):
    count = len(propensities)
    table = pa.table(
        {
            "as_of": [DAY] * count,
            "customer_id": list(propensities),
            "propensity": list(propensities.values()),
            "reasons": [json.dumps([])] * count,
            "recommended_products": [json.dumps([])] * count,
            "model_version": ["1"] * count,
        }
    )
    day = AsOf.parse(DAY, zone="UTC", today=steps.settings.current_day)
    steps.lake.write_scores(name, day, table.to_reader(), facts={"customers": count})


def segments(found):
    return {one["use_case"]: (one["segment"], str(one["as_of"])) for one in found}


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ("a", {"by_rank": ("high", DAY), "by_value": ("low", DAY)}),
        ("b", {"by_rank": ("medium", DAY), "by_value": ("high", DAY)}),
        ("c", {"by_rank": ("low", DAY)}),
    ],
)
def test_the_segment_is_that_of_the_rule_among_all_customers_of_the_day(steps, customer, expected):
    found, refused = explanations(steps, list(RULES), customer, as_of=DAY)
    assert segments(found) == expected
    assert set(refused) == set(RULES) - set(expected)


def test_an_unknown_customer_is_told_with_every_use_case_looked_in(steps):
    with pytest.raises(BadInputError) as refused:
        explanations(steps, list(RULES), "somebody", as_of=DAY)
    told = str(refused.value)
    assert all(f"{name} as of {DAY}" in told for name in RULES)
    assert "somebody" not in told
    assert told.count("check the id") == 1


def test_a_day_in_the_future_is_told_once(steps):
    with pytest.raises(BadInputError, match="lies in the future") as refused:
        explanations(steps, list(RULES), "a", as_of="2026-11-02")
    assert str(refused.value).count("future") == 1


def test_a_language_that_the_scores_do_not_have_is_refused(steps):
    refuse_untold(steps, "by_rank", "en")
    with pytest.raises(BadInputError, match="by_rank are not told in 'zh'"):
        refuse_untold(steps, "by_rank", "zh")


@pytest.mark.parametrize(
    ("day", "propensity", "told"), [(1, 0.9, False), (1, 0.4, True), (2, 0.4, False)]
)
def test_what_readers_see_is_told_where_the_day_was_scored_again(day, propensity, told):
    row = SimpleNamespace(as_of=date(2026, 11, day), segment="medium", propensity=propensity)
    steps = SimpleNamespace(campaign_database=SimpleNamespace(customer=lambda *_: row))
    scored = {"use_case": "u", "as_of": DAY, "customer_id": "a", "segment": "high"}
    one = beside_published(steps, {**scored, "propensity": 0.9, "model_version": "2"})
    assert ("readers see segment medium, propensity 40.00%" in headline(one)) == told

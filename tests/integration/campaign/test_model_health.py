"""The record of models in use: a rerun replaces its own, and an alarm is raised once."""

from datetime import date

import pyarrow as pa
import pytest

from mkt_pipeline.campaign.model_health import DriftNight, ModelHealth, PublicationHealth
from mkt_pipeline.contracts.model_health import DriftSign, HealthFigure
from mkt_pipeline.contracts.monitoring import MonitoringRules
from mkt_pipeline.errors import MktError
from mkt_pipeline.modelling.alarm import decide_alarm

RULES = MonitoringRules(nights=2, again_weeks=1)
LATER = date(2027, 3, 1)


@pytest.fixture
def health(writer_url):
    return ModelHealth(writer_url)


def closed(health, *, until=30, as_of=LATER):
    found = health.closed_publications("u", source="shop", until=date(2026, 11, until), as_of=as_of)
    return {one.as_of.day: one for one in found}


def figure(value, measure="roc_auc", low=0.1):
    return HealthFigure(measure, "all", value, low, 0.9 if low else None, 0.8, None, 4, 2)


def record(health, publication, *figures, as_of=LATER, run_id="r"):
    found = PublicationHealth(
        as_of=publication.as_of,
        model_name=publication.model_name,
        model_version=publication.model_version,
        publication_id=publication.publication_id,
        closed_on=date(2027, 1, 1),
        measured_as_of=as_of,
        run_id=run_id,
        figures=figures,
    )
    health.record_figures("u", found)


def test_what_was_published_and_has_closed_waits_to_be_measured(campaign, night, health):
    night(1, high="a", low="b")
    night(2, high="a", low="b")
    night(3, high="a", low="b")
    campaign.roll_back("u", who="approver", reason="wrong")
    assert list(closed(health)) == [1, 2, 3], "what readers saw once counts, rolled back or not"
    assert list(closed(health, until=2)) == [1, 2]
    assert health.closed_publications("u", source="other", until=LATER, as_of=LATER) == ()


def test_a_replaced_publication_is_not_measured_and_its_figures_are_replaced(night, health, query):
    first = night(1, high="a", low="b")
    record(health, closed(health)[1], figure(0.6))
    assert closed(health, as_of=date(2027, 3, 2)) == {}
    again = night(1, high="ab")
    waiting = closed(health, as_of=date(2027, 3, 2))[1]
    assert waiting.publication_id == again.publication_id != first.publication_id
    record(health, waiting, figure(0.7), figure(0.3, "average_precision"))
    assert query("SELECT publication_id, measure, value FROM campaign.model_health ORDER BY 2") == [
        (again.publication_id, "average_precision", 0.3),
        (again.publication_id, "roc_auc", 0.7),
    ]


def test_a_rerun_of_the_same_day_replaces_its_own_rows(night, health, query):
    night(1, high="a", low="b")
    for value in (0.6, 0.65):
        record(health, closed(health)[1], figure(value))
    assert query("SELECT value FROM campaign.model_health") == [(0.65,)]
    assert closed(health, as_of=date(2027, 3, 2)) == {}, "a later day leaves it alone"
    (read,) = health.figures("u")
    assert read.figures == (figure(0.65),)


def test_half_an_interval_is_refused_by_the_table(night, health):
    night(1, high="a", low="b")
    half = HealthFigure("roc_auc", "all", 0.5, 0.4, None, None, None, 4, 2)
    with pytest.raises(MktError):
        record(health, closed(health)[1], half)
    assert health.figures("u") == ()


def test_published_rows_come_back_as_they_were_published(campaign, health, query):
    from mkt_pipeline.campaign.publication import Publication

    ids = ["plain", 'with "quotes"', "with, comma", "zeilen\numbruch", "NULL", "007", "客户"]
    count = len(ids)
    rows = pa.table(
        {
            "customer_id": ids,
            "propensity": [0.1 + n / 30 for n in range(count)],
            "segment": ["low"] * count,
            "recommended_products": ["[]"] * count,
            "reasons": ["[]"] * count,
        }
    )
    publication = Publication(
        use_case="u",
        as_of=date(2026, 11, 1),
        source="shop",
        model_name="m",
        model_version="1",
        run_id="r",
        airflow_run=None,
        expected_rows=count,
    )
    receipt = campaign.publish(publication=publication, rows=rows.to_reader())
    found = health.published_rows(receipt.publication_id).sort_by("propensity")
    assert found["customer_id"].to_pylist() == ids
    assert found["propensity"].to_pylist() == rows["propensity"].to_pylist()
    assert health.published_rows(receipt.publication_id + 1).num_rows == 0


def look(health, day, *levels, version="1"):
    """One night with the features a, b, ... at these levels; the sentence of its alarm."""
    signs = tuple(
        DriftSign("feature", name, 0.3, level, distance=0.2)
        for name, level in zip("ab", levels, strict=False)
    )
    night = DriftNight(
        as_of=date(2026, 11, day), customers=9, model_name="m", model_version=version, signs=signs
    )
    raised = health.record_night(
        "u",
        night,
        nights=RULES.nights,
        decide=lambda nights, standing: decide_alarm(
            nights=nights, standing=standing, as_of=night.as_of, rules=RULES
        ),
        told=lambda subjects: f"about {', '.join(subjects)}",
    )
    return raised.sentence if raised else None


def history(health):
    return [
        (one.raised_as_of.day, one.ended_as_of.day if one.ended_as_of else None, one.ended)
        for one in reversed(health.alarms("u"))
    ]


def test_an_alarm_takes_its_nights_is_raised_once_and_clears(health):
    assert look(health, 1, "alarm") is None
    assert look(health, 2, "alarm") == "about feature a"
    assert look(health, 3, "alarm") is None
    assert look(health, 4, "warn") is None
    assert look(health, 5, "ok") is None
    assert history(health) == [(2, 5, "cleared")]
    assert look(health, 6, "alarm") is None
    assert look(health, 7, "alarm") == "about feature a"
    assert history(health) == [(2, 5, "cleared"), (7, None, None)]


def test_one_that_stands_is_raised_again_after_the_weeks_of_the_rules(health):
    raised = [day for day in range(1, 11) if look(health, day, "alarm")]
    assert raised == [2, 9]
    assert history(health) == [(2, 9, "raised again"), (9, None, None)]


def test_a_rerun_of_a_night_raises_the_same_alarm_and_no_second_one(health):
    look(health, 1, "alarm")
    assert look(health, 2, "alarm") == look(health, 2, "alarm") == "about feature a"
    assert len(health.alarms("u")) == 1
    assert look(health, 2, "ok") is None
    assert health.alarms("u") == (), "the night was not as it had seemed"


def test_a_rerun_of_the_night_that_cleared_lets_it_stand_again(health):
    look(health, 1, "alarm")
    look(health, 2, "alarm")
    look(health, 3, "ok")
    assert history(health) == [(2, 3, "cleared")]
    assert look(health, 3, "alarm") is None
    assert history(health) == [(2, None, None)]


def test_a_night_before_one_that_is_known_decides_nothing(health):
    look(health, 3, "alarm")
    assert look(health, 2, "alarm") is None
    assert health.alarms("u") == ()
    assert [night.as_of.day for night in health.drift("u", nights=5)] == [3, 2]


def test_nights_of_another_version_do_not_count(health):
    look(health, 1, "alarm", version="1")
    assert look(health, 2, "alarm", version="2") is None
    assert look(health, 3, "alarm", version="2") == "about feature a"


def test_a_new_champion_that_is_like_the_night_clears_the_alarm(health):
    look(health, 1, "alarm")
    look(health, 2, "alarm")
    assert look(health, 3, "ok", version="2") is None
    assert history(health) == [(2, 3, "cleared")]


def test_drift_of_days_that_are_kept_no_longer_goes_and_alarms_stay(campaign, health):
    for day in (1, 2, 3):
        look(health, day, "alarm")
    before = date(2026, 11, 3)
    rows = campaign.remove_old_drift(before=before, dry_run=True)
    assert rows > 0
    assert len(health.drift("u", nights=5)) == 3
    assert campaign.remove_old_drift(before=before, dry_run=False) == rows
    assert [night.as_of.day for night in health.drift("u", nights=5)] == [3]
    assert len(health.alarms("u")) == 1
    assert campaign.remove_old_drift(before=before, dry_run=False) == 0

"""What came true, and what drifts, on the sample CRM with a real PostgreSQL and a real MLflow."""

import dataclasses
import json
from datetime import date

import ibis
import mlflow
import numpy as np
import psycopg2
import pytest
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
from wired import wired

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.features.labels import target_customers
from mkt_pipeline.modelling.metrics import evaluate
from mkt_pipeline.steps.features import timelines
from mkt_pipeline.wiring.monitoring import health, model_health, monitor

TODAY = date(2026, 11, 1)
TRAINED, PAST = "2026-08-25", "2026-08-28"
NIGHTS = ("2026-10-27", "2026-10-28", "2026-10-29", "2026-10-30", "2026-10-31")
CASE = "service_visit"
PLANTED = "tenure_days"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory, free_port):
    home = tmp_path_factory.mktemp("monitoring") / "state"
    with wired(home, free_port, today=TODAY) as steps:
        yield steps


@pytest.fixture(scope="module")
def published(pipeline):
    """A champion of the summer, and a publication whose label window has closed by now."""
    pipeline.extract(as_of=str(TODAY))
    trained = pipeline.train(CASE, as_of=TRAINED, trials=1)
    assert trained.promoted, trained.sentence
    score(pipeline, PAST)
    return pipeline.publish(CASE, as_of=PAST)


def score(pipeline, day):
    pipeline.features(CASE, as_of=day)
    pipeline.score(CASE, as_of=day)


@pytest.fixture(scope="module")
def monitored(pipeline, published):
    score(pipeline, str(TODAY))
    return monitor(pipeline, CASE, as_of=str(TODAY))


def figures(pipeline):
    (found,) = model_health(pipeline).figures(CASE)
    return found, {(one.measure, one.part): one for one in found.figures}


def realised_by_hand(pipeline):
    as_of, known = AsOf(date.fromisoformat(PAST)), AsOf(TODAY)
    with pipeline.lake.session() as session:
        happened = target_customers(
            timelines(pipeline.lake, session),
            use_case=pipeline.use_case(CASE),
            as_of=as_of,
            known=known,
        )
        buyers = session.stream(happened).read_all()["customer_id"].to_pylist()
        scores = session.stream(pipeline.lake.score_table(session, CASE, as_of)).read_all()
    label = np.isin(scores["customer_id"].to_numpy(zero_copy_only=False), buyers)
    return label, scores["propensity"].to_numpy()


def test_a_publication_that_has_closed_gets_the_figures_that_came_true(pipeline, monitored):
    label, propensity = realised_by_hand(pipeline)
    expected = evaluate(label=label, propensity=propensity)
    found, by_name = figures(pipeline)
    for name in ("roc_auc", "average_precision", "lift_at_10", "calibration_error"):
        one = by_name[name, "all"]
        assert one.value == pytest.approx(expected[name]), name
        assert one.low <= one.value <= one.high
    rate = by_name["event_rate", "all"]
    assert (rate.customers, rate.positives) == (len(label), int(label.sum()))
    assert rate.promised == pytest.approx(propensity.mean())
    assert (str(found.as_of), str(found.closed_on)) == (PAST, "2026-10-27")
    parts = {part for measure, part in by_name if measure == "event_rate"}
    assert parts == {"all", "high", "medium", "low", *(f"decile {n}" for n in range(1, 11))}
    rates = [by_name["event_rate", name].value for name in ("high", "medium", "low")]
    assert rates == sorted(rates, reverse=True), "high really bought more"


def test_beside_them_stands_what_was_promised_and_the_rule_of_thumb(pipeline, monitored):
    champion = pipeline.tracking.champion(CASE)
    _, by_name = figures(pipeline)
    for name in ("roc_auc", "average_precision", "lift_at_10", "calibration_error"):
        assert by_name[name, "all"].promised == champion.metrics[name]
    rule = by_name["roc_auc", "all"].rule_of_thumb
    # The rule does here about as well as it did in the training.
    assert rule == pytest.approx(champion.metrics["baseline_roc_auc"], abs=0.08)
    gained = by_name["average_precision_over_rule", "all"]
    own = by_name["average_precision", "all"]
    assert gained.value == pytest.approx(own.value - own.rule_of_thumb)


def test_the_same_is_a_run_in_mlflow_with_page_and_charts(pipeline, monitored):
    found, by_name = figures(pipeline)
    client = mlflow.MlflowClient(pipeline.mlflow)
    run = client.get_run(found.run_id)
    assert client.get_experiment(run.info.experiment_id).name == f"monitoring/{CASE}"
    assert run.data.metrics["roc_auc"] == by_name["roc_auc", "all"].value
    assert run.data.metrics["promised_event_rate_high"] == by_name["event_rate", "high"].promised
    drawn = {one.path for one in client.list_artifacts(found.run_id, "figures")}
    assert drawn == {"figures/reliability.png", "figures/lift_by_decile.png"}
    assert "recency-frequency-money" in run.data.tags["mlflow.note.content"]


def test_log_and_health_say_how_the_champion_compares_with_the_rule(pipeline, monitored):
    told = "\n".join(monitored.lines())
    assert "the champion ranked" in told
    assert f"published as of {PAST} with version 1" in told
    shown = "\n".join(health(pipeline, CASE).lines())
    assert "than recency-frequency-money: average precision" in shown
    assert "had the event: high" in shown
    assert json.loads(json.dumps(monitored.facts()))["use_case"] == CASE


def test_a_rerun_replaces_its_own_rows_and_run_and_the_next_day_has_nothing_to_do(
    pipeline, monitored
):
    before, _ = figures(pipeline)
    again = monitor(pipeline, CASE, as_of=str(TODAY))
    after, _ = figures(pipeline)
    assert [one.as_of for one in again.realised.found] == [PAST]
    assert after.figures == before.figures
    assert after.run_id != before.run_id
    client = mlflow.MlflowClient(pipeline.mlflow)
    experiment = client.get_experiment_by_name(f"monitoring/{CASE}").experiment_id
    assert [run.info.run_id for run in client.search_runs([experiment])] == [after.run_id]
    earlier = monitor(pipeline, CASE, as_of="2026-10-31", dry_run=True)
    assert earlier.realised.found == ()


def test_a_dry_run_tells_and_writes_nothing(pipeline, monitored):
    before, _ = figures(pipeline)
    told = monitor(pipeline, CASE, as_of=str(TODAY), dry_run=True)
    assert "nothing was written" in told.lines()[-1]
    assert told.realised.found[0].as_of == PAST
    assert figures(pipeline)[0] == before


def test_where_housekeeping_removed_the_rows_the_scores_give_the_same_figures(pipeline, monitored):
    before, _ = figures(pipeline)
    database = CampaignDatabase(pipeline.campaign)
    pipeline.publish(CASE, as_of=str(TODAY))
    (gone,) = [one for one in database.remove_old_rows(kept=1, dry_run=False) if one.rows]
    assert gone.publications == 1
    monitor(pipeline, CASE, as_of=str(TODAY))
    after, _ = figures(pipeline)
    assert after.figures == before.figures
    assert after.run_id != before.run_id


def test_a_publication_of_which_nothing_is_kept_is_told_and_fails_no_night(pipeline, monitored):
    scored_again = dataclasses.replace(pipeline)
    scored_again.score(CASE, as_of=PAST)
    told = monitor(pipeline, CASE, as_of=str(TODAY), dry_run=True)
    assert told.realised.found == ()
    assert "neither its rows nor the scores that it was made of are kept" in told.lines()[1]


def plant(pipeline, day):
    """Move one feature of a night far away, as a broken mapping would."""
    as_of = pipeline.as_of(day)
    with pipeline.lake.session() as session:
        rows = session.materialise(pipeline.lake.feature_table(session, CASE, as_of))
        moved = rows.mutate(as_of=ibis.literal(str(as_of)), **{PLANTED: rows[PLANTED] * 20 + 5000})
        features = pipeline.lake.features(CASE, as_of)
        planted = session.stream(moved)
        pipeline.lake.write_features(CASE, as_of, planted, features, definition="planted")


def looked(pipeline, day, *, planted):
    pipeline.features(CASE, as_of=day)
    if planted:
        plant(pipeline, day)
    pipeline.score(CASE, as_of=day)
    return monitor(pipeline, CASE, as_of=day)


@pytest.fixture(scope="module")
def without_nights(pipeline, monitored):
    """No night has been looked at: those of the other tests are later than these."""
    with psycopg2.connect(pipeline.campaign) as connection, connection.cursor() as cursor:
        cursor.execute("TRUNCATE campaign.model_drift, campaign.model_alarms")
    connection.close()
    return pipeline


def test_planted_drift_alarms_after_three_nights_once_and_clears(without_nights):
    pipeline, quiet = without_nights, without_nights.use_case(CASE).monitoring
    assert quiet.nights == 3
    raised = {}
    for day in NIGHTS[:4]:
        raised[day] = looked(pipeline, day, planted=True).alarm
    assert [bool(one) for one in raised.values()] == [False, False, True, False]
    assert PLANTED in raised[NIGHTS[2]]
    (alarm,) = model_health(pipeline).alarms(CASE)
    assert (str(alarm.raised_as_of), alarm.ended_as_of) == (NIGHTS[2], None)
    last = looked(pipeline, NIGHTS[4], planted=False)
    assert last.alarm == ""
    (alarm,) = model_health(pipeline).alarms(CASE)
    assert (str(alarm.ended_as_of), alarm.ended) == (NIGHTS[4], "cleared")


def test_a_champion_without_a_reference_is_told_and_fails_no_night(pipeline, monitored):
    run_id = pipeline.tracking.champion(CASE).run_id
    uri = mlflow.MlflowClient(pipeline.mlflow).get_run(run_id).info.artifact_uri
    mlflow.set_tracking_uri(pipeline.mlflow)
    get_artifact_repository(uri).delete_artifacts("monitoring")
    told = monitor(pipeline, CASE, as_of=str(TODAY), dry_run=True)
    assert any("no distribution of its training is kept" in line for line in told.lines())
    assert told.drift.looked_at > 0, "freshness is looked at all the same"

"""The steps of a night on the sample CRM, with a real PostgreSQL and a real MLflow server."""

import contextlib
import dataclasses
import subprocess
from datetime import date, timedelta

import mlflow
import psycopg2
import pytest
from wired import wired

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.use_case import Eligibility
from mkt_pipeline.errors import (
    BadInputError,
    DataRefusedError,
    ModelRefusedError,
    NoChampionError,
    ServerUnavailableError,
    SourceBrokenError,
    StorageFullError,
    TrainingRefusedError,
)
from mkt_pipeline.steps.scoring_model import refuse_misfit
from mkt_pipeline.tracking.code_version import code_version
from tests.own_use_cases import give_use_cases

TODAY = date(2026, 11, 1)
DAY = str(TODAY)
CASE = "service_visit"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory, free_port):
    home = tmp_path_factory.mktemp("pipeline") / "state"
    with wired(home, free_port, today=TODAY) as steps:
        yield steps


@pytest.fixture(scope="module")
def extracted(pipeline):
    return pipeline.extract(as_of=DAY)


@pytest.fixture(scope="module")
def trained(pipeline, extracted):
    return pipeline.train(CASE, as_of=DAY, trials=2)


@pytest.fixture(scope="module")
def published(pipeline, trained):
    return night(pipeline, DAY)


def night(pipeline, day):
    pipeline.extract(as_of=day)
    pipeline.features(CASE, as_of=day)
    pipeline.score(CASE, as_of=day)
    return pipeline.publish(CASE, as_of=day)


def rows(pipeline, statement, *parameters, database="campaign"):
    with contextlib.closing(psycopg2.connect(getattr(pipeline, database))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []


def current(pipeline):
    return rows(
        pipeline,
        "SELECT as_of, customer_id, propensity, segment, reasons::text, recommended_products::text"
        " FROM campaign.current_segments WHERE use_case = %s ORDER BY customer_id",
        CASE,
    )


def test_without_a_champion_the_error_says_how_to_get_one(pipeline, extracted):
    pipeline.features(CASE, as_of=DAY)
    with pytest.raises(NoChampionError, match=f"mkt train --use-case {CASE}"):
        pipeline.score(CASE, as_of=DAY)
    assert pipeline.campaign_database.current(CASE) is None


def test_every_row_of_the_crm_arrives(pipeline, extracted):
    read = {one.entity: one.read for one in extracted.entities}
    counted = rows(pipeline, "SELECT count(*) FROM dealership.persons", database="crm")
    assert read["customers"] == counted[0][0]
    assert all(one.quarantined == 0 for one in extracted.entities)


def test_a_training_tests_on_days_later_than_it_learns_from(trained):
    days = [line.split(": ")[1].split(" (")[0] for line in trained.windows]
    until, validation, test = days[0].split(" to ")[-1], days[1], days[2]
    horizon = timedelta(days=60)
    assert date.fromisoformat(until) + horizon <= date.fromisoformat(validation)
    assert date.fromisoformat(validation) + horizon <= date.fromisoformat(test)
    assert date.fromisoformat(test) + horizon <= TODAY


def test_the_first_champion_beats_the_rule_of_thumb(trained):
    assert trained.promoted
    assert trained.test["average_precision"] > trained.baseline["average_precision"]


def test_a_night_publishes_everybody_who_is_eligible(pipeline, published):
    found = current(pipeline)
    assert len(found) == published.rows == sum(published.counts.values())
    assert {row[0] for row in found} == {TODAY}
    assert {row[3] for row in found} == {"high", "medium", "low"}
    for _, _, propensity, segment, _, _ in found:
        assert segment == (
            "high" if propensity >= 0.30 else "medium" if propensity >= 0.15 else "low"
        )


def test_everybody_has_reasons_and_three_products(pipeline, published):
    counts = rows(
        pipeline,
        "SELECT min(jsonb_array_length(reasons)), min(jsonb_array_length(recommended_products))"
        " FROM campaign.current_segments WHERE use_case = %s AND segment <> 'low'",
        CASE,
    )
    assert counts == [(3, 3)]


def test_training_and_scoring_say_by_the_same_tags_what_they_were_made_from(
    pipeline, trained, published
):
    scored = pipeline.lake.score_facts(CASE, pipeline.as_of(DAY))["run_id"]
    runs = [mlflow.MlflowClient(pipeline.mlflow).get_run(r).data for r in (trained.run_id, scored)]
    versions = {f"data_version_{name}" for name in pipeline.lake.log_versions()}
    for run in runs:
        assert run.tags["code_version"] == code_version()
        assert (run.tags["source"], run.tags["history"]) == ("dealership", "reconstructed")
        assert versions <= run.tags.keys()
    assert runs[1].params["model_version"] == trained.model_version


def test_a_rerun_replaces_the_night_and_changes_nothing(pipeline, published):
    before = current(pipeline)
    again = night(pipeline, DAY)
    assert again.replaced is not None
    assert again.is_current
    assert current(pipeline) == before


def test_a_customer_is_explained_from_the_scores_of_the_day(pipeline, published):
    customer = current(pipeline)[0]
    told = pipeline.explanation(CASE, customer[1], as_of=DAY)
    assert told["propensity"] == customer[2]
    assert all(reason["text"] for reason in told["reasons"])


def test_an_unknown_customer_is_not_named_in_the_error(pipeline, published):
    with pytest.raises(BadInputError) as refused:
        pipeline.explanation(CASE, "somebody", as_of=DAY)
    assert "somebody" not in str(refused.value)


def test_an_earlier_night_is_published_beside_the_current_one(pipeline, published):
    before = current(pipeline)
    earlier = night(pipeline, "2026-10-25")
    assert not earlier.is_current
    assert current(pipeline) == before


def test_an_equal_challenger_is_not_promoted(pipeline, published):
    version = pipeline.tracking.champion_version(CASE)
    again = pipeline.train(CASE, as_of=DAY, trials=2)
    assert "is higher than the champion's is 0.5, not at least 0.95" in again.sentence
    assert pipeline.tracking.champion_version(CASE) == version
    refused, promoted = pipeline.model_decisions.latest(CASE)
    assert promoted.effective_at > promoted.decided_at
    assert (refused.promoted, refused.reason) == (False, again.sentence)
    assert refused.checks[0]["name"] in pipeline.tracking.decision_page(refused.run_id)


def test_a_dry_run_reports_and_writes_nothing(pipeline, published):
    before = rows(pipeline, "SELECT count(*), max(publication_id) FROM campaign.publications")
    versions = pipeline.lake.log_versions()
    assert pipeline.extract(as_of=DAY, dry_run=True).dry_run
    assert pipeline.features(CASE, as_of=DAY, dry_run=True).version == -1
    assert pipeline.score(CASE, as_of=DAY, dry_run=True).run_id == ""
    assert pipeline.publish(CASE, as_of=DAY, dry_run=True).publication_id is None
    assert pipeline.lake.log_versions() == versions
    after = rows(pipeline, "SELECT count(*), max(publication_id) FROM campaign.publications")
    assert after == before


def test_a_day_in_the_future_is_refused(pipeline):
    with pytest.raises(BadInputError, match="lies in the future"):
        pipeline.extract(as_of="2026-11-02")


def test_a_day_that_is_not_extracted_has_no_features(pipeline, extracted):
    later = dataclasses.replace(
        pipeline, settings=pipeline.settings.model_copy(update={"today": date(2026, 11, 5)})
    )
    with pytest.raises(BadInputError, match="covers 2026-11-01, not yet 2026-11-05"):
        later.features(CASE, as_of="2026-11-05")


def test_a_use_case_nobody_is_eligible_for_is_refused(pipeline, published):
    nobodys = Eligibility(min_tenure_days=36_500)
    strict = pipeline.use_case(CASE).model_copy(update={"eligibility": nobodys})
    nobody = dataclasses.replace(pipeline)
    give_use_cases(nobody, {CASE: strict})
    before = current(pipeline)
    with pytest.raises(DataRefusedError, match="no customer is eligible"):
        nobody.features(CASE, as_of=DAY)
    assert current(pipeline) == before


def test_labels_of_one_class_only_are_refused(pipeline, extracted):
    never = pipeline.use_case(CASE).model_copy(
        update={"target": pipeline.use_case(CASE).target.model_copy(update={"categories": ("no",)})}
    )
    other = dataclasses.replace(pipeline)
    give_use_cases(other, {CASE: never})
    with pytest.raises(TrainingRefusedError, match="one class only"):
        other.train(CASE, as_of=DAY, trials=2)


def test_a_feature_set_the_champion_was_not_trained_on_is_refused(pipeline, trained):
    champion = pipeline.tracking.champion(CASE)
    turned, *_, gone = sorted(one.name for one in champion.features if one.kind == "number")
    offered = tuple(
        dataclasses.replace(one, kind="category") if one.name == turned else one
        for one in champion.features
        if one.name != gone
    )
    with pytest.raises(ModelRefusedError, match=rf"{turned} is category.*{gone} is missing"):
        refuse_misfit(champion, offered, ())
    new = Feature("new", "group", "number", "New", "new")
    refuse_misfit(champion, (*champion.features, new), ["new"])
    with pytest.raises(ModelRefusedError, match=rf"uses {turned}, which the use case marks"):
        refuse_misfit(champion, champion.features, [turned])


def test_a_crm_that_is_down_can_be_tried_again_and_yesterday_stays(pipeline, published, free_port):
    before = current(pipeline)
    away = dataclasses.replace(pipeline, crm=f"postgresql://a:b@127.0.0.1:{free_port()}/crm")
    with pytest.raises(ServerUnavailableError):
        away.extract(as_of=DAY)
    assert current(pipeline) == before


def test_a_renamed_column_fails_now_with_its_name_and_nothing_changes(pipeline, published):
    versions = pipeline.lake.log_versions()
    rename = "ALTER TABLE dealership.persons RENAME COLUMN {} TO {}"
    rows(pipeline, rename.format("date_of_birth", "born_on"), database="crm")
    try:
        with pytest.raises(SourceBrokenError, match="date_of_birth"):
            pipeline.extract(as_of=DAY)
    finally:
        rows(pipeline, rename.format("born_on", "date_of_birth"), database="crm")
    after = pipeline.lake.log_versions()
    assert after["customers"] == versions["customers"]


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one megabyte; mounting one needs root."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(tmp_path)], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("a small disk can be mounted by root only")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_full_disk_in_the_middle_is_told_and_yesterday_stays(pipeline, published, small_disk):
    before = current(pipeline)
    cramped = dataclasses.replace(
        pipeline, settings=pipeline.settings.model_copy(update={"home": small_disk})
    )
    with pytest.raises(StorageFullError, match="free space"):
        cramped.extract(as_of=DAY)
    assert current(pipeline) == before
    assert list((small_disk / "scratch").iterdir()) == []

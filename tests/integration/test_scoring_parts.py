"""A night that is shared gives what a night in one piece gives, and is seen whole or not at all."""

import dataclasses
import json
from datetime import date, timedelta

import mlflow
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from quick_training import trained_quickly
from wired import wired

from mkt_pipeline.contracts.customer_bucket import bucket_of
from mkt_pipeline.contracts.scoring_plan import PlanOutdatedError
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.steps import purchase_history
from mkt_pipeline.steps.finish_scoring import PartsMissingError
from mkt_pipeline.wiring.pipeline import Pipeline
from mkt_pipeline.wiring.scoring import finished, part_scored, planned
from tests.own_use_cases import give_use_cases

TODAY = date(2026, 11, 1)
DAY, EARLIER = str(TODAY), str(TODAY - timedelta(days=7))
CASE = "service_visit"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory, free_port):
    with wired(tmp_path_factory.mktemp("parts") / "state", free_port, today=TODAY) as steps:
        steps.extract(as_of=DAY)
        trained_quickly(steps, CASE).train(CASE, as_of=DAY)
        steps.features(CASE, as_of=DAY)
        yield steps


def scores(pipeline, day=DAY):
    """The rows of a day; in which order they lie in the lake is of no account."""
    lake = pipeline.lake
    with lake.session() as session:
        table = lake.score_table(session, CASE, pipeline.as_of(day))
        return session.stream(table).read_all().sort_by("customer_id").combine_chunks()


def scored_in(pipeline, parts, *, order=1, day=DAY):
    """Score a day in parts, each handed its plan as it travels between tasks."""
    plan = json.loads(json.dumps(planned(pipeline, CASE, as_of=day, parts=parts).facts()))
    for part in list(range(1, parts + 1))[::order]:
        part_scored(pipeline, plan, part)
    return finished(pipeline, plan)


def runs(pipeline):
    client = mlflow.MlflowClient(pipeline.mlflow)
    experiment = client.get_experiment_by_name(f"scoring/{CASE}")
    found = client.search_runs([experiment.experiment_id]) if experiment else []
    return {run.info.run_id: run.data for run in found}


def staged(pipeline):
    return list(pipeline.lake.staged_scores.place.files())


@pytest.mark.parametrize(
    ("learned_from", "cuts"), [(100_000, ((1, 1), (16, -1))), (500, ((2, -1), (5, 1)))]
)
def test_any_number_of_parts_in_any_order_gives_the_same_bits(
    pipeline, monkeypatch, learned_from, cuts
):
    monkeypatch.setattr(purchase_history, "LEARNED_FROM", learned_from)
    whole = pipeline.score(CASE, as_of=DAY)
    expected = scores(pipeline)
    assert expected.num_rows == whole.customers > 2_000
    for parts, order in cuts:
        told = scored_in(pipeline, parts, order=order)
        assert scores(pipeline).equals(expected), parts
        assert told.mean_propensity == whole.mean_propensity
        assert told.quantiles == whole.quantiles
    assert staged(pipeline) == []


def test_a_part_has_the_customers_of_its_buckets(pipeline):
    plan = planned(pipeline, CASE, as_of=DAY, parts=5)
    told = [part_scored(pipeline, plan.facts(), part) for part in range(1, 6)]
    rows = scores(pipeline)
    counted = [0] * 5
    for customer in rows["customer_id"].to_pylist():
        bucket = bucket_of(customer, plan.buckets)
        counted[next(n for n in range(5) if bucket in plan.buckets_of(n + 1))] += 1
    assert [one.customers for one in told] == counted
    finished(pipeline, plan.facts())


def test_there_are_no_more_parts_than_buckets_and_no_part_beyond_them(pipeline):
    plan = planned(pipeline, CASE, as_of=DAY, parts=90)
    assert (plan.parts, plan.buckets) == (16, 16)
    with pytest.raises(BadInputError, match="there is no part 17"):
        part_scored(pipeline, plan.facts(), 17)


def test_a_night_has_one_run_that_says_what_every_part_was_made_with(pipeline):
    before = runs(pipeline)
    told = scored_in(pipeline, 5)
    new = runs(pipeline).keys() - before.keys()
    assert new == {told.run_id}
    run = runs(pipeline)[told.run_id]
    assert run.metrics["parts"] == 5
    assert run.metrics["customers"] == told.customers
    facts = pipeline.lake.score_facts(CASE, pipeline.as_of(DAY))
    assert facts["run_id"] == told.run_id


def test_what_is_promoted_in_the_middle_scores_no_part_of_the_night(pipeline):
    pipeline.score(CASE, as_of=DAY)
    expected, version = scores(pipeline), pipeline.tracking.champion_version(CASE)
    other = int(pipeline.train(CASE, as_of=EARLIER).model_version)
    assert other != version
    plan = planned(pipeline, CASE, as_of=DAY, parts=2).facts()
    part_scored(pipeline, plan, 1)
    pipeline.tracking.promote(use_case=CASE, version=other)
    try:
        part_scored(pipeline, plan, 2)
        told = finished(pipeline, plan)
    finally:
        pipeline.tracking.promote(use_case=CASE, version=version)
    assert told.model_version == str(version)
    assert set(scores(pipeline)["model_version"].to_pylist()) == {str(version)}
    assert scores(pipeline).equals(expected)


def test_half_of_a_night_is_not_seen_and_not_published(pipeline):
    pipeline.features(CASE, as_of=EARLIER)
    plan = planned(pipeline, CASE, as_of=EARLIER, parts=3)
    for part in (1, 3):
        part_scored(pipeline, plan.facts(), part)
    with pytest.raises(PartsMissingError, match="1 of 3 parts were not scored: 2"):
        finished(pipeline, plan.facts())
    assert not pipeline.lake.has_day("scores", CASE, pipeline.as_of(EARLIER))
    with pytest.raises(BadInputError, match="no scores"):
        pipeline.publish(CASE, as_of=EARLIER)
    part_scored(pipeline, plan.facts(), 2)
    finished(pipeline, plan.facts())
    assert pipeline.publish(CASE, as_of=EARLIER).rows == plan.customers


def test_a_part_that_is_scored_again_takes_its_own_place(pipeline):
    plan = planned(pipeline, CASE, as_of=DAY, parts=2).facts()
    for part in (1, 2, 1, 2, 2):
        part_scored(pipeline, plan, part)
    assert finished(pipeline, plan).customers == plan["customers"]


def test_two_runs_of_a_day_with_other_numbers_of_parts_do_not_mix(pipeline):
    pipeline.score(CASE, as_of=DAY)
    expected = scores(pipeline)
    one, other = (planned(pipeline, CASE, as_of=DAY, parts=n).facts() for n in (2, 3))
    part_scored(pipeline, one, 1)
    for part in (1, 2, 3):
        part_scored(pipeline, other, part)
    with pytest.raises(PartsMissingError):
        finished(pipeline, one)
    second = finished(pipeline, other)
    part_scored(pipeline, one, 2)
    first = finished(pipeline, one)
    assert first.run_id != second.run_id
    assert pipeline.lake.score_facts(CASE, pipeline.as_of(DAY))["run_id"] == first.run_id
    assert scores(pipeline).equals(expected)
    assert staged(pipeline) == []


def test_a_plan_that_was_finished_is_told_again_and_not_written_again(pipeline):
    plan = planned(pipeline, CASE, as_of=DAY, parts=2).facts()
    for part in (1, 2):
        part_scored(pipeline, plan, part)
    first = finished(pipeline, plan)
    before = runs(pipeline).keys(), pipeline.lake._day_store("scores", CASE).version
    again = finished(pipeline, plan)
    assert dataclasses.replace(again, seconds=0.0) == dataclasses.replace(first, seconds=0.0)
    assert (runs(pipeline).keys(), pipeline.lake._day_store("scores", CASE).version) == before


def test_a_dry_run_leaves_nothing(pipeline):
    pipeline.score(CASE, as_of=DAY)
    before = pipeline.lake._day_store("scores", CASE).version, runs(pipeline).keys()
    told = pipeline.score(CASE, as_of=DAY, dry_run=True)
    assert (told.run_id, told.dry_run) == ("", True)
    assert (pipeline.lake._day_store("scores", CASE).version, runs(pipeline).keys()) == before
    assert staged(pipeline) == []


def test_the_logs_are_read_as_they_were_when_the_night_was_planned(pipeline, monkeypatch):
    """Who teaches depends on how many customers the log knows; more of them come meanwhile."""
    monkeypatch.setattr(purchase_history, "LEARNED_FROM", 500)
    pipeline.score(CASE, as_of=DAY)
    expected = scores(pipeline)
    plan = planned(pipeline, CASE, as_of=DAY, parts=2).facts()
    part_scored(pipeline, plan, 1)
    store = pipeline.lake._log("customers").log
    with pipeline.lake.session() as session:
        rows = session.read(store.files()).to_pyarrow()
    facts = dict(next(store.facts()))
    late = rows.set_column(
        rows.schema.get_field_index("customer_id"),
        "customer_id",
        pa.array([f"later-{n}" for n in range(rows.num_rows)]),
    )
    store.append(late.to_reader(), facts=facts)
    try:
        part_scored(pipeline, plan, 2)
        finished(pipeline, plan)
        assert scores(pipeline).equals(expected)
        # And it would have made a difference.
        pipeline.score(CASE, as_of=DAY)
        assert not scores(pipeline).equals(expected)
    finally:
        store.delete("customer_id LIKE 'later-%'", facts=facts)


def test_features_are_read_as_they_were_when_the_night_was_planned(pipeline):
    """A second run of the same day may build them again meanwhile, from a CRM that has moved on."""
    pipeline.score(CASE, as_of=DAY)
    expected = scores(pipeline)
    plan = planned(pipeline, CASE, as_of=DAY, parts=2).facts()
    part_scored(pipeline, plan, 1)
    store, left_out = pipeline.lake._day_store("features", CASE), expected["customer_id"][0].as_py()
    kept = store.version
    try:
        with pipeline.lake.session() as session:
            rows = session.read(store.files(as_of=DAY)).to_pyarrow()
        others = rows.filter(pc.not_equal(rows["customer_id"], left_out))
        store.replace_day(others.to_reader(), as_of=DAY, facts={"as_of": DAY})
        part_scored(pipeline, plan, 2)
        finished(pipeline, plan)
        assert scores(pipeline).equals(expected)
        # And it would have made a difference.
        older = planned(pipeline, CASE, as_of=DAY, parts=1).facts() | {"features_version": kept}
        pipeline.score(CASE, as_of=DAY)
        assert left_out not in scores(pipeline)["customer_id"].to_pylist()
        part_scored(pipeline, older, 1)
        with pytest.raises(PlanOutdatedError, match="planned after it has been scored since"):
            finished(pipeline, older)
    finally:
        pipeline.features(CASE, as_of=DAY)


def test_an_earlier_day_is_scored_again_after_somebody_was_erased(pipeline):
    """What an erasure leaves of a feature set was not written by the commit that built it."""
    for day in (EARLIER, DAY):
        pipeline.features(CASE, as_of=day)
    pipeline.score(CASE, as_of=EARLIER)
    before = scores(pipeline, EARLIER)["customer_id"].to_pylist()
    pipeline.erase(before[7], who="test", reason="asked for")
    pipeline.score(CASE, as_of=EARLIER)
    assert scores(pipeline, EARLIER)["customer_id"].to_pylist() == before[:7] + before[8:]


def test_a_plan_of_other_settings_or_code_is_refused(pipeline):
    plan = planned(pipeline, CASE, as_of=DAY, parts=2)
    part_scored(pipeline, plan.facts(), 1)
    other_code = dataclasses.replace(plan, code_version="0.0.0").facts()
    with pytest.raises(PlanOutdatedError, match=r"by 0\.0\.0, and this process runs"):
        part_scored(pipeline, other_code, 2)
    edges = (pipeline.settings, pipeline.crm, pipeline.campaign, pipeline.mlflow)
    elsewhere = Pipeline(*edges)
    rule = elsewhere.use_case(CASE).recommend.model_copy(update={"count": 2})
    cases = {CASE: elsewhere.use_case(CASE).model_copy(update={"recommend": rule})}
    give_use_cases(elsewhere, cases)
    with pytest.raises(PlanOutdatedError, match="other settings of the use case"):
        part_scored(elsewhere, plan.facts(), 2)
    with pytest.raises(PlanOutdatedError, match="mkt score --use-case"):
        finished(elsewhere, plan.facts())


def test_a_plan_whose_files_were_vacuumed_is_refused(pipeline):
    plan = planned(pipeline, CASE, as_of=DAY, parts=2).facts()
    part_scored(pipeline, plan, 1)
    pipeline.features(CASE, as_of=DAY)
    part_scored(pipeline, plan, 1)
    table = pipeline.lake._day_store("features", CASE).table()
    table.vacuum(0, dry_run=False, enforce_retention_duration=False)
    for refused in (lambda: part_scored(pipeline, plan, 2), lambda: finished(pipeline, plan)):
        with pytest.raises(PlanOutdatedError, match="removed since by `mkt housekeeping`"):
            refused()


def test_who_is_erased_in_the_middle_is_in_no_score(pipeline):
    pipeline.score(CASE, as_of=DAY)
    customer = scores(pipeline)["customer_id"][-1].as_py()
    plan = planned(pipeline, CASE, as_of=DAY, parts=2).facts()
    part_scored(pipeline, plan, 1)
    pipeline.erase(customer, who="test", reason="asked for")
    assert staged(pipeline) == []
    for refused in (lambda: part_scored(pipeline, plan, 2), lambda: finished(pipeline, plan)):
        with pytest.raises(PlanOutdatedError, match="somebody was erased since"):
            refused()
    pipeline.score(CASE, as_of=DAY)
    assert customer not in scores(pipeline)["customer_id"].to_pylist()
    pipeline.verify_erased(customer)

"""Ways to recommend compared on the sample CRM, gated, and used by the night."""

import dataclasses
import json
from datetime import date
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from quick_training import trained_quickly
from small_comparison import comparison
from wired import wired

from mkt_pipeline.errors import ModelRefusedError
from mkt_pipeline.steps.champion import promote_version
from tests.own_use_cases import give_use_cases

TODAY = date(2026, 11, 1)
DAY = str(TODAY)
CASE = "service_visit"
NAME = f"recommender-{CASE}"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory, free_port):
    home = tmp_path_factory.mktemp("choosing") / "state"
    with wired(home, free_port, today=TODAY) as steps:
        steps.extract(as_of=DAY)
        trained_quickly(steps, CASE).train(CASE, as_of=DAY)
        steps.features(CASE, as_of=DAY)
        yield steps


@pytest.fixture(scope="module")
def unchosen(pipeline):
    """The night before anything was chosen."""
    assert pipeline.tracking.recommenders.chosen(CASE) is None
    return night(pipeline)


@pytest.fixture(scope="module")
def first(pipeline, unchosen):
    dry = pipeline.recommender(CASE, as_of=DAY, dry_run=True)
    assert (dry.model_version, dry.promoted, dry.run_id) == ("none", False, "")
    assert pipeline.model_decisions.latest(CASE, model_name=NAME) == ()
    assert "dry run, nothing was registered" in dry.lines()[-2]
    return pipeline.recommender(CASE, as_of=DAY)


def night(pipeline):
    """What the night recommends to each customer, and by what."""
    pipeline.score(CASE, as_of=DAY)
    with pipeline.lake.session() as session:
        scores = pipeline.lake.score_table(session, CASE, pipeline.as_of(DAY))
        read = session.stream(scores.select("customer_id", "recommended_products")).read_all()
    facts = pipeline.lake.score_facts(CASE, pipeline.as_of(DAY))
    return dict(zip(*(read[n].to_pylist() for n in (0, 1)), strict=True)), facts


def used(facts):
    return facts["recommender"], facts["recommender_version"]


def test_until_something_is_chosen_the_night_goes_item_to_item(pipeline, unchosen):
    documents, facts = unchosen
    assert used(facts) == ("item_to_item", "none")
    assert {len(json.loads(one)) for one in documents.values()} == {3}
    run = mlflow.MlflowClient(pipeline.mlflow).get_run(facts["run_id"])
    assert run.data.tags["recommender"] == "item_to_item"


def test_the_first_choice_is_gated_logged_and_recorded(pipeline, first):
    assert first.promoted, first.sentence
    assert first.compared_with is None
    assert first.in_use == "item_to_item, which nobody had chosen"
    chosen = pipeline.tracking.recommenders.chosen(CASE)
    assert (chosen.label, str(chosen.version)) == (first.chosen, first.model_version)
    (record,) = pipeline.model_decisions.latest(CASE, model_name=NAME)
    assert (record.act, record.promoted, record.reason) == ("training", True, first.sentence)
    assert record.effective_at > record.decided_at
    assert set(record.figures) == set(first.figures)
    page = pipeline.decision_page(first.run_id)
    assert all(check["name"] in page for check in record.checks)
    assert all(label in page for label in first.figures)


def test_every_way_is_a_run_and_the_latest_window_lies_after_the_one_of_the_choice(pipeline, first):
    client = mlflow.MlflowClient(pipeline.mlflow)
    run = client.get_run(first.run_id)
    below = client.search_runs(
        [run.info.experiment_id], f"tags.mlflow.parentRunId = '{first.run_id}'"
    )
    assert {one.info.run_name for one in below} == set(first.figures)
    (chosen,) = (one for one in below if one.data.tags["chosen"] == "yes")
    assert chosen.info.run_name == first.chosen
    ndcg = run.data.metrics["ndcg_at_3"]
    assert ndcg == chosen.data.metrics["ndcg_at_3"] == first.figures[first.chosen]["ndcg_at_3"]
    assert run.data.metrics["ndcg_at_3_low"] < ndcg < run.data.metrics["ndcg_at_3_high"]
    assert run.data.metrics["popularity_ndcg_at_3"] <= ndcg
    choice, latest = (line.split(": ")[0].split(" to ") for line in first.windows)
    assert choice[1] == latest[0]
    assert latest[1] == DAY


def test_the_gate_says_no_to_what_is_in_use_already(pipeline, first):
    again = pipeline.recommender(CASE, as_of=DAY)
    assert again.chosen == first.chosen
    assert not again.promoted
    assert "in use, is 0.5, not at least 0.95" in again.sentence
    assert pipeline.tracking.recommenders.champion_version(CASE) == int(first.model_version)
    assert "challenger" not in pipeline.tracking.recommenders.aliases(CASE)
    refused, _ = pipeline.model_decisions.latest(CASE, model_name=NAME)
    assert (refused.promoted, refused.champion_version) == (False, first.model_version)


def test_the_night_uses_what_was_chosen_and_says_so(pipeline, unchosen, first):
    documents, facts = night(pipeline)
    assert used(facts) == (first.chosen, first.model_version)
    assert night(pipeline)[0] == documents
    run = promoted(pipeline, "popularity", {"half_life_days": 30.0})
    plain, facts = night(pipeline)
    assert used(facts) == ("popularity (half_life_days 30)", str(run.model_version))
    assert len(set(plain.values())) == 1 < len(set(unchosen[0].values()))
    assert plain.keys() == documents.keys()


def promoted(pipeline, method, settings):
    """A version that a person made the one in use."""
    kept = pipeline.tracking.recommenders
    run = kept.log_comparison(
        use_case=pipeline.use_case(CASE),
        as_of=pipeline.as_of(DAY),
        comparison=comparison(method, settings),
        tags={},
    )
    told = {"tracking": kept, "decisions": pipeline.model_decisions, "use_case": CASE}
    promote_version(**told, version=run.model_version, who="approver", reason="to see it")
    return run


def test_a_better_way_takes_over_from_the_one_in_use(pipeline, first):
    run = promoted(pipeline, "popularity", {"half_life_days": 30.0})
    found = pipeline.recommender(CASE, as_of=DAY)
    assert found.compared_with == run.model_version
    assert found.chosen == first.chosen
    better = found.figures[found.chosen]["ndcg_at_3"] > found.figures[found.in_use]["ndcg_at_3"]
    assert (found.promoted, better) == (True, True), found.sentence
    assert "popularity (half_life_days 30), in use, is" in found.sentence


def test_where_a_person_has_to_agree_the_one_in_use_stays_until_then(pipeline, first):
    run = promoted(pipeline, "popularity", {"half_life_days": 30.0})
    asking = dataclasses.replace(pipeline)
    rules = pipeline.use_case(CASE).promotion.model_copy(update={"policy": "approve"})
    case = pipeline.use_case(CASE).model_copy(update={"promotion": rules})
    give_use_cases(asking, {CASE: case})
    found = asking.recommender(CASE, as_of=DAY)
    assert (found.waits, found.promoted) == (True, False)
    assert found.sentence.startswith("Waits for approval. Passed: ")
    assert pipeline.tracking.recommenders.champion_version(CASE) == run.model_version
    answered = pipeline.answer(
        CASE,
        kind=found.kind,
        version=int(found.model_version),
        compared_with=found.compared_with,
        approved=True,
        who="approver",
        reason="as discussed",
    )
    assert answered.promoted
    assert pipeline.tracking.recommenders.champion_version(CASE) == int(found.model_version)


def test_a_way_that_this_code_lacks_is_refused_at_night_and_chosen_anew(pipeline, first):
    promoted(pipeline, "guessing", {})
    with pytest.raises(ModelRefusedError, match=f"mkt recommender --use-case {CASE}"):
        night(pipeline)
    found = pipeline.recommender(CASE, as_of=DAY)
    assert found.promoted
    assert found.in_use == "guessing, which this code lacks"
    assert used(night(pipeline)[1]) == (found.chosen, found.model_version)


def test_a_table_of_all_ways_lies_beside_the_run(pipeline, first):
    client = mlflow.MlflowClient(pipeline.mlflow)
    found = json.loads(Path(client.download_artifacts(first.run_id, "methods.json")).read_text())
    table = pd.DataFrame(found["data"], columns=found["columns"])
    assert set(table["window"]) == {"latest", "choice"}
    assert len(table) == 2 * len(first.figures)
    assert (table["ndcg_at_3_low"] <= table["ndcg_at_3"]).all()

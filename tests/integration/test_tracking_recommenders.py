"""Recommenders in a real MLflow: what is remembered, which one is used, and what is refused."""

import json
from pathlib import Path

import mlflow
import pytest
from small_comparison import FIGURES, comparison, log_comparison

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.model_decisions import ModelDecisions
from mkt_pipeline.errors import BadInputError, ModelRefusedError
from mkt_pipeline.steps.approval import answer
from mkt_pipeline.steps.champion import (
    decision_page,
    promote_version,
    roll_back_champion,
    standing,
)
from mkt_pipeline.tracking import Tracking


@pytest.fixture(scope="module")
def tracking(server: tuple[str, Path]) -> Tracking:
    return Tracking(server[0])


@pytest.fixture
def decisions(database_url):
    CampaignDatabase(database_url).migrate()
    return ModelDecisions(database_url)


def logged(tracking, name, method="popularity", settings=None):
    return log_comparison(tracking, name, comparison(method, settings))


def test_a_comparison_is_a_run_with_a_run_for_each_way_below_it(tracking):
    run = logged(tracking, "kept", "popularity", {"half_life_days": 30.0})
    client = mlflow.MlflowClient(tracking.url)
    found = client.get_run(run.run_id)
    assert client.get_experiment(found.info.experiment_id).name == "recommender/kept"
    assert found.data.metrics == FIGURES
    assert found.data.tags["decision"] == "promoted"
    files = {one.path for one in client.list_artifacts(run.run_id)}
    assert {"decision.md", "decision.json", "methods.json", "note.md", "recommender"} <= files
    table = json.loads(Path(client.download_artifacts(run.run_id, "methods.json")).read_text())
    assert table == {
        "columns": ["method", "ndcg_at_3"],
        "data": [["popularity (half_life_days 30)", 0.3]],
    }
    (below,) = client.search_runs(
        [found.info.experiment_id], f"tags.mlflow.parentRunId = '{run.run_id}'"
    )
    assert below.data.params == {"method": "popularity", "half_life_days": "30.0"}
    assert below.data.metrics["validation_ndcg_at_3"] == 0.3
    assert run.run_id in run.url


def test_nothing_is_in_use_before_something_was_promoted(tracking):
    assert tracking.recommenders.chosen("nothing") is None
    logged(tracking, "nothing")
    assert tracking.recommenders.chosen("nothing") is None
    assert tracking.recommenders.aliases("nothing") == {"challenger": "1"}


def test_what_was_promoted_is_read_back_with_its_settings(tracking):
    run = logged(tracking, "weekly", "matrix_factorisation", {"factors": 64.0})
    tracking.recommenders.promote(use_case="weekly", version=run.model_version)
    found = tracking.recommenders.chosen("weekly")
    assert (found.name, found.settings) == ("matrix_factorisation", {"factors": 64.0})
    assert (found.version, found.run_id) == (run.model_version, run.run_id)
    assert tracking.champion_version("weekly") is None, "the propensity model is another one"


def test_a_recipe_that_was_changed_is_refused_and_nothing_moves(tracking, server):
    kept = tracking.recommenders
    first = logged(tracking, "tampered", "item_to_item")
    kept.promote(use_case="tampered", version=first.model_version)
    second = logged(tracking, "tampered")
    (stored,) = server[1].rglob(f"{second.run_id}/artifacts/recommender/recommender.json")
    stored.write_text(stored.read_text().replace("popularity", "item_to_item"))
    before = kept.aliases("tampered")
    with pytest.raises(ModelRefusedError, match="not those that were registered"):
        kept.promote(use_case="tampered", version=second.model_version)
    assert kept.aliases("tampered") == before
    (stored,) = server[1].rglob(f"{first.run_id}/artifacts/recommender/recommender.json")
    stored.write_text(stored.read_text() + " ")
    with pytest.raises(ModelRefusedError, match="not those that were registered"):
        kept.chosen("tampered")


def test_a_person_promotes_answers_and_rolls_back_as_with_models_that_score(tracking, decisions):
    kept = tracking.recommenders
    told = {"tracking": kept, "decisions": decisions, "use_case": "byhand"}
    first, second = (logged(tracking, "byhand", name) for name in ("popularity", "item_to_item"))
    with pytest.raises(BadInputError, match="recommender-byhand has no earlier champion"):
        roll_back_champion(**told, who="approver", reason="x")
    reply = {
        "version": first.model_version,
        "compared_with": None,
        "who": "approver",
        "reason": "yes",
    }
    assert answer(**told, **reply, approved=True).promoted
    done = promote_version(**told, version=second.model_version, who="approver", reason="try it")
    assert "--model recommender" in done.lines()[0]
    assert kept.chosen("byhand").name == "item_to_item"
    roll_back_champion(**told, who="approver", reason="sales were wrong")
    assert kept.chosen("byhand").name == "popularity"
    acts = [(one.act, one.model_name) for one in standing(**told).decisions]
    assert acts == [
        ("rollback", "recommender-byhand"),
        ("promotion", "recommender-byhand"),
        ("approval", "recommender-byhand"),
    ]
    assert standing(**{**told, "tracking": tracking}).decisions == ()
    page = decision_page(tracking=kept, use_case="byhand", version=second.model_version)
    assert "recommended products" in page

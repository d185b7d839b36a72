"""Candidates tuned on their own: the training finds their trials and repeats none."""

import json
from datetime import date

import mlflow
import pytest
from quick_training import trained_quickly

from mkt_pipeline.errors import BadInputError
from mkt_pipeline.samples.dealership import load_dealership
from mkt_pipeline.settings import Settings
from mkt_pipeline.wiring.pipeline import wire

DAY, CASE = date(2026, 11, 1), "service_visit"


@pytest.fixture(scope="module")
def pipeline(postgres, server, tmp_path_factory):
    postgres.create_database("tune")
    url = postgres.url("tune")
    load_dealership(url=url, customers=2000, years=3, seed=7, until=DAY)
    settings = Settings(home=tmp_path_factory.mktemp("tune"), today=DAY, _env_file=None)
    made = wire(settings, crm=url, campaign=url, mlflow=server[0])
    made.extract(as_of=str(DAY))
    return made


def trials_of(pipeline, trained):
    client = mlflow.MlflowClient(pipeline.mlflow)
    experiment = client.get_run(trained.run_id).info.experiment_id
    runs = client.search_runs([experiment], max_results=200)
    found = [json.loads(run.data.tags["trial"]) for run in runs if "trial" in run.data.tags]
    return sorted((trial["candidate"], trial["number"]) for trial in found)


def test_a_training_uses_the_trials_of_tuned_candidates_and_makes_no_more(pipeline):
    trained_quickly(pipeline, CASE)
    logistic = pipeline.tune(CASE, "logistic", as_of=str(DAY), trials=3)
    assert (logistic.trials, logistic.known) == (3, 0)
    assert logistic.best >= logistic.default > 0
    again = pipeline.tune(CASE, "logistic", as_of=str(DAY), trials=4)
    assert (again.trials, again.known) == (4, 3)
    assert again.default == logistic.default
    boosting = pipeline.tune(CASE, "boosting", as_of=str(DAY), trials=1)
    trained = pipeline.train(CASE, as_of=str(DAY), trials=10, seconds=0)
    assert trials_of(pipeline, trained) == [
        ("boosting", 0),
        *(("logistic", number) for number in range(4)),
    ]
    better = "logistic" if again.best > boosting.best else "boosting"
    assert trained.chosen == better


def test_an_unknown_candidate_is_refused(pipeline):
    with pytest.raises(BadInputError, match="there is no candidate oracle"):
        pipeline.tune(CASE, "oracle", as_of=str(DAY), trials=1)

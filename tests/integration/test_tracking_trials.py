"""Trials in MLflow: each a run, from which a search that was killed goes on."""

import dataclasses
from pathlib import Path

import mlflow
import pytest
from small_training import AS_OF, DATA, NOTE, TAGS, small_outcome, use_case

from mkt_pipeline.contracts.trial import Trial
from mkt_pipeline.tracking import Tracking

STUDY = "ab" * 16


@pytest.fixture(scope="module")
def tracking(server: tuple[str, Path]) -> Tracking:
    return Tracking(server[0])


def trial(number, *, candidate="logistic", figures=(0.25, 0.3), pruned=False):
    parameters = {"C": 10**-number / 3, "passes": 7, "kind": "odd", "whole": True}
    return Trial(candidate, number, parameters, figures, pruned, 1.5)


def log(tracking, name, *trials, study=STUDY):
    for one in trials:
        tracking.log_trial(use_case=use_case(name), as_of=AS_OF, study=study, trial=one, tags=TAGS)


def test_trials_come_back_as_they_were_in_their_order(tracking):
    made = (trial(1, candidate="tree", figures=(0.1,), pruned=True), trial(0), trial(1))
    log(tracking, "back", trial(0, candidate="tree"), *made, study=STUDY)
    log(tracking, "back", trial(2), study="another")
    assert tracking.known_trials(use_case="back", study=STUDY) == (
        trial(0),
        trial(1),
        trial(0, candidate="tree"),
        made[0],
    )
    assert tracking.known_trials(use_case="back", study="none") == ()


def test_what_comes_after_a_missing_trial_is_not_known_and_doubles_count_once(tracking):
    later = dataclasses.replace(trial(0), seconds=9.0)
    log(tracking, "gap", trial(0), later, trial(1), trial(3))
    assert tracking.known_trials(use_case="gap", study=STUDY) == (trial(0), trial(1))


def test_a_trial_has_its_folds_and_parameters_where_the_ui_compares_them(tracking):
    log(tracking, "compared", trial(2))
    client = mlflow.MlflowClient(tracking.url, tracking.url)
    experiment = client.get_experiment_by_name("training/compared").experiment_id
    (run,) = client.search_runs([experiment])
    assert run.info.run_name == "logistic 2"
    assert run.data.metrics == {
        "fold_1": 0.25,
        "fold_2": 0.3,
        "mean_average_precision": 0.275,
        "seconds": 1.5,
    }
    log(tracking, "compared", trial(3, figures=(0.9,), pruned=True))
    (pruned,) = client.search_runs([experiment], "tags.pruned = 'yes'")
    assert set(pruned.data.metrics) == {"fold_1", "seconds"}, "one fold is no mean of all"
    assert run.data.params["passes"] == "7"
    assert run.data.tags["use_case"] == "compared"


def test_a_training_adopts_the_trials_that_no_other_training_has(tracking):
    client = mlflow.MlflowClient(tracking.url, tracking.url)
    outcome = small_outcome()
    log(tracking, "adopting", *(one for c in outcome.candidates for one in c.trials))
    first, second = (
        tracking.log_training(
            use_case=use_case("adopting"),
            as_of=AS_OF,
            outcome=outcome,
            figures={},
            tags=TAGS,
            data=DATA,
            note=NOTE,
            study=STUDY,
        )
        for _ in range(2)
    )
    experiment = client.get_experiment_by_name("training/adopting").experiment_id
    runs = {run.info.run_id: run for run in client.search_runs([experiment])}
    parents = [
        runs[run.data.tags["mlflow.parentRunId"]]
        for run in runs.values()
        if "trial" in run.data.tags
    ]
    assert len(parents) == sum(len(one.trials) for one in outcome.candidates) > 4
    assert {run.info.run_name for run in parents} == {one.name for one in outcome.candidates}
    above = {run.data.tags["mlflow.parentRunId"] for run in parents}
    assert above == {first.run_id}
    assert first.run_id != second.run_id

"""Tracking against a real MLflow server."""

import io
import json
from datetime import date
from pathlib import Path

import mlflow
import numpy as np
import pytest
from matplotlib.figure import Figure
from small_training import (
    AS_OF,
    DATA,
    FEATURES,
    NOTE,
    SEASON,
    TAGS,
    labelled,
    log,
    small_outcome,
    use_case,
)

from mkt_pipeline.errors import NoChampionError, ServerUnavailableError
from mkt_pipeline.modelling.metrics import METRIC_NAMES
from mkt_pipeline.modelling.outcome import TrainingOutcome
from mkt_pipeline.modelling.resampling import HEADLINES
from mkt_pipeline.tracking import Tracking, TrainedRun


@pytest.fixture(scope="module")
def outcome() -> TrainingOutcome:
    return small_outcome()


@pytest.fixture(scope="module")
def tracking(server: tuple[str, Path]) -> Tracking:
    return Tracking(server[0])


@pytest.fixture(scope="module")
def trained(tracking: Tracking, outcome: TrainingOutcome) -> TrainedRun:
    """One training of the use case ``repeat``, promoted."""
    run = log(tracking, outcome, "repeat")
    tracking.promote(use_case="repeat", version=run.model_version)
    return run


def client(tracking: Tracking) -> mlflow.MlflowClient:
    return mlflow.MlflowClient(tracking.url, tracking.url)


def test_the_parent_run_holds_test_validation_and_baseline_figures(tracking, outcome, trained):
    run = client(tracking).get_run(trained.run_id)
    names = [
        f"{prefix}{name}" for prefix in ("", "validation_", "baseline_") for name in METRIC_NAMES
    ]
    names += [f"random_split_{name}" for name in ("roc_auc", "average_precision", "base_rate")]
    names += [
        f"{prefix}{name}_{end}"
        for prefix in ("", "baseline_")
        for name in HEADLINES
        for end in ("low", "high")
    ]
    names += ["season_error", "season_error_without"]
    assert sorted(run.data.metrics) == sorted(names)
    assert run.data.metrics["roc_auc"] == pytest.approx(outcome.test["roc_auc"])
    assert run.data.params["season"] == SEASON.sentence
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "train repeat 2026-06-01"


def test_runs_can_be_found_by_their_tags_and_read_by_their_note(tracking, trained):
    tags = client(tracking).get_run(trained.run_id).data.tags
    assert tags["use_case"] == "repeat"
    assert tags["as_of"] == "2026-06-01"
    assert {name: tags[name] for name in TAGS} == TAGS
    assert tags["mlflow.note.content"] == NOTE
    assert tags["data_digest"] == DATA.digest


def test_every_candidate_and_the_baseline_have_a_run_below_with_the_same_names(
    tracking, outcome, trained
):
    experiment = client(tracking).get_experiment_by_name("training/repeat").experiment_id
    children = client(tracking).search_runs(
        [experiment], f"tags.mlflow.parentRunId = '{trained.run_id}'"
    )
    figures = {run.info.run_name: run.data.metrics for run in children}
    assert set(figures) == {
        *(tried.name for tried in outcome.candidates),
        "baseline",
        "last_period",
    }
    names = [f"{prefix}{name}" for prefix in ("", "validation_") for name in METRIC_NAMES]
    names += [f"{name}_{end}" for name in HEADLINES for end in ("low", "high")]
    rules = {one.name for one in outcome.baselines}
    for name, metrics in figures.items():
        of_trials = [] if name in rules else ["fold_1", "mean_average_precision", "trials"]
        assert sorted(metrics) == sorted([*names, *of_trials])
        assert metrics["average_precision"] == outcome.tests[name]["average_precision"]


def test_the_data_set_is_known_by_name_digest_rows_and_source(tracking, trained):
    (used,) = client(tracking).get_run(trained.run_id).inputs.dataset_inputs
    assert used.dataset.name == DATA.name
    assert DATA.digest.startswith(used.dataset.digest)
    assert json.loads(used.dataset.profile)["num_rows"] == DATA.rows
    assert json.loads(used.dataset.source) == {"uri": DATA.source}


def test_figures_note_and_feature_list_are_files_of_the_run(tracking, trained):
    files = {file.path for file in client(tracking).list_artifacts(trained.run_id)}
    assert {"figures", "note.md", "features.json"} <= files
    figures = client(tracking).list_artifacts(trained.run_id, "figures")
    assert [figure.path for figure in figures] == ["figures/roc.png"]


def test_a_loaded_champion_predicts_the_same_bit_for_bit(tracking, outcome, trained):
    champion = tracking.champion("repeat")
    frame = labelled("2026-07-01", 9).frame
    for day in (date(2026, 3, 1), date(2026, 7, 1)):
        expected = outcome.chosen.model.on(day).predict_proba(frame)
        assert champion.model.on(day).predict_proba(frame).tobytes() == expected.tobytes()


def test_the_champion_brings_its_features_its_reference_and_its_figures(tracking, outcome, trained):
    champion = tracking.champion("repeat")
    assert champion.features == FEATURES
    assert list(champion.reference) == [feature.name for feature in FEATURES]
    assert champion.reference == pytest.approx(outcome.reference, nan_ok=True)
    assert (champion.name, champion.version) == ("propensity-repeat", trained.model_version)
    assert champion.metrics["brier"] == outcome.test["brier"]
    assert champion.url == trained.url == tracking.run_url(trained.run_id)
    assert champion.url.endswith(f"/runs/{trained.run_id}?workflowType=machine_learning")


def test_mlflow_itself_can_load_the_registered_model_and_knows_its_signature(
    tracking, outcome, trained
):
    mlflow.set_tracking_uri(tracking.url)
    model = mlflow.pyfunc.load_model(f"models:/propensity-repeat/{trained.model_version}")
    assert model.metadata.get_input_schema().input_names() == [f.name for f in FEATURES]
    frame = labelled("2026-07-01", 9).frame
    np.testing.assert_array_equal(model.predict(frame), outcome.chosen.model.predict_proba(frame))


def test_the_input_example_is_the_reference_and_no_customer(tracking, outcome, trained):
    mlflow.set_tracking_uri(tracking.url)
    info = mlflow.models.get_model_info(f"models:/propensity-repeat/{trained.model_version}")
    path = mlflow.artifacts.download_artifacts(
        f"models:/propensity-repeat/{trained.model_version}/{info.saved_input_example_info['artifact_path']}"
    )
    example = json.loads(Path(path).read_text())
    assert len(example["data"]) == 1
    assert example["data"][0][1] == outcome.reference["orders_90d"]


def test_no_champion_says_how_to_train_one(tracking):
    with pytest.raises(NoChampionError, match="mkt train --use-case never_trained"):
        tracking.champion("never_trained")


def test_a_challenger_that_was_not_promoted_is_no_champion(tracking, outcome):
    run = log(tracking, outcome, "waiting")
    assert tracking.champion_version("waiting") is None
    assert tracking.challenger("waiting").version == run.model_version
    with pytest.raises(NoChampionError):
        tracking.champion("waiting")


def test_a_decision_is_written_to_the_training_run(tracking, trained):
    figures = {"challenger": {"calibration_error": {"value": 0.02, "low": 0.01, "high": 0.03}}}
    decision = {"promote": True, "sentence": "Promoted: better.", "checks": [], "figures": figures}
    told = {"decision": decision, "verdict": "promoted", "pages": {"decision.md": "# Why\n"}}
    tracking.log_decision(run_id=trained.run_id, **told)
    data = client(tracking).get_run(trained.run_id).data
    tags = data.tags
    assert (tags["decision"], tags["decision_sentence"]) == ("promoted", "Promoted: better.")
    bounds = {name: data.metrics[f"calibration_error_{name}"] for name in ("low", "high")}
    assert bounds == {"low": 0.01, "high": 0.03}
    assert tracking.decision_page(trained.run_id) == "# Why\n"


@pytest.fixture(scope="module")
def scoring(tracking, trained):
    run_id = tracking.log_scoring(
        use_case=use_case("repeat"),
        as_of=AS_OF,
        champion=tracking.champion("repeat"),
        metrics={"rows": 600.0},
        figures={},
        tags=TAGS,
        note=NOTE,
    )
    return client(tracking).get_run(run_id)


def test_a_scoring_run_is_linked_to_its_model(tracking, trained, scoring):
    champion = tracking.champion("repeat")
    assert scoring.data.tags["training_run_id"] == trained.run_id
    assert [model.model_id for model in scoring.inputs.model_inputs] == [champion.model_id]
    assert client(tracking).get_logged_model(champion.model_id).source_run_id == trained.run_id
    assert scoring.data.metrics == {"rows": 600.0}
    assert scoring.data.params["model_version"] == str(champion.version)


def test_a_scoring_run_has_the_tags_and_the_note_of_a_training_run(tracking, trained, scoring):
    tags = scoring.data.tags
    alike = ("use_case", "as_of", "owner", "mlflow.note.content", *TAGS)
    training = client(tracking).get_run(trained.run_id).data.tags
    assert {name: tags[name] for name in alike} == {name: training[name] for name in alike}


def test_a_training_that_breaks_off_leaves_a_failed_run_and_no_version(tracking, outcome):
    class BrokenFigure(Figure):
        def savefig(self, *_, **__):
            raise io.UnsupportedOperation("no disk")

    with pytest.raises(io.UnsupportedOperation):
        tracking.log_training(
            use_case=use_case("broken"),
            as_of=AS_OF,
            outcome=outcome,
            figures={"roc": BrokenFigure()},
            tags={},
            data=DATA,
            note=NOTE,
        )
    experiment = client(tracking).get_experiment_by_name("training/broken").experiment_id
    (run,) = client(tracking).search_runs([experiment])
    assert run.info.status == "FAILED"
    with pytest.raises(NoChampionError):
        tracking.challenger("broken")


def test_a_server_that_is_away_is_named_without_its_password(free_port, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    away = Tracking(f"http://user:secret@127.0.0.1:{free_port()}")
    with pytest.raises(ServerUnavailableError, match="does not answer") as raised:
        away.champion("repeat")
    assert "secret" not in str(raised.value)

"""One training: a parent run, and below it a run per candidate and per baseline."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.tracking.runs import Runs
from mkt_pipeline.tracking.training_record import (
    DataIdentity,
    Metrics,
    Outcome,
    TrainedModel,
    TrainingWindow,
)
from mkt_pipeline.tracking.trials import adopt_trials

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput

LONGEST_DIGEST = 36
"""What MLflow's database keeps of a digest; the whole one is a tag."""


def log_candidates(
    runs: Runs,
    *,
    experiment_id: str,
    parent: str,
    outcome: Outcome,
    tags: Mapping[str, str],
    study: str,
) -> None:
    """A nested run each: figures on the test window, and those of the validation window.

    Below a candidate lie its trials.
    """
    for trained in (*outcome.candidates, *outcome.baselines):
        own = {**tags, "candidate": trained.name, "chosen": _yes(trained.name, outcome)}
        with runs.open(experiment_id, name=trained.name, tags=own, parent=parent) as run_id:
            runs.log(
                run_id,
                metrics={
                    **_on_validation(trained),
                    **outcome.tests[trained.name],
                    **_on_folds(trained),
                },
                parameters={**trained.parameters, "calibration": trained.calibration},
            )
            if trained.trials:
                adopt_trials(
                    runs,
                    experiment_id=experiment_id,
                    study=study,
                    candidate=trained.name,
                    by=run_id,
                )


def log_result(
    runs: Runs, *, run_id: str, use_case: UseCase, as_of: AsOf, outcome: Outcome
) -> None:
    """On the parent: the chosen model's figures on the test window, and what made them."""
    chosen = outcome.chosen
    runs.log(
        run_id,
        metrics={
            **outcome.test,
            **_on_validation(chosen),
            **{f"baseline_{name}": value for name, value in outcome.baseline_test.items()},
            **{f"random_split_{name}": value for name, value in outcome.random_split.items()},
            **_season_errors(outcome),
        },
        parameters={
            "as_of": as_of,
            "chosen": chosen.name,
            "calibration": chosen.calibration,
            "features": len(outcome.features),
            "horizon_days": use_case.horizon_days,
            "gap_days": use_case.gap_days,
            "seed": outcome.seed,
            "season": outcome.season.sentence,
            **_described(outcome),
            **{f"{chosen.name}_{name}": value for name, value in chosen.parameters.items()},
        },
    )
    documents = [asdict(feature) for feature in outcome.features]
    runs.client.log_dict(run_id, documents, "features.json")


def log_data(runs: Runs, *, run_id: str, data: DataIdentity, outcome: Outcome) -> None:
    """Which data were learned from: identity and columns, no rows."""
    runs.client.log_inputs(run_id, datasets=[_dataset(data, outcome)])
    runs.client.set_tag(run_id, "data_digest", data.digest)


def use_case_tags(use_case: UseCase, as_of: AsOf, tags: Mapping[str, str]) -> dict[str, str]:
    """What every run of a training or a scoring is found by."""
    return {"use_case": use_case.name, "as_of": str(as_of), "owner": use_case.owner, **tags}


def run_name(kind: str, use_case: str, as_of: AsOf) -> str:
    """What a run is called in lists."""
    return f"{kind} {use_case} {as_of}"


def _on_validation(trained: TrainedModel) -> Metrics:
    return {f"validation_{name}": value for name, value in trained.validation.items()}


def _on_folds(trained: TrainedModel) -> Metrics:
    """The best trial, fold by fold; a rule has none."""
    whole = [one for one in trained.trials if not one.pruned]
    if not whole:
        return {}
    best = max(whole, key=lambda one: one.mean)
    folds = {f"fold_{n}": value for n, value in enumerate(best.figures, start=1)}
    return {**folds, "mean_average_precision": best.mean, "trials": len(trained.trials)}


def _season_errors(outcome: Outcome) -> Metrics:
    """With and without the season of the base rate; nothing where it could not be tried."""
    errors = {
        "season_error": outcome.season.error,
        "season_error_without": outcome.season.error_without,
    }
    return {name: value for name, value in errors.items() if not math.isnan(value)}


def _yes(name: str, outcome: Outcome) -> str:
    return "yes" if name == outcome.chosen.name else "no"


def _described(outcome: Outcome) -> dict[str, str]:
    return {f"{window.name}_window": _window(window) for window in outcome.windows}


def _window(window: TrainingWindow) -> str:
    days = str(window.first) if window.dates == 1 else f"{window.first} to {window.last}"
    return f"{days}, {window.dates} dates, {window.rows} rows, {window.positives} positive"


def _dataset(data: DataIdentity, outcome: Outcome) -> "DatasetInput":
    from mlflow.entities import Dataset, DatasetInput, InputTag

    columns = [
        {
            "type": "string" if feature.kind == "category" else "double",
            "name": feature.name,
            "required": feature.kind != "category",
        }
        for feature in outcome.features
    ]
    dataset = Dataset(
        name=data.name,
        digest=data.digest[:LONGEST_DIGEST],
        # MLflow's own kinds of source cannot name a lake table or a database.
        source_type="lake",
        source=json.dumps({"uri": data.source}),
        schema=json.dumps({"mlflow_colspec": columns}),
        profile=json.dumps({"num_rows": data.rows, "num_features": len(columns)}),
    )
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])

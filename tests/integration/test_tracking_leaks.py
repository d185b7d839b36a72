"""What a training run keeps of its leak check, also where it was refused."""

import json
from datetime import date

import mlflow
import pytest

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.leaks import LeakFinding, LeakReport
from mkt_pipeline.contracts.use_case import Target, Thresholds, UseCase
from mkt_pipeline.tracking.server import Tracking

CASE = UseCase(
    name="leaky",
    title="Leaky",
    owner="tests",
    sources=("tests",),
    target=Target(),
    horizon_days=30,
    segments=Thresholds(high=0.5, medium=0.2),
)
FINDING = LeakFinding(
    "separation", "attr_code", ("attr_code",), 0.97, 0.85, "attr_code alone ...", "leave it out"
)


@pytest.fixture(scope="module")
def refused(server):
    report = LeakReport(12, (FINDING,), {}, (), {})
    tracking = Tracking(server[0])
    tracking.log_refused_training(
        use_case=CASE, as_of=AsOf(date(2026, 1, 1)), tags={"source": "tests"}, report=report
    )
    client = mlflow.MlflowClient(server[0], server[0])
    experiment = client.get_experiment_by_name("training/leaky").experiment_id
    return client, client.search_runs([experiment])[0]


def test_a_refused_training_is_a_failed_run_that_says_what_was_found(refused):
    run = refused[1]
    assert run.info.status == "FAILED"
    assert run.info.run_name == "refused leaky 2026-01-01"
    assert (run.data.tags["leak_check"], run.data.tags["leak_check_found"]) == (
        "refused",
        "attr_code",
    )


def test_the_report_is_kept_for_machines_and_for_people(refused, tmp_path):
    client, run = refused
    document, page = (
        client.download_artifacts(run.info.run_id, f"leak_check.{kind}", str(tmp_path))
        for kind in ("json", "md")
    )
    with open(document) as file:  # noqa: PTH123 - the path is a text from MLflow
        found = json.load(file)
    assert (found["verdict"], found["findings"][0]["subject"]) == ("refused", "attr_code")
    with open(page) as file:  # noqa: PTH123
        assert "Remedy: leave it out" in file.read()

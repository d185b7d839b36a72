"""Which incident a failed task of Airflow becomes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
CODE = """
import json
from types import SimpleNamespace as Some
from mkt_airflow.notices import failed_task, killed_task
from mkt_pipeline.campaign.publication_held import PublicationHeldError
from mkt_pipeline.errors import ServerUnavailableError
from mkt_pipeline.lake.night_limits import NightHeldError

def context(error, *, day="2026-11-02", map_index=1, **params):
    task = Some(op_kwargs={"use_case": "service_visit"}, upstream_task_ids={"score"})
    ti = Some(dag_id="nightly_scoring", task_id="night.publish", run_id="r 1", map_index=map_index,
              task=task, log_url="http://airflow/log",
              xcom_pull=lambda **asked: [None, "http://mlflow/run"] if asked["map_indexes"] else [])
    return {"ti": ti, "dag": Some(dag_id="nightly_scoring"), "run_id": "r 1", "exception": error,
            "params": params, "dag_run": Some(partition_key=day)}

def told(one):
    return {"key": one.key, "use_case": one.use_case, "problem": one.problem,
            "remedy": one.remedy, "links": dict(one.links), "explains": one.explains}

found = {
    "held": told(failed_task(context(PublicationHeldError("it differs", remedy="look")))),
    "quarantine": told(failed_task(context(NightHeldError("too many", remedy="look", rows=3)))),
    "away": told(failed_task(context(ServerUnavailableError("MLflow is away", remedy="start it")))),
    "bug": told(failed_task(context(KeyError("customer C-4711")))),
    "dead": told(failed_task(context(None, map_index=-1))),
    "by hand": told(failed_task(context(KeyError(), day=None, as_of="2026-10-01"))),
    "no day": told(failed_task(context(KeyError(), day="2026-11-02T10:40"))),
    "killed": told(killed_task(context(None), "nightly_scoring/r 1/night.score_0")),
}
print("FOUND " + json.dumps(found))
"""
NAME = "nightly_scoring/r 1/night.publish_1"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
    environment |= {
        "AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")),
        "AIRFLOW__API__BASE_URL": "http://airflow",
        "PYTHONPATH": f"{PROJECT / 'dags'}:{PROJECT}",
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CODE],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    line = next(line for line in done.stdout.splitlines() if line.startswith("FOUND "))
    return json.loads(line.removeprefix("FOUND "))


def test_a_held_night_is_the_incident_that_its_publication_is(told):
    assert told["held"]["key"] == "held/service_visit/2026-11-02"
    assert told["held"]["explains"] == [NAME]
    assert (told["held"]["problem"], told["held"]["remedy"]) == ("it differs", "look")


def test_an_extraction_that_stopped_has_a_kind_of_its_own(told):
    assert told["quarantine"]["key"] == "quarantine/nightly_scoring/night.publish_1/2026-11-02"


def test_a_failure_has_problem_remedy_use_case_and_links(told):
    away = told["away"]
    assert away["key"] == "failure/nightly_scoring/night.publish_1/2026-11-02"
    assert (away["problem"], away["remedy"]) == ("MLflow is away", "start it")
    assert away["use_case"] == "service_visit"
    assert away["links"] == {
        "Airflow task": "http://airflow/log",
        "Airflow run": "http://airflow/dags/nightly_scoring/runs/r%201",
        "Segments": "http://airflow/mkt/use-cases/service_visit",
        "MLflow run": "http://mlflow/run",
    }


def test_of_an_error_that_is_not_ours_the_kind_alone_is_told(told):
    assert "KeyError" in told["bug"]["problem"]
    assert "C-4711" not in json.dumps(told)


def test_of_a_task_that_was_found_dead_it_is_said_that_nothing_is_known(told):
    assert "killed" in told["dead"]["problem"]
    assert told["dead"]["key"] == "failure/nightly_scoring/night.publish/2026-11-02"
    assert told["killed"]["key"] == "failure/nightly_scoring/night.score_0/2026-11-02"
    assert told["killed"]["explains"] == ["nightly_scoring/r 1/night.score_0"]


def test_the_day_is_that_of_the_run_and_none_where_it_has_none(told):
    assert told["by hand"]["key"].endswith("/2026-10-01")
    assert told["no day"]["key"] == "failure/nightly_scoring/night.publish_1"

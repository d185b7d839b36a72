"""`mkt run` and `mkt stack down` as a user calls them, through the real Airflow scheduler."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg2
import pytest
from own_project import own_project, shipped
from quick_training import QUICK
from sample_people import found_in_bytes, found_in_database, found_in_folder, full_names

from mkt_pipeline.stack.addresses import addresses
from mkt_pipeline.stack.airflow_api import AirflowApi
from mkt_pipeline.stack.dag_following import follow
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.environment import environment, told_to_airflow

PROJECT = Path(__file__).resolve().parents[2]
DAY = datetime.now(UTC).date()
NIGHT = ("crm_extract", "customer_features", "nightly_scoring")
CASES = {"vehicle_purchase", "service_visit"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory, free_port):
    """Of the shipped use cases, with less of a search for their models."""
    training = {**QUICK, "candidates": ["logistic"]}
    cases = {case: {**shipped(case), "training": training} for case in CASES}
    return own_project(tmp_path_factory.mktemp("first run"), free_port, cases, today=DAY)


@pytest.fixture(scope="module")
def start(settings):
    """A function that starts the command line in a process of its own."""
    told = {
        "MKT_HOME": str(settings.home),
        "MKT_TODAY": str(DAY),
        "MKT_POSTGRES_PORT": str(settings.postgres_port),
        "MKT_MLFLOW_PORT": str(settings.mlflow_port),
        "MKT_AIRFLOW_PORT": str(settings.airflow_port),
        "MKT_SCORE_PARTS": "2",
        "MKT_PROJECT": str(settings.project),
    }
    own = {k: v for k, v in os.environ.items() if not k.startswith(("MKT_", "AIRFLOW_"))}
    environment = own | told | {"COLUMNS": "160", "PYTHONUNBUFFERED": "1"}

    def begin(*arguments):
        return subprocess.Popen(
            [sys.executable, "-m", "mkt_pipeline.cli", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=PROJECT,
            # A suite that runs in the background of a shell ignores Ctrl-C; this must not.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    return begin


@pytest.fixture(scope="module")
def mkt(start):
    """A function that runs the command line in a process of its own until its end."""

    def call(*arguments, expect=0):
        process = start(*arguments)
        told, errors = process.communicate(timeout=900)
        assert process.returncode == expect, told[-6000:] + errors[-3000:]
        return told

    yield call
    call("stack", "down")


@pytest.fixture(scope="module")
def first_run(mkt):
    return mkt("run", "--customers", "2000")


def rows(settings, statement):
    connection = psycopg2.connect(addresses(settings).campaign)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall()
    connection.close()
    return found


CURRENT = (
    "SELECT use_case, as_of, customer_id, propensity, segment FROM campaign.current_segments"
    " ORDER BY 1, 3"
)


def test_the_first_run_ends_with_segments_examples_figures_and_addresses(first_run, settings):
    for words in ("high", "medium", "low", "ROC AUC", "Try next", f"{settings.airflow_port}"):
        assert words in first_run
    assert {row[0] for row in rows(settings, CURRENT)} == CASES
    assert {row[1] for row in rows(settings, CURRENT)} == {DAY}


def test_a_night_of_the_scheduler_is_tied_to_its_runs(first_run, settings):
    published = rows(settings, "SELECT use_case, run_id, airflow_run FROM campaign.publications")
    assert {row[0] for row in published} == CASES
    assert all(run_id and "asset_triggered" in airflow for _, run_id, airflow in published)
    api = AirflowApi(deployment(settings))
    run = api.runs("nightly_scoring", key=str(DAY))[0]
    tasks = {task.name: task.state for task in api.tasks(run)}
    parts = {f"score [{case} {part} of 2]" for case in CASES for part in (1, 2)}
    assert parts == {name for name in tasks if name.startswith("score [")}
    assert set(tasks.values()) == {"success"}


def test_nobody_is_in_airflow_or_mlflow_or_their_logs(first_run, settings):
    """XCom and all else of both metadata databases, what tasks and servers logged, the lake."""
    known = addresses(settings)
    names = full_names(known.crm)
    assert names.pattern.count(b"|") > 100
    base = known.campaign.rpartition("/")[0]
    for database in ("airflow", "mlflow", "campaign"):
        assert found_in_database(f"{base}/{database}", names) == {}
    home = settings.home.resolve()
    folders = [path for path in home.iterdir() if path.name != "postgres"]
    assert any((home / "logs" / "tasks").rglob("*.log"))
    assert {k: v for one in folders for k, v in found_in_folder(one, names).items()} == {}
    assert not found_in_bytes(first_run.encode(), names)


def test_the_links_between_airflow_and_mlflow_lead_there_and_back(first_run, settings):
    api = AirflowApi(deployment(settings))
    run = api.runs("nightly_scoring", key=str(DAY))[0]
    path = f"/dags/nightly_scoring/dagRuns/{run.run_id}/taskInstances/night.finish/links"
    link = api._get(f"{path}?map_index=0")["extra_links"]["MLflow run"]
    run_ids = {row[0] for row in rows(settings, "SELECT run_id FROM campaign.publications")}
    assert link.rsplit("/", 1)[1].split("?")[0] in run_ids


def test_a_second_run_replaces_the_night_and_changes_nothing_else(first_run, mkt, settings):
    before = rows(settings, CURRENT)
    mkt("run", "--customers", "2000")
    assert rows(settings, CURRENT) == before
    shown = json.loads(mkt("segments", "show", "--json", "--examples", "2"))
    assert {one["use_case"] for one in shown} == CASES


def test_a_run_that_is_interrupted_ends_its_night_in_airflow_too(first_run, start, settings):
    before, api = rows(settings, CURRENT), AirflowApi(deployment(settings))
    known = {run.run_id for run in api.runs("crm_extract", key=str(DAY))}
    process = start("run", "--customers", "2000")
    for line in process.stdout:
        if "crm_extract: extract," in line:
            break
    # As `make` and `timeout` do: the same wish twice.
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    told, _ = process.communicate(timeout=180)
    assert process.returncode == 130, told
    assert "crm_extract: done: its run was ended in Airflow" in told
    assert "left as found" in told
    runs = {run.run_id: run.state for run in api.runs("crm_extract", key=str(DAY))}
    assert [state for run_id, state in runs.items() if run_id not in known] == ["failed"]
    assert all(run.ended for dag_id in NIGHT for run in api.runs(dag_id, key=str(DAY)))
    assert rows(settings, CURRENT) == before


def test_a_backfill_publishes_earlier_days_and_leaves_the_current_one(first_run, settings):
    before = rows(settings, CURRENT)
    days = [DAY - timedelta(days=n) for n in (3, 2)]
    where = deployment(settings)
    subprocess.run(
        [
            *(sys.executable, "-m", "airflow", "backfill", "create", "--dag-id", "crm_extract"),
            *("--from-date", f"{days[0]}T00:30:00", "--to-date", f"{days[1]}T00:30:00"),
        ],
        check=True,
        capture_output=True,
        env=environment(told_to_airflow(where)),
        timeout=120,
    )
    api = AirflowApi(where)
    for day in days:
        wait_for_night(api, str(day))
    published = rows(
        settings, "SELECT as_of, use_case FROM campaign.publications WHERE status = 'published'"
    )
    assert set(published) == {(day, case) for day in [*days, DAY] for case in CASES}
    assert rows(settings, CURRENT) == before


def wait_for_night(api, key):
    import time

    deadline = time.monotonic() + 300
    for dag_id in NIGHT:
        while not api.runs(dag_id, key=key):
            assert time.monotonic() < deadline, f"{dag_id} did not start for {key}"
            time.sleep(0.5)
        follow(api, api.runs(dag_id, key=key)[0], lambda _: None)


def test_down_stops_all_of_it(first_run, mkt, settings):
    status = json.loads(mkt("stack", "status", "--json"))
    assert status
    mkt("stack", "down")
    home = str(settings.home)
    left = [p.pid for p in psutil.process_iter(["environ"]) if home in str(p.info["environ"])]
    assert left == []

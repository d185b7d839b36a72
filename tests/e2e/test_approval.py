"""A challenger that a person has to agree to, asked and answered through a real Airflow."""

import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

from mkt_pipeline.campaign.model_decisions import ModelDecisions
from mkt_pipeline.errors import StackError
from mkt_pipeline.samples.dealership import load_dealership
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.addresses import addresses
from mkt_pipeline.stack.airflow_api import AirflowApi
from mkt_pipeline.stack.dag_following import follow, wait_for_dags
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.launch import up
from mkt_pipeline.stack.shutdown import down
from mkt_pipeline.tracking import Tracking

PROJECT = Path(__file__).resolve().parents[2]
DAG, CASE = "propensity_training", "service_visit"
DAY = datetime.now(UTC).date()
ASKED_WITHIN_SECONDS = 300


def ignore(*_):
    pass


@pytest.fixture(scope="module")
def where(tmp_path_factory, free_port):
    """A stack with one use case, in which a person has to agree."""
    project = tmp_path_factory.mktemp("approving")
    for name in ("dags", "plugins", "sources"):
        (project / name).symlink_to(PROJECT / name)
    (project / "use_cases").mkdir()
    case = yaml.safe_load((PROJECT / "use_cases" / f"{CASE}.yaml").read_text())
    case["promotion"] = {"policy": "approve"}
    (project / "use_cases" / f"{CASE}.yaml").write_text(yaml.safe_dump(case))
    settings = Settings(
        project=project,
        home=project / "state",
        postgres_port=free_port(),
        mlflow_port=free_port(),
        airflow_port=free_port(),
        today=DAY,
        _env_file=None,
    )
    stack = deployment(settings)
    up(stack, only=("postgres",), tell=ignore)
    load_dealership(url=addresses(settings).crm, customers=1500, years=3, until=DAY)
    up(stack, tell=ignore)
    yield stack
    down(stack, tell=ignore)


@pytest.fixture(scope="module")
def api(where):
    client = AirflowApi(where)
    wait_for_dags(client, (DAG,))
    return client


def states(api, run):
    return {task.name.partition(" [")[0]: task.state for task in api.tasks(run)}


def trained(api):
    return api.trigger(DAG, key=str(DAY), params={"trials": 1})


def asked(api):
    """Wait until a question is there; the run that asks.

    On its day of the week the scheduler has begun a training of its own, and ours waits for it.
    """
    deadline = time.monotonic() + ASKED_WITHIN_SECONDS
    while time.monotonic() < deadline:
        found = {run: states(api, run) for run in api.runs(DAG, key=str(DAY))}
        for run, tasks in found.items():
            assert "failed" not in tasks.values(), found
            if tasks.get("approve") == "awaiting_input":
                return run
        time.sleep(1)
    raise AssertionError(found)


def question_of(run, number):
    run_id = quote(run.run_id, safe="")
    return f"/dags/{DAG}/dagRuns/{run_id}/taskInstances/approve/{number}/hitlDetails"


def replied(api, question, reason):
    """Agree as soon as the question is there."""
    reply = {"chosen_options": ["Promote"], "params_input": {"reason": reason}}
    deadline = time.monotonic() + ASKED_WITHIN_SECONDS
    while True:
        try:
            return api._expect("PATCH", question, reply)
        except StackError:
            # Mapped tasks are put aside one after the other.
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def test_what_passed_the_gate_waits_for_an_answer_and_is_promoted_by_it(api, where):
    settings = where.settings
    tracking = Tracking(addresses(settings).mlflow)
    decisions = ModelDecisions(addresses(settings).campaign)
    trained(api)
    run = asked(api)
    question = question_of(run, 0)
    shown = api._get(question)
    assert shown["subject"] == f"{CASE}: promote version 1?"
    assert "waits for approval" in shown["body"].splitlines()[0]
    assert "## Checks" in shown["body"]
    assert tracking.champion_version(CASE) is None
    assert tracking.challenger(CASE).tags["decision"] == "waits for approval"
    replied(api, question, "as discussed")
    replied(api, question_of(run, 1), "these as well")
    assert follow(api, run, ignore).state == "success"
    assert tracking.champion_version(CASE) == 1
    assert tracking.champion(CASE).tags["decision"] == "promoted"
    approved, gate = decisions.latest(CASE, model_name=f"propensity-{CASE}")
    assert (approved.act, approved.promoted, approved.reason) == ("approval", True, "as discussed")
    assert approved.decided_by == "admin"
    assert approved.effective_at
    assert (gate.act, gate.promoted, gate.decided_by) == ("training", False, DAG)
    assert gate.reason.startswith("Waits for approval. Passed: ")
    approved, gate = decisions.latest(CASE, model_name=f"recommender-{CASE}")
    assert (approved.act, approved.promoted, approved.reason) == ("approval", True, "these as well")
    assert tracking.recommenders.chosen(CASE).version == int(gate.model_version) == 1


def test_where_the_gate_says_no_nobody_is_asked(api, where):
    run = follow(api, trained(api), ignore)
    found = states(api, run)
    assert run.state == "success"
    assert (found["approve"], found["carry_out"], found["announce"]) == (
        "skipped",
        "skipped",
        "success",
    )
    assert Tracking(addresses(where.settings).mlflow).champion_version(CASE) == 1

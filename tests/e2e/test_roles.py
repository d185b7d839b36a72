"""Airflow with FAB: who starts a training, answers its question, releases, goes back, looks up."""

import time
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import psycopg2
import pytest
from fab_stack import ROLES, Person, api_of, begin_with_fab
from own_project import own_project, shipped
from quick_training import QUICK
from ui.nights import hold

from mkt_pipeline.campaign.model_decisions import ModelDecisions
from mkt_pipeline.operator_page.form_token import form_token
from mkt_pipeline.samples.dealership import load_dealership
from mkt_pipeline.stack.addresses import addresses
from mkt_pipeline.stack.airflow_api import AirflowApi
from mkt_pipeline.stack.dag_following import follow, wait_for_dags
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.launch import up
from mkt_pipeline.stack.shutdown import down
from mkt_pipeline.tracking import Tracking
from mkt_pipeline.wiring.pipeline import wire

DAG, CASE = "propensity_training", "service_visit"
DAY = datetime.now(UTC).date()
ASKED_WITHIN_SECONDS = 300
AS_SLOW_AS_A_PERSON_SECONDS = 8


def ignore(*_):
    pass


@pytest.fixture(scope="module")
def where(tmp_path_factory, free_port):
    """A stack with one use case, in which a person has to agree."""
    case = {**shipped(CASE), "training": QUICK, "promotion": {"policy": "approve"}}
    project = tmp_path_factory.mktemp("approving")
    settings = own_project(project, free_port, {CASE: case}, today=DAY)
    stack = deployment(settings)
    up(stack, only=("postgres", "mlflow"), tell=ignore)
    load_dealership(url=addresses(settings).crm, customers=1500, years=3, until=DAY)
    begin_with_fab(stack)
    yield stack
    down(stack, tell=ignore)


@pytest.fixture(scope="module")
def api(where):
    client = AirflowApi(where)
    wait_for_dags(client, (DAG,))
    return client


def states(api, run):
    return {task.name.partition(" [")[0]: task.state for task in api.tasks(run)}


@pytest.fixture(scope="module")
def people(where):
    return {name: Person(where, name) for name in ROLES}


def started(where):
    """A training that the operator has begun."""
    return api_of(where, "operator").trigger(DAG, key=str(DAY), params={"trials": 1})


def statuses(people, path, **asked):
    return {name: person.status(path, **asked) for name, person in people.items()}


def only(*names, yes=200, no=403):
    return {name: yes if name in names else no for name in ROLES}


def test_all_see_runs_and_nobody_sees_what_may_hold_a_password(api, people):
    assert statuses(people, f"/dags/{DAG}/dagRuns") == only(*ROLES)
    for path in ("/connections", "/variables", "/config"):
        for name in ("analyst", "operator", "approver"):
            assert people[name].status(path) == 403


def test_only_the_operator_starts_and_pauses(api, people):
    for name in ("analyst", "approver", "reader"):
        body = {"logical_date": None, "partition_key": str(DAY)}
        assert people[name].status(f"/dags/{DAG}/dagRuns", method="POST", body=body) == 403
    for paused in (True, False):
        asked = statuses(people, "/dags/notices", method="PATCH", body={"is_paused": paused})
        # Airflow asks for the same right of whoever answers a question of a DAG.
        assert asked == only("operator")
    assert api.runs(DAG, key=str(DAY)) == ()


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


def agreed(where, run, *reasons):
    """Answer every question of the run, as often as it is asked, until the run has ended.

    An answer within the five seconds that a process lives on after it has asked is lost to
    Airflow 3.3.2: it takes the end of that process for the end of the answered task, and asks
    again a minute later. A person is slower, and so is this one.
    """
    approver, seen = api_of(where, "approver"), {}
    deadline = time.monotonic() + ASKED_WITHIN_SECONDS
    while time.monotonic() < deadline:
        current = next(one for one in approver.runs(DAG, key=str(DAY)) if one.run_id == run.run_id)
        if current.ended:
            return current
        for task in approver.tasks(run):
            if task.task_id == "approve" and task.state == "awaiting_input":
                first = seen.setdefault((task.map_index, task.try_number), time.monotonic())
                if time.monotonic() < first + AS_SLOW_AS_A_PERSON_SECONDS:
                    continue
                reply = {
                    "chosen_options": ["Promote"],
                    "params_input": {"reason": reasons[task.map_index]},
                }
                # Refused where the task is not put aside yet, or is answered already.
                approver._ask("PATCH", question_of(run, task.map_index), reply)
        time.sleep(1)
    raise AssertionError(approver.tasks(run))


def test_what_passed_the_gate_waits_for_an_answer_and_is_promoted_by_it(api, where, people):
    settings = where.settings
    tracking = Tracking(addresses(settings).mlflow)
    decisions = ModelDecisions(addresses(settings).campaign)
    started(where)
    run = asked(api)
    question = question_of(run, 0)
    shown = api._get(question)
    assert shown["subject"] == f"{CASE}: promote version 1?"
    assert "waits for approval" in shown["body"].splitlines()[0]
    assert "## Checks" in shown["body"]
    assert tracking.champion_version(CASE) is None
    assert tracking.challenger(CASE).tags["decision"] == "waits for approval"
    reply = {"chosen_options": ["Promote"], "params_input": {"reason": "I may not"}}
    for name in ("analyst", "operator", "reader"):
        assert people[name].status(question, method="PATCH", body=reply) == 403
    assert agreed(where, run, "as discussed", "these as well").state == "success"
    assert tracking.champion_version(CASE) == 1
    assert tracking.champion(CASE).tags["decision"] == "promoted"
    approved, gate = decisions.latest(CASE, model_name=f"propensity-{CASE}")
    assert (approved.act, approved.promoted, approved.reason) == ("approval", True, "as discussed")
    assert approved.decided_by == "approver"
    assert approved.effective_at
    assert (gate.act, gate.promoted, gate.decided_by) == ("training", False, DAG)
    assert gate.reason.startswith("Waits for approval. Passed: ")
    approved, gate = decisions.latest(CASE, model_name=f"recommender-{CASE}")
    assert (approved.act, approved.promoted, approved.reason) == ("approval", True, "these as well")
    assert tracking.recommenders.chosen(CASE).version == int(gate.model_version) == 1


def test_where_the_gate_says_no_nobody_is_asked(api, where):
    run = follow(api, started(where), ignore)
    found = states(api, run)
    assert run.state == "success"
    assert (found["approve"], found["carry_out"], found["announce"]) == (
        "skipped",
        "skipped",
        "success",
    )
    assert Tracking(addresses(where.settings).mlflow).champion_version(CASE) == 1


@pytest.fixture(scope="module")
def nights(where):
    """A night of yesterday and one of today with the champion, and one of today that is held."""
    known = addresses(where.settings)
    pipeline = wire(where.settings, crm=known.crm, campaign=known.campaign, mlflow=known.mlflow)
    for day in (DAY - timedelta(days=1), DAY):
        pipeline.features(CASE, as_of=str(day))
        pipeline.score(CASE, as_of=str(day))
        pipeline.publish(CASE, as_of=str(day))
    hold(pipeline, DAY)
    return pipeline.campaign_database


@pytest.fixture(scope="module")
def posted(where, people, nights):
    """What the operator's page answers to each person's form."""
    secret = (where.secrets / "airflow_secret_key").read_text().strip()

    def post(path, *names, **fields):
        return {
            name: people[name].posted(path, form_token(secret, name), **fields).status_code
            for name in names or ROLES
        }

    return post


def test_all_see_the_page(people, nights):
    assert {name: one.page("/").status_code for name, one in people.items()} == only(*ROLES)


def test_a_customer_is_looked_up_by_whoever_has_a_role_of_ours(where, posted, nights):
    customer = nights.examples(CASE, 3)[0].customer_id
    found = posted("/customers", customer_id=customer, reason="a call")
    assert found == only("analyst", "operator", "approver")
    connection = psycopg2.connect(addresses(where.settings).campaign)
    with connection.cursor() as cursor:
        cursor.execute("SELECT done_by FROM campaign.audit WHERE act = 'look_up' ORDER BY audit_id")
        assert [row[0] for row in cursor.fetchall()] == ["analyst", "operator", "approver"]
    connection.close()


def test_only_the_approver_releases_and_only_the_operator_goes_back(posted, nights):
    held, before = nights.held(CASE), nights.current(CASE)
    assert held
    path = f"/use-cases/{CASE}/held/{DAY}"
    asked = {"act": "release", "reason": "it is true"}
    assert set(posted(path, "analyst", "operator", "reader", **asked).values()) == {403}
    assert (nights.held(CASE), nights.current(CASE)) == (held, before)
    assert posted(path, "approver", **asked) == {"approver": 303}
    assert nights.current(CASE).decided_by == "approver"
    path = f"/use-cases/{CASE}/roll-back/{DAY - timedelta(days=1)}"
    asked = {"current": nights.current(CASE).publication_id, "reason": "too many"}
    assert set(posted(path, "analyst", "approver", "reader", **asked).values()) == {403}
    assert nights.current(CASE).as_of == DAY
    assert posted(path, "operator", **asked) == {"operator": 303}
    assert nights.current(CASE).as_of == DAY - timedelta(days=1)
    acts = [(act.act, act.done_by) for act in nights.acts(CASE)]
    assert acts[:2] == [("roll_back", "operator"), ("release", "approver")]

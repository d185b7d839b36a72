"""A night that alarms starts the training of its use case, through a real Airflow."""

from datetime import UTC, datetime

import pytest
from own_project import own_project, shipped
from quick_training import QUICK

from mkt_pipeline.campaign.model_health import ModelHealth
from mkt_pipeline.samples.dealership import load_dealership
from mkt_pipeline.stack.addresses import addresses
from mkt_pipeline.stack.airflow_api import AirflowApi
from mkt_pipeline.stack.dag_following import follow, run_chain, wait_for_dags
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.launch import up
from mkt_pipeline.stack.shutdown import down
from mkt_pipeline.tracking import Tracking

TRAINING, CASE, QUIET = "propensity_training", "service_visit", "quiet_visit"
NIGHT = ("crm_extract", "customer_features", "nightly_scoring", "model_monitoring")
DAY = datetime.now(UTC).date()
NEVER, AT_ONCE = {"warn": 1e6, "alarm": 2e6}, {"warn": 1e-9, "alarm": 2e-9}
KINDS = ("stability_index", "distance", "unknown", "freshness")


def ignore(*_):
    pass


@pytest.fixture(scope="module")
def where(tmp_path_factory, free_port):
    """A stack with one use case that alarms over anything, and one that never does."""
    cases = {
        name: {
            **shipped(CASE),
            "monitoring": {"nights": 1, **{kind: dict(limits) for kind in KINDS}},
            "training": {**QUICK, "candidates": ["logistic"], "max_dates": 3},
        }
        for name, limits in ((CASE, AT_ONCE), (QUIET, NEVER))
    }
    project = tmp_path_factory.mktemp("alarming")
    settings = own_project(project, free_port, cases, today=DAY)
    stack = deployment(settings)
    up(stack, only=("postgres",), tell=ignore)
    load_dealership(url=addresses(settings).crm, customers=1500, years=3, until=DAY)
    up(stack, tell=ignore)
    yield stack
    down(stack, tell=ignore)


@pytest.fixture(scope="module")
def api(where):
    client = AirflowApi(where)
    wait_for_dags(client, (TRAINING, "weekly_training", *NIGHT))
    return client


def trained(api, run):
    """The use cases that a run of the training was for."""
    names = [task.name for task in api.tasks(run) if task.name.startswith("train [")]
    return {name.removeprefix("train [").removesuffix("]") for name in names}


def test_the_week_wakes_a_training_of_all_use_cases(api):
    seen = []
    run_chain(api, ("weekly_training", TRAINING), key=str(DAY), watch=seen.append, begun=ignore)
    assert trained(api, seen[-1].run) == {CASE, QUIET}


def test_an_alarm_wakes_a_training_of_its_use_case_alone_and_once(api, where):
    tracking, seen = Tracking(addresses(where.settings).mlflow), []
    for name in (CASE, QUIET):
        if tracking.champion_version(name) is None:  # on a busy machine a model may be too slow
            tracking.promote(use_case=name, version=1)
    run_chain(api, (*NIGHT, TRAINING), key=str(DAY), watch=seen.append, begun=ignore)
    assert trained(api, seen[-1].run) == {CASE}
    health = ModelHealth(addresses(where.settings).campaign)
    (alarm,) = health.alarms(CASE)
    assert (alarm.raised_as_of, alarm.ended) == (DAY, None)
    assert health.alarms(QUIET) == ()


def test_one_use_case_can_be_trained_by_hand(api):
    run = api.trigger(TRAINING, key=str(DAY), params={"use_case": QUIET, "dry_run": True})
    assert trained(api, follow(api, run, ignore)) == {QUIET}

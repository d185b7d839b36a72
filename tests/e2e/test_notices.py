"""What Airflow tells by e-mail when tasks fail, are killed, come round, are late and succeed."""

import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from notice_servers import mail_server

from mkt_pipeline.campaign.incidents import Incidents
from mkt_pipeline.errors import FailNowError
from mkt_pipeline.samples.dealership import load_dealership
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.addresses import addresses
from mkt_pipeline.stack.airflow_api import AirflowApi
from mkt_pipeline.stack.dag_following import follow, wait_for_dags
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.launch import up
from mkt_pipeline.stack.programs import AIRFLOW_PIECES
from mkt_pipeline.stack.shutdown import down

PROJECT = Path(__file__).resolve().parents[2]
OURS = Path(__file__).parent / "notice_dags"
DAY = datetime.now(UTC).date()
TO_COME = DAY + timedelta(days=7)
LIMIT_SECONDS = 120


def ignore(*_):
    pass


@pytest.fixture(scope="module")
def mailbox(free_port):
    with mail_server(free_port()) as box:
        yield box


@pytest.fixture(scope="module")
def where(tmp_path_factory, free_port, mailbox):
    """Airflow without MLflow, beside a CRM database that is empty."""
    project = tmp_path_factory.mktemp("telling")
    for name in ("plugins", "sources", "use_cases"):
        (project / name).symlink_to(PROJECT / name)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(OURS, project / "dags", ignore=ignored)
    for name in ("mkt_airflow", "crm_extract.py", ".airflowignore"):
        (project / "dags" / name).symlink_to(PROJECT / "dags" / name)
    settings = Settings(
        project=project,
        home=project / "state",
        postgres_port=free_port(),
        mlflow_port=free_port(),
        airflow_port=free_port(),
        today=DAY,
        smtp_url=f"smtp://127.0.0.1:{mailbox.port}",
        notify_email_to="operator@example.org",
        _env_file=None,
    )
    stack = deployment(settings)
    up(stack, only=AIRFLOW_PIECES, tell=ignore)
    yield stack
    down(stack, tell=ignore)


@pytest.fixture(scope="module")
def api(where):
    client = AirflowApi(where)
    wait_for_dags(client, ("crm_extract", "killed", "late", "comes_round"))
    return client


def ended(api, dag_id, *, day=DAY, **params):
    run = api.trigger(dag_id, key=str(day), params=params)
    try:
        return follow(api, run, ignore).state
    except FailNowError:
        return "failed"


def told(mailbox, about, count):
    """Wait until so many messages about a thing are there; their subjects."""
    limit = time.monotonic() + LIMIT_SECONDS
    while True:
        found = [one for one in mailbox.subjects if about in one]
        if len(found) >= count or time.monotonic() > limit:
            return found
        time.sleep(0.5)


def record(where):
    return Incidents(addresses(where.settings).campaign)


def test_a_dry_run_that_fails_tells_nobody(api, mailbox):
    assert ended(api, "crm_extract", dry_run=True) == "failed"
    assert mailbox.subjects == []


def test_what_is_triggered_by_hand_for_a_day_to_come_fails(api):
    assert ended(api, "crm_extract", day=TO_COME) == "failed"
    assert ended(api, "crm_extract", as_of=str(TO_COME)) == "failed"


def test_a_task_that_fails_is_told_once_and_told_when_it_is_over(api, where, mailbox):
    for _ in range(2):
        assert ended(api, "crm_extract") == "failed"
    subject = f"a task failed: crm_extract/extract for {DAY}"
    assert told(mailbox, "crm_extract", 1) == [f"[mkt] {subject}"]
    text = mailbox.messages[0].get_content()
    assert "What to do: correct the query of the source, or the address, if this is another" in text
    run = api.runs("crm_extract", key=str(DAY))[0]
    assert f"http://127.0.0.1:{where.settings.airflow_port}/dags/crm_extract/runs/" in text
    assert run.dag_id == "crm_extract"
    load_dealership(url=addresses(where.settings).crm, customers=200, years=1, until=DAY)
    assert ended(api, "crm_extract") == "success"
    assert told(mailbox, "crm_extract", 2)[1:] == [f"[mkt] is over: {subject}"]


def test_a_task_whose_process_is_killed_is_told_by_its_run(api, where, mailbox):
    assert ended(api, "killed") == "failed"
    assert told(mailbox, "killed/", 1) == [f"[mkt] a task failed: killed/score for {DAY}"]
    assert "its process was killed" in mailbox.messages[-1].get_content()


def test_a_task_that_comes_round_when_it_is_retried_tells_nobody(api, where, mailbox):
    assert ended(api, "comes_round") == "success"
    assert [one for one in mailbox.subjects if "comes_round" in one] == []
    assert [k for k in record(where).known(only_open=False) if "comes" in k.incident.key] == []


def test_a_run_that_is_late_is_told_and_told_when_it_has_ended(api, where, mailbox):
    run = api.trigger("late", key=str(DAY))
    assert told(mailbox, ": late", 1) == [f"[mkt] the night is late: late for {DAY}"]
    (where.home / "go").touch()
    assert follow(api, run, ignore).state == "success"
    assert told(mailbox, ": late", 2)[1:] == [f"[mkt] is over: the night is late: late for {DAY}"]


def test_nobody_was_told_of_what_was_triggered_for_a_day_to_come(where, mailbox):
    """Last, for a run tells after a while, in another process."""
    assert [one for one in mailbox.subjects if str(TO_COME) in one] == []
    known = record(where).known(only_open=False)
    assert known
    assert [one for one in known if one.incident.day == TO_COME] == []

"""Nights of the real scheduler finish although a task, or the scheduler itself, is killed."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg2
import pytest

from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.addresses import addresses
from mkt_pipeline.stack.airflow_api import AirflowApi
from mkt_pipeline.stack.dag_following import follow
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.pid_file import PidFile

pytestmark = pytest.mark.skipif(
    os.environ.get("FAULTS") != "all", reason="takes ten minutes; `make faults` runs it"
)
PROJECT = Path(__file__).resolve().parents[2]
DAY = datetime.now(UTC).date()
NIGHT = ("crm_extract", "customer_features", "nightly_scoring")
CURRENT = (
    "SELECT use_case, as_of, customer_id, propensity, segment FROM campaign.current_segments"
    " ORDER BY 1, 3"
)


class Stack:
    """A stack in a folder of its own, by the commands that a user has."""

    def __init__(self, home, port):
        told = {
            "MKT_HOME": home,
            "MKT_TODAY": DAY,
            "MKT_POSTGRES_PORT": port(),
            "MKT_MLFLOW_PORT": port(),
            "MKT_AIRFLOW_PORT": port(),
        }
        own = {k: v for k, v in os.environ.items() if not k.startswith(("MKT_", "AIRFLOW_"))}
        self.environment = own | {name: str(value) for name, value in told.items()}
        names = {name.removeprefix("MKT_").lower(): value for name, value in told.items()}
        self.settings = Settings(**names, _env_file=None)
        self.where = deployment(self.settings)
        self.api = AirflowApi(self.where)

    def mkt(self, *arguments):
        command = [sys.executable, "-m", "mkt_pipeline.cli", *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, env=self.environment, cwd=PROJECT, timeout=900
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    def segments(self):
        connection = psycopg2.connect(addresses(self.settings).campaign)
        with connection, connection.cursor() as cursor:
            cursor.execute(CURRENT)
            found = cursor.fetchall()
        connection.close()
        return found

    def scheduler(self):
        return PidFile.read(self.where.pid_file("scheduler")).process()

    def begin_night(self):
        """Start a night; the run that scores, as soon as a task of it scores."""
        known = {run.run_id for run in self.api.runs("nightly_scoring", key=str(DAY))}
        self.api.trigger("crm_extract", key=str(DAY))
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            for run in self.api.runs("nightly_scoring", key=str(DAY)):
                if run.run_id not in known and "running" in states(self.api.tasks(run)):
                    return run
            time.sleep(0.2)
        raise AssertionError("no task scores")


def task_processes(scheduler):
    """The processes that do the work of tasks: children of the workers of the executor.

    Not the workers: one that is killed while it waits for work keeps the lock of the queue, and
    the executor starts nothing any more until the scheduler is started again.
    """
    workers = [worker for executor in scheduler.children() for worker in executor.children()]
    return [task for worker in workers for task in worker.children()]


def states(tasks):
    return {task.state for task in tasks if task.task_id == "score"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory, free_port):
    """A stack with a champion and a night."""
    stack = Stack(tmp_path_factory.mktemp("airflow") / ".mkt", free_port)
    try:
        stack.mkt("run", "--customers", "2000")
        yield stack
    finally:
        stack.mkt("stack", "down")


def test_a_task_that_is_killed_is_tried_again_and_the_night_finishes(stack):
    before, run = stack.segments(), stack.begin_night()
    killed = task_processes(stack.scheduler())
    assert killed
    for task in killed:
        task.kill()
    psutil.wait_procs(killed, timeout=10)
    assert follow(stack.api, run, lambda _: None).state == "success"
    assert max(task.try_number for task in stack.api.tasks(run)) > 1
    assert stack.segments() == before


def test_a_night_whose_scheduler_is_killed_finishes_when_the_stack_is_up_again(stack):
    before, run = stack.segments(), stack.begin_night()
    killed = stack.scheduler()
    os.kill(killed.pid, signal.SIGKILL)
    psutil.wait_procs([killed], timeout=10)
    stack.mkt("stack", "up")
    assert stack.scheduler().pid != killed.pid
    assert follow(stack.api, run, lambda _: None).state == "success"
    assert stack.segments() == before


def test_the_house_is_kept_through_the_scheduler_and_what_is_published_stays(stack):
    before = stack.segments()
    run = stack.api.trigger("housekeeping", key=str(DAY))
    assert follow(stack.api, run, lambda _: None).state == "success"
    done = {task.task_id: task.state for task in stack.api.tasks(run)}
    assert done == {"report_first": "success", "clean": "success"}
    assert stack.segments() == before

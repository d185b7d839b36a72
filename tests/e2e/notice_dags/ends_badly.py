"""Tiny DAGs with the defaults of the project: one is killed, one is late, one comes round."""

import os
import signal
import time
from pathlib import Path

from airflow.sdk import DAG, CronPartitionTimetable, get_current_context, task

from mkt_airflow.defaults import PARAMS, deadline, run_callbacks, task_defaults

NEVER = CronPartitionTimetable("0 0 29 2 *", timezone="UTC", key_format="%Y-%m-%d")
COMMON = {"schedule": NEVER, "catchup": False, "params": PARAMS, **run_callbacks()}
GONE_AFTER_SECONDS = 300


def once(minutes):
    return {**task_defaults(minutes=minutes), "retries": 0}


with DAG("killed", default_args=once(5), **COMMON):

    @task
    def score():
        """As the kernel does where memory runs out."""
        os.kill(os.getpid(), signal.SIGKILL)

    score()

with DAG("late", default_args=once(10), deadline=deadline(minutes=0.05), **COMMON):

    @task
    def wait():
        """Until the test lets it go."""
        limit = time.monotonic() + GONE_AFTER_SECONDS
        while not Path(os.environ["MKT_HOME"], "go").exists() and time.monotonic() < limit:
            time.sleep(0.5)

    wait()

with DAG("comes_round", default_args={**task_defaults(minutes=5), "retry_delay": 1}, **COMMON):

    @task
    def flaky():
        """Fails the first time, with a secret that no notice may tell."""
        if get_current_context()["ti"].try_number == 1:
            raise ValueError("customer C-4711")

    flaky()

"""What every DAG of the project has in common.

No DAG has a start date: with one in the past the scheduler would run the last day that is due at
once when the stack is first started, beside whatever was asked for.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import AsyncCallback, DeadlineAlert, DeadlineReference, Param

from mkt_airflow.notices import run_failed, run_succeeded, task_failed, task_succeeded
from mkt_airflow.outcome import RETRIES, RETRY_POLICY

OWNER = "mkt_pipeline"
USE_CASE_LABEL = "{{ task.op_kwargs['use_case'] }}"
"""What a mapped task is called, already while it runs."""
PARAMS = {
    "as_of": Param(
        None,
        type=["null", "string"],
        format="date",
        title="As of",
        description="The day (YYYY-MM-DD). Empty: the partition key of the run.",
    ),
    "dry_run": Param(
        False,
        type="boolean",
        title="Dry run",
        description="Do all the work and report it, but write nothing.",
    ),
}


def task_defaults(*, minutes: int) -> dict[str, Any]:
    """Arguments of every task: owner, retries by kind of error, a time limit."""
    return {
        "owner": OWNER,
        "retries": RETRIES,
        "retry_policy": RETRY_POLICY,
        "retry_delay": timedelta(minutes=1),
        "execution_timeout": timedelta(minutes=minutes),
        # The report is in the log already, in words.
        "show_return_value_in_logs": False,
        "on_failure_callback": task_failed,
        "on_success_callback": task_succeeded,
    }


def run_callbacks() -> dict[str, Any]:
    """Arguments of every DAG: what is told when a run ends."""
    return {"on_failure_callback": run_failed, "on_success_callback": run_succeeded}


def deadline(*, minutes: int) -> DeadlineAlert:
    """Tell when a run has not ended so many minutes after it was queued.

    The night has from 00:30 to 06:00: extraction 150 minutes, features 60, scoring and
    publication 120. Whichever is late tells, also where a later DAG never starts.
    """
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=minutes),
        callback=AsyncCallback("segments_late.segments_late", kwargs={"minutes": minutes}),
    )

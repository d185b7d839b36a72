"""What an error of the project means to Airflow; decided here and nowhere else."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NoReturn

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk.exceptions import AirflowSkipException

from mkt_pipeline.errors import NothingToDoError

log = logging.getLogger("mkt_pipeline")

RETRIES = 3
RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception="mkt_pipeline.errors.TryAgainError",
            action=RetryAction.RETRY,
            retry_delay=timedelta(minutes=2),
            reason="something outside is away for the moment",
        ),
        RetryRule(
            exception="mkt_pipeline.errors.MktError",
            action=RetryAction.FAIL,
            reason="trying again cannot help; the error says what to change",
        ),
    ]
)
"""Errors that are not ours (a killed process, a bug) are retried as Airflow always does."""


@contextmanager
def told_to_airflow() -> Iterator[None]:
    """Nothing to do is a skipped task; every other error is left to the retry policy."""
    try:
        yield
    except NothingToDoError as nothing:
        log.info("%s", nothing)
        raise AirflowSkipException(str(nothing)) from nothing


def skip_where_dry(context: Mapping[str, Any]) -> None:
    """Skip the task of a dry run: nothing was written that anybody should be woken for."""
    if context["params"]["dry_run"]:
        raise AirflowSkipException("dry run: nothing was written")


def skip(why: str) -> NoReturn:
    """End the task as skipped: its assets have no event, and whoever waits is not woken."""
    raise AirflowSkipException(why)


def report(lines: Iterable[str]) -> None:
    """Write a step's report to the task's log, a line each."""
    for line in lines:
        log.info("%s", line)

"""When DAGs with a clock of their own begin, and in which time zone."""

import os
from datetime import timedelta

from airflow.sdk import CronPartitionTimetable


def at(cron: str, *, key_format: str = "%Y-%m-%d") -> CronPartitionTimetable:
    """Begin at these times of the business time zone; each run is named after the day it begins on.

    What came due while Airflow was down is caught up when it is back, the last time alone. But who
    starts it for the first time has missed nothing: the first run is the next one. Airflow would
    begin the last one where a tenth of the time between two has not passed yet, beside the night
    that is triggered by hand after an installation.
    """
    return CronPartitionTimetable(
        cron,
        timezone=time_zone(),
        run_offset=0,
        key_format=key_format,
        run_immediately=timedelta(0),
    )


def time_zone() -> str:
    """``MKT_TIME_ZONE``, as the settings read it, without the cost of importing them."""
    return os.environ.get("MKT_TIME_ZONE") or "UTC"

"""Events that wake the DAGs which come next, for the day that a run was for."""

from collections.abc import Mapping
from typing import Any

from airflow.sdk import Asset

from mkt_airflow.day import day_of
from mkt_airflow.outcome import skip_where_dry


def wake(context: Mapping[str, Any], asset: Asset) -> None:
    """Give the event its day; skipped in a dry run.

    The day is that of the work, also where a run was triggered with ``as_of`` alone and has no
    partition key: without one in the event, whatever waits for a day would wait for ever.
    """
    skip_where_dry(context)
    context["outlet_events"][asset].add_partitions(day_of(context))

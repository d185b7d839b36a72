"""Called by Airflow's triggerer when a run of the night misses its deadline.

Lies in ``plugins/`` because the triggerer has to be able to import it. It only logs; whoever is
to be told otherwise hooks in here.
"""

import logging
from typing import Any

log = logging.getLogger("mkt_pipeline")


async def segments_late(minutes: int, **context: object) -> None:
    """Say which run is late, and what still stands."""
    told: Any = context.get("context") or context
    run = told.get("dag_run") or {}
    log.error(
        "%s for %s has not ended within %s minutes → segments may be later than 06:00;"
        " yesterday's stay current. Open the run in Airflow and read the failed task's log.",
        run.get("dag_id", "a run of the night"),
        run.get("partition_key") or run.get("run_id", "an unknown day"),
        minutes,
    )

"""Called by Airflow's triggerer when a run of the night misses its deadline.

Lies in ``plugins/`` because the triggerer has to be able to import it.
"""

import logging
from typing import Any

log = logging.getLogger("mkt_pipeline")


async def segments_late(minutes: int, **context: object) -> None:
    """Say which run is late, and tell people what still stands."""
    import asyncio

    from airflow.sdk import BaseHook

    told: Any = context.get("context") or context
    run = told.get("dag_run") or {}
    log.error(
        "%s for %s has not ended within %s minutes → segments may be later than 06:00;"
        " yesterday's stay current. Open the run in Airflow and read the failed task's log.",
        run.get("dag_id", "a run of the night"),
        run.get("partition_key") or run.get("dag_run_id", "an unknown day"),
        minutes,
    )
    if (run.get("conf") or {}).get("dry_run"):
        return
    campaign = await BaseHook.aget_connection("campaign")
    await asyncio.to_thread(_tell, run, minutes, campaign.get_uri())


def _tell(run: Any, minutes: int, campaign: str) -> None:  # noqa: ANN401 - a document of Airflow
    from airflow.configuration import conf

    from mkt_pipeline.settings import load_settings
    from mkt_pipeline.steps.late_run import tell_late
    from mkt_pipeline.wiring.notices import Telling

    telling = Telling(load_settings(), campaign)
    base = conf.get("api", "base_url", fallback="")
    tell_late(notifier=telling.notifier, run=run, minutes=minutes, airflow=base)

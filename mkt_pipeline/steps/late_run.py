"""Step: tell that a run has missed its deadline."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from mkt_pipeline.contracts.incident import Incident
from mkt_pipeline.errors import MktError
from mkt_pipeline.steps.notify import Notifier, Outcome, opened


def tell_late(
    *, notifier: Notifier, run: Mapping[str, Any], minutes: int, airflow: str
) -> tuple[Outcome, ...]:
    """Tell it, unless people were told why: the deadline of a run that failed passes as well."""
    if _explained(notifier, run):
        return ()
    return opened(notifier, late_run(run, minutes=minutes, airflow=airflow))


def late_run(run: Mapping[str, Any], *, minutes: int, airflow: str) -> Incident:
    """From what Airflow knows of a run: ``dag_id``, ``dag_run_id``, ``partition_key``, ``conf``.

    ``airflow`` is the address of its web page.
    """
    dag_id, run_id = run["dag_id"], run["dag_run_id"]
    return Incident(
        kind="late",
        subject=dag_id,
        day=_day(run),
        problem=f"{dag_id} has not ended within {minutes} minutes; segments may be later than"
        " 06:00",
        remedy="open the run in Airflow: where a task failed, its error says what to do; where one"
        " still runs, its log says what it waits for",
        links={"Airflow run": f"{airflow.rstrip('/')}/dags/{dag_id}/runs/{quote(run_id, safe='')}"},
    )


def _explained(notifier: Notifier, run: Mapping[str, Any]) -> bool:
    begin = f"{run['dag_id']}/{run['dag_run_id']}/"
    try:
        known = notifier.record().known()
    except MktError:
        return False  # telling twice is better than not at all; `opened` says what is away
    return any(name.startswith(begin) for one in known for name in one.incident.explains)


def _day(run: Mapping[str, Any]) -> date | None:
    day = (run.get("conf") or {}).get("as_of") or run.get("partition_key")
    try:
        return date.fromisoformat(day) if day else None
    except ValueError:
        return None
